"""The kit's folder: media, films for every editor, what they must show, a page."""

from __future__ import annotations

import json
import os
from fractions import Fraction
from pathlib import Path

from otio_genai import rates
from otio_genai.errors import OutputError
from otio_genai.export import export
from otio_genai.kit.expected import expect
from otio_genai.kit.films import SECTIONS, Bench, film_of, whole_film
from otio_genai.kit.media import make_media
from otio_genai.kit.page import checklist
from otio_genai.media import files

__all__ = ["EXPECTED", "PAGE", "TARGETS", "VERSION", "kit"]

#: Targets of the kit, and the names of their files' ends.
TARGETS = {
    "premiere": ".xml",
    "resolve": ".xml",
    "finalcut": ".fcpxml",
    "otio-premiere": ".otio",
    "otio-resolve": ".otio",
}
EXPECTED, PAGE = "expected.json", "checklist.html"
VERSION = 1


def kit(
    folder: str | os.PathLike[str],
    *,
    rate: Fraction | int | float | str = 24,
    force: bool = False,
) -> Path:
    """Write a coded project, its films for each editor, and what they must show.

    Parameters
    ----------
    folder
        Where it goes; made if missing. Its media, the films with all features
        (``TARGET/kit.…``) and with one each, ``expected.json``, ``checklist.html``.
    rate
        The films' frames per second.
    force
        Replace what is there.

    Returns
    -------
    Path
        The checklist page.

    Raises
    ------
    OutputError
        The folder's own folder is missing, or a file is there already.
    InterchangeError
        No editor has films of this rate.
    """
    place = Path(folder)
    exact = rates.rate(rate)
    _make_folders(place)
    bench = Bench(make_media(place / "media", exact, force=force), exact)
    film, spans = whole_film(bench)
    parts = [
        expect(film, span, section.name, section.about)
        for section, span in zip(SECTIONS, spans, strict=True)
    ]
    declared: dict[str, dict[str, list[str]]] = {}
    for to, suffix in TARGETS.items():
        export(film, place / to / f"kit{suffix}", to=to, force=force)
        declared[to] = {}
        for section in SECTIONS:
            file = place / to / f"{section.name.replace(' ', '-')}{suffix}"
            loss = export(film_of(section, bench), file, to=to, force=force)
            lost = [i for i in loss.items if i.outcome in ("approximated", "dropped")]
            if lost:
                declared[to][section.name] = [item.readable() for item in lost]
    told = {
        "version": VERSION,
        "rate": rates.text(exact),
        "frames": spans[-1][1],
        "parts": [part.to_json() for part in parts],
        "declared": declared,
    }
    _write(place / EXPECTED, json.dumps(told, separators=(",", ":")), force)
    _write(place / PAGE, checklist(parts, exact, declared, TARGETS), force)
    return place / PAGE


def _make_folders(place: Path) -> None:
    if not place.resolve().parent.is_dir():
        raise OutputError(
            f"The folder {str(place.parent)!r} does not exist.",
            place=str(place),
            remedy="Make it first, or write elsewhere.",
        )
    for name in (".", "media", *TARGETS):
        try:
            (place / name).mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"The folder cannot be made ({error.strerror}).",
                place=str(place / name),
                remedy="Write elsewhere.",
            ) from error


def _write(path: Path, text: str, force: bool) -> None:
    with files.write_beside(path, force=force) as beside:
        beside.write_text(text + "\n", encoding="utf-8", newline="\n")
