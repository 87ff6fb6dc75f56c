"""Any bin, any style, any notes: a film that obeys every law, or a sentence why not."""

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.assemble import Style, assemble
from otio_genai.assemble.fracture import MARKED
from otio_genai.assemble.notes import KINDS, JoinNote, Lock, Notes, Pin, ShotNote
from otio_genai.errors import AssembleError
from tests.support import bins as made
from tests.support.films import broken, faults, joins, shown
from tests.support.marks import examples

pytestmark = pytest.mark.usefixtures("hurried")

RATES = [Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30), Fraction(60)]
TAKE_RATES = [8, 12, 16, 24, 25, 30, Fraction(500, 31), 60]
SIZES = [(1280, 720), (720, 1280), (1000, 1000)]
seeds = st.integers(0, 2**32 - 1)


def any_take(name, draw):
    rate = Fraction(draw.choice(TAKE_RATES))
    frames = draw.choice([1, 2, 20, *[int(5 * rate)] * 4, int(8 * rate)])
    steady = tuple(draw.gauss(0, 0.1) for _ in range(4))
    noise = [
        [k, *(draw.gauss(0, 1) for _ in range(4)), 0.3, 0.02]
        for k in range(2, frames, 2)
    ]
    # No samples: a black or frozen take. All noise: a take of nothing but that.
    looks = [{"motion": steady}] * 4 + [{"rows": []}, {}, {"rows": noise}]
    extra = dict(draw.choice(looks))
    if draw.random() < 0.4:
        extra["unsteady"] = [[k, draw.random()] for k in range(2, frames, 2)]
        extra["ends"] = (draw.choice([0, 3, 12]), draw.choice([0, 3, 12]))
    if draw.random() < 0.5:
        extra["lab"] = [[draw.uniform(-60, 60) for _ in range(3)] for _ in range(3)]
    if draw.random() < 0.3:
        extra["prompt"] = draw.choice("ab")
    size = draw.choice(SIZES)
    return made.take(name, rate=rate, frames=frames, size=size, **extra)


def any_bin(draw):
    clips = [any_take(f"t{k}", draw) for k in range(draw.choice([0, 1, 3, 6, 9, 12]))]
    for k in range(draw.choice([0, 0, 1, 4])):
        clips.append(made.still(f"s{k}", size=draw.choice([(1600, 900), (500, 900)])))
    length_s = draw.choice([None, None, 2, 15, 60, 7200])
    if length_s:
        loud = [draw.uniform(-60, 0) for _ in range(min(length_s, 100) * 2)]
        loud = draw.choice([None, loud])
        sure = draw.choice([0.2, 0.9])
        clips.append(made.music(length_s, confidence=sure, energy=loud))
    if draw.random() < 0.3:
        spans = [(0.2, 1.5), (2, 3)]
        length_s = draw.choice([3.2, 9])
        clips.append(made.voice(spans, length_s, sentences=draw.choice([None, spans])))
    return clips


def any_style(draw, names):
    shares = [draw.random() for _ in MARKED]
    whole = sum(shares) + draw.random()
    given = {
        "length_s": draw.choice([None, None, 0.5, 1.3, 3, 7.7, 12, 20, 31.4]),
        "dissonance": draw.choice([0, 0, 0.5, 1]),
        "spacing": draw.choice([0, 1, 3]),
        "order": draw.choice(["free", "free", "given"]),
        "repeats": draw.random() < 0.2,
        "colour": draw.choice(["kind", "continuity", "contrast", "free"]),
        "tint": draw.choice([None, "#d8a0a8"]),
        "cut_on": draw.choice(["auto", "beats", "phrases", "onsets", "free"]),
        "fall_on": draw.choice(["auto", "phrases", "sentences", "even"]),
        "still_moves": draw.choice(["match", "push", "hold"]),
        "use_stills": draw.choice(["auto", True, True, False]),
        "hold_end_s": draw.choice([0, 1.5, 5]),
        "fade_in_s": draw.choice([0, 0, 0.5, 3]),
        "fade_out_s": draw.choice([0, 0, 0.5, 3]),
    }
    lengths = sorted(draw.choice([0.05, 0.1, 0.3, 0.8, 1.5, 2.5, 6]) for _ in range(3))
    if draw.random() < 0.5:
        keys = ("min_shot_s", "mean_shot_s", "max_shot_s")
        given |= zip(keys, lengths, strict=True)
    if draw.random() < 0.5:
        parts = (share / whole for share in shares)
        given |= {f"{k}_share": p for k, p in zip(MARKED, parts, strict=True)}
    if draw.random() < 0.3:
        weights = ("motion", "length", "energy", "keep", "music")
        given["weight_" + draw.choice(weights)] = draw.choice([0, 5])
    for end in ("first", "last"):
        if names and draw.random() < 0.15:
            given[end] = (draw.choice(names),)
    if (given["length_s"] or 100) < given.get("min_shot_s", 0.8):
        given["length_s"] = None
    return Style(**given)


def any_pin(draw, names):
    places = [{"slot": draw.choice([1, 2, 3, -1, -2, 6])}] * 2
    places += [{"at_s": draw.choice([0, 0.5, 2, 5, 9])}, {}]
    return Pin(
        draw.choice(names),
        in_s=draw.choice([None, None, 0, 0.3, 2, 4.5]),
        length_s=draw.choice([None, None, 0.2, 1, 2, 4.8]),
        **draw.choice(places),
    )


def any_notes(draw, names):
    if not names or draw.random() < 0.4:
        return Notes()

    def some(many, make):
        return tuple(make() for _ in range(draw.choice(many)))

    def any_join():
        number = draw.choice([None, 1, 2, -1, 9])
        sides = ("", "") if number else (draw.choice(names), draw.choice(["", *names]))
        length_s = draw.choice([None, 0.4, 3])
        return JoinNote(draw.choice(KINDS), number, *sides, length_s=length_s)

    def any_shot():
        return ShotNote(
            draw.choice(["", *names]),
            in_s=draw.choice([None, None, 0, 1]),
            length_s=draw.choice([None, None, 0.5, 1, 2]),
            join=draw.choice(["", *KINDS]),
        )

    listed = some([1, 3, 6], any_shot) if draw.random() < 0.2 else ()
    return Notes(
        pins=some([0, 0, 1, 1, 2, 4], lambda: any_pin(draw, names)),
        locks=some([0, 0, 1, 2], lambda: Lock(*(draw.choice(names) for _ in "ab"))),
        joins=some([0, 0, 1, 2], any_join),
        shots=listed,
    )


def any_film(draw):
    """A film with all it was made from, or None where it was refused."""
    clips = any_bin(draw)
    names = [clip.name for clip in clips if clip.name[0] in "ts"]
    notes, rate = any_notes(draw, names), draw.choice(RATES)
    style = any_style(draw, names)
    try:
        film = assemble(made.bin_of(*clips), style, rate=rate, notes=notes)
    except AssembleError as error:
        assert error.remedy
        return None
    return film, clips, style, notes, rate


@examples(25, 8)
@given(seeds)
def test_a_film_that_obeys_every_law_or_a_reason(seed):
    found = any_film(random.Random(seed))
    if found is None:
        return
    film, _, style, notes, rate = found
    assert faults(film, style, rate) == []
    assert broken(film, notes, rate, repeats=style.repeats) == []


@examples(10, 3)
@given(seeds)
def test_planned_again_with_nothing_changed_it_is_the_very_film(seed):
    draw = random.Random(seed)
    found = any_film(draw)
    if found is None:
        return
    film, clips, style, notes, rate = found
    given = made.bin_of(*clips)
    again = assemble(
        given, style, rate=rate, notes=notes, previous=film, seed=draw.choice([0, 7])
    )
    assert shown(again) == shown(film)
    assert joins(again) == joins(film)


@examples(12, 4)
@given(seeds)
def test_locked_joins_stay_whatever_else_changes(seed):
    draw = random.Random(seed)
    found = any_film(draw)
    if found is None or not joins(found[0]):
        return
    film, clips, style, notes, rate = found
    before = shown(film)
    locked = draw.sample(range(1, len(before)), min(2, len(before) - 1))
    kept = {before[join + side].name for join in locked for side in (-1, 0)}
    others = [clip for clip in clips if clip.name not in kept and clip.name[0] == "t"]
    for clip in others[:1] * (draw.random() < 0.5):
        clips.remove(clip)
    if draw.random() < 0.5:
        clips.append(made.take("new", (0.1, 0.0, 0.0, 0.0)))
    try:
        again = assemble(
            made.bin_of(*clips),
            style,
            rate=rate,
            notes=notes,
            previous=film,
            locked=locked,
            seed=draw.choice([0, 3]),
        )
    except AssembleError as error:
        assert error.items or error.remedy
        return
    assert faults(again, style, rate) == []
    assert broken(again, notes, rate, repeats=style.repeats) == []
    after = shown(again)
    facts = [list(map(joined, pairs(after), joins(again)))]
    for join in locked:
        left, right = before[join - 1], before[join]
        assert joined((left, right), joins(film)[join - 1]) in facts[0]


def pairs(shots):
    return list(zip(shots, shots[1:], strict=False))


def joined(pair, join):
    left, right = pair
    moves = join["motion_out"], join["motion_in"]
    out = left.record_in + left.frames
    if left.name[0] == "s":
        out = None
    return left.name, out, right.name, right.record_in, join["planned"], moves
