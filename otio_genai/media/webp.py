"""Animated WebP, which FFmpeg cannot decode: a lossless copy in our cache.

The durations are read from the file's own chunks (WebP container specification,
``ANMF``: frame duration in milliseconds), the pictures from Pillow, and both go into
an FFV1/Matroska file whose clock counts milliseconds too. The original stays as it is.
"""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from PIL import Image

from otio_genai.media import containers, files, store

__all__ = ["durations_ms", "mezzanine"]

_LAYOUT = "webp-3"
# A frame of no duration stays up for this long, as in browsers.
_NO_DURATION_MS = 100


def durations_ms(path: Path) -> list[int]:
    """Return how long each picture of an animated WebP stays, in milliseconds.

    Raises
    ------
    MediaError
        The file ends inside a picture, or has none.
    """
    found: list[int] = []
    size = path.stat().st_size
    with path.open("rb") as stream:
        place = 12
        while place + 8 <= size:
            stream.seek(place)
            head = stream.read(24)
            length = int.from_bytes(head[4:8], "little")
            if head[:4] == b"ANMF":
                if place + 8 + length > size:
                    raise containers.damaged(
                        path, f"The file is cut short after {len(found)} frames."
                    )
                found.append(int.from_bytes(head[20:23], "little") or _NO_DURATION_MS)
            place += 8 + length + length % 2
    if not found:
        raise containers.damaged(path, "This animated WebP holds no picture.")
    return found


def mezzanine(path: Path) -> Path:
    """Return the lossless copy of an animated WebP, made on first use.

    Raises
    ------
    MediaError
        The file cannot be decoded.
    OutputError
        The cache cannot be written.
    """
    digest = hashlib.sha256(path.read_bytes())
    digest.update(_LAYOUT.encode())
    folder = store.cache_folder() / "mezzanine"
    folder.mkdir(exist_ok=True)
    copy = folder / f"{digest.hexdigest()}.mkv"
    if not copy.exists():
        with files.write_beside(copy, force=True) as beside:
            _write(path, beside, durations_ms(path))
    return copy


def _write(path: Path, target: Path, stays_ms: list[int]) -> None:
    starts_ms = [sum(stays_ms[:n]) for n in range(len(stays_ms))]
    stays = dict(zip(starts_ms, stays_ms, strict=True))
    with Image.open(path) as image, av.open(f"file:{target}", "w") as container:
        whole = Fraction(len(stays_ms) * 1000, sum(stays_ms)).limit_denominator(1000)
        stream = container.add_stream("ffv1", rate=whole)
        stream.width, stream.height = image.size
        stream.pix_fmt = "bgra" if image.mode == "RGBA" else "bgr0"
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, start_ms in enumerate(starts_ms):
            try:
                image.seek(number)
                picture = np.asarray(image.convert("RGBA"), dtype=np.uint8)
            except (OSError, EOFError, ValueError) as error:
                raise containers.damaged(
                    path, f"The file is damaged: only {number} frames can be read."
                ) from error
            frame = VideoFrame.from_ndarray(picture, format="rgba")
            frame.pts, frame.time_base = start_ms, Fraction(1, 1000)
            packets = stream.encode(frame.reformat(format=stream.pix_fmt))
            container.mux(_lasting(packets, stays))
        container.mux(_lasting(stream.encode(None), stays))


def _lasting(packets: list[Any], stays: dict[int, int]) -> list[Any]:
    # The encoder gives every packet the duration of one frame.
    for packet in packets:
        packet.duration = stays[packet.pts]
    return packets
