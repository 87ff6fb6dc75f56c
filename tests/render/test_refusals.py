"""What cannot be rendered is said in a sentence, and nothing is left behind."""

import numpy as np
import opentimelineio as otio
import pytest

from otio_genai.errors import (
    MediaError,
    OutputError,
    RenderError,
    TimelineError,
)
from otio_genai.media import locate
from otio_genai.media.frames import FrameReader
from otio_genai.media.probe import probe
from otio_genai.media.write import write_wav
from otio_genai.render import moviepy_clip, render, render_film, render_frame
from otio_genai.render.cache import SegmentCache
from tests.render.building import clip, gap, timeline
from tests.support.coded import write_take
from tests.support.marks import later


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_all_missing_media_are_listed_before_anything_is_written(takes, tmp_path):
    made = timeline([clip(takes[n], 0, 4, name=f"clip {n}") for n in range(4)])
    track = made.tracks[0]
    track[1].media_reference.target_url = locate.url(tmp_path / "gone é 1.mp4")
    track[2].media_reference = otio.schema.MissingReference()
    track[3].media_reference.target_url = "https://example.org/take.mp4"
    for attempt in (
        lambda: render(made, tmp_path / "film.mp4"),
        lambda: moviepy_clip(made),
        lambda: render_frame(made, 0),
    ):
        with pytest.raises(RenderError, match="3 of the clips have no media") as caught:
            attempt()
        items = caught.value.items
        assert [item.partition(" at ")[0] for item in items] == [
            "clip 1",
            "clip 2",
            "clip 3",
        ]
        assert "00:00:00:04" in items[0] and "gone é 1.mp4" in items[0]
        assert caught.value.remedy
    assert names(tmp_path) == []


def test_a_disabled_clip_may_be_missing(takes, tmp_path):
    made = timeline([clip(takes[2], 0, 4), clip(takes[1], 0, 4)])
    made.tracks[0][1].media_reference.target_url = locate.url(tmp_path / "gone.mp4")
    made.tracks[0][1].enabled = False
    assert probe(render(made, tmp_path / "film.mp4")).frames == 8


@pytest.mark.parametrize(
    "made",
    [timeline(), timeline([]), timeline([gap(10)]), timeline([], audio=[[gap(9)]])],
    ids=["no tracks", "no items", "a gap", "silence"],
)
def test_nothing_to_show(made, tmp_path):
    with pytest.raises(RenderError, match=r"no (picture|length)"):
        render(made, tmp_path / "film.mp4")
    assert names(tmp_path) == []


def test_a_timeline_without_a_rate(tmp_path):
    with pytest.raises(TimelineError, match="frame rate"):
        render(otio.schema.Timeline("bare"), tmp_path / "film.mp4")


def test_a_film_that_is_there_stays(takes, tmp_path):
    made = timeline([clip(takes[2], 0, 4)])
    (tmp_path / "film.mp4").write_bytes(b"mine")
    with pytest.raises(OutputError, match="exists already"):
        render(made, tmp_path / "film.mp4")
    assert (tmp_path / "film.mp4").read_bytes() == b"mine"
    assert probe(render(made, tmp_path / "film.mp4", force=True)).frames == 4


@pytest.mark.parametrize("place", ["no/such/film.mp4", "."])
def test_places_that_cannot_be_written(takes, tmp_path, place):
    with pytest.raises(OutputError) as caught:
        render(timeline([clip(takes[2], 0, 4)]), tmp_path / place)
    assert caught.value.remedy


@pytest.mark.parametrize("size", [(191, 108), (192, 107), (0, 108), (-2, 2)])
def test_odd_sizes_are_refused_when_asked_for(takes, tmp_path, size):
    with pytest.raises(RenderError, match="even") as caught:
        render(timeline([clip(takes[2], 0, 4)]), tmp_path / "film.mp4", size=size)
    assert "Ask for" in caught.value.remedy
    assert names(tmp_path) == []


def test_odd_timelines_are_made_even(tmp_path):
    path = write_take(tmp_path / "take1.mkv", 1, 6, size=(193, 109), pix_fmt="yuv444p")
    made = timeline([clip(path, 0, 4)], size=(193, 109))
    with FrameReader(render(made, tmp_path / "film.mp4")) as reader:
        assert (reader.width, reader.height) == (192, 108)


def test_without_a_size_of_its_own_the_first_picture_gives_it(tmp_path):
    path = write_take(tmp_path / "take1.mp4", 1, 6, size=(128, 160))
    made = timeline([gap(2), clip(path, 0, 4)])
    del made.metadata["otio_genai"]
    assert render_frame(made, 3).shape == (160, 128, 3)
    del made.tracks[0][1].media_reference.metadata["otio_genai"]
    assert render_frame(made, 3).shape == (160, 128, 3)


def test_another_size_on_demand(takes):
    made = timeline([clip(takes[2], 0, 4)])
    assert render_frame(made, 1, size=(64, 100)).shape == (100, 64, 3)


@pytest.mark.parametrize("frame", [-1, 4])
def test_frames_outside_the_film(takes, frame):
    with pytest.raises(RenderError, match="the last is 3"):
        render_frame(timeline([clip(takes[2], 0, 4)]), frame)


def test_unreadable_media_leave_nothing_behind(takes, tmp_path):
    made = timeline([clip(takes[2], 0, 4), clip(takes[1], 0, 4)])
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"not a film" * 100)
    made.tracks[0][1].media_reference.target_url = locate.url(broken)
    with pytest.raises(MediaError, match=r"broken\.mp4"):
        render(made, tmp_path / "film.mp4")
    assert names(tmp_path) == ["broken.mp4"]


def test_a_silent_file_on_a_sound_track_is_silent_and_named(takes, tmp_path):
    audio = [[gap(2), clip(takes[1], 0, 2, name="mute")]]
    made = timeline([clip(takes[2], 0, 4)], audio=audio)
    with pytest.raises(RenderError, match="no sound") as caught:
        render(made, tmp_path / "film.mp4", strict=True)
    assert len(caught.value.items) == 1
    assert names(tmp_path) == []
    done = render_film(made, tmp_path / "film.mp4")
    assert done.notes == ("mute at 00:00:00:02 is silent: take2.mp4 holds no sound.",)


@pytest.mark.parametrize(
    ("name", "said"),
    [("a.avi", "mkv"), ("a.png", "%06d"), ("a", "mkv"), ("a.mpg", "mkv")],
)
def test_suffixes_that_hold_no_film_are_refused_before_any_work(
    takes, tmp_path, name, said
):
    with pytest.raises(OutputError, match="No films are written as") as caught:
        render(timeline([clip(takes[2], 0, 4)]), tmp_path / name)
    assert said in caught.value.remedy
    assert names(tmp_path) == []


@pytest.mark.parametrize("stop", later([KeyboardInterrupt, RuntimeError], 1))
@pytest.mark.parametrize("stage", ["listen", "sound", "render", "join"])
def test_stopping_midway_leaves_what_was_there(takes, tmp_path, stop, stage):
    sounds, out = tmp_path / "sounds", tmp_path / "out"
    sounds.mkdir()
    out.mkdir()
    write_wav(sounds / "a.wav", noise(), 48_000)
    made = timeline([clip(takes[2], 0, 48)], audio=[[clip(sounds / "a.wav", 0, 48)]])
    cache: bool | SegmentCache = False
    if stage in ("listen", "sound"):
        # The sound's progress is told when the pictures are there.
        cache = SegmentCache(tmp_path / "cache")
        silent = timeline([clip(takes[2], 0, 48)])
        render(silent, out / "film.mp4", cache=cache)
    (out / "film.mp4").write_bytes(b"older")

    def progress(what, done, total):
        assert 0 < done <= total
        if what.startswith(stage) and done >= 0.4 * total:
            raise stop

    with pytest.raises(stop):
        render(made, out / "film.mp4", force=True, progress=progress, cache=cache)
    assert names(out) == ["film.mp4"]
    assert (out / "film.mp4").read_bytes() == b"older"


def noise():
    return np.random.default_rng(1).normal(0, 0.05, (96_000, 2)).astype(np.float32)


def test_progress_counts_every_frame(takes, tmp_path):
    seen = []
    made = timeline([clip(takes[2], 0, 30)])
    render(made, tmp_path / "film.mp4", progress=lambda *step: seen.append(step))
    assert seen == [
        *(("render · take3", n, 30) for n in range(1, 31)),
        ("join", 1, 1),
    ]
