"""What a command costs: CPU and wall seconds, memory and processes of its whole tree.

CPU seconds are those of every process the command leads to. Counting the children one
has waited for misses some: workers of a fork server belong to the server, and nobody
waits for that. So each command runs under a launcher that is the *subreaper* of all
its descendants (Linux, prctl): whoever is orphaned falls to the launcher, which waits
for it, and the kernel's own sums are complete. Nothing is sampled or guessed.

Memory is the resident sets of all processes summed, sampled ten times a second, or
the largest peak of a single process if that is more. Pages shared between processes
are counted in each.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Cost", "cost"]

_SET_CHILD_SUBREAPER = 36
_EVERY_S = 0.1
_PAGE = os.sysconf("SC_PAGE_SIZE")
_KILOBYTE, _MEGABYTE = 1024, 1e6


@dataclass(frozen=True)
class Cost:
    """What a command cost."""

    code: int
    "Its exit code; negative for the signal that ended it."
    wall_s: float
    cpu_s: float
    "User and system time of the whole tree."
    peak_mb: float
    "Resident memory of the whole tree at its largest."
    processes: int
    "Most processes at once, of those sampled."


def cost(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
    timeout_s: float | None = None,
) -> Cost:
    """Run a command to its end and return what it cost.

    Parameters
    ----------
    env
        Variables set besides those of this process.
    log
        File for what it prints; without one, only its errors are shown.
    timeout_s
        When to stop it; the code is then -15.
    """
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        result = Path(folder) / "cost.json"
        out = stack.enter_context(log.open("wb")) if log else subprocess.DEVNULL
        stop = str(timeout_s or 0)
        subprocess.run(
            [sys.executable, __file__, str(result), stop, *command],
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out if log else None,
            check=True,
        )
        return Cost(**json.loads(result.read_text()))


def launch(result: Path, timeout_s: float, command: Sequence[str]) -> None:
    """Run a command as the reaper of its whole tree and write down what it cost."""
    ctypes.CDLL(None, use_errno=True).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    start_s = wall_s = time.perf_counter()
    job = subprocess.Popen(command)
    stop = threading.Timer(timeout_s, job.terminate)
    stop.daemon = True
    if timeout_s:
        stop.start()
    watch = _Watch()
    watch.start()
    cpu_s, largest, code = 0.0, 0.0, 0
    while True:
        try:
            pid, status, used = os.wait4(-1, 0)
        except ChildProcessError:
            break
        cpu_s += used.ru_utime + used.ru_stime
        largest = max(largest, used.ru_maxrss * _KILOBYTE)
        if pid == job.pid:
            code = os.waitstatus_to_exitcode(status)
            wall_s = time.perf_counter() - start_s
            job.returncode = code
            stop.cancel()
    watch.ended.set()
    watch.join()
    found = {
        "code": code,
        "wall_s": wall_s,
        "cpu_s": cpu_s,
        "peak_mb": max(largest, watch.peak) / _MEGABYTE,
        "processes": watch.processes,
    }
    result.write_text(json.dumps(found))


class _Watch(threading.Thread):
    """Samples the resident memory of all descendants of this process."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.ended = threading.Event()
        self.peak = 0.0
        self.processes = 0

    def run(self) -> None:
        while not self.ended.wait(_EVERY_S):
            pids = list(_descendants(os.getpid()))
            self.processes = max(self.processes, len(pids))
            self.peak = max(self.peak, sum(map(_resident, pids)))


def _descendants(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield int(child)
                yield from _descendants(int(child))


def _resident(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0.0


if __name__ == "__main__":
    launch(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
