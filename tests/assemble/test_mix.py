"""Ducking and levels: laws of the curve."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai import maps
from otio_genai.assemble import mix
from otio_genai.assemble.style import Style
from tests.support import bins as made

STYLE = Style()
R = Fraction(24)

spans = st.lists(
    st.tuples(st.floats(0.5, 60), st.floats(0.2, 4)), min_size=1, max_size=8
).map(lambda found: sorted((a, a + n) for a, n in found))


def level_at(keys, time_s):
    """The curve's dB at a time, linear in amplitude."""
    if time_s <= keys[0][0]:
        return keys[0][1]
    for (t0, a), (t1, b) in zip(keys, keys[1:], strict=False):
        if t0 <= time_s <= t1:
            share = (time_s - t0) / (t1 - t0) if t1 > t0 else 1
            low = (1 - share) * 10 ** (a / 20) + share * 10 ** (b / 20)
            return 20 * __import__("math").log10(low)
    return keys[-1][1]


def test_one_sentence_has_four_keys():
    keys = mix.duck([(5.0, 7.0)], -10.0, STYLE)
    assert keys == [
        pytest.approx((4.7, 0)),
        pytest.approx((4.98, -10)),
        pytest.approx((7.5, -10)),
        pytest.approx((8.4, 0)),
    ]


@given(spans)
def test_the_bed_is_down_under_every_word_and_never_up(words):
    keys = mix.duck(words, -9.0, STYLE)
    times = [time for time, _ in keys]
    assert times == sorted(times)
    assert all(-9.0 <= level <= 0 for _, level in keys)
    for begin, end in words:
        for k in range(11):
            assert level_at(keys, begin + (end - begin) * k / 10) == pytest.approx(-9)


def test_near_groups_are_one_and_far_ones_are_not():
    assert len(mix.duck([(1, 2), (3.6, 4)], -6.0, STYLE)) == 4
    assert len(mix.duck([(1, 2), (3.8, 4.5)], -6.0, STYLE)) == 8


def test_nothing_to_duck():
    assert mix.duck([], -6.0, STYLE) == []
    assert mix.duck([(1, 2)], 0.0, STYLE) == []
    assert mix.duck([(1, 1.05)], -6.0, STYLE) == []


@given(spans, st.floats(-30, 0), st.floats(0, 3), st.floats(0, 3))
def test_levels_are_ordered_inside_the_clip_and_never_above_the_gain(
    words, gain_db, fade_in_s, fade_out_s
):
    frames = 24 * 70
    keys = mix.levels(
        frames,
        round(gain_db, 2),
        R,
        ducked=mix.duck(words, -8.0, STYLE),
        fade_in_s=fade_in_s,
        fade_out_s=fade_out_s,
    )
    numbers = [frame for frame, _ in keys]
    assert numbers == sorted(set(numbers))
    assert 0 <= numbers[0] <= numbers[-1] <= frames
    assert all(level <= gain_db + 0.02 for _, level in keys)
    if round(fade_out_s * 24) >= 1:
        assert keys[-1] == [frames, -96.0]
        assert maps.gain(keys[-1][1]) == 0


def test_the_voice_ends_up_twelve_units_above_the_bed():
    bed, voice = made.music(), made.voice([(0, 2)], 3)
    bed_db, (voice_db,) = mix.gains_db(bed, [voice], STYLE)
    depth = mix.depth_db(bed, [voice], STYLE)
    assert (-18 + voice_db) - (-18 + bed_db + depth) == pytest.approx(12, abs=0.02)


@pytest.mark.parametrize("profile", ["web", "broadcast", "podcast", "cinema"])
def test_no_gain_lifts_a_peak_over_the_ceiling(profile):
    style = Style(profile=profile)
    loud = made.sound("music", "loud", 10)
    made.metadata.put(
        loud.media_reference,
        "loudness",
        {"integrated_lufs": -30.0, "true_peak_dbtp": -2.0, "lra_lu": 9.0},
    )
    gain_db, _ = mix.gains_db(loud, [], style)
    assert -2.0 + gain_db <= (-1.0 if profile != "cinema" else -2.0)


def test_silence_is_left_alone():
    silent = made.sound("music", "silent", 10)
    made.metadata.put(
        silent.media_reference,
        "loudness",
        {"integrated_lufs": None, "true_peak_dbtp": None, "lra_lu": 0.0},
    )
    assert mix.gains_db(silent, [], STYLE) == (0.0, [])
    assert mix.depth_db(silent, [made.voice([(0, 2)], 3)], STYLE) == 0.0


def test_voices_follow_with_the_gap():
    voices = [made.voice([(0.1, 1.9)], 2.0), made.voice([(0.2, 2.5)], 3.0)]
    first, second = mix.place_voices(voices, R, STYLE, 2.0)
    assert first.record_in == 48
    assert second.record_in == 48 + 48 + round(0.8 * 24)
    assert second.words_s[0][0] == pytest.approx(second.record_in / 24 + 0.2)
