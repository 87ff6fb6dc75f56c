"""Whether takes can be where they are asked to be, and if not, which wishes clash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Rule", "conflict"]


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
    chains = _chains([(r.take, r.after) for r in rules if r.after is not None])
    if chains is None:
        return False
    return _packed(chains, there, slots)


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


def _packed(chains: Sequence[Sequence[int]], there: dict[int, int], slots: int) -> bool:
    """Tell whether the runs fit into the film beside what is fixed."""
    free = [chain for chain in chains if not set(chain) & set(there.values())]
    for chain in chains:
        if chain in free:
            continue
        anchor = next(slot for slot, take in there.items() if take in chain)
        begin = anchor - list(chain).index(there[anchor])
        for slot, take in enumerate(chain, start=begin):
            if not 0 <= slot < slots or there.get(slot, take) != take:
                return False
            if any(s != slot and t == take for s, t in there.items()):
                return False
            there = {**there, slot: take}
    gaps = _gaps(there, slots)
    return _fit(sorted(map(len, free), reverse=True), gaps)


def _gaps(there: dict[int, int], slots: int) -> list[int]:
    """Return the lengths of the runs of slots that are not fixed."""
    edges = [-1, *sorted(there), slots]
    return [b - a - 1 for a, b in zip(edges, edges[1:], strict=False) if b - a > 1]


def _fit(lengths: Sequence[int], gaps: Sequence[int]) -> bool:
    """Tell whether runs fit into gaps, by trying."""
    if not lengths:
        return True
    length, *rest = lengths
    tried = set()
    for k, gap in enumerate(gaps):
        if gap < length or gap in tried:
            continue
        tried.add(gap)
        if _fit(rest, [*gaps[:k], gap - length, *gaps[k + 1 :]]):
            return True
    return False
