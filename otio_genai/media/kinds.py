"""What a file is, by its first bytes: a still, an animated WebP, or a stream.

Names are not asked: downloads carry wrong suffixes.
"""

from __future__ import annotations

import enum
from pathlib import Path

__all__ = ["Kind", "kind"]

_HEAD_BYTES = 1 << 16


class Kind(enum.Enum):
    """Which of the three decoders a file goes to."""

    STILL = "still"
    WEBP = "animated WebP"
    STREAM = "stream"


def kind(path: Path) -> Kind:
    """Return what ``path`` holds, judged by its signature.

    PNG and WebP are told apart by their animation chunks (``acTL`` before ``IDAT``;
    the animation bit of ``VP8X``, 0x02, in the WebP container specification).
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        animated = b"acTL" in head.partition(b"IDAT")[0]
        return Kind.STREAM if animated else Kind.STILL
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        animated = head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 2)
        return Kind.WEBP if animated else Kind.STILL
    stills = (b"\xff\xd8\xff", b"BM", b"II*\0", b"MM\0*")
    if head.startswith(stills):
        return Kind.STILL
    avif = head[4:12] in (b"ftypavif", b"ftypheic", b"ftypmif1")
    return Kind.STILL if avif else Kind.STREAM
