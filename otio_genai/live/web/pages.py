"""The files of the pages."""

from __future__ import annotations

from functools import cache
from importlib import resources

from aiohttp import web

__all__ = ["page"]

_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}


@cache
def _file(name: str) -> bytes:
    found = resources.files("otio_genai.live.web").joinpath("player", name)
    return found.read_bytes()


def page(name: str) -> web.Response:
    """Return an answer that is a file."""
    kind = _TYPES[name.rpartition(".")[2]]
    return web.Response(body=_file(name), content_type=kind, charset="utf-8")
