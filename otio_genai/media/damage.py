"""Which pictures of a damaged H.264 or HEVC file can still be read.

In MP4, MOV and Matroska a packet is a row of units, each led by its length (ISO/IEC
14496-15, 5.3.3 and 8.3.3). Bytes that were overwritten, as by a failing disk or a
broken download, nearly always break the row: that is told without decoding. Decoders
conceal such damage, and what they make up looks like a picture.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import av

from otio_genai.media import containers

__all__ = ["intact", "is_row", "is_whole", "length_bytes"]

_CONFIGURED = 1
# Where the decoder's configuration says how long a length is, by codec.
_PLACES = {"h264": 4, "hevc": 21}


def length_bytes(stream: Any) -> int:
    """Return how many bytes lead each unit; 0 where packets are no such rows."""
    context = stream.codec_context
    place, head = _PLACES.get(context.name), context.extradata or b""
    if place is None or len(head) <= place or head[0] != _CONFIGURED:
        return 0
    return (int(head[place]) & 3) + 1


def is_row(packet: bytes | memoryview, led_by: int) -> bool:
    """Tell whether units of whole lengths fill a packet, none with its first bit set.

    Examples
    --------
    >>> is_row(bytes([0, 0, 0, 2, 0x65, 0x88]), 4)
    True
    >>> is_row(bytes([0, 0, 0, 3, 0x65, 0x88]), 4)
    False
    """
    place, end = 0, len(packet)
    while place + led_by < end:
        length = int.from_bytes(packet[place : place + led_by], "big")
        # The first bit of a unit is forbidden_zero_bit.
        if not length or packet[place + led_by] & 0x80:
            return False
        place += led_by + length
    return place == end


def is_whole(packet: Any, led_by: int) -> bool:
    """Tell whether a packet led by lengths is a row; others are not looked into."""
    return not led_by or is_row(memoryview(packet), led_by)


def intact(file: Path) -> set[int]:
    """Return the timestamps of the pictures that damage has not reached.

    What is destroyed spoils all that is decoded after it, up to the next keyframe, and
    what is shown before that keyframe.

    Raises
    ------
    MediaError
        The file cannot be opened.
    """
    lost: set[int] = set()
    seen: set[int] = set()
    with containers.opened(file) as container:
        stream = containers.video(container)
        # One thread, and nothing concealed: so an error belongs to its packet.
        stream.thread_type, stream.codec_context.thread_count = "NONE", 1
        stream.codec_context.options = {"err_detect": "explode"}
        led_by, spoilt, since, before = length_bytes(stream), False, None, None
        for packet in containers.packets(container, stream):
            good = is_whole(packet, led_by)
            # Given what is destroyed, a decoder withholds good pictures as well.
            if good and (packet.is_keyframe or not spoilt):
                try:
                    seen.update(frame.pts for frame in packet.decode())
                except av.error.FFmpegError:
                    good = False
            if packet.is_keyframe and good:
                since, spoilt = (packet.pts if spoilt else None), False
            if not good and before is not None:
                # Damage begins in the midst of a packet whose lengths it spares.
                lost.add(before)
            before = packet.pts
            spoilt = spoilt or not good
            if spoilt or (since is not None and packet.pts < since):
                lost.add(packet.pts)
        with contextlib.suppress(av.error.FFmpegError):
            seen.update(frame.pts for frame in stream.decode(None))
    return seen - lost
