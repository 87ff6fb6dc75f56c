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


def test_an_encoder_that_has_just_begun_is_as_good_as_one_at_work():
    soft = sounds.chord(2, 4, 0.02)
    word = sounds.noise(0.5, 5, 0.3)
    soft[48_000 : 48_000 + len(word)] += sounds.soft(word, 0.01)
    samples = soft[: 90 * FRAME_SAMPLES]
    first = 48_000 // FRAME_SAMPLES - 2
    whole, late = AacEncoder(), AacEncoder()
    ahead = whole.push(samples)
    start = first - 4
    follow = late.push(samples[start * FRAME_SAMPLES :])[4:]
    spliced = ahead[:first] + follow
    assert len(spliced) == len(ahead)
    errors = []
    for frames in (ahead, spliced):
        back = sounds.decoded(frames, whole.config)
        error = (back - samples[: len(back)]).reshape(len(frames), -1)
        errors.append(np.sqrt(np.square(error).mean(axis=1))[1:])
    assert (errors[1] < 1.3 * errors[0] + 1e-4).all()


def test_parts_of_frames_are_refused():
    with pytest.raises(ValueError, match="whole frames"):
        AacEncoder().push(np.zeros((1000, 2), np.float32))
