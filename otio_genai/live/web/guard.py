"""Who may ask for what, and what every answer says."""

from __future__ import annotations

import hmac
import ipaddress
import socket
from collections import deque
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

__all__ = [
    "COOKIE",
    "Pace",
    "at_home",
    "ensure_same_origin",
    "headers",
    "knows",
    "named_so",
]

#: The desk's token, once it was given; named with the port, which cookies ignore.
COOKIE = "desk-{port}"

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "media-src 'self' blob:; connect-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Server": "otio-genai",
}
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


async def _give_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in _HEADERS.items():
        response.headers[name] = value


def headers(app: web.Application) -> None:
    """Let every answer of an application forbid what a page of ours never does."""
    app.on_response_prepare.append(_give_headers)


def ensure_same_origin(request: web.Request) -> None:
    """Refuse what a page of somebody else asks for.

    Browsers always say which page asks for a WebSocket; programs need not.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return
    _, _, host = origin.partition("://")
    if not host or host != request.headers.get("Host"):
        raise web.HTTPForbidden(text="This page may not ask for that.\n")


def named_so(names: Collection[str]) -> Middleware:
    """Refuse who asks this computer for itself under a name that is not its own.

    A page of somebody else may let its name point here, and is then of our origin.
    Where other computers may ask, names are theirs to give.

    Parameters
    ----------
    names
        Beside this computer's own: those by which a proxy on it is known.
    """
    given = {name.lower() for name in names}

    @web.middleware
    async def ensured(request: web.Request, handler: Handler) -> web.StreamResponse:
        own = request.transport and request.transport.get_extra_info("sockname")
        if own and _is_loopback(str(own[0])) and not _own(request.host, given):
            raise web.HTTPForbidden(text="There is nothing here of such a name.\n")
        return await handler(request)

    return ensured


def _own(host: str, given: Collection[str]) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        if name in given or name in ("localhost", socket.gethostname().lower()):
            return True
        return name.endswith(".localhost") or bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def at_home(request: web.Request) -> bool:
    """Tell whether somebody asks from this computer, and not through another."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    return _is_loopback(request.remote or "")


def knows(request: web.Request, token: str, cookie: str) -> bool:
    """Tell whether a request brings the token; it takes as long, right or wrong."""
    given = (
        request.query.get("token"),
        request.cookies.get(cookie),
        request.headers.get("Authorization", "").removeprefix("Bearer "),
    )
    wanted = token.encode()
    right = [hmac.compare_digest((one or "").encode(), wanted) for one in given]
    return any(right)


class Pace:
    """So many in so many seconds, and no more."""

    def __init__(self, most: int, now_s: Callable[[], float], span_s: float = 10.0):
        self._most, self._now_s, self._span_s = most, now_s, span_s
        self._times: deque[float] = deque(maxlen=most)

    def kept(self) -> bool:
        """Count one more; tell whether it is within the pace."""
        now_s = self._now_s()
        full = len(self._times) == self._most
        fine = not full or now_s - self._times[0] > self._span_s
        self._times.append(now_s)
        return fine
