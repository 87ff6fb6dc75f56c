"""What the desk asks for: kept if it can be, refused in a sentence if not."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.errors import LiveError
from otio_genai.live.steering import Steering, moved
from tests.live.fakes import fake_field

FIELD = fake_field(3, range(2))
pairs = st.fixed_dictionaries({"slot": st.integers(0, 2), "option": st.integers(0, 1)})
commands = st.builds(
    lambda do, pair: {"do": do, **pair},
    st.sampled_from(["pin", "unpin", "ban", "unban"]),
    pairs,
)


@given(st.lists(commands, max_size=12))
def test_nothing_is_ever_pinned_and_banned_at_once(asked):
    steering = Steering()
    for message in asked:
        steering = steering.asked(FIELD, message)
        assert not set(steering.pinned.items()) & steering.banned
        pair = (message["slot"], message["option"])
        match message["do"]:
            case "pin":
                assert steering.pinned[pair[0]] == pair[1]
            case "unpin":
                assert pair[0] not in steering.pinned
            case "ban":
                assert pair in steering.banned
            case "unban":
                assert pair not in steering.banned


def test_weights_and_dissonance_are_what_was_asked_for():
    made = Steering().asked(FIELD, {"do": "weigh", "slot": 1, "option": 0, "value": 3})
    made = made.asked(FIELD, {"do": "dissonance", "value": 0.5})
    assert made.changes() == {
        "weights": {(1, 0): 3.0},
        "pinned": {},
        "banned": frozenset(),
        "dissonance": 0.5,
    }


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"do": "quit"},
        {"do": ["ban"]},
        {"do": "ban", "slot": 3, "option": 0},
        {"do": "ban", "slot": -1, "option": 0},
        {"do": "ban", "slot": 0, "option": 2},
        {"do": "ban", "slot": True, "option": 0},
        {"do": "ban", "slot": "0", "option": 0},
        {"do": "weigh", "slot": 0, "option": 0, "value": 0},
        {"do": "weigh", "slot": 0, "option": 0, "value": -1},
        {"do": "weigh", "slot": 0, "option": 0, "value": math.nan},
        {"do": "weigh", "slot": 0, "option": 0, "value": "much"},
        {"do": "dissonance", "value": 1.5},
        {"do": "dissonance", "value": 10**400},
        {"do": "dissonance", "value": -math.inf},
        {"do": "weigh", "slot": 0, "option": 0, "value": 10**400},
        {"do": "weigh", "slot": 0, "option": 0, "value": math.inf},
        {"do": "dissonance"},
    ],
)
def test_what_cannot_be_is_refused(odd):
    with pytest.raises(LiveError):
        Steering().asked(FIELD, odd)


def test_what_is_asked_follows_the_takes_into_another_field():
    asked = Steering({(1, 0): 2.0, (2, 1): 3.0}, {0: 1}, frozenset({(1, 1)}), 0.5)
    new = fake_field(3, ("new", 1, 0))
    to = moved(FIELD, new)
    assert asked.carried(to) == Steering(
        {(1, 2): 2.0, (2, 1): 3.0}, {0: 1}, frozenset({(1, 1)}), 0.5
    )
    gone = asked.carried(moved(FIELD, fake_field(3, (0,))))
    assert gone == Steering({(1, 0): 2.0}, {}, frozenset(), 0.5)
