import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.analyse.beats import activation, track
from otio_genai.analyse.features import FRAMES_PER_S, features
from otio_genai.analyse.music import Music, music
from otio_genai.analyse.onsets import onsets_s
from otio_genai.analyse.trust import agreement
from tests.support import synth
from tests.support.marks import examples, later

RATE = 22_050
TEMPI = (60, 75, 90, 105, 120, 150, 180)


@pytest.mark.parametrize("bpm", later(TEMPI, 3))
@pytest.mark.parametrize("player", [synth.clicks, synth.band])
def test_beats_of_steady_music(player, bpm):
    sound, beats_s = player(bpm)
    found = music(sound, RATE)
    assert synth.f_measure(found.beats_s, beats_s) >= 0.98
    assert found.bpm == pytest.approx(bpm, rel=0.01)
    assert found.confidence > 0.5
    assert found.mode == "beats"


@pytest.mark.parametrize(
    ("bpm", "start_s"),
    later([(bpm, (0.25, 1.7)[n % 2]) for n, bpm in enumerate(TEMPI)], 1),
)
def test_bars_and_phrases_of_a_band_are_exact(bpm, start_s):
    bars = 34
    sound, beats_s = synth.band(bpm, start_s + bars * 240 / bpm, start_s=start_s)
    found = music(sound, RATE)
    assert len(found.phrases_s) == 5
    assert found.phrases_s == pytest.approx(beats_s[::32], abs=0.07)
    assert synth.f_measure(found.downbeats_s, beats_s[::4]) >= 0.98
    assert found.phrase_confidence >= 0.8
    assert found.downbeat_confidence >= 0.9
    assert set(found.phrases_s) <= set(found.downbeats_s) <= set(found.beats_s)


def test_clicks_without_bars_have_no_sure_bars_or_phrases():
    clicks = music(synth.clicks(100, 60)[0], RATE)
    assert clicks.confidence > 0.9
    assert clicks.downbeat_confidence < 0.5
    assert clicks.phrase_confidence < 0.5


@pytest.mark.parametrize("seed", later(range(4), 1))
def test_free_music_has_no_sure_bars_or_phrases(seed):
    violin = music(synth.violin(60, seed=seed)[0], RATE)
    assert violin.downbeat_confidence <= violin.confidence < 0.5
    assert violin.phrase_confidence < 0.5


@pytest.mark.parametrize("seed", later(range(5), 2))
def test_onsets_of_a_legato_line(seed):
    sound, onsets = synth.violin(60, seed=seed)
    found = music(sound, RATE).onsets_s
    assert synth.f_measure(found, onsets, 0.1) >= 0.85
    assert synth.f_measure(found, onsets, 0.05) >= 0.65


def test_the_other_octave_is_named():
    # Quavers as loud as the beat could be the beat; a lone click could be a half.
    sound, _ = synth.clicks(140)
    assert music(sound, RATE).other_bpm == pytest.approx(70, abs=1)
    slow, _ = synth.clicks(70)
    fast, _ = synth.clicks(140, start_s=0.3)
    both = music(slow + 0.4 * fast, RATE)
    assert both.bpm * 2 == pytest.approx(both.other_bpm) or both.bpm > 100


def test_energy_follows_the_music():
    sound, borders_s = synth.song(120, (8, 8, 8))
    found = music(sound, RATE)
    energy = np.array(found.energy_db)
    edges = (2 * borders_s).astype(int) + 2
    soft, full, again = (energy[at : at + 26].mean() for at in edges)
    assert full - soft > 5 and full - again > 5
    assert found.to_metadata()["energy"]["hop_s"] == 0.5


def test_beats_fall_on_the_attack():
    sound, beats_s = synth.band(100)
    found = np.array(music(sound, RATE).beats_s)
    late = [found[np.abs(found - t).argmin()] - t for t in beats_s]
    assert abs(np.median(late)) < 0.012


@pytest.mark.parametrize("seed", later(range(4), 2))
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
    found = music(sound, RATE)
    assert replace(found, energy_db=()) == Music()
    assert len(found.energy_db) == pytest.approx(len(sound) / RATE * 2, abs=1)


@pytest.mark.parametrize("length_s", [1.0, 1.5, 2.0, 2.5, 3.0])
def test_short_music_does_not_fail(length_s):
    found = music(synth.band(120, length_s)[0], RATE)
    assert all(0 <= t <= length_s + 0.1 for t in found.beats_s)


@examples(8, 3)
@given(st.floats(0.0, 1.5), st.sampled_from([80, 110, 130]))
def test_silence_before_it_shifts_the_beats(lead_s, bpm):
    sound, _ = synth.band(bpm, 14)
    lead = np.zeros(round(lead_s * RATE), np.float32)
    plain = np.array(music(sound, RATE).beats_s)
    moved = music(np.concatenate([lead, sound]), RATE).beats_s
    assert synth.f_measure(moved, plain + lead.size / RATE, 0.03) >= 0.9


@examples(6, 2)
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


def test_clipped_and_narrow_music_keeps_its_beat():
    sound, beats_s = synth.band(110, 20)
    clipped = np.clip(8 * sound, -1, 1)
    assert synth.f_measure(music(clipped, RATE).beats_s, beats_s) >= 0.95
    narrow, beats_s = synth.band(110, 20, 8_000)
    assert synth.f_measure(music(narrow, 8_000).beats_s, beats_s) >= 0.95


@pytest.mark.slow
def test_two_hours_of_beats_fit_into_memory():
    frames = round(7200 * FRAMES_PER_S)
    beats = np.arange(0.3, 7199, 0.5)
    act = np.zeros(frames)
    act[np.rint(beats * FRAMES_PER_S).astype(int)] = 1
    tracemalloc.start()
    found = track(activation(act))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert synth.f_measure(found / FRAMES_PER_S, beats) >= 0.98
    assert agreement(found, found) == 1.0
    assert peak < 400e6
