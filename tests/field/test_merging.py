"""Cuts of one film, laid beside each other, become one field."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai import metadata, rates
from otio_genai.errors import FieldError
from otio_genai.field import drawing
from otio_genai.field.aligning import Seen, aligned, likeness
from otio_genai.field.document import read_field
from otio_genai.field.merging import merge
from otio_genai.field.model import START
from otio_genai.field.realise import realise
from otio_genai.field.showing.confined import confined
from tests.support import fields


def cut(shots, *, rate=24, length=24, numbers=None):
    """A cut whose shot ``"b2"`` is take 2 of picture b."""
    clips = [
        [
            fields.moving(
                f"{shot[0]} take {shot[1:]}", hash_of(shot), rate=rate, family=shot[0]
            )
        ]
        for shot in shots
    ]
    made = fields.document(clips=clips, rate=rate, length=length)
    for clip in made.video_tracks()[0].find_clips():
        for key in ("slot", "take", "takes"):
            metadata.put(clip, key, None)
        del clip.markers[:]
    metadata.put(made, "field", None)
    made.name = "".join(shots)
    return made


def hash_of(shot):
    return 10 * ord(shot[0]) + int(shot[1:])


def taken(made):
    return [[o.clip.name for o in slot.options] for slot in read_field(made).slots]


def test_takes_of_the_same_shot_come_together():
    made = merge([cut(["a1", "b1", "c1"]), cut(["a2", "b1", "c3"])])
    assert taken(made) == [
        ["a take 1", "a take 2"],
        ["b take 1"],
        ["c take 1", "c take 3"],
    ]
    assert read_field(made).branches == ()


def test_a_shot_of_one_cut_only_becomes_a_slot_that_may_be_passed_over():
    made = merge([cut(["a1", "c1"]), cut(["a2", "b1", "c2"]), cut(["a3", "b2", "c3"])])
    field = read_field(made)
    assert [len(slot.options) for slot in field.slots] == [3, 2, 3]
    (past,) = field.branches
    assert (past.at, past.to) == (0, 2)
    films = drawing.draw_many(drawing.space(field), np.random.default_rng(1), 900)
    short = sum([one.slot for one in film] == [0, 2] for film in films)
    # A third of the cuts go without; three standard deviations are 42 films.
    assert abs(short - 300) < 45


def test_a_last_shot_of_one_cut_only_leads_to_the_end():
    made = read_field(merge([cut(["a1", "b1", "z1"]), cut(["a2", "b2"])]))
    (past,) = made.branches
    assert (past.at, past.to) == (1, 3)


def test_an_opening_of_one_cut_only_may_be_passed_over():
    made = merge([cut(["z1", "a1", "b1"]), cut(["a2", "b2"])])
    field = read_field(made)
    (past,) = field.branches
    assert (past.at, past.to) == (START, 1)
    films = drawing.draw_many(drawing.space(field), np.random.default_rng(1), 900)
    short = sum(film[0].slot == 1 for film in films)
    assert abs(short - 450) < 60


def test_the_first_cut_is_the_film_of_active_takes():
    first = cut(["a1", "b1", "c1"])
    before = first.to_json_string()
    made = merge([first, cut(["a2", "b2", "c2"])])
    assert first.to_json_string() == before
    names = [c.name for c in made.video_tracks()[0].find_clips()]
    assert names == ["a take 1", "b take 1", "c take 1"]


def test_unlike_rates_and_sizes_are_named():
    with pytest.raises(FieldError, match="one rate and one size") as caught:
        merge([cut(["a1", "b1"]), cut(["a2", "b2"], rate=25)])
    assert caught.value.items == (
        "a1b1: 24.000 fps, 192 × 108",
        "a2b2: 25.000 fps, 192 × 108",
    )


def test_nothing_and_gaps_are_refused():
    with pytest.raises(FieldError, match="no film"):
        merge([])
    gapped = cut(["a1", "b1"])
    gap = otio.schema.Gap(source_range=rates.span(0, 5, Fraction(24)))
    gapped.video_tracks()[0].insert(1, gap)
    with pytest.raises(FieldError) as caught:
        merge([gapped, cut(["a1"])])
    assert caught.value.items == ("a1b1: a Gap cannot be a slot",)


shots = st.lists(st.sampled_from("abcdefg"), min_size=0, max_size=6)


def seen(names):
    total = max(1, len(names))
    return [
        Seen(n, "", "", n * 3, k / total, (k + 1) / total) for k, n in enumerate(names)
    ]


@settings(max_examples=40)
@given(shots, shots)
def test_alignment_is_the_best_there_is(first, second):
    one, two = seen(first), seen(second)
    pairs = aligned(one, two)
    assert all(a < c and b < d for (a, b), (c, d) in itertools.pairwise(pairs))
    total = sum(likeness(one[i], two[j]) for i, j in pairs)
    assert total == pytest.approx(brute(one, two))


def test_a_shot_in_place_of_another_is_a_take_of_its_slot():
    """Whatever its file, its name and its length: only its neighbours tell."""
    long, short = seen("abxcd"), [
        Seen(n, "", "", n * 3, k / 9, (k + 1 + 4 * (n == "y")) / 9)
        for n, k in zip("abycd", (0, 1, 2, 7, 8), strict=True)
    ]  # fmt: skip
    assert not likeness(long[2], short[2])
    assert aligned(long, short) == [(k, k) for k in range(5)]
    assert aligned(seen("abcd"), seen("axybcd")) == [(0, 0), (1, 3), (2, 4), (3, 5)]


def brute(one, two):
    best = 0.0
    for size in range(min(len(one), len(two)) + 1):
        for left in itertools.combinations(range(len(one)), size):
            for right in itertools.combinations(range(len(two)), size):
                alike = [
                    likeness(one[i], two[j]) for i, j in zip(left, right, strict=True)
                ]
                if all(alike):
                    best = max(best, sum(alike))
    return best


@settings(max_examples=3)
@given(
    st.permutations("abcd"), st.lists(st.sampled_from("abcd"), unique=True, min_size=1)
)
def test_any_two_cuts_make_a_field_that_holds_every_take(first, second):
    made = merge([cut([f"{s}1" for s in first]), cut([f"{s}2" for s in second])])
    found = [name for slot in taken(made) for name in slot]
    wanted = [f"{s} take 1" for s in first] + [f"{s} take 2" for s in second]
    assert sorted(found) == sorted(wanted)


@settings(max_examples=4)
@given(
    st.lists(
        st.lists(st.sampled_from("abcd"), unique=True, min_size=2).map(sorted),
        min_size=2,
        max_size=3,
        unique_by=tuple,
    )
)
def test_every_cut_is_a_film_of_the_field(rows):
    """Of its own takes, in its own order, with nothing that it does not have."""
    cuts = [[f"{name}{k + 1}" for name in row] for k, row in enumerate(rows)]
    field = read_field(merge([cut(names) for names in cuts]))
    space = drawing.space(field)
    for names in cuts:
        wanted = {f"{name[0]} take {name[1:]}" for name in names}
        takes = [
            (number, k)
            for number, slot in enumerate(field.slots)
            for k, option in enumerate(slot.options)
            if option.clip.name in wanted
        ]
        assert len(takes) == len(names)
        assert confined(space, takes) is not None


def test_films_drawn_from_a_field_are_films_of_the_field_they_make():
    """Merged again they hold each other's takes and are films of what they make."""
    source = fields.document(4, 3, branches=[("b", 0, 2, None, 1.0)])
    films = [realise(source, seed=seed) for seed in range(4)]
    field = read_field(merge(films))
    space, drawn = drawing.space(field), read_field(source)
    there = {o.content for slot in drawn.slots for o in slot.options}
    assert {o.content for slot in field.slots for o in slot.options} <= there
    for film in films:
        names = {clip.name for clip in film.video_tracks()[0].find_clips()}
        takes = [
            (number, k)
            for number, slot in enumerate(field.slots)
            for k, option in enumerate(slot.options)
            if option.clip.name in names
        ]
        assert confined(space, takes) is not None
