"""How well motion continues across a cut.

Aim
    One number for a pair of motions: 1 where the picture goes on as it was, 0 where
    it is thrown the other way.

Conventions
    Motions are vectors ``(T_x, T_y, κz, κr)`` in frame widths per second, so that the
    length of a difference is the rms flow jump over the frame. The score is

        M(A, B) = 1 - |A - B| / (|A| + |B| + 2 s0),   s0 = 0.02 fw/s:

    the same direction at speed ratio ρ gives about 2 / (1 + ρ), equal speeds at an
    angle θ give 1 - sin(θ / 2), two stills 1. It is geometry, not perception: people
    agree little on what a motion match is (Chen et al., Match Cutting, WACV 2023,
    report κ ≈ 0.28).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["REST_FW_S", "is_rest", "score", "scores", "speed"]

Vectors = NDArray[np.float64]

#: Slower than this the picture rests (fw/s).
REST_FW_S = 0.02


def speed(motion: Sequence[float]) -> float:
    """Return the rms flow of a motion, in fw/s."""
    return float(np.linalg.norm(motion))


def score(leaving: Sequence[float], entering: Sequence[float]) -> float:
    """Return M of the motion before a cut and the one after it, 0 to 1.

    Examples
    --------
    >>> score((0.1, 0, 0, 0), (0.1, 0, 0, 0)), score((0.5, 0, 0, 0), (-0.5, 0, 0, 0))
    (1.0, 0.038461538461538436)
    """
    return float(scores(np.array([leaving]), np.array([entering]))[0, 0])


def scores(leaving: Vectors, entering: Vectors) -> Vectors:
    """Return M of every pair.

    Parameters
    ----------
    leaving
        Shape (n, 4), fw/s.
    entering
        Shape (m, 4), fw/s.

    Returns
    -------
    ndarray
        Shape (n, m), 0 to 1.
    """
    before = np.linalg.norm(leaving, axis=1)
    after = np.linalg.norm(entering, axis=1)
    jump = np.linalg.norm(leaving[:, None, :] - entering[None, :, :], axis=2)
    result: Vectors = 1 - jump / (before[:, None] + after[None, :] + 2 * REST_FW_S)
    return result


def is_rest(leaving: Any, entering: Any) -> bool:
    """Tell whether both sides stand still, which matches by having nothing to match."""
    return speed(leaving) < REST_FW_S and speed(entering) < REST_FW_S
