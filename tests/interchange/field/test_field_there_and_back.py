"""A field in other editors' files: the active film for every reader, and all takes."""

from pathlib import Path

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai import maps, metadata, rates
from otio_genai.field.document import read_field
from otio_genai.field.keys import TABLES
from otio_genai.field.opening_film import film_style
from otio_genai.field.writing import pictures
from otio_genai.interchange import read_xmeml, write_xmeml
from otio_genai.interchange.fcpxml import read_fcpxml, write_fcpxml
from otio_genai.interchange.fcpxml.lint import lint_fcpxml
from otio_genai.interchange.fielded import fielded
from otio_genai.interchange.urls import from_pathurl
from otio_genai.interchange.xmeml.lint import lint_xmeml
from tests.support import fields
from tests.support.fcpxml_frames import ITEMS
from tests.support.marks import examples

NAMES = ['it\'s <one> & "two"', "夜の街 é", "100% =A1", "a/b\\c"]


def as_xmeml(dialect):
    return lambda film: read_xmeml(write_xmeml(film, dialect)[0])[0]


ROADS = {
    "premiere": as_xmeml("premiere"),
    "resolve": as_xmeml("resolve"),
    "finalcut": lambda film: read_fcpxml(write_fcpxml(film)[0])[0],
}


def seen(film):
    return [
        [(from_pathurl(a.url), a.source_frame, round(a.weight, 9)) for a in layers]
        for layers in maps.picture_map(film)
    ]


def takes_of(film, *, upto=None):
    """File and range in record frames of each other take, clip by clip."""
    rate = maps.record_rate(film)
    found = []
    for clip in film.video_tracks()[0].find_clips():
        room = clip.source_range.duration.value
        row = []
        for take in metadata.read(clip, "takes") or ():
            begin = rates.seconds(take.source_range.start_time)
            length = take.source_range.duration.value
            length = min(length, room) if upto == "active" else length
            url = from_pathurl(take.media_reference.target_url)
            row.append((take.name, url, begin * rate, length))
        found.append(row)
    return found


def odd(document, shift):
    """Give the takes ranges of their own, and odd names."""
    number = 0
    for clip in document.video_tracks()[0].find_clips():
        takes = metadata.read(clip, "takes") or []
        for take in takes:
            begin = take.source_range.start_time
            length = take.source_range.duration
            take.source_range = otio.opentime.TimeRange(
                begin + rates.time(number % 5, rates.of(begin)),
                length + rates.time(shift[number % len(shift)], rates.of(length)),
            )
            take.name = f"{NAMES[number % len(NAMES)]} {number}"
            number += 1
        metadata.put(clip, "takes", takes)
    return document


@pytest.mark.parametrize("road", ROADS)
@examples(10, 4)
@given(
    seed=st.integers(0, 99),
    counts=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    rate=st.sampled_from([24, 25, rates.rate("24000/1001")]),
    shift=st.lists(st.integers(-8, 8), min_size=1, max_size=4),
    kinds=st.sampled_from(["match", "dissolve"]),
)
def test_every_take_comes_back_with_its_name_and_range(
    road, seed, counts, rate, shift, kinds
):
    document = fields.document(
        len(counts), counts, seed=seed, rate=rate, kinds=[kinds] * (len(counts) - 1)
    )
    odd(document, shift)
    back = ROADS[road](document)
    assert seen(back) == seen(document)
    upto = None if road == "finalcut" else "active"
    assert takes_of(back) == takes_of(document, upto=upto)
    markers = [m.name for c in document.find_clips() for m in c.markers]
    assert len(markers) == len(counts)


@pytest.mark.parametrize("dialect", ["premiere", "resolve"])
def test_a_take_that_is_too_long_for_its_track_is_told(dialect):
    document = odd(fields.document(2, 3), [4, 0, -3])
    _, loss = write_xmeml(document, dialect)
    cut = [i for i in loss.items if i.feature == "other takes"]
    assert [i.target_gets for i in cut] == [
        "24 frames of 28: no longer than the take it stands for"
    ] * 2
    assert not [i for i in write_fcpxml(document)[1].items if i.feature == "other take"]


def test_in_final_cut_each_take_has_its_own_start_and_length():
    import xml.etree.ElementTree as ET

    document = odd(fields.document(2, 3), [4, 0, -3])
    root = ET.fromstring(write_fcpxml(document)[0])
    auditions = list(root.iter("audition"))
    assert len(auditions) == 2
    clips = list(document.video_tracks()[0].find_clips())
    for audition, clip in zip(auditions, clips, strict=True):
        assert [child.tag in ITEMS for child in audition] == [True] * 3
        lengths = [seconds(child.get("duration")) for child in audition]
        starts = [seconds(child.get("start")) for child in audition]
        takes = [clip, *metadata.read(clip, "takes")]
        assert lengths == [rates.seconds(t.source_range.duration) for t in takes]
        assert starts == [rates.seconds(t.source_range.start_time) for t in takes]
        assert audition.get("offset") and not audition[1].get("offset")


def seconds(text):
    from fractions import Fraction

    return Fraction((text or "0s").removesuffix("s"))


def test_other_takes_hide_nothing_in_final_cut_pro_7():
    import xml.etree.ElementTree as ET

    root = ET.fromstring(write_xmeml(fields.document(3, 3), "premiere")[0])
    tracks = root.findall("sequence/media/video/track")
    off = [track.findtext("enabled") for track in tracks]
    assert off == ["TRUE", "FALSE", "FALSE"]
    for track in tracks[1:]:
        assert {c.findtext("enabled") for c in track.iter("clipitem")} == {"FALSE"}


def by_others(film, suffix, text, adapter):
    """What the clips of the first video track show, for a reader that is not ours."""
    back = otio.adapters.read_from_string(text, adapter)
    if isinstance(back, otio.schema.SerializableCollection):
        (back,) = (
            c for c in back.find_children() if isinstance(c, otio.schema.Timeline)
        )
    clips = back.video_tracks()[0].find_clips()
    return [
        (
            Path(from_pathurl(clip.media_reference.target_url)).name,
            clip.source_range.start_time.value,
            clip.source_range.duration.value,
        )
        for clip in clips
    ]


def active(film):
    return [
        (
            Path(from_pathurl(clip.media_reference.target_url)).name,
            clip.source_range.start_time.value,
            clip.source_range.duration.value,
        )
        for clip in film.video_tracks()[0].find_clips()
    ]


@pytest.mark.parametrize("dialect", ["premiere", "resolve"])
def test_another_reader_of_xmeml_sees_the_active_film(dialect):
    pytest.importorskip("otio_fcp_adapter")
    document = fields.document(3, 3)
    text, _ = write_xmeml(document, dialect)
    assert by_others(document, ".xml", text, "fcp_xml") == active(document)


def test_opentimelineio_itself_sees_the_film_of_the_active_takes():
    """Its own algorithms, and a file that it wrote, which still is the field."""
    document = fields.document(3, 3, voices=(1,), bed=True)
    names = [clip.name for clip in pictures(document)]
    (flat,) = [
        otio.algorithms.flatten_stack([track]) for track in document.video_tracks()
    ]
    assert [clip.name for clip in flat.find_clips()] == names
    pictured = [clip for track in document.video_tracks() for clip in track]
    assert len(document.find_clips()) == len(pictured) + 2
    kept = otio.algorithms.filtered_composition(document, lambda item: item)
    again = otio.adapters.read_from_string(
        otio.adapters.write_to_string(kept, "otio_json"), "otio_json"
    )
    assert again.duration() == flat.duration() == document.duration()
    assert read_field(again).fingerprint == read_field(document).fingerprint


def test_what_went_to_an_editor_and_back_is_no_field():
    document = fields.document(2, 3)
    for back in (road(document) for road in ROADS.values()):
        assert metadata.read(back, "field") is None
        clips = list(back.video_tracks()[0].find_clips())
        assert [metadata.read(clip, "slot") for clip in clips] == [None, None]


@given(seed=st.integers(0, 99), shift=st.lists(st.integers(-8, 8), min_size=2))
@settings(max_examples=5)
def test_the_files_obey_their_formats(seed, shift):
    document = odd(fields.document(3, [3, 1, 4], seed=seed, voices=(0,)), shift)
    assert not lint_fcpxml(write_fcpxml(document)[0])
    assert not lint_xmeml(write_xmeml(document, "premiere")[0])
    assert not lint_xmeml(write_xmeml(document, "resolve")[0])


def test_what_a_field_does_not_say_is_told_as_it_is_meant():
    """A group is shuffled and a slot's takes are drawn where nothing else is said."""
    document = fields.document(3, 2, groups=[("g", (1, 2), "shuffle")])
    facts = metadata.read(document, "field")
    del facts["groups"][0]["order"]
    metadata.put(document, "field", facts | {"fixed": ["slot-001"]})
    for clip in document.video_tracks()[0].find_clips():
        slot = metadata.read(clip, "slot")
        del slot["policy"]
        metadata.put(clip, "slot", slot)
    told = [(one.feature, one.target_gets) for one in fielded(document).items]
    assert (
        "field: group",
        "the order of this film, not 'shuffle' of slot-002, slot-003",
    ) in told
    assert sum(feature == "field: policy" for feature, _ in told) == 2


def terse(table, said):
    """A table without what it means anyway."""
    usual = {key.name: key.default for key in TABLES[table]}
    within = {"runtime", "motion", "palette", "policy", "cuts", "grid"}
    found = {}
    for key, value in said.items():
        if key in within and isinstance(value, dict):
            value = terse(key, value)
        if key in ("in", "out") and isinstance(value, str):
            continue
        empty = value in ({}, []) and not usual[key]
        if not (empty or value == usual[key]):
            found[key] = value
    return found


def test_what_is_left_out_is_told_as_what_is_written_out():
    document = fields.document(
        4,
        [3, 1, 2, 1],
        groups=[("g", (1, 2), "shuffle")],
        branches=[("b", 0, 3, None, 1.0)],
        facts={"runtime": {"min_s": 1.0}, "policy": {"bag": True, "cooldown": 2}},
        take_facts={(0, 1): {"weight": 2.0}},
    )
    style = film_style(document)
    short = document.deepcopy()
    field = terse("field", metadata.read(short, "field"))
    field["groups"] = [terse("group", row) for row in field["groups"]]
    field["branches"] = [terse("branch", row) for row in field["branches"]]
    metadata.put(short, "field", field)
    for whole, clip in zip(pictures(document), pictures(short), strict=True):
        slot = metadata.read(clip, "slot")
        metadata.put(clip, "slot", terse("slot", {"id": slot["id"]}))
        usual = {"shortest_s": style.min_shot_s, "longest_s": style.max_shot_s}
        metadata.put(whole, "slot", slot | usual)
        for one in (clip, *(metadata.read(clip, "takes") or ())):
            metadata.put(one, "take", terse("take", metadata.read(one, "take")))
    assert read_field(short).fingerprint == read_field(document).fingerprint
    assert fielded(short).items == fielded(document).items
    assert len(str(short.to_json_string())) < len(str(document.to_json_string()))


@pytest.mark.parametrize("key", ["fixed", "groups", "branches", "audio", "runtime"])
@pytest.mark.parametrize("value", [3, "x", None, [3], {"stems": 3, "voice": "x"}])
def test_a_field_that_is_wrong_is_told_of_without_an_error(key, value):
    document = fields.document(1, 1)
    metadata.put(document, "field", metadata.read(document, "field") | {key: value})
    assert fielded(document).items
