"""Small made-up fields, and a second, plain reading of the laws of drawing.

`Rules` walks a field film by film, with nothing of the code under test: by it every
film is found and weighed, and any one film is judged.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
import opentimelineio as otio

from otio_genai.assemble.planning import costs
from otio_genai.assemble.planning.candidates import Colours
from otio_genai.assemble.style import Style
from otio_genai.field import model
from otio_genai.field.drawing import Conditions
from otio_genai.field.flags import parse
from otio_genai.field.model import Chosen

STYLE = Style(mean_shot_s=0.5, min_shot_s=0.1, max_shot_s=2.0)
SPREAD = 0.45


@dataclass(eq=False)
class Made:
    """A take that moves as it was told."""

    end: int
    leaving: np.ndarray
    entering: np.ndarray
    enter_cost: np.ndarray
    leave_cost: np.ndarray
    colours: Colours
    first: int = 0
    last: int = 0
    still: bool = False
    vectors: np.ndarray = field(default_factory=lambda: np.zeros((0, 4)))


def material(rng, end=16, *, still=False, scale=0.3) -> Made:
    lab = [tuple(rng.normal(size=3) * (20, 10, 10) + (50, 0, 0)) for _ in range(3)]
    return Made(
        end=10_000 if still else end,
        leaving=rng.normal(size=(end + 1, 4)) * scale,
        entering=rng.normal(size=(end + 1, 4)) * scale,
        enter_cost=rng.random(end + 1) * (rng.random(end + 1) < 0.3),
        leave_cost=rng.random(end + 1) * (rng.random(end + 1) < 0.3),
        colours=Colours(*lab),
        last=end,
        still=still,
        vectors=rng.normal(size=(3, 4)) * scale,
    )


def option(rng, *, ins=(0, 4), outs=(8, 12), still=False, content=None, sets=None, **k):
    made = material(rng, still=still, **k)
    name = content or f"content-{rng.integers(2**60)}"
    return model.Option(
        clip=otio.schema.Clip(name),
        material=made,
        content=name,
        weight=float(rng.uniform(0.3, 2)),
        ins=tuple(ins),
        outs=None if outs is None else tuple(outs),
        sets=sets or {},
    )


def slot(number, options, **over) -> model.Slot:
    base = model.Slot(
        id=f"slot-{number:03d}",
        options=tuple(options),
        policy="shuffle",
        shortest=4,
        longest=12,
        kind="match",
        half=0,
        requires=None,
        sets={},
        at=None,
    )
    return replace(base, **over)


def made_field(slots, **over) -> model.Field:
    base = model.Field(
        timeline=otio.schema.Timeline("field"),
        title="field",
        rate=Fraction(24),
        size=(192, 108),
        style=STYLE,
        slots=tuple(slots),
        groups=(),
        branches=(),
        flags={},
        runtime=model.Runtime(),
        clock=None,
        motion=model.Motion(0.4, None),
        palette=model.Palette(None),
        coverage=model.Coverage(False, 0, 1.0, 1),
        audio=model.Audio(None, (), (), model.Gains()),
    )
    return replace(base, **over)


def plain(seed=0, slots=4, takes=3, outs=(8, 12), **over) -> model.Field:
    rng = np.random.default_rng(seed)
    kept = [
        slot(n, [option(rng, outs=outs) for _ in range(takes)]) for n in range(slots)
    ]
    return made_field(kept, **over)


CLOCK = model.Clock(Fraction(6), Fraction(0), Fraction(24))
#: A beat of 3.43 frames, of which the first falls two frames in.
UNEVEN = model.Clock(Fraction(7), Fraction(1, 12), Fraction(24))


def wild(seed: int, most: int = 4) -> tuple[model.Field, Conditions]:
    """Return a small field with a few of all that there is, and conditions."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(3, most + 1))
    pool = [f"shared-{n}" for n in range(3)] if rng.random() < 0.4 else []
    slots = [_wild_slot(rng, n, pool) for n in range(count)]
    groups, branches = _wild_ways(rng, count)
    clock = [None, None, CLOCK, UNEVEN][int(rng.integers(4))]
    over = {
        "groups": groups,
        "branches": branches,
        "flags": {"a": bool(rng.random() < 0.3), "b": False},
        "motion": model.Motion(0.4, [None, None, 0.9][int(rng.integers(3))]),
        "palette": model.Palette([None, None, 40.0][int(rng.integers(3))]),
        "clock": clock,
    }
    if clock is not None and rng.random() < 0.7:
        over["runtime"] = _wild_runtime(rng, count, clock)
    if clock is not None and rng.random() < 0.3:
        at = int(rng.integers(1, count))
        begin = clock.frame(int(rng.integers(at, 2 * at + 2)))
        slots[at] = replace(slots[at], at=begin)
    pairs = [(s, k) for s in range(count) for k in range(len(slots[s].options))]

    def some(share):
        return frozenset(p for p in pairs if rng.random() < share)

    told = Conditions(
        banned=some(0.05),
        resting=some([0, 0.3, 0.8][int(rng.integers(3))]),
        weights=dict.fromkeys(some(0.1), 3.0),
        turn=int(rng.integers(3)),
        dissonance=[None, 0.5][int(rng.integers(2))],
        pinned=dict(pairs[:1]) if rng.random() < 0.2 else {},
    )
    return made_field(slots, **over), told


def _wild_slot(rng, number, pool):
    kinds = ("match", "dry", "carry", "dissolve", "dip")
    requires = [None, None, None, "a", "not b"][int(rng.integers(5))]
    policies = ("shuffle",) * 8 + ("fixed", "cycle", "once", "stopping")
    options = []
    for _ in range(int(rng.integers(1, 4))):
        any_out = rng.random() < 0.2
        shared = len(pool) and rng.random() < 0.6
        sets = {"a": True} if rng.random() < 0.15 else {}
        still = rng.random() < 0.1
        options.append(
            option(
                rng,
                ins=(0, 1) if still else ((0, 6) if rng.random() < 0.5 else (2,)),
                outs=(5, 8) if still else (None if any_out else (8, 10, 13)),
                content=pool[int(rng.integers(len(pool)))] if shared else None,
                sets=sets,
                still=still,
            )
        )
    return slot(
        number,
        options,
        kind=kinds[int(rng.integers(5))],
        half=2,
        requires=None if requires is None or not number else parse(requires),
        sets={"b": True} if rng.random() < 0.15 else {},
        policy=policies[int(rng.integers(len(policies)))],
        shortest=4,
        longest=int(rng.integers(6, 9)),
    )


def _wild_ways(rng, count):
    groups, branches = [], []
    if rng.random() < 0.5:
        first = int(rng.integers(0, count - 1))
        last = int(rng.integers(first + 1, min(count, first + 3)))
        groups.append(model.Group("g", tuple(range(first, last + 1)), "shuffle"))
    if rng.random() < 0.5:
        at = int(rng.integers(0, count - 1))
        to = int(rng.integers(at + 1, count + 1))
        inside = groups and (
            (at in groups[0].slots and at != groups[0].slots[-1])
            or (to in groups[0].slots and to != groups[0].slots[0])
        )
        if not inside:
            when = [None, parse("a or b")][int(rng.integers(2))]
            branches.append(model.Branch("x", at, to, when, 0.7))
    return tuple(groups), tuple(branches)


def _wild_runtime(rng, count, clock):
    if rng.random() < 0.6:
        return model.Runtime(exact=int(rng.integers(count, 2 * count + 1)))
    low = clock.frame(count)
    return model.Runtime(low, low + int(rng.integers(3, 12)))


# The laws, plainly --------------------------------------------------------------


@dataclass
class Rules:
    """A field's laws under some conditions, read one film at a time."""

    field: model.Field
    told: Conditions
    _known: dict = field(default_factory=dict)
    _usual_joins: dict = field(default_factory=dict)

    def films(self) -> dict[tuple[Chosen, ...], float]:
        """Return every film that may be drawn with its weight."""
        every = defaultdict(float)
        for film, weight in self._walk((), 0, self._flags(), (), 1.0, None):
            every[film] += weight
        if self.told.uniform:
            return dict.fromkeys(every, 1.0)
        return dict(every)

    def drawn(self) -> dict[tuple[Chosen, ...], float]:
        """Return them without those that show more that should rest than need be."""
        every = self.films()
        rests = {
            f: sum((c.slot, c.option) in self.told.resting for c in f) for f in every
        }
        least = min(rests.values(), default=0)
        return {film: w for film, w in every.items() if rests[film] == least}

    def admits(self, film) -> bool:
        """Tell whether one film may be, whatever should rest."""
        return any(
            True for _ in self._walk((), 0, self._flags(), (), 1.0, None, tuple(film))
        )

    def _flags(self):
        return frozenset(n for n, on in self.field.flags.items() if on)

    def _walk(self, film, tick, flags, behind, weight, way, only=None) -> Iterator:
        for target, chance in self._targets(film, flags, behind).items():
            if target is None:
                if self._ends(film, tick) and only in (None, film) and film:
                    yield film, weight * chance
                continue
            over = only is not None and len(film) >= len(only)
            if over or (only is not None and only[len(film)].slot != target):
                continue
            number = target
            for shot, ticks, value, cut in self._shots(number, tick, film):
                if only is not None and shot != only[len(film)]:
                    continue
                join = 1.0 if way is None else self._level(way, (number, *cut))
                if not value * join:
                    continue
                place = self.field.slots[number]
                after = set(flags)
                for sets in (place.sets, place.options[shot.option].sets):
                    for name, on in sets.items():
                        (after.add if on else after.discard)(name)
                inside = self._group(number)
                later = (*behind, number) if inside else ()
                if inside and not (behind and behind[0] in inside):
                    later = (number,)
                yield from self._walk(
                    (*film, shot),
                    tick + ticks,
                    frozenset(after),
                    later,
                    weight * chance * value * join,
                    (number, *cut),
                    only,
                )

    def _group(self, number):
        for group in self.field.groups:
            if number in group.slots and group.order != "fixed":
                return group.slots
        return None

    def _holds(self, number, flags):
        place = self.field.slots[number]
        pinned = number in self.told.pinned
        if (
            place.policy == "once"
            and self.told.turn >= len(place.options)
            and not pinned
        ):
            return False
        names = dict.fromkeys(flags, True)
        return place.requires is None or place.requires.holds(names)

    def _targets(self, film, flags, behind):
        """Return the slots that may come next with the weight of going there."""
        found = defaultdict(float)
        if not film:
            ways = self._ways(model.START, flags)
        else:
            last = film[-1].slot
            inside = self._group(last)
            if inside:
                left = [s for s in inside if s not in behind and self._holds(s, flags)]
                if left:
                    return dict.fromkeys(left, 1.0)
                last = inside[-1]
            ways = self._ways(last, flags)
        for to, weight in ways.items():
            landing = self._landing(to, flags)
            for slot_number in landing:
                # Every order of a group is as likely, and all together as one slot.
                found[slot_number] += weight / math.factorial(len(landing))
        return found

    def _ways(self, last, flags):
        ways = {}
        names = dict.fromkeys(flags, True)
        for branch in self.field.branches:
            if branch.at == last and (not branch.when or branch.when.holds(names)):
                ways[branch.to] = ways.get(branch.to, 0) + branch.weight
        ways.setdefault(last + 1, 1.0)
        return ways

    def _landing(self, to, flags):
        while to < len(self.field.slots):
            inside = self._group(to) or (to,)
            held = [s for s in inside if self._holds(s, flags)]
            if held:
                return held
            to = inside[-1] + 1
        return [None]

    def _ends(self, film, tick):
        runtime, clock = self.field.runtime, self.field.clock
        if clock is None:
            return True
        frames = clock.frame(tick)
        return (
            (runtime.exact is None or tick == runtime.exact)
            and (runtime.shortest is None or frames >= runtime.shortest)
            and (runtime.longest is None or frames <= runtime.longest)
        )

    def _shots(self, number, tick, film):
        """Yield shots of a slot, their ticks, weights and (option, in, out)."""
        place, clock = self.field.slots[number], self.field.clock
        if place.at is not None and clock and clock.frame(tick) != place.at:
            return
        shown = {self.field.slots[c.slot].options[c.option].content for c in film}
        for k, take in enumerate(place.options):
            weight = self._share(number, k)
            if not weight or take.content in shown:
                continue
            for way in take.ins:
                for out, frames, usual, ticks in self._lengths(number, take, way, tick):
                    liking = self._liking(take, way, out, usual) / self._likings(
                        number, k
                    )
                    shot = Chosen(number, k, way, frames)
                    yield shot, ticks, weight * liking, (k, way, out)

    def _share(self, number, k):
        """Return what a take weighs beside those that it could be instead."""
        place, told = self.field.slots[number], self.told

        def weight(option):
            out = (number, option) in told.banned or not self._in_turn(number, option)
            if out or not self._likings(number, option):
                return 0.0
            return told.weights.get((number, option), place.options[option].weight)

        rests = (number, k) in told.resting
        alike = [
            option
            for option in range(len(place.options))
            if ((number, option) in told.resting) == rests
        ]
        return weight(k) and weight(k) / sum(map(weight, alike))

    def _likings(self, number, k):
        return sum(liking for *_, liking in self._cuts(number, k))

    def _cuts(self, number, k):
        """Return in-point, out-point and liking of all ways of a take."""
        if (number, k) not in self._known:
            take = self.field.slots[number].options[k]
            self._known[number, k] = [
                (way, out, self._liking(take, way, out, usual))
                for way in take.ins
                for out, _, usual, _ in self._lengths(number, take, way, 0)
            ]
        return self._known[number, k]

    def _level(self, before, after):
        """Return how a join compares with any join of its two slots."""
        join, pair = self._join(before, after), (before[0], after[0])
        if pair not in self._usual_joins:
            self._usual_joins[pair] = sum(
                p * q * self._join((pair[0], *one), (pair[1], *other))
                for one, p in self._any(pair[0])
                for other, q in self._any(pair[1])
            )
        return join and join / self._usual_joins[pair]

    def _any(self, number):
        """Return all ways of a slot with their chances, joins and conditions apart."""
        place = self.field.slots[number]
        takes = {
            k: take.weight
            for k, take in enumerate(place.options)
            if self._likings(number, k) and (place.policy != "fixed" or not k)
        }
        return [
            ((k, way, out), w / sum(takes.values()) * liking / self._likings(number, k))
            for k, w in takes.items()
            for way, out, liking in self._cuts(number, k)
        ]

    def _in_turn(self, number, k):
        if number in self.told.pinned:
            return self.told.pinned[number] == k
        place, turn = self.field.slots[number], self.told.turn
        count = len(place.options)
        wanted = {
            "fixed": 0,
            "cycle": turn % count,
            "once": turn,
            "stopping": min(turn, count - 1),
        }
        return wanted.get(place.policy, k) == k

    def _lengths(self, number, take, way, tick):
        """Yield out-point, frames, usual frames and ticks of each length allowed."""
        place, clock, made = self.field.slots[number], self.field.clock, take.material
        limit = made.end
        usable = made.first <= way and way + place.shortest <= made.last
        if not made.still and take.outs is None and usable:
            limit = made.last
        base = 0 if made.still else way
        span = range(place.shortest, place.longest + 1)
        if clock is None:
            outs = [base + n for n in span] if take.outs is None else take.outs
            for out in outs:
                frames = out - base
                if frames in span and (made.still or out <= limit):
                    yield out, frames, frames, 0
            return
        for ticks in range(1, 50):
            lengths = self._possible(number, ticks)
            usual = self._usual(number, ticks)
            if min(lengths) not in span or max(lengths) not in span:
                continue
            if take.outs is None:
                out = base + usual
            else:
                near = [
                    o for o in take.outs if min(lengths) <= o - base <= max(lengths)
                ]
                if not near:
                    continue
                out = min(near, key=lambda o: (abs(o - base - usual), o))
            if not made.still and base + max(lengths) > limit:
                continue
            if out > made.end:
                continue
            frames = clock.frame(tick + ticks) - clock.frame(tick)
            yield out, frames, usual, ticks

    def _possible(self, number, ticks):
        """Return the frames that so many ticks may be, wherever the slot begins."""
        clock = self.field.clock
        each = clock.rate / clock.ticks_per_s
        early = clock.frame(ticks)
        if number == 0 and not self._group(0):
            return {early}
        lengths = {math.floor(ticks * each), math.ceil(ticks * each)}
        return lengths | {early} if self._may_begin(number) else lengths

    def _may_begin(self, number):
        for n, place in enumerate(self.field.slots):
            if number in (self._group(n) or (n,)):
                return True
            if place.requires is None and place.policy != "once":
                return False
        return False

    def _liking(self, take, way, out, frames):
        style, tau, made = self.field.style, self.field.motion.tau, take.material
        away = math.log(frames / (style.mean_shot_s * 24)) / SPREAD
        shaky = 0 if made.still else made.enter_cost[way] + made.leave_cost[out]
        steady = math.exp(-((style.weight_steadiness * shaky / tau) ** 2) / 2)
        return max(1e-6, math.exp(-style.weight_length * away**2 / 2) * steady)

    def _join(self, before, after):
        (s, k, _, out), (s2, k2, way, _) = before, after
        place = self.field.slots[s2]
        one, two = self.field.slots[s].options[k], place.options[k2]
        style = self.field.style
        if self.told.dissonance is not None:
            style = replace(style, dissonance=self.told.dissonance)
        a, b = one.material, two.material
        leaving = a.vectors[before[2]] if a.still else a.leaving[out]
        entering = b.vectors[way] if b.still else b.entering[way]
        cost = costs.joins(place.kind, leaving[None], entering[None], style)[0, 0]
        ends = np.array([a.colours.leaving]), np.array([b.colours.entry])
        cost += max(0.0, costs.colour_costs(place.kind, *ends, style)[0, 0])
        most = self.field.motion.hard_max
        if most is not None and cost > most:
            return 0.0
        apart = float(np.linalg.norm(ends[0] - ends[1]))
        if (
            self.field.palette.most_de is not None
            and apart > self.field.palette.most_de
        ):
            return 0.0
        if place.kind in ("dissolve", "dip"):
            if not b.still and way < place.half:
                return 0.0
            if not a.still and out + self._over(s) + place.half > a.end:
                return 0.0
        return math.exp(-(cost**2) / (2 * self.field.motion.tau**2)) + 1e-6

    def _over(self, number):
        """Return the frames by which some shot of a take may outlast its out-point."""
        clock, place = self.field.clock, self.field.slots[number]
        if clock is None:
            return 0
        found = [0]
        for ticks in range(1, 50):
            lengths = self._possible(number, ticks)
            if place.shortest <= min(lengths) and max(lengths) <= place.longest:
                found.append(max(lengths) - self._usual(number, ticks))
        return max(found)

    def _usual(self, number, ticks):
        clock = self.field.clock
        if number == 0 and not self._group(0):
            return clock.frame(ticks)
        return int(ticks * clock.rate / clock.ticks_per_s + Fraction(1, 2))
