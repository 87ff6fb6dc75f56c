"""Fragmented MP4 as players of the web take it, from samples and nothing else.

Conventions
    ISO/IEC 14496-12 and 14496-14/15; one track a stream. The clock of pictures is
    `Format.timescale`, that of sound its sample rate, 1024 samples a frame; both begin
    at record frame 0. What is written comes as a list of buffers, the samples as they
    were given: joining them would copy what a hundred viewers share.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from otio_genai.live.picture.format import Format
from otio_genai.live.picture.packets import is_key

__all__ = [
    "AUDIO",
    "AUDIO_RATE",
    "AUDIO_TICKS",
    "VIDEO",
    "audio_codec",
    "audio_init",
    "segment",
    "video_codec",
    "video_init",
]

#: Track numbers.
VIDEO, AUDIO = 1, 2

#: Ticks per second of sound, and of one AAC frame.
AUDIO_RATE, AUDIO_TICKS = 48_000, 1024

_KEY, _OTHER = 0x02000000, 0x01010000
_MATRIX = struct.pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
# BT.709 throughout, limited range.
_NCLX = b"nclx" + struct.pack(">HHHB", 1, 1, 1, 0)
_UNDETERMINED = 0x55C4
_OBJECT_AAC, _STREAM_AUDIO = 0x40, 0x15


def video_init(form: Format, avcc: bytes) -> bytes:
    """Return the beginning of a stream of pictures.

    Parameters
    ----------
    form
        Its size and clock.
    avcc
        What the decoder must know.
    """
    wide, high = form.size
    entry = _box(
        b"avc1",
        bytes(6) + struct.pack(">H", 1) + bytes(16),
        struct.pack(">HHIII", wide, high, 0x480000, 0x480000, 0),
        struct.pack(">H32sHh", 1, b"", 24, -1),
        _box(b"avcC", avcc),
        _box(b"colr", _NCLX),
        _box(b"pasp", struct.pack(">II", 1, 1)),
    )
    header = _full(b"vmhd", 0, 1, bytes(8))
    return _init(VIDEO, form.timescale, b"vide", header, entry, form.size)


def audio_init(extradata: bytes, *, rate: int = AUDIO_RATE, channels: int = 2) -> bytes:
    """Return the beginning of a stream of sound.

    Parameters
    ----------
    extradata
        The encoder's AudioSpecificConfig.
    rate
        Samples per second.
    channels
        How many.
    """
    entry = _box(
        b"mp4a",
        bytes(6) + struct.pack(">H", 1) + bytes(8),
        struct.pack(">HHII", channels, 16, 0, rate << 16),
        _full(b"esds", 0, 0, _descriptors(extradata)),
    )
    return _init(AUDIO, rate, b"soun", _full(b"smhd", 0, 0, bytes(4)), entry, (0, 0))


def video_codec(avcc: bytes) -> str:
    """Return what the web calls these pictures (RFC 6381): ``avc1.64001f``."""
    return f"avc1.{avcc[1:4].hex()}"


def audio_codec(extradata: bytes) -> str:
    """Return what the web calls this sound: ``mp4a.40.2``."""
    return f"mp4a.40.{extradata[0] >> 3}"


def segment(
    track: int,
    number: int,
    decode_time: int,
    samples: Sequence[bytes | memoryview],
    durations: int | Sequence[int],
    keys: Sequence[bool] | None = None,
) -> list[bytes | memoryview]:
    """Return one segment as buffers to be sent one after the other.

    Parameters
    ----------
    track
        `VIDEO` or `AUDIO`.
    number
        Counts the track's segments, from 1.
    decode_time
        Ticks from the stream's start to its first sample.
    samples
        At least one.
    durations
        Ticks of every sample, or of each.
    keys
        Which pictures can be decoded alone; looked up in them by default.
    """
    several = not isinstance(durations, int)
    flags = (
        0x000201 | (0x000100 if several else 0) | (0x000400 if track == VIDEO else 0)
    )
    lasting = list(durations) if not isinstance(durations, int) else []
    if track == VIDEO and keys is None:
        keys = [is_key(sample) for sample in samples]
    rows = bytearray()
    for n, sample in enumerate(samples):
        if several:
            rows += struct.pack(">I", lasting[n])
        rows += struct.pack(">I", len(sample))
        if track == VIDEO and keys is not None:
            rows += struct.pack(">I", _KEY if keys[n] else _OTHER)
    usual = lasting[0] if not isinstance(durations, int) else durations
    ordinary = _OTHER if track == VIDEO else _KEY
    # Base is the moof itself; duration and flags that samples have by default.
    head = _full(b"tfhd", 0, 0x020028, struct.pack(">III", track, usual, ordinary))
    time = _full(b"tfdt", 1, 0, struct.pack(">Q", decode_time))

    def moof(data_offset: int) -> bytes:
        run = struct.pack(">Ii", len(samples), data_offset) + bytes(rows)
        traf = _box(b"traf", head, time, _full(b"trun", 0, flags, run))
        return _box(b"moof", _full(b"mfhd", 0, 0, struct.pack(">I", number)), traf)

    front = moof(len(moof(0)) + 8)
    size = sum(map(len, samples))
    mdat = struct.pack(">I4s", 8 + size, b"mdat")
    kind = _box(b"styp", b"msdh" + bytes(4) + b"msdhcmfs")
    return [kind + front + mdat, *samples]


def _init(
    track: int,
    timescale: int,
    handler: bytes,
    header: bytes,
    entry: bytes,
    size: tuple[int, int],
) -> bytes:
    volume = 0x0100 if handler == b"soun" else 0
    tkhd = struct.pack(">IIIII", 0, 0, track, 0, 0) + bytes(8)
    tkhd += struct.pack(">HHHH", 0, 0, volume, 0) + _MATRIX
    tkhd += struct.pack(">II", size[0] << 16, size[1] << 16)
    empty = [_full(kind, 0, 0, bytes(4)) for kind in (b"stts", b"stsc", b"stco")]
    tables = _box(
        b"stbl",
        _full(b"stsd", 0, 0, struct.pack(">I", 1) + entry),
        *empty,
        _full(b"stsz", 0, 0, bytes(8)),
    )
    data = _box(
        b"dinf",
        _full(b"dref", 0, 0, struct.pack(">I", 1) + _full(b"url ", 0, 1, b"")),
    )
    media = _box(
        b"mdia",
        _full(
            b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, timescale, 0, _UNDETERMINED, 0)
        ),
        _full(b"hdlr", 0, 0, bytes(4) + handler + bytes(12) + b"\0"),
        _box(b"minf", header, data, tables),
    )
    mvhd = struct.pack(">IIIII", 0, 0, timescale, 0, 1 << 16)
    mvhd += struct.pack(">H", 0x0100) + bytes(10) + _MATRIX + bytes(24)
    mvhd += struct.pack(">I", track + 1)
    trex = _full(b"trex", 0, 0, struct.pack(">IIIII", track, 1, 0, 0, 0))
    kind = _box(b"ftyp", b"iso6" + bytes(4) + b"iso6cmfcmp41dash")
    return kind + _box(
        b"moov",
        _full(b"mvhd", 0, 0, mvhd),
        _box(b"trak", _full(b"tkhd", 0, 7, tkhd), media),
        _box(b"mvex", trex),
    )


def _descriptors(extradata: bytes) -> bytes:
    """Return an ES descriptor with a decoder's configuration (ISO/IEC 14496-1)."""
    specific = _descriptor(5, extradata)
    stream = struct.pack(">BB3sII", _OBJECT_AAC, _STREAM_AUDIO, bytes(3), 0, 0)
    decoder = _descriptor(4, stream + specific)
    return _descriptor(
        3, struct.pack(">HB", AUDIO, 0) + decoder + _descriptor(6, b"\2")
    )


def _descriptor(tag: int, body: bytes) -> bytes:
    return bytes((tag, 0x80, 0x80, 0x80, len(body))) + body


def _full(kind: bytes, version: int, flags: int, body: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), body)


def _box(kind: bytes, *parts: bytes) -> bytes:
    return struct.pack(">I4s", 8 + sum(map(len, parts)), kind) + b"".join(parts)
