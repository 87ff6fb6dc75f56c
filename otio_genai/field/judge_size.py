"""Numbers of films as people read them, however large."""

from __future__ import annotations

__all__ = ["digits", "told"]

_WHOLE = 1_000_000


def digits(number: int) -> int:
    """Return how many decimal digits a number of films has.

    Examples
    --------
    >>> digits(0), digits(999), digits(1000)
    (1, 3, 4)
    """
    if number < 10:
        return 1
    # 2^b has about 0.30103 b digits; Python refuses to write out very long numbers.
    found = (number.bit_length() - 1) * 30102 // 100_000
    while 10**found <= number:
        found += 1
    return found


def told(number: int) -> str:
    """Return a number of films in a few words.

    Examples
    --------
    >>> told(4096), told(4_137 * 10**24)
    ('4,096', '4.1 × 10^27, 28 digits')
    """
    if number < _WHOLE:
        return f"{number:,}"
    size = digits(number)
    # Rounded down: there are never fewer films than are told of.
    leading = number // 10 ** (size - 2)
    return f"{leading // 10}.{leading % 10} × 10^{size - 1}, {size} digits"
