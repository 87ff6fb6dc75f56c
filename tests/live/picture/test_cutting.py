"""Stretches of a film, against what they promise and against a slow search."""

from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.live.picture.cutting import Spot, State, Stretch, stretches
from tests.support.marks import examples

LONGEST = 12
OWN, OTHER, MIXED = State


@st.composite
def films(draw):
    """Spots of a film: shots, keys a fixed distance apart, any states."""
    spots = []
    for _ in range(draw(st.integers(1, 6))):
        gop, length = draw(st.integers(1, 4)), draw(st.integers(1, 10))
        states = draw(
            st.lists(
                st.sampled_from([OWN, OWN, OWN, OTHER, MIXED]),
                min_size=length,
                max_size=length,
            )
        )
        spots += [Spot(s, k % gop == 0, k == 0) for k, s in enumerate(states)]
    return spots


def sent(spots, cuts):
    """Stretches of a film that becomes known bit by bit, up to each of some frames."""
    found, done = [], 0
    for known in [*sorted(cuts), len(spots)]:
        final = known == len(spots)
        for one in stretches(spots[done:known], LONGEST, final=final):
            found.append(Stretch(done + one.first, done + one.made, done + one.last))
        done = found[-1].last if found else 0
    return found


@examples(40, 15)
@given(films(), st.sets(st.integers(0, 40), max_size=5))
def test_stretches_follow_each_other_and_begin_with_keys(spots, cuts):
    found = sent(spots, {cut for cut in cuts if cut < len(spots)})
    clock = 0
    for one in found:
        assert one.first == clock and one.first < one.last
        assert one.first <= one.made <= one.last
        assert spots[one.first].key
        clock = one.last
    assert clock == len(spots)


@settings(max_examples=40)
@given(films(), st.sets(st.integers(0, 40), max_size=5))
def test_what_differs_is_rendered_and_what_goes_before_does_not(spots, cuts):
    for one in sent(spots, {cut for cut in cuts if cut < len(spots)}):
        before = spots[one.first : one.made]
        assert all(spot.state is OWN for spot in before)
        assert not any(spot.opens for spot in before[1:])
        # Nothing is rendered without need.
        assert one.made == one.last or spots[one.made].state is not OWN


def test_a_stretch_of_endless_transitions_ends_at_a_cut():
    spots = [Spot(MIXED, k % 5 == 0, k % 5 == 0) for k in range(60)]
    found = list(stretches(spots[:44], LONGEST, final=False))
    assert found == [Stretch(k, k, k + 10) for k in (0, 10, 20, 30)]
    # No shorter than need be: a key between two transitions comes first.
    spots[6:8] = [Spot(OWN, False, False)] * 2
    spots[7] = Spot(OWN, True, False)
    assert next(stretches(spots, LONGEST, final=False)) == Stretch(0, 0, 7)


def test_a_join_begins_with_the_last_key_and_ends_with_the_first_after_it():
    # Two shots of 12 frames, keys every 4, a transition 2 frames around the cut.
    spots = [
        Spot(MIXED if 10 <= k < 14 else OWN, k % 4 == 0, k in (0, 12))
        for k in range(24)
    ]
    assert list(stretches(spots, LONGEST, final=True)) == [
        Stretch(0, 8, 8),
        Stretch(8, 10, 16),
        Stretch(16, 24, 24),
    ]
    # Unsettled: the frames since the last key wait, and so does a join cut off.
    assert list(stretches(spots[:10], LONGEST, final=False)) == [Stretch(0, 8, 8)]
    assert list(stretches(spots[:13], LONGEST, final=False)) == [Stretch(0, 8, 8)]


def test_a_still_with_its_own_camera_is_a_stretch_between_its_joins():
    states = [OWN] * 6 + [MIXED] * 4 + [OTHER] * 12 + [MIXED] * 4 + [OWN] * 6
    spots = [Spot(s, k % 4 == 0, k in (0, 8, 24)) for k, s in enumerate(states)]
    assert list(stretches(spots, LONGEST, final=True)) == [
        Stretch(0, 4, 4),
        Stretch(4, 6, 12),
        Stretch(12, 12, 20),
        Stretch(20, 20, 28),
        Stretch(28, 32, 32),
    ]
