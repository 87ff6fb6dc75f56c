"""What is no .otio, or one of another time."""

import json

import opentimelineio as otio
import pytest

from otio_genai.errors import InterchangeError
from otio_genai.interchange.dialects import read_otio, write_dialect


def document(**changes):
    timeline = otio.schema.Timeline("film")
    span = otio.opentime.TimeRange(
        otio.opentime.RationalTime(0, 24), otio.opentime.RationalTime(24, 24)
    )
    clip = otio.schema.Clip("a", source_range=span)
    clip.markers.append(otio.schema.Marker("m", span))
    track = otio.schema.Track("V1", [clip])
    timeline.tracks.append(track)
    made = json.loads(timeline.to_json_string())
    made["tracks"]["children"][0]["children"][0].update(changes)
    return made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"OTIO_SCHEMA": 3}',
        '{"OTIO_SCHEMA": "Timeline.1"}',
        '{"OTIO_SCHEMA": "Timeline.1", "tracks": null}',
        '{"OTIO_SCHEMA": "Clip.2", "name": "a"}',
        "\ud800",
        "[" * 100_000,
        '{"a":' * 100_000,
    ],
    ids=range(11),
)
def test_what_is_no_timeline_is_refused(text):
    with pytest.raises(InterchangeError):
        read_otio(text)


def test_nesting_without_bottom_is_refused():
    made = document(metadata={})
    inner = made["tracks"]["children"][0]["children"][0]["metadata"]
    for _ in range(900):
        inner["a"] = {}
        inner = inner["a"]
    with pytest.raises(InterchangeError, match="deep"):
        read_otio(json.dumps(made))


def test_later_versions_are_named_all_at_once():
    made = document(OTIO_SCHEMA="Clip.7")
    made["tracks"]["children"][0]["OTIO_SCHEMA"] = "Track.2"
    with pytest.raises(InterchangeError) as caught:
        read_otio(json.dumps(made))
    assert caught.value.items == ("1 x Clip.7", "1 x Track.2")


def test_a_marker_of_version_3_is_read():
    made = document()
    marker = made["tracks"]["children"][0]["children"][0]["markers"][0]
    marker["OTIO_SCHEMA"] = "Marker.3"
    marker["color"] = {"OTIO_SCHEMA": "Color.1", "r": 0.9, "g": 0.1, "b": 0.1, "a": 1}
    timeline, loss = read_otio(json.dumps(made))
    assert timeline.tracks[0][0].markers[0].color == "RED"
    assert loss.notes and not loss.lossy


@pytest.mark.parametrize("value", [1e300, -1.0])
def test_times_that_are_none_are_refused(value):
    made = document()
    span = made["tracks"]["children"][0]["children"][0]["source_range"]
    span["duration"]["value"] = value
    with pytest.raises(InterchangeError, match="times"):
        read_otio(json.dumps(made))


def test_a_collection_gives_the_timeline_that_is_named():
    held = [otio.schema.Timeline(name) for name in ("one", "two")]
    text = otio.schema.SerializableCollection("bin", held).to_json_string()
    assert read_otio(text, sequence="two")[0].name == "two"
    timeline, loss = read_otio(text)
    assert timeline.name == "one"
    assert loss.notes
    with pytest.raises(InterchangeError, match="three"):
        read_otio(text, sequence="three")


def collection(*names, kind=otio.schema.SerializableCollection):
    held = []
    for start, name in enumerate(names):
        begin = otio.opentime.RationalTime(start, 24)
        held.append(otio.schema.Timeline(name, global_start_time=begin))
    return kind("bin", held)


def start(text, sequence=None):
    return read_otio(text, sequence=sequence)[0].global_start_time.value


def test_timelines_that_are_not_read_are_named_with_the_way_to_them():
    text = collection("same", "one", "same", "").to_json_string()
    (note,) = read_otio(text)[1].notes
    assert "4 timelines" in note and "'same#1', is read" in note
    assert note.endswith("'one', 'same#2', '#1'.")
    assert [start(text, name) for name in ("same", "one", "same#2", "#1")] == [
        0,
        1,
        2,
        3,
    ]
    with pytest.raises(InterchangeError) as caught:
        read_otio(text, sequence="same#3")
    assert "'same#2'" in caught.value.remedy


def test_a_name_is_itself_before_it_is_a_number():
    text = collection("a", "a", "a#2").to_json_string()
    assert start(text, "a#2") == 2
    assert read_otio(text, sequence="a#2")[0].name == "a#2"
    assert start(text, "a#3") == 1


def test_timelines_within_a_collection_within_are_found():
    inner = collection("deep")
    outer = otio.schema.SerializableCollection("bin", [otio.schema.Clip("c"), inner])
    timeline, loss = read_otio(outer.to_json_string())
    assert timeline.name == "deep"
    assert loss.notes == ("It is a collection; 1 other objects of it were not read.",)


def test_a_file_of_another_program_stays_as_it_is():
    text = json.dumps(document(metadata={"studio": {"shot": 3}}))
    timeline, loss = read_otio(text)
    assert not loss.items and not loss.notes
    assert timeline.is_equivalent_to(otio.adapters.read_from_string(text, "otio_json"))


def test_an_unknown_dialect_is_refused():
    with pytest.raises(InterchangeError, match="dialect"):
        write_dialect(otio.schema.Timeline(), "avid")
    with pytest.raises(InterchangeError, match="not a timeline"):
        write_dialect(otio.schema.Clip(), "resolve")


def test_facts_that_are_no_dictionary_are_none():
    given = document()
    clip = given["tracks"]["children"][0]["children"][0]
    kept = {"otio_genai": {"version": 1, "media": "a picture"}}
    clip["media_references"]["DEFAULT_MEDIA"]["metadata"] = kept
    given["metadata"] = {"Resolve_OTIO": {}}
    assert read_otio(json.dumps(given))[0].tracks[0][0].name == "a"
