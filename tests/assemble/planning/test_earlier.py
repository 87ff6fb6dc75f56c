"""A film planned again moves as little as possible, and what is locked not at all."""

import dataclasses
import itertools
from fractions import Fraction

import numpy as np
import pytest

from otio_genai import metadata
from otio_genai.assemble import Style, assemble
from otio_genai.assemble.notes import Lock, Notes, Pin
from otio_genai.assemble.planning.earlier import changes
from otio_genai.errors import AssembleError
from tests.support import bins as made
from tests.support.films import clips, faults, joins, names, shown

pytestmark = pytest.mark.usefixtures("hurried")

STYLE = Style(length_s=30)


class Cut:
    """A film of 12 shots from 26 takes, to be planned again."""

    def __init__(self, seed):
        self.pool = [*made.pool(26, seed=seed), made.music(40)]
        self.seed = seed
        self.film = assemble(made.bin_of(*self.pool), STYLE, seed=seed)

    def again(self, pool=None, style=STYLE, **how):
        given = made.bin_of(*(self.pool if pool is None else pool))
        how = {"seed": self.seed} | how
        film = assemble(given, style, previous=self.film, **how)
        assert faults(film, style, Fraction(24)) == []
        return film

    def without(self, name):
        return [clip for clip in self.pool if clip.name != name]

    def changed(self, film):
        after = shown(film)
        return sum(shot not in after for shot in shown(self.film))


@pytest.fixture(scope="module", params=[1])
def cut(request, hurried):
    found = Cut(request.param)
    assert len(shown(found.film)) == 12
    return found


def test_nothing_changed_nothing_moves_whatever_the_seed(cut):
    for seed in (cut.seed, cut.seed + 40):
        again = cut.again(seed=seed)
        assert shown(again) == shown(cut.film)
        assert joins(again) == joins(cut.film)
    found = changes(cut.film, cut.again())
    assert len(found["kept"]) == found["shots"] == 12
    assert not any(found[k] for k in ("retimed", "moved", "added", "removed"))


def test_a_take_that_is_gone_changes_three_shots_at_most(cut):
    for slot in (0, 5, 11):
        gone = names(cut.film)[slot]
        again = cut.again(cut.without(gone))
        assert gone not in names(again)
        assert cut.changed(again) <= 3
        assert gone in changes(cut.film, again)["removed"]


def test_a_new_take_changes_three_shots_at_most(cut):
    new = made.take("new", (0.1, 0.02, 0.0, 0.0))
    assert cut.changed(cut.again([*cut.pool, new])) <= 3


def test_a_pin_and_a_lock_change_what_they_must(cut):
    unused = [c.name for c in cut.pool[:26] if c.name not in names(cut.film)]
    again = cut.again(notes=Notes(pins=(Pin(unused[0], slot=5),)))
    assert names(again)[4] == unused[0]
    assert cut.changed(again) <= 3
    again = cut.again(notes=Notes(locks=(Lock(unused[0], unused[1]),)))
    pairs = list(itertools.pairwise(names(again)))
    assert (unused[0], unused[1]) in pairs
    assert cut.changed(again) <= 5


def test_another_length_keeps_most_of_the_film(cut):
    for length_s in (27, 33):
        again = cut.again(style=dataclasses.replace(STYLE, length_s=length_s))
        assert cut.changed(again) <= 6


def test_another_style_is_followed_and_what_serves_it_stays(cut):
    again = cut.again(style=dataclasses.replace(STYLE, dry_share=0.4))
    planned = [join["planned"] for join in joins(again)]
    assert planned.count("dry") == round(0.4 * len(planned))
    assert cut.changed(again) <= 6
    again = cut.again(style=dataclasses.replace(STYLE, dissonance=0.6))
    flowing = [j["score"] for j in joins(again) if j["planned"] == "match"]
    before = [j["score"] for j in joins(cut.film) if j["planned"] == "match"]
    assert abs(np.mean(flowing) - 0.4) < 0.5 * abs(np.mean(before) - 0.4)


def ends(film, join):
    """Everything that a locked join must keep."""
    left, right = shown(film)[join - 1 : join + 1]
    fact = joins(film)[join - 1]
    out = left.record_in + left.frames
    kinds = fact["planned"], fact["motion_out"], fact["motion_in"]
    return left.name, out, right.name, right.record_in, *kinds


@pytest.mark.parametrize("locked", [(1,), (4, 5), (-1, 7)])
def test_locked_joins_keep_takes_points_and_kind_through_everything(cut, locked):
    count = len(joins(cut.film))
    held = [k if k > 0 else count + 1 + k for k in locked]
    kept = {names(cut.film)[k + side] for k in held for side in (-1, 0)}
    gone = next(name for name in names(cut.film) if name not in kept)
    for pool, style, seed in (
        (cut.without(gone), STYLE, 3),
        (None, dataclasses.replace(STYLE, dry_share=0.5, carry_share=0.2), 5),
        (None, dataclasses.replace(STYLE, length_s=25, dissonance=1.0), 0),
    ):
        again = cut.again(pool, style, seed=seed, locked=locked)
        found = [ends(again, k) for k in range(1, len(joins(again)) + 1)]
        for join in held:
            assert ends(cut.film, join) in found
        told = [join for join in joins(again) if join.get("locked")]
        assert len(told) == len(held)
        assert all("locked" in join["why"] for join in told)


def test_a_lock_once_made_holds_until_it_is_taken_off(cut):
    again = cut.again(locked=(3,))
    third = assemble(
        made.bin_of(*cut.pool), Style(length_s=30, dissonance=1.0), previous=again
    )
    found = [ends(third, k) for k in range(1, len(joins(third)) + 1)]
    assert ends(cut.film, 3) in found


def test_locks_that_are_not_there_are_all_named(cut):
    gone = names(cut.film)[4]
    with pytest.raises(AssembleError) as caught:
        cut.again(cut.without(gone), locked=(0, 99, 5, 4))
    items = caught.value.items
    assert len(items) == 4
    assert sum(gone in item for item in items) == 2
    assert sum("there is no join" in item for item in items) == 2
    with pytest.raises(AssembleError):
        assemble(made.bin_of(*cut.pool), STYLE, locked=(1,))


def test_locks_and_pins_that_contradict_are_named_together(cut):
    used = names(cut.film)
    with pytest.raises(AssembleError) as caught:
        cut.again(locked=(2,), notes=Notes(pins=(Pin(used[2], slot=1),)))
    told = " / ".join(caught.value.items)
    assert len(caught.value.items) == 2
    assert f"join 2 is locked, {used[1]} to {used[2]}" in told
    assert f"{used[2]} is shot 1" in told


def test_the_earlier_films_rate_and_size_are_kept_and_another_rate_refused(cut):
    strangers = [
        made.take(f"z{k}", rate=Fraction(25), size=(720, 1280)) for k in range(60)
    ]
    again = cut.again([*cut.pool, *strangers])
    facts = metadata.read(again, "film")
    assert (facts["rate"], facts["width"], facts["height"]) == ("24/1", 1280, 720)
    with pytest.raises(AssembleError) as caught:
        cut.again(rate=25)
    assert "25" in caught.value.sentence


def test_with_fewer_takes_than_shots_the_film_has_fewer_shots():
    pool = made.pool(8)
    film = assemble(made.bin_of(*pool), Style(length_s=16, mean_shot_s=2.0))
    assert len(shown(film)) == 8
    for gone in (0, 4, 7):
        left = [clip for clip in pool if clip.name != names(film)[gone]]
        style = Style(length_s=16, mean_shot_s=2.0)
        again = assemble(
            made.bin_of(*left), style, previous=film, locked=(6,) * (gone < 5)
        )
        assert faults(again, style, Fraction(24)) == []
        assert len(set(names(again))) == len(names(again)) <= 7


def test_a_film_of_stills_planned_again_keeps_its_camera_moves():
    album = [made.still(f"s{k}") for k in range(10)]
    film = assemble(made.bin_of(*album), Style(length_s=20))
    again = assemble(made.bin_of(*album), Style(length_s=20), previous=film, seed=8)
    assert shown(again) == shown(film)
    style = Style(length_s=23, dissolve_share=0.3)
    again = assemble(made.bin_of(*album), style, previous=film, locked=(2,), seed=8)
    pairs = list(itertools.pairwise(names(again)))
    at = pairs.index(tuple(names(film)[1:3]))
    for key in ("motion_out", "motion_in", "planned", "kind"):
        assert joins(again)[at][key] == joins(film)[1][key]
    assert all(metadata.read(clip, "framing") for clip in clips(again))
