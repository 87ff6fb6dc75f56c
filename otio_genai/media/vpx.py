"""The alpha that VP8 and VP9 carry beside their pictures, in Matroska and WebM.

FFmpeg's own decoders leave it out; libvpx gives it. Files say that they have it by the
stream tag ``alpha_mode`` (WebM container guidelines, AlphaMode).
"""

from __future__ import annotations

from typing import Any

import av

__all__ = ["carries_alpha", "decoder"]

_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


def carries_alpha(stream: Any) -> bool:
    """Tell whether a video stream's pictures have alpha that we can decode."""
    tags = {key.lower(): value for key, value in stream.metadata.items()}
    codec = _DECODERS.get(stream.codec_context.codec.canonical_name)
    return tags.get("alpha_mode") == "1" and codec in av.codecs_available


def decoder(stream: Any) -> Any:
    """Return what decodes a stream's packets with their alpha; None if there is none.

    A decoder of its own, which must be drained by decoding None.
    """
    if not carries_alpha(stream):
        return None
    name = _DECODERS[stream.codec_context.codec.canonical_name]
    return av.CodecContext.create(name, "r")
