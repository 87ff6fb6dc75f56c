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


def test_parts_of_frames_are_refused():
    with pytest.raises(ValueError, match="whole frames"):
        AacEncoder().push(np.zeros((1000, 2), np.float32))
