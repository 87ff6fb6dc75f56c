"""The server of a show: a page that is a cinema, and a desk for the artist.

Conventions
    No folder is served: every address is one of those listed here. Nothing is kept by
    browsers or on the way, and no answer says what was shown.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Collection

from aiohttp import web

from otio_genai.live.hall import Hall
from otio_genai.live.web import desk, guard, hls, screen
from otio_genai.live.web.door import DOOR, Door
from otio_genai.live.web.keys import CLOCK, HALL, OPENING
from otio_genai.live.web.lists import Opening
from otio_genai.live.web.pages import page

__all__ = ["application"]

_PAGES = {"/": "screen.html", "/screen.css": "screen.css", "/screen.js": "screen.js"}
_LONGEST_BODY = 1024
_SWEEP_S = 2.5


def application(
    hall: Hall,
    opening: Opening,
    now_s: Callable[[], float],
    *,
    house: desk.Steered | None = None,
    token: str | None = None,
    desk_from_anywhere: bool = False,
    names: Collection[str] = (),
) -> web.Application:
    """Return the application.

    Parameters
    ----------
    hall
        Lets viewers in.
    opening
        What players must have first.
    now_s
        The clock.
    house
        What the desk shows and steers; without it there is no desk.
    token
        What opens the desk; a new one that nobody can guess by default.
    desk_from_anywhere
        Whether the desk opens to other computers, too.
    names
        By which a proxy on this computer is known.
    """
    door = Door(now_s)
    app = web.Application(
        client_max_size=_LONGEST_BODY,
        middlewares=[door.busy, guard.named_so(names)],
    )
    app[DOOR] = door
    app[HALL], app[OPENING], app[CLOCK], app[hls.PACES] = hall, opening, now_s, {}
    guard.headers(app)
    for address, name in _PAGES.items():
        app.router.add_get(address, _page(name))
    app.router.add_get("/favicon.ico", _nothing)
    app.router.add_get("/watch", screen.watch)
    app.router.add_get("/film.m3u8", hls.film)
    app.router.add_get(r"/hls/{name:[\w-]{20,40}}/{file:[a-z0-9.]{4,16}}", hls.piece)
    if house is not None:
        key = token or secrets.token_urlsafe(24)
        desk.add(app, house, key, from_anywhere=desk_from_anywhere)
    app.cleanup_ctx.append(_opened)
    return app


def _page(name: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        return page(name)

    return answer


async def _nothing(request: web.Request) -> web.Response:
    return web.Response(status=204)


async def _opened(app: web.Application) -> AsyncIterator[None]:
    hall = app[HALL]
    hall.open()

    async def sweep() -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            hall.sweep()
            app[DOOR].sweep()

    sweeping = asyncio.create_task(sweep())
    yield
    sweeping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sweeping
    await hall.close()
