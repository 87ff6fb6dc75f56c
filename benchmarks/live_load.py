"""Many viewers of one show: who stalls, and what the server needs.

The show is served by a process of its own (`otio-genai show`); the viewers are
WebSockets of this one. A viewer plays from when he has pictures and sound; a piece that
arrives later than it is due by his clock is a stall, and his clock stands still for as
long. Told are the viewers who stalled and the worst of it, the processor time of the
server with its workers per second, and of these alone, its memory per viewer, and how
many joins went out rendered, how many dry.

Run ``python benchmarks/live_load.py [--viewers 1,5,10,20] [--mode private|shared]
[--seconds 60] [--size 1280x720] [--carries 0.5] [--workers 2] [--soak SECONDS]
[--field FIELD] [--json]``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.live_field import coded

STALL_S = 0.05
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--viewers", default="1,5,10,20")
    parser.add_argument("--mode", choices=("private", "shared"), default="private")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--carries", type=float, default=0.5, help="share of joins")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--atlas", action="store_true", help="render joins beforehand")
    parser.add_argument("--soak", type=float, default=0, help="seconds; one run")
    parser.add_argument("--field", type=Path)
    parser.add_argument("--folder", type=Path, help="keep what is prepared there")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = options.folder
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        path = options.field or coded(folder, 24, 6, options.carries)
        rows = []
        for count in map(int, options.viewers.split(",")):
            row = asyncio.run(measured(path, folder, count, options))
            rows.append(row)
            if not options.json:
                print(readable(row), flush=True)
    if options.json:
        print(json.dumps(rows, indent=2))


@dataclass
class Viewer:
    """What happened to one viewer."""

    began_s: float = 0.0
    first_s: float | None = None
    stalls_s: list[float] = field(default_factory=list)
    bytes: int = 0
    films: int = 0
    dropped: bool = False


async def watch(session, address: str, until_s: float, viewer: Viewer) -> None:
    """Watch as a player does, without decoding."""
    viewer.began_s = time.monotonic()
    scale, zero, have = {}, None, set()
    try:
        async with session.ws_connect(address, max_msg_size=0) as socket:
            while True:
                left = until_s - time.monotonic()
                if left <= 0:
                    return
                message = await asyncio.wait_for(socket.receive(), left)
                now = time.monotonic()
                if message.type is aiohttp.WSMsgType.TEXT:
                    if "end" not in message.data:
                        zero, have = None, set()
                        viewer.films += 1
                    continue
                if message.type is not aiohttp.WSMsgType.BINARY:
                    viewer.dropped = True
                    return
                data, kind = message.data, message.data[:1]
                viewer.bytes += len(data)
                if kind in b"VA":
                    at = data.index(b"mdhd") + 4 + 12
                    scale[kind.lower()] = struct.unpack_from(">I", data, at)[0]
                    continue
                at = data.index(b"tfdt") + 8
                start_s = struct.unpack_from(">Q", data, at)[0] / scale[kind]
                have.add(kind)
                if zero is None and have == {b"v", b"a"}:
                    zero = now
                    if viewer.first_s is None:
                        viewer.first_s = now - viewer.began_s
                    first_s = start_s
                elif zero is not None:
                    late_s = now - (zero + start_s - min(first_s, start_s))
                    if late_s > STALL_S and start_s > first_s:
                        viewer.stalls_s.append(late_s)
                        zero += late_s
    except TimeoutError:
        return
    except (aiohttp.ClientError, ConnectionError):
        viewer.dropped = True


@contextlib.contextmanager
def served(path: Path, folder: Path, options):
    """Serve the show; yield its process and its two addresses."""
    command = [
        sys.executable, "-c", "from otio_genai.cli import main; main()",
        "show", str(path), "--port", "0", "--size", options.size, "--pause", "1",
        "--workers", str(options.workers), "--jobs", "2",
        "--book", str(folder / f"book-{time.time_ns()}.json"),
    ]  # fmt: skip
    command += ["--private"] if options.mode == "private" else []
    command += ["--atlas"] if options.atlas else []
    environment = {**os.environ, "OTIO_GENAI_CACHE": str(folder / "cache")}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment,
        start_new_session=True,
    )  # fmt: skip
    try:
        text = ""
        while "Ctrl-C" not in text:
            line = process.stdout.readline()
            if not line:
                sys.exit("The show did not open.")
            text += line
        screen, desk = re.findall(r"http://\S+", text)
        yield process.pid, screen, desk
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


async def measured(path: Path, folder: Path, count: int, options) -> dict:
    """Let so many viewers in and return what came of it."""
    with served(path, folder, options) as (pid, screen, desk):
        await asyncio.sleep(6)
        before_b, began_cpu, began_own = memory(pid), cpu_s(pid), spent_s(pid)
        seconds = options.soak or options.seconds
        began_s = time.monotonic()
        viewers = [Viewer() for _ in range(count)]
        grown = []
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            tasks = []
            for viewer in viewers:
                await asyncio.sleep(0.1 if options.mode == "private" else 0.02)
                job = watch(session, f"{screen}watch", began_s + seconds, viewer)
                tasks.append(asyncio.create_task(job))
            while time.monotonic() < began_s + seconds - 1:
                await asyncio.sleep(min(10, seconds / 6))
                grown.append([round(time.monotonic() - began_s), memory(pid)])
            took_s = time.monotonic() - began_s
            after_b, used_s = memory(pid), cpu_s(pid) - began_cpu
            own_s = spent_s(pid) - began_own
            state = await told(session, desk)
            await asyncio.gather(*tasks)
    stalled = [one for one in viewers if one.stalls_s]
    return {
        "mode": options.mode,
        "viewers": count,
        "size": options.size,
        "seconds": round(took_s),
        "stalled": len(stalled),
        "worst_s": round(max((max(v.stalls_s) for v in stalled), default=0), 2),
        "dropped": sum(one.dropped for one in viewers),
        "first_s": round(max(v.first_s or 99 for v in viewers), 2),
        "cpu": round(used_s / took_s, 2),
        "cpu_workers": round((used_s - own_s) / took_s, 2),
        "mb_a_viewer": round((after_b - before_b) / count / 1e6, 1),
        "mbit": round(sum(v.bytes for v in viewers) * 8 / took_s / 1e6, 1),
        "made": state["joins"]["made"],
        "dry": state["joins"]["dry"],
        "memory_mb": [[at, round(b / 1e6)] for at, b in grown],
    }


async def told(session, desk: str) -> dict:
    """Return what the desk says of the show."""
    address = desk.replace("/desk?", "/desk/live?")
    async with session.ws_connect(address) as socket:
        while True:
            said = (await socket.receive()).json()
            if "state" in said:
                return said["state"]


def family(pid: int) -> list[int]:
    """Return a process and all that it has started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in task.read_text().split():
                found += family(int(child))
    return found


def cpu_s(pid: int) -> float:
    """Return the processor seconds of a family of processes."""
    return sum(map(spent_s, family(pid)))


def spent_s(pid: int) -> float:
    """Return the processor seconds of one process; 0 if it is gone."""
    try:
        facts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(facts[11]) + int(facts[12])) / TICKS


def memory(pid: int) -> int:
    """Return the bytes of a process that are its own: not of files that are mapped."""
    facts = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(re.search(r"RssAnon:\s+(\d+)", facts)[1])


def readable(row: dict) -> str:
    """Return a row as a line."""
    joins = row["made"] + row["dry"]
    share = row["made"] / joins if joins else 1
    line = (
        f"{row['mode']:<8}{row['viewers']:>4} viewers {row['size']} {row['seconds']} s "
        f"stalled {row['stalled']} (≤ {row['worst_s']} s), dropped {row['dropped']}, "
        f"first piece {row['first_s']} s, CPU {row['cpu']:.0%}, of it workers "
        f"{row['cpu_workers']:.0%}, "
        f"{row['mb_a_viewer']} MB a viewer, {row['mbit']} Mbit/s, "
        f"joins {row['made']} + {row['dry']} dry ({share:.0%} rendered)"
    )
    return line + f"\n         memory {row['memory_mb']}"


if __name__ == "__main__":
    main()
