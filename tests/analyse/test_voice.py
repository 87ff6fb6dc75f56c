from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.analyse.voice import pauses, speech_spans, to_metadata
from tests.support import synth
from tests.support.marks import later

SPANS = [(0.5, 2.1), (2.6, 4.0), (4.9, 6.3)]


@pytest.mark.parametrize("rate", [16_000, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("floor_db", later([-200.0, -70.0, -50.0], 2))
def test_spans_of_speech(rate, floor_db):
    sound = synth.speech(SPANS, 7.0, rate, floor_db=floor_db)
    found = speech_spans(sound, rate)
    assert np.array(found) == pytest.approx(np.array(SPANS), abs=0.06)


def test_pauses_lie_between_spans():
    found = pauses(speech_spans(synth.speech(SPANS, 7.0), 16_000))
    want = [(2.1, 2.6), (4.0, 4.9)]
    assert np.array(found) == pytest.approx(np.array(want), abs=0.06)
    assert pauses([]) == pauses([(0, 1)]) == []


@settings(max_examples=10, deadline=None)
@given(st.floats(0.05, 2.0), st.floats(0.02, 1.0))
def test_delay_and_level(lead_s, gain):
    sound = synth.speech(SPANS, 7.0, floor_db=-200)
    lead = np.zeros(round(lead_s * 100) * 160, np.float32)
    plain = np.array(speech_spans(sound, 16_000))
    moved = speech_spans(gain * np.concatenate([lead, sound]), 16_000)
    assert np.array(moved) == pytest.approx(plain + lead.size / 16_000, abs=0.025)


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(0),
        np.zeros(10),
        np.zeros(401),
        np.zeros(48_000),
        np.full(48_000, 0.5),
        0.01 * np.random.default_rng(0).normal(size=48_000),
        1e-5 * np.random.default_rng(0).normal(size=48_000),
    ],
)
def test_silence_and_steady_noise_hold_no_speech(sound):
    assert speech_spans(sound, 16_000) == []


def test_metadata_is_rounded_pairs():
    said = ("script", [(0.12345, 1.0, "Go.")], ["It is short."])
    assert to_metadata([(0.12345, 1.0)], said) == {
        "version": 2,
        "spans_s": [[0.123, 1.0]],
        "source": "script",
        "sentences": [[0.123, 1.0, "Go."]],
        "warnings": ["It is short."],
    }


@pytest.mark.parametrize("seed", later(range(6), 2))
def test_every_pause_of_clean_speech_is_found(seed):
    rng = np.random.default_rng(seed)
    lengths, gaps = rng.uniform(0.6, 3.0, 12), rng.uniform(0.25, 1.0, 12)
    starts = 0.4 + np.concatenate([[0], np.cumsum(lengths + gaps)[:-1]])
    spans = list(zip(starts, starts + lengths, strict=True))
    sound = synth.speech(spans, spans[-1][1] + 0.5, seed=seed)
    found = speech_spans(sound, 16_000)
    assert np.array(found) == pytest.approx(np.array(spans), abs=0.06)
    want = [(a[1], b[0]) for a, b in pairwise(spans)]
    assert np.array(pauses(found)) == pytest.approx(np.array(want), abs=0.06)
