"""Memory that was freed, given back.

An encoder of large pictures frees a few hundred megabytes with each segment. glibc
keeps them for the thread that had them, and the next segment's threads are others.
"""

from __future__ import annotations

import ctypes
import sys

__all__ = ["give_back"]

_LINUX = sys.platform == "linux"


def give_back() -> None:
    """Return freed memory to the system; where its allocator has no way to, nothing."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if _LINUX else None
    if trim is not None:
        trim(0)
