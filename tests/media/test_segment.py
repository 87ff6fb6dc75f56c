"""Segments: each read back on its own, closed, steady in bytes, refused in words."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import av
import numpy as np
import pytest

from otio_genai.errors import OutputError
from otio_genai.media import codecs, stream
from otio_genai.media.encoders import why_not
from otio_genai.media.encoding import Encoding
from otio_genai.media.segment import (
    SegmentWriter,
    ticks_per_second,
)
from tests.support import coded
from tests.support.marks import later

F = Fraction
SIZE = (96, 54)
H264 = Encoding(gop_frames=12)
HEVC = Encoding(
    "libx265", options=(("crf", "20"), ("preset", "ultrafast")), gop_frames=12,
    tag="hvc1",
)  # fmt: skip
PRORES = Encoding("prores_ks", "yuv422p10le", (("profile", "0"),))
KINDS = {
    "h264": (H264, ".mp4"),
    "h264-mkv": (H264, ".mkv"),
    "no-b-frames": (Encoding(bframes=0, gop_frames=12), ".mp4"),
    "hevc": (HEVC, ".mp4"),
    "prores": (PRORES, ".mov"),
}
each_kind = pytest.mark.parametrize("kind", KINDS)


def segment(path, frames, encoding=H264, rate=24, take=1, size=SIZE):
    with SegmentWriter(path, size, F(rate), encoding) as writer:
        for n in range(frames):
            writer.write(coded.coded_frame(take, n, *size))
    return path


def packets(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        found = [p for p in container.demux(stream) if p.size]
        return stream.time_base, found


@each_kind
@pytest.mark.parametrize("frames", [1, 2, 3, 30])
def test_what_goes_in_comes_out(tmp_path, kind, frames):
    encoding, suffix = KINDS[kind]
    if not codecs.can_encode(encoding.codec):
        pytest.skip(f"no {encoding.codec} in this PyAV")
    path = segment(tmp_path / f"a{suffix}", frames, encoding)
    assert coded.read_film(path) == [(1, n) for n in range(frames)]


@each_kind
def test_it_is_closed(tmp_path, kind):
    # What follows a keyframe is never shown before it.
    encoding, suffix = KINDS[kind]
    _, found = packets(segment(tmp_path / f"a{suffix}", 30, encoding))
    keys = [n for n, packet in enumerate(found) if packet.is_keyframe]
    assert keys[0] == 0 and len(keys) >= 3
    for key in keys:
        later = [packet.pts for packet in found[key:]]
        earlier = [packet.pts for packet in found[:key]]
        assert min(later) == found[key].pts > max(earlier, default=-1)


@pytest.mark.parametrize(
    "rate", [F(16), F(24000, 1001), F(24), F(25), F(30000, 1001), F(60000, 1001)]
)
@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_frames_lie_on_ticks(tmp_path, rate, suffix):
    clock, found = packets(segment(tmp_path / f"a{suffix}", 7, rate=rate))
    times = sorted(packet.pts * clock for packet in found)
    assert times == [n / rate for n in range(7)]
    assert clock == F(1, ticks_per_second(rate))


@pytest.mark.parametrize(
    ("rate", "ticks"), [(F(24), 12288), (F(24000, 1001), 24000), (F(500, 31), 16000)]
)
def test_the_clock_is_the_usual_one(rate, ticks):
    assert ticks_per_second(rate) == ticks


@each_kind
def test_colours_are_stated(tmp_path, kind):
    encoding, suffix = KINDS[kind]
    path = segment(tmp_path / f"a{suffix}", 2, encoding)
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        context = container.streams.video[0].codec_context
        assert frame.format.name == encoding.pix_fmt
        assert (frame.colorspace, frame.color_range) == (1, 1)
        assert (context.color_primaries, context.color_trc) == (1, 1)
        assert context.codec_tag == {"hevc": "hvc1"}.get(kind, context.codec_tag)


def test_pixels_pass_untouched(tmp_path):
    lossless = Encoding(options=(("preset", "ultrafast"), ("qp", "0")))
    rng = np.random.default_rng(3)
    planes = rng.integers(16, 235, (54 * 3 // 2, 96), np.uint8)
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.colorspace, frame.color_range = 1, 1
    frame.pts, frame.time_base = 77, F(1, 10)
    tags = frame.color_primaries, frame.color_trc
    with SegmentWriter(tmp_path / "a.mp4", SIZE, F(24), lossless) as writer:
        writer.write(frame)
        writer.write(frame)
    assert (frame.pts, frame.time_base) == (77, F(1, 10))
    assert (frame.color_primaries, frame.color_trc) == tags
    with av.open(str(tmp_path / "a.mp4")) as container:
        for shown in container.decode(video=0):
            assert np.array_equal(shown.to_ndarray(), planes)


def textured(frames, width=320, height=180):
    rng = np.random.default_rng(1)
    ground = rng.normal(128, 60, (height + frames, width + 2 * frames, 3))
    ground = (ground + np.roll(ground, 1, 0) + np.roll(ground, 1, 1)) / 3
    whole = ground.clip(0, 255).astype(np.uint8)
    return [whole[n : n + height, 2 * n : 2 * n + width] for n in range(frames)]


@pytest.mark.parametrize(
    "encoding",
    later(
        [
            Encoding(),
            Encoding(options=(("crf", "18"), ("preset", "medium"))),
            Encoding(options=(("crf", "18"), ("x264-params", "aq-mode=3"))),
            HEVC,
        ],
        1,
    ),
    ids=["veryfast", "medium", "own params", "hevc"],
)
def test_same_pictures_same_bytes(tmp_path, encoding):
    pictures = textured(40)
    seen = set()
    for n in range(4):
        path = tmp_path / f"{n}.mp4"
        with SegmentWriter(path, (320, 180), F(24), encoding) as writer:
            for picture in pictures:
                writer.write(picture)
        seen.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(seen) == 1


def test_own_parameters_are_kept_beside_ours(tmp_path, monkeypatch):
    monkeypatch.setattr(stream, "x264_steady", lambda: {"x264-params": "asm=avx2"})
    tuned = Encoding(options=(("x264-params", "scenecut=0:keyint=5"),))
    clock, found = packets(segment(tmp_path / "a.mp4", 12, tuned))
    keys = [packet.pts * clock * 24 for packet in found if packet.is_keyframe]
    assert keys == [0, 5, 10]


def test_one_is_drained_while_the_next_begins(tmp_path):
    with ThreadPoolExecutor(1) as pool:
        draining = []
        for take in range(4):
            writer = SegmentWriter(tmp_path / f"{take}.mp4", SIZE, F(24), H264)
            for n in range(20):
                writer.write(coded.coded_frame(take, n, *SIZE))
            draining.append(pool.submit(writer.close))
        for one in draining:
            one.result()
    for take in range(4):
        expected = [(take, n) for n in range(20)]
        assert coded.read_film(tmp_path / f"{take}.mp4") == expected
        alone = segment(tmp_path / "alone.mp4", 20, take=take)
        assert alone.read_bytes() == (tmp_path / f"{take}.mp4").read_bytes()


@pytest.mark.parametrize("size", [(95, 54), (96, 53), (0, 0), (-2, 4)])
def test_odd_sizes_are_refused(tmp_path, size):
    with pytest.raises(OutputError, match="must be even"):
        SegmentWriter(tmp_path / "a.mp4", size, F(24), H264)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("codec", ["h264_nvenc", "h264_videotoolbox", "h264_vaapi"])
def test_an_encoder_that_is_not_there_is_named_and_others_offered(tmp_path, codec):
    if not why_not(Encoding(codec, options=())):
        pytest.skip(f"{codec} works on this computer")
    with pytest.raises(OutputError, match=f"{codec!r} does not work") as caught:
        SegmentWriter(tmp_path / "a.mp4", SIZE, F(24), Encoding(codec, options=()))
    assert "libx264" in caught.value.remedy
    assert codec not in caught.value.remedy
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp4", (("preset", "sideways"),)),
        ("a.mp4", (("nonsense", "1"),)),
        ("a.unknown", ()),
        ("none/a.mp4", ()),
    ],
)
def test_what_cannot_be_opened_is_said(tmp_path, name, options):
    with pytest.raises(OutputError, match="cannot be opened"):
        SegmentWriter(tmp_path / name, SIZE, F(24), Encoding(options=options))
    assert not list(tmp_path.iterdir())


def test_an_error_leaves_nothing(tmp_path):
    with (
        pytest.raises(KeyboardInterrupt),
        SegmentWriter(tmp_path / "a.mp4", SIZE, F(24), H264) as writer,
    ):
        writer.write(coded.coded_frame(1, 1, *SIZE))
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_nothing_to_write(tmp_path):
    with (
        pytest.raises(OutputError, match="without pictures"),
        SegmentWriter(tmp_path / "a.mp4", SIZE, F(24), H264),
    ):
        pass
    assert not list(tmp_path.iterdir())
