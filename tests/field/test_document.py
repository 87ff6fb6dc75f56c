"""A field is read whole or refused whole, every fault with its place."""

from __future__ import annotations

import copy
import functools
from dataclasses import fields as fields_of
from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai import maps, metadata, rates
from otio_genai.check import check
from otio_genai.errors import FieldError, MetadataError
from otio_genai.field import model
from otio_genai.field.document import faults, is_field, read_field
from tests.support import fields

RICH = {
    "slots": 6,
    "takes": 2,
    "kinds": ["match", "dry", "carry", "dissolve", "dip"],
    "policies": {1: "cycle", 2: "once"},
    "groups": [("middle", [1, 2], "shuffle")],
    "branches": [("short cut", 2, 5, "night and not rain", 0.5)],
    "flags": {"night": True, "rain": False},
    "clock": {"grid": {"bpm": 120, "offset_s": 0.25}},
    "voices": [0, 3],
    "bed": True,
    "stems": 2,
    "still_slots": [4],
    "slot_facts": {
        3: {"requires": "rain or night", "sets": {"rain": True}, "tags": ["a"]}
    },
    "take_facts": {(0, 1): {"weight": 3, "cuts": {"in": [20, 10], "out": [60, 40]}}},
}  # fmt: skip


@functools.cache
def rich():
    """The document of every rule; never changed."""
    return fields.document(**RICH)


def clips(timeline):
    return [c for c in timeline.video_tracks()[0] if isinstance(c, otio.schema.Clip)]


def edited(timeline, place, keys, value):
    """Return a copy with one value of the field's or a slot's metadata changed."""
    made = copy.deepcopy(timeline)
    if place == "field":
        held, key = made, "field"
    else:
        index, key = place
        held = clips(made)[index]
    told = metadata.read(held, key)
    at = told
    for step in keys[:-1]:
        at = at[step]
    at[keys[-1]] = value
    metadata.put(held, key, told)
    return made


def same(a, b):
    """Tell whether two fields say the same."""
    if isinstance(a, otio.core.SerializableObject):
        return a.is_equivalent_to(b)
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    kinds = (
        model.Field,
        model.Slot,
        model.Option,
        model.Audio,
        model.Spoken,
        model.Stem,
    )
    if isinstance(a, kinds):
        names = [f.name for f in fields_of(a)]
        unlike = ("material", "timeline", "fingerprint")
        return all(same(getattr(a, n), getattr(b, n)) for n in names if n not in unlike)
    return a == b


@settings(max_examples=12)
@given(
    st.integers(1, 4),
    st.integers(1, 3),
    st.sampled_from([24, Fraction(24000, 1001), 25, Fraction(30)]),
    st.integers(0, 99),
    st.sampled_from(
        [None, {"grid": {"bpm": 97.5, "offset_s": 1.0}}, {"ticks_per_s": "4"}]
    ),
)
def test_reads_what_the_plainest_reader_reads(slots, takes, rate, seed, clock):
    made = fields.document(slots, takes, rate=rate, seed=seed, clock=clock)
    assert same(read_field(made), fields.plain(made))


def test_reads_every_rule_as_the_plainest_reader_does():
    made = rich()
    found = read_field(made)
    assert same(found, fields.plain(made))
    assert found.slots[0].options[1].ins == (10, 20)
    assert found.slots[3].requires.names == {"rain", "night"}
    assert found.branches[0].to == 5 and found.clock.ticks_per_s == 2


def test_the_document_is_an_ordinary_film(tmp_path):
    made = fields.coded(tmp_path, 3, 2, kinds=["carry", "dissolve"])
    assert is_field(made) and check(made) == []
    active = copy.deepcopy(made)
    for clip in clips(active):
        for key in ("slot", "take", "takes"):
            metadata.put(clip, key, None)
    a, b = maps.picture_map(made), maps.picture_map(active)
    shown = [[(x.clip.name, x.source_frame, x.weight) for x in f] for f in a]
    assert shown == [[(x.clip.name, x.source_frame, x.weight) for x in f] for f in b]


def test_comes_back_from_json_byte_for_byte():
    # OTIO reads 9.3 as the number beside it; what it has read once, it keeps.
    made = rich()
    back = otio.adapters.read_from_string(made.to_json_string(), "otio_json")
    text = back.to_json_string()
    again = otio.adapters.read_from_string(text, "otio_json")
    assert again.to_json_string() == text
    assert read_field(again).fingerprint == read_field(made).fingerprint
    assert same(read_field(back), read_field(again))


def test_reading_changes_nothing():
    made = rich()
    before = made.to_json_string()
    read_field(made)
    assert made.to_json_string() == before


FAULTS = [
    ("field", ["branchs"], [], "there is no key 'branchs'; did you mean 'branches'?"),
    ("field", ["version"], "1", "version: must be 1"),
    ("field", ["runtime"], {"min_s": 9, "max_s": 3}, "runtime: min_s, 9, is more than"),
    ("field", ["runtime"], {"min_s": 900}, "runtime: no film lasts 900.00 s"),
    ("field", ["runtime"], {"max_s": 0.1}, "runtime: every film is longer than 0.08 s"),
    ("field", ["runtime"], {"exact_ticks": 5, "min_s": 8}, "exact_ticks, 5, are"),
    ("field", ["runtime", "max_s"], float("nan"), "max_s: must be above 0"),
    ("field", ["grid"], {"bpm": 120, "ofset_s": 0}, "did you mean 'offset_s'?"),
    ("field", ["grid"], {"bpm": True}, "grid, bpm: must be 20 to 400"),
    ("field", ["ticks_per_s"], "4", "ticks_per_s: there is a grid as well"),
    ("field", ["fixed"], ["slot-01"], "there is no slot 'slot-01'; did you mean"),
    ("field", ["groups", 0, "slots"], ["slot-001", "slot-003"], "are no neighbours"),
    ("field", ["groups", 0, "slots"], ["slot-002", "slot-001"], "are no neighbours"),
    ("field", ["groups", 0, "slots"], [], "group middle, slots: there is none"),
    ("field", ["groups", 0, "order"], "shufle", 'must be "fixed", "shuffle" or'),
    ("field", ["groups"], "none", "groups: must be a list of dictionaries"),
    ("field", ["branches", 0, "to"], "slot-001", "leads from slot-003 back to"),
    ("field", ["branches", 0, "to"], "slot-003", "leads from slot-003 back to"),
    ("field", ["branches", 0, "at"], "slot-002", "out of the middle of shuffled group"),
    ("field", ["branches", 0, "when"], "night &", "'night &' is no condition"),
    ("field", ["branches", 0, "when"], "nights", "did you mean 'night'?"),
    ("field", ["branches", 0, "weight"], 0, "weight: must be above 0"),
    ("field", ["flags"], {"night": 1}, "flags: must be a dictionary of flags"),
    ("field", ["flags"], {"not": True}, "is no name for a flag"),
    ("field", ["motion", "tau"], 0, "motion, tau: must be 0.000001 to 100"),
    ("field", ["motion", "hard_max"], -1, "hard_max: must be above 0"),
    ("field", ["palette"], None, "palette: must be a dictionary"),
    ("field", ["policy", "bag"], "yes", "bag: must be true or false, not"),
    ("field", ["policy", "over"], 1.5, "over: must be a whole number"),
    ("field", ["audio", "bed"], "bed.wav", "bed: must be a clip, or null"),
    ("field", ["audio", "voice", 0, "slot"], "slot-9", "there is no slot 'slot-9'"),
    ("field", ["audio", "voice", 0, "slot"], "slot-005", "voices keep their order"),
    ("field", ["audio", "gains", "duck_db"], 3, "duck_db: must be -96 to 0"),
    ((0, "slot"), ["id"], "slot-002", "slot-002: 2 slots have this name"),
    ((0, "slot"), ["id"], "end", "no slot may be called that"),
    ((0, "slot"), ["policy"], "suffle", "policy: must be"),
    ((0, "slot"), ["shortest_s"], 3, "its shortest shot, 3 s, is longer than"),
    ((0, "slot"), ["longest_s"], float("inf"), "longest_s: must be above 0"),
    ((0, "slot"), ["requires"], "f()", "'f()' is no condition"),
    ((0, "slot"), ["sets"], {"snow": True}, "there is no flag 'snow'"),
    ((0, "slot"), ["at_s"], 1.0, "slot-001, at_s: it cannot begin at 0.75 s"),
    ((1, "slot"), ["join"], {"kind": "cut"}, "join, kind: must be"),
    ((0, "take"), ["weight"], float("inf"), "weight: must be above 0"),
    ((0, "take"), ["review"], "quarantine", "the active take and under quarantine"),
    ((0, "take"), ["cuts"], {"in": [90]}, "90 is beyond 84"),
    ((0, "take"), ["cuts"], {"in": [0], "out": [200]}, "200 is outside the take's 96"),
    ((0, "take"), ["cuts"], {"in": [0], "out": [4]}, "nothing between them lasts"),
    ((0, "take"), ["cuts"], {"in": [1.5]}, 'in: must be "grid" or a list'),
    ((4, "take"), ["cuts"], {"in": [7]}, "7 is no camera move; this style has 0 to 6"),
    ((0, "take"), ["wieght"], 2, "did you mean 'weight'?"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "keys", "value", "said"), FAULTS)
def test_names_each_fault(place, keys, value, said):
    found = faults(edited(rich(), place, keys, value))
    assert any(said in one for one in found), found


def test_names_every_fault_at_once():
    made = rich()
    made = edited(made, "field", ["motion", "tau"], -1)
    made = edited(made, "field", ["fixed"], ["nobody"])
    made = edited(made, (0, "slot"), ["requires"], "(")
    made = edited(made, (1, "take"), ["weight"], "much")
    with pytest.raises(FieldError) as caught:
        read_field(made)
    told = "\n".join(caught.value.items)
    assert len(caught.value.items) == 4 and caught.value.remedy
    assert [w in told for w in ("tau", "nobody", "requires", "weight")] == [True] * 4


def changed(timeline, change):
    made = copy.deepcopy(timeline)
    change(made)
    return made


def test_what_is_no_slot_is_named():
    made = fields.document(3, 2)
    gap = otio.schema.Gap(duration=rates.time(9, Fraction(24)))
    gapped = changed(made, lambda t: t.video_tracks()[0].insert(1, gap))
    bare = changed(made, lambda t: metadata.put(clips(t)[1], "slot", None))
    strange = changed(made, lambda t: metadata.put(clips(t)[1], "takes", ["take.mp4"]))
    assert any("a Gap cannot be a slot" in one for one in faults(gapped))
    assert any("clip 2: it has no `slot`" in one for one in faults(bare))
    assert any("slot-002, take 2: it is no clip" in one for one in faults(strange))


def test_media_that_were_not_analysed_are_named():
    def forget(timeline):
        metadata.put(clips(timeline)[0].media_reference, "media", None)
        other = metadata.read(clips(timeline)[1], "takes")
        metadata.put(other[0].media_reference, "media", {"kind": "take"})
        metadata.put(clips(timeline)[1], "takes", other)

    found = faults(changed(fields.document(3, 2), forget))
    assert any("slot-001, take 1" in one and "analyse it first" in one for one in found)
    assert any("lack width, height, rate, frames" in one for one in found)


def test_a_take_too_short_and_one_beyond_its_media_are_named():
    long = fields.document(2, 1, slot_facts={0: {"shortest_s": 4.5, "longest_s": 5}})
    assert any("less than the 108" in one for one in faults(long))

    def stretch(timeline):
        clips(timeline)[0].source_range = rates.span(90, 24, Fraction(24))

    found = faults(changed(fields.document(2, 1), stretch))
    assert any("reaches beyond its media" in one for one in found)


def test_an_exact_length_and_a_pinned_time_need_ticks():
    made = fields.document(3, 2, facts={"runtime": {"exact_ticks": 8}})
    assert any("there are no ticks" in one for one in faults(made))
    made = fields.document(3, 2, slot_facts={2: {"at_s": 2.0}})
    assert any("a pinned time needs ticks" in one for one in faults(made))


def test_pinned_times_that_contradict_order_are_named():
    clock = {"ticks_per_s": "4"}
    pins = {1: {"at_s": 2.0}, 2: {"at_s": 1.0}}
    found = faults(fields.document(3, 2, clock=clock, slot_facts=pins))
    assert len(found) == 1 and found[0].startswith("slot-003, at_s: it cannot begin")
    pins = {1: {"at_s": 1.0}, 2: {"at_s": 2.5}}
    assert faults(fields.document(3, 2, clock=clock, slot_facts=pins)) == []


def test_quarantine_keeps_a_take_out():
    made = fields.document(2, 3, take_facts={(0, 1): {"review": "quarantine"}})
    assert [o.clip.name for o in read_field(made).slots[0].options] == [
        "take 00-00",
        "take 00-02",
    ]


def test_a_later_version_is_refused_with_a_sentence():
    with pytest.raises(MetadataError, match="written with version 2"):
        read_field(fields.document(2, 1, facts={"version": 2}))


@pytest.mark.parametrize("other", [otio.schema.Timeline(), otio.schema.Clip(), None, 3])
def test_what_is_no_field_is_refused_with_a_sentence(other):
    assert not is_field(other)
    with pytest.raises(FieldError):
        read_field(other)


def test_the_fingerprint_follows_what_decides_the_films_and_nothing_else():
    made = rich()
    mark = read_field(made).fingerprint
    still = [
        (made, (0, "take"), ["weight"], 7.0),
        (made, "field", ["motion", "tau"], 0.1),
        (made, "field", ["branches", 0, "weight"], 9.0),
        (made, "field", ["policy", "cooldown"], 3),
        (made, "field", ["audio", "gains", "bed_db"], -3.0),
        (made, (0, "slot"), ["tags"], ["dawn"]),
        (made, (0, "take"), ["prompt"], {"template": "a door"}),
    ]
    assert {read_field(edited(*one)).fingerprint for one in still} == {mark}
    moved = [
        (made, (0, "take"), ["cuts"], {"in": [12]}),
        (made, (0, "take"), ["sets"], {"rain": True}),
        (made, (0, "slot"), ["longest_s"], 1.5),
        (made, (0, "slot"), ["policy"], "stopping"),
        (made, (3, "slot"), ["join"], {"kind": "match"}),
        (made, "field", ["motion", "hard_max"], 2.0),
        (made, "field", ["palette", "most_de"], 50.0),
        (made, "field", ["flags"], {"night": False, "rain": False}),
        (made, "field", ["groups", 0, "order"], "fixed"),
        (made, "field", ["branches", 0, "when"], "night"),
        (made, "field", ["runtime"], {"max_s": 9}),
        (made, "field", ["audio", "voice", 0, "pad_s"], 0.5),
    ]
    marks = [read_field(edited(*one)).fingerprint for one in moved]
    assert len({mark, *marks}) == 1 + len(moved)
