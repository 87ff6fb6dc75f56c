"""Small pictures of takes, for the desk."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict

from PIL import Image

from otio_genai.errors import GenaiError
from otio_genai.field.model import Option
from otio_genai.media import locate
from otio_genai.media.frames import FrameReader

__all__ = ["Thumbs"]

_WIDE = 320
_MOST = 400
_QUALITY = 80


class Thumbs:
    """Makes each picture once, and keeps the ones asked for last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes | None] = OrderedDict()
        # One at a time: decoding must not take the time of those who serve.
        self._lock = threading.Lock()

    def of(self, option: Option) -> bytes | None:
        """Return a JPEG of a take; None if it cannot be read."""
        with self._lock:
            key = option.content
            if key not in self._kept:
                self._kept[key] = _picture(option)
                while len(self._kept) > _MOST:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]


def _picture(option: Option) -> bytes | None:
    try:
        with FrameReader(locate.path(option.clip.media_reference)) as reader:
            rgb = reader.rgb(reader.frames // 3)
    except (GenaiError, OSError):
        return None
    image = Image.fromarray(rgb)
    image.thumbnail((_WIDE, _WIDE))
    written = io.BytesIO()
    image.convert("RGB").save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()
