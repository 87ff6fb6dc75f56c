"""The artist's desk: what plays, what may come, and what is to be otherwise.

Conventions
    It opens with a token only, and on this computer only unless told otherwise. One
    WebSocket a desk: we send its state several times a second; it sends commands,
    ``{"do": …}``, and hears ``{"fault": …}`` when one cannot be.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from typing import Any, Protocol

from aiohttp import WSMsgType, web

from otio_genai.errors import GenaiError
from otio_genai.live.web import guard
from otio_genai.live.web.keys import CLOCK, HALL
from otio_genai.live.web.pages import page

__all__ = ["Steered", "add"]

_EVERY_S = 0.4
_BEAT_S = 15.0
_LONGEST = 4096
_COMMANDS = 300
_PAGES = {"/desk/desk.css": "desk.css", "/desk/desk.js": "desk.js"}


class Steered(Protocol):
    """What a desk shows and steers; its methods are called in threads."""

    def field_state(self) -> dict[str, Any]:
        """Return the slots and takes, and what is asked of them."""

    def state(self, hall: Any) -> dict[str, Any]:
        """Return what plays, what may come, and how the show fares."""

    def ask(self, message: Mapping[str, Any], hall: Any) -> None:
        """Do what the desk asks for; LiveError or FieldError where it cannot be."""

    def picture(self, slot: int, option: int) -> bytes | None:
        """Return a small JPEG of a take; None if there is none."""


HOUSE: web.AppKey[Steered] = web.AppKey("house")
TOKEN: web.AppKey[str] = web.AppKey("token", str)
ANYWHERE: web.AppKey[bool] = web.AppKey("anywhere", bool)


def add(
    app: web.Application, house: Steered, token: str, *, from_anywhere: bool
) -> None:
    """Add the desk to an application."""
    app[HOUSE], app[TOKEN], app[ANYWHERE] = house, token, from_anywhere
    app.router.add_get("/desk", _desk)
    for address, name in _PAGES.items():
        app.router.add_get(address, _guarded(name))
    app.router.add_get("/desk/live", _live)
    app.router.add_get(r"/desk/take/{slot:\d{1,5}}/{option:\d{1,5}}.jpg", _picture)


def _ensure_allowed(request: web.Request) -> None:
    if not request.app[ANYWHERE] and not guard.at_home(request):
        raise web.HTTPForbidden(text="The desk opens on its own computer only.\n")
    if not guard.knows(request, request.app[TOKEN], _cookie(request)):
        raise web.HTTPForbidden(text="The desk opens with its token only.\n")


def _cookie(request: web.Request) -> str:
    return guard.COOKIE.format(port=request.url.port or 0)


async def _desk(request: web.Request) -> web.Response:
    _ensure_allowed(request)
    if "token" not in request.query:
        return page("desk.html")
    # The address that stays in the browser's history opens nothing.
    answer = web.Response(status=303, headers={"Location": "/desk"})
    answer.set_cookie(
        _cookie(request),
        request.app[TOKEN],
        path="/desk",
        httponly=True,
        samesite="Strict",
    )
    return answer


def _guarded(name: str) -> Any:
    async def answer(request: web.Request) -> web.Response:
        _ensure_allowed(request)
        return page(name)

    return answer


async def _picture(request: web.Request) -> web.Response:
    _ensure_allowed(request)
    slot, option = (int(request.match_info[name]) for name in ("slot", "option"))
    found = await asyncio.to_thread(request.app[HOUSE].picture, slot, option)
    if found is None:
        raise web.HTTPNotFound
    return web.Response(body=found, content_type="image/jpeg")


async def _live(request: web.Request) -> web.StreamResponse:
    guard.ensure_same_origin(request)
    _ensure_allowed(request)
    socket = web.WebSocketResponse(max_msg_size=_LONGEST, heartbeat=_BEAT_S)
    if not socket.can_prepare(request):
        raise web.HTTPBadRequest(text="This is a WebSocket.\n")
    with contextlib.suppress(ConnectionError):
        # Whoever has left meanwhile is told nothing.
        await socket.prepare(request)
    if not socket.prepared:
        return web.Response(status=400)
    telling = asyncio.create_task(_tell(socket, request))
    try:
        await _listen(socket, request)
    finally:
        telling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await telling
    return socket


async def _tell(socket: web.WebSocketResponse, request: web.Request) -> None:
    told: dict[str, Any] = {}
    with contextlib.suppress(ConnectionError, RuntimeError):
        while True:
            found = await asyncio.to_thread(_looked, request)
            if found is not None:
                field, state = found
                if field != told:
                    await socket.send_str(json.dumps({"field": field}))
                    told = field
                await socket.send_str(json.dumps({"state": state}))
            await asyncio.sleep(_EVERY_S)


def _looked(request: web.Request) -> tuple[dict[str, Any], dict[str, Any]] | None:
    house, hall = request.app[HOUSE], request.app[HALL]
    try:
        return house.field_state(), house.state(hall)
    except (LookupError, RuntimeError):
        # Something came or went while it was counted; the next look tells of it.
        return None


async def _listen(socket: web.WebSocketResponse, request: web.Request) -> None:
    house, hall = request.app[HOUSE], request.app[HALL]
    pace = guard.Pace(_COMMANDS, request.app[CLOCK])
    async for message in socket:
        if message.type is not WSMsgType.TEXT or not pace.kept():
            return
        try:
            asked = json.loads(message.data)
            if not isinstance(asked, dict):
                raise ValueError("no object")
            await asyncio.to_thread(house.ask, asked, hall)
        except (GenaiError, OSError) as error:
            await socket.send_str(json.dumps({"fault": str(error)}))
        except (ValueError, RecursionError):
            await socket.send_str(json.dumps({"fault": "That is no command."}))
