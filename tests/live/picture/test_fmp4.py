"""Fragmented MP4, taken apart by a reader of our own and by FFmpeg's."""

import io
import struct
from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.errors import LiveError
from otio_genai.live.picture import Format, fmp4
from otio_genai.live.picture.packets import is_key
from tests.live.picture.watching import pictures, read, stream

INSIDE = {
    b"moov",
    b"trak",
    b"mdia",
    b"minf",
    b"stbl",
    b"mvex",
    b"moof",
    b"traf",
    b"dinf",
}
NTSC = Fraction(24_000, 1001)


def boxes(data, start=0, stop=None):
    """[(type, offset, body or boxes)] of a file, which must be filled by them."""
    found, stop = [], len(data) if stop is None else stop
    while start < stop:
        size, kind = struct.unpack_from(">I4s", data, start)
        assert 8 <= size <= stop - start, kind
        inner = data[start + 8 : start + size]
        if kind in INSIDE:
            inner = boxes(data, start + 8, start + size)
        found.append((kind, start, inner))
        start += size
    assert start == stop
    return found


def at(found, *path):
    """The one box of a path."""
    for kind in path:
        (found,) = [body for name, _, body in found if name == kind]
    return found


@settings(max_examples=30)
@given(
    st.lists(st.binary(min_size=5, max_size=40), min_size=1, max_size=20),
    st.integers(0, 1 << 40),
    st.integers(1, 1 << 31),
    st.data(),
)
def test_a_segment_says_where_each_sample_lies(samples, time, number, data):
    keys = data.draw(
        st.lists(st.booleans(), min_size=len(samples), max_size=len(samples))
    )
    buffers = fmp4.segment(fmp4.VIDEO, number, time, samples, 1001, keys)
    assert all(a is b for a, b in zip(buffers[1:], samples, strict=True))
    whole = b"".join(buffers)
    found = boxes(whole)
    assert [kind for kind, _, _ in found] == [b"styp", b"moof", b"mdat"]
    assert at(found, b"styp") == b"msdh\0\0\0\0msdhcmfs"
    assert at(found, b"moof", b"mfhd") == struct.pack(">II", 0, number)
    traf = at(found, b"moof", b"traf")
    assert at(traf, b"tfhd") == struct.pack(">IIII", 0x020028, 1, 1001, 0x01010000)
    assert at(traf, b"tfdt") == struct.pack(">IQ", 1 << 24, time)
    flags, count, offset = struct.unpack_from(">IIi", at(traf, b"trun"))
    assert (flags, count) == (0x601, len(samples))
    rows = struct.iter_unpack(">II", at(traf, b"trun")[12:])
    place = found[1][1] + offset
    for sample, key, (size, told) in zip(samples, keys, rows, strict=True):
        assert whole[place : place + size] == sample
        assert told == (0x02000000 if key else 0x01010000)
        place += size
    assert place == len(whole)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.binary(max_size=9), st.integers(1, 9)), min_size=1))
def test_sound_may_last_as_each_frame_says(rows):
    samples, lasting = zip(*rows, strict=True)
    whole = b"".join(fmp4.segment(fmp4.AUDIO, 1, 7, samples, lasting))
    run = at(boxes(whole), b"moof", b"traf", b"trun")
    assert struct.unpack_from(">II", run) == (0x301, len(samples))
    told = list(struct.iter_unpack(">II", run[12:]))
    assert told == [(d, len(s)) for s, d in rows]


@pytest.mark.parametrize("rate", [24, 25, 30, NTSC, Fraction(500, 31), 60], ids=str)
def test_frames_are_whole_ticks(rate):
    form = Format((192, 108), Fraction(rate))
    assert Fraction(form.timescale, form.ticks) == rate
    assert 10_000 <= form.timescale < 1 << 31
    # Every in-point of the usual grid is a keyframe.
    assert max(1, round(Fraction(rate) / 2)) % form.gop_frames == 0


def test_the_beginning_of_a_stream_of_pictures():
    form = Format((192, 108), NTSC)
    found = boxes(fmp4.video_init(form, b"avcc!"))
    assert at(found, b"ftyp") == b"iso6\0\0\0\0iso6cmfcmp41dash"
    media = at(found, b"moov", b"trak", b"mdia")
    assert struct.unpack_from(">I", at(media, b"mdhd"), 12) == (24_000,)
    entry = at(media, b"minf", b"stbl", b"stsd")[8:]
    assert entry[4:8] == b"avc1"
    assert struct.unpack_from(">HH", entry, 32) == (192, 108)
    inner = boxes(entry, 86)
    assert at(inner, b"avcC") == b"avcc!"
    assert at(inner, b"colr") == b"nclx\0\1\0\1\0\1\0"
    assert at(found, b"moov", b"mvex", b"trex")[4:12] == struct.pack(">II", 1, 1)


def test_ffmpeg_reads_the_pictures(shows):
    _, mezzanines = shows()
    made = mezzanines.of(2, 1, 12)
    rows = [(0, made.samples(12, 36)), (24, made.samples(48, 53))]
    found = pictures(stream(mezzanines, rows), mezzanines.form)
    wanted = [(21, n) for n in [*range(12, 36), *range(48, 53)]]
    assert [read(picture) for picture in found] == wanted
    with av.open(io.BytesIO(stream(mezzanines, rows))) as container:
        track = container.streams.video[0]
        context = track.codec_context
        assert (context.profile, track.average_rate) == ("High", 24)
        assert (context.colorspace, context.color_range) == (1, 1)
        assert fmp4.video_codec(mezzanines.avcc) == "avc1.64001f"
        packets = [p for p in container.demux(track) if p.size]
        assert [p.is_keyframe for p in packets] == [
            is_key(s) for _, samples in rows for s in samples
        ]


def test_ffmpeg_reads_the_sound():
    encoder = av.CodecContext.create("aac", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "fltp"
    encoder.time_base = Fraction(1, 48_000)
    frames = []
    for n in range(20):
        wave = np.sin(np.arange(n * 1024, n * 1024 + 1024) / 10).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(np.stack([wave] * 2) / 2, "fltp", "stereo")
        frame.sample_rate, frame.pts = 48_000, n * 1024
        frames += [bytes(packet) for packet in encoder.encode(frame)]
    told = bytes(encoder.extradata)
    data = fmp4.audio_init(told)
    for number, first in enumerate(range(0, len(frames), 7), 1):
        part = frames[first : first + 7]
        start = first * fmp4.AUDIO_TICKS
        data += b"".join(
            fmp4.segment(fmp4.AUDIO, number, start, part, fmp4.AUDIO_TICKS)
        )
    assert fmp4.audio_codec(told) == "mp4a.40.2"
    with av.open(io.BytesIO(data)) as container:
        track = container.streams.audio[0]
        assert (track.rate, track.channels) == (48_000, 2)
        decoded = list(container.decode(track))
    assert [f.pts for f in decoded] == [n * 1024 for n in range(len(frames))]
    heard = np.concatenate([f.to_ndarray()[0] for f in decoded])
    assert 0.3 < np.sqrt(np.mean(heard[4096:-1024] ** 2)) < 0.4


@pytest.mark.parametrize("size", [(191, 108), (0, 108), (20_000, 20_000)], ids=str)
def test_impossible_pictures_are_refused(size):
    with pytest.raises(LiveError) as told:
        Format(size, Fraction(24))
    assert told.value.remedy
