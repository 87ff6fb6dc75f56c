from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from otio_genai.analyse import motion
from otio_genai.analyse.motion import Sample, entry_motion, exit_motion, measure
from tests.support import moves, synth
from tests.support.marks import later

FILM = Fraction(24)
KAPPA = motion.kappa(90 / 160)
FEW = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def samples_of(frames, rate=FILM):
    return measure(enumerate(frames), rate)


def vector(sample):
    return np.array(sample.vector)


def truth(camera, kappa=KAPPA):
    return np.array(camera) * [1, 1, kappa, kappa]


@pytest.fixture(scope="module")
def pool():
    """Cameras of every kind, their takes measured once."""
    rng = np.random.default_rng(11)
    cameras = [
        rng.uniform(-1, 1, 4) * [0.3, 0.2, 0.4, 0.4] * rng.choice([0.1, 0.5, 1.0])
        for _ in range(28)
    ]
    takes = [synth.take(k, c, frames=22) for k, c in enumerate(cameras)]
    return cameras, takes, [samples_of(frames) for frames in takes]


def match(a, b):
    """The match score of two motion vectors, 0-1, with 0.02 fw/s as stillness."""
    apart = np.linalg.norm(a - b)
    return 1 - apart / (np.linalg.norm(a) + np.linalg.norm(b) + 0.04)


def test_flow_error_stays_within_the_gates(pool):
    cameras, _, measured = pool
    errors = [
        np.linalg.norm(vector(entry_motion(s, 0)) - truth(c))
        for c, s in zip(cameras, measured, strict=True)
    ]
    assert np.median(errors) <= 0.0015
    assert np.quantile(errors, 0.9) <= 0.007


@pytest.mark.parametrize("camera", [(2, 0, 0, 0), (-2, 0.3, 0, 0), (0, 0.9, 0, 0)])
def test_whips_are_measured_within_three_per_cent(camera):
    found = entry_motion(samples_of(synth.take(3, camera, frames=8)), 0)
    assert np.linalg.norm(vector(found) - camera) <= 0.03 * np.linalg.norm(camera)
    assert found.confidence > 0.8


def test_whip_with_motion_blur():
    sharp = synth.take(5, (1.6, 0, 0, 0), rate=24 * 8, frames=8 * 8)
    blurred = [
        np.mean(sharp[8 * k : 8 * k + 4], axis=0).astype(np.uint8) for k in range(8)
    ]
    assert entry_motion(samples_of(blurred), 0).tx == pytest.approx(1.6, rel=0.03)


def test_static_take_is_still_and_says_so():
    picture = synth.take(1, (0, 0, 0, 0), frames=1)[0].astype(int)
    rng = np.random.default_rng(0)
    noisy = [
        np.clip(picture + rng.integers(-2, 3, picture.shape), 0, 255).astype(np.uint8)
        for _ in range(24)
    ]
    for frames in (noisy, [picture.astype(np.uint8)] * 24):
        found = entry_motion(samples_of(frames), 0)
        assert found.speed <= 0.001
        assert found.confidence > 0.8


def test_match_by_estimate_ranks_as_match_by_truth(pool):
    cameras, _, measured = pool
    est = [vector(entry_motion(s, 0)) for s in measured]
    tru = [truth(c) for c in cameras]
    pairs = [(i, j) for i in range(28) for j in range(28) if i != j]
    a = np.argsort(np.argsort([match(est[i], est[j]) for i, j in pairs]))
    b = np.argsort(np.argsort([match(tru[i], tru[j]) for i, j in pairs]))
    assert np.corrcoef(a, b)[0, 1] >= 0.99


def test_same_shot_matches_and_reversed_does_not(pool):
    cameras, takes, measured = pool
    moving = [k for k, c in enumerate(cameras) if np.linalg.norm(truth(c)) > 0.05]
    same, back = [], []
    for k in moving:
        leave = vector(exit_motion(measured[k], 12))
        same.append(match(leave, vector(entry_motion(measured[k], 12))))
        reverse = samples_of(takes[k][::-1])
        back.append(match(leave, vector(entry_motion(reverse, 10))))
    assert np.median(same) >= 0.9
    assert np.median(back) <= 0.3


CAMERAS = st.tuples(
    st.floats(-0.3, 0.3),
    st.floats(-0.2, 0.2),
    st.floats(-0.4, 0.4),
    st.floats(-0.4, 0.4),
)


@FEW
@given(CAMERAS, st.integers(0, 50))
def test_a_mirrored_take_flips_pan_and_turn(camera, seed):
    frames = synth.take(seed, camera, frames=8)
    plain = vector(entry_motion(samples_of(frames), 0))
    mirrored = vector(entry_motion(samples_of([f[:, ::-1] for f in frames]), 0))
    assert mirrored == pytest.approx(plain * [-1, 1, 1, -1], abs=0.004)


@FEW
@given(CAMERAS, st.integers(0, 50))
def test_a_reversed_take_moves_the_other_way(camera, seed):
    frames = synth.take(seed, camera, frames=9)
    plain = vector(entry_motion(samples_of(frames), 0))
    back = vector(entry_motion(samples_of(frames[::-1]), 0))
    assert back == pytest.approx(-plain, abs=0.004)


@FEW
@given(CAMERAS, st.floats(0.5, 0.95), st.floats(0, 12))
def test_brightness_and_contrast_change_nothing(camera, gain, lift):
    frames = synth.take(2, camera, frames=8)
    dimmed = [np.rint(f * gain + lift).astype(np.uint8) for f in frames]
    plain = vector(entry_motion(samples_of(frames), 0))
    assert vector(entry_motion(samples_of(dimmed), 0)) == pytest.approx(
        plain, abs=0.004
    )


@pytest.mark.parametrize(
    "rate", later(["8", "16", "24000/1001", "25", "29120/961", "60"], 3)
)
@pytest.mark.parametrize("size", [(90, 160), (160, 90), (128, 128)])
def test_any_rate_and_shape(rate, size):
    height, width = size
    exact = Fraction(rate)
    camera = (0.12, -0.05, 0.1, 0.1)
    count = max(8, round(exact / 2))
    frames = synth.take(4, camera, float(exact), count, height, width)
    found = entry_motion(samples_of(frames, exact), 0)
    want = truth(camera, motion.kappa(height / width))
    # In portrait a tile sees a larger part of the width.
    assert np.linalg.norm(vector(found) - want) <= 0.015


def test_large_frames_are_measured_in_the_same_units():
    camera = (0.15, 0.05, 0.1, -0.1)
    frames = synth.take(6, camera, frames=5, height=360, width=640)
    assert vector(entry_motion(samples_of(frames), 0)) == pytest.approx(
        truth(camera), abs=0.004
    )


@pytest.mark.parametrize("native", [6, 8, 12, 16])
def test_held_frames_are_divided_by_the_true_time(native):
    camera = (0.2, 0.0, 0.0, 0.0)
    frames = synth.take(7, camera, rate=native, frames=native * 2)
    held = [frames[k * native // 24] for k in range(48)]
    found = entry_motion(samples_of(held), 0)
    assert found.tx == pytest.approx(0.2, rel=0.05)


def test_a_freeze_after_movement_is_still():
    frames = synth.take(8, (0.3, 0, 0, 0), frames=14)
    samples = samples_of(frames + [frames[-1]] * 20)
    assert exit_motion(samples, 34).speed <= 0.001
    assert entry_motion(samples, 0).tx == pytest.approx(0.3, abs=0.005)


def test_letterbox_bars_and_a_caption_do_not_hold_the_picture():
    frames = []
    for f in synth.take(9, (0.2, 0.1, 0, 0), frames=8):
        boxed = f.copy()
        boxed[:12] = boxed[-12:] = 16
        boxed[66:72, 50:110] = (np.arange(60) // 3 % 2 * 200 + 30).astype(np.uint8)
        frames.append(boxed)
    found = entry_motion(samples_of(frames), 0)
    assert vector(found) == pytest.approx([0.2, 0.1, 0, 0], abs=0.01)


def test_a_moving_subject_shows_in_the_confidence_only():
    ground = synth.take(10, (0.1, 0, 0, 0), frames=10)
    subject = synth.take(20, (-0.5, 0, 0, 0), frames=10)
    for under, over in zip(ground, subject, strict=True):
        under[25:70, 20:60] = over[25:70, 20:60]
    found = entry_motion(samples_of(ground), 0)
    assert vector(found) == pytest.approx([0.1, 0, 0, 0], abs=0.012)
    assert found.confidence < 0.95


def test_a_scene_change_divides_the_take():
    first = synth.take(12, (0.3, 0, 0, 0), frames=12)
    second = [f // 4 for f in synth.take(13, (-0.3, 0, 0, 0), frames=12)]
    samples = samples_of(first + second)
    assert [s.frame for s in samples if s.cut] == [12]
    assert exit_motion(samples, 12).tx == pytest.approx(0.3, abs=0.01)
    assert entry_motion(samples, 12).tx == pytest.approx(-0.3, abs=0.01)
    assert exit_motion(samples, 24).tx == pytest.approx(-0.3, abs=0.01)
    kept = motion.to_metadata(samples, 160, 90)
    assert kept["cuts_frames"] == [12]
    back = motion.from_metadata(kept)
    assert [s.frame for s in back] == [s.frame for s in samples]
    assert entry_motion(back, 0).tx == pytest.approx(
        entry_motion(samples, 0).tx, abs=1e-5
    )


def test_ten_bit_planes_equal_eight_bit_ones():
    frames = synth.take(14, (0.1, 0.05, 0.1, 0), frames=6)
    ten = [f.astype(np.uint16) * 4 for f in frames]
    a, b = samples_of(frames), samples_of(ten)
    assert [s.vector for s in a] == [pytest.approx(s.vector, abs=1e-6) for s in b]


@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("count", [1, 2, 3, 30])
def test_uniform_frames_are_still_without_confidence(level, count):
    samples = samples_of([np.full((90, 160), level, np.uint8)] * count)
    assert samples
    found = entry_motion(samples, 0)
    assert (found.speed, found.confidence) == (0, 0)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("rate", [8, 24, 60])
def test_takes_of_a_few_frames(count, rate):
    samples = samples_of(synth.take(15, (0.3, 0, 0, 0), rate, count), Fraction(rate))
    found = entry_motion(samples, 0)
    if count == 1:
        assert (found.speed, found.confidence) == (0, 0)
    else:
        assert found.tx == pytest.approx(0.3, abs=0.03)
        assert exit_motion(samples, count).tx == found.tx


@pytest.mark.parametrize("size", [(1, 1), (2, 2000), (16, 16), (20, 300), (31, 33)])
def test_tiny_and_narrow_frames_do_not_fail(size):
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 255, (4, *size)).astype(np.uint8)
    assert all(np.isfinite(s.vector).all() for s in samples_of(frames))


def test_no_frames_no_samples():
    assert measure([], FILM) == []
    assert exit_motion([], 5) == entry_motion([], 5) == Sample(5)


def test_frames_may_be_numbered_from_anywhere():
    frames = synth.take(16, (0.2, 0, 0, 0), frames=8)
    samples = measure(enumerate(frames, start=1000), FILM)
    assert all(1000 < s.frame < 1008 for s in samples)


def test_the_vector_is_the_root_mean_square_flow():
    camera = np.array([0.1, -0.2, 0.3, -0.4])
    y, x = np.mgrid[-45:45:180j, -80:80:320j] / 160
    flow_x = camera[0] + camera[2] * x - camera[3] * y
    flow_y = camera[1] + camera[2] * y + camera[3] * x
    rms = np.sqrt((flow_x**2 + flow_y**2).mean())
    assert np.linalg.norm(truth(camera)) == pytest.approx(rms, rel=0.01)


@pytest.mark.parametrize("native", [15, 16, 18, 20])
def test_uneven_holds_leave_an_even_motion(native):
    shot = moves.Shot(moves.steady(0.2), native=native, grain=0)
    samples = samples_of(moves.take(3, shot, 60).frames)
    assert [s.tx for s in samples] == [pytest.approx(0.2, rel=0.06)] * len(samples)


def test_a_stutter_is_not_a_rate():
    frames = moves.take(3, moves.Shot(moves.steady(0.2)), 48).frames
    frames[20] = frames[19]
    samples = samples_of(frames)
    far = [s.tx for s in samples if abs(s.frame - 20) > 4]
    assert far == [pytest.approx(0.2, abs=0.004)] * len(far)


def test_what_begins_to_move_after_a_rest_is_timed_by_the_rest():
    still = moves.take(4, moves.Shot(moves.steady(0.4), grain=0), 24).frames
    samples = samples_of([still[0]] * 24 + still)
    assert max(abs(s.tx) for s in samples if s.frame <= 24) < 1e-3
    assert exit_motion(samples, 48).tx == pytest.approx(0.4, abs=0.01)
    assert entry_motion(samples, 23).tx == pytest.approx(0.4, abs=0.01)


def test_a_passer_by_louder_than_the_ground_does_not_lead():
    shot = moves.Shot(moves.steady(-0.15), mover=True)
    samples = samples_of(moves.take(11, shot, 48).frames)
    assert [s.tx for s in samples] == [pytest.approx(-0.15, abs=0.01)] * len(samples)


@pytest.mark.parametrize("slope", [0, 1, 2])
def test_no_texture_pulls_a_slow_pan_to_a_stop(slope):
    base = np.clip(
        128 + 2 * (ndimage.gaussian_filter(synth.texture(9, 400, 700, 1), slope) - 128),
        0,
        255,
    ).astype(np.uint8)
    # Whole pixels of a large frame are exact fractions of a small one.
    frames = [base[20:380, 10 + 2 * k : 650 + 2 * k] for k in range(10)]
    found = entry_motion(samples_of(frames), 0)
    assert found.tx == pytest.approx(-2 * 24 / 640, rel=0.03)
