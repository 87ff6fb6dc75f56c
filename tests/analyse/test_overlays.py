"""What is burnt in must not hold the picture."""

from fractions import Fraction

import numpy as np
import pytest

from otio_genai.analyse import motion
from otio_genai.analyse.overlays import cleared
from otio_genai.analyse.picture import small
from otio_genai.analyse.tiles import View
from tests.support import moves
from tests.support.marks import later
from tests.support.moves import Shot

KAPPA = motion.kappa(90 / 160)


def logo():
    mask = np.zeros((90, 160))
    mask[6:24, 132:152] = 1
    mask[12:18, 138:146] = 0
    return mask


def subtitles():
    mask = np.zeros((90, 160))
    for top in (70, 78):
        mask[top : top + 5, 30:130] = np.arange(100) % 5 < 3
    return mask


def title():
    mask = np.zeros((90, 160))
    mask[30:60, 24:136] = np.arange(112) % 13 < 8
    return mask


def watermark():
    mask = np.zeros((90, 160))
    mask[::12] = mask[:, ::15] = 0.4
    return mask


def under(frames, mask, level=235):
    return [np.rint(f * (1 - mask) + level * mask).astype(np.uint8) for f in frames]


CAMERAS = {"pan": (0.15, 0.03, 0, 0), "slow": (0.04, 0.01, 0, 0), "in": (0, 0, 0.25, 0)}
OVERLAYS = {"logo": logo, "subtitles": subtitles, "title": title, "mark": watermark}


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("overlay", later(OVERLAYS, 2))
def test_an_overlay_does_not_hold_the_picture(camera, overlay):
    move = CAMERAS[camera]
    frames = moves.take(5, Shot(moves.steady(*move)), 48).frames
    samples = motion.measure(
        enumerate(under(frames, OVERLAYS[overlay]())), Fraction(24)
    )
    true = np.array(move) * [1, 1, KAPPA, KAPPA]
    for frame in (0, 20, 44):
        found = np.array(motion.entry_motion(samples, frame).vector)
        # Where letters are all over the picture some of them stay.
        assert np.linalg.norm(found - true) <= (0.015 if overlay == "mark" else 0.005)


def test_subtitles_over_haze():
    shot = Shot(moves.steady(0.15, 0.03), haze=True, grain=0.3)
    frames = under(moves.take(5, shot, 48).frames, subtitles())
    found = motion.entry_motion(motion.measure(enumerate(frames), Fraction(24)), 12)
    assert found.tx == pytest.approx(0.15, abs=0.02)


def test_a_locked_camera_behind_a_title_stays_locked():
    frames = moves.take(5, Shot(moves.steady()), 48).frames
    samples = motion.measure(enumerate(under(frames, title())), Fraction(24))
    assert max(s.speed for s in samples) < 0.001


def test_a_passer_by_before_a_locked_camera_is_not_the_camera():
    frames = moves.take(5, Shot(moves.steady(), mover=True), 48).frames
    samples = motion.measure(enumerate(frames), Fraction(24))
    assert max(s.speed for s in samples) < 0.002


@pytest.mark.parametrize(
    "camera", [moves.steady(0.02), moves.handheld(3, 0.01), moves.steady()]
)
def test_pictures_without_an_overlay_are_left_alone(camera):
    frames = moves.take(6, Shot(camera), 60).frames
    views = [View(small(k, k, f, 8)) for k, f in enumerate(frames)]
    assert all(a is b for a, b in zip(cleared(views), views, strict=True))
