"""The camera's move behind many local shifts: a robust similarity.

Aim
    Shift, zoom and turn that explain most of the tiles, whatever a few of them
    (moving subjects, burnt-in text) say.

Conventions
    Positions and displacements are in frame widths from the frame's centre, y down,
    as complex numbers ``x + iy``: the model ``d = T + z p + r J p``,
    ``J p = (-p_y, p_x)``, is then ``d = T + (z + ir) p``. z > 0 magnifies, r > 0
    turns the picture clockwise.

Source
    Weighted least squares in closed form, re-weighted by Tukey's biweight
    (Beaton and Tukey 1974; Huber, *Robust Statistics*).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from otio_genai.analyse.phase import Floats

__all__ = ["Fit", "fit", "median"]

Complexes = npt.NDArray[np.complexfloating]

_ROUNDS = 4
_SETTLED_FW = 1e-6
# Median absolute deviation of a normal distribution, as its standard deviation.
_MAD_TO_SD = 1.4826
# Sub-pixel noise of a tile: below it no tile is called an outlier.
_NOISE_FW = 2e-4
_TUKEY = 4.0
# Tiles trusted less than this share of the best one have no vote.
_LEAST_SHARE = 1e-3


@dataclass(frozen=True, slots=True)
class Fit:
    """A similarity and how well the tiles agree on it.

    ``x_fw, y_fw`` shift of the centre; ``zoom`` and ``turn`` the linear terms;
    ``residual_fw`` median disagreement; ``confidence`` share of the weight kept.
    """

    x_fw: float
    y_fw: float
    zoom: float
    turn: float
    residual_fw: float
    confidence: float


def fit(places_fw: Floats, moves_fw: Floats, weights: Floats) -> Fit:
    """Return the similarity that most of the weighted moves agree on.

    Parameters
    ----------
    places_fw, moves_fw
        Where each tile is and how far it moved, shape ``(n, 2)``.
    weights
        How far each tile is trusted, shape ``(n,)``; their sum must be positive.

    Examples
    --------
    >>> places = np.array([[-.4, 0], [.4, 0], [0, .2], [0, -.2]])
    >>> found = fit(places, 0.1 * places + [0.05, 0], np.ones(4))
    >>> round(found.zoom, 6), round(found.x_fw, 6), round(found.confidence, 6)
    (0.1, 0.05, 1.0)
    """
    place = places_fw[:, 0] + 1j * places_fw[:, 1]
    move = moves_fw[:, 0] + 1j * moves_fw[:, 1]
    # Tiles without a vote (haze, dark corners) must not set the scale of the rest.
    voting = weights > _LEAST_SHARE * weights.max()
    kept = weights
    shift, linear = _closed_form(place, move, kept)
    error = np.abs(move - shift - linear * place)
    for _ in range(_ROUNDS):
        scale = _MAD_TO_SD * median(error[voting]) + _NOISE_FW
        bite = np.maximum(1 - (error / (_TUKEY * scale)) ** 2, 0)
        kept = weights * bite * bite
        if kept.sum() <= 0:
            kept = weights
            break
        before = shift
        shift, linear = _closed_form(place, move, kept)
        error = np.abs(move - shift - linear * place)
        if abs(shift - before) < _SETTLED_FW:
            break
    return Fit(
        shift.real,
        shift.imag,
        linear.real,
        linear.imag,
        median(error[voting]),
        float(kept.sum() / weights.sum()),
    )


def median(values: Floats) -> float:
    """Return the median of a few values; numpy's own takes five times as long."""
    ordered = np.sort(values)
    count = len(ordered)
    return float(ordered[(count - 1) // 2] + ordered[count // 2]) / 2


def _closed_form(
    place: Complexes, move: Complexes, weights: Floats
) -> tuple[complex, complex]:
    share = weights / weights.sum()
    middle, drift = share @ place, share @ move
    off = place - middle
    pull = share * np.conj(off)
    spread = (pull @ off).real
    linear = complex(pull @ (move - drift) / spread) if spread > 1e-9 else 0j
    return complex(drift - linear * middle), linear
