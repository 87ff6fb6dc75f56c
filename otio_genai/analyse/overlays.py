"""Titles, logos and watermarks, taken off a moving picture before it is measured.

Aim
    What is burnt in stands still whatever the camera does, and where it is large or
    the picture soft it would be measured instead.

Method
    Over a few seconds the curvature of moving things averages out and that of what is
    burnt in remains: where the mean is most of what is usually there, it is taken
    away. That a locked camera's whole picture remains as well is no matter: cleared
    pictures are used only if they are found again in one another, moving, and further
    than the pictures as they are.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from otio_genai.analyse.phase import Floats
from otio_genai.analyse.similarity import Fit
from otio_genai.analyse.tiles import View, compare

__all__ = ["cleared"]

Flags = npt.NDArray[np.bool_]

# Four seconds at twelve pictures a second; in fewer than the least a slow picture
# lasts as well.
_BLOCK, _LEAST = 48, 20
# A line stands still if this share of its usual curvature is always the same, and it
# is there at all from this many levels on.
_LASTING_SHARE, _LEAST_LEVELS = 0.7, 6.0
# Fewer points than this share of the picture are left to the robust fit; where more
# of them last, the picture itself is slow.
_LEAST_AREA, _MOST_AREA = 0.003, 0.35
_TRIALS = 3
# Cleared pictures must be found again, move by this, and outdo the raw ones so much.
_FOUND_QUALITY = 8.0
_LEAST_MOVE_PX = 0.3
_HELD_BACK = 0.9


def cleared(views: Iterable[View]) -> Iterator[View]:
    """Yield the pictures in order, without what is burnt into them."""
    source = iter(views)
    lasting: Floats | None = None
    while block := list(itertools.islice(source, _BLOCK)):
        if len(block) >= _LEAST:
            lasting = _overlay(block)
        for view in block:
            if lasting is not None and lasting.shape == view.grey.shape:
                view = _without(view, lasting)
            yield view


def _overlay(block: Sequence[View]) -> Floats | None:
    """Return the curvature of what is burnt in, or None if nothing is."""
    if len({view.grey.shape for view in block}) > 1:
        return None
    lasting = np.mean([view.curved for view in block], axis=0)
    usual = np.mean([np.abs(view.curved) for view in block], axis=0)
    stays = (np.abs(lasting) > _LASTING_SHARE * usual) & (usual > _LEAST_LEVELS)
    if not _LEAST_AREA <= stays.mean() <= _MOST_AREA:
        return None
    lasting = np.asarray(np.where(_wider(stays), lasting, 0), np.float32)
    places = np.linspace(0, len(block) - 2, _TRIALS + 2)[1:-1].astype(int)
    won = lost = 0
    for k in places:
        held = _is_held_back(block[k], block[k + 1], lasting)
        won, lost = won + held, lost + (not held)
        if 2 * max(won, lost) > _TRIALS:
            break
    return lasting if won > lost else None


def _wider(flags: Flags) -> Flags:
    found = flags.copy()
    found[1:] |= flags[:-1]
    found[:-1] |= flags[1:]
    found[:, 1:] |= flags[:, :-1]
    found[:, :-1] |= flags[:, 1:]
    return found


def _is_held_back(a: View, b: View, lasting: Floats) -> bool:
    """Tell whether taking the overlay away sets a pair of pictures in motion."""
    free = compare(_without(a, lasting), _without(b, lasting))
    move = _length(free.fit)
    if free.quality < _FOUND_QUALITY or move < _LEAST_MOVE_PX * a.still.pixel_fw:
        return False
    return _length(compare(a, b).fit) < _HELD_BACK * move


def _length(fit: Fit) -> float:
    return float(np.linalg.norm([fit.x_fw, fit.y_fw, fit.zoom / 3, fit.turn / 3]))


def _without(view: View, lasting: Floats) -> View:
    return View(view.still, view.curved - lasting)
