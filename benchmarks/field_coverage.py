"""How soon showings show every take, how unlike they are, and that none comes twice.

Fields are made up: takes that drift and turn, six in-points and six out-points each.

``coverage``  60 slots of 12 takes, 60 showings: share of takes seen after 1, 6, 12, 24
              and 60, takes in common with the showing before, and the mean match of
              joins beside that of the best film there is, and of the best films found
              that together show every take; how many pairs of neighbours come again
              in the next block; by weights alone, and with the bag, as a function of τ;
``cover``     fields whose joins are restricted: in how few showings all takes can be
              shown as trying every set of films finds it, as the flow finds it, and in
              how many the showings did it;
``numbers``   films by number: all different, and not below a limit in matching;
``ledger``    showings of a tiny field until it has none left: each film once, then a
              sentence.

What opening a showing costs, and deciding one cut, is CPU time.

Run ``python benchmarks/field_coverage.py [--quick] [--json]``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

sys.path.insert(0, str(Path(__file__).parent.parent))

from otio_genai.assemble.match import scores
from otio_genai.errors import FieldError
from otio_genai.field.drawing import Conditions, best, join_score, reachable, space
from otio_genai.field.drawing.ways import Ways, ways
from otio_genai.field.model import Coverage, Field
from otio_genai.field.showing import Book, numbered, unseen
from otio_genai.field.showing.cover import Cover
from otio_genai.field.showing.recipe import digest
from tests.support import bins, fields
from tests.support.showings import all_films, fewest, played, takes

CUTS = {"in": [0, 12, 24, 36, 48, 60], "out": [66, 70, 74, 78, 82, 90]}
TWO = {"in": [12, 36], "out": [48, 60]}
OFF, BAG = Coverage(False, 0, 1.0, 1), Coverage(True, 0, 1.0, 1)
AFTER = (1, 6, 12, 24, 60)
TAUS = (0.6, 0.3, 0.15, 0.1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smaller and fewer")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = measured(Path(folder), quick=options.quick)
    print(json.dumps(report, indent=2) if options.json else readable(report))


def measured(folder: Path, *, quick: bool) -> dict[str, Any]:
    """Return all tables."""
    slots, count = (12, 4) if quick else (60, 12)
    field = fields.field(slots, count, cuts=CUTS)
    return {
        "coverage": [coverage(field, folder, 5 * count, tau) for tau in TAUS],
        "cover": covers(folder, quick=quick),
        "numbers": numbers(field, folder, 500 if quick else 100_000),
        "ledger": ledger(folder),
    }


def coverage(field: Field, folder: Path, showings: int, tau: float) -> dict[str, Any]:
    """Return what showings show, by weights alone and with the bag."""
    field = replace(field, motion=replace(field.motion, tau=tau))
    matched, block = match(field, best(space(field))), best_block(field)
    found: dict[str, Any] = {
        "tau": tau,
        "takes": sum(len(slot.options) for slot in field.slots),
        "best match": round(matched, 3),
        "best block": round(block, 3),
        "bound of all takes": round(bound(field), 3),
    }
    for name, rule in (("weights", OFF), ("bag", BAG)):
        ruled = replace(field, coverage=rule)
        found[name] = row(ruled, folder / f"{name} {tau}.book", showings)
        found[name]["of the best match"] = round(found[name]["match"] / matched, 3)
        found[name]["of the best block"] = round(found[name]["match"] / block, 3)
    return found


def row(field: Field, path: Path, showings: int) -> dict[str, Any]:
    """Return one policy's figures."""
    give = np.random.default_rng(1).bytes
    seen: set[tuple[int, int]] = set()
    shares, common, matches, opened, cuts = {}, [], [], [], []
    met: list[set[tuple[int, int, int]]] = []
    before: frozenset[tuple[int, int]] = frozenset()
    can = sum(sum(map(bool, each)) for each in reachable(space(field)))
    with Book.make(path, "ledger", give) as book:
        for number in range(1, showings + 1):
            start = time.process_time()
            showing = unseen(field, book, give)
            opened.append(time.process_time() - start)
            start = time.process_time()
            while showing.next() is not None:
                pass
            film = showing.decided
            cuts.append((time.process_time() - start) / len(film))
            showing.close()
            shown = takes(film)
            seen |= shown
            if before:
                common.append(len(shown & before) / len(shown))
            before = shown
            matches.append(match(field, film))
            joined = zip(film, film[1:], strict=False)
            met.append({(a.slot, a.option, b.option) for a, b in joined})
            if number in AFTER:
                shares[number] = round(len(seen) / can, 3)
    return {
        "seen after": shares,
        "overlap": round(float(np.mean(common)), 4),
        "most overlap": round(float(np.max(common)), 4),
        "match": round(float(np.mean(matches)), 3),
        "met again": round(again(met, showings // 5), 3),
        "open_ms": round(1000 * float(np.median(opened)), 2),
        "cut_us": round(1e6 * float(np.median(cuts)), 1),
    }


def again(met: list[set[tuple[int, int, int]]], block: int) -> float:
    """Return the share of neighbours of one block that are so in the next, too."""
    blocks = [
        set().union(*met[k : k + block]) for k in range(0, len(met) - block + 1, block)
    ]
    pairs = zip(blocks, blocks[1:], strict=False)
    return float(np.mean([len(one & other) / len(one) for one, other in pairs]))


def best_block(field: Field) -> float:
    """Return the mean match of the best films found that show each take once.

    Found by pairing takes as `bound` does and then choosing the best cuts of each film:
    a bound from below of what the best such films match.
    """
    filled = ways(field)
    takes, ins, _ = filled[0].shape
    came, reached = np.arange(takes), np.zeros((takes, ins))
    for before, after in zip(filled, filled[1:], strict=False):
        table = _points(before, after)
        order = linear_sum_assignment(table.max(axis=(1, 3))[came], maximize=True)[1]
        shut = np.where(before.fits[came] > 0, 0, -np.inf)
        out = (reached[:, :, None] + shut).max(axis=1)
        reached = (out[:, :, None] + table[came, :, order]).max(axis=1)
        came = order
    ends = (filled[-1].fits[came] > 0).any(axis=2)
    matched = np.where(ends, reached, -np.inf).max(axis=1)
    return float(matched.mean() / (len(filled) - 1))


def _points(before: Ways, after: Ways) -> np.ndarray:
    (takes_out, _, outs), (takes_in, ins, _) = before.shape, after.shape
    table = scores(before.leaving.reshape(-1, 4), after.entering.reshape(-1, 4))
    return table.reshape(takes_out, outs, takes_in, ins)


def bound(field: Field) -> float:
    """Return what joins can match on average, if each take is shown as often.

    A bound from above: at each join apart, the best pairing of all takes of the two
    slots, each pair at its best points, whatever its films do elsewhere.
    """
    filled, found = ways(field), []
    for before, after in zip(filled, filled[1:], strict=False):
        pairs = _points(before, after).max(axis=(1, 3))
        rows, columns = linear_sum_assignment(pairs, maximize=True)
        found.append(pairs[rows, columns].mean())
    return float(np.mean(found))


def match(field: Field, film: Any) -> float:
    """Return the mean match of a film's joins."""
    joined = zip(film, film[1:], strict=False)
    return float(np.mean([join_score(field, a, b) for a, b in joined]))


def star(count: int) -> Field:
    """Return two slots in which one take of each goes with all of the other."""
    between, ways = (0.07, 0.07, 0, 0), ((0.1, 0, 0, 0), (0, 0.1, 0, 0))
    clips = [
        [
            bins.take(f"take {slot}-{k}", way if k else between, frames=96)
            for k in range(count)
        ]
        for slot, way in enumerate(ways)
    ]
    field = fields.field(clips=clips, kinds=["match"], cuts=TWO)
    return replace(field, motion=replace(field.motion, hard_max=0.5))


def covers(folder: Path, *, quick: bool) -> list[dict[str, Any]]:
    """Return how many showings cover restricted fields."""
    cases = [(f"star of {count}", star(count)) for count in (2, 3, 4, 5, 6)]
    for seed in range(2 if quick else 8):
        cases.append((f"random {seed}", restricted(seed)))
    found = []
    for number, (name, field) in enumerate(cases):
        films = all_films(field)
        there = frozenset().union(*map(takes, films))
        needed, remarks = shows_all(field, there, folder / f"cover {number}.book")
        found.append(
            {
                "field": name,
                "films": len(films),
                "takes": len(there),
                "by trying": fewest(films, there),
                "by flow": Cover(field, Conditions()).least(there),
                "showings": needed,
                "remarks": remarks,
            }
        )
    return found


def restricted(seed: int) -> Field:
    """Return a field whose rule of motion lets few joins be."""
    field, most = fields.field(3, 3, cuts=TWO, seed=seed), 0.4
    while True:
        ruled = replace(field, motion=replace(field.motion, hard_max=most))
        try:
            if sum(map(sum, reachable(space(ruled)))) >= 7:
                return ruled
        except FieldError:
            pass
        most += 0.03


def shows_all(
    field: Field, there: frozenset[tuple[int, int]], path: Path
) -> tuple[int, list[str]]:
    """Return after how many showings all takes were shown, and what was remarked."""
    give = np.random.default_rng(1).bytes
    seen: set[tuple[int, int]] = set()
    count, remarks = 0, set()
    with Book.make(path, "ledger", give) as book:
        while not there <= seen:
            showing = unseen(field, book, give)
            remarks |= set(showing.remarks)
            seen |= takes(played(showing))
            count += 1
    return count, sorted(remarks)


def numbers(field: Field, folder: Path, count: int) -> dict[str, Any]:
    """Return how many films of so many numbers are different."""
    field = replace(field, coverage=OFF, fingerprint="benchmark")
    made: set[bytes] = set()
    start = time.process_time()
    with Book.make(
        folder / "numbers.book",
        "numbers",
        np.random.default_rng(2).bytes,
        fingerprint=field.fingerprint,
    ) as book:
        for number in range(count):
            made.add(digest(book.key, field, played(numbered(field, book, number))))
    spent = time.process_time() - start
    return {
        "numbers": count,
        "different": len(made),
        "film_ms": round(1000 * spent / count, 3),
    }


def ledger(folder: Path) -> dict[str, Any]:
    """Return what a tiny field shows until nothing is left."""
    field = replace(fields.field(3, 2, cuts=TWO), coverage=OFF)
    films, give = all_films(field), np.random.default_rng(3).bytes
    shown, said = [], ""
    with Book.make(folder / "ledger.book", "ledger", give) as book:
        while True:
            try:
                shown.append(played(unseen(field, book, give)))
            except FieldError as error:
                said = error.sentence
                break
    return {
        "films": len(films),
        "shown": len(shown),
        "different": len(set(shown)),
        "then": said,
    }


def readable(report: dict[str, Any]) -> str:
    """Return the tables as text."""
    lines = []
    for found in report["coverage"]:
        lines.append(
            f"tau {found['tau']}: {found['takes']} takes; the joins of the best film "
            f"match {found['best match']}, of the best films found that show all "
            f"takes {found['best block']}, of none such over "
            f"{found['bound of all takes']}"
        )
        for name in ("weights", "bag"):
            one = found[name]
            seen = "  ".join(f"{k}: {v:.2f}" for k, v in one["seen after"].items())
            lines.append(
                f"{name:8} seen after {seen}; overlap {one['overlap']:.1%}, at most "
                f"{one['most overlap']:.1%}; match {one['match']}, "
                f"{one['of the best match']:.1%} of the best film, "
                f"{one['of the best block']:.1%} of the best block; neighbours again "
                f"{one['met again']:.0%}; opening "
                f"{one['open_ms']} ms, a cut {one['cut_us']} us"
            )
    lines.append("field         films  takes  trying  flow  showings")
    for one in report["cover"]:
        lines.append(
            f"{one['field']:12} {one['films']:6} {one['takes']:6} {one['by trying']:7} "
            f"{one['by flow']:5} {one['showings']:9}  {' '.join(one['remarks'])}"
        )
    told = report["numbers"]
    lines.append(
        f"{told['numbers']} numbers, {told['different']} different films, "
        f"{told['film_ms']} ms each"
    )
    tiny = report["ledger"]
    lines.append(
        f"a field of {tiny['films']} films: {tiny['shown']} shown, {tiny['different']} "
        f"different; then: {tiny['then']}"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
