"""Uneven timing: a file behaves as if conformed to its rate, by its timestamps."""

import dataclasses
from bisect import bisect_right
from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from PIL import Image

from otio_genai.ingest import bin as bins
from otio_genai.ingest.facts import Memory
from otio_genai.media.frames import FrameReader
from otio_genai.media.identity import known
from otio_genai.media.index import video_index
from otio_genai.media.probe import probe
from otio_genai.render import render_film
from tests.render.building import clip, timeline
from tests.support import coded
from tests.support.marks import examples

F = Fraction
SMALL = (96, 64)
# Pictures 0 to 5, a hole, 6 to 11, a long hole, 12 to 17.
STEPS = [*range(6), *range(9, 15), *range(30, 36)]
HOLED = [bisect_right(STEPS, n) - 1 for n in range(36)]


def seen(path, order=None):
    with FrameReader(path) as reader:
        order = range(reader.frames) if order is None else order
        return [coded.read_code(reader.rgb(n))[1] for n in order]


def conformed(path, rate):
    """What FFmpeg shows of a file at a steady rate."""
    out = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        graph = av.filter.Graph()
        source = graph.add_buffer(template=stream, time_base=stream.time_base)
        steady, sink = graph.add("fps", f"fps={rate}"), graph.add("buffersink")
        source.link_to(steady)
        steady.link_to(sink)
        graph.configure()
        for frame in (*container.decode(stream), None):
            graph.push(frame)
            while True:
                try:
                    shown = graph.pull().to_ndarray(format="rgb24")
                except av.error.FFmpegError:
                    break
                out.append(coded.read_code(shown)[1])
    return out


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
def test_a_frame_is_what_is_on_screen_then(tmp_path, suffix):
    path = tmp_path / f"v.{suffix}"
    coded.write_take(path, 2, 18, 24, size=SMALL, steps=STEPS, gop=5, bframes=2)
    facts = probe(path)
    assert (facts.frames, facts.rate, facts.variable) == (36, 24, True)
    assert facts.duration_s == F(3, 2)
    assert known(path).frames == 36
    assert seen(path) == HOLED
    order = [35, 8, 29, 0, 17, 30]
    assert seen(path, order) == [HOLED[n] for n in order]


@pytest.mark.parametrize(
    ("suffix", "codec"), [("mp4", "libx264"), ("mkv", "libx264"), ("webm", "libvpx")]
)
@examples(6, 2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.sets(st.integers(1, 40), min_size=8, max_size=24),
    rate=st.sampled_from([F(24), F(30), F(24000, 1001), F(30000, 1001)]),
)
def test_it_shows_what_ffmpeg_shows(tmp_path, suffix, codec, steps, rate):
    # A run of single steps, so that the rate is in the timestamps.
    steps = [0, *sorted(steps | {41, 42, 43})]
    path = tmp_path / f"v.{suffix}"
    coded.write_take(
        path, 2, len(steps), rate, size=SMALL, codec=codec, steps=steps, bframes=0
    )
    assert probe(path).rate == rate
    assert seen(path) == conformed(path, rate)


def test_a_film_keeps_time_with_an_uneven_take(tmp_path):
    steps = [n for n in range(90) if n % 30 < 12 or n % 30 > 23]
    take = tmp_path / "v.mp4"
    coded.write_take(take, 2, len(steps), 30, size=SMALL, steps=steps, bframes=2)
    film = tmp_path / "film.mp4"
    render_film(timeline([clip(take, 0, 72)], size=SMALL), film, cache=False)
    numbers = [number for _, number in coded.read_film(film)]
    assert numbers == [bisect_right(steps, n * 30 // 24) - 1 for n in range(72)]


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_delays_of_animations_are_kept(tmp_path, suffix):
    path, stays_ms = tmp_path / f"a.{suffix}", [100, 100, 300, 100, 100, 500]
    pictures = [Image.fromarray(coded.coded_frame(3, n)) for n in range(6)]
    lossless = {"lossless": True, "method": 0} if suffix == "webp" else {}
    pictures[0].save(
        path, save_all=True, append_images=pictures[1:], duration=stays_ms, **lossless
    )
    facts = probe(path)
    assert (facts.frames, facts.rate, facts.variable) == (12, 10, True)
    assert seen(path) == [0, 1, 2, 2, 2, 3, 4, 5, 5, 5, 5, 5]


def test_even_pictures_of_which_the_last_stays_are_counted(tmp_path):
    path = tmp_path / "a.webp"
    pictures = [Image.fromarray(coded.coded_frame(3, n)) for n in range(4)]
    pictures[0].save(
        path, save_all=True, append_images=pictures[1:], duration=[100, 100, 100, 2000],
        lossless=True, method=0,
    )  # fmt: skip
    facts = probe(path)
    assert (facts.frames, facts.rate, facts.variable) == (4, 10, False)
    assert seen(path) == [0, 1, 2, 3]


def test_a_bin_and_damage_speak_of_the_same_frames(tmp_path):
    path = coded.write_take(tmp_path / "v.mp4", 2, 18, 24, size=SMALL, steps=STEPS)
    slate = {"name": "v.mp4"}
    found = bins.reference(Memory(tmp_path / "c").look(path), "take", slate, "")
    assert found.available_range.duration.value == 36
    index = dataclasses.replace(video_index(path), unreadable=frozenset({5, 7, 17}))
    assert index.lost == {n for n in range(36) if HOLED[n] in (5, 7, 17)}
    assert [index.picture(n) for n in range(36)] == HOLED
    assert index.readable(17) == 16


@pytest.mark.parametrize("bframes", [1, 2, 3])
def test_h264_in_avi_is_numbered_as_it_is_shown(tmp_path, bframes):
    path = tmp_path / "take.avi"
    coded.write_take(path, 4, 40, 24, size=SMALL, gop=12, bframes=bframes)
    facts = probe(path)
    assert (facts.frames, facts.rate, facts.variable) == (40, 24, False)
    assert seen(path) == list(range(40))
    order = np.random.default_rng(bframes).permutation(40).tolist()
    assert seen(path, order) == order
