"""The screening page and what is sent to it.

Conventions
    One WebSocket a viewer. Text from us: ``{"id", "v", "a"}`` as a film begins, its
    codecs; ``{"end": true}`` when all of it was sent. Binary from us: a byte, then
    bytes; ``V`` and ``A`` what must come before pictures and sound, ``v`` and ``a``
    pieces of them. Text from the player: ``{"at", "ahead", "stalls"}``, now and then,
    in seconds; nothing else is listened to, and nothing of it is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import json

from aiohttp import WSMsgType, web

from otio_genai.errors import LiveError
from otio_genai.live.hall import Hall
from otio_genai.live.viewer import Viewer
from otio_genai.live.web import guard
from otio_genai.live.web.keys import CLOCK, HALL, OPENING
from otio_genai.live.web.lists import Opening

__all__ = ["watch"]

_BEAT_S = 15.0
_SAID = ("at", "ahead", "stalls")
_MOST_S = 1e6


async def watch(request: web.Request) -> web.StreamResponse:
    """Send a viewer his film until he leaves, or is given up."""
    guard.ensure_same_origin(request)
    hall, limits = request.app[HALL], request.app[HALL].limits
    socket = web.WebSocketResponse(
        max_msg_size=limits.message_bytes, compress=False, heartbeat=_BEAT_S
    )
    if not socket.can_prepare(request):
        raise web.HTTPBadRequest(text="This is a WebSocket.\n")
    try:
        viewer, _ = hall.enter(request.remote or "")
    except LiveError as error:
        raise web.HTTPServiceUnavailable(text=f"{error}\n") from error
    sender = None
    try:
        with contextlib.suppress(ConnectionError):
            # Whoever has left meanwhile is told nothing.
            await socket.prepare(request)
        if not socket.prepared:
            return web.Response(status=400)
        viewer.dropped = lambda: _cut_off(request)
        sender = asyncio.create_task(_send(socket, viewer, request.app[OPENING]))
        await _listen(socket, viewer, hall, request)
    finally:
        hall.leave(viewer)
        if sender is not None:
            sender.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sender
    return socket


async def _send(
    socket: web.WebSocketResponse, viewer: Viewer, opening: Opening
) -> None:
    with contextlib.suppress(ConnectionError, RuntimeError):
        while (item := await viewer.get()) is not None:
            if item == "begin":
                said = {
                    "id": viewer.name,
                    "v": opening.video_codec,
                    "a": opening.audio_codec,
                }
                await socket.send_str(json.dumps(said))
                await socket.send_bytes(b"V" + opening.video)
                await socket.send_bytes(b"A" + opening.audio)
            elif item == "end":
                await socket.send_str(json.dumps({"end": True}))
            elif not isinstance(item, str):
                await socket.send_bytes(item.message or item.piece.message())


async def _listen(
    socket: web.WebSocketResponse, viewer: Viewer, hall: Hall, request: web.Request
) -> None:
    pace = guard.Pace(hall.limits.messages, request.app[CLOCK])
    async for message in socket:
        if message.type is not WSMsgType.TEXT or not pace.kept():
            viewer.give_up("He sends what no player sends.")
            return
        viewer.report = _report(message.data) or viewer.report


def _report(text: str) -> dict[str, float] | None:
    """Return what a player says of itself; None if it says anything else."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    values = {name: said.get(name) for name in _SAID}
    for value in values.values():
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        # Neither NaN nor a whole number too large for a float is below.
        if not abs(value) <= _MOST_S:
            return None
    return {name: float(value or 0) for name, value in values.items()}


def _cut_off(request: web.Request) -> None:
    # A farewell would wait for somebody who does not read.
    if request.transport is not None:
        request.transport.abort()
