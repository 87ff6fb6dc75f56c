"""The bound on what may come never lies above what comes."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.field.flags import parse
from otio_genai.field.model import Branch, Group
from otio_genai.live.sound.ahead import NEVER, earliest
from tests.support import fields

PLAIN = fields.field(6, 1)


def shaped(groups, branches, needy, lengths):
    slots = tuple(
        replace(
            slot,
            shortest=length,
            requires=parse("x") if k in needy else None,
        )
        for k, (slot, length) in enumerate(zip(PLAIN.slots, lengths, strict=True))
    )
    return replace(PLAIN, slots=slots, groups=groups, branches=branches)


@st.composite
def shapes(draw):
    first = draw(st.integers(0, 4))
    last = draw(st.integers(first + 1, 5))
    order = draw(st.sampled_from(["fixed", "shuffle", "shuffle-once"]))
    groups = (Group("g", tuple(range(first, last + 1)), order),)
    # Branches lead neither into the middle of a group nor out of it.
    outside = [k for k in range(6) if not first <= k < last]
    targets = [k for k in range(7) if not first < k <= last]
    pairs = [(at, to) for at in outside for to in targets if to > at]
    ways = draw(st.lists(st.sampled_from(pairs), max_size=2, unique=True))
    branches = tuple(Branch(f"b{n}", *way, None, 1.0) for n, way in enumerate(ways))
    needy = draw(st.sets(st.integers(0, 5), max_size=2))
    lengths = draw(st.lists(st.integers(1, 20), min_size=6, max_size=6))
    return shaped(groups, branches, needy, lengths)


def walked(field, rng):
    """A film that the field's groups and branches allow: (slot, frames)."""
    film, slot = [], 0
    groups = {g.slots[0]: g for g in field.groups if g.order != "fixed"}
    while slot < len(field.slots):
        group = groups.get(slot)
        members = [slot] if group is None else list(rng.permutation(group.slots))
        for one in members:
            if field.slots[one].requires is None or rng.random() < 0.5:
                shortest = field.slots[one].shortest
                film.append((int(one), shortest + int(rng.integers(0, 2))))
        at = max(members)
        ways = [at + 1, *(b.to for b in field.branches if b.at == at)]
        slot = int(rng.choice(ways))
    return film


@settings(max_examples=60)
@given(field=shapes(), seed=st.integers(0, 1 << 16))
def test_nothing_comes_sooner_than_is_told(field, seed):
    film = walked(field, np.random.default_rng(seed))
    begins = np.cumsum([0, *(frames for _, frames in film)])
    for n in range(len(film) + 1):
        shown = {slot for slot, _ in film[:n]}
        last = film[n - 1][0] if n else None
        found = earliest(field, last, shown)
        assert found[-1] <= begins[-1] - begins[n]
        for slot, begin in zip([s for s, _ in film[n:]], begins[n:], strict=False):
            assert found[slot] <= begin - begins[n]


def test_in_a_plain_field_it_is_the_sum_of_the_least_lengths():
    field = shaped((), (), (), [3, 4, 5, 6, 7, 8])
    assert earliest(field, None, ()) == [0, 3, 7, 12, 18, 25, 33]
    assert earliest(field, 3, {0, 1, 2, 3}) == [NEVER] * 4 + [0, 7, 15]
    branched = shaped((), (Branch("b", 3, 6, None, 1.0),), (), [3, 4, 5, 6, 7, 8])
    assert earliest(branched, 3, {3})[-1] == 0
    assert earliest(shaped((), (), (5,), [3] * 6), 4, {4})[-1] == 0
