"""What comes over the wire to harm a show, or to learn what it does not tell."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import os
import re
import secrets
import socket
import time
from pathlib import Path
from urllib.parse import quote

import aiohttp
import yarl

from benchmarks.showing.audience import Audience

__all__ = ["HOSTILE", "HarmError", "NeverReads", "ensure"]

_UPGRADE = (
    "GET /watch HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\n"
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
_UP = ("../", "..%2f", "%2e%2e/", "%252e%252e%252f", "..\\", "..%5c", "%c0%ae%c0%ae/")
_KINDS = (
    "/", "/screen.css/", "/player/", "/hls/", "/hls/{name}/", "/hls/{name}/video.m3u8/",
    "/film.m3u8/", "/desk/", "/desk/take/0/", "/watch/", "/static/", "//",
)  # fmt: skip
_LISTS = (
    "/witness", "/book", "/field.otio", "/field.book.json", "/films", "/shown",
    "/notes", "/hls", "/hls/", "/desk/shown", "/state", "/api", "/.git/config",
    "/takes", "/showing.otio", "/robots.txt", "/metrics", "/debug",
)  # fmt: skip
_METHODS = (
    "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW",
)  # fmt: skip


class HarmError(Exception):
    """The show did what it should not."""


def ensure(right: bool, why: str) -> None:
    """Let a fault have done harm unless something holds."""
    if not right:
        raise HarmError(why)


async def _line(audience: Audience, host: int = 66, **options):
    """Return a connection from another address than that of who behaves."""
    return await asyncio.open_connection(
        "127.0.0.1", audience.show.port, local_addr=(f"127.0.0.{host}", 0), **options
    )


async def _raw(
    audience: Audience, sent: bytes, seconds: float = 5.0, *, most: int = 1 << 20
) -> bytes:
    """Send bytes and return what is answered, until it ends or so long."""
    reader, writer = await _line(audience)
    got = b""
    try:
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(seconds):
                writer.write(sent)
                await writer.drain()
                while len(got) < most and (part := await reader.read(65536)):
                    got += part
    finally:
        writer.transport.abort()
    return got


async def _asked(audience: Audience, line: str) -> bytes:
    sent = f"{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    return await _raw(audience, sent.encode())


def _status(answer: bytes) -> int | None:
    found = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
    return int(found[1]) if found else None


def _told(statuses) -> str:
    counted = collections.Counter(statuses)
    return ", ".join(
        f"{count} × {'cut off' if status is None else status}"
        for status, count in sorted(counted.items(), key=lambda item: str(item[0]))
    )


async def _get(audience: Audience, path: str, **options) -> tuple[int, bytes]:
    url = yarl.URL(audience.show.screen.rstrip("/") + path, encoded=True)
    async with audience.session.get(url, allow_redirects=False, **options) as answer:
        return answer.status, await answer.read()


async def _socket(audience: Audience, host: int = 66, *, tiny: bool = False):
    """Return a connection that is a WebSocket, of a client that says so itself."""
    line = socket.socket()
    if tiny:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.setblocking(False)
    line.bind((f"127.0.0.{host}", 0))
    await asyncio.get_running_loop().sock_connect(
        line, ("127.0.0.1", audience.show.port)
    )
    reader, writer = await asyncio.open_connection(sock=line, limit=2048)
    writer.write(_UPGRADE.format(port=audience.show.port).encode())
    return reader, writer


def _frame(kind: int, body: bytes) -> bytes:
    """Return a frame of a WebSocket, masked with noughts."""
    size = len(body)
    if size < 126:
        head = bytes([0x80 | kind, 0x80 | size])
    elif size < 1 << 16:
        head = bytes([0x80 | kind, 0xFE]) + size.to_bytes(2, "big")
    else:
        head = bytes([0x80 | kind, 0xFF]) + size.to_bytes(8, "big")
    return head + bytes(4) + body


class NeverReads:
    """Some who take up the film and do not read it."""

    _HOW = ("never", "slowly", "never, but says that all is well")

    def __init__(self, audience: Audience) -> None:
        self._audience = audience
        self._ended: dict[str, float] = {}

    async def run(self) -> None:
        """Be there until all are shown out."""
        await asyncio.gather(*map(self._one, self._HOW))

    async def _one(self, how: str) -> None:
        reader, writer = await _socket(self._audience, 99, tiny=True)
        began, own = time.monotonic(), writer.get_extra_info("sockname")[1]
        if how != "slowly":
            writer.transport.pause_reading()
        while _holds(self._audience.show.port, own):
            await asyncio.sleep(1)
            if how == "slowly":
                await reader.read(1000)
            if "says" in how:
                writer.write(_frame(1, b'{"at": 1, "ahead": 1, "stalls": 0}'))
        self._ended[how] = time.monotonic() - began
        writer.transport.abort()

    def told(self) -> str:
        """Return what became of them."""
        said = [
            f"who reads {how} was shown out after {self._ended[how]:.0f} s"
            if how in self._ended
            else f"who reads {how} is still there"
            for how in self._HOW
        ]
        return "; ".join(said)

    def harm(self) -> str:
        """Return what is wrong with that; empty if nothing is."""
        # What the system holds for somebody costs the show nothing.
        there = [how for how in self._HOW[:2] if how not in self._ended]
        return f"not shown out: who reads {' and '.join(there)}" if there else ""


def _holds(port: int, other: int) -> bool:
    """Tell whether a server holds the connection of somebody's port."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, ours, theirs, state = line.split()[:4]
        mine = (ours[-4:], theirs[-4:]) == (f"{port:04X}", f"{other:04X}")
        if mine and state == "01":
            return True
    return False


async def storm(audience: Audience) -> str:
    """Come and go 600 times at once, half of them in the middle of the handshake."""

    async def one(n: int) -> str:
        try:
            reader, writer = await _socket(audience)
            if n % 2:
                writer.transport.abort()
                return "left at once"
            head = await asyncio.wait_for(reader.read(12), 20)
            writer.transport.abort()
            return str(_status(head) or "cut off")
        except (OSError, TimeoutError):
            return "cut off"

    told = collections.Counter(await asyncio.gather(*map(one, range(600))))
    ensure(await _seats(audience, most=6), "their seats are still taken")
    return ", ".join(f"{count} × {said}" for said, count in told.items())


async def _seats(audience: Audience, most: int, seconds: float = 8) -> bool:
    until_s = time.monotonic() + seconds
    while audience.state.get("viewers", 0) > len(audience.viewers) + most:
        if time.monotonic() > until_s:
            return False
        await asyncio.sleep(0.1)
    return True


async def _ill_mannered(audience: Audience, frames: bytes) -> str:
    reader, writer = await _socket(audience)
    began = time.monotonic()
    try:
        with contextlib.suppress(OSError):
            writer.write(frames)
            await writer.drain()
        with contextlib.suppress(OSError):
            async with asyncio.timeout(10):
                while await reader.read(65536):
                    pass
    except TimeoutError:
        raise HarmError("he was not shown out") from None
    finally:
        writer.transport.abort()
    return f"shown out after {time.monotonic() - began:.2f} s"


async def flood(audience: Audience) -> str:
    """Say 5000 times at once how a player does."""
    one = _frame(1, b'{"at": 1, "ahead": 1, "stalls": 0}')
    return await _ill_mannered(audience, one * 5000)


async def huge(audience: Audience) -> str:
    """Send a message of 50 MB."""
    return await _ill_mannered(audience, _frame(1, b"x" * 50_000_000))


async def claims(audience: Audience) -> str:
    """Announce a message of 4 EB and send nothing of it."""
    head = bytes([0x81, 0xFF]) + (1 << 62).to_bytes(8, "big") + bytes(4)
    return await _ill_mannered(audience, head)


async def binary(audience: Audience) -> str:
    """Send rubbish instead of text, of frames, and of HTTP."""
    said = [await _ill_mannered(audience, _frame(2, os.urandom(300)))]
    said.append(await _ill_mannered(audience, os.urandom(4096) + b"\xff" * 4096))
    answers = [await _raw(audience, os.urandom(2000) + b"\r\n\r\n") for _ in range(20)]
    ensure(all(_status(a) in (400, None) for a in answers), "rubbish was understood")
    return f"{said[0]}; {said[1]}; no HTTP: {_told(map(_status, answers))}"


async def crowd(audience: Audience) -> str:
    """Open 3000 connections that say nothing."""
    lines = []

    async def one() -> None:
        with contextlib.suppress(OSError, TimeoutError):
            lines.append(await asyncio.wait_for(_line(audience), 10))

    await asyncio.gather(*(one() for _ in range(3000)))
    await asyncio.sleep(1)
    held = sum(1 for _ in Path(f"/proc/{audience.show.pid}/fd").iterdir())
    first_s = await audience.newcomer(6)
    for _, writer in lines:
        writer.transport.abort()
    ensure(first_s is not None, f"nobody else can come in; {held} files are open")
    return f"{len(lines)} came, {held} files open; a newcomer saw in {first_s:.1f} s"


async def full(audience: Audience) -> str:
    """Let in 500 viewers from two addresses, more than there is room for."""
    statuses, lines = [], []
    for n in range(500):
        with contextlib.suppress(OSError, TimeoutError):
            reader, writer = await _socket(audience, 70 + n // 250)
            lines.append(writer)
            statuses.append(_status(await asyncio.wait_for(reader.read(12), 10)))
    for writer in lines:
        writer.transport.abort()
    ensure(503 in statuses, "all of them were let in")
    ensure(await _seats(audience, most=6), "their seats are still taken")
    return _told(statuses)


async def slow_heads(audience: Audience) -> str:
    """Send the heads of 200 requests a byte at a time."""
    lines, ended = [], 0
    for _ in range(200):
        line = await _line(audience)
        line[1].write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ")
        lines.append(line)
    began = time.monotonic()
    while time.monotonic() - began < 18 and ended < len(lines):
        for _, writer in lines:
            if not writer.transport.is_closing():
                writer.write(b"a")
        await asyncio.sleep(0.5)
        ended = sum(r.at_eof() or r.exception() is not None for r, _ in lines)
    for _, writer in lines:
        writer.transport.abort()
    took = time.monotonic() - began
    ensure(ended == len(lines), f"{len(lines) - ended} are there after {took:.0f} s")
    return f"all {ended} cut off within {took:.0f} s"


async def heads(audience: Audience) -> str:
    """Send heads of 10 MB, of 10 000 lines, of two lengths, of line feeds."""
    front = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    tried = (
        b"GET /" + b"a" * 10_000_000 + b" HTTP/1.1\r\n\r\n",
        front + b"X: " + b"a" * 10_000_000 + b"\r\n\r\n",
        front + b"X: a\r\n" * 10_000 + b"\r\n",
        front + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        front + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /%0d%0aX:y HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    )
    answers = [await _raw(audience, one, 3) for one in tried]
    ensure(not any(b"\nX:y" in one for one in answers), "a head was split")
    statuses = [_status(one) for one in answers]
    fine = all(one is None or 400 <= one < 500 for one in statuses)
    ensure(fine, _told(statuses))
    return _told(statuses)


async def bodies(audience: Audience) -> str:
    """Send a body that never ends."""
    front = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    reader, writer = await _line(audience)
    began, sent = time.monotonic(), 0
    writer.write(front)
    with contextlib.suppress(OSError):
        while time.monotonic() - began < 18:
            writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            await asyncio.wait_for(writer.drain(), 2)
            sent += 65536
            await asyncio.sleep(0.02)
    took = time.monotonic() - began
    status = None
    with contextlib.suppress(OSError, TimeoutError):
        status = _status(await asyncio.wait_for(reader.read(12), 1))
    writer.transport.abort()
    ensure(took < 16, "it is still listened to")
    return f"{status}, cut off after {took:.0f} s and {sent / 1e6:.0f} MB"


async def paths(audience: Audience) -> str:
    """Ask for paths that lead out, in every kind of address, written in every way."""
    name = await _name(audience)
    statuses = []
    for kind in _KINDS:
        for up in _UP:
            for goal in ("etc/passwd", "field.otio"):
                path = kind.format(name=name) + up * 8 + goal
                status, body = await _get(audience, path)
                ensure(b"root:" not in body and b"OTIO" not in body, path)
                statuses.append(status)
            answer = await _asked(
                audience, f"GET {kind.format(name=name)}{up * 8}etc/passwd"
            )
            ensure(b"root:" not in answer, f"{kind}, {up}")
            statuses.append(_status(answer))
    ensure(not {200, 500} & set(statuses), _told(statuses))
    return _told(statuses)


async def methods(audience: Audience) -> str:
    """Use methods that are not served."""
    statuses = []
    for method in _METHODS:
        for path in ("/", "/watch", "/film.m3u8", "/desk", "/nothing"):
            statuses.append(_status(await _asked(audience, f"{method} {path}")))
    ensure(not {200, 204, 500} & set(statuses), _told(statuses))
    return _told(statuses)


async def lists(audience: Audience) -> str:
    """Ask wherever something might be listed, and whether an answer names a take."""
    statuses = []
    for path in _LISTS:
        status, body = await _get(audience, path)
        statuses.append(status)
        ensure(b"take" not in body and b"slot" not in body, f"{path} tells of takes")
    ensure(set(statuses) <= {404, 403}, _told(statuses))
    for path in ("/", "/screen.js"):
        _, body = await _get(audience, path)
        ensure(b"take " not in body, f"{path} tells of takes")
    return _told(statuses)


async def _name(audience: Audience) -> str:
    _, body = await _get(audience, "/film.m3u8")
    return re.search(rb"hls/([\w-]+)/", body)[1].decode()


async def names(audience: Audience) -> str:
    """Guess viewers' names 2000 times; ask for pieces that are gone or are not yet."""
    own = await _name(audience)
    guesses = [secrets.token_urlsafe(18) for _ in range(1960)]
    guesses += [own[:n] + "A" * (24 - n) for n in range(20)]
    guesses += [own[:-1] + letter for letter in "ABCDEFGHIJKLMNOPQRST"]
    statuses = []
    for guess in guesses:
        if guess != own:
            statuses.append((await _get(audience, f"/hls/{guess}/video.m3u8"))[0])
    ensure(set(statuses) == {404}, _told(statuses))
    asked = []
    for number in (0, 10**8, 99999):
        asked.append((await _get(audience, f"/hls/{own}/v{number}.m4s"))[0])
    seen = audience.viewers[0].films
    ensure(bool(seen), "nothing plays")
    return f"{_told(statuses)}; old and future pieces {_told(asked)}"


async def others(audience: Audience) -> str:
    """Ask for the pieces of a viewer of the page by his name."""
    async with audience.session.ws_connect(f"{audience.show.screen}watch") as line:
        told = (await line.receive()).json()
    async with audience.session.ws_connect(f"{audience.show.screen}watch") as line:
        name = (await line.receive()).json()["id"]
        status = (await _get(audience, f"/hls/{name}/video.m3u8"))[0]
    gone = (await _get(audience, f"/hls/{told['id']}/video.m3u8"))[0]
    ensure((status, gone) == (404, 404), f"{status}, {gone}")
    return f"who is in {status}, who has left {gone}"


async def rebound(audience: Audience) -> str:
    """Ask as a page of somebody else whose name was let point to this computer."""
    port = audience.show.port
    evil = {"Host": f"evil.example:{port}", "Origin": f"http://evil.example:{port}"}
    told = []
    for path in ("/", "/film.m3u8", f"/desk?token={audience.show.token}", "/screen.js"):
        status, _ = await _get(audience, path, headers=evil)
        told.append((path.partition("?")[0], status))
    for path in ("watch", f"desk/live?token={audience.show.token}"):
        told.append((path.partition("?")[0], await _refused(audience, path, evil)))
    ensure(all(status == 403 for _, status in told), str(told))
    return ", ".join(f"{path} {status}" for path, status in told)


async def _refused(audience: Audience, path: str, headers: dict) -> int:
    try:
        async with audience.session.ws_connect(
            f"{audience.show.screen}{path}", headers=headers
        ):
            return 101
    except aiohttp.WSServerHandshakeError as error:
        return error.status


async def crossed(audience: Audience) -> str:
    """Open the WebSockets as a page of somebody else."""
    told = []
    for origin in ("http://evil.example", "null", "file://", "http://127.0.0.1:1"):
        for path in ("watch", f"desk/live?token={audience.show.token}"):
            told.append(await _refused(audience, path, {"Origin": origin}))
    ensure(set(told) == {403}, _told(told))
    return _told(told)


async def desk(audience: Audience) -> str:
    """Open the desk without its token, and with 1000 wrong ones."""
    statuses = []
    for path in ("/desk", "/desk/desk.js", "/desk/take/0/0.jpg", "/desk/live"):
        for token in ("", "?token=", "?token=wrong", f"?token={quote('ä' * 32)}"):
            statuses.append((await _get(audience, path + token))[0])
    began, right = time.monotonic(), audience.show.token
    for n in range(1000):
        # The first letters of the right one, and one that it has not.
        known, guess = n % 32, secrets.token_urlsafe(24)
        other = "-" if right[known] == "_" else "_"
        guess = right[:known] + other + guess[known + 1 :]
        statuses.append((await _get(audience, f"/desk?token={guess}"))[0])
    rate = 1000 / (time.monotonic() - began)
    ensure(set(statuses) <= {403, 429}, _told(statuses))
    status = (await _get(audience, f"/desk?token={right}"))[0]
    ensure(status == 303, f"the right token: {status}")
    years = 2 ** (len(right) * 6 - 1) / rate / 3.2e7
    said = f"{_told(statuses)}; {rate:.0f} guesses a second need {years:.0e} years"
    return f"{said}; the right one {status}"


async def rubbish(audience: Audience) -> str:
    """Send to the desk, with its token, what is no command, and what cannot be."""
    before = len(audience.faults)
    for message in (
        {"do": "pin", "slot": 10**30, "option": -1}, {"do": "weigh", "slot": 0,
        "option": 0, "value": 1e308}, {"do": "ban", "slot": "0"}, {"do": None}, {},
        {"do": "approve", "id": "../../etc/passwd"}, {"do": "witness", "value": "x"},
        {"do": "dissonance", "value": True}, {"do": "pin", "slot": 0.0},
        {"do": "refuse", "id": ["a"] * 50},
    ):  # fmt: skip
        await audience.ask(**message)
    await audience._desk.send_str("[" * 4000)
    await audience._desk.send_str('{"do": "ban", "slot": ' + "9" * 3900 + "}")
    await asyncio.sleep(1.5)
    heard = len(audience.faults) - before
    ensure(heard == 11, f"{heard} faults were told")
    return f"{heard} of 12 refused and told; one asked for what is already so"


HOSTILE = {
    "connect/leave storm": storm,
    "flood of messages": flood,
    "message of 50 MB": huge,
    "message said to be 4 EB": claims,
    "binary rubbish": binary,
    "3000 connections": crowd,
    "500 viewers": full,
    "slow heads": slow_heads,
    "odd heads": heads,
    "endless body": bodies,
    "../ in all addresses": paths,
    "methods": methods,
    "what was shown": lists,
    "names of viewers": names,
    "another's pieces": others,
    "wrong Host": rebound,
    "foreign Origin": crossed,
    "desk's token": desk,
    "rubbish at the desk": rubbish,
}
