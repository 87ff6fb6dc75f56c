"""What a show does with what may happen to it, and with who means it harm.

The show is served by a process of its own (`otio-genai show`, with as few open files as
a desktop grants). Viewers who behave watch all the time, an artist sits at the desk,
and somebody looks in four times a second, while one fault after the other is tried.
Printed are how the show answered, and what the others noticed of it: stalls beyond
50 ms, viewers dropped, holes in the film, the slowest answer, and how soon somebody new
sees pictures after it. In the end all pictures of one viewer are decoded, to see that
none was out of its order.

Shots are decided 2.5 seconds ahead instead of 8, so that little is hidden.

Ends with 1 when a fault harmed the others, was not answered as it should be, or ended
the show.

Run ``python benchmarks/live_faults.py [--only NAME,…] [--quick] [--json]``; ``--quick``
leaves out what takes long: most of disks, files and processes, and how a show ends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.live_field import coded
from benchmarks.showing.audience import Audience, order, served
from benchmarks.showing.ending import DISKS, ENDINGS
from benchmarks.showing.hostile import HOSTILE, HarmError, NeverReads
from benchmarks.showing.mishaps import MISHAPS

SLOTS, TAKES, CARRIES = 6, 4, 0.5
SETTLED_S = 1.0
SILENT_S = 5.0
PATIENCE_S = 90.0
# What takes long is tried at the same time; the others' losses are told of each.
TOGETHER = (
    ("slow heads", "odd heads", "endless body"),
    ("workers stopped", "rubbish in the inbox"),
)
QUICK = (
    *(name for name in HOSTILE if name not in (*TOGETHER[0], "3000 connections")),
    "a take deleted",
    "workers killed",
)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="faults, comma-separated, of all")
    parser.add_argument("--quick", action="store_true", help="one show alone")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    known = {**HOSTILE, **MISHAPS, **DISKS, **ENDINGS}
    chosen = QUICK if options.quick else tuple(known)
    chosen = tuple(options.only.split(",")) if options.only else chosen
    unknown = [name for name in chosen if name not in known]
    if unknown:
        sys.exit(f"There is no {', '.join(unknown)}; there are {', '.join(known)}.")
    tell = (lambda row: None) if options.json else said
    with tempfile.TemporaryDirectory() as folder:
        path = coded(Path(folder), SLOTS, TAKES, CARRIES)
        rows = []
        tried = {n: f for n, f in {**HOSTILE, **MISHAPS}.items() if n in chosen}
        if tried:
            takes, spare = path.parent / "takes", path.parent / "spare"
            shutil.copytree(takes, spare)
            rows += tried_on(
                path, tried, tell, patient=not (options.quick or options.only)
            )
            # What was done to them is not to be done to the next shows.
            shutil.copytree(spare, takes, dirs_exist_ok=True)
        # Two at a time: each has its own show, and mostly waits for it.
        with ThreadPoolExecutor(2) as pool:
            rows += pool.map(
                lambda fault: alone(path, *fault, tell),
                [(n, f) for n, f in {**DISKS, **ENDINGS}.items() if n in chosen],
            )
    if options.json:
        print(json.dumps(rows, indent=2))
    bad = [row["fault"] for row in rows if row["harm"]]
    if bad:
        sys.exit(f"Harm was done by: {', '.join(bad)}.")


def tried_on(path: Path, faults: dict, tell, *, patient: bool) -> list[dict]:
    """Try faults on one show, one after the other, and return what came of them."""
    inbox = str(path.parent / "inbox")
    with served(path, "--inbox", inbox) as show:
        rows = asyncio.run(_tried(show, faults, tell, patient))
    rows.append(_said_by(show))
    tell(rows[-1])
    return rows


async def _tried(show, faults: dict, tell, patient: bool) -> list[dict]:
    audience = Audience(show)
    rows = []
    async with audience.watching():
        await asyncio.sleep(3)
        idle = NeverReads(audience)
        reading = asyncio.create_task(idle.run() if patient else asyncio.sleep(0))
        await asyncio.sleep(1)
        for names in _turns(faults):
            made = await asyncio.gather(
                *(measured(audience, name, partial(faults[name], audience))
                  for name in names)
            )  # fmt: skip
            rows += made
            for row in made:
                tell(row)
            if not show.alive:
                break
        reading.cancel()
        if patient:
            rows.append(_row("slow readers, all the while", idle.told(), audience, 0))
            rows[-1]["harm"] += [idle.harm()] if idle.harm() else []
            tell(rows[-1])
    rows.append(await asyncio.to_thread(_ordered, audience))
    tell(rows[-1])
    return rows


def _turns(faults: dict) -> list[tuple[str, ...]]:
    """Return the names of faults in their order, those that go together as one."""
    turns: dict[tuple[str, ...], None] = {}
    for name in faults:
        found = next((names for names in TOGETHER if name in names), (name,))
        turns[tuple(one for one in found if one in faults)] = None
    return list(turns)


async def measured(audience: Audience, name: str, fault) -> dict:
    """Try a fault and return how it was answered and what the others noticed."""
    began = time.monotonic()
    harm = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            answered = await fault()
    except HarmError as error:
        answered, harm = str(error), [str(error)]
    except Exception as error:
        answered = f"{type(error).__name__}: {error}"
        harm = [answered]
    await asyncio.sleep(SETTLED_S)
    first_s = await audience.newcomer()
    row = _row(name, answered, audience, began)
    row["newcomer_s"] = None if first_s is None else round(first_s, 2)
    row["harm"] = harm + row["harm"]
    if first_s is None:
        row["harm"].append("nobody new can come in")
    return row


def _row(name: str, answered: str, audience: Audience, since_s: float) -> dict:
    viewers = audience.viewers
    stalls = [s for v in viewers for at, s in v.stalls if at >= since_s]
    dropped = sum(at >= since_s for v in viewers for at in v.dropped)
    waits = [took for at, took in audience.answers if at >= since_s]
    heard = [at for at in audience.told if at >= since_s] + [time.monotonic()]
    silent_s = max((b - a for a, b in pairwise(heard)), default=PATIENCE_S)
    harm = []
    if silent_s > SILENT_S:
        harm.append(f"the desk heard nothing for {silent_s:.0f} s")
    lost = sum(at >= since_s for at in audience.lost)
    if lost:
        harm.append(f"{lost} answers lost")
    if stalls:
        harm.append(f"{len(stalls)} stalls up to {max(stalls):.2f} s")
    if dropped:
        harm.append(f"{dropped} viewers dropped")
    if any(v.holes for v in viewers):
        harm.append(f"{sum(v.holes for v in viewers)} holes")
    if not audience.show.alive:
        harm.append("the show ended")
    return {
        "fault": name,
        "answered": answered,
        "seconds": round(time.monotonic() - (since_s or audience.viewers[0].began_s)),
        "stalls": len(stalls),
        "dropped": dropped,
        "slowest_answer_s": round(max(waits, default=0), 3),
        "newcomer_s": None,
        "harm": harm,
    }


def _ordered(audience: Audience) -> dict:
    first, *others = audience.viewers
    pictures, wrong = order(first.reels)
    harm = [f"film {film}: {what}" for film, what in wrong]
    for other in others:
        for number, (a, b) in enumerate(zip(first.films, other.films, strict=False)):
            # The last one is still on its way to some.
            if a[: len(b)] != b[: len(a)]:
                harm.append(f"film {number} is another one for {other.name}")
    told = f"{pictures} pictures of {len(first.films)} films decoded: "
    told += f"{len(wrong)} out of order; the same pieces for all viewers"
    row = _row("order of all pictures", told, audience, 0)
    return {**row, "harm": harm}


def _said_by(show) -> dict:
    lines = [line for line in show.said if "Ctrl-C" not in line]
    traced = [line for line in lines if re.match(r"[\w.]*(Error|Exception)\b", line)]
    told = "; ".join(dict.fromkeys(traced)) or "; ".join(lines[:6]) or "nothing"
    return {
        "fault": "what the process printed", "answered": told, "seconds": 0,
        "stalls": 0, "dropped": 0, "slowest_answer_s": 0, "newcomer_s": None,
        "harm": ["a traceback"] if traced else [],
    }  # fmt: skip


def alone(path: Path, name: str, fault, tell) -> dict:
    """Try a fault on shows of its own."""
    began = time.monotonic()
    row = {"fault": name, "stalls": 0, "dropped": 0, "slowest_answer_s": 0}
    row |= {"newcomer_s": None, "harm": []}
    try:
        row |= fault(path, measured)
    except HarmError as error:
        row |= {"answered": str(error), "harm": [str(error)]}
    row["seconds"] = round(time.monotonic() - began)
    tell(row)
    return row


def said(row: dict) -> None:
    """Print a row."""
    seen = f"{row['stalls']} stalls, {row['dropped']} dropped"
    if row["slowest_answer_s"]:
        seen += f", others answered in ≤ {row['slowest_answer_s'] * 1000:.0f} ms"
    if row["newcomer_s"] is not None:
        seen += f", newcomer saw in {row['newcomer_s']:.2f} s"
    mark = "HARM" if row["harm"] else "fine"
    print(f"{mark}  {row['fault']} ({row['seconds']} s): {row['answered']}")
    print(f"      {seen}" + "".join(f"\n      ! {one}" for one in row["harm"]))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
