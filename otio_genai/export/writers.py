"""Every target, its usual suffix, its road for carries, and the writer of its file.

Writers are loaded when they are used: a target whose extra is not installed costs
nobody anything but whoever asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import opentimelineio as otio

from otio_genai.errors import GenaiError, InterchangeError
from otio_genai.export.roads import Road
from otio_genai.interchange.loss import Loss, LossItem

__all__ = ["TARGETS", "Target", "target", "target_of"]

# Writes a timeline to a path that is free, and says what was lost.
Writer = Callable[[otio.schema.Timeline, Path], Loss]
# Returns a timeline as text, and what was lost.
TextWriter = Callable[[otio.schema.Timeline], tuple[str, Loss]]
# A timeline that was read, and what was not understood.
Read = tuple[otio.schema.Timeline, Loss]


@dataclass(frozen=True, slots=True)
class Target:
    """What a target's files are like."""

    suffix: str
    "Of its usual file name."
    road: Road
    "What becomes of carries unless somebody asks for another road."
    write: Writer
    "Writes its file."
    own: bool = False
    "Its writer tells all that is lost; captions are in it or no part of it."
    lacking: frozenset[str] = frozenset()
    "Speeds of clips that it cannot hold."
    takes: str = ""
    "How other takes of clips lie in it; empty where they are dropped."
    script: TextWriter | None = None
    "Writes a script that belongs to the file, and lies beside it."


def _text(write: TextWriter, read: Callable[[str], Read] | None = None) -> Writer:
    """Return a writer of text; with a reader, one that proves what it wrote."""

    def to_file(timeline: otio.schema.Timeline, path: Path) -> Loss:
        text, loss = write(timeline)
        path.write_text(text, encoding="utf-8", newline="\n")
        return loss if read is None else loss + _silent(timeline, text, loss, read)

    return to_file


def _silent(
    timeline: otio.schema.Timeline, text: str, loss: Loss, read: Callable[[str], Read]
) -> Loss:
    """Return what a text does not say when it is read back, and nobody told."""
    from otio_genai.interchange.proof import unspoken

    try:
        back, told = read(text)
        return Loss(unspoken(timeline, back, loss + told))
    except GenaiError as error:
        gets = f"a file that our own reader refuses: {error.sentence}"
        return Loss((LossItem("file", "approximated", gets, "Send us both."),))


def _otio(timeline: otio.schema.Timeline) -> tuple[str, Loss]:
    return timeline.to_json_string(), Loss()


def _premiere(timeline: otio.schema.Timeline) -> tuple[str, Loss]:
    from otio_genai.interchange.xmeml import write_xmeml

    return write_xmeml(timeline, "premiere")


def _resolve(timeline: otio.schema.Timeline) -> tuple[str, Loss]:
    from otio_genai.interchange.xmeml import write_xmeml

    return write_xmeml(timeline, "resolve")


def _resolve_takes(timeline: otio.schema.Timeline, path: Path) -> Loss:
    from otio_genai.export.resolve_takes import active_alone

    return _text(_resolve, _read_xmeml)(active_alone(timeline), path)


def _resolve_script(timeline: otio.schema.Timeline) -> tuple[str, Loss]:
    from otio_genai.export.resolve_takes import script

    return script(timeline)


def _take_sheet(timeline: otio.schema.Timeline) -> tuple[str, Loss]:
    from otio_genai.export.take_sheet import take_sheet

    return take_sheet(timeline)


def _read_xmeml(text: str) -> Read:
    from otio_genai.interchange.xmeml import read_xmeml

    return read_xmeml(text)


def _read_fcpxml(text: str) -> Read:
    from otio_genai.interchange.fcpxml import read_fcpxml

    return read_fcpxml(text)


def _read_otio(text: str) -> Read:
    from otio_genai.interchange.dialects import read_otio

    return read_otio(text)


def _finalcut(timeline: otio.schema.Timeline) -> tuple[str, Loss]:
    from otio_genai.interchange.fcpxml import write_fcpxml

    return write_fcpxml(timeline)


def _dialect(name: Literal["premiere", "resolve"]) -> TextWriter:
    def to_text(timeline: otio.schema.Timeline) -> tuple[str, Loss]:
        from otio_genai.interchange.dialects import write_dialect

        return write_dialect(timeline, name)

    return to_text


def _editor(name: str) -> Writer:
    def to_file(timeline: otio.schema.Timeline, path: Path) -> Loss:
        from otio_genai.interchange.editors import write_with

        return write_with(timeline, name, path)

    return to_file


_ON_TRACKS = "on disabled tracks ALT 1 and on"
_VARIABLE = frozenset({"variable speed"})
_BACKWARDS = _VARIABLE | {"reverse"}
_ALL_SPEEDS = _BACKWARDS | {"speed", "freeze frame"}

_TARGETS = {
    "otio": Target(".otio", "keep", _text(_otio), own=True),
    "premiere": Target(
        ".premiere.xml", "bake", _text(_premiere, _read_xmeml), takes=_ON_TRACKS
    ),
    "resolve": Target(
        ".resolve.xml",
        "bake",
        _text(_resolve, _read_xmeml),
        lacking=_ALL_SPEEDS,
        takes=_ON_TRACKS,
    ),
    "finalcut": Target(
        ".fcpxml", "bake", _text(_finalcut, _read_fcpxml), takes="in its audition"
    ),
    "otio-premiere": Target(
        ".premiere.otio",
        "bake",
        _text(_dialect("premiere"), _read_otio),
        lacking=_VARIABLE,
    ),
    "otio-resolve": Target(
        ".resolve.otio",
        "bake",
        _text(_dialect("resolve"), _read_otio),
        lacking=_VARIABLE,
    ),
    "edl": Target(".edl", "bake", _editor("edl"), lacking=_BACKWARDS),
    "aaf": Target(".aaf", "bake", _editor("aaf"), lacking=_ALL_SPEEDS),
    "kdenlive": Target(".kdenlive", "bake", _editor("kdenlive"), lacking=_ALL_SPEEDS),
    "mlt": Target(".mlt", "bake", _editor("mlt"), lacking=_BACKWARDS),
    "resolve-takes": Target(
        ".resolve-takes.xml",
        "bake",
        _resolve_takes,
        lacking=_ALL_SPEEDS,
        takes="by the script beside it",
        script=_resolve_script,
    ),
    "take-sheet": Target(".takes.csv", "keep", _text(_take_sheet), own=True),
}

#: What ``to`` may be: target, and the suffix of its usual file name.
TARGETS = {name: found.suffix for name, found in _TARGETS.items()}


def target(name: str) -> Target:
    """Return a target by its name.

    Raises
    ------
    InterchangeError
        There is none of that name.
    """
    if name not in _TARGETS:
        raise InterchangeError(
            f"There is no target {name!r}.", remedy=f"Use one of: {', '.join(TARGETS)}."
        )
    return _TARGETS[name]


def target_of(path: str | Path) -> str | None:
    """Return the one target whose files are named like this; None if none is.

    Examples
    --------
    >>> target_of("film.edl"), target_of("film.resolve.xml"), target_of("film.xml")
    ('edl', 'resolve', None)
    """
    name = Path(path).name.lower()
    fitting = [known for known in _TARGETS if name.endswith(TARGETS[known])]
    return max(fitting, key=lambda known: len(TARGETS[known]), default=None)
