"""How good the order of takes is, against orders found otherwise; and how it grows.

Takes of known motion: pans, tilts, dollies, rolls, whips, ramps, handheld and static
ones, as measured (truth with the estimator's own error) and scored by the truth.

    python benchmarks/fractures.py [--quick] [--json]
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import sys
import time
import tracemalloc
from fractions import Fraction

import numpy as np
import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.assemble import Style
from otio_genai.assemble.match import scores
from otio_genai.assemble.planning.brief import Brief
from otio_genai.assemble.planning.candidates import takes
from otio_genai.assemble.planning.noted import Directions, NotedJoin
from otio_genai.assemble.planning.openings import openings
from otio_genai.assemble.planning.places import Places
from otio_genai.assemble.planning.plan import make_plan
from otio_genai.ingest import bin as bins

RATE = Fraction(24)
SLOT_S, TAKE_S = 2.5, 5.0
SLOT = math.floor(SLOT_S * RATE)
ASPECT = 9 / 16
#: rms-flow error of the motion estimator, as `benchmarks/motion.py` measures it.
ERROR_FW_S = 0.0014
PLAIN = {
    f"weight_{name}": 0.0
    for name in ("music", "voice", "colour", "energy", "repetition", "rest")
}


def known_takes(count: int, seed: int = 1) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return (frames, true motions) of takes that move in the ways cameras do."""
    rng = np.random.default_rng(seed)
    return [_known(k, rng) for k in range(count)]


def _known(k: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    frames = np.arange(2, math.floor(TAKE_S * RATE), 2)
    t = frames / float(RATE) / TAKE_S
    speed = float(np.exp(rng.uniform(math.log(0.03), math.log(0.4))))
    sign = 1 if rng.random() < 0.5 else -1
    kappa = math.sqrt((1 + ASPECT**2) / 12)
    kinds = ("pan", "tilt", "dolly", "roll", "mixed", "whip", "ramp", "hand", "static")
    kind = kinds[k % len(kinds)]
    motion = np.zeros((len(frames), 4))
    if kind in ("pan", "whip", "ramp"):
        motion[:, 0] = sign * speed
    if kind == "whip":
        motion[:, 0] = sign * 2.4 * np.exp(-(((t - rng.uniform(0.3, 0.7)) / 0.06) ** 2))
    if kind == "ramp":
        motion[:, 0] *= 2 * t if rng.random() < 0.5 else 2 * (1 - t)
    if kind == "tilt":
        motion[:, 1] = sign * speed
    if kind == "dolly":
        motion[:, 2] = sign * kappa * speed * 1.5
    if kind == "roll":
        motion[:, 3] = sign * kappa * speed * 1.5
    if kind == "mixed":
        motion[:] = rng.normal(size=4) * speed / 2
    if kind == "hand":
        motion[:, :2] = 0.06 * rng.normal(size=2)
        motion += 0.05 * rng.normal(size=motion.shape)
    return frames, motion


def bin_of(known: list[tuple[np.ndarray, np.ndarray]], *, error: float) -> bins.Bin:
    """Return a bin of takes whose motion was measured with an error."""
    rng = np.random.default_rng(5)
    clips = []
    for k, (frames, motion) in enumerate(known):
        seen = motion + rng.normal(size=motion.shape) * error / 2
        count = math.floor(TAKE_S * RATE)
        reference = otio.schema.ExternalReference(
            f"file:///take_{k:04d}.mp4", rates.span(0, count, RATE)
        )
        facts = {"kind": "take", "rate": "24", "frames": count}
        metadata.put(reference, "media", facts | {"width": 1280, "height": 720})
        rows = [
            [int(f), *map(float, v), 0.001, 0.9]
            for f, v in zip(frames, seen, strict=True)
        ]
        metadata.put(reference, "motion", {"version": 1, "samples": rows})
        clips.append(otio.schema.Clip(f"take {k:04d}", reference))
    return bins.make(clips)


class Pool:
    """Takes as measured, and as they truly move."""

    def __init__(self, known: list[tuple[np.ndarray, np.ndarray]]) -> None:
        self.seen = takes(bin_of(known, error=ERROR_FW_S), RATE, ASPECT)
        self.true = takes(bin_of(known, error=0.0), RATE, ASPECT)

    def part(self, chosen: list[int]) -> Pool:
        """Return the pool of some of the takes."""
        made = Pool.__new__(Pool)
        made.seen = tuple(self.seen[i] for i in chosen)
        made.true = tuple(self.true[i] for i in chosen)
        return made


def kinds_of(slots: int) -> list[str]:
    """Return the joins: every fourth one dry."""
    return ["dry" if k % 4 == 3 else "match" for k in range(slots - 1)]


def planned(pool: Pool, slots: int, seed: int = 0) -> list[tuple[int, int]]:
    """Return (take, in-point) of each slot as the product plans them."""
    style = Style(
        mean_shot_s=SLOT_S,
        min_shot_s=SLOT_S,
        max_shot_s=SLOT_S,
        hold_end_s=0,
        dry_share=0,
        **PLAIN,
    )
    kinds = kinds_of(slots)
    noted = Directions(
        joins=[NotedJoin(number=k + 1, kind=kind) for k, kind in enumerate(kinds)]
    )
    places = Places()
    made = make_plan(
        Brief(pool.seen, slots * SLOT, RATE, style, places, noted, seed=seed)
    )
    index = {id(take): k for k, take in enumerate(pool.seen)}
    return [(index[id(shot.material)], shot.way) for shot in made.shots]


def trimmed(pool: Pool, order: list[int]) -> list[tuple[int, int]]:
    """Return the best in-points for an order, exactly."""
    opened = [openings(pool.seen[take], SLOT) for take in order]
    value = np.zeros(len(opened[0].ways))
    came = []
    for before, after, kind in zip(
        opened, opened[1:], kinds_of(len(order)), strict=False
    ):
        table = scores(before.exits, after.entries)
        cost = value[:, None] + (table if kind == "dry" else 1 - table)
        came.append(cost.argmin(axis=0))
        value = cost.min(axis=0)
    pick = [int(value.argmin())]
    for back in reversed(came):
        pick.append(int(back[pick[-1]]))
    return [
        (take, int(o.ways[k]))
        for take, o, k in zip(order, opened, reversed(pick), strict=True)
    ]


def greedy(pool: Pool, slots: int) -> list[tuple[int, int]]:
    """Return the best chain by the cheapest join each time, from every start."""
    kinds = kinds_of(slots)
    opened = [openings(take, SLOT) for take in pool.seen]
    best: tuple[float, list[int]] = (math.inf, [])
    for start in range(len(pool.seen)):
        chain, total = [start], 0.0
        for kind in kinds:
            leaving = opened[chain[-1]].exits
            costs = []
            for take, after in enumerate(opened):
                if take in chain:
                    costs.append(math.inf)
                    continue
                table = scores(leaving, after.entries)
                costs.append(float(table.min() if kind == "dry" else 1 - table.max()))
            chain.append(int(np.argmin(costs)))
            total += min(costs)
        best = min(best, (total, chain))
    return trimmed(pool, best[1])


def exhaustive(pool: Pool) -> float:
    """Return the least cost of all orders and in-points of a few takes, exactly.

    Held and Karp's recursion over (takes used, last take, its in-point): every order
    is compared, though none is walked twice.
    """
    opened = [openings(take, SLOT) for take in pool.seen]
    count = len(opened)
    kinds = kinds_of(count)
    value = {(1 << i, i): np.zeros(len(opened[i].ways)) for i in range(count)}
    for size in range(1, count):
        kind = kinds[size - 1]
        grown: dict[tuple[int, int], np.ndarray] = {}
        for (used, last), cost in value.items():
            for take in range(count):
                if used >> take & 1:
                    continue
                table = scores(opened[last].exits, opened[take].entries)
                table = table if kind == "dry" else 1 - table
                reached = (cost[:, None] + table).min(axis=0)
                key = (used | 1 << take, take)
                there = grown.get(key)
                grown[key] = reached if there is None else np.minimum(there, reached)
        value = grown
    return float(min(cost.min() for cost in value.values()))


def judged(pool: Pool, film: list[tuple[int, int]], *, true: bool = True) -> dict:
    """Return mean match, mean contrast and the cost of a film."""
    moving = pool.true if true else pool.seen
    found = []
    for (a, begin), (b, into) in itertools.pairwise(film):
        leaving = moving[a].leaving[begin + SLOT]
        found.append(scores(leaving[None], moving[b].entering[into][None])[0, 0])
    kinds = kinds_of(len(film))
    match = [s for s, kind in zip(found, kinds, strict=True) if kind == "match"]
    dry = [s for s, kind in zip(found, kinds, strict=True) if kind == "dry"]
    return {
        "match": float(np.mean(match)),
        "contrast": 1 - float(np.mean(dry)) if dry else math.nan,
        "cost": float(sum(1 - s for s in match) + sum(dry)),
    }


def beat_only(pool: Pool, slots: int) -> list[tuple[int, int]]:
    """Return takes in file order, cut on every so many beats, from their first frame.

    What a beat tracker and a folder give: nobody looks at the pictures.
    """
    return [(k, pool.seen[k].first) for k in range(slots)]


def table(pool: Pool, slots: int, seeds: int) -> dict[str, dict]:
    """Return every way of ordering, judged."""
    every = list(range(len(pool.seen)))
    rng = np.random.default_rng(0)
    shuffled = [
        judged(pool, trimmed(pool, rng.permutation(every)[:slots].tolist()))
        for _ in range(seeds)
    ]
    start = time.process_time()
    ours = planned(pool, slots)
    took = time.process_time() - start
    return {
        "ours": judged(pool, ours) | {"cpu_s": took},
        "file order, best in-points": judged(pool, trimmed(pool, every[:slots])),
        f"shuffled, best in-points ({seeds})": {
            key: float(np.mean([one[key] for one in shuffled]))
            for key in ("match", "contrast", "cost")
        },
        "beat-only": judged(pool, beat_only(pool, slots)),
        "greedy, best of all starts": judged(pool, greedy(pool, slots)),
    }


def against_exhaustive(pool: Pool, rounds: int) -> dict[str, float]:
    """Return our cost over the least possible one, on eight takes at a time."""
    rng = np.random.default_rng(3)
    ratios = []
    for _ in range(rounds):
        few = pool.part(rng.choice(len(pool.seen), 8, replace=False).tolist())
        ours = judged(few, planned(few, 8), true=False)["cost"]
        ratios.append(ours / exhaustive(few))
    return {"mean": float(np.mean(ratios)), "worst": float(np.max(ratios))}


def variety(pool: Pool, slots: int, seeds: int) -> dict[str, float]:
    """Return the share of joins that films of two seeds have in common, and the loss.

    The loss is of the mean score of all joins, the worst seed against the best.
    """
    films = [planned(pool, slots, seed) for seed in range(seeds)]
    pairs = [{(a, b) for (a, _), (b, _) in itertools.pairwise(f)} for f in films]
    shared = [len(a & b) / (slots - 1) for a, b in itertools.combinations(pairs, 2)]
    good = [1 - judged(pool, film)["cost"] / (slots - 1) for film in films]
    return {
        "shared": float(np.mean(shared)),
        "most_shared": float(np.max(shared)),
        "mean_loss": 1 - float(np.mean(good)) / max(good),
        "worst_loss": 1 - min(good) / max(good),
    }


def growth(counts: list[int], slots: int) -> list[dict]:
    """Return time and peak memory of planning ``slots`` shots from many takes."""
    found = []
    for count in counts:
        known = known_takes(count, seed=2)
        begun = time.process_time()
        seen = takes(bin_of(known, error=ERROR_FW_S), RATE, ASPECT)
        read = time.process_time() - begun
        pool = Pool.__new__(Pool)
        pool.seen = pool.true = seen
        begun = time.process_time()
        planned(pool, slots)
        took = time.process_time() - begun
        fresh = Pool.__new__(Pool)
        fresh.seen = takes(bin_of(known, error=ERROR_FW_S), RATE, ASPECT)
        tracemalloc.start()
        planned(fresh, slots)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        found.append(
            {"takes": count, "made_s": read, "plan_s": took, "peak_mb": peak / 1e6}
        )
    return found


def fixed_order(slots: int) -> float:
    """Return the CPU seconds for cutting ``slots`` takes in a given order to beats."""
    seen = takes(bin_of(known_takes(slots, seed=4), error=ERROR_FW_S), RATE, ASPECT)
    style = Style(order="given", mean_shot_s=SLOT_S, dry_share=0.25)
    beats = list(np.arange(0.3, slots * SLOT_S, 0.5))
    places = Places(
        beats_s=beats,
        downbeats_s=beats[::4],
        phrases_s=beats[::16],
        confidence=0.9,
    )
    total = round(slots * SLOT_S * RATE)
    begun = time.process_time()
    make_plan(Brief(seen, total, RATE, style, places, Directions()))
    return time.process_time() - begun


def main() -> int:
    """Run, print, and say whether the figures aimed at are reached."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args()
    pool = Pool(known_takes(43))
    rounds, seeds = (3, 4) if asked.quick else (12, 12)
    counts = [500, 1000] if asked.quick else [500, 1000, 2000, 4000]
    found = {
        "all 43 of 43": table(pool, 43, 20),
        "16 of 43": table(pool, 16, 20),
        "cost over exhaustive search, 8 takes": against_exhaustive(pool, rounds),
        "seeds, 16 of 43": variety(pool, 16, seeds),
        "40 shots from many takes": growth(counts, 40),
        "fixed order": {
            f"{n} shots": {"cpu_s": fixed_order(n)}
            for n in ([100] if asked.quick else [100, 400])
        },
    }
    print(json.dumps(found, indent=2) if asked.json else readable(found))
    return 0


def readable(found: dict) -> str:
    """Return the figures as a text."""
    lines = []
    for name in ("all 43 of 43", "16 of 43"):
        lines.append(f"{name}, every 4th join dry          match  contrast  cost/ours")
        ours = found[name]["ours"]["cost"]
        for way, row in found[name].items():
            took = f"  ({row['cpu_s']:.2f} s CPU)" if "cpu_s" in row else ""
            lines.append(
                f"  {way:<36} {row['match']:.3f}  {row['contrast']:.3f}    "
                f"{row['cost'] / ours:5.2f}{took}"
            )
    least = found["cost over exhaustive search, 8 takes"]
    lines.append(
        f"8 takes, cost over exhaustive search: mean {least['mean']:.4f}, "
        f"worst {least['worst']:.4f}"
    )
    seeds = found["seeds, 16 of 43"]
    lines.append(
        f"other seeds: {seeds['shared']:.0%} of joins shared (most "
        f"{seeds['most_shared']:.0%}), mean score {seeds['mean_loss']:.2%} below the "
        f"best on average, {seeds['worst_loss']:.2%} at worst"
    )
    for row in found["40 shots from many takes"]:
        lines.append(
            f"40 shots from {row['takes']} takes: {row['plan_s']:.2f} s CPU, peak "
            f"{row['peak_mb']:.0f} MB"
        )
    for name, row in found["fixed order"].items():
        lines.append(f"{name} in fixed order, cut to beats: {row['cpu_s']:.2f} s CPU")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
