"""Scene changes inside a take, and what only looks like one."""

from fractions import Fraction

import numpy as np
import pytest

from otio_genai.analyse import motion
from tests.support import moves
from tests.support.marks import later
from tests.support.moves import Shot

FILM = Fraction(24)


def frames_of(seed, camera=(0.15,), count=24, **how):
    return moves.take(seed, Shot(moves.steady(*camera), **how), count).frames


def cuts_of(frames):
    samples = motion.measure(enumerate(frames), FILM)
    return [sample.frame for sample in samples if sample.cut]


@pytest.mark.parametrize("at", later([11, 12, 13, 17], 2))
@pytest.mark.parametrize("haze", [False, True])
def test_pictures_of_like_colours_are_told_apart_to_the_frame(at, haze):
    # All textures have the same histogram: only what they show differs.
    first, second = (frames_of(s, (0.1,), 30, haze=haze, grain=0.5) for s in (1, 2))
    assert cuts_of(first[:at] + second[:13]) == [at]


def test_several_cuts_and_the_motion_between_them():
    parts = [frames_of(k, (v,), 24) for k, v in enumerate((0.2, -0.2, 0.1))]
    samples = motion.measure(enumerate([*parts[0], *parts[1], *parts[2]]), FILM)
    assert [s.frame for s in samples if s.cut] == [24, 48]
    rows = motion.to_metadata(samples, 160, 90)["samples"]
    leaving, entering = motion.windows(rows, [24, 48], range(72))
    for k, speed in enumerate((0.2, -0.2, 0.1)):
        shot = slice(24 * k + 1, 24 * k + 24)
        assert leaving[shot, 0] == pytest.approx(speed, abs=0.01)
        assert entering[24 * k : 24 * k + 24, 0] == pytest.approx(speed, abs=0.01)


@pytest.mark.parametrize("swift", later([1.5, 2.4, 3.0], 1))
@pytest.mark.parametrize("haze", [False, True])
def test_a_whip_is_no_cut(swift, haze):
    shot = Shot(moves.whip(swift, 0.3, 0.7), shutter=0.5, haze=haze, grain=0.3)
    assert cuts_of(moves.take(4, shot, 36).frames) == []


@pytest.mark.parametrize("length", [1, 2, 3, 4])
@pytest.mark.parametrize("at", later([12, 13], 1))
def test_a_flash_is_no_cut(length, at):
    frames = frames_of(5, (0.1,), 36)
    for k in range(at, at + length):
        frames[k] = np.full_like(frames[k], 250)
    samples = motion.measure(enumerate(frames), FILM)
    assert not any(s.cut for s in samples)
    assert motion.entry_motion(samples, at - 1).tx == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("levels", [-60, 40, 70])
def test_a_jump_of_the_exposure_is_no_cut(levels):
    frames = [np.clip(f * 0.5 + 64, 0, 255) for f in frames_of(6, (0.1,), 36)]
    bright = [np.clip(f + levels * (k >= 15), 0, 255) for k, f in enumerate(frames)]
    assert cuts_of([f.astype(np.uint8) for f in bright]) == []


def test_drifting_light_and_fades_are_no_cuts():
    frames = frames_of(7, (0.1,), 48)
    for course in (np.linspace(0, 1, 48), np.abs(np.linspace(-1, 1, 48))):
        faded = [
            np.rint(f * g).astype(np.uint8) for f, g in zip(frames, course, strict=True)
        ]
        assert cuts_of(faded) == []


def test_black_between_two_scenes_parts_them():
    black = [np.zeros((90, 160), np.uint8)] * 12
    found = cuts_of(frames_of(8) + black + frames_of(9))
    assert found == [24, 36]


def test_noise_has_no_scenes_and_no_known_motion():
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 255, (36, 90, 160)).astype(np.uint8)
    samples = motion.measure(enumerate(frames), FILM)
    assert sum(s.cut for s in samples) <= 1
    assert max(s.confidence for s in samples) < 0.2


def test_a_slow_transition_is_no_cut():
    first, second = frames_of(10, (0.1,), 48), frames_of(11, (0.1,), 48)
    share = np.clip((np.arange(48) - 12) / 24, 0, 1)
    mixed = [
        (a * (1 - g) + b * g).astype(np.uint8)
        for a, b, g in zip(first, second, share, strict=True)
    ]
    assert cuts_of(mixed) == []


def test_a_cut_on_the_last_frame():
    frames = frames_of(12, (0.1,), 25)
    frames[24] = frames_of(13, (0.1,), 1)[0]
    assert cuts_of(frames) == [24]


def test_held_frames_keep_the_place_of_the_cut():
    first, second = (frames_of(s, (0.15,), 24, native=8) for s in (14, 15))
    assert cuts_of(first + second) == [24]
