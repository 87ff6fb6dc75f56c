"""Which encoders and decoders this machine's PyAV was built with."""

from __future__ import annotations

from typing import Literal

import av

__all__ = ["can_decode", "can_encode"]


def can_encode(name: str) -> bool:
    """Tell whether FFmpeg's encoder ``name`` (``"libx264"``, ``"aac"``) is there."""
    return _has(name, "w")


def can_decode(name: str) -> bool:
    """Tell whether FFmpeg's decoder ``name`` is there."""
    return _has(name, "r")


def _has(name: str, mode: Literal["r", "w"]) -> bool:
    try:
        av.codec.Codec(name, mode)
    except ValueError:
        # PyAV's UnknownCodecError is one.
        return False
    return True
