"""Hostile and real documents."""

import pytest

from otio_genai import maps
from otio_genai.errors import GenaiError
from otio_genai.interchange import read_xmeml, write_xmeml
from otio_genai.interchange import tree as tree_module
from otio_genai.interchange.census import lost
from otio_genai.interchange.proof import unspoken
from otio_genai.interchange.xmeml.parse import parse
from tests.support.xmeml import timeline_of

SEQUENCE = "<sequence><rate><timebase>24</timebase></rate>{}</sequence>"
CLIP = "<media><video><track><clipitem id='c'>{}</clipitem></track></video></media>"


def wrap(text):
    return f"<xmeml version='4'>{SEQUENCE.format(text)}</xmeml>"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no xml",
        "<xmeml version='4'>",
        "<xmeml version='4'/>",
        "<fcpxml/>",
        "<xmeml><sequence><media/></sequence></xmeml>",
        "\ud800",
        wrap("<duration>1e9</duration>"),
        wrap("<duration>" + "9" * 5000 + "</duration>"),
        wrap("<duration>9999999999999999</duration>"),
        wrap("").replace("24", "0"),
        wrap(CLIP.format("<start>x</start>")),
        '<!DOCTYPE x [<!ENTITY a "b">]>' + wrap("<name>&a;</name>"),
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hosts">]>'
        + wrap("<name>&a;</name>"),
        wrap("<a>" * 1000 + "</a>" * 1000),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(text):
    with pytest.raises(GenaiError) as caught:
        timeline_of(text)
    assert caught.value.remedy


def test_a_laughing_bomb_is_refused_at_its_first_entity():
    lines = [f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 30)]
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "ha">{"".join(lines)}]>' + wrap(
        "<name>&a29;</name>"
    )
    with pytest.raises(GenaiError, match="entities"):
        timeline_of(bomb)


def test_a_too_large_document_is_refused(monkeypatch):
    monkeypatch.setattr(tree_module, "LARGEST_SIZE", 10)
    with pytest.raises(GenaiError, match="characters"):
        timeline_of(wrap(""))


def test_an_unknown_dialect_is_refused():
    with pytest.raises(GenaiError, match="dialect"):
        timeline_of(wrap(""), "avid")


def test_edges_of_minus_one_are_worked_out_from_the_transition():
    text = wrap(
        "<media><video><track>"
        "<clipitem id='a'><start>956</start><end>-1</end>"
        "<in>34</in><out>255</out></clipitem>"
        "<transitionitem><start>1152</start><end>1177</end>"
        "<alignment>center</alignment></transitionitem>"
        "<clipitem id='b'><start>-1</start><end>1246</end>"
        "<in>6</in><out>100</out></clipitem>"
        "</track></video></media>"
    )
    gap, left, dissolve, right = timeline_of(text).tracks[0]
    assert gap.source_range.duration.value == 956
    assert (left.source_range.start_time.value, left.source_range.duration.value) == (
        34,
        208,
    )
    assert (dissolve.in_offset.value, dissolve.out_offset.value) == (12, 13)
    assert (right.source_range.start_time.value, right.source_range.duration.value) == (
        18,
        82,
    )


@pytest.mark.parametrize(
    ("name", "clips", "frames"),
    [
        ("empty_name_tags", 191, 3517),
        ("hiero_xml_export", 2, None),
        ("kdenlive_example_from_fcp", 128, 28982),
        ("premiere_enable_property", 11, 256),
        ("premiere_example", 19, 1246),
        ("premiere_generators", 8, 856),
        ("sample_just_track", 0, 0),
    ],
)
def test_files_of_real_editors_are_read(shared, name, clips, frames):
    text = (shared / "corpus" / "xmeml" / f"{name}.xml").read_text(encoding="utf-8")
    timeline = timeline_of(text)
    assert len(maps.clips(timeline)) == clips
    assert frames is None or maps.length_frames(timeline) == frames
    for dialect in ("premiere", "resolve"):
        written, _ = write_xmeml(timeline, dialect)
        assert write_xmeml(timeline_of(written), dialect)[0] == written


def test_a_fragment_is_refused(shared):
    path = shared / "corpus" / "xmeml" / "premiere_example_filter.xml"
    with pytest.raises(GenaiError, match="not <xmeml>"):
        timeline_of(path.read_text(encoding="utf-8"))


def test_links_of_real_files_count_transitions(shared):
    text = (shared / "corpus" / "xmeml" / "premiere_example.xml").read_text("utf-8")
    sequence = parse(text)
    seats = {
        item.id: (kind, number, index)
        for kind, tracks in (("video", sequence.video), ("audio", sequence.audio))
        for number, track in enumerate(tracks, 1)
        for index, item in enumerate(track.items, 1)
        if hasattr(item, "links")
    }
    links = [
        link
        for track in sequence.video + sequence.audio
        for item in track.items
        for link in getattr(item, "links", ())
    ]
    assert len(links) == 48
    for link in links:
        seat = (link.mediatype, link.track_index, link.clip_index)
        assert seats[link.clip_id] == seat


def test_every_fault_of_a_document_is_named_at_once():
    clips = "".join(
        f"<clipitem id='c{k}'><start>{k}</start><end>x{k}</end></clipitem>"
        for k in range(3)
    )
    with pytest.raises(GenaiError) as caught:
        timeline_of(wrap(f"<media><video><track>{clips}</track></video></media>"))
    assert len(caught.value.items) == 3
    assert "<clipitem> c2" in str(caught.value)


def test_a_start_timecode_without_a_frame_is_read_from_its_label():
    timecode = (
        "<timecode><string>01:00:00;00</string><displayformat>DF</displayformat>"
        "<rate><timebase>30</timebase><ntsc>TRUE</ntsc></rate></timecode>"
    )
    text = wrap(timecode).replace(
        "<timebase>24</timebase>", "<timebase>30</timebase><ntsc>TRUE</ntsc>", 1
    )
    assert timeline_of(text).global_start_time.value == 107_892


REAL = [
    "empty_name_tags",
    "hiero_xml_export",
    "kdenlive_example_from_fcp",
    "premiere_enable_property",
    "premiere_example",
    "premiere_generators",
    "sample_just_track",
]


@pytest.mark.parametrize("name", REAL)
def test_real_files_written_for_premiere_say_the_same_again(shared, name):
    text = (shared / "corpus" / "xmeml" / f"{name}.xml").read_text(encoding="utf-8")
    timeline, _ = read_xmeml(text)
    back, _ = read_xmeml(write_xmeml(timeline, "premiere")[0])
    assert lost(timeline, back) == []
    added = {trait.feature for trait in lost(back, timeline)}
    assert added <= {"raster"}
    assert pictures(back) == pictures(timeline)
    assert sounds(back) == sounds(timeline)


@pytest.mark.parametrize("name", REAL)
def test_real_files_written_for_resolve_lose_nothing_in_silence(shared, name):
    text = (shared / "corpus" / "xmeml" / f"{name}.xml").read_text(encoding="utf-8")
    timeline, _ = read_xmeml(text)
    written, loss = write_xmeml(timeline, "resolve")
    back, read = read_xmeml(written)
    assert unspoken(timeline, back, loss + read) == ()


def pictures(timeline):
    return [
        [(a.url, a.source_frame, a.weight) for a in layers]
        for layers in maps.picture_map(timeline)
    ]


def sounds(timeline):
    return [
        (s.url, s.record_in_samples, s.record_out_samples, s.source_in_s, s.channels)
        for s in maps.sound_map(timeline)
    ]
