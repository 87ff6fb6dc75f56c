"""Captions: what the voices of a film say, as a SubRip file beside it.

Conventions
    Times count from the film's first frame, whatever timecode it starts at. A sentence
    is shown while its sound is on: one that a cut leaves out is left out, one that it
    shortens is shortened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from otio_genai import maps, metadata
from otio_genai.export.writers import TARGETS
from otio_genai.interchange.loss import LossItem
from otio_genai.media import files

__all__ = ["CaptionsFile", "captions", "captions_path"]

_SAMPLE_RATE = 48_000
# What is shorter than this nobody reads; a cut through a sentence leaves such crumbs.
_SHORTEST_S = Fraction(1, 10)

_Cue = tuple[Fraction, Fraction, str]


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
    found: list[_Cue] = []
    for span in maps.sound_map(timeline, _SAMPLE_RATE):
        for cue in _cues(span):
            # The two channels of a voice may be on two tracks.
            if cue not in found:
                found.append(cue)
    cues = _joined(sorted(found))
    blocks = [
        f"{number}\n{_time(start)} --> {_time(stop)}\n{text}\n"
        for number, (start, stop, text) in enumerate(cues, 1)
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


def _cues(span: maps.SoundSpan) -> Iterator[_Cue]:
    speed = span.speed
    if speed <= 0:
        return
    first = Fraction(span.record_in_samples, _SAMPLE_RATE)
    last = Fraction(span.record_out_samples, _SAMPLE_RATE)
    for begin, end, text in _sentences(span.clip.media_reference):
        start = first + (begin - span.source_in_s) / speed
        stop = first + (end - span.source_in_s) / speed
        start, stop = max(start, first), min(stop, last)
        if stop - start >= _SHORTEST_S:
            yield start, stop, text


def _sentences(reference: otio.core.MediaReference) -> Iterator[_Cue]:
    for key in ("speech", "script"):
        kept = metadata.read(reference, key)
        told = kept.get("sentences") if isinstance(kept, Mapping) else None
        if not told:
            continue
        for begin, end, text in told:
            line = " ".join(str(text).split())
            if line:
                yield _exact(begin), _exact(end), line
        return


def _exact(value: float) -> Fraction:
    return Fraction(value).limit_denominator(1_000_000)


def _joined(cues: list[_Cue]) -> list[_Cue]:
    """Put together what a cut in the sound has parted."""
    found: list[_Cue] = []
    for start, stop, text in cues:
        if found and found[-1][2] == text and start <= found[-1][1]:
            found[-1] = found[-1][0], max(stop, found[-1][1]), text
        else:
            found.append((start, stop, text))
    return found


def _time(value: Fraction) -> str:
    whole_s, thousandths = divmod(int(value * 1000 + Fraction(1, 2)), 1000)
    hours, rest = divmod(whole_s, 3600)
    return f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d},{thousandths:03d}"
