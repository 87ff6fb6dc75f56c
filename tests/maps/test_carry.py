"""The law of a carry: one speed at the cut, rest at the ends, nothing uncovered."""

import json
import math
from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from otio_genai import maps, metadata, rates
from otio_genai.errors import TimelineError
from otio_genai.maps import Carry, carry

R = Fraction(24)
RATES = [Fraction(16), R, Fraction(24_000, 1001), Fraction(30_000, 1001), Fraction(60)]
ASPECTS = [9 / 16, 16 / 9, 1.0, 3 / 4, 9 / 21]
speeds = st.floats(-0.6, 0.6)
motions = st.tuples(speeds, speeds, speeds, speeds)
recipes = st.builds(
    lambda a, b, aspect, half, rate: carry.recipe(
        a, b, aspect=aspect, half_frames=half, rate=rate
    ),
    motions,
    motions,
    st.sampled_from(ASPECTS),
    st.integers(1, 15),
    st.sampled_from(RATES),
)


def velocity(law, incoming):
    """One-sided derivative at the cut: exact for the cubics that the law is made of."""
    step = float(law.half_s) / 8 * (1 if incoming else -1)
    at = [np.array(law.displacement(n * step, incoming=incoming)) for n in range(4)]
    return (-11 * at[0] + 18 * at[1] - 9 * at[2] + 2 * at[3]) / (6 * step)


@given(recipes)
def test_both_sides_move_alike_at_the_cut(made):
    law = Carry.read(made)
    before, after = (
        np.array(law.own[side]) + velocity(law, bool(side)) for side in (0, 1)
    )
    assert np.abs(before - after).max() < 1e-6
    assert np.abs(before - law.shared).max() < 1e-6


@given(recipes)
def test_each_side_leaves_its_own_motion_and_returns_to_it_smoothly(made):
    law = Carry.read(made)
    half_s = float(law.half_s)
    for incoming, end in ((False, -half_s), (True, half_s)):
        inwards = -math.copysign(1e-6, end)
        far = law.displacement(end, incoming=incoming)
        near = law.displacement(end + inwards, incoming=incoming)
        assert far == (0, 0, 0, 0) == law.displacement(2 * end, incoming=incoming)
        assert np.abs(near).max() < 1e-9 / half_s


@given(recipes)
def test_a_recipe_is_all_there_is_to_know(made):
    read = json.loads(json.dumps(made))
    assert read == made
    assert Carry.read(read) == Carry.read(made)
    for side, sign in (("out", -1), ("in", 1)):
        frames = [key[0] for key in made[f"keys_{side}"]]
        half = made["half_frames"]
        wanted = range(-half - 1, 0) if sign < 0 else range(half + 1)
        assert frames == list(wanted)
        rest = made[f"keys_{side}"][0 if sign < 0 else -1]
        assert rest[1:] == [1, 0, 0, 0]


@given(recipes)
def test_the_shared_movement_is_fast_but_not_too_fast(made):
    tx, ty, zoom, turn = made["shared"]
    kappa = math.sqrt((1 + made["aspect"] ** 2) / 12)
    speed = math.hypot(tx, ty, kappa * zoom, kappa * turn)
    assert speed <= 2.2 + 1e-4
    assert abs(zoom) <= 4 and abs(turn) <= 1.5
    assert speed > 2.19 or max(abs(zoom) / 4, abs(turn) / 1.5) > 0.999


@given(motions, motions)
def test_swapping_the_sides_keeps_the_shared_movement(a, b):
    assume(abs(math.hypot(*a) - math.hypot(*b)) > 1e-6)
    one, other = (
        carry.recipe(*pair, aspect=9 / 16, half_frames=6, rate=R)
        for pair in ((a, b), (b, a))
    )
    assert one["shared"] == other["shared"]


def shared(a, b, aspect=9 / 16):
    return carry.recipe(a, b, aspect=aspect, half_frames=6, rate=R)["shared"]


def test_where_the_shared_movement_points():
    assert shared((0.1, 0, 0, 0), (0.3, 0, 0, 0)) == [2.2, 0, 0, 0]
    assert shared((0.1, 0, 0, 0), (0, 0.1, 0, 0))[:2] == pytest.approx(
        [1.5556] * 2, abs=1e-4
    )
    # Opposed: the faster one leads. Still: a dolly in, at the most allowed.
    assert shared((0.3, 0, 0, 0), (-0.2, 0, 0, 0)) == [2.2, 0, 0, 0]
    assert shared((0.2, 0, 0, 0), (-0.3, 0, 0, 0)) == [-2.2, 0, 0, 0]
    assert shared((0, 0, 0, 0), (0.01, 0, 0, 0)) == [0, 0, 4, 0]
    assert shared((0, 0, 0, 0), (0, 0, 0, 0), 16 / 9)[2] == pytest.approx(
        3.736, abs=1e-3
    )


@pytest.mark.parametrize("half", [0, -3])
def test_half_a_carry_has_a_length(half):
    with pytest.raises(TimelineError, match="one frame"):
        carry.recipe((0, 0, 0, 0), (0, 0, 0, 0), aspect=1, half_frames=half, rate=R)


@pytest.mark.parametrize("motion", [(1, 2, 3), (math.nan, 0, 0, 0), "fast", (0,) * 5])
def test_a_motion_is_four_numbers(motion):
    with pytest.raises(TimelineError, match="cannot be carried"):
        carry.recipe(motion, (0, 0, 0, 0), aspect=1, half_frames=6, rate=R)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"half_frames": 0},
        {"rate": "fast"},
        {"shared": [1, 2]},
        {"push_in": None},
        {"own_out": [math.inf, 0, 0, 0]},
    ],
)
def test_a_damaged_recipe_is_said_to_be(change):
    made = carry.recipe((0, 0, 0, 0), (0, 0, 0, 0), aspect=1, half_frames=6, rate=R)
    with pytest.raises(TimelineError, match="cannot be read") as caught:
        Carry.read(made | change)
    assert caught.value.remedy


def test_other_transitions_are_no_carries():
    for kept in ({}, {"kind": "dissolve"}, {"kind": "carry", "fallback": "dissolve"}):
        assert Carry.read(kept) is None


# Nothing uncovered ---------------------------------------------------------------


def uncovered(x, y, turn, scale, aspect):
    """How far the frame's corners lie outside the posed picture, in fw."""
    corners = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]]) * [0.5, aspect / 2]
    back = (corners - [x, y]) / scale
    cos, sin = math.cos(turn), math.sin(turn)
    back = back @ np.array([[cos, -sin], [sin, cos]])
    return float((np.abs(back) - [0.5, aspect / 2]).max())


def test_the_cover_scale_is_exact():
    rng = np.random.default_rng(5)
    for _ in range(20_000):
        aspect = rng.choice(ASPECTS)
        x, y = rng.normal(0, 0.2, 2)
        turn = rng.normal(0, 0.5)
        scale = carry.cover_scale(x, y, turn, aspect)
        assert abs(uncovered(x, y, turn, scale, aspect)) < 1e-9
        assert uncovered(x, y, turn, scale * 0.999, aspect) > 0


@given(recipes)
def test_key_poses_cover_the_frame(made):
    for side in ("keys_out", "keys_in"):
        for _, scale, x, y, degrees in made[side]:
            bare = uncovered(x, y, math.radians(degrees), scale, made["aspect"])
            assert bare <= 1e-9


@given(recipes, st.floats(0, 1))
def test_between_keys_less_than_a_pixel_is_bare(made, share):
    # Editors pass from key to key in a straight line when media frames are coarser.
    for side in ("keys_out", "keys_in"):
        for one, next_one in zip(made[side], made[side][1:], strict=False):
            pose = np.array(one[1:]) * (1 - share) + np.array(next_one[1:]) * share
            scale, x, y, degrees = pose
            bare = uncovered(x, y, math.radians(degrees), scale, made["aspect"])
            assert bare < 5e-4


# The picture map -----------------------------------------------------------------


def clip(name, start, length, rate=R, source=None):
    source = source or rate
    reference = otio.schema.ExternalReference(
        f"file:///{name}.mp4", rates.span(0, 100, source)
    )
    return otio.schema.Clip(name, reference, rates.span(start, length, rate))


def joined(into, out, recipe=None, rate=R):
    made = otio.schema.Transition(
        "join", "SMPTE_Dissolve", rates.time(into, rate), rates.time(out, rate)
    )
    if recipe:
        metadata.put(made, "carry", recipe)
    return made


def timeline(*items, rate=R):
    made = otio.schema.Timeline("t", global_start_time=rates.time(0, rate))
    track = otio.schema.Track("Picture", kind="Video")
    track.extend(items)
    made.tracks.append(track)
    return made


def moving(half, rate=R, a=(0.2, 0.1, 0.05, 0), b=(-0.1, 0.3, 0, 0.1)):
    return carry.recipe(a, b, aspect=9 / 16, half_frames=half, rate=rate)


@settings(max_examples=30)
@given(
    st.sampled_from(RATES),
    st.sampled_from([Fraction(8), Fraction(16), Fraction(24), Fraction(30_000, 1001)]),
    st.integers(1, 12),
    st.integers(0, 5),
    st.integers(0, 5),
)
def test_a_carry_shows_exactly_what_a_cut_shows(rate, source, half, into, out):
    a, b = clip("a", 10, 14, rate, source), clip("b", 20, 16, rate, source)
    carried = timeline(a, joined(into, out, moving(half, rate), rate), b, rate=rate)
    bare = clip("a", 10, 14, rate, source), clip("b", 20, 16, rate, source)
    plain = timeline(*bare, rate=rate)
    with_it, without = map(maps.picture_map, (carried, plain))
    law = Carry.read(moving(half, rate))
    for frame, (layers, bare) in enumerate(zip(with_it, without, strict=True)):
        (layer,), (wanted,) = layers, bare
        assert (layer.url, layer.source_frame) == (wanted.url, wanted.source_frame)
        assert (layer.weight, layer.clip_frame) == (1, wanted.clip_frame)
        inside = -half <= frame - 14 < half
        assert (layer.sweep is not None) == inside
        assert layer.sweep == law.sweep(frame - 14, rate)


def test_two_carries_on_one_short_clip_add_up():
    items = [clip("a", 0, 10), joined(2, 2, moving(6)), clip("b", 5, 8)]
    made = timeline(*items, joined(2, 2, moving(6)), clip("c", 5, 10))
    shown = maps.picture_map(made)
    law = Carry.read(moving(6))
    assert len(shown) == 28
    for frame in range(12, 16):
        both = law.sweep(frame - 10, R).plus(law.sweep(frame - 18, R))
        assert shown[frame][0].sweep == both


def test_a_carry_reaches_no_further_than_its_clips():
    made = timeline(
        clip("a", 0, 10), clip("b", 5, 3), joined(1, 1, moving(6)), clip("c", 5, 10)
    )
    swept = [layers[0].sweep is not None for layers in maps.picture_map(made)]
    assert swept == [10 <= k < 19 for k in range(23)]


def test_a_carry_on_a_slower_timeline_lasts_as_long():
    made = timeline(
        clip("a", 0, 20, Fraction(12)),
        joined(1, 1, moving(6, R), Fraction(12)),
        clip("b", 0, 20, Fraction(12)),
        rate=Fraction(12),
    )
    swept = [layers[0].sweep is not None for layers in maps.picture_map(made)]
    assert swept.count(True) == 6


def test_a_carry_of_an_older_assembly_stays_a_dissolve():
    old = {"kind": "carry", "fallback": "dissolve"}
    made = timeline(clip("a", 5, 10), joined(2, 2, old), clip("b", 5, 10))
    assert [len(layers) for layers in maps.picture_map(made)][7:13] == [
        1,
        1,
        2,
        2,
        2,
        1,
    ]


def test_a_dip_goes_through_black():
    dip = {"kind": "dip", "colour": [0, 0, 0]}
    made = timeline(clip("a", 5, 10), joined(4, 4, dip), clip("b", 5, 10))
    shown = [
        [(layer.clip.name, layer.source_frame, layer.weight) for layer in layers]
        for layers in maps.picture_map(made)
    ]
    assert shown[6] == [("a", 11, 1)]
    assert shown[7:10] == [[("a", 12 + n, Fraction(3 - n, 4))] for n in range(3)]
    assert shown[10] == []
    assert shown[11:14] == [[("b", 6 + n, Fraction(1 + n, 4))] for n in range(3)]
    assert shown[14] == [("b", 9, 1)]
