"""Reading and writing long timelines without stopping to look for garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["kept"]


@contextmanager
def kept() -> Iterator[None]:
    """Put off Python's cyclic collector; also a decorator.

    Everything made while a document is read or written stays until the end: looking
    through all of it again and again makes ten times the clips cost fifteen times as
    much.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
