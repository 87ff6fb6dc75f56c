"""In words, what a file says otherwise than the timeline did.

Conventions
    Values are told as an editor would name them, never as a program writes them; what
    has no order of its own is sorted, so that the same loss has the same words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from fractions import Fraction
from typing import Any

from otio_genai.interchange.census import Trait
from otio_genai.interchange.urls import base_name

__all__ = ["difference"]

# Parts of a value that are told before it is only counted.
_MOST = 6


def difference(before: Trait, after: Trait | None) -> str:
    """Return what a file, read back, says instead of what was written.

    Parameters
    ----------
    before
        What was written.
    after
        What stands in its place; None: nothing.

    Examples
    --------
    >>> difference(Trait("channels", (1,)), Trait("channels", (1, 2)))
    '1, 2 instead of 1'
    """
    if after is None:
        said = _words(before)
        return f"without it: {said}" if said else "without it"
    if before.feature == "nested sequence":
        return _within(before.value, after.value)
    was, now = _words(before), _words(after)
    return f"{now} instead of {was}" if was and now and was != now else "another value"


def _within(before: Any, after: Any) -> str:
    """Name the features in which two nested sequences differ."""
    (begun, inner), (begins, outer) = before, after
    parts: list[str] = []
    if begun != begins:
        parts.append(f"it begins at its frame {begins} instead of {begun}")
    held, holds = Counter(dict(inner)), Counter(dict(outer))
    lost, new = _features(held - holds), _features(holds - held)
    if lost:
        parts.append(f"within it not as written: {_list(lost)}")
    elif new:
        parts.append(f"within it, and not written: {_list(new)}")
    return "; ".join(parts) or "another value"


def _features(traits: Counter[Any]) -> Counter[str]:
    found: Counter[str] = Counter()
    for key, count in traits.items():
        found[str(key[0])] += count
    return found


def _list(features: Counter[str]) -> str:
    return ", ".join(
        name if count == 1 else f"{name} ({count} times)"
        for name, count in sorted(features.items())
    )


def _words(trait: Trait) -> str:
    """Return a value in words; empty when they would tell nothing."""
    tell = _TELL.get(trait.feature, _plain)
    return tell(trait.value)


def _plain(value: Any) -> str:
    parts = [part for part in _flat(value) if part]
    return ", ".join(parts) if len(parts) <= _MOST else ""


def _flat(value: Hashable) -> Iterator[str]:
    if isinstance(value, (tuple, list)):
        for part in value:
            yield from _flat(part)
    elif isinstance(value, (set, frozenset)):
        yield from sorted(_plain(part) for part in value)
    elif isinstance(value, bool):
        yield "yes" if value else "no"
    elif isinstance(value, (int, float, Fraction)):
        yield f"{float(value):.6g}"
    elif value is not None:
        yield str(value)


def _media(value: Any) -> str:
    first, last = value[-2:]
    return f"{base_name(str(value[0]))}, its frames {first} to {last}"


def _images(value: Any) -> str:
    first, last = value[-2:]
    return f"{value[1]}, its frames {first} to {last}"


def _framing(value: Any) -> str:
    fit, keys = value
    return f"{fit}, {_keys(keys)}" if keys else str(fit)


def _keys(keys: Any) -> str:
    return _plain(keys[0][1:]) if len(keys) == 1 else f"{len(keys)} keys"


def _speeds(value: Iterable[Any]) -> str:
    return f"{len(tuple(value))} frames"


def _link(value: Any) -> str:
    return " with ".join(f"{kind[:1]}{number}" for kind, number, _ in sorted(value))


_TELL: dict[str, Callable[[Any], str]] = {
    "media": _media,
    "image sequence": _images,
    "framing": _framing,
    "levels": _keys,
    "pan": _keys,
    "opacity": _keys,
    "crop": _keys,
    "variable speed": _speeds,
    "link": _link,
    "rate": lambda value: f"{float(value):.6g} frames a second",
    "raster": lambda value: f"{value[0]} x {value[1]}",
}
