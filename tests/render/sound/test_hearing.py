"""What is heard of a programme is what the meter says, and what a gain would make."""

import math

import numpy as np
import pytest

from otio_genai.analyse.loudness import loudness
from otio_genai.errors import RenderError
from otio_genai.render.sound import LoudnessTarget, target_for
from otio_genai.render.sound.hearing import Ear
from otio_genai.render.sound.limiter import Limiter, limited
from otio_genai.render.sound.loudness import foreseen_lufs, gain_for
from otio_genai.render.sound.peaks import decibels, factor
from tests.render.sound.programmes import S, pink, sine, speech_like
from tests.support.marks import later

PROGRAMMES = {
    "sine": np.stack([sine(997, 3 * S, level=0.1)] * 2, axis=1),
    "one side": np.stack([0.1 * pink(3 * S, 1), np.zeros(3 * S)], axis=1),
    "speech": np.stack([speech_like(8, 2)] * 2, axis=1),
    "music": np.stack([0.1 * pink(5 * S, 3), 0.1 * pink(5 * S, 4)], axis=1),
    "steps": np.stack([0.2 * pink(5 * S, 3) * (np.arange(5 * S) > 3 * S)] * 2, axis=1),
    "rumble": np.stack([sine(9, 4 * S, level=0.5)] * 2, axis=1),
    "short": np.stack([sine(997, 9000, level=0.1)] * 2, axis=1),
}


def heard(sound, size=S):
    ear = Ear()
    for start in range(0, len(sound), size):
        ear.add(np.asarray(sound[start : start + size], np.float32))
    return ear.result()


@pytest.mark.parametrize("name", later(PROGRAMMES, 1))
@pytest.mark.parametrize("size", [7001, 10 * S])
def test_it_is_what_the_meter_says(name, size):
    sound = PROGRAMMES[name].astype(np.float32)
    found, meter = heard(sound, size), loudness(sound, S)
    assert found.lufs() == pytest.approx(meter.integrated_lufs, abs=0.001)
    assert decibels(found.true_peak) == pytest.approx(meter.true_peak_dbtp, abs=0.05)


def test_silence_is_silent():
    assert heard(np.zeros((S, 2))).lufs() == -math.inf
    assert heard(np.zeros((0, 2))).lufs() == -math.inf


@pytest.mark.parametrize(
    ("name", "gain_db"),
    [("speech", 6.0), ("speech", 12.0), ("music", 3.0), ("steps", 1)],
)
def test_what_a_limiter_makes_is_foreseen(name, gain_db):
    sound = PROGRAMMES[name].astype(np.float32)
    ceiling = decibels(float(np.abs(sound).max()))
    before = heard(sound)
    out = np.concatenate(list(limited([sound], Limiter(factor(gain_db), ceiling))))
    wanted = heard(out).lufs()
    assert foreseen_lufs(before, gain_db, ceiling) == pytest.approx(wanted, abs=0.15)
    assert wanted < before.lufs() + gain_db - 0.02


@pytest.mark.parametrize("aimed", [-30.0, -20.0, -16.0])
def test_the_gain_takes_a_programme_to_its_loudness(aimed):
    sound = PROGRAMMES["speech"].astype(np.float32)
    before = heard(sound)
    gain_db = gain_for(before, LoudnessTarget(aimed, -3.0))
    out = np.concatenate(list(limited([sound], Limiter(factor(gain_db), -3.0))))
    assert heard(out).lufs() == pytest.approx(aimed, abs=0.1)


def test_profiles_have_targets():
    assert target_for("web") == LoudnessTarget(-14.0, -1.0)
    assert target_for("broadcast").integrated_lufs == -23
    assert target_for("cinema").integrated_lufs is None
    with pytest.raises(RenderError, match="loudness profile 'loud'"):
        target_for("loud")


def test_what_is_heard_of_a_film_is_small():
    found = heard(0.1 * np.ones((60 * S, 2)), 10 * S)
    kept = (found.hops, found.amplitudes, found.tops)
    assert 60 * sum(part.nbytes for part in kept) < 7e6
    ear = Ear(foresees=False)
    ear.add(np.asarray(PROGRAMMES["music"], np.float32))
    after = ear.result()
    assert len(after.amplitudes) == len(after.tops) == 0
    assert after.lufs() == heard(PROGRAMMES["music"]).lufs()
