"""How fast and how exactly films are drawn from a field.

Fields are made up: takes that drift and turn, six in-points and six out-points each.

``speed``    200 slots of 50 takes: the tables of joins, the filter, one cut, a thousand
             films at once, exact count, film number n, an exact number of beats, and
             600 takes shared by all slots, none shown twice;
``law``      χ² over its degrees of freedom of films drawn from small fields against all
             films there are, found one by one by other code;
``numbers``  films by number: all different, all admissible as that other code judges.

How well joins match, and how often branches are taken: `field_joins.py`.

Run ``python benchmarks/field_sampling.py [--quick] [--json]``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from otio_genai.assemble.planning.candidates import Colours
from otio_genai.assemble.style import Style
from otio_genai.field import model
from otio_genai.field.drawing import (
    Conditions,
    Drawing,
    best,
    counted,
    draw_many,
    permuted,
    space,
)
from otio_genai.field.drawing.tables import joins
from otio_genai.field.drawing.ways import ways
from tests.field.drawing.small import CLOCK, Made, Rules, made_field, plain, slot, wild

STYLE = Style(mean_shot_s=2.0, min_shot_s=0.5, max_shot_s=4.0)
INS, OUTS = (0, 12, 24, 36, 48, 60), (72, 84, 96, 108, 120, 132)
#: Half a second: a beat of 120 BPM.
BEATS = model.Clock(Fraction(2), Fraction(0), Fraction(24))
GATES = {"filter_ms": 50, "cut_us": 50, "low": 0.8, "high": 1.2}


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smaller fields")
    parser.add_argument("--json", action="store_true", help="print JSON")
    quick = (options := parser.parse_args()).quick
    size = (40, 12) if quick else (200, 50)
    found = {
        "speed": speed(*size),
        "law": law(60_000 if quick else 400_000),
        "numbers": numbers(2_000 if quick else 100_000),
    }
    print(json.dumps(found, indent=2) if options.json else table(found))


# Fields --------------------------------------------------------------------------


def taken(rng: np.random.Generator, end: int = 144) -> Made:
    """Return a take that drifts and turns as it goes, fw/s."""
    base = rng.normal(size=4) * (0.15, 0.08, 0.08, 0.02)
    turn = rng.normal(size=4) * (0.10, 0.05, 0.05, 0.01)
    moves = base + np.arange(end + 1)[:, None] / end * turn
    lab = [tuple(rng.normal(size=3) * (12, 6, 6) + (50, 0, 0)) for _ in range(3)]
    still = np.zeros(end + 1)
    return Made(end, moves, moves, still, still, Colours(*lab), last=end)


def option(made: Made, name: str) -> model.Option:
    """Return a take with six in-points and six out-points."""
    clip = model.otio.schema.Clip(name)
    return model.Option(clip, made, name, 1.0, INS, OUTS, {})


def field(slots: int, takes: int, *, shared: int = 0, **over: object) -> model.Field:
    """Return a field; ``shared`` takes lie in all slots, else each has its own."""
    rng = np.random.default_rng(1)
    pool = [option(taken(rng), f"take {n}") for n in range(shared)]
    rows = []
    for number in range(slots):
        if pool:
            own = [pool[k] for k in rng.choice(len(pool), takes, replace=False)]
        else:
            own = [option(taken(rng), f"take {number}/{k}") for k in range(takes)]
        rows.append(slot(number, own, shortest=12, longest=96))
    return made_field(rows, style=STYLE, **over)


# Speed ---------------------------------------------------------------------------


def timed(work: Callable[[], object], times: int = 1) -> tuple[float, object]:
    """Return the least CPU seconds of some runs, and what the last one gave."""
    least, given = np.inf, None
    for _ in range(times):
        begun = time.process_time()
        given = work()
        least = min(least, time.process_time() - begun)
    return least, given


def speed(slots: int, takes: int) -> dict[str, object]:
    """Return what each step costs, in CPU time."""
    large = field(slots, takes)
    rng = np.random.default_rng(2)
    points_s, _ = timed(lambda: ways(large))
    made = joins(large, None)
    pairs = list(zip(range(slots - 1), range(1, slots), strict=True))
    tables_s, _ = timed(lambda: [made(a, b) for a, b in pairs])
    space(large)
    filter_s, seen = timed(lambda: space(large), 5)
    weighed = Conditions(weights={(n, 0): 5.0 for n in range(slots)})
    again_s, _ = timed(lambda: space(large, weighed), 5)
    rests = frozenset((n, k) for n in range(slots) for k in range(takes // 2))
    bag_s, _ = timed(lambda: space(large, Conditions(resting=rests)), 3)
    film_s, _ = timed(lambda: [Drawing(seen).finish(rng) for _ in range(10)], 3)
    many_s, _ = timed(lambda: draw_many(seen, rng, 1000))
    best_s, _ = timed(lambda: best(seen))
    alike = space(large, Conditions(uniform=True))
    count_s, found = timed(lambda: counted(alike))
    key = bytes(range(32))
    found.film(permuted(0, found.films, key))
    turn = iter(range(1, 1000))
    unrank_s, film = timed(
        lambda: found.film(permuted(next(turn), found.films, key)), 20
    )
    number_s, _ = timed(lambda: found.number(film), 5)
    return {
        "slots": slots,
        "takes": takes,
        "points_s": round(points_s, 3),
        "tables_s": round(tables_s, 3),
        "tables_mb": round(sum(made(a, b).nbytes for a, b in pairs) / 1e6, 1),
        "filter_ms": round(1e3 * filter_s, 1),
        "other_weights_ms": round(1e3 * again_s, 1),
        "resting_ms": round(1e3 * bag_s, 1),
        "cut_us": round(1e6 * film_s / 10 / slots, 1),
        "thousand_films_s": round(many_s, 3),
        "best_s": round(best_s, 3),
        "films_digits": len(str_of(found.films)),
        "count_s": round(count_s, 3),
        "unrank_ms": round(1e3 * unrank_s, 2),
        "number_ms": round(1e3 * number_s, 2),
        "beats": beats(slots, takes),
        "shared": shared(slots, takes),
        "hard": hard(slots, takes),
    }


def str_of(number: int) -> str:
    """Return a number's digits, of which Python prints but so many unasked."""
    sys.set_int_max_str_digits(100_000)
    return str(number)


def beats(slots: int, takes: int) -> dict[str, object]:
    """Return what films of an exact number of beats cost, and whether they have it."""
    wanted = round(4.935 * slots)
    timely = field(slots, takes, clock=BEATS, runtime=model.Runtime(exact=wanted))
    ways(timely)
    made = joins(timely, None)
    for a in range(slots - 1):
        made(a, a + 1)
    filter_s, seen = timed(lambda: space(timely))
    rng = np.random.default_rng(3)
    film_s, films = timed(lambda: [Drawing(seen).finish(rng) for _ in range(10)])
    ends = {sum(shot.frames for shot in film) for film in films}
    return {
        "beats": wanted,
        "filter_s": round(filter_s, 2),
        "film_ms": round(1e2 * film_s, 2),
        "leftover_frames": max(abs(end - BEATS.frame(wanted)) for end in ends),
    }


def shared(slots: int, takes: int) -> dict[str, object]:
    """Return what keeping shared takes apart costs, and how many come twice."""
    crowded = field(slots, takes, shared=3 * slots)
    ways(crowded)
    seen, loose = space(crowded), space(crowded, repeats=True)
    rng = np.random.default_rng(4)
    film_s, film = timed(lambda: Drawing(seen).finish(rng))
    other = Drawing(loose).finish(rng)

    def repeats(shots: tuple[model.Chosen, ...]) -> int:
        shown = [crowded.slots[s.slot].options[s.option].content for s in shots]
        return len(shown) - len(set(shown))

    return {
        "takes": 3 * slots,
        "cut_ms": round(1e3 * film_s / slots, 2),
        "repeats": repeats(film),
        "repeats_without": repeats(other),
    }


def hard(slots: int, takes: int) -> dict[str, object]:
    """Return what counting costs where some joins may not be."""
    strict = field(slots, takes, motion=model.Motion(0.3, 0.5))
    seen = space(strict, Conditions(uniform=True))
    count_s, found = timed(lambda: counted(seen))
    found.film(found.films // 2)
    key = bytes(32)
    turn = iter(range(1000))
    unrank_s, _ = timed(lambda: found.film(permuted(next(turn), found.films, key)), 10)
    return {
        "films_digits": len(str_of(found.films)),
        "count_s": round(count_s, 2),
        "unrank_ms": round(1e3 * unrank_s, 2),
    }


# Law -----------------------------------------------------------------------------


def law(draws: int) -> dict[str, dict[str, object]]:
    """Return χ² per degree of freedom of small fields, all films known."""
    fields = {
        "plain, 4 slots": (plain(1, slots=4, takes=2), Conditions()),
        "hard limit": (
            plain(4, slots=4, takes=2, motion=model.Motion(0.4, 0.7)),
            Conditions(),
        ),
        "exactly 8 ticks": (
            plain(2, 4, 2, clock=CLOCK, runtime=model.Runtime(exact=8)),
            Conditions(),
        ),
        "any order, resting, shared": wild(4840, most=5),
    }
    found = {}
    for name, (small, told) in fields.items():
        every, seen = Rules(small, told).drawn(), space(small, told)
        rng = np.random.default_rng(5)
        shown = Counter(draw_many(seen, rng, draws))
        total = sum(every.values())
        common = {f: draws * w / total for f, w in every.items()}
        rare = sum(w for w in common.values() if w < 10)
        rarely = sum(shown[f] for f, w in common.items() if w < 10)
        parts = [(shown[f] - w) ** 2 / w for f, w in common.items() if w >= 10]
        parts += [(rarely - rare) ** 2 / rare] if rare else []
        found[name] = {
            "films": len(every),
            "draws": draws,
            "log_weight_error": float(abs(seen.log_weight - np.log(total))),
            "chi_square": round(sum(parts) / (len(parts) - 1), 3),
            "strangers": len(set(shown) - set(every)),
        }
    return found


# Numbers -------------------------------------------------------------------------


def numbers(count: int) -> dict[str, object]:
    """Return how many of some numbered films are different, and admissible."""
    strict = field(24, 8, motion=model.Motion(0.3, 0.6))
    told = Conditions(uniform=True)
    found, judge = counted(space(strict, told)), Judge(strict)
    key, digests, good, back = bytes(range(32)), set(), 0, 0
    begun = time.process_time()
    for n in range(count):
        number = permuted(n, found.films, key)
        film = found.film(number)
        text = ";".join(f"{s.slot},{s.option},{s.way},{s.frames}" for s in film)
        digests.add(hashlib.blake2b(text.encode(), digest_size=16).digest())
        good += judge.admits(film)
        back += n % 100 != 0 or found.number(film) == number
    return {
        "films": str_of(found.films),
        "count": count,
        "different": len(digests),
        "admissible": good,
        "numbered_back": back,
        "ms_each": round(1e3 * (time.process_time() - begun) / count, 3),
    }


class Judge:
    """The plain rules of `tests.field.drawing.small`, asked once for each join."""

    def __init__(self, judged: model.Field) -> None:
        self._field, self._rules = judged, Rules(judged, Conditions(uniform=True))
        self._joins: dict[tuple[model.Chosen, ...], bool] = {}

    def admits(self, film: tuple[model.Chosen, ...]) -> bool:
        """Tell whether a film is one of the field's: slots, points, lengths, joins."""
        slots = self._field.slots
        if [shot.slot for shot in film] != list(range(len(slots))):
            return False
        shown = {slots[s.slot].options[s.option].content for s in film}
        fit = all(
            shot.way in slots[shot.slot].options[shot.option].ins
            and shot.way + shot.frames in slots[shot.slot].options[shot.option].outs
            and slots[shot.slot].shortest <= shot.frames <= slots[shot.slot].longest
            for shot in film
        )
        pairs = zip(film[:-1], film[1:], strict=True)
        return fit and len(shown) == len(film) and all(self._met(*p) for p in pairs)

    def _met(self, before: model.Chosen, after: model.Chosen) -> bool:
        out = before.way + before.frames
        key = (replace(before, way=0, frames=out), replace(after, frames=0))
        if key not in self._joins:
            one = (before.slot, before.option, before.way, out)
            two = (after.slot, after.option, after.way, 0)
            self._joins[key] = self._rules._join(one, two) > 0
        return self._joins[key]


# Reading -------------------------------------------------------------------------


def table(found: dict[str, object]) -> str:
    """Return the figures for reading, with the gates."""
    fast, exact = found["speed"], found["speed"]["beats"]
    apart, strict = fast["shared"], fast["hard"]
    lines = [
        f"{fast['slots']} slots of {fast['takes']} takes, 6 ins, 6 outs; CPU time",
        f"  points of takes            {fast['points_s']:9.3f} s",
        f"  tables of joins            {fast['tables_s']:9.3f} s, "
        f"{fast['tables_mb']} MB",
        f"  filter                     {fast['filter_ms']:9.1f} ms "
        f"(gate {GATES['filter_ms']})",
        f"  filter, other weights      {fast['other_weights_ms']:9.1f} ms",
        f"  filter, half of all resting{fast['resting_ms']:9.1f} ms",
        f"  one cut                    {fast['cut_us']:9.1f} µs "
        f"(gate {GATES['cut_us']})",
        f"  a thousand films at once   {fast['thousand_films_s']:9.3f} s",
        f"  the best film              {fast['best_s']:9.3f} s",
        f"  exact count                {fast['count_s']:9.3f} s, "
        f"{fast['films_digits']} digits",
        f"  film number n              {fast['unrank_ms']:9.2f} ms, "
        f"its number {fast['number_ms']} ms",
        f"  with a hard limit: count   {strict['count_s']:9.2f} s, "
        f"{strict['films_digits']} digits; film {strict['unrank_ms']} ms",
        f"  exactly {exact['beats']:4} beats        {exact['filter_s']:9.2f} s; film "
        f"{exact['film_ms']} ms, leftover {exact['leftover_frames']}",
        f"  {apart['takes']} takes shared by all   {apart['cut_ms']:9.2f} ms a cut; "
        f"repeats {apart['repeats_without']} -> {apart['repeats']}",
        "",
        f"{'small field':28}{'films':>7}{'draws':>9}{'chi2/dof':>10}{'log Z off':>11}",
    ]
    for name, row in found["law"].items():
        lines.append(
            f"{name:28}{row['films']:7}{row['draws']:9}{row['chi_square']:10.3f}"
            f"{row['log_weight_error']:11.1e}"
        )
    known = found["numbers"]
    lines += [
        f"gate {GATES['low']} to {GATES['high']}; draws against all films there are, "
        "found by other code",
        "",
        f"{known['count']} of {float(int(known['films'])):.2e} films by number: "
        f"{known['different']} different, {known['admissible']} admissible, "
        f"{known['ms_each']} ms each",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
