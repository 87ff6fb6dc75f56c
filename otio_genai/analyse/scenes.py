"""Where a take changes its scene, and where it only seems to.

Aim
    A cut inside a take is where nothing of one picture is found in the next, whatever
    their colours. A whip, a flash, a fade, a jump of the exposure and plain noise are
    none.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from otio_genai.analyse.phase import Floats
from otio_genai.analyse.picture import FLAT_LEVELS, Still, is_other_light
from otio_genai.analyse.tiles import Match, View, compare

__all__ = ["Mark", "Pair", "follow"]

# Median quality of tiles of two pictures that have nothing in common: 4 to 5.3. The
# fastest whips and zooms keep 7.
_LOST_QUALITY = 6.0
# Flashes are over after this many samples (a sixth of a second).
_FLASH = 2
# Coarse squares in which two pictures of one scene agree, whatever moved in them.
_COARSE_PX = 8
_UNLIKE = 0.6
_LEAST_LEVELS, _PLAIN_LEVELS = 3.0, 16.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Which frame a picture was: its number, its birth and its aspect."""

    frame: int
    birth: int
    aspect: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures in succession and how one becomes the other; None at a cut."""

    before: Mark
    after: Mark
    match: Match | None


def follow(views: Iterable[View]) -> Iterator[Pair]:
    """Yield the pairs of a take in order, passing over flashes."""
    source = iter(views)
    ahead: deque[View] = deque()
    a = next(source, None)
    lost = False
    while a is not None:
        b = ahead.popleft() if ahead else next(source, None)
        if b is None:
            return
        match = _compared(a, b)
        if match is None or _is_strange(a, b, match):
            back = None if lost else _return(a, b, source, ahead)
            if back is not None:
                b, match = back
            elif not lost and not _is_noise(b, ahead):
                match = None
            else:
                lost = True
        else:
            lost = False
        yield Pair(_mark(a.still), _mark(b.still), match)
        a = b


def _return(
    a: View, b: View, source: Iterator[View], ahead: deque[View]
) -> tuple[View, Match] | None:
    """Return the picture soon after ``b`` in which ``a`` is found again, if any."""
    while len(ahead) < _FLASH:
        later = next(source, None)
        if later is None:
            break
        ahead.append(later)
    for k, later in enumerate(ahead):
        match = _compared(a, later)
        if match is not None and not _is_strange(a, later, match) and match.tiles:
            for _ in range(k + 1):
                ahead.popleft()
            return later, match
    return None


def _is_noise(b: View, ahead: deque[View]) -> bool:
    """Tell whether ``b`` is not found in what follows it either."""
    if not ahead:
        return False
    match = _compared(b, ahead[0])
    return match is not None and _is_strange(b, ahead[0], match)


def _compared(a: View, b: View) -> Match | None:
    return compare(a, b) if a.grey.shape == b.grey.shape else None


def _is_strange(a: View, b: View, match: Match) -> bool:
    if match.tiles and match.quality >= _LOST_QUALITY:
        return False
    coarse = [_coarse(view.grey) for view in (a, b)]
    apart = float(np.mean((coarse[0] - coarse[1]) ** 2))
    if apart >= _PLAIN_LEVELS**2 and is_other_light(a.grey, b.grey):
        return True
    spread = [float(c.var()) for c in coarse]
    return (
        min(spread) > FLAT_LEVELS**2
        and apart >= _LEAST_LEVELS**2
        and apart >= _UNLIKE * sum(spread)
    )


def _coarse(grey: Floats) -> Floats:
    height, width = (length // _COARSE_PX for length in grey.shape)
    if not height or not width:
        return grey
    inner = grey[: height * _COARSE_PX, : width * _COARSE_PX]
    boxes = inner.reshape(height, _COARSE_PX, width, _COARSE_PX)
    return np.asarray(boxes.mean(axis=(1, 3)))


def _mark(still: Still) -> Mark:
    return Mark(still.frame, still.birth, still.aspect)
