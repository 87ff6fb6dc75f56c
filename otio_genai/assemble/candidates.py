"""The takes as material: what part of each can be used, and how it moves there.

Conventions
    Everything is on the record grid: record frame ``j`` of a take is the instant
    ``j / R`` after its first frame, so that in and out points are whole frames of the
    film in every editor. A take's first and last fifth of a second are left out where
    it can spare them: generated takes are least steady there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import opentimelineio as otio
from numpy.typing import NDArray

from otio_genai import metadata, rates
from otio_genai.ingest import bin as bins

__all__ = ["Opening", "Openings", "Take", "stills", "takes"]

Vectors = NDArray[np.float64]

_UNSTEADY_S = Fraction(1, 5)
_SPARE_S = Fraction(5, 2)
_STEP_S = Fraction(1, 4)
# Median of this many samples: 0.42 s at twelve a second.
_WINDOW = 5
# Camera moves for stills, slow enough to look held: zoom in 1/s, pan in fw/s.
_ZOOM_PER_S = 0.045
_PAN_FW_S = 0.035
_MARGIN = 1.03


@dataclass(frozen=True, slots=True)
class Opening:
    """One way to use a take in a slot."""

    record_in: int
    "In-point, in record frames from the take's first."
    keys: tuple[tuple[float, ...], ...] = ()
    "Framing keys of a still's camera move; none for a take."


@dataclass(frozen=True, slots=True, eq=False)
class Openings:
    """Every way to use a take in a slot of one length."""

    ways: tuple[Opening, ...]
    "The ways, n of them."
    entries: Vectors
    "Motion after the in-point, shape (n, 4)."
    exits: Vectors
    "Motion before the out-point, shape (n, 4)."


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One take or still of the bin, on the record grid."""

    clip: otio.schema.Clip
    "The bin's clip."
    still: bool
    "Whether it is a still, which can be held as long as wished."
    first: int
    "First record frame worth using."
    last: int
    "Record frame after the last worth using."
    end: int
    "Record frame after the last that exists."
    rate: Fraction
    "The film's rate."
    leaving: Vectors
    "Motion of the take cut off before each record frame, shape (end + 1, 4)."
    entering: Vectors
    "Motion of the take begun at each record frame, shape (end + 1, 4)."
    confidence: float
    "Mean confidence of the measured motion, 0 to 1."
    aspect: float
    "Height over width of the picture."

    @property
    def usable_frames(self) -> int:
        """Longest slot it can fill, in record frames."""
        return self.last - self.first

    def openings(self, length: int, margins: tuple[int, int] = (0, 0)) -> Openings:
        """Return the ways to fill a slot of ``length`` record frames.

        Parameters
        ----------
        length
            The slot, in record frames.
        margins
            Frames of handle wanted before the in and after the out point. Where
            they cannot be had the ways without them are returned.
        """
        if self.still:
            return _moves(length, self.rate, self.aspect)
        step = max(1, math.floor(_STEP_S * self.rate))
        first = max(self.first, margins[0])
        last = min(self.last, self.end - margins[1]) - length
        if last < first:
            first, last = self.first, self.last - length
        ins = np.unique([*range(first, last + 1, step), max(first, last)])
        return Openings(
            tuple(Opening(int(j)) for j in ins),
            self.entering[ins],
            self.leaving[np.minimum(ins + length, self.end)],
        )


def takes(
    found: otio.schema.SerializableCollection, rate: Fraction
) -> tuple[Take, ...]:
    """Return the bin's takes on the grid of ``rate``, in its order."""
    return tuple(_take(clip, rate) for clip in bins.entries(found, "take"))


def stills(
    found: otio.schema.SerializableCollection, rate: Fraction
) -> tuple[Take, ...]:
    """Return the bin's stills, in its order."""
    return tuple(_still(clip, rate) for clip in bins.entries(found, "still"))


def _take(clip: otio.schema.Clip, rate: Fraction) -> Take:
    facts = metadata.read(clip.media_reference, "media")
    source = rates.rate(facts["rate"])
    end = max(1, rates.covered_frames(int(facts["frames"]), source, rate))
    spare = end > _SPARE_S * rate
    trim = math.ceil(_UNSTEADY_S * rate) if spare else 0
    motion = metadata.read(clip.media_reference, "motion", {})
    samples = np.array(motion.get("samples") or np.zeros((0, 7)), dtype=float)
    inner = np.array(motion.get("cuts_frames", []), dtype=float)
    leaving, entering = _windows(samples, inner, end, source, rate)
    return Take(
        clip=clip,
        still=False,
        first=trim,
        last=end - trim,
        end=end,
        rate=rate,
        leaving=leaving,
        entering=entering,
        confidence=float(samples[:, 6].mean()) if len(samples) else 0.0,
        aspect=int(facts["height"]) / int(facts["width"]),
    )


def _windows(
    samples: Vectors, inner: Vectors, end: int, source: Fraction, rate: Fraction
) -> tuple[Vectors, Vectors]:
    """Return the median motion before and after every record frame."""
    vectors = samples[:, 1:5]
    count = len(samples)
    if not count:
        return np.zeros((end + 1, 4)), np.zeros((end + 1, 4))
    # A scene change inside the take parts its motion: no median reaches across.
    scene = np.searchsorted(inner, samples[:, 0], "right")
    before, after = np.zeros((count + 1, 4)), np.zeros((count + 1, 4))
    for k in range(count + 1):
        last, next_ = max(0, k - 1), min(k, count - 1)
        recent = slice(max(0, k - _WINDOW), last + 1)
        coming = slice(next_, k + _WINDOW)
        before[k] = np.median(vectors[recent][scene[recent] == scene[last]], axis=0)
        after[k] = np.median(vectors[coming][scene[coming] == scene[next_]], axis=0)
    # A sample's movement arrives on its frame: it is over before frame f if < f,
    # and begins with f if > f.
    frames = [rates.frame_at(j / rate, source) for j in range(end + 1)]
    return (
        before[np.searchsorted(samples[:, 0], frames, "left")],
        after[np.searchsorted(samples[:, 0], frames, "right")],
    )


def _still(clip: otio.schema.Clip, rate: Fraction) -> Take:
    facts = metadata.read(clip.media_reference, "media")
    end = rates.covered_frames(86_400, Fraction(24), rate)
    nothing = np.zeros((1, 4))
    return Take(
        clip=clip,
        still=True,
        first=0,
        last=end,
        end=end,
        rate=rate,
        leaving=nothing,
        entering=nothing,
        confidence=1.0,
        aspect=int(facts["height"]) / int(facts["width"]),
    )


def _moves(length: int, rate: Fraction, aspect: float) -> Openings:
    """Return the camera moves a still may be given over ``length`` record frames."""
    length_s = float(length / rate)
    kappa = math.sqrt((1 + aspect * aspect) / 12)
    grown = _MARGIN * math.exp(_ZOOM_PER_S * length_s)
    reach = _PAN_FW_S * length_s / 2
    wide = _MARGIN + 2 * reach
    ways, motions = [], []
    for keys, motion in (
        ((_key(0, _MARGIN), _key(length, grown)), (0, 0, kappa * _ZOOM_PER_S, 0)),
        ((_key(0, grown), _key(length, _MARGIN)), (0, 0, -kappa * _ZOOM_PER_S, 0)),
        (
            (_key(0, wide, reach), _key(length, wide, -reach)),
            (-_PAN_FW_S, 0, 0, 0),
        ),
        (
            (_key(0, wide, -reach), _key(length, wide, reach)),
            (_PAN_FW_S, 0, 0, 0),
        ),
    ):
        ways.append(Opening(0, keys))
        motions.append(motion)
    table = np.array(motions, dtype=float)
    return Openings(tuple(ways), table, table)


def _key(frame: int, scale: float, x_fw: float = 0.0) -> tuple[float, ...]:
    return (frame, round(scale, 6), round(x_fw, 6), 0.0, 0.0)


def framing(keys: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Return the framing metadata of a camera move."""
    return {"fit": "cover", "keys": [list(key) for key in keys]}
