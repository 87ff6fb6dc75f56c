"""A film's recipe tells films apart that look different, and no others."""

from dataclasses import replace

import pytest

from otio_genai.field.model import Chosen
from otio_genai.field.showing.recipe import digest, marks, noise, recipe
from tests.support import fields

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def field():
    return fields.field(3, 3, kinds=["match", "dissolve"], still_slots=(1,))


FILM = [Chosen(0, 1, 12, 24), Chosen(1, 0, 2, 30), Chosen(2, 2, 24, 20)]


def changed(place, **values):
    return [replace(c, **values) if k == place else c for k, c in enumerate(FILM)]


@pytest.mark.parametrize(
    "film",
    [
        changed(0, option=2),
        changed(0, way=24),
        changed(0, frames=25),
        changed(1, way=3),
        FILM[:2],
        FILM[::-1],
    ],
)
def test_another_film_has_another_digest(field, film):
    assert digest(KEY, field, film) != digest(KEY, field, FILM)
    assert len(digest(KEY, field, film)) == 16


def test_another_transition_is_another_film(field):
    longer = replace(field.slots[2], half=field.slots[2].half + 1)
    other = replace(field, slots=(*field.slots[:2], longer))
    assert recipe(other, FILM) != recipe(field, FILM)
    # A dry cut shows what a matched one shows.
    dry = replace(field.slots[1], kind="dry")
    same = replace(field, slots=(field.slots[0], dry, field.slots[2]))
    assert recipe(same, FILM) == recipe(field, FILM)


def test_digests_outlive_a_change_of_the_field(field):
    slots = tuple(
        replace(slot, options=slot.options[::-1], id=f"other {slot.id}")
        for slot in field.slots
    )
    turned = [replace(one, option=2 - one.option) for one in FILM]
    other = replace(field, slots=slots)
    assert digest(KEY, other, turned) == digest(KEY, field, FILM)


def test_without_the_key_a_digest_says_nothing(field):
    assert digest(bytes(32), field, FILM) != digest(KEY, field, FILM)
    found = marks(KEY, field)
    assert len({m for row in found for m in row}) == 9
    assert not {m for row in marks(bytes(32), field) for m in row} & {
        m for row in found for m in row
    }
    assert noise(KEY, "a", 1).random() != noise(KEY, "a", 2).random()
    assert noise(KEY, "a", 1).random() == noise(KEY, "a", 1).random()
