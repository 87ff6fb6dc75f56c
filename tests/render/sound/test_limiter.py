"""The limiter: never above, never without need, and the same for any blocks."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from otio_genai.render.sound.limiter import AHEAD_SAMPLES, Limiter, limited
from otio_genai.render.sound.peaks import PeakMeter, factor, peaks_above
from tests.render.sound.programmes import S, pink, sine, speech_like


def through(sound, gain, ceiling, sizes=(S,)):
    limiter = Limiter(gain, ceiling)
    sound = np.asarray(sound, np.float32)
    blocks, at = [], 0
    while at < len(sound):
        size = sizes[len(blocks) % len(sizes)]
        blocks.append(sound[at : at + size])
        at += size
    return np.concatenate(list(limited(blocks, limiter))), limiter


def both(sound):
    return np.stack([sound, 0.5 * sound], axis=1)


def clicks(samples):
    found = 0.002 * pink(samples, 5)
    found[::6001] = 0.9
    return found


def bursts_of_noise(samples):
    loud = (np.arange(samples) % 20_000) < 2000
    return 0.02 * pink(samples, 6) + 0.3 * pink(samples, 7) * loud


SOUNDS = {
    "low sine": 0.9 * sine(50, 2 * S),
    "sine": 0.9 * sine(997, 2 * S),
    "between samples": 0.9 * sine(S / 4, 2 * S, level=1.0) + 0.3 * sine(11_990, 2 * S),
    "high": 0.9 * sine(19_000, 2 * S),
    "clicks": clicks(2 * S),
    "bursts": bursts_of_noise(2 * S),
    "speech": 4 * speech_like(2, 8),
    "noise": 0.3 * np.random.default_rng(9).standard_normal(2 * S),
}


@pytest.mark.parametrize("name", SOUNDS)
@pytest.mark.parametrize("ceiling", [-1.0, -9.0])
def test_nothing_passes_the_ceiling(name, ceiling):
    out, limiter = through(both(SOUNDS[name]), 2.0, ceiling)
    oversampled = signal.resample_poly(out.astype(np.float64), 8, 1, axis=0)
    assert np.abs(out).max() <= factor(ceiling)
    # White noise has a band's edge where filters of any length differ.
    slack_db = 0.1 if name in ("noise", "clicks") else 0.01
    assert 20 * math.log10(np.abs(oversampled).max()) <= ceiling + slack_db
    assert limiter.most_db > 0


@pytest.mark.parametrize("name", SOUNDS)
def test_what_does_not_exceed_is_the_gain_bit_for_bit(name):
    sound = both(SOUNDS[name]).astype(np.float32)
    meter = PeakMeter()
    meter.add(sound)
    gain = np.float32(0.99 * factor(-1) / meter.result())
    out, limiter = through(sound, gain, -1.0)
    assert np.array_equal(out, sound * gain)
    assert limiter.most_db == 0


def test_far_from_a_peak_the_sound_is_untouched():
    sound = both(0.1 * sine(440, 4 * S)).astype(np.float32)
    sound[S : S + 3] = 1.5
    out, limiter = through(sound, 1.0, -1.0)
    # Held back by under 6 dB, let go at 40 dB/s.
    low, high = S - 2 * AHEAD_SAMPLES - 20, S + int(0.16 * S)
    assert limiter.most_db < 6
    assert np.array_equal(out[:low], sound[:low])
    assert np.array_equal(out[high:], sound[high:])
    assert not np.array_equal(out[S - 100 : S], sound[S - 100 : S])


def test_both_sides_are_turned_down_alike():
    sound = np.stack([SOUNDS["bursts"], 0.1 * sine(440, 2 * S)], axis=1)
    out, _ = through(sound, 2.0, -6.0)
    quiet = np.abs(sound) < 1e-3
    shares = np.where(quiet, np.nan, out / np.where(quiet, 1, 2 * sound))
    assert np.nanmax(np.abs(shares[:, 0] - shares[:, 1])) < 1e-3


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(1, 40_000), min_size=1, max_size=5))
def test_the_result_does_not_depend_on_the_blocks(sizes):
    sound = both(SOUNDS["speech"])
    whole, first = through(sound, 2.0, -3.0, sizes=(len(sound),))
    parts, other = through(sound, 2.0, -3.0, sizes=[max(n, 50) for n in sizes])
    assert len(whole) == len(sound)
    assert np.array_equal(whole, parts)
    assert first.most_db == other.most_db


@pytest.mark.parametrize("length", [0, 1, 100, 8191, 8192, 8193, 3 * 8192])
def test_every_length_comes_out_as_it_went_in(length):
    sound = both(np.full(length, 0.5)).astype(np.float32)
    out, _ = through(sound, 1.0, math.inf)
    assert np.array_equal(out, sound)


@pytest.mark.parametrize("hertz", [997, 6000, 11_997, 17_000, 19_500])
def test_the_wave_between_samples_is_found(hertz):
    sound = both(sine(hertz, 9600, level=0.7)).astype(np.float32)
    found = peaks_above(sound, 0.01)
    # Eighths of a sample miss the top of a wave of 19.5 kHz by 0.11 dB at most.
    assert found.max() == pytest.approx(0.7, rel=0.013)
    assert found[200:-200].min() >= 0.0


def test_what_is_not_asked_about_is_not_looked_for():
    sound = both(SOUNDS["bursts"]).astype(np.float32)
    every, above = peaks_above(sound, 1e-9), peaks_above(sound, 0.3)
    assert np.allclose(above, np.where(every >= 0.3, every, 0), atol=1e-6)
