"""Parameters of filters: numbers as text, keyframes, and whom to tell of changes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Protocol

from otio_genai.interchange.loss import Outcome
from otio_genai.interchange.xmeml.model import Parameter, Value

__all__ = ["Report", "When", "keyed", "number", "parameter"]

#: Media frame of a record frame counted from the item's own first.
When = Callable[[int], int]


class Report(Protocol):
    """Told what becomes of a feature of one item."""

    def __call__(
        self, feature: str, gets: str, remedy: str, outcome: Outcome = "approximated"
    ) -> None:
        """Name a feature, what the target gets of it, and a remedy."""


def number(value: float) -> str:
    """Return a decimal with at most six places, without a useless tail.

    Examples
    --------
    >>> number(0.5), number(100.0), number(-1e-9)
    ('0.5', '100', '0')
    """
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def keyed(
    frames: Sequence[int], values: Sequence[Value], feature: str, report: Report
) -> tuple[tuple[int, Value], ...]:
    """Return keyframes, one per media frame; one is a value that never changes."""
    if any(b <= a for a, b in itertools.pairwise(frames)):
        report(
            f"{feature} keyframes",
            "the last of several keyframes on one media frame",
            "Leave a frame between keyframes.",
        )
    keys = tuple(sorted(dict(zip(frames, values, strict=True)).items()))
    return keys if len({value for _, value in keys}) > 1 else keys[:1]


def parameter(
    name: tuple[str, str],
    keys: tuple[tuple[int, Value], ...],
    span: tuple[str, str] = ("", ""),
) -> Parameter:
    """Return a parameter of (id, name); its plain value is that of the first key."""
    changing = keys if len(keys) > 1 else ()
    return Parameter(*name, keys[0][1], *span, changing)
