"""Captions: what the voices of a film say, as a SubRip file beside it.

Conventions
    Times count from the film's first frame, whatever timecode it starts at. A sentence
    is shown while its sound is on: one that a cut leaves out is left out, one that it
    shortens is shortened.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from otio_genai import maps
from otio_genai.export.writers import TARGETS
from otio_genai.interchange.loss import LossItem
from otio_genai.media import files

__all__ = ["CaptionsFile", "captions", "captions_path"]


@dataclass(frozen=True, slots=True)
class CaptionsFile:
    """The captions of a film, and where they are to lie."""

    path: Path
    "The file."
    text: str
    "What it holds."
    count: int
    "How many captions that is."

    @property
    def told(self) -> LossItem:
        """Return what an export says of them."""
        counted = f"{self.count} captions" if self.count > 1 else "1 caption"
        gets = f"{self.path.name} beside the file, {counted} from 00:00:00"
        return LossItem("captions", "exact", gets)

    def is_there(self) -> bool:
        """Tell whether these very captions are there, as another export left them."""
        try:
            return self.path.is_file() and self.path.read_bytes() == self.text.encode()
        except OSError:
            return False

    def write(self, *, force: bool) -> None:
        """Write them unless they are there.

        Raises
        ------
        OutputError
            Another file is there, or nothing can be written there.
        """
        if not self.is_there():
            with files.write_beside(self.path, force=force) as fresh:
                fresh.write_text(self.text, encoding="utf-8", newline="\n")


def captions(timeline: otio.schema.Timeline) -> tuple[str, int]:
    """Return the film's captions as SubRip, and their number.

    Parameters
    ----------
    timeline
        Any timeline; sentences are those its voices' media references keep under
        ``speech``, else under ``script``.

    Returns
    -------
    str
        Empty when nobody is known to say anything.
    int
        How many captions it holds.

    Raises
    ------
    TimelineError
        The timeline states no rate.
    """
    blocks = [
        f"{number}\n{_time(start)} --> {_time(stop)}\n{text}\n"
        for number, (start, stop, text) in enumerate(maps.cues(timeline), 1)
    ]
    return "\n".join(blocks), len(blocks)


def captions_path(path: Path, to: str) -> Path:
    """Return where the captions of an exported file lie.

    Examples
    --------
    >>> captions_path(Path("film.premiere.xml"), "premiere").name
    'film.srt'
    """
    suffix = TARGETS[to]
    name = path.name
    if name.lower().endswith(suffix) and len(name) > len(suffix):
        return path.with_name(f"{name[: -len(suffix)]}.srt")
    return path.with_suffix(".srt")


def _time(value: Fraction) -> str:
    whole_s, thousandths = divmod(int(value * 1000 + Fraction(1, 2)), 1000)
    hours, rest = divmod(whole_s, 3600)
    return f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d},{thousandths:03d}"
