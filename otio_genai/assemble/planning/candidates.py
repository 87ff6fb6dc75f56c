"""The takes as material: what part of each can be used, and how it moves there.

Conventions
    Everything is on the record grid: record frame ``j`` of a take is the instant
    ``j / R`` after its first frame, so that in and out points are whole frames of the
    film in every editor. Motion is that of the film's frame: a take of another shape
    is cropped to it, and moves accordingly faster.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import opentimelineio as otio
from numpy.typing import NDArray

from otio_genai import metadata, rates
from otio_genai.analyse.motion import reframed, windows
from otio_genai.analyse.steady import VERSION as STEADY_VERSION
from otio_genai.ingest import bin as bins

__all__ = ["Colours", "Take", "read_take", "takes"]

Vectors = NDArray[np.float64]

# A cut looks this far into the take for unsteadiness.
_LOOK_S = Fraction(1, 6)
_STEP_S = Fraction(1, 4)
# Without a measure of steadiness a fifth of a second is left out at both ends.
_UNSTEADY_S = Fraction(1, 5)
_SPARE_S = Fraction(5, 2)


@dataclass(frozen=True, slots=True)
class Colours:
    """Mean Lab of a take, and at its two ends."""

    mean: tuple[float, ...] = (50.0, 0.0, 0.0)
    entry: tuple[float, ...] = (50.0, 0.0, 0.0)
    leaving: tuple[float, ...] = (50.0, 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Take:
    """One take of the bin, on the record grid; what is costly is made when asked."""

    clip: otio.schema.Clip
    "The bin's clip."
    rate: Fraction
    "The film's rate."
    source: Fraction
    "The take's own rate."
    first: int
    "First record frame worth using."
    last: int
    "Record frame after the last worth using."
    end: int
    "Record frame after the last that exists."
    samples: Vectors
    "Rows [frame, T_x, T_y, κz, κr, residual, confidence] of its motion."
    cuts: Vectors
    "First source frames after scene changes inside it."
    aspects: tuple[float, float]
    "Height over width of the take, and of the film."
    unsteady: Vectors = field(default_factory=lambda: np.zeros((0, 2)))
    "Rows [source frame, 0 steady to 1]."
    colours: Colours = Colours()
    "Its colours."
    family: str = ""
    "What it has in common with other takes of one picture."
    still = False

    @property
    def name(self) -> str:
        """Name of its clip."""
        return str(self.clip.name)

    @property
    def usable_frames(self) -> int:
        """Longest shot it can fill, in record frames."""
        return self.last - self.first

    @cached_property
    def confidence(self) -> float:
        """Mean confidence of the measured motion, 0 to 1."""
        return float(self.samples[:, 6].mean()) if len(self.samples) else 0.0

    @cached_property
    def energy(self) -> float:
        """How much moves in it, camera and subjects, in fw/s."""
        if not len(self.samples):
            return 0.0
        speeds = np.linalg.norm(self.samples[:, 1:5], axis=1) + self.samples[:, 5]
        return float(np.median(speeds))

    @property
    def leaving(self) -> Vectors:
        """Motion of the take cut off before each record frame, shape (end + 1, 4)."""
        return self._moves[0]

    @property
    def entering(self) -> Vectors:
        """Motion of the take begun at each record frame, shape (end + 1, 4)."""
        return self._moves[1]

    @cached_property
    def _moves(self) -> tuple[Vectors, Vectors]:
        return self.moves_at(np.arange(self.end + 1))

    @property
    def sketch(self) -> tuple[Vectors, Vectors]:
        """Mean motion of its first and of its second half, shape (4,) each."""
        half = len(self.samples) // 2
        if not half:
            return np.zeros(4), np.zeros(4)
        vectors = self.samples[:, 1:5]
        return vectors[:half].mean(axis=0), vectors[half:].mean(axis=0)

    def moves_at(self, record: NDArray[np.intp]) -> tuple[Vectors, Vectors]:
        """Return the motion before and after some record frames, (n, 4) each."""
        before, after = windows(self.samples, self.cuts, self._sources(record))
        take, film = self.aspects
        found = [
            np.asarray(
                reframed(side, take_aspect=take, film_aspect=film), dtype=np.float64
            )
            for side in (before, after)
        ]
        return found[0], found[1]

    def _sources(self, record: NDArray[np.intp]) -> NDArray[np.intp]:
        # THE rule of rates.frame_at, floor(t S), in exact integers.
        step = self.source / self.rate
        found: NDArray[np.intp] = record * step.numerator // step.denominator
        return found

    @cached_property
    def leave_cost(self) -> Vectors:
        """Unsteadiness 0 to 1 just before each record frame, shape (end + 1,)."""
        return self._shaky(before=True)

    @cached_property
    def enter_cost(self) -> Vectors:
        """Unsteadiness 0 to 1 just after each record frame, shape (end + 1,)."""
        return self._shaky(before=False)

    def _shaky(self, *, before: bool) -> Vectors:
        worst = np.zeros(self.end + 1)
        look = max(1, math.ceil(_LOOK_S * self.rate))
        for source_frame, level in self.unsteady:
            at = int(source_frame / float(self.source) * float(self.rate))
            low, high = (at + 1, at + look + 1) if before else (at - look, at + 1)
            span = slice(max(0, low), max(0, min(high, self.end + 1)))
            worst[span] = np.maximum(worst[span], level)
        return worst

    def ins(self, length: int, margins: tuple[int, int] = (0, 0)) -> NDArray[np.intp]:
        """Return the in-points for a shot of ``length`` record frames.

        Parameters
        ----------
        length
            The shot, in record frames.
        margins
            Frames of handle wanted before the in and after the out point. Where
            they cannot be had the in-points without them are returned.
        """
        begin, out = self.span(length, margins)
        last = max(begin, out - length)
        step = max(1, math.floor(_STEP_S * self.rate))
        return np.unique([*range(begin, last + 1, step), last])

    def span(self, length: int, margins: tuple[int, int] = (0, 0)) -> tuple[int, int]:
        """Return the first in-point and the last out-point of a shot.

        Handles that leave no room for it are given up, then the steady part of the
        take for all that there is.

        Parameters
        ----------
        length
            The shot, in record frames.
        margins
            Frames of handle wanted before the in and after the out point.
        """
        handled = (
            max(self.first, margins[0]),
            min(self.last, self.end - margins[1]),
        )
        for first, last in (handled, (self.first, self.last)):
            if last - first >= length:
                return first, last
        return 0, self.end


def takes(
    found: otio.schema.SerializableCollection, rate: Fraction, film_aspect: float
) -> tuple[Take, ...]:
    """Return the bin's takes on the grid of ``rate``, in its order."""
    return tuple(
        read_take(clip, rate, film_aspect) for clip in bins.entries(found, "take")
    )


def read_take(clip: otio.schema.Clip, rate: Fraction, film_aspect: float) -> Take:
    """Return one clip of the bin as material for a film of ``rate``."""
    kept = metadata.get(clip.media_reference)
    facts = kept["media"]
    source = rates.rate(facts["rate"])
    end = max(1, rates.covered_frames(int(facts["frames"]), source, rate))
    motion = kept.get("motion") or {}
    steady = kept.get("steady")
    head, tail = _trimmed(steady, end, source, rate)
    return Take(
        clip=clip,
        rate=rate,
        source=source,
        first=head,
        last=end - tail,
        end=end,
        samples=np.array(motion.get("samples") or np.zeros((0, 7)), dtype=float),
        cuts=np.array(motion.get("cuts_frames", []), dtype=float),
        aspects=(int(facts["height"]) / int(facts["width"]), film_aspect),
        unsteady=np.array((steady or {}).get("unsteady") or np.zeros((0, 2)), float),
        colours=colours(kept),
        family=family(kept),
    )


def _trimmed(
    steady: dict[str, Any] | None, end: int, source: Fraction, rate: Fraction
) -> tuple[int, int]:
    """Return the record frames not worth using at the head and the tail."""
    if steady is None or steady.get("version") != STEADY_VERSION:
        trim = math.ceil(_UNSTEADY_S * rate) if end > _SPARE_S * rate else 0
        return trim, trim
    head, tail = (
        math.ceil(int(steady.get(key, 0)) / source * rate)
        for key in ("head_frames", "tail_frames")
    )
    # A short take is used as it is: a shaky shot is better than none.
    room = max(0, end - math.ceil(_SPARE_S * rate / 2))
    if head + tail > room:
        head, tail = (room * part // max(1, head + tail) for part in (head, tail))
    return head, tail


def colours(kept: dict[str, Any]) -> Colours:
    """Return the colours that a media reference's metadata holds."""
    found = kept.get("palette")
    if not found:
        return Colours()
    return Colours(
        tuple(found["lab"]), tuple(found["entry_lab"]), tuple(found["exit_lab"])
    )


def family(kept: dict[str, Any]) -> str:
    """Return what takes of one picture have in common: a prompt, or a shot's name."""
    slate = kept.get("slate") or {}
    for key in ("prompt_id", "prompt", "shot"):
        if slate.get(key):
            return f"{key}:{slate[key]}"
    return ""
