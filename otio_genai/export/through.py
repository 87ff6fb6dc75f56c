"""A timeline as the format of another file gives it back.

What a format cannot hold is no change that anybody made: a film is compared with what
came back of it only after it went the same way.
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.errors import GenaiError
from otio_genai.export.originals import as_originals
from otio_genai.export.reading import read
from otio_genai.export.roads import Road, take_road
from otio_genai.export.sniff import kind_of
from otio_genai.export.targets import CARRIES
from otio_genai.export.writers import target
from otio_genai.interchange.diff import diff

__all__ = ["as_given", "holds_all"]

# The files of baked carries, and of retimed clips that were rendered.
_BAKED = re.compile(r"carry_[0-9a-f]{10}\.mp4")
_SPEEDS = re.compile(r"speed_[0-9a-f]{10}\.mp4")


def as_given(
    timeline: otio.schema.Timeline,
    like: str | os.PathLike[str],
    *,
    sequence: str | None = None,
) -> otio.schema.Timeline:
    """Return a timeline written in the format of a file, and read again.

    Parameters
    ----------
    timeline
        Any timeline; it is not changed.
    like
        A file in the format to go through, and with its carries on the road they
        seem to have taken there. Premiere's and Resolve's XML, FCPXML, their
        ``.otio``, EDL, AAF and Kdenlive are known; for any other, and where the
        timeline cannot be written, it is returned itself.
    sequence
        Which sequence of the file, by name; by default its first.

    Raises
    ------
    InterchangeError
        The file cannot be read.
    """
    file = Path(like)
    name = _target(file)
    if name is None:
        return timeline
    edited = as_originals(read(file, sequence=sequence)[0], file)
    text = _text(file)
    sent = _Sent(name, file.parent, bool(_SPEEDS.search(text)), _stated(file, edited))
    given = [_given(timeline, road, sent) for road in _roads(timeline, text)]

    def changes(found: otio.schema.Timeline) -> int:
        return len(diff(as_originals(found, file), edited).changes)

    return min(given, key=changes)


def holds_all(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file is of OpenTimelineIO's own kind, which loses nothing.

    Raises
    ------
    InterchangeError
        The file cannot be read.
    """
    file = Path(path)
    return kind_of(file) in ("otio", "otioz", "otiod") and _target(file) is None


@dataclass(frozen=True, slots=True)
class _Sent:
    """How a film went to an editor."""

    target: str
    home: Path
    "The folder beside whose file its carries lie."
    speeds: bool
    "Whether retimed clips were rendered."
    rate: str | None
    "Its rate, where the file states none."


def _text(file: Path) -> str:
    """Return what a file holds, to look for names of files in."""
    place = file / "Info.fcpxml" if file.is_dir() else file
    # AAF has two bytes for each letter.
    return place.read_bytes().replace(b"\0", b"").decode("latin-1")


def _stated(file: Path, edited: otio.schema.Timeline) -> str | None:
    return rates.text(maps.record_rate(edited)) if kind_of(file) == "edl" else None


def _given(
    timeline: otio.schema.Timeline, road: Road, how: _Sent
) -> otio.schema.Timeline:
    chosen, home = target(how.target), how.home
    sent = timeline.deepcopy()
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder) / f"film{chosen.suffix}"
        try:
            take_road(sent, road, (home / CARRIES, home / CARRIES), plan=True)
            if how.speeds:
                # What renders is loaded only where something was rendered.
                from otio_genai.export.retimed import bake_speeds

                places = home / CARRIES, home / CARRIES
                bake_speeds(sent, chosen.lacking, places, plan=True)
            chosen.write(sent, there)
            return read(there, rate=how.rate)[0]
        except GenaiError:
            return timeline


def _roads(timeline: otio.schema.Timeline, text: str) -> tuple[Road, ...]:
    """Return the roads that the timeline's carries may have taken to that file."""
    transitions = timeline.find_children(descended_from_type=otio.schema.Transition)
    kept = [metadata.read(found, "carry") or {} for found in transitions]
    if not any(recipe.get("kind") == "carry" for recipe in kept):
        return ("keep",)
    if _BAKED.search(text):
        return ("bake",)
    return "dissolve", "cut", "native"


def _target(file: Path) -> str | None:
    kind = kind_of(file)
    if kind == "xmeml":
        # Resolve writes version 5, Premiere 4.
        head = _text(file)[:4096]
        return "resolve" if 'version="5"' in head else "premiere"
    if kind in ("fcpxml", "fcpxmld"):
        return "finalcut"
    if kind in ("edl", "aaf", "kdenlive"):
        return kind
    if kind == "otio":
        text = _text(file)
        for mark, name in (
            ("PremierePro_OTIO", "premiere"),
            ("Resolve_OTIO", "resolve"),
        ):
            if f'"{mark}"' in text:
                return f"otio-{name}"
    return None
