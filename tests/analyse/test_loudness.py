import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.analyse import loudness as meter
from otio_genai.analyse.loudness import loudness, momentary_lufs, true_peak_dbtp
from tests.support import synth

RATE = 48_000

# EBU Tech 3341, cases 1 to 5: stretches of a stereo 1 kHz sine, (dBFS, seconds).
INTEGRATED = [
    ([(-23, 20)], -23.0),
    ([(-33, 20)], -33.0),
    ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
    ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
    ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
]
# EBU Tech 3342, cases 1 to 4.
RANGE = [
    ([(-20, 20), (-30, 20)], 10.0),
    ([(-20, 20), (-15, 20)], 5.0),
    ([(-40, 20), (-20, 20)], 20.0),
    ([(-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)], 15.0),
]


@pytest.mark.parametrize(("levels", "lufs"), INTEGRATED)
def test_integrated_loudness_of_the_reference_sequences(levels, lufs):
    found = loudness(synth.sines(levels), RATE)
    assert found.integrated_lufs == pytest.approx(lufs, abs=0.1)


def test_surround_is_weighed():
    levels = [-28, -28, -24, -100, -30, -30]
    sound = np.concatenate(
        [synth.sines([(level, 20)], channels=1) for level in levels], axis=1
    )
    assert loudness(sound, RATE).integrated_lufs == pytest.approx(-23, abs=0.1)
    five = np.delete(sound, 3, axis=1)
    assert loudness(five, RATE).integrated_lufs == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize(("levels", "lu"), RANGE)
def test_loudness_range_of_the_reference_sequences(levels, lu):
    assert loudness(synth.sines(levels), RATE).lra_lu == pytest.approx(lu, abs=0.5)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 96_000])
def test_any_sample_rate(rate):
    found = loudness(synth.sines([(-23, 5)], rate), rate)
    assert found.integrated_lufs == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize(("over", "degrees"), [(4, 0), (4, 45), (6, 60), (8, 67.5)])
def test_true_peak_lies_between_the_samples(over, degrees):
    n = np.arange(RATE)
    ramp = np.clip(np.minimum(n, n[::-1]) / 2000, 0, 1)
    wave = 0.5 * ramp * np.sin(2 * np.pi * n / over + math.radians(degrees))
    assert -6.4 <= true_peak_dbtp(wave) <= -5.8


def test_true_peak_does_not_depend_on_blocks(monkeypatch):
    noise = np.random.default_rng(0).normal(size=9000) * 0.1
    whole = true_peak_dbtp(noise)
    monkeypatch.setattr(meter, "_PEAK_BLOCK_SAMPLES", 1000)
    assert true_peak_dbtp(noise) == pytest.approx(whole, abs=1e-4)


@settings(max_examples=10, deadline=None)
@given(st.floats(0.05, 0.9))
def test_gain_adds_its_decibels(gain):
    rng = np.random.default_rng(1)
    sound = (
        0.3 * rng.normal(size=(RATE * 4, 2)) * np.linspace(0.4, 1, RATE * 4)[:, None]
    )
    plain, quiet = loudness(sound, RATE), loudness(gain * sound, RATE)
    step = 20 * math.log10(gain)
    assert quiet.integrated_lufs == pytest.approx(
        plain.integrated_lufs + step, abs=1e-6
    )
    assert quiet.true_peak_dbtp == pytest.approx(plain.true_peak_dbtp + step, abs=1e-6)
    assert quiet.lra_lu == pytest.approx(plain.lra_lu, abs=1e-6)


@pytest.mark.parametrize("samples", [0, 1, 100, 4799, 48_000])
def test_silence_is_minus_infinity_and_none(samples):
    found = loudness(np.zeros((samples, 2)), RATE)
    assert found.integrated_lufs == found.true_peak_dbtp == -math.inf
    kept = found.to_metadata()
    assert kept["integrated_lufs"] is None
    assert kept["true_peak_dbtp"] is None
    assert kept["lra_lu"] == 0


@pytest.mark.parametrize("length_s", [0.05, 0.2, 0.39, 0.4, 0.45, 1.0])
def test_short_sounds_are_measured(length_s):
    found = loudness(synth.sines([(-23, length_s)]), RATE)
    assert found.integrated_lufs == pytest.approx(-23, abs=0.3)


def test_momentary_follows_the_sound():
    series = momentary_lufs(synth.sines([(-20, 2), (-40, 2)]), RATE)
    assert len(series) == 37
    assert series[0] == pytest.approx(-20, abs=0.1)
    assert series[-1] == pytest.approx(-40, abs=0.1)
    assert np.isneginf(momentary_lufs(np.zeros(RATE), RATE)).all()
