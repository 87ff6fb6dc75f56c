"""How clips run: constant, backwards, frozen, varying; and what their sounds do."""

import math
from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai import maps, metadata, rates
from otio_genai.errors import TimelineError
from tests.support.strategies import Take, place

R = Fraction(24)
RATES = [Fraction(24), Fraction(25), Fraction(30_000, 1001), Fraction(500, 31)]


def clip_of(source=R, record=R, start=10, length=20, frames=400):
    take = Take("a", source, frames, 0, 2, (1280, 720))
    return place(take.reference(), "a", take.start_s, start, length, record)


def timeline_of(*items, kind="Video", rate=R):
    timeline = otio.schema.Timeline("film", global_start_time=rates.time(0, rate))
    timeline.tracks.append(otio.schema.Track("t", kind=kind, children=list(items)))
    return timeline


def frames_of(timeline):
    return [layers[0].source_frame for layers in maps.picture_map(timeline)]


@given(
    st.sampled_from(RATES),
    st.sampled_from(RATES),
    st.fractions(Fraction(1, 8), 8, max_denominator=100),
    st.integers(1, 60),
)
def test_a_constant_speed_steps_by_the_one_rule(source, record, factor, length):
    clip = clip_of(source, record, 0, length, 5000)
    clip.effects.append(otio.schema.LinearTimeWarp("s", float(factor)))
    in_s = maps.speed(clip, record).in_s
    expected = [
        math.floor((in_s + k * factor / record) * source) for k in range(length)
    ]
    assert frames_of(timeline_of(clip, rate=record)) == expected


@given(st.integers(1, 80), st.sampled_from([Fraction(1), Fraction(2), Fraction(1, 2)]))
def test_backwards_is_forwards_from_the_end(length, factor):
    ahead, back = clip_of(length=length), clip_of(length=length)
    ahead.effects.append(otio.schema.LinearTimeWarp("s", float(factor)))
    back.effects.append(otio.schema.LinearTimeWarp("s", -float(factor)))
    forwards, backwards = (frames_of(timeline_of(clip)) for clip in (ahead, back))
    if factor >= 1:
        shift = int(factor) - 1
        assert backwards == [frame + shift for frame in reversed(forwards)]
    else:
        assert backwards == list(reversed(forwards))


def test_a_frozen_clip_shows_its_in_point():
    clip = clip_of()
    clip.effects.append(otio.schema.FreezeFrame())
    assert set(frames_of(timeline_of(clip))) == {10}


@given(st.integers(2, 40), st.fractions(-4, 4, max_denominator=8))
def test_keys_in_a_line_are_a_constant_speed(length, factor):
    if factor <= 0:
        factor = 1 - factor
    plain, keyed = clip_of(length=length), clip_of(length=length)
    plain.effects.append(otio.schema.LinearTimeWarp("s", float(factor)))
    warp = otio.schema.LinearTimeWarp("s", float(factor))
    start = Fraction(10, 24)
    keys = [[str(k), str(start + k * factor / R)] for k in (0, 7, 31)]
    metadata.put(warp, "retime", {"keys": keys})
    keyed.effects.append(warp)
    assert frames_of(timeline_of(plain)) == frames_of(timeline_of(keyed))


def test_a_ramp_slows_where_its_keys_say():
    clip = clip_of(length=20)
    warp = otio.schema.LinearTimeWarp("s", 1.0)
    keys = [["0", "0"], ["10", str(Fraction(20, 24))], ["20", str(Fraction(20, 24))]]
    metadata.put(warp, "retime", {"keys": keys})
    clip.effects.append(warp)
    assert frames_of(timeline_of(clip)) == [*range(0, 20, 2), *[20] * 10]
    run = maps.speed(clip, R)
    assert run.reach_s(0, 20) == (0, Fraction(20, 24))


@pytest.mark.parametrize("kept", [{}, {"keys": [["0", "1"]]}, {"keys": [["a", "b"]]}])
def test_a_broken_retiming_is_named(kept):
    clip = clip_of()
    warp = otio.schema.LinearTimeWarp("s", 1.0)
    metadata.put(warp, "retime", kept)
    clip.effects.append(warp)
    with pytest.raises(TimelineError, match="retiming"):
        maps.picture_map(timeline_of(clip))


def test_opacity_is_part_of_the_weight():
    clip, under = clip_of(length=5), clip_of(start=50, length=5)
    metadata.put(clip, "opacity", [[0, 0.0], [4, 1.0]])
    timeline = timeline_of(under)
    timeline.tracks.append(otio.schema.Track("v2", kind="Video", children=[clip]))
    weights = [
        [layer.weight for layer in layers] for layers in maps.picture_map(timeline)
    ]
    assert weights[0] == [1]
    assert weights[1] == [Fraction(3, 4), Fraction(1, 4)]
    assert weights[4] == [1]
    assert all(sum(each) == 1 for each in weights)


def test_a_sound_tells_its_speed_and_channels():
    clip = clip_of()
    clip.effects.append(otio.schema.LinearTimeWarp("s", 2.0))
    metadata.put(clip, "channels", [2])
    (span,) = maps.sound_map(timeline_of(clip, kind="Audio"))
    assert (span.speed, span.channels) == (2, (2,))
    assert span.source_in_s == Fraction(10, 24)


@given(st.integers(0, 15), st.integers(1, 20), st.integers(0, 30))
def test_a_nested_sound_is_the_sound_itself(first, length, gap):
    inner = otio.schema.Stack("inner")
    inner.append(otio.schema.Track("a", kind="Audio", children=[clip_of(length=40)]))
    inner.source_range = rates.span(first, length, R)
    plain = clip_of(start=10 + first, length=length)
    spans = []
    for item in (inner, plain):
        before = otio.schema.Gap(source_range=rates.span(0, gap, R))
        (span,) = maps.sound_map(timeline_of(before, item, kind="Audio"))
        spans.append(
            (span.record_in_samples, span.record_out_samples, span.source_in_s)
        )
    assert spans[0] == spans[1]


def test_an_impossible_length_is_refused_and_not_mapped():
    gap = otio.schema.Gap(source_range=rates.span(0, 10**12, R))
    with pytest.raises(TimelineError, match="days of film"):
        maps.picture_map(timeline_of(gap))
