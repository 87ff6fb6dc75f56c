"""The account of a conversion."""

import json

import pytest

from otio_genai.interchange import Loss, LossItem

EXACT = LossItem("clips", "exact", "3 clips")
DROPPED = LossItem(
    "speed",
    "dropped",
    "a gap",
    "Render it.",
    "Picture",
    "a",
    "00:00:00:00",
    "00:00:01:00",
)
BAKED = LossItem("carry", "baked", "a rendered clip")


def test_nothing_lost_is_said_and_both_lists_are_there():
    loss = Loss()
    assert not loss.lossy
    assert loss.readable() == "Nothing was lost."
    assert loss.to_json() == {
        "lossy": False,
        "items": [],
        "warnings": [],
        "unsupported": [],
    }


def test_an_exact_item_or_a_note_is_no_loss():
    assert not Loss((EXACT,), ("nobody knows",)).lossy
    assert Loss((EXACT,), ("nobody knows",)).warnings == ["nobody knows"]


def test_items_name_place_feature_outcome_and_remedy():
    loss = Loss((EXACT, BAKED)) + Loss((DROPPED,))
    assert loss.lossy
    assert loss.unsupported == [
        "Picture · a · 00:00:00:00-00:00:01:00: speed dropped: a gap (Render it.)"
    ]
    assert loss.warnings == ["timeline: carry baked: a rendered clip"]
    lines = loss.readable().splitlines()
    assert lines[0] == "Something was lost." and "dropped" in lines[1]
    assert json.loads(json.dumps(loss.to_json()))["items"][2]["place"]["item"] == "a"


def test_an_unknown_outcome_is_refused():
    with pytest.raises(ValueError, match="lost"):
        LossItem("clips", "lost", "")


def test_what_happens_often_is_told_once_with_its_first_places():
    items = tuple(
        LossItem("speed", "dropped", "a gap", "Render it.", "V1", name)
        for name in "abcde"
    )
    lines = Loss((*items, BAKED)).readable().splitlines()
    assert lines[1] == "5 times: speed dropped: a gap (Render it.)"
    assert lines[2] == "    V1 · a; V1 · b; V1 · c; and 2 more"
    assert lines[3] == BAKED.readable()
    assert len(Loss(items).readable(every=True).splitlines()) == 6


def test_losses_that_differ_in_figures_alone_are_told_once():
    items = tuple(
        LossItem("rate", "approximated", f"{k}.5 frames off", "", "V1", "abc"[k])
        for k in range(3)
    )
    lines = Loss(items).readable().splitlines()
    assert lines[1] == "3 times, such as: rate approximated: 0.5 frames off"
    assert lines[2] == "    V1 · a; V1 · b; V1 · c"


def test_notes_that_begin_alike_are_few_unless_all_are_asked_for():
    notes = (*(f"A file is missing: {k}.mp4." for k in range(9)), "Another note.")
    short = Loss(notes=notes).readable().splitlines()
    assert len(short) == 1 + 3 + 1 + 1
    assert short[4].startswith("note: A file is missing: and 6 more")
    assert len(Loss(notes=notes).readable(every=True).splitlines()) == 11


def test_names_as_long_as_generators_write_them_are_shortened():
    name = "brises_cracked_earth_" + "x" * 90 + "_end.mp4"
    item = LossItem("carry", "baked", "its pictures", "", "V1", name)
    assert len(item.place) < 70
    assert item.place.endswith("_end.mp4") and "…" in item.place
    assert item.to_json()["place"]["item"] == name
