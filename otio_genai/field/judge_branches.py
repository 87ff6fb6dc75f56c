"""How often branches are taken, in words, and which are far from what is asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from otio_genai.field.odds import Share

__all__ = ["lines", "strays"]

#: Of the films that come to it, below which a branch is as good as never taken.
_RARE = 0.02
#: Odds that are so many times those asked for are told.
_FAR = 2.5


def strays(share: Share) -> str:
    """Return what is odd about how often a branch is taken; empty if nothing is.

    Examples
    --------
    >>> strays(Share("by night", 0.004, 0.005, 0.5))
    'hardly ever taken'
    >>> strays(Share("by night", 0.18, 0.21, 0.2))
    ''
    """
    if share.of_fork is None:
        return "no film comes to it" if share.of_films <= 0 else ""
    if share.of_fork < min(_RARE, share.wished):
        return "hardly ever taken"
    if 1 - share.of_fork < min(_RARE, 1 - share.wished):
        return "hardly ever left out"
    if abs(_log_odds(share.of_fork) - _log_odds(share.wished)) > math.log(_FAR):
        return "far from what is asked for"
    return ""


def _log_odds(share: float) -> float:
    return math.log(share / (1 - share)) if 0 < share < 1 else math.inf


def lines(branches: Sequence[Share]) -> Iterator[str]:
    """Yield the shares of branches in lines, and what sets them right."""
    if not branches:
        return
    yield "branches       of the films that come to each, how many take it"
    names = max(len(one.branch) for one in branches)
    for one in branches:
        of_fork = "none" if one.of_fork is None else _percent(one.of_fork)
        said = strays(one)
        yield (
            f"  {one.branch:<{names}}  {of_fork:>6}, asked for {_percent(one.wished)}; "
            f"{_percent(one.of_films)} of all films{f': {said}' if said else ''}"
        )
    if any(map(strays, branches)):
        yield (
            "  joins pull films one way; `otio-genai field weigh` sets the weights "
            "with which shares are as asked for"
        )


def _percent(share: float) -> str:
    """Return a share with as many places as tell it from none and from all."""
    if share in (0.0, 1.0) or 0.01 <= share <= 0.99:
        return f"{share:.0%}"
    return f"{share:.2%}" if 0.0001 <= share <= 0.9999 else f"{share:.0e}"
