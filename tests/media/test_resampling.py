"""Sound of another rate: the same sines, in the same place, and nothing beside them."""

from fractions import Fraction

import numpy as np
import pytest

from otio_genai.media.sound import SoundReader, read
from otio_genai.media.write import write_wav

WANTED = 48_000


def fitted(sound, hertz, rate):
    """Level in dB, delay in samples and what is beside a sine, in dB below it."""
    n = np.arange(len(sound))
    turns = 2 * np.pi * hertz * n / rate
    waves = np.stack([np.sin(turns), np.cos(turns)], axis=1)
    middle = slice(rate // 4, -rate // 4)
    found = np.linalg.lstsq(waves[middle], sound[middle], rcond=None)[0]
    beside = sound[middle] - waves[middle] @ found
    level = np.hypot(*found)
    delay = -np.arctan2(found[1], found[0]) / (2 * np.pi * hertz) * rate
    return 20 * np.log10(level), delay, 20 * np.log10(beside.std() / level + 1e-9)


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 32_000, 44_100, 96_000])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.84, 0.9])
def test_sines_stay_and_nothing_joins_them(tmp_path, rate, part):
    hertz = round(part * min(rate, WANTED) / 2)
    n = np.arange(rate)
    path = tmp_path / "sine.wav"
    write_wav(path, np.sin(2 * np.pi * hertz * n / rate).astype(np.float32) / 2, rate)
    sound = read(path, WANTED, 1)[:, 0].astype(np.float64)
    assert len(sound) == WANTED
    level_db, delay, beside_db = fitted(sound, hertz, WANTED)
    assert level_db == pytest.approx(20 * np.log10(0.5), abs=0.01)
    assert abs(delay) < 0.001
    # 24 bits in the file leave 140 dB.
    assert beside_db < -125


def test_what_the_wanted_rate_cannot_hold_is_gone(tmp_path):
    path = tmp_path / "high.wav"
    n = np.arange(96_000)
    write_wav(path, np.sin(2 * np.pi * 26_500 * n / 96_000).astype(np.float32), 96_000)
    middle = read(path, WANTED, 1)[12_000:-12_000]
    assert np.abs(middle).max() < 10 ** (-120 / 20)


@pytest.mark.parametrize("speed", [Fraction(1), Fraction(1001, 1000), Fraction(2, 7)])
@pytest.mark.parametrize("size", [1, 997, 30_000])
def test_blocks_are_the_whole(tmp_path, speed, size):
    path = tmp_path / "noise.wav"
    noise = np.random.default_rng(1).standard_normal((4410, 2)) / 9
    write_wav(path, noise.astype(np.float32), 44_100)
    with SoundReader(path, speed=speed) as reader:
        whole = reader.block(0, 20_000)
        length = 600 if size == 1 else 20_000
        parts = [
            reader.block(at, min(size, length - at)) for at in range(0, length, size)
        ]
    assert np.array_equal(np.concatenate(parts), whole[:length])
    sounding = int(Fraction(4800) / speed)
    assert whole[sounding - 50 : sounding].any()
    assert not whole[sounding + 1 :].any()
