"""How well the joins of drawn films match, and how often branches are taken.

Fields are made up: takes that drift and turn.

``quality``  60 slots of 12 takes, six in-points and six out-points each: mean match of
             drawn joins beside that of the best film, as a function of τ, and how wide
             the draw is: takes in use per slot, 2 to the power of entropy, and takes
             that the next film shows, too;
``shares``   75 fields of six slots with one branch of weight 1, which is a share of a
             half where joins are alike: shares as they come out, and once weighed.

With every take shown in its turn: `field_coverage.py`.

Run ``python benchmarks/field_joins.py [--quick] [--json]``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.field_sampling import field
from otio_genai.field import model
from otio_genai.field.drawing import best, draw_many, join_score, space
from otio_genai.field.odds import shares as shares_of
from otio_genai.field.odds import weights_for
from tests.support import fields

TAUS = (0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.6, 0.8)
#: Least part of the optimum's match.
GATE = 0.95


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smaller fields")
    parser.add_argument("--json", action="store_true", help="print JSON")
    quick = (options := parser.parse_args()).quick
    found = {
        "quality": quality(*((20, 12) if quick else (60, 12)), 40 if quick else 200),
        "shares": [shares(tau, 10 if quick else 75) for tau in (0.6, 0.15, 0.1)],
    }
    print(json.dumps(found, indent=2) if options.json else table(found))


# Quality -------------------------------------------------------------------------


def quality(slots: int, takes: int, films: int) -> dict[str, object]:
    """Return mean match and width of the draw, as functions of τ."""
    rows = []
    for tau in TAUS:
        tuned = field(slots, takes, motion=model.Motion(tau, None))
        seen = space(tuned)
        drawn = draw_many(seen, np.random.default_rng(6), films)
        rows.append(
            {
                "tau": tau,
                "best": matched(tuned, [best(seen)]),
                "drawn": matched(tuned, drawn),
                "takes_in_use": width(drawn, slots),
                "overlap": overlap(drawn),
            }
        )
    # The optimum is that of the motion alone: the best film of the strictest τ.
    top = max(row["best"] for row in rows)
    for row in rows:
        row["of_optimum"] = round(row["drawn"] / top, 4)
    blind = field(slots, takes, motion=model.Motion(1e3, None))
    chance = draw_many(space(blind), np.random.default_rng(6), films)
    wide = [row for row in rows if row["of_optimum"] >= GATE]
    return {
        "slots": slots,
        "takes": takes,
        "optimum": top,
        "by_chance": matched(blind, chance),
        "rows": rows,
        "tau": max((row["tau"] for row in wide), default=None),
    }


def matched(judged: model.Field, films: list[tuple[model.Chosen, ...]]) -> float:
    """Return the mean match of all joins of some films."""
    scores = [
        join_score(judged, a, b)
        for film in films
        for a, b in zip(film[:-1], film[1:], strict=True)
    ]
    return round(float(np.mean(scores)), 4)


def width(films: list[tuple[model.Chosen, ...]], slots: int) -> float:
    """Return 2 to the power of the entropy of a slot's take, in the mean of slots."""
    counts = [Counter(film[n].option for film in films) for n in range(slots)]
    found = []
    for seen in counts:
        share = np.array(list(seen.values())) / len(films)
        found.append(2 ** float(-(share * np.log2(share)).sum()))
    return round(float(np.mean(found)), 2)


def overlap(films: list[tuple[model.Chosen, ...]]) -> float:
    """Return the share of takes that neighbouring films have in common."""
    same = [
        np.mean([a.option == b.option for a, b in zip(one, two, strict=True)])
        for one, two in zip(films[:-1], films[1:], strict=True)
    ]
    return round(float(np.mean(same)), 3)


# Shares --------------------------------------------------------------------------


def shares(tau: float, count: int) -> dict[str, object]:
    """Return how often a branch of weight 1 is taken, as it is and once weighed."""
    plain, weighed = [], []
    for seed in range(count):
        made = fields.field(6, 2 + seed % 3, seed=seed, branches=[("b", 1, 4, None, 1)])
        made = replace(made, motion=replace(made.motion, tau=tau))
        plain.append(shares_of(made)[0].of_fork)
        weight = weights_for(made, {"b": 0.5}, at_fork=True)["b"]
        branch = replace(made.branches[0], weight=weight)
        weighed.append(shares_of(replace(made, branches=(branch,)))[0].of_fork)
    return {
        "tau": tau,
        "fields": count,
        "plain": [round(min(plain), 4), round(max(plain), 4)],
        "weighed": [round(min(weighed), 4), round(max(weighed), 4)],
    }


# Reading -------------------------------------------------------------------------


def table(found: dict[str, object]) -> str:
    """Return the figures for reading, with the gate."""
    good = found["quality"]
    lines = [
        f"{good['slots']} slots of {good['takes']} takes: mean match of joins, the "
        f"best film of all {good['optimum']:.4f}, by chance {good['by_chance']:.4f}",
        "best: the likeliest film of each tau; drawn: the mean of films drawn alone",
        f"{'tau':>6}{'best':>9}{'drawn':>9}{'of optimum':>12}{'takes in use':>14}"
        f"{'overlap':>9}",
    ]
    for row in good["rows"]:
        lines.append(
            f"{row['tau']:6.2f}{row['best']:9.4f}{row['drawn']:9.4f}"
            f"{row['of_optimum']:12.3f}{row['takes_in_use']:14.2f}{row['overlap']:9.3f}"
        )
    lines.append(f"widest tau within {1 - GATE:.0%} of the optimum: {good['tau']}")
    lines.append("")
    lines.append("a branch of weight 1: share of the films that come to it")
    for row in found["shares"]:
        lines.append(
            f"  tau {row['tau']:4}, {row['fields']} fields: {row['plain'][0]:.3f} to "
            f"{row['plain'][1]:.3f}; weighed for a half {row['weighed'][0]:.3f} to "
            f"{row['weighed'][1]:.3f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
