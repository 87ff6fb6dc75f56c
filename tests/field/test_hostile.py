"""Whatever a document says, it is a field or is refused with sentences."""

from __future__ import annotations

import json
import random

import numpy as np
import opentimelineio as otio
import pytest

from otio_genai.errors import GenaiError
from otio_genai.field.document import faults, is_field, read_field
from otio_genai.field.flags import parse
from tests.support import fields
from tests.support.marks import later
from tests.support.mutations import mutated

VALUES = [
    None, True, False, 0, -1, 1, 10**18, -(10**18), 1e308, -0.0, 1e-300, 0.5,
    "", "x", "slot-002", "end", "grid", "any", "shuffle", "\0", "é夜", "9" * 4000,
    "1e999999999", "not " * 200 + "a", "(" * 300, "__import__('os')", "a.b", "a:=b",
    [], [[]], [1, "a"], [None], {}, {"id": "slot-001"}, [{}], [0, 10**12],
    {"OTIO_SCHEMA": "Gap.1"}, float("inf"), float("-inf"), float("nan"),
]  # fmt: skip
DOCUMENT = {
    "slots": 4,
    "takes": 2,
    "frames": 60,
    "groups": [("g", [1, 2], "shuffle")],
    "branches": [("b", 2, 4, "night", 1.0)],
    "flags": {"night": False},
    "clock": {"ticks_per_s": "4"},
    "voices": [1],
    "bed": True,
    "stems": 1,
    "still_slots": [3],
    "slot_facts": {1: {"requires": "not night", "sets": {"night": True}}},
    "facts": {"runtime": {"min_s": 1.0, "max_s": 30.0}},
}


def places(node, path=()):
    """Every place of a document, lists of numbers by a few of their values."""
    if isinstance(node, dict):
        for key in node:
            yield (*path, key)
            yield from places(node[key], (*path, key))
    elif isinstance(node, list):
        for k in range(min(len(node), 3)):
            yield (*path, k)
            yield from places(node[k], (*path, k))


def ours(found):
    return [one for one in found if "otio_genai" in one]


def broken(text, rng):
    """One to three values replaced, removed or swapped with another place's."""
    tree = json.loads(text)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        found = ours(places(tree))
        *way, last = rng.choice(found)
        at = tree
        for step in way:
            at = at[step]
        kind = rng.randrange(4)
        if kind == 0:
            del at[last]
        elif kind == 1:
            *other, key = rng.choice(found)
            source = tree
            for step in other:
                source = source[step] if isinstance(source, (dict, list)) else None
            at[last] = json.loads(json.dumps(source[key])) if source else None
        else:
            at[last] = rng.choice(VALUES)
    return json.dumps(tree)


def read(text):
    """Read a document from its text; None where OTIO itself refuses it."""
    try:
        found = otio.adapters.read_from_string(text, "otio_json")
    except (otio.exceptions.OTIOError, ValueError, TypeError, KeyError):
        return None
    return found


def tried(text):
    """Return 1 for a field, 0 for a refusal; anything else is raised."""
    found = read(text)
    if found is None:
        return -1
    is_field(found)
    try:
        told = faults(found)
        assert all(isinstance(one, str) and one for one in told)
        field = read_field(found)
    except GenaiError as error:
        assert error.sentence
        return 0
    for slot in field.slots:
        for option in slot.options:
            assert option.ins and option.weight > 0 and option.content
            if not option.material.still:
                moves = option.material.moves_at(np.array(option.ins))
                assert all(len(side) == len(option.ins) for side in moves)
    return 1


TEXT = fields.document(**DOCUMENT).to_json_string()


@pytest.mark.parametrize("seed", later(range(8), 3))
def test_values_in_any_place_make_a_field_or_a_sentence(seed):
    rng = random.Random(seed)
    found = [tried(broken(TEXT, rng)) for _ in range(12)]
    assert {0, 1} <= set(found)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 108))
def test_many_values_in_any_place_make_a_field_or_a_sentence(seed):
    rng = random.Random(seed)
    found = [tried(broken(TEXT, rng)) for _ in range(150)]
    assert {0, 1} <= set(found)


@pytest.mark.slow
def test_texts_with_noise_make_a_field_or_a_sentence():
    small = fields.document(2, 2, frames=40, flags={"a": True}).to_json_string()
    assert all(tried(mutated(small, seed)) in (-1, 0, 1) for seed in range(300))


@pytest.mark.parametrize("text", [v for v in VALUES if isinstance(v, str)])
def test_conditions_are_read_or_refused(text):
    try:
        found = parse(text)
    except ValueError as error:
        assert str(error)
    else:
        assert found.holds({}) in (True, False)


@pytest.mark.parametrize("name", ["a\nb", "\x1b[2Jslot", "slot\u202etols", "a\u2028b"])
def test_names_that_break_or_turn_lines_are_refused_and_not_echoed(name):
    document = fields.document(2, 1, slot_facts={0: {"id": name}})
    said = faults(document)
    assert any(one.startswith("clip 1, id: must be a name") for one in said)
    assert all(line.isprintable() for line in said)


@pytest.mark.parametrize("name", ["été 🌅", "дверь", "扉 1", "a" * 500])
def test_names_of_any_letters_are_names(name):
    document = fields.document(2, 1, slot_facts={0: {"id": name}})
    assert read_field(document).slots[0].id == name
