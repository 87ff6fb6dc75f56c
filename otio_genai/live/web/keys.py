"""What handlers find in the application."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from otio_genai.live.hall import Hall
from otio_genai.live.web.lists import Opening

__all__ = ["CLOCK", "HALL", "OPENING"]

HALL: web.AppKey[Hall] = web.AppKey("hall", Hall)
OPENING: web.AppKey[Opening] = web.AppKey("opening", Opening)
CLOCK: web.AppKey[Callable[[], float]] = web.AppKey("clock")
