"""Opening containers: every failure becomes a sentence about the file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer

from otio_genai.errors import MediaError

__all__ = [
    "damaged",
    "existing",
    "is_torn",
    "no_streams",
    "open_input",
    "opened",
    "packets",
    "sound",
    "video",
]

_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
_ISO_MARKS = (b"ftyp", b"moov", b"mdat", b"wide", b"free")


def existing(path: str | os.PathLike[str]) -> Path:
    """Return the path of a file that is there and has bytes in it.

    Raises
    ------
    MediaError
        It is missing, a folder, empty, or may not be read.
    """
    file = Path(path)
    if not file.exists():
        raise MediaError(
            "The file is not there.", place=str(file), remedy="Relink or restore it."
        )
    if file.is_dir():
        raise MediaError(
            "This is a folder, not a file.",
            place=str(file),
            remedy="Name one of the files in it.",
        )
    try:
        empty = file.stat().st_size == 0
        file.open("rb").close()
    except OSError as error:
        raise MediaError(
            f"The file may not be read ({error.strerror}).",
            place=str(file),
            remedy="Change its permissions.",
        ) from error
    if empty:
        raise _unreadable(file, "The file is empty.")
    return file


def _unreadable(file: Path, sentence: str) -> MediaError:
    return MediaError(
        sentence, place=str(file), remedy="Download or generate it again."
    )


def no_streams(path: Path) -> MediaError:
    """Return the error for a file in which there is nothing to see or hear."""
    return _unreadable(path, "The file holds no picture and no sound.")


def damaged(path: Path, sentence: str) -> MediaError:
    """Return the error for a file of which too little can be read."""
    return _unreadable(path, sentence)


def open_input(
    path: str | os.PathLike[str], options: Mapping[str, str] | None = None
) -> InputContainer:
    """Open a file with options of FFmpeg's; the caller closes it.

    Raises
    ------
    MediaError
        It cannot be opened, with the reason in words.
    """
    file = existing(path)
    try:
        # "file:" keeps names with a colon from being taken for a protocol, and
        # foreign bytes in a tag must not make a film unreadable.
        return av.open(
            f"file:{file.absolute()}",
            "r",
            options=dict(options or {}),
            metadata_errors="replace",
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise _unreadable(file, _reason(file, error)) from error


def undecoded(file: Path) -> dict[str, str]:
    """Return the options with which a file is opened without decoding any of it.

    FFmpeg looks at a picture of every stream, which at 1080p is nine tenths of the
    time that opening takes. ISO files and Matroska say all that is needed before; of
    other formats nothing is left out.
    """
    with file.open("rb") as stream:
        head = stream.read(8)
    told = head[4:8] in _ISO_MARKS or head.startswith(_EBML)
    return {"skip_frame": "all"} if told else {}


@contextmanager
def opened(
    path: str | os.PathLike[str], options: Mapping[str, str] | None = None
) -> Iterator[InputContainer]:
    """Open a file for the length of a block; see `open_input`."""
    container = open_input(path, options)
    try:
        yield container
    finally:
        container.close()


def _reason(file: Path, error: Exception) -> str:
    with file.open("rb") as stream:
        head = stream.read(4096)
    if head[4:8] in _ISO_MARKS and not _has_moov(file):
        return "The file is cut short: the index (moov) is missing."
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "The file is cut short: there is no sound after its header."
    if head.startswith(_EBML):
        return "The file is cut short: its tracks are missing."
    if not head.strip(b"\0"):
        return "The file holds nothing but zeros."
    if _is_text(head):
        return "The file is text, not media."
    detail = getattr(error, "strerror", None) or str(error)
    return f"The file is no media that can be read ({detail})."


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(mark.isprintable() or mark in "\r\n\t" for mark in text)


def _has_moov(file: Path) -> bool:
    size = file.stat().st_size
    place = 0
    with file.open("rb") as stream:
        while place + 8 <= size:
            stream.seek(place)
            head = stream.read(16)
            length = int.from_bytes(head[:4], "big")
            if head[4:8] == b"moov":
                return place + length <= size
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            if length < 8:
                return False
            place += length
    return False


def is_torn(file: Path) -> bool:
    """Tell whether the file is shorter than its own first bytes say.

    RIFF states its size at byte 4; Matroska that of its segment (RFC 8794 sizes, all
    ones when unknown); a GIF ends with the byte 0x3B. Of ISO files the sample index
    is asked instead, elsewhere.
    """
    size = file.stat().st_size
    with file.open("rb") as stream:
        head = stream.read(4096)
        stream.seek(max(0, size - 64))
        tail = stream.read()
    if head[:4] == b"RIFF":
        stated = int.from_bytes(head[4:8], "little")
        # Writers that could not seek back leave all ones or nothing there.
        return 0 < stated < 0xFFFF_FFFF - 8 and stated + 8 > size + 1
    if head[:3] == b"GIF":
        # Some writers leave the end mark out after a whole picture, which ends in 0.
        return not tail.endswith(b"\0") and not tail.endswith(b";")
    place = head.find(_SEGMENT)
    if not head.startswith(_EBML) or not 0 <= place < len(head) - 12:
        return False
    length = 9 - head[place + 4].bit_length()
    field = int.from_bytes(head[place + 4 : place + 4 + length], "big")
    ones = (1 << 7 * length) - 1
    return field & ones != ones and place + 4 + length + (field & ones) > size


def video(container: InputContainer) -> Any:
    """Return the first stream of moving pictures, not a cover image; or None."""
    for stream in container.streams.video:
        cover = av.stream.Disposition.attached_pic
        if not stream.disposition & cover and stream.codec_context is not None:
            return stream
    return None


def sound(container: InputContainer) -> Any:
    """Return the sound stream that a player takes: the default one, else the first.

    Streams without a decoder are left out; None if there is no other.
    """
    streams = [
        stream
        for stream in container.streams.audio
        if stream.codec_context is not None and stream.codec_context.sample_rate
    ]
    default = av.stream.Disposition.default
    flagged = (stream for stream in streams if stream.disposition & default)
    return next(flagged, streams[0] if streams else None)


def has_sound(path: Path) -> bool:
    """Tell whether a file has a sound stream that can be decoded.

    Raises
    ------
    MediaError
        The file cannot be opened.
    """
    with opened(path, undecoded(path)) as container:
        return sound(container) is not None


def packets(container: InputContainer, stream: Any) -> Iterator[Any]:
    """Yield the packets of a stream that hold data; a read error ends them."""
    source = container.demux(stream)
    while True:
        try:
            packet = next(source)
        except (StopIteration, av.error.FFmpegError):
            return
        if packet.size:
            yield packet
