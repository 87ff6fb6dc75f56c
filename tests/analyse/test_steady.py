"""Unsteady ends, against takes whose faults are known to the frame."""

from fractions import Fraction

import numpy as np
import pytest

from otio_genai.analyse import motion, steady
from otio_genai.analyse.freezes import freezes
from tests.support import moves
from tests.support.marks import later
from tests.support.moves import Shot

FILM = Fraction(24)
CAMERAS = {
    "pan": Shot(moves.steady(0.15)),
    "tilt": Shot(moves.steady(0, 0.1)),
    "dolly in": Shot(moves.steady(z=0.3)),
    "dolly out": Shot(moves.steady(z=-0.25)),
    "roll": Shot(moves.steady(r=0.3)),
    "combined": Shot(moves.steady(0.2, -0.1, 0.2, 0.1)),
    "whip": Shot(moves.whip(2.0, 0, 1.0), shutter=0.5),
    "whip at the head": Shot(moves.whip(2.4, 0.3, 0.3), shutter=0.5),
    "ramp": Shot(moves.ramp((0, 0, 0, 0), (0.4, 0.1, 0.2, 0), 2)),
    "coming to rest": Shot(moves.ramp((0.4, 0.1, 0, 0), (0, 0, 0, 0), 1.8)),
    "hand-held": Shot(moves.handheld(1)),
    "in a nervous hand": Shot(moves.handheld(2, 0.04)),
    "static": Shot(moves.steady()),
    "a passer-by": Shot(moves.steady(0.1), mover=True),
    "two layers": Shot(moves.steady(0.15), parallax=True),
    "haze": Shot(moves.steady(0.1), haze=True, grain=0.3),
    "brightening": Shot(moves.steady(0.1), exposure=0.3),
    "8 in 24": Shot(moves.steady(0.15, 0, 0.1, 0), native=8),
    "12 in 24": Shot(moves.steady(0.15), native=12),
    "16 in 24": Shot(moves.steady(0.15), native=16),
    "grain": Shot(moves.steady(0.15), grain=6),
}


def steadiness(frames, rate=FILM):
    return steady.steadiness(motion.observe(enumerate(frames), rate))


def levels(found):
    return np.array([u for _, u in found.unsteady])


class Takes(dict):
    """Frames of the cameras, each made when a test asks for it."""

    def __missing__(self, name):
        self[name] = moves.take(3, CAMERAS[name]).frames
        return self[name]


@pytest.fixture(scope="module")
def takes():
    return Takes()


@pytest.mark.parametrize("name", later(CAMERAS, 5))
def test_a_camera_move_is_no_fault(takes, name):
    found = steadiness(takes[name])
    assert levels(found).max() < 0.5
    assert (found.head_frames, found.tail_frames, found.freezes) == (0, 0, [])


FAULTS = {
    "morphing": (moves.morphing, 8),
    "wobbling": (moves.wobbling, 10),
    "soft": (moves.blurred, 6),
    "pale": (moves.pale, 6),
}
MOVING = ["pan", "dolly in", "roll", "hand-held", "static", "two layers", "12 in 24"]


@pytest.mark.parametrize("name", later(MOVING, 4))
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_where_it_is_and_nowhere_else(takes, name, fault):
    make, bad = FAULTS[fault]
    for frames, mirrored in ((make(takes[name]), False), (takes[name], True)):
        faulty = make(takes[name][::-1])[::-1] if mirrored else frames
        found = steadiness(faulty)
        ends = (found.tail_frames, found.head_frames)
        at_fault, other = ends if mirrored else ends[::-1]
        assert abs(at_fault - bad) <= 4
        assert other == 0
        frame = np.array([f for f, _ in found.unsteady])
        frame = 47 - frame + 2 if mirrored else frame
        assert levels(found)[frame <= 3].max() > 0.8
        assert levels(found)[frame > 16].max() < 0.5


@pytest.mark.parametrize(
    "name", ["pan", "dolly in", "hand-held", "8 in 24", "16 in 24"]
)
def test_a_frozen_end_is_found_to_the_frame(takes, name):
    frames = takes[name]
    # With low native rates the last picture may have been held already.
    first = next(k for k in range(39, -1, -1) if (frames[k] != frames[39]).any()) + 1
    found = steadiness(moves.frozen(frames))
    assert found.freezes == [(first, 48)]
    assert found.tail_frames == 47 - first
    assert levels(found)[-1] == 1 and levels(found)[:-7].max() < 0.5
    found = steadiness(moves.frozen(frames)[::-1])
    assert found.freezes == [(0, 48 - first)]
    assert found.head_frames == 47 - first


def test_a_freeze_inside_is_told_but_no_end_is_trimmed(takes):
    frames = list(takes["pan"])
    frames[20:28] = [frames[20]] * 8
    found = steadiness(frames)
    assert found.freezes == [(20, 28)]
    assert (found.head_frames, found.tail_frames) == (0, 0)


def test_a_still_take_is_not_frozen(takes):
    assert steadiness([takes["static"][0]] * 48).freezes == []
    assert steadiness(takes["static"]).freezes == []


def test_a_take_that_comes_to_rest_is_not_frozen():
    shot = Shot(moves.ramp((0.3, 0, 0, 0), (0, 0, 0, 0), 1.4), grain=0)
    found = steadiness(moves.take(4, shot).frames)
    assert found.freezes == [] and found.tail_frames == 0


def test_ends_are_trimmed_by_half_a_second_at_most(takes):
    noise = np.random.default_rng(0).integers(0, 255, (48, 90, 160)).astype(np.uint8)
    for frames in (list(noise), moves.morphing(takes["pan"], 20)):
        found = steadiness(frames)
        assert 0 <= found.head_frames <= 12 and 0 <= found.tail_frames <= 12


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7])
def test_short_takes_are_steady(takes, count):
    found = steadiness(takes["pan"][:count])
    assert (found.head_frames, found.tail_frames, found.freezes) == (0, 0, [])
    assert not levels(found).any()


def test_metadata_has_a_row_for_every_motion_sample(takes):
    seen = motion.observe(enumerate(moves.frozen(takes["pan"]), start=100), FILM)
    kept = steady.steadiness(seen).to_metadata()
    rows = motion.to_metadata(seen.samples, 160, 90)["samples"]
    assert [row[0] for row in kept["unsteady"]] == [row[0] for row in rows]
    assert kept["version"] == steady.VERSION
    assert kept["freezes"] == [[139, 148]]
    assert kept["tail_frames"] == 8


def test_a_scene_change_is_not_unsteady():
    first = moves.take(1, Shot(moves.steady(0.2))).frames[:24]
    second = moves.take(2, Shot(moves.steady(-0.2))).frames[:24]
    found = steadiness(first + second)
    assert levels(found).max() < 0.5


def test_freezes_of_noise_and_of_nothing():
    assert freezes(np.zeros(0), FILM) == freezes(np.zeros(40), FILM) == []
    rng = np.random.default_rng(0)
    assert freezes(rng.uniform(2, 3, 40), FILM) == []


def test_a_fault_begun_a_moment_after_the_start_is_cut_off_with_it(takes):
    frames = list(takes["static"])
    found = steadiness(frames[:3] + moves.pale(frames[3:]))
    assert 8 <= found.head_frames <= 12


def test_light_that_changes_slowly_is_no_fault():
    shot = Shot(moves.steady(0.1), exposure=0.5)
    assert levels(steadiness(moves.take(5, shot).frames)).max() < 0.5
