"""What a film costs: every rule a sum, every weight the style's.

Conventions
    Costs are numbers without unit, 0 at best for most rules; a film's cost is their
    sum over joins, shots and cuts. One join costs as its kind asks:

    ==========  ==========================================================
    match       |M - (1 - dissonance)|, so at dissonance 0 it is 1 - M
    dry         M
    carry       1/4 + 1/2 max(0, -cos of the two motions) + 1/4 for each
                side that stands still: it repairs anything, so it has a
                price, and stillness has no motion to carry
    dissolve    1/4 (1 - M), and so a dip
    ==========  ==========================================================

    with M of `otio_genai.assemble.match`. Joins of stillness with stillness pay the
    weight ``rest``, unless they are dissolved. Colours differ by CIE 1976 ΔE; 100
    is the distance of black and white.

Sources
    Additive costs solved by dynamic programming: Galvane et al. 2015 and Leake et al.
    2017. The sizes of weights are proposals; none of them was fitted to viewers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from otio_genai.analyse.palette import lab
from otio_genai.assemble.match import REST_FW_S, scores
from otio_genai.assemble.style import Style

__all__ = ["colour_costs", "energy_costs", "joins", "tint_costs"]

Table = NDArray[np.float64]

_CARRY_PRICE, _CARRY_OPPOSED, _CARRY_STILL = 0.25, 0.5, 0.25
_SOFT = 0.25
_BLACK_TO_WHITE = 100.0
#: Kinds across which motion or time flows on, so that colours should too.
_FLOWING = ("match", "carry", "dissolve")


def joins(kind: str, leaving: Table, entering: Table, style: Style) -> Table:
    """Return what joins of one kind cost by their motion.

    Parameters
    ----------
    kind
        ``match``, ``dry``, ``carry``, ``dissolve`` or ``dip``.
    leaving, entering
        Motions before and after, shapes (n, 4) and (m, 4), fw/s.
    style
        Its weights ``motion`` and ``rest``, and ``dissonance``.

    Returns
    -------
    ndarray, shape (n, m)
    """
    if kind == "carry":
        return style.weight_motion * _carried(leaving, entering)
    found = scores(leaving, entering)
    if kind in ("dissolve", "dip"):
        return style.weight_motion * _SOFT * (1 - found)
    rest = _slow(leaving)[:, None] & _slow(entering)[None, :]
    missed = found if kind == "dry" else np.abs(found - (1 - style.dissonance))
    return style.weight_motion * missed + style.weight_rest * rest


def _slow(motions: Table) -> NDArray[np.bool_]:
    return np.asarray(np.linalg.norm(motions, axis=1) < REST_FW_S)


def _carried(leaving: Table, entering: Table) -> Table:
    sizes = np.linalg.norm(leaving, axis=1)[:, None] * np.linalg.norm(entering, axis=1)
    cosine = (leaving @ entering.T) / np.maximum(sizes, REST_FW_S**2)
    still = 1.0 * _slow(leaving)[:, None] + 1.0 * _slow(entering)[None, :]
    opposed = _CARRY_OPPOSED * np.maximum(0.0, -cosine)
    return np.asarray(_CARRY_PRICE + opposed + _CARRY_STILL * still)


def colour_costs(kind: str, leaving: Table, entering: Table, style: Style) -> Table:
    """Return what the colours across joins of one kind cost.

    Parameters
    ----------
    kind
        As for `joins`.
    leaving, entering
        Lab at the ends of takes, shapes (n, 3) and (m, 3).
    style
        Its ``colour`` and the weight of it.

    Returns
    -------
    ndarray, shape (n, m)
        Negative where unlike colours are sought.
    """
    apart = np.linalg.norm(leaving[:, None] - entering[None, :], axis=2)
    likes = {"continuity": 1.0, "contrast": -1.0, "free": 0.0}
    sign = likes.get(style.colour, 1.0 if kind in _FLOWING else -1.0)
    return np.asarray(style.weight_colour * sign * apart / _BLACK_TO_WHITE)


def tint_costs(means: Table, style: Style) -> Table:
    """Return how far takes are from the signature colour, shape (n,).

    Parameters
    ----------
    means
        Mean Lab of each take, shape (n, 3).
    style
        Its ``tint``; without one nothing costs.
    """
    if style.tint is None:
        return np.zeros(len(means))
    red, green, blue = bytes.fromhex(style.tint[1:])
    aim, _ = lab(np.array([[[red, green, blue]]], np.uint8))
    # Lightness varies from shot to shot; a signature is a hue.
    apart = np.linalg.norm(means[:, 1:] - aim[None, 1:], axis=1)
    return np.asarray(4 * style.weight_colour * apart / _BLACK_TO_WHITE)


def energy_costs(
    energies: Sequence[float], wanted: Sequence[float] | None, style: Style
) -> Any:
    """Return what it costs to put each take into each slot, by energy.

    Both are compared by rank, since loudness and motion share no unit.

    Parameters
    ----------
    energies
        Of n takes, fw/s.
    wanted
        Of s slots, as the music has it; ``None`` when nothing is known.

    Returns
    -------
    ndarray, shape (s, n), or 0 when nothing is wanted
    """
    if wanted is None or len(set(wanted)) < 2 or len(set(energies)) < 2:
        return 0.0
    apart = _ranks(wanted)[:, None] - _ranks(energies)[None, :]
    return style.weight_energy * 4 * apart**2


def _ranks(values: Sequence[float]) -> Table:
    """Return the place of each value among all, 0 to 1; equal values share one."""
    given = np.asarray(values, dtype=float)
    ordered = np.sort(given)
    low = np.searchsorted(ordered, given, "left")
    high = np.searchsorted(ordered, given, "right")
    ranks: Table = (low + high - 1) / 2 / max(1, len(given) - 1)
    return ranks
