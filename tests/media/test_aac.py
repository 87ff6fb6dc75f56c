"""AAC frames one by one."""

import numpy as np
import pytest

from otio_genai.media.aac import FRAME_SAMPLES, AacEncoder
from tests.support import sounds


def test_frame_n_carries_its_samples_and_comes_three_frames_later():
    samples = sounds.chord(1, 7)[: 40 * FRAME_SAMPLES]
    encoder = AacEncoder()
    frames, come = [], []
    for start in range(0, len(samples), FRAME_SAMPLES):
        frames += encoder.push(samples[start : start + FRAME_SAMPLES])
        come.append(len(frames))
    assert come == [max(0, k - 2) for k in range(1, 41)]
    back = sounds.decoded(frames, encoder.config)
    assert len(back) == 38 * FRAME_SAMPLES
    first = slice(FRAME_SAMPLES, 38 * FRAME_SAMPLES)
    error = back[first] - samples[first]
    assert np.sqrt(np.square(error).mean()) < 0.02 * samples.std()


def test_the_stream_is_low_complexity_stereo_at_48_khz():
    config = AacEncoder().config
    assert (config[0] >> 3, (config[0] & 7) << 1 | config[1] >> 7) == (2, 3)
    assert config[1] >> 3 & 15 == 2


def test_the_same_sound_is_the_same_frames():
    samples = sounds.noise(1, 3)[: 20 * FRAME_SAMPLES]
    at_once = AacEncoder().push(samples)
    encoder = AacEncoder()
    pieces = [encoder.push(samples[k : k + 2048]) for k in range(0, 20_480, 2048)]
    assert [frame for piece in pieces for frame in piece] == at_once


def plucked(seconds):
    """A string that is plucked twice a second."""
    rng = np.random.default_rng(1)
    t = np.arange(48_000) / 48_000
    found = np.zeros((48_000 * seconds, 2))
    for at in range(0, 48_000 * (seconds - 1) + 1, 24_000):
        hertz = 110 * 2 ** (rng.integers(0, 24) / 12)
        tones = [np.sin(2 * np.pi * hertz * n * t) / n for n in range(1, 9)]
        fall = np.exp(-np.outer(np.arange(4, 12), t))
        found[at : at + 48_000] += (np.array(tones) * fall).sum(axis=0)[:, None] / 2
    found += sounds.chord(seconds, 1, 0.08)
    return (found / np.abs(found).max() * 0.8).astype(np.float32)


def test_an_encoder_that_has_just_begun_is_as_good_as_one_at_work():
    samples = plucked(5)[: 230 * FRAME_SAMPLES]
    whole = AacEncoder()
    frames = whole.push(samples)
    level = np.sqrt(np.square(samples.reshape(230, -1)).mean(axis=1))
    for first in (30, 95, 150):
        late = AacEncoder().push(samples[(first - 4) * FRAME_SAMPLES :])[4:]
        back = sounds.decoded(frames[:first] + late, whole.config)
        error = (back - samples[: len(back)]).reshape(len(frames), -1)
        error = np.sqrt(np.square(error).mean(axis=1))[1:]
        # At a constant bit rate it is up to 6 %, here 1.
        assert (error < 0.02 * np.maximum(level[1 : len(frames)], 0.01)).all()


def test_parts_of_frames_are_refused():
    with pytest.raises(ValueError, match="whole frames"):
        AacEncoder().push(np.zeros((1000, 2), np.float32))
