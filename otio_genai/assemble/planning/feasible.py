"""Whether takes can be where they are asked to be, and if not, which wishes clash."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Rule", "arranged", "conflict", "possible"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A take in a slot (negative from the end), or a take after another."""

    text: str
    take: int
    slot: int | None = None
    after: int | None = None

    def place(self, slots: int) -> int:
        """Return its slot in a film of ``slots``, which may not be one of it."""
        slot = self.slot or 0
        return slot if slot >= 0 else slots + slot


def conflict(rules: Sequence[Rule], slots: int, *, repeats: bool = False) -> list[Rule]:
    """Return a smallest set of rules that cannot hold together; empty if all can.

    Smallest in that every one of them is needed for the conflict: rules are left out
    one at a time as long as the others still clash.

    Parameters
    ----------
    rules
        What is asked.
    slots
        How many shots the film has.
    repeats
        Whether a take may be in more than one slot.
    """
    kept = list(dict.fromkeys(rules))
    if possible(kept, slots, repeats=repeats):
        return []
    for rule in tuple(kept):
        without = [other for other in kept if other is not rule]
        if not possible(without, slots, repeats=repeats):
            kept = without
    return kept


def possible(rules: Sequence[Rule], slots: int, *, repeats: bool) -> bool:
    """Tell whether all the rules can hold in a film of ``slots`` shots."""
    there: dict[int, int] = {}
    for rule in rules:
        if rule.slot is None:
            continue
        place = rule.place(slots)
        if not 0 <= place < slots or there.get(place, rule.take) != rule.take:
            return False
        there[place] = rule.take
    if not repeats and len(set(there.values())) < len(there):
        return False
    pairs = [(r.take, r.after) for r in rules if r.after is not None]
    return arranged(there, pairs, slots) is not None


def arranged(
    fixed: Mapping[int, int], locks: Sequence[tuple[int, int]], slots: int
) -> dict[int, int] | None:
    """Return the slots of all takes that are fixed or locked, or ``None``.

    Parameters
    ----------
    fixed
        Slot to take.
    locks
        Takes that follow one another.
    slots
        How many shots the film has.
    """
    chains = _chains(locks)
    there = None if chains is None else _anchored(chains, fixed, slots)
    if chains is None or there is None:
        return None
    bound = set(fixed.values())
    free = sorted((c for c in chains if not bound & set(c)), key=len, reverse=True)
    gaps = _gaps(there, slots)
    picks = _fit([len(chain) for chain in free], [length for _, length in gaps])
    if picks is None:
        return None
    begins = [begin for begin, _ in gaps]
    for chain, gap in zip(free, picks, strict=True):
        there.update(enumerate(chain, start=begins[gap]))
        begins[gap] += len(chain)
    return there


def _chains(pairs: Sequence[tuple[int, int]]) -> list[list[int]] | None:
    """Return the runs that pairs make; ``None`` for forks and circles."""
    following: dict[int, int] = {}
    preceding: dict[int, int] = {}
    for before, after in pairs:
        if following.get(before, after) != after:
            return None
        if preceding.get(after, before) != before:
            return None
        following[before], preceding[after] = after, before
    chains = []
    for head in sorted(set(following) - set(preceding)):
        chain = [head]
        while chain[-1] in following:
            chain.append(following[chain[-1]])
        chains.append(chain)
    linked = sum(len(chain) - 1 for chain in chains)
    return chains if linked == len(following) else None


def _anchored(
    chains: Sequence[Sequence[int]], fixed: Mapping[int, int], slots: int
) -> dict[int, int] | None:
    """Return what is fixed with the runs that hang on it; ``None`` if they clash."""
    there = dict(fixed)
    for chain in chains:
        anchor = next((slot for slot, take in fixed.items() if take in chain), None)
        if anchor is None:
            continue
        begin = anchor - list(chain).index(fixed[anchor])
        for slot, take in enumerate(chain, start=begin):
            if not 0 <= slot < slots or there.get(slot, take) != take:
                return None
            if any(s != slot and t == take for s, t in there.items()):
                return None
            there[slot] = take
    return there


def _gaps(there: Mapping[int, int], slots: int) -> list[tuple[int, int]]:
    """Return begin and length of the runs of slots that are not fixed."""
    edges = [-1, *sorted(there), slots]
    return [(a + 1, b - a - 1) for a, b in itertools.pairwise(edges) if b - a > 1]


def _fit(lengths: Sequence[int], gaps: Sequence[int]) -> list[int] | None:
    """Return a gap for each run so that all fit, by trying; ``None`` if none do."""
    hopeless: set[tuple[int, tuple[int, ...]]] = set()

    def placed(run: int, room: list[int]) -> list[int] | None:
        if run == len(lengths):
            return []
        state = run, tuple(sorted(room))
        if state in hopeless:
            return None
        for gap, there in enumerate(room):
            if there >= lengths[run] and there not in room[:gap]:
                left = [*room[:gap], there - lengths[run], *room[gap + 1 :]]
                rest = placed(run + 1, left)
                if rest is not None:
                    return [gap, *rest]
        hopeless.add(state)
        return None

    return placed(0, list(gaps))
