"""Ducking and levels: laws of the curve, and what is heard of them."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai import maps, rates
from otio_genai.analyse.loudness import loudness
from otio_genai.assemble.sound import mix
from otio_genai.assemble.style import Style
from tests.support import bins as made
from tests.support import synth

STYLE = Style()
R = Fraction(24)
RATES = [R, Fraction(24_000, 1001), Fraction(25), Fraction(16), Fraction(60)]

spans = st.lists(
    st.tuples(st.floats(-3, 60), st.floats(0.2, 4)), min_size=1, max_size=8
).map(lambda found: sorted((a, a + n) for a, n in found))


def amplitude(keys, at):
    """Amplitude factors of keys (place, dB) at places, as players read them."""
    return np.interp(at, [k for k, _ in keys], [maps.gain(db) for _, db in keys])


def flat(ducks):
    return [key for duck in ducks for key in duck]


def test_one_sentence_has_four_keys():
    (keys,) = mix.duck([(5.0, 7.0)], -10.0, STYLE)
    assert list(keys) == [
        pytest.approx((4.7, 0)),
        pytest.approx((4.98, -10)),
        pytest.approx((7.5, -10)),
        pytest.approx((8.4, 0)),
    ]


@given(spans)
def test_the_bed_is_down_under_every_word_and_never_up(words):
    keys = flat(mix.duck(words, -9.0, STYLE))
    times = [time for time, _ in keys]
    assert times == sorted(times)
    assert all(-9.0 <= level <= 0 for _, level in keys)
    for begin, end in words:
        under = amplitude(keys, np.linspace(begin, end, 11))
        assert under == pytest.approx(10 ** (-9 / 20))


def test_near_groups_are_one_and_far_ones_are_not():
    assert len(mix.duck([(1, 2), (3.6, 4)], -6.0, STYLE)) == 1
    assert len(mix.duck([(1, 2), (3.8, 4.5)], -6.0, STYLE)) == 2


def test_nothing_to_duck():
    assert mix.duck([], -6.0, STYLE) == []
    assert mix.duck([(1, 2)], 0.0, STYLE) == []
    assert mix.duck([(1, 1.05)], -6.0, STYLE) == []


@given(
    spans,
    st.floats(-30, 12),
    st.floats(0, 3),
    st.floats(0, 3),
    st.integers(1, 900),
    st.sampled_from(RATES),
)
def test_levels_are_the_lowest_of_all_ramps_at_every_frame(
    words, gain_db, fade_in_s, fade_out_s, frames, rate
):
    gain_db = round(gain_db, 2)
    ducks = mix.duck(words, -8.0, STYLE)
    keys = mix.levels(
        frames,
        gain_db,
        rate,
        ducked=ducks,
        fade_in_s=fade_in_s,
        fade_out_s=fade_out_s,
    )
    numbers = [frame for frame, _ in keys]
    assert numbers == sorted(set(numbers))
    assert 0 <= numbers[0] <= numbers[-1] <= frames
    at = np.arange(frames + 1)
    found = amplitude(keys, at) / maps.gain(gain_db)
    begin = min(rates.frames_at(fade_in_s, rate), frames // 2)
    end = min(rates.frames_at(fade_out_s, rate), frames // 2)
    lowest = np.ones(frames + 1)
    if begin:
        lowest = np.minimum(lowest, at / begin)
    if end:
        lowest = np.minimum(lowest, (frames - at) / end)
    fades = lowest.copy()
    for duck in ducks:
        lowest = np.minimum(lowest, amplitude(duck, at / float(rate)))
    # A ramp on whole frames is down no later and no shorter than one in seconds.
    steepest = (1 - 10 ** (-8 / 20)) * (1 / (STYLE.duck_attack_s * float(rate)))
    assert (found <= lowest + 0.002).all()
    assert (found >= np.minimum(fades, lowest - 3 * steepest) - 0.002).all()
    for begin_s, end_s in words:
        inside = (at >= begin_s * rate) & (at <= end_s * rate)
        assert (found[inside] <= 10 ** (-8 / 20) + 0.002).all()


def test_a_duck_that_began_before_the_clip_goes_on_in_it():
    whole = mix.levels(240, -3.0, R, ducked=mix.duck([(3, 5)], -10.0, STYLE))
    for cut in range(50, 160, 7):
        later = [
            tuple((t - cut / 24, db) for t, db in duck)
            for duck in mix.duck([(3, 5)], -10.0, STYLE)
        ]
        tail = mix.levels(240 - cut, -3.0, R, ducked=later)
        places = np.arange(240 - cut)
        assert amplitude(tail, places) == pytest.approx(
            amplitude(whole, places + cut), abs=0.002
        )


def test_keys_are_few():
    words = [(k * 4.0, k * 4.0 + 2.0) for k in range(30)]
    keys = mix.levels(
        24 * 130, 0.0, R, ducked=mix.duck(words, -8.0, STYLE), fade_out_s=2.0
    )
    # The first duck is down already where the film begins.
    assert len(keys) <= 4 * 30 + 2


@pytest.mark.parametrize("length_s", [0.04, 0.5, 3.0, 60.0])
def test_a_fade_is_as_long_as_asked_or_half_the_bed(length_s):
    frames = max(1, round(24 * length_s))
    keys = mix.levels(frames, -2.0, R, fade_in_s=1.0, fade_out_s=2.0)
    level = amplitude(keys, np.arange(frames + 1)) / maps.gain(-2.0)
    into, out = min(24, frames // 2), min(48, frames // 2)
    assert level[into : frames - out + 1] == pytest.approx(1, abs=0.001)
    if into:
        assert level[0] == 0 == level[-1]
        assert level[into // 2] == pytest.approx(into // 2 / into, abs=0.001)
        assert level[frames - out // 2] == pytest.approx(out // 2 / out, abs=0.001)


@pytest.mark.parametrize("profile", mix.PROFILES_LUFS)
@pytest.mark.parametrize("bed_lufs", [-30.0, -18.0, -9.0])
def test_the_relation_of_voice_and_bed_is_kept(profile, bed_lufs):
    style = Style(profile=profile)
    voice_db = mix.gain_db(-24.0, style)
    bed_db = mix.gain_db(bed_lufs, style, below_lu=mix.BED_BELOW_LU)
    depth = mix.depth_db(bed_lufs + bed_db, [-24.0 + voice_db], style)
    distance = (-24.0 + voice_db) - (bed_lufs + bed_db)
    if profile == "cinema":
        assert (bed_db, voice_db) == (0.0, 0.0)
        assert depth == pytest.approx(max(-18.0, min(0.0, distance - 12)))
    else:
        assert distance == pytest.approx(4)
        assert distance - depth == pytest.approx(12, abs=0.02)


@given(st.floats(-80, 0), st.lists(st.floats(-49, 0), max_size=3))
def test_the_depth_is_that_of_the_formula(lufs, voices):
    depth = mix.depth_db(lufs, voices, STYLE)
    if voices:
        wanted = np.clip(min(voices) - 12 - lufs, -18, 0)
        assert depth == pytest.approx(wanted, abs=0.006)
    else:
        assert depth == 0


def test_silence_is_left_alone():
    for lufs in (None, -math.inf, -61.0):
        assert mix.gain_db(lufs, STYLE) == 0.0
    assert mix.depth_db(None, [-14.0], STYLE) == 0.0
    assert mix.depth_db(-math.inf, [-14.0], STYLE) == 0.0
    assert mix.depth_db(-18.0, [-math.inf, -14.0], STYLE) == -8.0
    assert mix.depth_db(-18.0, [-14.0], Style(duck=False)) == 0.0


def test_voices_follow_with_the_gap():
    voices = [made.voice([(0.1, 1.9)], 2.0), made.voice([(0.2, 2.5)], 3.0)]
    first, second = mix.place_voices(voices, R, STYLE, 2.0)
    assert first.record_in == 48
    assert second.record_in == 48 + 48 + round(0.8 * 24)
    assert second.words_s[0][0] == pytest.approx(second.record_in / 24 + 0.2)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_voice_is_heard_twelve_units_above_the_bed(seed):
    rng = np.random.default_rng(seed)
    words, clock = [], 1.5
    while clock < 26:
        words.append((clock, clock + float(rng.uniform(0.8, 3))))
        clock = words[-1][1] + float(rng.choice([0.3, 0.8, 2.5]))
    voice = synth.speech(words, 30.0, sample_rate=22_050, seed=seed)
    bed, _ = synth.band(100, 30.0, seed=seed)
    loud = [loudness(sound, 22_050).integrated_lufs for sound in (voice, bed)]
    voice_db = mix.gain_db(loud[0], STYLE)
    bed_db = mix.gain_db(loud[1], STYLE, below_lu=mix.BED_BELOW_LU)
    depth = mix.depth_db(loud[1] + bed_db, [loud[0] + voice_db], STYLE)
    keys = mix.levels(720, bed_db, R, ducked=mix.duck(words, depth, STYLE))
    at = np.arange(len(bed)) / 22_050
    level = amplitude([(k / 24, db) for k, db in keys], at)
    difference = momentary(voice * maps.gain(voice_db)) - momentary(bed * level)
    moments = np.arange(len(difference)) / 10 + 0.2
    spoken = [any(a <= t <= b for a, b in words) for t in moments]
    assert np.median(difference[spoken]) >= 11
    assert len(keys) <= 4 * 8
    per_minute = len(keys) / 0.5
    assert per_minute < 40


def momentary(sound):
    """Loudness of the 400 ms from each tenth of a second."""
    powers = 10 ** (np.array(loudness(sound, 22_050).powers_db) / 10)
    means = np.convolve(powers, np.full(4, 0.25), "valid")
    return 10 * np.log10(means)


def test_the_voice_begins_with_a_phrase_after_the_first_shot():
    assert mix.start_of_voice_s(STYLE, [0.3, 4.0, 9.0], 60) == pytest.approx(4.3)
    assert mix.start_of_voice_s(STYLE, [], 60) == 2.0
    assert mix.start_of_voice_s(STYLE, [4.0], 3.0) == pytest.approx(2.9)
    assert mix.start_of_voice_s(Style(voice_at_s=7.5), [4.0], 3.0) == 7.5
    assert math.isclose(mix.start_of_voice_s(STYLE, [4.0], 0.0), 0.0)
