"""A field edited: takes added, approved, taken away, made the active one."""

from __future__ import annotations

import copy

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai import maps, metadata
from otio_genai.check import check
from otio_genai.errors import FieldError
from otio_genai.field import renewing
from otio_genai.field.active import active_film, relaid
from otio_genai.field.adding import add_take, approve, remove
from otio_genai.field.document import read_field
from otio_genai.field.promote import promote
from otio_genai.field.realise_film import timeline_of
from otio_genai.field.renewing import with_approved, with_take, without_take
from tests.support import bins, fields


def clips(timeline):
    return [c for c in timeline.video_tracks()[0] if isinstance(c, otio.schema.Clip)]


def takes(timeline, slot):
    clip = clips(timeline)[slot]
    return [clip.name, *(one.name for one in metadata.read(clip, "takes"))]


def shown(timeline):
    return [
        [(layer.clip.name, layer.source_frame, layer.weight) for layer in frame]
        for frame in maps.picture_map(timeline)
    ]


def mark(timeline, slot):
    return [m.name for m in clips(timeline)[slot].markers]


def test_a_take_is_added_under_quarantine_and_approved():
    made = fields.document(3, 2)
    before = made.to_json_string()
    added = add_take(made, "slot-002", fields.moving("new", 77))
    assert takes(added, 1) == [*takes(made, 1), "new"]
    assert mark(added, 1) == ["FIELD 3 takes"]
    assert len(read_field(added).slots[1].options) == 2
    approved = approve(added, "slot-002", "new")
    assert [o.clip.name for o in read_field(approved).slots[1].options][-1] == "new"
    assert made.to_json_string() == before
    assert shown(approved) == shown(made)
    assert remove(approved, "slot-002", 3).is_equivalent_to(made)


def test_what_cannot_be_a_take_is_refused():
    made = fields.document(2, 2)
    bare = otio.schema.Clip("bare", otio.schema.ExternalReference("file:///b.mp4"))
    short = fields.moving("short", 5, frames=8)
    again = metadata.read(clips(made)[0], "takes")[0]
    for clip, said in ((bare, "analyse"), (short, "less than the 12")):
        with pytest.raises(FieldError) as caught:
            add_take(made, "slot-001", clip)
        assert said in str(caught.value)
    with pytest.raises(FieldError, match="has take 00-01 already"):
        add_take(made, "slot-001", again)
    with pytest.raises(FieldError, match="is no take"):
        add_take(made, "slot-001", "take.mp4")


def test_names_that_are_not_there_are_told_with_those_that_are():
    made = fields.document(2, 2)
    with pytest.raises(FieldError, match="did you mean 'slot-001'"):
        approve(made, "slot-01", 2)
    with pytest.raises(FieldError) as caught:
        promote(made, "slot-001", "take 00-9")
    assert caught.value.items == ("1: take 00-00", "2: take 00-01")
    with pytest.raises(FieldError, match="the active take"):
        remove(made, "slot-001", 1)
    twice = add_take(made, "slot-001", fields.moving("take 00-01", 9), review="ok")
    with pytest.raises(FieldError, match="2 takes are called") as caught:
        promote(twice, "slot-001", "take 00-01")
    assert takes(promote(twice, "slot-001", 3), 0)[0] == "take 00-01"
    assert takes(promote(twice, "slot-001", "take 00-00.mp4"), 0) == takes(twice, 0)


@settings(max_examples=4)
@given(st.integers(0, 99), st.integers(0, 3), st.integers(1, 3))
def test_a_promoted_take_is_the_active_one_and_the_film_stays_as_long(seed, slot, take):
    kinds = ["carry", "dry", "dissolve"]
    made = fields.document(4, 3, seed=seed, kinds=kinds, bed=True, voices=[1])
    before = made.to_json_string()
    after = promote(made, fields.slot_id(slot), take)
    assert made.to_json_string() == before
    was, now = takes(made, slot), takes(after, slot)
    was[0], was[take - 1] = was[take - 1], was[0]
    assert now == was
    film, old = active_film(read_field(after)), active_film(read_field(made))
    assert [one.frames for one in film] == [one.frames for one in old]
    assert film[slot].way in read_field(after).slots[slot].options[0].ins
    assert [p.text for p in check(after) if "missing" not in p.text] == []
    sounds = [t.to_json_string() for t in after.audio_tracks()]
    assert sounds == [t.to_json_string() for t in made.audio_tracks()]
    assert shown(after) == shown(timeline_of(read_field(after), film))


def test_promoting_back_gives_the_same_field():
    made = fields.document(3, 3)
    back = promote(promote(made, "slot-002", 3), "slot-002", 3)
    assert takes(back, 1) == takes(made, 1)
    assert read_field(back).fingerprint == read_field(made).fingerprint


def test_a_take_that_cannot_last_as_long_gets_the_nearest_length():
    made = fields.document(2, 1, length=40)
    short = fields.moving("short", 5, frames=30)
    after = promote(add_take(made, "slot-001", short, review="ok"), "slot-001", "short")
    film = active_film(read_field(after))
    assert [one.frames for one in film] == [30, 40]
    assert len(maps.picture_map(after)) == metadata.read(after, "film")["length_frames"]


def test_a_still_can_be_promoted_and_a_take_under_quarantine_cannot():
    made = fields.document(2, 1)
    still = bins.still("held", size=(192, 108))
    added = add_take(made, "slot-001", still, review="quarantine")
    with pytest.raises(FieldError, match="held is under quarantine"):
        promote(added, "slot-001", "held")
    after = promote(approve(added, "slot-001", "held"), "slot-001", "held")
    assert metadata.read(clips(after)[0], "framing")["keys"]
    assert read_field(after).slots[0].options[0].material.still


def test_what_was_done_by_hand_to_other_shots_stays():
    made = fields.document(3, 2, bed=True)
    hand = clips(made)[0]
    metadata.put(hand, "opacity", [[0, 0.5]])
    hand.markers.append(otio.schema.Marker("look here"))
    made.tracks.append(otio.schema.Track("Titles", kind="Video"))
    after = promote(made, "slot-003", 2)
    assert metadata.read(clips(after)[0], "opacity") == [[0, 0.5]]
    assert mark(after, 0) == ["FIELD 2 takes", "look here"]
    moved = promote(after, "slot-001", 2)
    begin = [c.source_range.start_time for c in (clips(after)[0], clips(moved)[0])]
    places = [
        next(m.marked_range.start_time for m in c.markers if m.name == "look here")
        for c in (clips(after)[0], clips(moved)[0])
    ]
    assert places[0] - begin[0] == places[1] - begin[1]
    assert [t.name for t in after.tracks] == [t.name for t in made.tracks]


@settings(max_examples=4)
@given(st.integers(1, 5), st.integers(0, 99))
def test_laying_the_active_film_anew_changes_nothing(slots, seed):
    made = fields.document(slots, 2, seed=seed, bed=True, voices=[0])
    field = read_field(made)
    again = relaid(field, active_film(field), {})
    assert shown(again) == shown(made)
    assert read_field(again).fingerprint == field.fingerprint


def test_a_take_that_leaves_voices_no_room_is_refused_with_what_to_do():
    clips = [
        [
            fields.moving(f"t{s}{k}", 10 * s + k, frames=14 if k else 96)
            for k in range(2)
        ]
        for s in range(3)
    ]
    document = fields.document(clips=clips, voices=[0, 1], lengths=(0.5, 2.0))
    with pytest.raises(FieldError, match="cannot be heard") as caught:
        promote(document, "slot-001", "t01")
    assert caught.value.remedy and "voice 1 begins" in caught.value.items[0]


def copied(timeline, number, change):
    """Oracle: all of it copied, then changed."""
    made = copy.deepcopy(timeline)
    active = clips(made)[number]
    metadata.put(active, "takes", change(metadata.read(active, "takes") or []))
    fields.mark(active, read_field(timeline).rate)
    return made


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"kinds": ["match", "dissolve", "dip", "carry"], "voices": [1], "bed": True},
        {"still_slots": [1], "groups": [("g", (1, 2), "shuffle")]},
        {"slot_facts": {2: {"at_s": 3.0}}, "facts": {"ticks_per_s": "4"}},
        {"policies": {1: "fixed"}, "facts": {"runtime": {"max_s": 5.0}}},
    ],
    ids=["plain", "joins", "still", "pinned", "fixed"],
)
def test_what_is_shared_is_the_field_that_a_copy_would_be(how):
    made = fields.document(4, 3, lengths=(0.5, 2.0), **how)
    made.tracks[0].markers.append(otio.schema.Marker("theirs"))
    clips(made)[0].metadata["theirs"] = {"scene": [1, {"a": 2}]}
    clips(made)[0].enabled = False
    before, field = made.to_json_string(), read_field(made)
    held = with_take(field, "slot-002", fields.moving("new", 77), weight=2.0)
    new = metadata.read(clips(held.timeline)[1], "takes")[-1]
    wanted = copied(made, 1, lambda takes: [*takes, copy.deepcopy(new)])
    assert held.timeline.is_equivalent_to(wanted)
    ready = with_approved(held, "slot-002", "new")
    gone = without_take(ready, "slot-002", 2)
    for found in (held, ready, gone):
        again = read_field(found.timeline)
        assert found.fingerprint == again.fingerprint
        for one, other in zip(found.slots, again.slots, strict=True):
            assert [o.clip.name for o in one.options] == [
                o.clip.name for o in other.options
            ]
            assert (one.id, one.policy, one.at) == (other.id, other.policy, other.at)
    assert field.fingerprint == held.fingerprint
    # Neither what was given nor what came between was changed on the way.
    assert made.to_json_string() == before
    assert held.timeline.is_equivalent_to(wanted)


def test_one_slot_alone_is_read_and_nothing_is_copied(monkeypatch):
    field = read_field(fields.document(6, 4))
    read, copied_too = [], []
    whole = renewing.slots_of
    monkeypatch.setattr(
        renewing,
        "slots_of",
        lambda clips, *a: read.append(len(clips)) or whole(clips, *a),
    )
    monkeypatch.setattr(renewing, "read_field", None)
    real = copy.deepcopy
    monkeypatch.setattr(
        renewing.copy, "deepcopy", lambda one: copied_too.append(one) or real(one)
    )
    made = with_take(field, "slot-002", fields.moving("new", 7), review="ok")
    assert read == [1]
    assert not any(isinstance(one, otio.schema.Clip) for one in copied_too)
    for old, new in zip(clips(field.timeline), clips(made.timeline), strict=True):
        assert new.media_reference is old.media_reference
        kept = metadata.read(old, "takes")
        assert all(
            a is b
            for a, b in zip(kept, metadata.read(new, "takes")[: len(kept)], strict=True)
        )


def test_a_take_whose_want_no_film_can_keep_stays():
    # Without the long take the pinned slot cannot begin so late.
    long = fields.moving("long", 3, frames=96)
    rows = [[fields.moving("short", 4, frames=14), long], [fields.moving("b", 5)]]
    made = fields.document(
        2, clips=rows, length=12, lengths=(0.5, 3.0), slot_facts={1: {"at_s": 2.0}},
        facts={"ticks_per_s": "4"},
    )  # fmt: skip
    with pytest.raises(FieldError, match="cannot begin"):
        without_take(read_field(made), "slot-001", "long")
