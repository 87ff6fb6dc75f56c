"""The same pieces for players that come for them by themselves.

Conventions
    ``/film.m3u8`` lets a viewer in and names his lists, which nobody can guess; they
    are those of one film. What was destroyed is 410, what is not there yet 404. A list
    is not given before it names enough pieces to be played without a stall.
"""

from __future__ import annotations

import re

from aiohttp import web

from otio_genai.errors import LiveError
from otio_genai.live.pieces import Shelf
from otio_genai.live.screening import Screening
from otio_genai.live.web import guard, lists
from otio_genai.live.web.keys import CLOCK, HALL, OPENING

__all__ = ["PACES", "film", "piece"]

_LIST = "application/vnd.apple.mpegurl"
_TYPES = {"video": "video/mp4", "audio": "audio/mp4"}
_WAIT_S = 15.0
_PIECE = re.compile(r"([va])(0|[1-9][0-9]{0,8})\.m4s")
_REQUESTS = 120

#: How quickly each viewer comes.
PACES: web.AppKey[dict[str, guard.Pace]] = web.AppKey("paces")


async def film(request: web.Request) -> web.Response:
    """Let a viewer in and say where his lists are."""
    guard.ensure_same_origin(request)
    try:
        viewer, _ = request.app[HALL].enter(request.remote or "", pushed=False)
    except LiveError as error:
        raise web.HTTPServiceUnavailable(text=f"{error}\n") from error
    text = lists.master(request.app[OPENING], f"hls/{viewer.name}")
    return web.Response(text=text, content_type=_LIST)


async def piece(request: web.Request) -> web.Response:
    """Give a viewer a list, or a piece that it names."""
    guard.ensure_same_origin(request)
    name = request.match_info["name"]
    found = request.app[HALL].seat(name)
    if found is None or found[0].pushed:
        raise web.HTTPNotFound
    viewer, screening = found
    paces = request.app[PACES]
    if name not in paces:
        for gone in [one for one in paces if not request.app[HALL].holds(one)]:
            del paces[gone]
        paces[name] = guard.Pace(_REQUESTS, request.app[CLOCK])
    if not paces[name].kept():
        raise web.HTTPTooManyRequests
    if screening.number > viewer.film:
        raise web.HTTPGone
    return await _asked(request, screening, viewer.film)


async def _asked(
    request: web.Request, screening: Screening, number: int
) -> web.Response:
    file = request.match_info["file"]
    opening = request.app[OPENING]
    if file in ("video.mp4", "audio.mp4"):
        kind = file[:5]
        body = opening.video if kind == "video" else opening.audio
        return web.Response(body=body, content_type=_TYPES[kind])
    if file in ("video.m3u8", "audio.m3u8"):
        return await _list(screening, number, file[:5])
    match = _PIECE.fullmatch(file)
    if match is None:
        raise web.HTTPNotFound
    kind = "video" if match[1] == "v" else "audio"
    shelf = _shelf(screening, kind)
    there = shelf.get(int(match[2])) if screening.number == number else None
    if there is None:
        raise web.HTTPGone if shelf.gone(int(match[2])) else web.HTTPNotFound
    return web.Response(body=there.joined(), content_type=_TYPES[kind])


async def _list(screening: Screening, number: int, kind: str) -> web.Response:
    def enough() -> bool:
        shelf = _shelf(screening, kind)
        plenty = len(shelf) >= lists.LEAST_PIECES or shelf.ended
        return screening.number > number or (screening.number == number and plenty)

    await screening.news(_WAIT_S, enough)
    if screening.number != number:
        raise web.HTTPGone if screening.number > number else web.HTTPNotFound
    shelf = _shelf(screening, kind)
    text = lists.media(shelf.listed(), kind, ended=shelf.ended)
    return web.Response(text=text, content_type=_LIST)


def _shelf(screening: Screening, kind: str) -> Shelf:
    return screening.video if kind == "video" else screening.audio
