"""Films written: exact count, time and length; tags, index in front, colours."""

from fractions import Fraction

import av
import numpy as np
import pytest

from otio_genai.errors import OutputError
from otio_genai.media import sound
from otio_genai.media.frames import FrameReader
from otio_genai.media.probe import probe
from otio_genai.media.write import FilmWriter, write_wav
from tests.support import coded

F = Fraction
RATES = [F(8), F(24000, 1001), F(24), F(25), F(30000, 1001), F(60), F(500, 31),
         F(29120, 961)]  # fmt: skip


def film(path, frames, rate, samples=None, **options):
    rate_audio = 48000 if samples is not None else None
    with FilmWriter(path, 192, 108, rate, rate_audio, **options) as writer:
        for n in range(frames):
            writer.video(coded.coded_frame(9, n))
            if samples is not None:
                span = slice(*(int(k * 48000 / rate) for k in (n, n + 1)))
                writer.sound(samples[span])
        if samples is not None:
            writer.sound(samples[int(frames * 48000 / rate) :])
    return path


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_every_rate_is_exact(tmp_path, rate):
    samples = coded.bursts([0, 12000, 40001], 50021)
    path = film(tmp_path / "f.mp4", 30, rate, samples)
    assert coded.read_film(path) == [(9, n) for n in range(30)]
    facts = probe(path)
    assert (facts.rate, facts.frames, facts.samples) == (rate, 30, 50021)
    assert tuple(facts.color) == ("tv", "bt709", "bt709", "bt709")
    assert facts.pix_fmt == "yuv420p"
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        times = [frame.pts * stream.time_base for frame in container.decode(stream)]
        assert stream.duration * stream.time_base == 30 / rate
        assert container.streams.audio[0].start_time == 0
    assert times == [n / rate for n in range(30)]
    heard = sound.read(path)
    assert len(heard) == 50021
    loud = np.flatnonzero(np.abs(heard[:, 0]) > 0.3)
    assert abs(loud[0]) < 16 and abs(int(loud[loud > 39000][0]) - 40001) < 16


def test_the_index_is_in_front(tmp_path):
    data = film(tmp_path / "f.mp4", 5, F(24), np.zeros((9600, 2), np.float32))
    content = data.read_bytes()
    assert 0 < content.find(b"moov") < content.find(b"mdat")
    assert [p.name for p in tmp_path.iterdir()] == ["f.mp4"]


def test_groups_are_closed_and_as_long_as_asked(tmp_path):
    path = film(tmp_path / "f.mp4", 50, F(24), gop_frames=12)
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
    keys = [p.pts for p in packets if p.is_keyframe]
    assert len(keys) >= 5
    for n, packet in enumerate(packets):
        passed = [p.pts for p in packets[: n + 1] if p.is_keyframe]
        assert packet.pts >= passed[-1], "a picture before its keyframe"
    assert packets[0].is_keyframe and all(p.duration == 512 for p in packets)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_film_twice_is_the_same_file(tmp_path, threads):
    samples = coded.coded_tone(3, 24000)
    one = film(tmp_path / "1.mp4", 12, F(24), samples, threads=threads)
    two = film(tmp_path / "2.mp4", 12, F(24), samples, threads=threads)
    assert one.read_bytes() == two.read_bytes()


COLOURS = [
    (200, 40, 40),
    (40, 180, 60),
    (50, 60, 210),
    (128, 128, 128),
    (250, 250, 250),
]


def through(tmp_path, pictures):
    with FilmWriter(tmp_path / "c.mp4", 64, 64, F(24), None, crf=1) as writer:
        for picture in pictures:
            writer.video(picture)
    with FrameReader(tmp_path / "c.mp4") as reader:
        return [reader.rgb(n)[32, 32].astype(int) for n in range(reader.frames)]


def test_rgb_keeps_its_colours(tmp_path):
    given = [np.full((64, 64, 3), colour, np.uint8) for colour in COLOURS]
    for colour, seen in zip(COLOURS, through(tmp_path, given), strict=True):
        assert np.abs(seen - colour).max() <= 3


@pytest.mark.parametrize("tags", [(1, 1), (6, 1), (1, 2), (9, 1), (2, 0)])
@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv444p10le"])
def test_frames_of_other_colours_are_converted(tmp_path, tags, pix_fmt):
    matrix, full = tags
    pictures = []
    sws = {1: 1, 6: 5, 9: 9, 2: 5}[matrix]
    for colour in COLOURS:
        frame = av.VideoFrame.from_ndarray(
            np.full((64, 64, 3), colour, np.uint8), format="rgb24"
        ).reformat(
            format=pix_fmt, dst_colorspace=sws, src_color_range=2,
            dst_color_range=2 if full == 2 else 1,
        )  # fmt: skip
        frame.colorspace, frame.color_range = matrix, full
        pictures.append(frame)
    for colour, seen in zip(COLOURS, through(tmp_path, pictures), strict=True):
        assert np.abs(seen - colour).max() <= 4


def test_decoded_frames_lose_their_picture_types_and_scale(tmp_path):
    take = coded.write_take(tmp_path / "t.mp4", 4, 30, gop=5, bframes=2)
    path = tmp_path / "f.mp4"
    with (
        FrameReader(take) as reader,
        FilmWriter(path, 128, 72, F(30), None, gop_frames=30) as writer,
    ):
        for n in reversed(range(30)):
            writer.video(reader.frame(n))
            assert reader.frame(n).width == 192
    assert coded.read_film(path) == [(4, n) for n in reversed(range(30))]
    with av.open(str(path)) as container:
        assert sum(p.is_keyframe for p in container.demux(video=0) if p.size) < 6


def test_the_callers_frame_is_left_as_it_was(tmp_path):
    frame = av.VideoFrame.from_ndarray(coded.coded_frame(1, 1), format="rgb24")
    frame = frame.reformat(
        format="yuv420p", dst_colorspace=1, src_color_range=2, dst_color_range=1
    )
    frame.colorspace, frame.color_range = 1, 1
    frame.pts, frame.time_base = 77, F(1, 10)
    with FilmWriter(tmp_path / "a.mp4", 192, 108, F(24), None) as writer:
        writer.video(frame)
        writer.video(frame)
    assert (frame.pts, frame.time_base) == (77, F(1, 10))
    assert coded.read_film(tmp_path / "a.mp4") == [(1, 1)] * 2


@pytest.mark.parametrize("size", [(191, 108), (192, 107), (0, 0), (-2, 4)])
def test_odd_sizes_are_refused(tmp_path, size):
    with pytest.raises(OutputError, match="must be even") as caught:
        FilmWriter(tmp_path / "a.mp4", *size, F(24))
    assert "Choose" in caught.value.remedy
    assert not list(tmp_path.iterdir())


def test_an_error_leaves_nothing(tmp_path):
    with (
        pytest.raises(KeyboardInterrupt),
        FilmWriter(tmp_path / "a.mp4", 192, 108, F(24)) as writer,
    ):
        writer.video(coded.coded_frame(1, 1))
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_nothing_to_write(tmp_path):
    with (
        pytest.raises(OutputError, match="without pictures"),
        FilmWriter(tmp_path / "a.mp4", 192, 108, F(24)),
    ):
        pass
    assert not list(tmp_path.iterdir())


def test_bad_places_and_options(tmp_path):
    with pytest.raises(OutputError, match="does not exist"):
        FilmWriter(tmp_path / "no" / "a.mp4", 192, 108, F(24))
    with pytest.raises(OutputError, match="cannot be opened"):
        FilmWriter(tmp_path / "a.unknown", 192, 108, F(24))
    film(tmp_path / "a.mp4", 2, F(24))
    with pytest.raises(OutputError, match="exists already"):
        FilmWriter(tmp_path / "a.mp4", 192, 108, F(24))
    with (
        pytest.raises(OutputError, match="without sound"),
        FilmWriter(tmp_path / "b.mp4", 192, 108, F(24), None) as writer,
    ):
        writer.sound(np.zeros((10, 2), np.float32))
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize("shape", [(4801,), (4801, 1), (4801, 2)])
def test_sound_files_hold_24_bits(tmp_path, shape):
    samples = np.random.default_rng(1).uniform(-1.1, 1.1, shape).astype(np.float32)
    write_wav(tmp_path / "a.wav", samples, 44100)
    channels = 2 if shape[1:] == (2,) else 1
    heard = sound.read(tmp_path / "a.wav", 44100, channels)
    wanted = samples.reshape(4801, -1).clip(-1, 1)
    assert heard.shape == (4801, channels)
    assert np.abs(heard - wanted).max() <= 2**-23
    with pytest.raises(OutputError, match="exists already"):
        write_wav(tmp_path / "a.wav", samples, 44100)


def test_a_full_disk_is_said(tmp_path, monkeypatch):
    writer = FilmWriter(tmp_path / "a.mp4", 192, 108, F(24), None)

    class Full:
        def encode(self, frame):
            raise av.error.OSError(28, "No space left on device")

    writer._pictures._stream = Full()
    with pytest.raises(OutputError, match="No space left"), writer:
        writer.video(coded.coded_frame(1, 1))
    assert not list(tmp_path.iterdir())
