"""The sample film's drawings: deterministic, sound, and moving the way the list of
shots says."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sample_projects.brises.drawing import jobs, score, violin
from sample_projects.brises.drawing.encode import Drawing, write_take
from sample_projects.brises.drawing.shots import STILLS, TAKES, Shot
from tests.support.marks import later

PROJECT = Path(__file__).resolve().parents[2] / "sample_projects" / "brises"
SMALL = (320, 184)
BY_CAMERA = {shot.camera: shot for shot in TAKES}


def small(shot: Shot) -> Shot:
    """The same shot, quick to draw and without an unsteady hand."""
    return replace(shot, width=SMALL[0], height=SMALL[1], hand=0.0)


@cache
def drawing(camera: str) -> Drawing:
    return Drawing(small(BY_CAMERA[camera]), 1)


def luma(frame: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(
        frame.astype(np.float32) @ np.float32((0.2126, 0.7152, 0.0722)), np.float32
    )


def shift(a: NDArray[np.float32], b: NDArray[np.float32]) -> tuple[float, float]:
    """How far (x, y pixels) the picture moved from a to b, by phase correlation."""
    window = np.hanning(a.shape[0])[:, None] * np.hanning(a.shape[1])
    fa, fb = (np.fft.rfft2((m - m.mean()) * window) for m in (a, b))
    cross = fb * fa.conj()
    surface = np.fft.irfft2(cross / (np.abs(cross) + 1e-3), a.shape)
    y, x = np.unravel_index(surface.argmax(), a.shape)
    rows, columns = a.shape
    return (x + columns // 2) % columns - columns // 2, (
        y + rows // 2
    ) % rows - rows // 2


@cache
def stretch(camera: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Two frames a fifth of a second apart, from the middle of a take."""
    d = drawing(camera)
    middle, step = d.shot.frames // 2, max(1, round(d.shot.rate / 5))
    return luma(d.frame(middle)), luma(d.frame(middle + step))


@pytest.mark.parametrize(
    "camera",
    later(["track left, looking out", "looking down, rolling right", "dolly in"], 1),
)
def test_a_frame_is_the_same_twice(camera: str) -> None:
    shot = small(BY_CAMERA[camera])
    one, two = Drawing(shot, 5).frame(3), Drawing(shot, 5).frame(3)
    assert one.dtype == np.uint8 and one.shape == (SMALL[1], SMALL[0], 3)
    assert np.array_equal(one, two)


def test_every_scene_draws_light_and_dark_and_its_next_frame_differs() -> None:
    for camera in (
        "orbit to the left, turning right",
        "track right, from pillar to pillar",
        "dolly in, low",
        "track left",
        "dolly out, in shards that stand still",
    ):
        shot = BY_CAMERA[camera]
        scene = shot.scene()
        rgb, light = scene.frame(shot.move(0.5), *SMALL, 1.0)
        after, _ = scene.frame(shot.move(0.54), *SMALL, 1.1)
        assert rgb.shape == (SMALL[1], SMALL[0], 3) and rgb.dtype == np.uint8
        assert np.isfinite(light).all() and light.min() >= 0
        assert rgb.std() > 12, shot.name
        assert np.abs(rgb.astype(int) - after).mean() > 0.5, shot.name


@pytest.mark.parametrize(
    "camera",
    [
        "track left",
        "track left, looking out",
        "pan right",
        "tilt up, to the sun",
        "track right, from pillar to pillar",
    ],
)
def test_the_picture_slides_as_declared(camera: str) -> None:
    x, y = shift(*stretch(camera))
    want_x, want_y = BY_CAMERA[camera].picture[:2]
    moved, want = (x, want_x) if want_x else (y, want_y)
    assert moved * want >= 2, (x, y)


@pytest.mark.parametrize(
    "camera", ["dolly in, low", "dolly in", "dolly in, rolling left"]
)
def test_the_picture_grows_or_shrinks_as_declared(camera: str) -> None:
    a, b = stretch(camera)
    half = a.shape[1] // 2
    left, right = (
        shift(a[:, part], b[:, part])[0] for part in (slice(0, half), slice(half, None))
    )
    assert (right - left) * BY_CAMERA[camera].picture[2] > 0, (left, right)


def test_the_picture_turns_as_declared() -> None:
    shot = BY_CAMERA["looking down, rolling right"]
    a, b = stretch(shot.camera)
    half = a.shape[1] // 2
    left, right = (
        shift(a[:, part], b[:, part])[1] for part in (slice(0, half), slice(half, None))
    )
    assert (right - left) * shot.picture[3] > 0, (
        left,
        right,
    )  # clockwise: the right side sinks


def test_the_shots_are_what_an_editor_needs() -> None:
    assert len(TAKES) >= 16 and len(STILLS) == 3
    assert len({s.name for s in (*TAKES, *STILLS)}) == len(TAKES) + 3
    rates = Counter(s.rate for s in TAKES)
    assert set(rates) >= {Fraction(n) for n in (8, 16, 24, 25, 30)} | {
        Fraction(500, 31)
    }
    assert {(s.width, s.height) for s in TAKES} >= {
        (1280, 720),
        (1280, 704),
        (832, 480),
        (720, 480),
    }
    assert all(3.5 <= s.seconds <= 8 for s in TAKES)
    assert all(s.width % 2 == 0 and s.height % 2 == 0 for s in TAKES)
    for axis in (0, 2):  # matching and contrasting pairs exist
        signs = Counter(s.picture[axis] for s in TAKES)
        assert signs[1] >= 2 and signs[-1] >= 2


class Card:
    """A scene that looks the same from everywhere."""

    def frame(
        self, pose: object, width: int, height: int, time_s: float
    ) -> tuple[NDArray[np.uint8], None]:
        rng = np.random.default_rng(0)
        rgb = rng.integers(0, 255, (height, width, 3)).astype(np.uint8)
        return rgb, None


def test_a_still_is_what_a_camera_sees_that_does_not_move() -> None:
    still = replace(STILLS[0], scene=Card, width=192, height=108, hand=0.0)
    held = replace(still, frames=2, move=lambda u: still.move(0.0))
    assert np.array_equal(Drawing(still, 1).frame(0), Drawing(held, 1).frame(0))


def test_a_take_is_written_whole(tmp_path: Path) -> None:
    import av

    shot = replace(
        BY_CAMERA["track left, looking out"],
        name="A & b.mp4",
        width=96,
        height=64,
        frames=6,
    )
    path = write_take(shot, 1, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["A & b.mp4"]
    with av.open(str(path)) as box:
        stream = box.streams.video[0]
        frames = list(box.decode(stream))
        assert (stream.average_rate, len(frames), frames[0].format.name) == (
            shot.rate,
            6,
            "yuv420p",
        )
        assert (frames[0].colorspace, frames[0].color_range) == (1, 1)


def test_only_what_is_missing_or_old_is_drawn(tmp_path: Path) -> None:
    everything = jobs.all_jobs()
    assert jobs.stale(tmp_path, everything) == everything
    first, second = everything[:2]
    (tmp_path / "takes").mkdir()
    stamp = {}
    for job in (first, second):
        (tmp_path / job.folder / job.name).write_bytes(b"12345")
        stamp[job.name] = [jobs.fingerprint(), 5]
    (tmp_path / ".stamp.json").write_text(json.dumps(stamp), "utf-8")
    (tmp_path / second.folder / second.name).write_bytes(b"cut")
    assert jobs.stale(tmp_path, everything) == everything[1:]
    assert jobs.stale(tmp_path, everything, force=True) == everything
    (tmp_path / ".stamp.json").write_text("not json", "utf-8")
    assert jobs.stale(tmp_path, everything) == everything


@lru_cache(maxsize=1)
def performance() -> NDArray[np.float32]:
    return violin.perform()


def test_the_violin_rests_between_its_phrases() -> None:
    sound = performance()
    assert sound.dtype == np.float32 and sound.shape[1] == 2
    assert 45 <= len(sound) / violin.RATE <= 65
    block = violin.RATE // 20
    level = np.sqrt(
        (sound[: len(sound) // block * block, 0].reshape(-1, block) ** 2).mean(1)
    )
    quiet = level < level.max() * 10 ** (-26 / 20)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(int), [0]])))
    inner = [
        (b - a) / 20
        for a, b in zip(edges[::2], edges[1::2], strict=True)
        if a > 20 and b < len(quiet)
    ]
    assert sum(length >= 0.4 for length in inner) >= 3
    assert len(score.PHRASES) == 5


def test_the_violin_does_not_clip_or_click() -> None:
    sound = performance()
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() == pytest.approx(10 ** (-3 / 20), abs=1e-4)
    assert np.abs(np.diff(sound, axis=0)).max() < 0.25
    assert np.abs(sound[:10]).max() < 1e-3 and np.abs(sound[-10:]).max() < 1e-3


def test_the_voice_is_there_and_says_five_things() -> None:
    import av

    path = PROJECT / "voice" / "voice_over.ogg"
    assert path.stat().st_size <= 300_000
    with av.open(str(path)) as box:
        stream = box.streams.audio[0]
        assert stream.channels == 1
        count = sum(frame.samples for frame in box.decode(stream))
    assert 14 <= count / 48000 <= 24
    assert (
        len((PROJECT / "voice" / "script.txt").read_text("utf-8").split("\n")) - 1 == 5
    )
