"""The rules of editors on any file of a kind that has some."""

from __future__ import annotations

import os
from pathlib import Path

from otio_genai.errors import InterchangeError
from otio_genai.export.sniff import kind_of, text_of
from otio_genai.interchange.xmeml.lint import Finding

__all__ = ["lint_file"]


def lint_file(path: str | os.PathLike[str], *, media: bool = False) -> list[Finding]:
    """Return every broken rule of a file: xmeml, FCPXML or ``.otio``, by content.

    Parameters
    ----------
    path
        The file, or a folder ``.fcpxmld``.
    media
        Also ask whether each media file exists here.

    Raises
    ------
    InterchangeError
        It cannot be read, or there are no rules for files of its kind.
    """
    place = Path(path)
    kind = kind_of(place)
    if kind == "xmeml":
        from otio_genai.interchange.xmeml.lint import lint_xmeml

        return lint_xmeml(text_of(place), media=media)
    if kind in ("fcpxml", "fcpxmld"):
        from otio_genai.interchange.fcpxml.lint import lint_fcpxml

        document = place / "Info.fcpxml" if place.is_dir() else place
        return lint_fcpxml(text_of(document), media=media)
    if kind in ("otio", "otiod"):
        from otio_genai.interchange.lint_otio import lint_otio

        document = place / "content.otio" if place.is_dir() else place
        home = document.resolve().parent
        return lint_otio(text_of(document), media=media, base=home)
    raise InterchangeError(
        "There are no rules here for files of this kind.",
        place=str(place),
        remedy="Give xmeml (Premiere, Resolve), FCPXML or .otio.",
    )
