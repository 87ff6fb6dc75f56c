"""Whole numbers of any length in arrays: rows of digits to the base 2^16.

A table of ones and zeros times a column of such numbers is then one product of
matrices in float64, exact as long as no digit's sum reaches 2^53.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Digits", "carried", "integers", "packed", "widened"]

#: Numbers of shape (...) as digits, lowest first, shape (..., length).
Digits = NDArray[np.float64] | NDArray[np.uint16]

_BASE = 65536.0


def carried(digits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the same numbers with every digit below the base."""
    while True:
        high = np.floor(digits / _BASE)
        if not high.any():
            return digits
        digits = digits - high * _BASE
        if high[..., -1].any():
            digits = np.concatenate([digits, np.zeros_like(digits[..., :1])], axis=-1)
            digits[..., 1:] += high
        else:
            digits[..., 1:] += high[..., :-1]


def integers(digits: Digits) -> list[int]:
    """Return numbers as Python has them, in the order of the flattened array."""
    packed = np.ascontiguousarray(digits.astype("<u2"))
    rows = packed.reshape(-1, digits.shape[-1])
    return [int.from_bytes(row.tobytes(), "little") for row in rows]


def packed(digits: NDArray[np.float64]) -> NDArray[np.uint16]:
    """Return numbers in a quarter of the memory; every digit is below the base."""
    used = np.flatnonzero(digits.any(axis=tuple(range(digits.ndim - 1))))
    length = int(used[-1]) + 1 if len(used) else 1
    return np.ascontiguousarray(digits[..., :length].astype("<u2"))


def widened(digits: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Return the same numbers with room for ``length`` digits at least."""
    more = max(0, length - digits.shape[-1])
    return np.concatenate([digits, np.zeros((*digits.shape[:-1], more))], axis=-1)
