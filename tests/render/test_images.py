"""Images of frames: exact, all or none, never over others."""

from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest
from PIL import Image

from otio_genai import rates
from otio_genai.errors import OutputError, RenderError, TimelineError
from otio_genai.media import locate
from otio_genai.render import render_frame
from otio_genai.render.effects import effect
from otio_genai.render.images import (
    frame_number,
    is_pattern,
    render_images,
    render_still,
)
from tests.render.building import clip, dissolve, timeline
from tests.support.coded import read_code


@pytest.fixture(scope="module")
def film(takes):
    return timeline(
        [clip(takes[2], 3, 6), dissolve(2, 2), clip(takes[3], 9, 6)],
    )


def opened(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("suffix", [".png", ".tif", ".tiff", ".PNG"])
def test_an_image_is_the_frame(film, tmp_path, suffix):
    path = render_still(film, tmp_path / f"a{suffix}", 2)
    assert (opened(path) == render_frame(film, 2)).all()
    assert read_code(opened(path)) == (3, 5)


def test_jpeg_is_close(film, tmp_path):
    path = render_still(film, tmp_path / "a.jpg", 5)
    far = np.abs(opened(path).astype(int) - render_frame(film, 5).astype(int))
    assert far.mean() < 3


def test_every_frame_by_its_number(film, tmp_path):
    seen = []
    made = render_images(
        film, tmp_path / "frames/%06d.png", progress=lambda *step: seen.append(step)
    )
    names = sorted(path.name for path in (tmp_path / "frames").iterdir())
    assert names == [f"{n:06d}.png" for n in range(12)]
    assert (made.first, made.frames, made.size) == (0, 12, (192, 108))
    for number in (0, 5, 6, 11):
        shown = opened(tmp_path / "frames" / f"{number:06d}.png")
        assert (shown == render_frame(film, number)).all()
    assert seen[-1] == ("images", 12, 12)
    assert [path.name for path in tmp_path.iterdir()] == ["frames"]


def test_a_pattern_may_stand_among_others(film, tmp_path):
    render_images(film, tmp_path / "shot_%d.png", size=(96, 54))
    assert opened(tmp_path / "shot_11.png").shape == (54, 96, 3)
    assert len(list(tmp_path.iterdir())) == 12


def test_nothing_is_overwritten_and_nothing_half_done(film, tmp_path):
    folder = tmp_path / "frames"
    folder.mkdir()
    for number in range(4, 12):
        (folder / f"{number:03d}.png").write_bytes(b"mine")
    with pytest.raises(OutputError) as told:
        render_images(film, folder / "%03d.png")
    assert "8 of these images exist" in told.value.sentence
    assert told.value.items[-1] == "and 3 more"
    assert len(list(folder.iterdir())) == 8
    render_images(film, folder / "%03d.png", force=True)
    assert len(list(folder.iterdir())) == 12
    (tmp_path / "a.png").write_bytes(b"mine")
    with pytest.raises(OutputError):
        render_still(film, tmp_path / "a.png", 0)
    assert (tmp_path / "a.png").read_bytes() == b"mine"


def test_a_stopped_sequence_leaves_nothing(film, tmp_path):
    def stop(what, done, total):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_images(film, tmp_path / "frames/%03d.png", progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("frames/a.png", "needs a number"),
        ("frames/%06d.exr", "written as .exr"),
        ("frames/%06d", "without a suffix"),
        ("no/such/%06d.png", "does not exist"),
        ("file/%06d.png", "not a folder"),
    ],
)
def test_places_that_cannot_be_written(film, tmp_path, name, said):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError) as told:
        render_images(film, tmp_path / name)
    assert said in told.value.sentence
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_original_is_never_replaced(tmp_path):
    path = tmp_path / "0.png"
    Image.new("RGB", (192, 108), "red").save(path)
    before = path.read_bytes()
    held = otio.schema.ExternalReference(
        locate.url(path), rates.span(0, 48, Fraction(24))
    )
    made = timeline([otio.schema.Clip("a", held, rates.span(0, 4, Fraction(24)))])
    with pytest.raises(OutputError):
        render_images(made, tmp_path / "%d.png", force=True)
    assert path.read_bytes() == before


def test_a_frame_by_number_or_timecode(film):
    assert frame_number("7", film) == 7
    assert frame_number("00:00:01:02", film) == 26
    late = otio.schema.Timeline("t", global_start_time=rates.time(86_400, Fraction(24)))
    assert frame_number("01:00:01:02", late) == 26
    assert frame_number("00:00:01:02", late) == 26
    with pytest.raises(TimelineError):
        frame_number("soon", film)


def test_a_frame_that_is_not_there(film, tmp_path):
    with pytest.raises(RenderError):
        render_still(film, tmp_path / "a.png", 12)
    assert list(tmp_path.iterdir()) == []


def test_a_frame_in_the_shape_of_a_delivery(film, tmp_path):
    path = render_still(film, tmp_path / "a.png", 0, deliver="reels", pad="#204060")
    shown = opened(path)
    assert shown.shape == (1920, 1080, 3)
    assert np.abs(shown[0, 0].astype(int) - (0x20, 0x40, 0x60)).max() <= 3


def test_patterns():
    assert is_pattern("a/%06d.png") and is_pattern("%d.png")
    assert not is_pattern("%06d/a.png") and not is_pattern("100%.png")


def test_effects_of_the_caller_are_seen(takes, tmp_path):
    made = timeline([clip(takes[2], 3, 4)])
    made.tracks[0][0].effects.append(effect("inverted"))
    functions = {"inverted": lambda shown: shown.image_transform(lambda a: 255 - a)}
    plain = render_still(timeline([clip(takes[2], 3, 4)]), tmp_path / "a.png", 1)
    path = render_still(made, tmp_path / "b.png", 1, effects=functions)
    far = np.abs(255 - opened(plain).astype(int) - opened(path).astype(int))
    assert far.max() <= 2
