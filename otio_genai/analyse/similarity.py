"""The camera's move behind many local shifts: a robust similarity.

Aim
    Shift, zoom and turn that explain most of the tiles, whatever a few of them
    (moving subjects, burnt-in text) say.

Conventions
    Positions and displacements are in frame widths from the frame's centre, y down.
    The model is ``d = T + z p + r J p`` with ``J p = (-p_y, p_x)``: z > 0 magnifies,
    r > 0 turns the picture clockwise.

Source
    Weighted least squares in closed form, re-weighted by Tukey's biweight
    (Beaton and Tukey 1974; Huber, *Robust Statistics*).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from otio_genai.analyse.phase import Floats

__all__ = ["Fit", "fit"]

_ROUNDS = 4
# Median absolute deviation of a normal distribution, as its standard deviation.
_MAD_TO_SD = 1.4826
# Sub-pixel noise of a tile: below it no tile is called an outlier.
_NOISE_FW = 2e-4
_TUKEY = 4.0


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
    kept = weights
    x, y, zoom, turn = _closed_form(places_fw, moves_fw, kept)
    error = _errors(places_fw, moves_fw, x, y, zoom, turn)
    for _ in range(_ROUNDS):
        scale = _MAD_TO_SD * float(_median(error, weights)) + _NOISE_FW
        bite = np.maximum(1 - (error / (_TUKEY * scale)) ** 2, 0) ** 2
        kept = weights * bite
        if kept.sum() <= 0:
            kept = weights
            break
        x, y, zoom, turn = _closed_form(places_fw, moves_fw, kept)
        error = _errors(places_fw, moves_fw, x, y, zoom, turn)
    return Fit(
        x,
        y,
        zoom,
        turn,
        float(_median(error, weights)),
        float(kept.sum() / weights.sum()),
    )


def _closed_form(
    places: Floats, moves: Floats, weights: Floats
) -> tuple[float, float, float, float]:
    share = weights / weights.sum()
    place, move = share @ places, share @ moves
    x, y = (places - place).T
    u, v = (moves - move).T
    spread = float(share @ (x * x + y * y))
    zoom = turn = 0.0
    if spread > 1e-9:
        zoom = float(share @ (x * u + y * v)) / spread
        turn = float(share @ (x * v - y * u)) / spread
    shift_x = float(move[0] - zoom * place[0] + turn * place[1])
    shift_y = float(move[1] - zoom * place[1] - turn * place[0])
    return shift_x, shift_y, zoom, turn


def _errors(
    places: Floats, moves: Floats, x: float, y: float, zoom: float, turn: float
) -> Floats:
    p_x, p_y = places.T
    off_x = moves[:, 0] - (x + zoom * p_x - turn * p_y)
    off_y = moves[:, 1] - (y + zoom * p_y + turn * p_x)
    return np.asarray(np.hypot(off_x, off_y))


def _median(values: Floats, weights: Floats) -> Floats:
    # Tiles without a vote (haze, dark corners) must not set the scale of the rest.
    return np.asarray(np.median(values[weights > 1e-3 * weights.max()]))
