"""Numbers put into another order by a key: every one once, and back again.

Aim
    The n-th showing is the film of number ``permuted(n)``: no film comes twice before
    all were shown, and without the key nobody can tell which.

Source
    A balanced Feistel network of eight rounds on the smallest even number of bits that
    holds the size, walked along its cycle until it lands inside (Black and Rogaway,
    Ciphers with Arbitrary Finite Domains, 2002). The round function is SHAKE-256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

__all__ = ["KEY_BYTES", "permuted", "restored"]

#: Length of a key.
KEY_BYTES = 32

_ROUNDS = range(8)


def permuted(number: int, size: int, key: bytes) -> int:
    """Return which of ``size`` numbers stands at place ``number``.

    Parameters
    ----------
    number
        At least 0 and below ``size``.
    size
        How many numbers there are, of any magnitude.
    key
        `KEY_BYTES` bytes.

    Raises
    ------
    ValueError
        The number is not among them, or the key is of another length.

    Examples
    --------
    >>> sorted(permuted(n, 5, bytes(32)) for n in range(5))
    [0, 1, 2, 3, 4]
    """
    return _walked(number, size, key, _ROUNDS)


def restored(number: int, size: int, key: bytes) -> int:
    """Return the place at which `permuted` puts ``number``; parameters as there."""
    return _walked(number, size, key, reversed(_ROUNDS))


def _walked(number: int, size: int, key: bytes, rounds: Iterable[int]) -> int:
    if not 0 <= number < size:
        raise ValueError(f"{number} is not among {size} numbers.")
    if len(key) != KEY_BYTES:
        raise ValueError(f"A key has {KEY_BYTES} bytes, not {len(key)}.")
    half = max(1, -(-(size - 1).bit_length() // 2))
    order = list(rounds)
    forwards = order == list(_ROUNDS)
    while True:
        number = _mixed(number, half, key, order, forwards=forwards)
        if number < size:
            return number


def _mixed(
    number: int, half: int, key: bytes, order: list[int], *, forwards: bool
) -> int:
    mask = (1 << half) - 1
    left, right = number >> half, number & mask
    for turn in order:
        if forwards:
            left, right = right, left ^ _noise(turn, right, half, key)
        else:
            left, right = right ^ _noise(turn, left, half, key), left
    return left << half | right


def _noise(turn: int, value: int, half: int, key: bytes) -> int:
    length = -(-half // 8)
    said = key + bytes([turn]) + value.to_bytes(length, "big")
    found = hashlib.shake_256(said).digest(length)
    return int.from_bytes(found, "big") & ((1 << half) - 1)
