"""What may happen to a show's files, disks and processes while it plays."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import time
from pathlib import Path

from benchmarks.showing.audience import Audience, Show, below
from benchmarks.showing.hostile import ensure
from tests.support.coded import write_take

__all__ = ["MISHAPS", "files_of", "fill", "workers"]

_FRESH = (251, 96)


def workers(pid: int) -> list[int]:
    """Return the processes that render for a show."""
    found = []
    for child in below(pid):
        with contextlib.suppress(OSError):
            line = Path(f"/proc/{child}/cmdline").read_bytes()
            if b"spawn_main" in line:
                found.append(child)
    return found


async def _on_air(audience: Audience) -> Path:
    """Return the file of the take that plays."""
    until_s = time.monotonic() + 20
    while time.monotonic() < until_s:
        film = audience.state.get("film")
        if film and film["on_air"]:
            shot = film["on_air"]
            take = audience.field["slots"][shot["slot"]]["takes"][shot["option"]]
            path = audience.show.folder / "takes" / f"{take['name']}.mp4"
            if path.exists() and not take["lost"]:
                return path
        await asyncio.sleep(0.1)
    raise AssertionError("Nothing plays.")


async def deleted(audience: Audience) -> str:
    """Delete the file of the take that plays."""
    since = len(audience.notes)
    path = await _on_air(audience)
    path.unlink()
    note = await audience.noted(path.stem, 8, since)
    ensure(bool(note), "the desk was not told")
    return note


async def overwritten(audience: Audience) -> str:
    """Overwrite the file of the take that plays with rubbish."""
    path = await _on_air(audience)
    since, before = len(audience.notes), dict(audience.state["joins"])
    path.write_bytes(os.urandom(50_000))
    await audience.noted(path.stem, 6, since)
    after = audience.state["joins"]
    made, dry = (after[k] - before[k] for k in ("made", "dry"))
    said = "; ".join(audience.notes[since:]) or "plays on, as it was prepared"
    return f"{said} ({made} joins made, {dry} dry meanwhile)"


async def moved(audience: Audience) -> str:
    """Move the folder of takes away, and back after a while."""
    takes, since = audience.show.folder / "takes", len(audience.notes)
    away = takes.rename(takes.with_name("takes away"))
    note = await audience.noted("gone", 8, since)
    await asyncio.sleep(4)
    away.rename(takes)
    await asyncio.sleep(3)
    lost = sum(t["lost"] for s in audience.field["slots"] for t in s["takes"])
    ensure(bool(note), "the desk was not told")
    needed = [n for n in audience.notes[since:] if "films need" in n]
    return f"{(needed or [note])[0]} Put back: {lost} still lost"


async def uncached(audience: Audience) -> str:
    """Delete all that was prepared, as who cleans up a disk does."""
    since = len(audience.notes)
    cache = audience.show.folder / "cache"
    gone = cache.rename(cache.with_name("cache gone"))
    for path in sorted(gone.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    gone.rmdir()
    began = len(audience.viewers[0].films)
    until_s = time.monotonic() + 45
    while len(audience.viewers[0].films) < began + 1 and time.monotonic() < until_s:
        await asyncio.sleep(0.1)
    films = len(audience.viewers[0].films) - began
    ensure(films >= 1, f"no other film began: {audience.notes[since:]}")
    said = "; ".join(audience.notes[since:]) or "nothing to tell"
    return f"another film began: {said}"


async def killed(audience: Audience) -> str:
    """Kill both processes that render."""
    before = workers(audience.show.pid)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    now: list[int] = []
    while time.monotonic() - began < 10 and len(now) < len(before):
        await asyncio.sleep(0.1)
        now = [pid for pid in workers(audience.show.pid) if pid not in before]
    ensure(len(now) == len(before), f"{len(now)} of {len(before)} are back")
    joins = await _next_join(audience)
    return f"{len(now)} others after {time.monotonic() - began:.1f} s; {joins}"


async def _next_join(audience: Audience) -> str:
    before = dict(audience.state["joins"])
    until_s = time.monotonic() + 15
    while time.monotonic() < until_s:
        now = audience.state["joins"]
        if now["made"] > before["made"]:
            return f"{now['dry'] - before['dry']} joins dry before one was made again"
        await asyncio.sleep(0.1)
    return "no join was made since"


async def stopped(audience: Audience) -> str:
    """Stop both processes that render, as a debugger does."""
    before, joins = workers(audience.show.pid), dict(audience.state["joins"])
    # Twenty times what a join is foreseen to take, and what it takes to begin one.
    most_s = max(5.0, 20 * audience.state["estimate_s"]) + 20
    began = time.monotonic()
    for pid in before:
        os.kill(pid, signal.SIGSTOP)
    try:
        while set(before) <= set(workers(audience.show.pid)):
            ensure(time.monotonic() - began < most_s, "they are still waited for")
            await asyncio.sleep(0.1)
        took = time.monotonic() - began
        dry = audience.state["joins"]["dry"] - joins["dry"]
        after = await _next_join(audience)
    finally:
        for pid in before:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGCONT)
    return f"another after {took:.0f} s and {dry} dry joins; {after}"


async def inbox(audience: Audience) -> str:
    """Drop what is no take, then half a take, then its other half; then a take."""
    slot = audience.field["slots"][1]["id"]
    folder, since = audience.show.folder / "inbox" / slot, len(audience.notes)
    folder.mkdir(parents=True, exist_ok=True)
    names = _rubbish(folder)
    whole = write_take(audience.show.folder / "fresh.mp4", *_FRESH).read_bytes()
    half = folder / "half.mp4"
    half.write_bytes(whole[: len(whole) // 2])
    told = [name for name in names if await audience.noted(name, 12, since)]
    told += ["half"] if await audience.noted("'half.mp4|half.mp4'", 8, since) else []
    missing = sorted({*names, "half"} - set(told))
    ensure(not missing, f"{missing} were not told: {audience.notes[since:]}")
    ensure(not any("root:" in note for note in audience.notes), "a link was followed")
    half.write_bytes(whole)
    note = await audience.noted("waits for you", 20, since)
    ensure(bool(note), f"the whole take is not in: {audience.notes[since:]}")
    waiting, before = audience.state["inbox"], len(audience.faults)
    await audience.ask(do="approve", id=waiting[0]["id"])
    drawn = await audience.noted("may be drawn", 20, since)
    ensure(bool(drawn), f"not approved: {audience.faults[before:]}")
    return f"{len(told)} refused and told; {note} {drawn}"


def _rubbish(folder: Path) -> list[str]:
    """Drop what is no take; return what its refusals should speak of."""
    (folder / "noise.mp4").write_bytes(os.urandom(40_000))
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "page.mp4").write_text("<html>Please log in</html>")
    with (folder / "huge.mov").open("wb") as sparse:
        sparse.truncate(5 << 30)
    (folder / "link.mp4").symlink_to("/etc/passwd")
    (folder.parent / "outside").symlink_to("/etc")
    (folder / "a..%2f..%2fup.mp4").write_bytes(b"x")
    (folder / "new\nline;$(reboot).mp4").write_bytes(b"x")
    os.mkfifo(folder / "pipe.mp4")
    (folder / "folder.mp4").mkdir()
    (folder.parent / "no slot").mkdir()
    (folder.parent / "loose.mp4").write_bytes(b"x")
    Path(os.fsdecode(bytes(folder) + b"/\xff\xfe.mp4")).write_bytes(b"x")
    return [
        "noise", "empty", "page", "huge", "link.mp4", "outside", "up.mp4", "line;",
        "pipe", "folder.mp4", "no slot", "loose",
    ]  # fmt: skip


def fill(place: Path) -> Path:
    """Fill the disk on which a folder lies; return the file that does."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    return filler


def files_of(show: Show, place: Path) -> Path:
    """Return a folder as a show's process sees it."""
    return Path(f"/proc/{show.pid}/root{place}")


async def disk_full(audience: Audience, place: Path) -> str:
    """Fill the disk of the book, the films written and all that was prepared."""
    seen, since = files_of(audience.show, place), len(audience.notes)
    book = seen / "book.json"
    before = book.read_bytes() if book.exists() else b""
    filler = fill(seen)
    await _films(audience, 2)
    during = book.read_bytes() if book.exists() else b""
    said = audience.notes[since:]
    ensure(during == before, "the book was changed")
    filler.unlink()
    await _films(audience, 1)
    after = json.loads(book.read_bytes())
    ensure(book.read_bytes() != before, "the book is written no more")
    for path in seen.glob("*.otio"):
        json.loads(path.read_bytes())
    half = [p.name for p in seen.iterdir() if p.name.startswith(".") or "tmp" in p.name]
    half = [name for name in half if "lock" not in name]
    ensure(not half, f"left behind: {half}")
    return (
        f"{'; '.join(dict.fromkeys(said))}; with room again the book has "
        f"{len(after.get('films', ()))} films, {len(list(seen.glob('*.otio')))} written"
    )


async def _films(audience: Audience, count: int) -> None:
    """Wait until so many films more have begun."""
    one = audience.viewers[0]
    wanted, until_s = len(one.films) + count, time.monotonic() + 40 * count
    while len(one.films) < wanted:
        ensure(time.monotonic() < until_s, f"no film began: {audience.notes}")
        await asyncio.sleep(0.1)


MISHAPS = {
    "a take deleted": deleted,
    "a take overwritten": overwritten,
    "takes moved away": moved,
    "workers killed": killed,
    "workers stopped": stopped,
    "rubbish in the inbox": inbox,
    "all prepared deleted": uncached,
}
