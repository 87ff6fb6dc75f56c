"""What was made once is not made again; what changed is; nothing half done stays."""

import contextlib
import itertools
import os
import signal
import subprocess
import sys
import time

import numpy as np
import opentimelineio as otio
import pytest

from otio_genai import metadata, rates
from otio_genai.errors import MediaError, RenderError
from otio_genai.media.store import file_hashes
from otio_genai.render import render_film
from otio_genai.render.cache import SegmentCache
from otio_genai.render.work import encode
from tests.render.building import R, clip, dissolve, timeline, wrong_frames
from tests.support.coded import decoded, read_film, write_sound, write_take
from tests.support.marks import later


@pytest.fixture
def cache(tmp_path):
    with SegmentCache(tmp_path / "cache") as made:
        yield made


@pytest.fixture(scope="module")
def long_takes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("long takes")
    return [write_take(folder / f"take{n}.mp4", n, 250) for n in (1, 2, 3)]


def film(long_takes, roll=0):
    first, second, third = long_takes
    return timeline(
        [
            clip(first, 3, 150 + roll),
            clip(second, 7 + roll, 160 - roll),
            dissolve(6, 6),
            clip(third, 20, 100),
        ]
    )


def test_a_second_render_makes_nothing_and_gives_the_same_bytes(
    long_takes, tmp_path, cache
):
    first = render_film(film(long_takes), tmp_path / "a.mp4", cache=cache)
    again = render_film(film(long_takes), tmp_path / "b.mp4", cache=cache)
    assert (first.made, again.made) == (first.segments, 0)
    assert first.path.read_bytes() == again.path.read_bytes()


def test_without_a_cache_the_film_is_the_same_and_nothing_stays(
    long_takes, tmp_path, cache
):
    kept = render_film(film(long_takes), tmp_path / "a.mp4", cache=cache)
    out = tmp_path / "out"
    out.mkdir()
    alone = render_film(film(long_takes), out / "b.mp4", cache=False)
    assert kept.path.read_bytes() == alone.path.read_bytes()
    assert [path.name for path in out.iterdir()] == ["b.mp4"]
    assert alone.made == alone.segments


def test_a_rolled_cut_remakes_two_segments(long_takes, tmp_path, cache):
    whole = render_film(film(long_takes), tmp_path / "a.mp4", cache=cache)
    made = film(long_takes, roll=4)
    rolled = render_film(made, tmp_path / "b.mp4", cache=cache)
    assert rolled.segments == whole.segments
    assert rolled.made == 2
    assert wrong_frames(decoded(rolled.path), made) == []


def test_two_films_share_segments(long_takes, tmp_path, cache):
    render_film(film(long_takes), tmp_path / "a.mp4", cache=cache)
    other = timeline([clip(long_takes[2], 20, 100), clip(long_takes[0], 3, 150)])
    done = render_film(other, tmp_path / "b.mp4", cache=cache)
    assert done.made < done.segments / 2


def test_a_damaged_segment_is_found_out_and_made_again(long_takes, tmp_path):
    folder = tmp_path / "cache"
    with SegmentCache(folder) as cache:
        first = render_film(film(long_takes), tmp_path / "a.mp4", cache=cache)
    entry = max(folder.rglob("entries/*/*.mp4"), key=lambda path: path.stat().st_size)
    damaged = bytearray(entry.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    entry.write_bytes(damaged)
    with SegmentCache(folder) as cache:
        done = render_film(film(long_takes), tmp_path / "b.mp4", cache=cache)
    assert (done.damaged, done.made) == (1, 1)
    assert done.path.read_bytes() == first.path.read_bytes()


def test_a_render_that_stopped_goes_on_where_it_was(long_takes, tmp_path, cache):
    def stop(what, done, total):
        if what.startswith("render") and done > 180:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_film(film(long_takes), tmp_path / "a.mp4", cache=cache, progress=stop)
    assert not (tmp_path / "a.mp4").exists()
    seen = []
    done = render_film(
        film(long_takes),
        tmp_path / "a.mp4",
        cache=cache,
        progress=lambda *step: seen.append(step),
    )
    remade = next(total for what, _, total in seen if what.startswith("render"))
    assert done.frames - remade >= 180 - 64
    assert wrong_frames(decoded(done.path), film(long_takes)) == []


KILLED = """
import sys
import opentimelineio as otio
from otio_genai.render import render_film
render_film(otio.adapters.read_from_file(sys.argv[1]), sys.argv[2])
"""


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_a_killed_render_loses_a_segment_at_most(long_takes, tmp_path, share):
    made = film(long_takes)
    made.to_json_file(str(tmp_path / "film.otio"))
    folder = tmp_path / "cache"
    command = [sys.executable, "-c", KILLED]
    arguments = [str(tmp_path / "film.otio"), str(tmp_path / "film.mp4")]
    environment = {**os.environ, "OTIO_GENAI_CACHE": str(folder)}
    process = subprocess.Popen([*command, *arguments], env=environment)
    wanted = round(8 * share)
    for _ in itertools.count():
        there = list((folder / "render").rglob("entries/*/*.mp4"))
        if len(there) >= wanted or process.poll() is not None:
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = len(list((folder / "render").rglob("entries/*/*.mp4")))
    with SegmentCache(folder / "render") as cache:
        done = render_film(made, tmp_path / "film.mp4", cache=cache, force=True)
    assert done.made <= done.segments - kept
    assert wrong_frames(decoded(done.path), made) == []
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "film.mp4",
        "film.otio",
    ]


def test_media_that_changed_are_named_and_refused_when_strict(tmp_path, cache):
    path = write_take(tmp_path / "take4.mp4", 4, 30)
    made = timeline([clip(path, 0, 20)])
    reference = made.tracks[0][0].media_reference
    metadata.put(reference, "hash", file_hashes(path))
    assert render_film(made, tmp_path / "a.mp4", cache=cache).notes == ()
    write_take(path, 5, 30)
    done = render_film(made, tmp_path / "b.mp4", cache=cache)
    assert "take4: the file's pictures" in done.notes[0]
    assert read_film(done.path) == [(5, n) for n in range(20)]
    with pytest.raises(RenderError, match="not what the timeline says") as caught:
        render_film(made, tmp_path / "c.mp4", cache=cache, strict=True)
    assert len(caught.value.items) == 1
    assert not (tmp_path / "c.mp4").exists()


class Lent:
    """An executor that makes segments here."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, jobs, place, progress=None):
        for job in jobs:
            path = self.folder / f"{job.key}.mp4"
            encode(job.recipe, path)
            progress("render", job.frames, job.frames)
            place(job, path)


@pytest.mark.parametrize("lent", later([False, True], 1))
def test_a_take_that_changes_meanwhile_is_refused_and_nothing_of_it_kept(
    long_takes, tmp_path, cache, lent, monkeypatch
):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    executor = Lent(tmp_path) if lent else None
    take = tmp_path / "take6.mp4"
    write_take(take, 6, 60)
    original, other = take.read_bytes(), write_take(tmp_path / "take7.mp4", 7, 60)
    made = timeline([clip(long_takes[0], 0, 96), clip(take, 0, 48)])

    def swap(what, done, total):
        if what.startswith("render") and other.exists():
            other.replace(take)

    with pytest.raises(MediaError, match="changed while") as caught:
        render_film(
            made, tmp_path / "a.mp4", cache=cache, progress=swap, executor=executor
        )
    assert caught.value.place == str(take)
    assert not (tmp_path / "a.mp4").exists()
    take.write_bytes(original)
    done = render_film(made, tmp_path / "a.mp4", cache=cache)
    assert 0 < done.made < done.segments
    assert wrong_frames(decoded(done.path), made) == []


def test_a_sound_that_changes_meanwhile_is_refused_and_nothing_of_it_kept(
    long_takes, tmp_path, cache
):
    sound, other = tmp_path / "a.wav", tmp_path / "b.wav"
    tone = np.sin(np.arange(96_000) / 20)[:, None] * [0.3, 0.3]
    write_sound(sound, tone.astype(np.float32), 48_000, "pcm_s16le")
    write_sound(other, (tone / 10).astype(np.float32), 48_000, "pcm_s16le")
    original = sound.read_bytes()
    reference = otio.schema.ExternalReference(str(sound))
    heard = otio.schema.Clip("tone", reference, rates.span(0, 24, R))
    made = timeline([clip(long_takes[0], 0, 24)], audio=[[heard]])

    class Swapping(SegmentCache):
        def find(self, key):
            with contextlib.suppress(FileNotFoundError):
                other.replace(sound)
            return super().find(key)

    with (
        Swapping(tmp_path / "cache") as swapping,
        pytest.raises(MediaError, match="changed while"),
    ):
        render_film(made, tmp_path / "a.mp4", cache=swapping)
    sound.write_bytes(original)
    again = render_film(made, tmp_path / "a.mp4", cache=cache)
    alone = render_film(made, tmp_path / "b.mp4", cache=False)
    assert again.sound.lufs == alone.sound.lufs


def test_room_is_asked_for_pictures_and_sound(long_takes, tmp_path):
    class Asked(SegmentCache):
        def ensure_room(self, bytes_needed):
            asked.append(bytes_needed)

    asked = []
    sound = tmp_path / "a.wav"
    write_sound(sound, np.full((96_000, 2), 0.1, np.float32), 48_000, "pcm_s16le")
    reference = otio.schema.ExternalReference(str(sound))
    heard = otio.schema.Clip("tone", reference, rates.span(0, 48, R))
    shot = clip(long_takes[0], 0, 48)
    for name, audio in (("a", []), ("b", [[heard]])):
        with Asked(tmp_path / name) as cache:
            made = timeline([shot.clone()], audio=audio)
            render_film(made, tmp_path / f"{name}.mp4", cache=cache)
    silent, whole = asked
    assert silent > 0
    assert whole - silent == 2 * 192_000 // 8


# The first frame of a dissolve is its outgoing picture alone.
def test_the_record_says_which_frames_went_straight_through(
    long_takes, tmp_path, cache
):
    done = render_film(film(long_takes), tmp_path / "a.mp4", cache=cache)
    assert (done.frames, done.plain_frames) == (410, 410 - 11)
    assert done.rate == R and done.sound is None


@pytest.mark.parametrize("threads", later([1, 4], 1))
def test_makers_side_by_side_give_the_same_film(
    long_takes, tmp_path, monkeypatch, threads
):
    made = film(long_takes)
    wished = {"cache": False, "deliver": "youtube" if threads == 1 else None}
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    alone = render_film(made, tmp_path / "a.mp4", **wished)
    monkeypatch.setattr(os, "cpu_count", lambda: 3 * threads)
    seen = []
    three = render_film(
        made, tmp_path / "b.mp4", **wished, progress=lambda *step: seen.append(step)
    )
    assert three.path.read_bytes() == alone.path.read_bytes()
    counted = [done for what, done, _ in seen if what.startswith("render")]
    assert counted == list(range(1, made_frames(seen) + 1))


def made_frames(seen):
    return next(total for what, _, total in seen if what.startswith("render"))


def test_one_maker_that_fails_stops_them_all(long_takes, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 12)

    def fail(what, done, total):
        if what.startswith("render") and done == 20:
            raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        render_film(film(long_takes), tmp_path / "a.mp4", cache=False, progress=fail)
    assert list(tmp_path.iterdir()) == []
