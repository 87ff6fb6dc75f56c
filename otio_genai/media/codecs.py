"""Which encoders and decoders this machine's PyAV was built with, and x264's traps."""

from __future__ import annotations

from typing import Any, Literal

import av
import numpy as np

__all__ = ["can_decode", "can_encode", "x264_steady"]


def can_encode(name: str) -> bool:
    """Tell whether FFmpeg's encoder ``name`` (``"libx264"``, ``"aac"``) is there."""
    return _has(name, "w")


def can_decode(name: str) -> bool:
    """Tell whether FFmpeg's decoder ``name`` is there."""
    return _has(name, "r")


def x264_steady() -> dict[str, str]:
    """Return the options with which x264 gives the same bytes for the same pictures.

    On processors with AVX-512 its macroblock tree does not: measured, one thread, the
    same 60 pictures encoded six times gave two different streams. With AVX2 code at
    most, or without that tree, they were always alike.
    """
    found: Any = np.show_config(mode="dicts")
    features = found.get("SIMD Extensions", {}).get("found", [])
    wide = any(name.startswith(("AVX512", "X86_V4")) for name in features)
    return {"x264-params": "asm=avx2"} if wide else {}


def _has(name: str, mode: Literal["r", "w"]) -> bool:
    try:
        av.codec.Codec(name, mode)
    except ValueError:
        # PyAV's UnknownCodecError is one.
        return False
    return True
