"""A show in a process of its own, and an audience that behaves and watches closely."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import hashlib
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.live.web.real import pictures

__all__ = ["Audience", "Show", "Watched", "below", "can_mount", "order", "served"]

STALL_S = 0.05
_CLI = "from otio_genai.cli import main; main()"
_ASK_S = 0.25
# What a desk of a usual system grants a process.
_FILES = 1024


@dataclass
class Show:
    """A show that is open."""

    process: subprocess.Popen[str]
    screen: str
    "Address, with a slash at its end."
    desk: str
    folder: Path
    "Where the field lies."
    said: list[str]
    "What it printed after its doors opened: it should be nothing."

    @property
    def pid(self) -> int:
        """Its process."""
        return self.process.pid

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.screen.rstrip("/").rpartition(":")[2])

    @property
    def token(self) -> str:
        """What opens the desk."""
        return self.desk.rpartition("=")[2]

    @property
    def alive(self) -> bool:
        """Whether it goes on."""
        return self.process.poll() is None


def can_mount() -> bool:
    """Tell whether a small disk can be made for a process alone."""
    tried = ["unshare", "-m", "true"]
    return bool(shutil.which("unshare")) and not subprocess.run(tried).returncode


def below(pid: int) -> Iterator[int]:
    """Give all processes that one has started, and those that they have."""
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield int(child)
                yield from below(int(child))


@contextlib.contextmanager
def served(
    path: Path,
    *options: str,
    cache: Path | None = None,
    disk: tuple[Path, str] | None = None,
) -> Iterator[Show]:
    """Serve a field; its output is kept, and it is ended if it has not.

    Parameters
    ----------
    path
        The field.
    options
        Of the command line, beside the usual ones.
    cache
        Where prepared takes lie.
    disk
        Folder and size of a small disk that this process alone sees.
    """
    command = [
        sys.executable, "-c", _CLI, "show", str(path), "--port", "0", "--size",
        "320x180", "--pause", "1", "--lead", "2.5", "--jobs", "2", *options,
    ]  # fmt: skip
    if disk:
        mount = f"mount -t tmpfs -o size={disk[1]} none '{disk[0]}'"
        command = ["unshare", "-m", "sh", "-c", f'{mount} && exec "$@"', "sh", *command]
    kept = {**os.environ, "OTIO_GENAI_CACHE": str(cache or path.parent / "cache")}
    kept["PYTHONPATH"] = str(Path(__file__).parent.parent.parent)
    log = path.parent / f"said-{time.time_ns()}.txt"
    with log.open("w+") as said, log.open() as reading:
        process = subprocess.Popen(
            command, stdout=said, stderr=said, text=True, env=kept,
            start_new_session=True, preexec_fn=_few_files,
        )  # fmt: skip
        try:
            text = ""
            while "Ctrl-C" not in text:
                if process.poll() is not None:
                    sys.exit(f"The show did not open.\n{text}")
                time.sleep(0.1)
                text += reading.read()
            screen, desk = re.findall(r"http://\S+", text)
            show = Show(process, screen, desk, path.parent, [])
            yield show
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(20)
        finally:
            if process.poll() is None:
                process.kill()
            lines = [line.strip() for line in reading.read().splitlines()]
            show_lines = [line for line in lines if line]
            if "show" in locals():
                show.said += show_lines


def _few_files() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(_FILES, hard), hard))


@dataclass
class Watched:
    """What one viewer saw."""

    name: str
    began_s: float = field(default_factory=time.monotonic)
    first_s: float | None = None
    stalls: list[tuple[float, float]] = field(default_factory=list)
    "When, and how long."
    holes: int = 0
    "Pieces that did not begin where the one before ended."
    dropped: list[float] = field(default_factory=list)
    films: list[list[bytes]] = field(default_factory=list)
    "Digests of the pieces of each film."
    keep: bool = False
    "Whether the films themselves are kept."
    reels: list[bytearray] = field(default_factory=list)
    marks: list[float] = field(default_factory=list)
    "When each film began."

    async def watch(self, session: aiohttp.ClientSession, address: str) -> None:
        """Watch until this is cancelled; come again when shown out."""
        while True:
            with contextlib.suppress(aiohttp.ClientError, ConnectionError):
                async with session.ws_connect(address, max_msg_size=0) as socket:
                    await self._seen(socket)
            self.dropped.append(time.monotonic())
            await asyncio.sleep(0.5)

    async def _seen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        scale: dict[bytes, int] = {}
        ends: dict[bytes, int] = {}
        zero, first_s = None, 0.0
        async for message in socket:
            now = time.monotonic()
            if message.type is aiohttp.WSMsgType.TEXT:
                if "end" not in message.data:
                    zero, ends = None, {}
                    self.films.append([])
                    self.reels.append(bytearray())
                    self.marks.append(now)
                continue
            data, kind = message.data, message.data[:1]
            if self.keep and kind in b"Vv":
                self.reels[-1] += data[1:]
            if kind in b"VA":
                at = data.index(b"mdhd") + 4 + 12
                scale[kind.lower()] = struct.unpack_from(">I", data, at)[0]
                continue
            self.films[-1].append(hashlib.blake2b(data, digest_size=8).digest())
            start, end = _span(data)
            self.holes += start != ends.get(kind, start)
            ends[kind] = end
            start_s = start / scale[kind]
            if zero is None and len(ends) == 2:
                zero, first_s = now, start_s
                self.first_s = self.first_s or now - self.began_s
            elif zero is not None:
                late_s = now - (zero + start_s - min(first_s, start_s))
                if late_s > STALL_S and start_s > first_s:
                    self.stalls.append((now, late_s))
                    zero += late_s


def _span(data: bytes) -> tuple[int, int]:
    """Return the ticks at which a piece begins and ends."""
    usual = struct.unpack_from(">I", data, data.index(b"tfhd") + 4 + 8)[0]
    start = struct.unpack_from(">Q", data, data.index(b"tfdt") + 8)[0]
    count = struct.unpack_from(">I", data, data.index(b"trun") + 8)[0]
    return start, start + usual * count


class Audience:
    """Viewers, an artist at the desk, and somebody who looks in again and again."""

    def __init__(self, show: Show, viewers: int = 3) -> None:
        self.show = show
        self.viewers = [Watched(f"viewer {n}", keep=n == 0) for n in range(viewers)]
        self.answers: list[tuple[float, float]] = []
        "When the screening page was asked for, and how long it took."
        self.lost: list[float] = []
        "When it was asked for, and did not come."
        self.notes: list[str] = []
        "All that the desk was told, the first first."
        self.told: list[float] = []
        "When the desk heard of the show."
        self.state: dict = {}
        self.field: dict = {}
        self.faults: list[str] = []
        self.session: aiohttp.ClientSession
        self._desk: aiohttp.ClientWebSocketResponse | None = None

    @contextlib.asynccontextmanager
    async def watching(self):
        """Let all of them in, until this is left."""
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0)
        ) as session:
            self.session = session
            address = f"{self.show.screen}watch"
            tasks = [
                asyncio.create_task(one.watch(session, address)) for one in self.viewers
            ]
            tasks += [asyncio.create_task(self._look())]
            tasks += [asyncio.create_task(self._steer())]
            try:
                yield self
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def ask(self, **message) -> None:
        """Ask the show for something, from the desk."""
        if self._desk is not None:
            await self._desk.send_json(message)

    async def noted(self, pattern: str, seconds: float, since: int = 0) -> str:
        """Return what the desk is told, once it is told something; empty if not."""
        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            for note in self.notes[since:]:
                if re.search(pattern, note):
                    return note
            await asyncio.sleep(0.05)
        return ""

    async def newcomer(self, seconds: float = 8.0) -> float | None:
        """Return how long somebody new waits for pictures and sound; None: for ever.

        Between two films it is as long as the pause.
        """
        one = Watched("newcomer")
        async with aiohttp.ClientSession() as session:
            task = asyncio.create_task(one.watch(session, f"{self.show.screen}watch"))
            until_s = time.monotonic() + seconds
            while one.first_s is None and time.monotonic() < until_s:
                await asyncio.sleep(0.02)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return one.first_s

    async def _look(self) -> None:
        limit = aiohttp.ClientTimeout(total=10)
        while True:
            began = time.monotonic()
            try:
                async with self.session.get(self.show.screen, timeout=limit) as answer:
                    await answer.read()
            except (aiohttp.ClientError, TimeoutError, OSError):
                self.lost.append(began)
            self.answers.append((began, time.monotonic() - began))
            await asyncio.sleep(_ASK_S)

    async def _steer(self) -> None:
        address = self.show.desk.replace("/desk?", "/desk/live?")
        while True:
            with contextlib.suppress(aiohttp.ClientError, ConnectionError):
                async with self.session.ws_connect(address, max_msg_size=0) as desk:
                    self._desk = desk
                    async for message in desk:
                        self._heard(message.json())
            self._desk = None
            await asyncio.sleep(0.5)

    def _heard(self, said: dict) -> None:
        self.told.append(time.monotonic())
        self.field = said.get("field", self.field)
        if "fault" in said:
            self.faults.append(said["fault"])
        if "state" in said:
            self.state = said["state"]
            fresh = collections.Counter(self.state["notes"])
            fresh -= collections.Counter(self.notes)
            self.notes += [n for n in reversed(self.state["notes"]) if n in fresh]


def order(reels: Sequence[bytes | bytearray]) -> tuple[int, list[tuple[int, str]]]:
    """Return how many pictures some films have, and what is wrong with their order.

    A picture that can be read shows the frame that follows the one before, or another
    take, which the film has not had; times have no holes. Of joins nothing can be read.
    """
    total, wrong = 0, []
    for film, reel in enumerate(reels):
        seen: list[int] = []
        last, at = None, None
        for time_s, code in pictures(bytes(reel)) if reel else ():
            total += 1
            if at is not None and abs(time_s - at - 1 / 24) > 1e-3:
                wrong.append((film, f"a hole at {time_s:.2f} s"))
            at = time_s
            if code is None:
                last = None
                continue
            take, number = code
            if last is not None and last[0] == take and number != last[1] + 1:
                wrong.append((film, f"take {take}: {last[1]}, then {number}"))
            if take not in seen:
                seen.append(take)
            elif seen[-1] != take:
                wrong.append((film, f"take {take} again"))
            last = code
    return total, wrong
