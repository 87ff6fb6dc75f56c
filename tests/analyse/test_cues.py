import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.analyse.cues import Told
from otio_genai.analyse.music import music
from tests.support import synth
from tests.support.marks import examples

RATE = 22_050


@pytest.fixture(scope="module")
def violin():
    return synth.violin(40, seed=2)[0]


@pytest.fixture(scope="module")
def band():
    return synth.band(100, 60)


@examples(8, 3)
@given(st.integers(0, 999))
def test_told_beats_are_kept_to_the_last_digit(seed):
    rng = np.random.default_rng(seed)
    times = tuple(np.cumsum(rng.uniform(0.4, 0.7, 40)).tolist())
    sound = synth.violin(32, seed=3)[0]
    found = music(sound, RATE, Told(beats_s=times))
    assert found.beats_s == times
    assert (found.source, found.confidence, found.mode) == ("beats", 1.0, "beats")
    assert set(found.phrases_s) <= set(found.downbeats_s) <= set(times)
    assert found.bpm == pytest.approx(60 / np.median(np.diff(times)), rel=0.1)


def test_numbered_beats_give_the_bars(violin):
    beats = tuple(0.5 * n for n in range(60))
    numbers = tuple((n + 1) % 3 + 1 for n in range(60))
    found = music(violin, RATE, Told(beats_s=beats, numbers=numbers, metre=3))
    assert found.downbeats_s == beats[2::3]
    assert found.downbeat_confidence == 1.0


def test_a_tempo_and_a_first_beat_are_a_grid(violin):
    found = music(violin, RATE, Told(tempo_bpm=96, first_beat_s=5.3))
    step_s = 60 / 96
    assert np.diff(found.beats_s) == pytest.approx(step_s)
    assert found.beats_s[0] == pytest.approx(5.3 % step_s)
    assert 40 - step_s <= found.beats_s[-1] < 40
    assert any(one == pytest.approx(5.3) for one in found.downbeats_s)
    assert np.diff(found.downbeats_s) == pytest.approx(4 * step_s)
    assert (found.source, found.bpm) == ("tempo", pytest.approx(96))
    assert found.confidence == found.downbeat_confidence == 1.0


def test_a_tempo_alone_finds_its_phase_and_bars(band):
    sound, beats_s = band
    found = music(sound, RATE, Told(tempo_bpm=100))
    assert synth.f_measure(found.beats_s, beats_s, 0.03) >= 0.98
    assert synth.f_measure(found.downbeats_s, beats_s[::4], 0.03) >= 0.95
    assert found.phrases_s == pytest.approx(beats_s[::32], abs=0.03)


def test_half_the_tempo_is_the_directors_to_choose(band):
    sound, beats_s = band
    found = music(sound, RATE, Told(tempo_bpm=50, first_beat_s=float(beats_s[0])))
    assert found.bpm == pytest.approx(50)
    assert synth.f_measure(found.beats_s, beats_s[::2], 0.03) >= 0.98


def test_a_first_beat_alone_moves_the_bars(band):
    sound, beats_s = band
    found = music(sound, RATE, Told(first_beat_s=float(beats_s[2])))
    assert found.source == "measured"
    assert synth.f_measure(found.downbeats_s, beats_s[2::4]) >= 0.95


def test_markers_begin_phrases(violin, band):
    found = music(violin, RATE, Told(markers_s=(8.0, 21.5)))
    assert found.phrases_s == found.markers_s == (8.0, 21.5)
    assert (found.source, found.phrase_confidence) == ("markers", 1.0)
    assert found.confidence < 0.5
    sound, beats_s = band
    sure = music(sound, RATE, Told(markers_s=(30.0, float(beats_s[32]) + 0.2)))
    assert {30.0, float(beats_s[32]) + 0.2} <= set(sure.phrases_s)
    assert len(sure.phrases_s) == len(beats_s[::32]) + 1
    assert sure.source == "markers"


@pytest.mark.parametrize("sound", [np.zeros(0), np.zeros(RATE * 20)])
def test_silence_still_has_what_is_told(sound):
    told = Told(beats_s=tuple(0.5 * n for n in range(39)), markers_s=(4.0,))
    found = music(sound, RATE, told)
    assert found.beats_s == told.beats_s
    assert found.phrases_s == (4.0,)
    assert found.downbeats_s == told.beats_s[::4]
    assert found.downbeat_confidence == 0.0


def test_what_is_written_is_read():
    kept = {
        "metre": 3,
        "tempo_bpm": 90.0,
        "first_beat_s": 0.5,
        "beats_s": [0.5, 1.0],
        "numbers": [1, 2],
        "markers_s": [1.5],
    }
    told = Told.from_metadata(kept)
    assert told == Told(90.0, 0.5, 3, (0.5, 1.0), (1, 2), (1.5,))
    assert Told.from_metadata({}) == Told()
    assert Told().source == "measured"
