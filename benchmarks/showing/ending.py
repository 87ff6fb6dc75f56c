"""Disks without room, and how a show ends."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from benchmarks.showing.audience import Audience, below, can_mount, served
from benchmarks.showing.hostile import HarmError, ensure
from benchmarks.showing.mishaps import disk_full
from otio_genai.field.showing import Book

__all__ = ["DISKS", "ENDINGS"]


def full(path: Path, measured) -> dict:
    """Fill the disk of a show while it plays."""
    if not can_mount():
        return {"answered": "not tried: no small disk can be mounted here"}
    place = path.parent / "disk"
    place.mkdir(exist_ok=True)
    given = ("--book", str(place / "book.json"), "--witness", str(place / "film.otio"))
    with served(path, *given, cache=place / "cache", disk=(place, "64m")) as show:

        async def tried() -> dict:
            audience = Audience(show)
            async with audience.watching():
                await asyncio.sleep(2)
                fault = partial(disk_full, audience, place)
                return await measured(audience, "", fault)

        row = asyncio.run(tried())
    row["harm"] += [line for line in show.said if "Traceback" in line]
    return {key: value for key, value in row.items() if key != "fault"}


def unprepared(path: Path, measured) -> dict:
    """Prepare a show on a disk that has no room for it."""
    if not can_mount():
        return {"answered": "not tried: no small disk can be mounted here"}
    place = path.parent / "small"
    place.mkdir(exist_ok=True)
    command = [sys.executable, "-c", "from otio_genai.cli import main; main()"]
    command += ["show", str(path), "--prepare", "--size", "322x180"]
    mount = f"mount -t tmpfs -o size=200k none '{place}'"
    look = f"; code=$?; find '{place}' -type f >&2; exit $code"
    whole = ["unshare", "-m", "sh", "-c", f'{mount} && {{ "$@"; }}{look}', "sh"]
    kept = {**os.environ, "OTIO_GENAI_CACHE": str(place)}
    kept["PYTHONPATH"] = str(Path(__file__).parent.parent.parent)
    run = subprocess.run(
        [*whole, *command], env=kept, capture_output=True, text=True, timeout=90
    )
    lines = [line.strip() for line in run.stderr.replace("\r", "\n").splitlines()]
    words = [line for line in lines if line and not line.startswith(str(place))]
    told = " ".join(words[-3:]).replace(str(path.parent), "…")
    ensure(run.returncode == 1, f"exit {run.returncode}: {told}")
    ensure("Traceback" not in run.stderr, "a traceback was printed")
    ensure("space" in told or "room" in told, told)
    return {"answered": f"exit {run.returncode}: {told}"}


def _ended(kind: signal.Signals, path: Path, measured) -> dict:
    """End a show while it plays, and look at what it leaves."""
    place = path.parent / kind.name
    place.mkdir()
    before = _files(path.parent)
    book, film = place / "book.json", place / "film.otio"
    with served(path, "--book", str(book), "--witness", str(film)) as show:
        asyncio.run(_playing(show))
        family = list(below(show.pid))
        began = time.monotonic()
        os.kill(show.pid, kind)
        try:
            code = show.process.wait(15)
        except subprocess.TimeoutExpired:
            raise HarmError("it did not end") from None
        took = time.monotonic() - began
        time.sleep(0.5 if kind is not signal.SIGKILL else 3)
    left = [pid for pid in family if _lives(pid)]
    ensure(not left, f"{len(left)} processes are left")
    ensure("Traceback" not in " ".join(show.said), " | ".join(show.said[-3:]))
    films = len(json.loads(book.read_bytes()).get("films", ())) if book.exists() else 0
    new = sorted(p.name for p in _files(path.parent) - before)
    # The lock of a book is let go by the system, and its file is of no account.
    usual = ("book", "film", "said", ".book.json.lock")
    odd = [name for name in new if not name.startswith(usual)]
    odd += [name for name in new if name.endswith((".part", ".tmp"))]
    ensure(not odd, f"left behind: {odd}")
    for one in place.glob("*.otio"):
        json.loads(one.read_bytes())
    told = f"exit {code} after {took:.1f} s, {len(family)} processes gone, book of "
    told += f"{films} films, {len(list(place.glob('*.otio')))} films written"
    if book.exists():
        Book.open(book).close()
    if kind is not signal.SIGKILL:
        ensure(code in (0, 130, 143), told)
        ensure(films >= 1, f"the film on air is not in the book: {told}")
    shutil.rmtree(place)
    return {"answered": told}


async def _playing(show) -> None:
    audience = Audience(show, 2)
    async with audience.watching():
        for _ in range(200):
            film = audience.state.get("film")
            if film and film["position_s"] > 3:
                return
            await asyncio.sleep(0.1)
    raise HarmError("nothing plays")


def _files(folder: Path) -> set[Path]:
    """Return the files of a folder; of what is kept there only unfinished ones."""
    return {
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not {"disk", "small"} & set(path.parts)
        and ("cache" not in path.parts or ".part" in path.name)
    }


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


DISKS = {"disk full while it plays": full, "disk full before": unprepared}
ENDINGS = {
    f"{kind.name} while it plays": partial(_ended, kind)
    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
}
