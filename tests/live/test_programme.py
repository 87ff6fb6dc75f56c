"""A film on its way: whole, in order, in time, and each join in one version."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.live.fakes import HALF, FakeShowing, Stage, fake_field, named

seeds = st.integers(0, 10**6)
took = st.floats(0.01, 3.0)


def stage(seed=0, slots=6, lengths=(24, 100), **options):
    return Stage(showing=FakeShowing(slots, 3, seed, lengths), **options)


def film(showing, joins=True):
    """What is to be on screen, frame by frame; joins by their key and number."""
    frames = []
    for n, shot in enumerate(showing.drawn):
        here = [f"{shot.slot}.{shot.option}.{k}" for k in range(shot.frames)]
        if joins and n:
            a = showing.drawn[n - 1]
            key = f"{a.slot}.{a.option}-{shot.slot}.{shot.option}"
            frames[-HALF:] = [f"{key} {k}" for k in range(HALF)]
            here[:HALF] = [f"{key} {HALF + k}" for k in range(HALF)]
        frames += here
    return frames


@given(seeds, st.lists(took, min_size=1, max_size=6))
@settings(max_examples=40)
def test_all_that_was_decided_goes_out_once_in_order_and_in_time(seed, times):
    lengths = iter(times * 20)
    scene = stage(seed, took=lambda _: next(lengths))
    log = scene.play()
    pieces = [p for _, p in log]
    shown = named(pieces)
    joins = [name.split(" ") for name in shown if " " in name]
    assert [n.split(" ", 1)[-1] for n in shown] == film(scene.showing)
    # A join is one version from its first frame to its last.
    for n in range(0, len(joins), 2 * HALF):
        assert len({version for version, *_ in joins[n : n + 2 * HALF]}) == 1
    for when, piece in log:
        assert piece.start_s >= 0
        if piece.start_s > 1:
            assert when <= piece.start_s - 1 + Fraction(1, 1000), "in time"
    tally = scene.programme.tally
    assert tally.made + tally.dry == len(scene.showing.drawn) - 1
    assert len(scene.programme.shown()[1]) == tally.dry


@given(seeds, st.tuples(st.integers(13, 300), st.integers(300, 400)))
@settings(max_examples=20)
def test_both_rows_are_without_holes_and_begin_with_a_key(seed, lengths):
    scene = stage(seed, lengths=lengths)
    log = scene.play()
    for kind in ("video", "audio"):
        row = [p for _, p in log if p.kind == kind]
        assert [p.number for p in row] == list(range(len(row)))
        assert row[0].start_s == 0
        for a, b in zip(row, row[1:], strict=False):
            assert a.end_s == b.start_s
        assert max(p.duration_s for p in row) <= 4
        if kind == "video":
            assert all(p.buffers[1][4] & 31 == 5 for p in row)
    length = scene.programme.length_s
    video, audio = (
        max(p.end_s for _, p in log if p.kind == kind) for kind in ("video", "audio")
    )
    assert video == length
    assert length <= audio < length + Fraction(1024, 48000)


def test_shots_are_decided_no_sooner_than_the_lead_asks():
    scene = stage(slots=30)
    drawn = []
    draw = scene.showing.next

    def watched():
        ahead = scene.programme.length_s - Fraction(scene.programme.position_s())
        drawn.append(float(ahead))
        return draw()

    scene.showing.next = watched
    scene.play()
    assert len(drawn) == 31
    assert max(drawn) < 8


def test_a_join_in_time_is_shown_and_one_too_slow_goes_out_dry():
    quick, slow = stage(took=lambda _: 0.2), stage(took=lambda _: 60.0)
    quick.play(), slow.play()
    assert quick.programme.tally.dry == 0
    assert slow.programme.tally.made == 0
    assert slow.programme.tally.dry == 5


def test_without_workers_a_show_is_dry_and_goes_on():
    scene = stage(workers=0)
    scene.play()
    assert scene.programme.tally.made == 0
    assert len(named(p for _, p in scene.log)) == sum(
        s.frames for s in scene.showing.drawn
    )


def test_steering_holds_from_the_next_undecided_cut():
    scene = stage(slots=20)
    scene.play(until=5)
    before = len(scene.showing.drawn)
    scene.programme.steer(dissonance=0.7)
    assert scene.showing.steered == []
    scene.play()
    assert scene.showing.steered == [(before, {"dissonance": 0.7})]


def test_what_cannot_be_steered_is_told_and_the_film_goes_on():
    scene = stage(slots=20)
    scene.play(until=5)
    scene.programme.steer(banned=frozenset({(15, n) for n in range(3)}))
    scene.play()
    assert "Nothing is left in slot 15" in scene.said[0]
    assert len(scene.showing.drawn) == 20


@given(seeds)
@settings(max_examples=20)
def test_a_take_that_cannot_be_read_is_left_out_and_another_shown(seed):
    broken = {(n, 1) for n in range(6)}
    scene = stage(seed, broken=broken)
    wanted = None
    scene.play()
    shown, _ = scene.programme.shown()
    wanted = scene.showing.drawn
    assert [s.slot for s in shown] == [s.slot for s in wanted]
    assert [s.frames for s in shown] == [s.frames for s in wanted]
    assert not any((s.slot, s.option) in broken for s in shown)
    # What is remembered is what was shown.
    assert list(shown) == wanted
    if scene.said:
        assert "cannot be shown and is left out" in scene.said[0]
        assert scene.programme.banned <= broken


def test_a_slot_of_which_nothing_can_be_read_is_left_out():
    scene = stage(broken={(2, n) for n in range(3)})
    scene.play()
    assert [s.slot for s in scene.programme.shown()[0]] == [0, 1, 3, 4, 5]
    assert named(p for _, p in scene.log)
    assert sum("slot-003 is left out of this film" in one for one in scene.said) == 1
    # What is remembered is what was shown.
    assert scene.showing.remembered == list(scene.programme.shown()[0])


def test_another_take_that_no_rule_allows_is_remembered_since_it_was_shown():
    scene = stage(1, broken={(n, 1) for n in range(6)})
    scene.showing.stubborn = True
    scene.play()
    shown = list(scene.programme.shown()[0])
    assert scene.showing.remembered == shown != scene.showing.drawn


def test_what_a_showing_could_not_keep_is_told_once():
    scene = stage(slots=12)
    scene.showing.remarks = ("Takes rest.",)
    scene.play(until=5)
    assert scene.said == ["Takes rest."]
    scene.showing.remarks = ("Takes rest.", "Not all can be shown.")
    scene.play()
    assert scene.said == ["Takes rest.", "Not all can be shown."]


def test_what_plays_is_the_shot_at_the_clock():
    scene = stage(slots=8)
    scene.play(until=4)
    programme = scene.programme
    for second in range(1, 12):
        scene.clock.now = float(second)
        frame, at = second * 24, 0
        for shot in scene.programme.shown()[0]:
            if at <= frame < at + shot.frames:
                assert programme.on_air().chosen == shot
            at += shot.frames


def test_a_closed_programme_wants_nothing_more():
    scene = stage(slots=20, took=lambda _: 60.0)
    scene.play(until=2)
    scene.programme.close()
    assert scene.showing.closed
    assert scene.programme.ended
    assert scene.programme.step() == []
    assert scene.programme.due_s() == pytest.approx(0)


@pytest.mark.parametrize("stubborn", [False, True])
def test_a_film_goes_on_with_a_field_that_has_its_takes_elsewhere(stubborn):
    scene = stage(1, broken={(n, 1) for n in range(6)})
    scene.showing.stubborn = stubborn
    scene.play(until=5)
    programme = scene.programme

    def contents():
        slots = programme.cast.field.slots
        return [slots[s.slot].options[s.option].content for s in programme.shown()[0]]

    def banned():
        slots = programme.cast.field.slots
        return {(s, slots[s].options[o].content) for s, o in programme.banned}

    before = contents()
    assert banned()
    out = banned()
    scene.reel.broken.clear()
    programme.renew(fake_field(6, ("new", 0, 1, 2)))
    programme.step()
    assert contents()[: len(before)] == before
    field, shots = scene.reel.renewed
    assert field is programme.cast.field is scene.sounding.renewed
    assert shots == [s for s in programme.shown()[0]][: len(shots)]
    if not stubborn:
        assert field is scene.showing.field
        assert banned() == out
    scene.play()
    assert len(programme.shown()[0]) == 6
