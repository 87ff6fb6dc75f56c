"""How a take moves: shift, zoom and turn of the picture, about twelve times a second.

Aim
    The movement with which a take begins and ends, so that two takes can be joined
    where they move alike.

Conventions
    fw is the width of the frame. The flow of a picture point ``p`` (from the centre,
    y down) is ``v(p) = T + z p + r J p``, ``J p = (-p_y, p_x)``: T in fw/s (a camera
    panning right has T_x < 0), z in 1/s (> 0 zooms in), r in rad/s (> 0 turns the
    picture clockwise). The vector is ``m = (T_x, T_y, kappa z, kappa r)``,
    ``kappa = sqrt((1 + (H/W)^2) / 12)``: its length is the root-mean-square flow over
    the frame, so the distance of two vectors is the flow jump across a cut.

    A sample belongs to the frame on which its movement has arrived: a clip that ends
    before frame f leaves with the samples < f, one that begins with frame f enters
    with the samples > f.

Source
    Tiled phase correlation (`otio_genai.analyse.tiles`) of pictures picked by
    `otio_genai.analyse.picture`.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from otio_genai.analyse.overlays import cleared
from otio_genai.analyse.phase import Floats
from otio_genai.analyse.picks import Picker, native_times
from otio_genai.analyse.picture import Luma
from otio_genai.analyse.samples import (
    VERSION,
    Sample,
    entry_motion,
    exit_motion,
    from_metadata,
    kappa,
    reframed,
    to_metadata,
)
from otio_genai.analyse.scenes import Pair, follow
from otio_genai.analyse.similarity import Fit
from otio_genai.analyse.tiles import View
from otio_genai.analyse.windows import windows

__all__ = [
    "VERSION",
    "Observed",
    "Sample",
    "entry_motion",
    "exit_motion",
    "from_metadata",
    "kappa",
    "measure",
    "observe",
    "reframed",
    "to_metadata",
    "windows",
]

_SAMPLES_PER_S = 12
# Below this a similarity is a shift alone.
_STILL = 1e-9
# Likeness of a picture with itself, and its gains.
_NO_CHANGE = (1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """What one pass over a take's frames has seen.

    ``samples`` as of `measure`; ``likeness``, ``sharper``, ``lighter`` and ``stronger``
    (`otio_genai.analyse.tiles.Match`) have one value per sample. ``changes`` has the
    mean difference, in levels of 255, of every frame from the one before it; ``first``
    is the number of the first frame and ``rate`` their frames per second.
    """

    samples: list[Sample]
    likeness: Floats
    sharper: Floats
    lighter: Floats
    stronger: Floats
    changes: Floats
    first: int
    rate: Fraction


def measure(
    lumas: Iterable[tuple[int, Luma]], rate: Fraction, *, bits: int = 10
) -> list[Sample]:
    """Return the motion of a take, in order of frames.

    Parameters
    ----------
    lumas
        Every frame's number and luma plane ``(height, width)``, ascending.
    rate
        Frames per second.
    bits
        Depth of ``uint16`` planes.

    Returns
    -------
    list of Sample
        One per 1/12 s, or per frame below 12 fps. Held frames are measured against
        the next different one and divided by the true time between them. A take
        whose frames are all alike is still; of a single frame nothing is known, so
        it is still with confidence 0. Empty only when there are no frames.

    Examples
    --------
    >>> noise = np.random.default_rng(0).integers(0, 255, (90, 160)).astype(np.uint8)
    >>> samples = measure(enumerate([noise, np.roll(noise, 4, 1)]), Fraction(10))
    >>> round(samples[0].tx, 2)
    0.25
    """
    return observe(lumas, rate, bits=bits).samples


def observe(
    lumas: Iterable[tuple[int, Luma]], rate: Fraction, *, bits: int = 10
) -> Observed:
    """Return the motion of a take and how steadily it was held; as `measure`."""
    step = max(1, math.floor(rate / _SAMPLES_PER_S + Fraction(1, 2)))
    picker = Picker(step, bits)
    pairs = list(follow(cleared(View(still) for still in picker.stills(lumas))))
    times = native_times(picker.births)
    rows: list[tuple[Sample, tuple[float, ...]]] = []
    for pair in pairs:
        rows += _samples(pair, picker, times, step, rate)
    if not pairs and picker.frames:
        rows = [(Sample(picker.frames[0]), _NO_CHANGE)]
    traits = np.array([traits for _, traits in rows]).reshape(-1, len(_NO_CHANGE))
    return Observed(
        [sample for sample, _ in rows],
        traits[:, 0],
        traits[:, 1],
        traits[:, 2],
        traits[:, 3],
        np.array(picker.changes),
        picker.frames[0] if picker.frames else 0,
        rate,
    )


def _samples(
    pair: Pair, picker: Picker, times: Floats, step: int, rate: Fraction
) -> list[tuple[Sample, tuple[float, ...]]]:
    a, b, found = pair.before, pair.after, pair.match
    if found is None:
        return [(Sample(_change(picker, a.frame, b.frame), cut=True), _NO_CHANGE)]
    apart = b.frame - a.frame
    dt_s = apart / float(rate)
    born = [picker.births[still.birth] == still.frame for still in (a, b)]
    if all(born) and times[b.birth] > times[a.birth]:
        dt_s = float(times[b.birth] - times[a.birth]) / float(rate)
    shift, linear = _flow(found.fit)
    factor = kappa(a.aspect) / dt_s
    count = max(1, apart // step)
    each = (
        shift.real / dt_s,
        shift.imag / dt_s,
        linear.real * factor,
        linear.imag * factor,
        found.fit.residual_fw / dt_s,
        found.fit.confidence,
    )
    gains = found.sharper / count, found.lighter / count, found.stronger / count
    return [
        (Sample(a.frame + apart * (k + 1) // count, *each), (found.likeness, *gains))
        for k in range(count)
    ]


def _flow(move: Fit) -> tuple[complex, complex]:
    """Return the even flow, T and z + ir, that makes a similarity in unit time."""
    # With s = z + ir: p' = e^s p + T (e^s - 1) / s.
    grown, shift = complex(move.zoom, move.turn), complex(move.x_fw, move.y_fw)
    linear = cmath.log(1 + grown)
    return (shift * linear / grown if abs(grown) > _STILL else shift), linear


def _change(picker: Picker, after: int, until: int) -> int:
    """Return the frame between two picks on which the scene changed."""
    first = picker.frames[0]
    part = picker.changes[after - first + 1 : until - first + 1]
    return after + 1 + int(np.argmax(part))
