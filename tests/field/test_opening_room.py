"""Films of a field that is opened have room for the voice, or it is said at once."""

from dataclasses import replace

import numpy as np

from otio_genai import metadata
from otio_genai.assemble.style import Style
from otio_genai.field import drawing
from otio_genai.field.document import read_field
from otio_genai.field.opening import open_field
from otio_genai.field.showing.rules import Rules
from otio_genai.ingest import bin as bin_room
from tests.support import bins, fields

STYLE = Style(min_shot_s=0.5, mean_shot_s=1.5, max_shot_s=3.0, carry_share=0.3)


def spoken_bin(spoken_s, count=8, stills=0, short=0):
    frames = [24] * short + [96] * (count - short)
    clips = [fields.moving(f"take {k}", k, frames=n) for k, n in enumerate(frames)]
    clips += [bins.still(f"still {k}") for k in range(stills)]
    clips.append(bins.voice([(0.1, spoken_s - 0.1)], spoken_s, "words"))
    return bin_room.make(clips)


def share_that_keeps_the_voice(document):
    field = read_field(document)
    rules = Rules(field)
    films = drawing.draw_many(drawing.space(field), np.random.default_rng(5), 300)
    return sum(rules.broken(tuple(film)) is None for film in films) / len(films)


def warnings_of(document):
    return " ".join(metadata.read(document, "film").get("warnings") or ())


def test_most_films_of_a_new_field_keep_the_voice():
    made = open_field(spoken_bin(4.0), STYLE)
    assert share_that_keeps_the_voice(made) > 0.6
    field = read_field(made)
    assert sum(len(slot.options) for slot in field.slots) == 8
    assert len(field.slots) <= 4
    shown = drawing.reachable(drawing.space(field))
    assert all(all(slot) for slot in shown)
    assert "Only about" not in warnings_of(made)


def test_shots_last_longer_where_the_slots_are_asked_for():
    made = open_field(spoken_bin(3.5, count=6), STYLE, slots=2)
    field = read_field(made)
    assert len(field.slots) == 2
    assert share_that_keeps_the_voice(made) > 0.6
    assert min(slot.shortest for slot in field.slots) > 12
    assert "shots last longer at the least: slot-001" in warnings_of(made)


def test_a_field_that_has_no_room_for_the_voice_says_so_at_once():
    made = open_field(spoken_bin(4.5, short=4), STYLE, slots=3)
    assert share_that_keeps_the_voice(made) < 0.6
    said = warnings_of(made)
    assert "keep this rule: words ends before the film does" in said
    assert "more than 3 slots (--slots)" in said and "max_shot_s" in said


def test_stills_that_are_left_out_are_told():
    found = spoken_bin(1.0, count=4, stills=2)
    assert "2 stills are left out" in warnings_of(open_field(found, STYLE))
    asked = open_field(found, replace(STYLE, use_stills=True))
    assert "left out" not in warnings_of(asked)
    assert sum(len(slot.options) for slot in read_field(asked).slots) == 6
    silent = open_field(found, replace(STYLE, use_stills=False))
    assert "left out" not in warnings_of(silent)
