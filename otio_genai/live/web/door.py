"""Connections that ask for nothing take no room from those that do.

Conventions
    A connection *rests* while no request of it is dealt with: before its first one,
    and from an answer to the next request. Who rests too long is cut off; where too
    many rest, the one that has longest, and first of those that never asked.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from typing import Any, cast

from aiohttp import web
from aiohttp.http import HttpProcessingError
from aiohttp.typedefs import Handler

__all__ = ["DOOR", "Door", "Runner", "room"]

_REST_S = 12.0
_MOST_RESTING, _MOST = 300, 1000
# A connection has no transport yet when its protocol is made.
_MADE_S = 1.0


def _of_ours(record: logging.LogRecord) -> bool:
    """Tell whether a fault is not one of who sends what is no HTTP."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError)


_LOG = logging.getLogger(__name__)
_LOG.addFilter(_of_ours)


class Door:
    """Knows the connections of a server.

    Parameters
    ----------
    now_s
        The clock.
    resting, most
        How many may rest, and how many there may be.
    """

    def __init__(
        self,
        now_s: Callable[[], float],
        *,
        resting: int = _MOST_RESTING,
        most: int = _MOST,
    ) -> None:
        self._now_s, self._most_resting, self._most = now_s, resting, most
        # The one that has rested longest comes first.
        self._fresh: dict[web.RequestHandler, float] = {}
        self._resting: dict[web.RequestHandler, float] = {}
        self._busy = 0

    def __len__(self) -> int:
        return len(self._fresh) + len(self._resting) + self._busy

    def let_in(self, make: Callable[[], web.RequestHandler]) -> web.RequestHandler:
        """Return what deals with a new connection."""
        made = make()
        self._fresh[made] = self._now_s()
        resting = [*self._fresh, *self._resting]
        if len(resting) > self._most_resting or len(self) > self._most:
            for first in resting[:2]:
                # There is no line to be cut yet of the one that comes now.
                if first is not made:
                    self._cut_off(first)
                    break
        return made

    @web.middleware
    async def busy(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Note that a connection does not rest."""
        protocol = request.protocol
        self._forget(protocol)
        self._busy += 1
        try:
            return await handler(request)
        finally:
            self._busy -= 1
            if protocol.transport is not None:
                self._resting[protocol] = self._now_s()

    def sweep(self) -> None:
        """Cut off who has rested too long."""
        now_s = self._now_s()
        for protocol, since_s in [*self._fresh.items(), *self._resting.items()]:
            gone = protocol.transport is None and now_s - since_s > _MADE_S
            if gone or now_s - since_s > _REST_S:
                self._cut_off(protocol)

    def _cut_off(self, protocol: web.RequestHandler) -> None:
        self._forget(protocol)
        if protocol.transport is not None:
            protocol.transport.abort()

    def _forget(self, protocol: web.RequestHandler) -> None:
        self._fresh.pop(protocol, None)
        self._resting.pop(protocol, None)


DOOR: web.AppKey[Door] = web.AppKey("door", Door)


class Runner(web.AppRunner):
    """Runs an application behind its door."""

    def __init__(self, app: web.Application, **options: Any) -> None:
        super().__init__(app, logger=_LOG, **options)

    @property
    def server(self) -> web.Server | None:
        """What sites call for every connection."""
        found = super().server
        if found is None:
            return None
        door, make = self.app[DOOR], found
        # Sites do nothing else with it.
        return cast(web.Server, lambda: door.let_in(make))


def room(files: int = 4096) -> None:
    """Let this process hold so many files, if its system lets it."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = files if hard == resource.RLIM_INFINITY else min(files, hard)
        if soft != resource.RLIM_INFINITY and soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
