"""What the voices of a film say, and when: the cues that captions are made of.

Conventions
    Times are seconds from the film's first frame, whatever timecode it starts at. A
    sentence is shown while its sound is on: one that a cut leaves out is left out, one
    that it shortens is shortened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.maps.sound import SoundSpan, sound_map

__all__ = ["Cue", "cues"]

#: Seconds to begin and end, and what is said between.
Cue = tuple[Fraction, Fraction, str]

_SAMPLE_RATE = 48_000
# What is shorter than this nobody reads; a cut through a sentence leaves such crumbs.
_SHORTEST_S = Fraction(1, 10)


def cues(timeline: otio.schema.Timeline) -> list[Cue]:
    """Return what is said in a film, in order.

    Parameters
    ----------
    timeline
        Any timeline; sentences are those its voices' media references keep under
        ``speech``, else under ``script``.

    Raises
    ------
    TimelineError
        The timeline states no rate.
    """
    found: list[Cue] = []
    for span in sound_map(timeline, _SAMPLE_RATE):
        for cue in _cues(span):
            # The two channels of a voice may be on two tracks.
            if cue not in found:
                found.append(cue)
    return _joined(sorted(found))


def _cues(span: SoundSpan) -> Iterator[Cue]:
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


def _sentences(reference: otio.core.MediaReference) -> Iterator[Cue]:
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


def _joined(cues: list[Cue]) -> list[Cue]:
    """Put together what a cut in the sound has parted."""
    found: list[Cue] = []
    for start, stop, text in cues:
        if found and found[-1][2] == text and start <= found[-1][1]:
            found[-1] = found[-1][0], max(stop, found[-1][1]), text
        else:
            found.append((start, stop, text))
    return found
