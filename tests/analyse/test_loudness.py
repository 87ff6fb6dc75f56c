import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.analyse import loudness as meter_module
from otio_genai.analyse.loudness import Meter, loudness
from tests.support import synth
from tests.support.marks import later

RATE = 48_000

# EBU Tech 3341, cases 1 to 5: stretches of a stereo 1 kHz sine, (dBFS, seconds).
# Case 6 is in surround.
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


@pytest.mark.parametrize(("levels", "lufs"), later(INTEGRATED, 2))
def test_integrated_loudness_of_the_reference_sequences(levels, lufs):
    found = loudness(synth.sines(levels), RATE)
    assert found.integrated_lufs == pytest.approx(lufs, abs=0.1)
    assert gated(found.to_metadata()["powers_db"]) == pytest.approx(lufs, abs=0.1)


def test_surround_is_weighed():
    levels = [-28, -28, -24, -100, -30, -30]
    sound = np.concatenate(
        [synth.sines([(level, 20)], channels=1) for level in levels], axis=1
    )
    assert loudness(sound, RATE).integrated_lufs == pytest.approx(-23, abs=0.1)
    five = np.delete(sound, 3, axis=1)
    assert loudness(five, RATE).integrated_lufs == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize(("levels", "lu"), later(RANGE, 1))
def test_loudness_range_of_the_reference_sequences(levels, lu):
    assert loudness(synth.sines(levels), RATE).lra_lu == pytest.approx(lu, abs=0.1)


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 96_000])
def test_any_sample_rate(rate):
    found = loudness(synth.sines([(-23, 5)], rate), rate)
    assert found.integrated_lufs == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize(("over", "degrees"), [(4, 0), (4, 45), (6, 60), (8, 67.5)])
def test_true_peak_lies_between_the_samples(over, degrees):
    n = np.arange(RATE)
    ramp = np.clip(np.minimum(n, n[::-1]) / 2000, 0, 1)
    wave = 0.5 * ramp * np.sin(2 * np.pi * n / over + math.radians(degrees))
    assert -6.4 <= loudness(wave, RATE).true_peak_dbtp <= -5.8


def steps(seed, length_s, rate=RATE, channels=2):
    """Noise whose level is another in every half second."""
    rng = np.random.default_rng(seed)
    n = round(length_s * rate)
    gain = 10 ** (rng.uniform(-50, -6, n * 2 // rate + 1) / 20)
    return 0.3 * rng.normal(size=(n, channels)) * gain[np.arange(n) * 2 // rate, None]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 99), st.sampled_from([8_000, 11_025, 48_000]))
def test_a_sound_in_pieces_is_the_same_sound(seed, rate):
    rng = np.random.default_rng(seed)
    sound = steps(seed, rng.uniform(0.02, 3), rate)
    meter = Meter(rate, 2)
    cuts = np.sort(rng.integers(0, len(sound) + 1, 5))
    for piece in np.split(sound, cuts):
        meter.add(piece)
    found, whole = meter.result(), loudness(sound, rate)
    assert found.integrated_lufs == pytest.approx(whole.integrated_lufs, abs=1e-6)
    assert found.true_peak_dbtp == pytest.approx(whole.true_peak_dbtp, abs=1e-3)
    assert found.powers_db == pytest.approx(whole.powers_db, abs=1e-4)
    assert found.peaks_dbtp == pytest.approx(whole.peaks_dbtp, abs=1e-2)


def test_blocks_change_nothing(monkeypatch):
    sound = steps(3, 2.0)
    whole = loudness(sound, RATE).to_metadata()
    monkeypatch.setattr(meter_module, "_BLOCK_SAMPLES", 1000)
    assert loudness(sound, RATE).to_metadata() == whole


def gated(powers_db):
    """Integrated loudness of a curve, by the standard's own words."""
    powers = 10 ** ((np.array(powers_db) + 0.691) / 10)
    blocks = np.convolve(powers, np.ones(4) / 4, "valid")
    blocks = blocks[blocks > 10 ** ((-70 + 0.691) / 10)]
    return -0.691 + 10 * np.log10(blocks[blocks > blocks.mean() / 10].mean())


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rate", [11_025, 48_000])
def test_the_curve_gives_the_loudness_back(seed, rate):
    found = loudness(steps(seed, 4 + seed / 7, rate), rate)
    kept = found.to_metadata()
    assert gated(kept["powers_db"]) == pytest.approx(found.integrated_lufs, abs=0.1)
    assert 0 <= max(kept["peaks_dbtp"]) - found.true_peak_dbtp <= 0.1
    hops = int((4 + seed / 7) * 10)
    assert len(kept["powers_db"]) == len(kept["peaks_dbtp"]) == hops


def test_the_curves_follow_the_sound():
    found = loudness(synth.sines([(-20, 1), (-200, 1), (-40, 1.05)]), RATE)
    assert len(found.powers_db) == len(found.peaks_dbtp) == 30
    for first, level in ((0, -20), (20, -40)):
        inner = slice(first + 1, first + 9)
        assert found.powers_db[inner] == pytest.approx([level] * 8, abs=0.1)
        assert found.peaks_dbtp[inner] == pytest.approx([level] * 8, abs=0.1)
    # The filters ring on for a moment.
    assert found.powers_db[12:20] == (-120.0,) * 8
    assert found.peaks_dbtp[12:19] == (-120.0,) * 7


def test_a_click_in_the_last_part_of_a_hop_is_not_lost():
    sound = np.zeros((RATE + 2400, 2))
    sound[RATE + 2000] = 0.5
    found = loudness(sound, RATE)
    assert len(found.peaks_dbtp) == 10
    assert found.peaks_dbtp[-1] >= -6.1
    assert found.true_peak_dbtp == found.peaks_dbtp[-1]


def test_clipped_sound_peaks_above_full_scale():
    square = np.sign(np.sin(2 * np.pi * 997 * np.arange(RATE) / RATE))
    assert 0 < loudness(square, RATE).true_peak_dbtp < 4


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
