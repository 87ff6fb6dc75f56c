"""What is known of a take's motion: samples, units, and how they are kept.

Conventions
    Those of `otio_genai.analyse.motion`: widths of the frame per second (fw/s), y
    down, motion vector ``(T_x, T_y, kappa z, kappa r)``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from otio_genai.analyse.phase import Floats
from otio_genai.analyse.windows import windows

__all__ = [
    "VERSION",
    "Sample",
    "entry_motion",
    "exit_motion",
    "from_metadata",
    "kappa",
    "reframed",
    "to_metadata",
]

#: Counts up whenever the figures change: it is part of the key of cached results.
VERSION = 3

_FITS = ("cover", "contain")


@dataclass(frozen=True, slots=True)
class Sample:
    """Movement arriving on one frame of a take.

    ``tx, ty, kz, kr`` and ``residual`` (median disagreement of the tiles: subjects
    that move by themselves) are in fw/s; ``confidence`` 0-1 is the share of the
    picture that agrees. ``cut`` marks a scene change inside the take: no movement.
    """

    frame: int
    tx: float = 0.0
    ty: float = 0.0
    kz: float = 0.0
    kr: float = 0.0
    residual: float = 0.0
    confidence: float = 0.0
    cut: bool = False

    @property
    def vector(self) -> tuple[float, float, float, float]:
        """The motion vector m, in fw/s."""
        return self.tx, self.ty, self.kz, self.kr

    @property
    def speed(self) -> float:
        """Root-mean-square flow over the frame, in fw/s."""
        return math.hypot(*self.vector)


def kappa(aspect: float) -> float:
    """Return the factor that turns z and r into root-mean-square flow.

    Parameters
    ----------
    aspect
        Height over width of the frame.

    Examples
    --------
    >>> round(kappa(9 / 16), 3), round(kappa(16 / 9), 3)
    (0.331, 0.589)
    """
    return math.sqrt((1 + aspect**2) / 12)


def exit_motion(samples: Sequence[Sample], frame: int) -> Sample:
    """Return the motion with which a clip leaves that ends before ``frame``.

    The median of the 5 samples before it, fewer at the take's start and never
    across a scene change; at the very start the motion after it, and still with
    confidence 0 when there is nothing to go by.
    """
    return _at(samples, frame)[0]


def entry_motion(samples: Sequence[Sample], frame: int) -> Sample:
    """Return the motion with which a clip enters that begins with ``frame``.

    The median of the 5 samples after it, fewer at the take's end and never across
    a scene change; on the very last frame the motion before it, and still with
    confidence 0 when there is nothing to go by.
    """
    return _at(samples, frame)[1]


def reframed(
    vectors: npt.ArrayLike,
    *,
    take_aspect: float,
    film_aspect: float,
    fit: str = "cover",
) -> Floats:
    """Return motion vectors of a take as they are seen in a film of another shape.

    Parameters
    ----------
    vectors
        (T_x, T_y, kappa z, kappa r) in widths of the take per second, shape (..., 4).
    take_aspect, film_aspect
        Height over width.
    fit
        ``"cover"``: the take fills the film's frame and is cropped about its centre;
        ``"contain"``: all of it is seen, between bars.

    Returns
    -------
    ndarray, shape (..., 4)
        In widths of the film per second; the length is the root-mean-square flow
        over what is seen of the picture.

    Raises
    ------
    ValueError
        An aspect that is not positive, or a fit that does not exist.

    Examples
    --------
    >>> reframed([0.1, 0, 0, 0], take_aspect=1, film_aspect=16 / 9).round(3).tolist()
    [0.178, 0.0, 0.0, 0.0]
    """
    if fit not in _FITS or not min(take_aspect, film_aspect) > 0:
        raise ValueError(f"no such framing: {fit!r}, {take_aspect}, {film_aspect}")
    # Width of the whole take in widths of the film.
    by_height = film_aspect / take_aspect
    width = max(1.0, by_height) if fit == "cover" else min(1.0, by_height)
    linear = width
    if fit == "cover":
        linear = kappa(film_aspect) / kappa(take_aspect)
    return np.asarray(vectors, float) * [width, width, linear, linear]


def to_metadata(
    samples: Sequence[Sample], width_px: int, height_px: int
) -> dict[str, Any]:
    """Return what a media reference carries under ``motion``.

    ``samples`` rows are ``[frame, tx, ty, kz, kr, residual, confidence]`` rounded to
    six digits; ``cuts_frames`` are the first frames after a scene change.
    """
    return {
        "version": VERSION,
        "width_px": width_px,
        "height_px": height_px,
        "samples": [
            [s.frame, *(_rounded(v) for v in (*s.vector, s.residual, s.confidence))]
            for s in samples
            if not s.cut
        ],
        "cuts_frames": [s.frame for s in samples if s.cut],
    }


def from_metadata(kept: Mapping[str, Any]) -> list[Sample]:
    """Return the samples a media reference carries, in order of frames."""
    rows = [_sample(int(row[0]), row[1:]) for row in kept["samples"]]
    cuts = [Sample(int(frame), cut=True) for frame in kept.get("cuts_frames", ())]
    return sorted(rows + cuts, key=lambda sample: sample.frame)


def _at(samples: Sequence[Sample], frame: int) -> tuple[Sample, Sample]:
    rows = [
        (s.frame, *s.vector, s.residual, s.confidence) for s in samples if not s.cut
    ]
    cuts = [s.frame for s in samples if s.cut]
    table = np.array(rows, float).reshape(-1, 7)
    leaving, entering = windows(table, cuts, [frame], values=6)
    return _sample(frame, leaving[0]), _sample(frame, entering[0])


def _sample(frame: int, row: Iterable[float]) -> Sample:
    tx, ty, kz, kr, residual, confidence = (float(value) for value in row)
    return Sample(frame, tx, ty, kz, kr, residual, confidence)


def _rounded(value: float) -> float:
    return round(value, 6) + 0.0
