import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.analyse.features import features
from otio_genai.analyse.music import Music, agreement, music, salience
from otio_genai.analyse.onsets import onsets_s
from tests.support import synth

RATE = 22_050
TEMPI = (60, 75, 90, 105, 120, 150, 180)


@pytest.mark.parametrize("bpm", TEMPI)
@pytest.mark.parametrize("player", [synth.clicks, synth.band])
def test_beats_of_steady_music(player, bpm):
    sound, beats_s = player(bpm)
    found = music(sound, RATE)
    assert synth.f_measure(found.beats_s, beats_s) >= 0.98
    assert found.bpm == pytest.approx(bpm, rel=0.01)
    assert found.confidence > 0.5
    assert found.mode == "beats"


@pytest.mark.parametrize("bpm", TEMPI)
def test_bars_and_phrases_of_a_band(bpm):
    sound, beats_s = synth.band(bpm, length_s=36 * 60 / bpm + 1)
    found = music(sound, RATE)
    assert synth.f_measure(found.downbeats_s, beats_s[::4]) >= 0.9
    assert found.phrases_s[0] == pytest.approx(beats_s[0], abs=0.07)
    assert set(found.phrases_s) <= set(found.downbeats_s) <= set(found.beats_s)


def test_beats_fall_on_the_attack():
    sound, beats_s = synth.band(100)
    found = np.array(music(sound, RATE).beats_s)
    late = [found[np.abs(found - t).argmin()] - t for t in beats_s]
    assert abs(np.median(late)) < 0.012


@pytest.mark.parametrize("seed", range(4))
def test_a_rubato_violin_is_cut_on_onsets(seed):
    sound, _ = synth.violin(seed=seed)
    found = music(sound, RATE)
    assert found.confidence < 0.5
    assert found.mode == "onsets"
    assert found.onsets_s


def test_phrases_of_free_music_follow_its_rests():
    sound, _ = synth.violin(seed=5)
    found = music(sound, RATE)
    assert found.phrases_s
    for start in found.phrases_s:
        assert any(abs(start - rest[1]) < 0.5 for rest in found.rests_s)
    assert all(b - a >= 0.4 for a, b in found.rests_s)


@pytest.mark.parametrize("seed", range(3))
def test_noise_has_no_sure_beat(seed):
    noise = np.random.default_rng(seed).normal(size=RATE * 15).astype(np.float32)
    for sound in (0.1 * noise, 1e-3 * np.cumsum(noise)):
        assert music(sound, RATE).confidence < 0.5


def test_speech_has_no_sure_beat():
    sound = synth.speech([(0.5, 3), (3.6, 6), (7, 9.5), (10, 14)], 15)
    assert music(sound, 16_000).mode == "onsets"


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(0, np.float32),
        np.zeros(1, np.float32),
        np.zeros(RATE * 5, np.float32),
        np.full(RATE * 5, 0.3, np.float32),
        synth.band(120, 0.5)[0],
        1e-6 * synth.band(120, 5)[0],
        *(synth.sines([(-20, 6)], RATE, hz)[:, 0] for hz in (50, 110, 440, 3000)),
    ],
)
def test_nothing_to_hear_gives_nothing(sound):
    assert music(sound, RATE) == Music()


@pytest.mark.parametrize("length_s", [1.0, 1.5, 2.0, 2.5, 3.0])
def test_short_music_does_not_fail(length_s):
    found = music(synth.band(120, length_s)[0], RATE)
    assert all(0 <= t <= length_s + 0.1 for t in found.beats_s)


@settings(max_examples=8, deadline=None)
@given(st.floats(0.0, 1.5), st.sampled_from([80, 110, 130]))
def test_silence_before_it_shifts_the_beats(lead_s, bpm):
    sound, _ = synth.band(bpm, 14)
    lead = np.zeros(round(lead_s * RATE), np.float32)
    plain = np.array(music(sound, RATE).beats_s)
    moved = music(np.concatenate([lead, sound]), RATE).beats_s
    assert synth.f_measure(moved, plain + lead.size / RATE, 0.03) >= 0.9


@settings(max_examples=6, deadline=None)
@given(st.floats(0.02, 1.0))
def test_level_changes_nothing(gain):
    sound, _ = synth.band(100, 12)
    plain, quiet = music(sound, RATE), music(gain * sound, RATE)
    assert quiet.beats_s == pytest.approx(plain.beats_s, abs=0.02)
    assert quiet.confidence == pytest.approx(plain.confidence, abs=0.02)


def test_sample_rate_changes_nothing():
    plain = music(synth.band(100, 12, RATE)[0], RATE)
    fine = music(synth.band(100, 12, 48_000)[0], 48_000)
    assert synth.f_measure(fine.beats_s, plain.beats_s, 0.03) >= 0.95


def test_onsets_of_clicks_are_exact():
    sound, beats_s = synth.clicks(90)
    found = features(sound, RATE)
    assert synth.f_measure(onsets_s(found.onset), beats_s, 0.05) == 1.0
    assert onsets_s(np.zeros(0)) == []


def test_answers_are_ascending_and_json():
    kept = music(synth.band(120)[0], RATE).to_metadata()
    for key in ("beats_s", "downbeats_s", "phrases_s", "onsets_s"):
        assert kept[key] == sorted(set(kept[key]))
        assert all(type(time) is float for time in kept[key])


def test_measures_of_trust():
    act = np.zeros(400)
    act[20::40] = 1
    on, off = np.arange(20, 400, 40), np.arange(40, 400, 40)
    assert salience(act, on) == 1
    assert salience(act, off) == 0
    assert agreement(on, on) == agreement(on, on[::2]) == agreement(on[1::2], on) == 1
    assert agreement(on, off) == 0
