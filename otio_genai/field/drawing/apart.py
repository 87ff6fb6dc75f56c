"""Takes that lie in many slots, kept apart cut by cut.

Method
    What a film has shown is banned from all that lies ahead, which is seen anew as far
    as thirty slots on. A choice is kept only if the slots that must follow can still
    be given contents of their own: a matching of slots and contents, mended by
    augmenting paths (Kuhn 1955) whenever a choice takes what it counted on.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from otio_genai.field.drawing.filter import Filtered
from otio_genai.field.drawing.route import END

__all__ = ["Apart", "crowded"]

_HORIZON = 30


class Apart:
    """What a film has shown, and what that leaves for the slots ahead.

    Parameters
    ----------
    seen
        The field from its end, as if contents might come again.
    """

    def __init__(self, seen: Filtered) -> None:
        self._seen = seen
        self._musts = musts(seen)
        self._choices = choices(seen)
        self._where = _places(seen)
        self._used: set[str] = set()
        self._weights: list[NDArray[np.float64]] = list(seen.weights)
        self._kept: dict[int, str] = {}

    def copy(self) -> Apart:
        """Return another that begins as this one."""
        made = Apart.__new__(Apart)
        for name, value in vars(self).items():
            known = isinstance(value, dict | set | list)
            setattr(made, name, value.copy() if known else value)
        return made

    def leaves(self, number: int, option: int) -> bool:
        """Tell whether a take at a node leaves contents for all that must follow."""
        node = self._seen.route.nodes[number]
        content = self._seen.ways[node.slot].contents[option]
        used = self._used | {content}
        for step in node.steps[node.classes[option]]:
            if step.to == END:
                return True
            found = _matched(self._musts[step.to], self._choices, self._kept, used)
            if found is not None:
                return True
        return False

    def show(self, number: int, option: int) -> None:
        """Take note that a take is shown."""
        node = self._seen.route.nodes[number]
        content = self._seen.ways[node.slot].contents[option]
        self._used.add(content)
        for slot, options in self._where.get(content, {}).items():
            banned = self._weights[slot].copy()
            banned[options] = 0
            self._weights[slot] = banned
        for step in node.steps[node.classes[option]]:
            if step.to != END:
                must = self._musts[step.to]
                found = _matched(must, self._choices, self._kept, self._used)
                if found is not None:
                    self._kept = found
                    return

    def ahead(self, seen: Filtered, number: int) -> Filtered:
        """Return what lies ahead of a node, without what was shown."""
        nodes = self._seen.route.nodes
        if number == END:
            return seen
        past = number + 1
        while past < len(nodes) and nodes[past].place <= nodes[number].place + _HORIZON:
            past += 1
        return seen.again(tuple(self._weights), number + 1, past)


def crowded(seen: Filtered) -> list[int]:
    """Return slots that must all be shown and have fewer contents than they are."""
    able = [
        sorted({c for c, w in zip(slot.contents, own, strict=True) if w > 0})
        for slot, own in zip(seen.ways, seen.weights, strict=True)
    ]
    must = 0
    for step in seen.route.starts:
        must = musts(seen)[step.to]
        if _matched(must, able, {}, set()) is not None:
            return []
    slots = [s for s in range(len(able)) if must >> s & 1]
    kept: dict[int, str] = {}
    for slot in slots:
        tried: set[str] = set()
        if not _augment(slot, able, kept, set(), tried):
            return sorted({slot, *(s for s, c in kept.items() if c in tried)})
    return []


def musts(seen: Filtered) -> list[int]:
    """Return for each node the slots that every film from it on shows, as bits."""
    nodes = seen.route.nodes
    found = [0] * len(nodes)
    for number in reversed(range(len(nodes))):
        onward = {step for steps in nodes[number].steps for step in steps}
        after = -1 if onward else 0
        for step in onward:
            after &= 0 if step.to == END else found[step.to]
        found[number] = after | 1 << nodes[number].slot
    return found


def choices(seen: Filtered) -> list[list[str]]:
    """Return the contents that each slot may show."""
    may: list[set[str]] = [set() for _ in seen.ways]
    for node, ahead in zip(seen.route.nodes, seen.ahead, strict=True):
        ways = seen.ways[node.slot]
        good: NDArray[np.bool_] = (ahead.into > 0).reshape(-1, *ways.shape[:2])
        for option in np.flatnonzero(good.any(axis=(0, 2))):
            may[node.slot].add(ways.contents[option])
    return [sorted(contents) for contents in may]


def _places(seen: Filtered) -> dict[str, dict[int, list[int]]]:
    """Return where each content lies: options of slots."""
    found: dict[str, dict[int, list[int]]] = {}
    for slot, ways in enumerate(seen.ways):
        for option, content in enumerate(ways.contents):
            found.setdefault(content, {}).setdefault(slot, []).append(option)
    return found


def _matched(
    must: int, able: Sequence[Sequence[str]], kept: dict[int, str], used: set[str]
) -> dict[int, str] | None:
    """Return a content for each slot, none twice and none used; None if none can be.

    Parameters
    ----------
    must
        The slots, as bits.
    able
        Contents that each slot may show.
    kept
        What they were given before, as far as it still holds.
    used
        Contents that are gone.
    """
    found: dict[int, str] = {}
    open_slots = []
    for slot in range(must.bit_length()):
        if must >> slot & 1:
            content = kept.get(slot)
            if content is None or content in used:
                open_slots.append(slot)
            else:
                found[slot] = content
    for slot in open_slots:
        if not _augment(slot, able, found, used, set()):
            return None
    return found


def _augment(
    slot: int,
    able: Sequence[Sequence[str]],
    kept: dict[int, str],
    used: set[str],
    tried: set[str],
) -> bool:
    """Give one more slot a content, moving others if need be; ``kept`` changes."""
    holder = {content: s for s, content in kept.items()}
    came: dict[str, int] = {}
    waiting = [slot]
    while waiting:
        here = waiting.pop(0)
        for content in able[here]:
            if content in used or content in tried:
                continue
            tried.add(content)
            came[content] = here
            if content in holder:
                waiting.append(holder[content])
                continue
            while True:
                here = came[content]
                before = kept.get(here)
                kept[here] = content
                if here == slot or before is None:
                    return True
                content = before
    return False
