"""Talking to a provider by HTTP: patient, bounded, and careful with keys.

Conventions
    A key goes to the host it is for and to no other, wherever that one may point. What
    cannot have been done is tried again, with growing pauses; what may have been (a job
    that was asked for) is not, since it would be paid for twice.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin, urlsplit

from otio_genai.errors import ProviderError
from otio_genai.providers.addresses import after_s, one_line, origin, place
from otio_genai.providers.limits import LIMITS, Key, Limits

if TYPE_CHECKING:
    import aiohttp

__all__ = ["Answer", "Client"]

_CHUNK = 1 << 16
_REDIRECTS = 5
_READ = 2000
_MOVED = (301, 302, 303, 307, 308)
_Got = TypeVar("_Got")
_BUSY, _UNKEYED = (429, 503), (401, 403)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    value: Any
    "What its JSON holds."


class _AgainError(Exception):
    """It may be tried again."""

    def __init__(self, error: ProviderError, after_s: float | None = None) -> None:
        super().__init__()
        self.error, self.after_s = error, after_s


class Client:
    """Speaks to one provider.

    Parameters
    ----------
    base
        Address that others are relative to.
    name
        What the provider is called in errors.
    key
        Its key; None where it wants none.
    sleep
        Waits some seconds.
    """

    def __init__(
        self,
        base: str,
        *,
        name: str,
        key: Key | None = None,
        limits: Limits = LIMITS,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._base, self._name = base.rstrip("/") + "/", name
        self._key, self.limits, self._sleep = key, limits, sleep
        parts = urlsplit(base)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ProviderError(
                f"{base!r} is no address of a server.",
                place=name,
                remedy="Begin it with http:// or https://.",
            )

    async def call(
        self,
        method: str,
        address: str,
        *,
        body: Any = None,
        form: Callable[[], aiohttp.FormData] | None = None,
        accept: tuple[int, ...] = (),
    ) -> Answer:
        """Return what an address answers in JSON.

        Parameters
        ----------
        body, form
            What is sent, as JSON or as fields.
        accept
            Statuses beside 200 to 299 that are answers, not errors.

        Raises
        ------
        ProviderError
            It does not answer, refuses, or answers no JSON.
        """
        url = self.url(address)

        async def once() -> Answer:
            payload = {"data": form()} if form else {"json": body} if body else {}
            async with self._opened(method, url, accept, payload) as response:
                text = bytearray()
                async for chunk in response.content.iter_chunked(_CHUNK):
                    text += chunk
                    if len(text) > self.limits.answer_bytes:
                        raise self._wrong("answers at too great length.", url)
                return Answer(response.status, self._parsed(bytes(text), url))

        return await self._tried(once, url)

    async def download(self, address: str, path: Path) -> None:
        """Write what an address holds into a file.

        Raises
        ------
        ProviderError
            It does not answer, refuses, is too slow, or sends too much.
        OSError
            The file cannot be written.
        """
        url = self.url(address)

        async def once() -> None:
            async with self._opened("GET", url, (), {}, file=True) as response:
                most, taken = self.limits.file_bytes, 0
                with path.open("wb") as stream:
                    async for chunk in response.content.iter_chunked(_CHUNK):
                        taken += len(chunk)
                        if taken > most:
                            mega = most / (1 << 20)
                            raise self._wrong(f"sends more than {mega:.0f} MB.", url)
                        stream.write(chunk)

        await self._tried(once, url)

    def url(self, address: str) -> str:
        """Return an address made whole.

        Raises
        ------
        ProviderError
            It is none of the web, or leaves encryption behind.
        """
        base = urlsplit(self._base)
        try:
            whole = urljoin(self._base, address)
            # Ports and addresses of machines are read late.
            scheme, host, _ = origin(whole)
        except ValueError:
            raise self._wrong("points to where nothing is.", self._base) from None
        downwards = base.scheme == "https" and scheme == "http"
        if scheme not in ("http", "https") or not host or downwards:
            raise self._wrong("points to where nothing is fetched from.", whole)
        return whole

    def plain(self, said: object) -> str:
        """Return what a server says as a short line, without the key."""
        shown = str(said)
        if self._key:
            # A server may repeat what it was sent.
            secret = os.environ.get(self._key.variable, "").strip()
            shown = shown.replace(secret, "…") if secret else shown
        return one_line(shown)

    async def _tried(self, once: Callable[[], Awaitable[_Got]], url: str) -> _Got:
        wait_s = self.limits.wait_s
        for attempt in range(1, self.limits.attempts + 1):
            try:
                return await once()
            except _AgainError as again:
                if attempt == self.limits.attempts:
                    raise again.error from None
                pause_s = wait_s if again.after_s is None else again.after_s
                await self._sleep(min(pause_s, self.limits.most_wait_s))
                wait_s *= 2
        raise AssertionError(url)

    @asynccontextmanager
    async def _opened(
        self,
        method: str,
        url: str,
        accept: tuple[int, ...],
        payload: dict[str, Any],
        *,
        file: bool = False,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        aiohttp = _aiohttp()
        total_s = self.limits.download_s if file else self.limits.answer_s
        timeout = aiohttp.ClientTimeout(total=total_s, sock_read=self.limits.stall_s)
        asked = False
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session:
                for _ in range(_REDIRECTS):
                    async with session.request(
                        method,
                        url,
                        headers=self._headers(url, file),
                        allow_redirects=False,
                        **payload,
                    ) as response:
                        asked = True
                        if method == "GET" and response.status in _MOVED:
                            url = self._moved(url, response.headers, file)
                            continue
                        await self._judge(method, url, response, accept)
                        yield response
                        return
                raise self._wrong("sends in circles.", url)
        except (aiohttp.InvalidURL, UnicodeError):
            raise self._wrong("points to where nothing is.", url) from None
        except (TimeoutError, aiohttp.ClientError, ConnectionError) as error:
            late = isinstance(error, TimeoutError)
            why = "does not answer in time." if late else "does not answer."
            unsent = isinstance(error, aiohttp.ClientConnectorError) and not asked
            if method == "GET" or unsent:
                raise _AgainError(self._wrong(why, url)) from None
            raise self._wrong(why, url) from None

    def _headers(self, url: str, file: bool) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity"} if file else {}
        if self._key and origin(url) == origin(self._base):
            headers[self._key.header] = self._key.text.format(key=self._key.read())
        return headers

    def _moved(self, url: str, headers: Mapping[str, str], file: bool) -> str:
        try:
            to = urljoin(url, headers.get("Location", ""))
        except ValueError:
            raise self._wrong("points to where nothing is.", url) from None
        to = self.url(to)
        if self._key and not file and origin(to) != origin(self._base):
            raise self._wrong(f"sends to another host, {urlsplit(to).netloc}.", url)
        return to

    async def _judge(
        self,
        method: str,
        url: str,
        response: aiohttp.ClientResponse,
        accept: tuple[int, ...],
    ) -> None:
        status = response.status
        if 200 <= status < 300 or status in accept:
            return
        if status in _UNKEYED:
            known = f" Is {self._key.variable} right?" if self._key else ""
            raise self._wrong(f"does not let us in ({status}).{known}", url)
        said = bytes(await response.content.read(_CHUNK)).decode("utf-8", "replace")
        error = self._wrong(f"refuses ({status}).", url, said)
        if status in _BUSY or (status >= 500 and method == "GET"):
            raise _AgainError(error, after_s(response.headers))
        raise error

    def _parsed(self, text: bytes, url: str) -> Any:
        if not text.strip():
            return None
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            said = text[:_READ].decode("utf-8", "replace")
            raise self._wrong("answers what is no JSON.", url, said) from None

    def _wrong(self, why: str, url: str, said: str = "") -> ProviderError:
        shown = self.plain(said)
        return ProviderError(
            f"{self._name} {why}",
            place=self.plain(place(url)),
            items=[shown] if shown else [],
            remedy="See whether it runs and is reached from here; the film goes on.",
        )


def _aiohttp() -> Any:
    try:
        import aiohttp
    except ImportError as error:
        raise ProviderError(
            "Providers on the web need aiohttp, which is not installed.",
            remedy="pip install 'otio-genai[live]'",
        ) from error
    return aiohttp
