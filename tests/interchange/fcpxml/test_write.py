"""The writer of FCPXML: held to the format's grammar and to what a timeline shows."""

from fractions import Fraction
from xml.etree import ElementTree

import opentimelineio as otio
import pytest

from benchmarks.features import FEATURES
from benchmarks.pieces import (
    both,
    clip,
    film,
    gap,
    generator,
    heard,
    nested,
    reference,
    retimed,
    tone,
    transition,
    with_effect,
    with_kept,
)
from otio_genai import maps, metadata, rates
from otio_genai.errors import InterchangeError
from otio_genai.interchange.fcpxml import write_fcpxml
from otio_genai.interchange.fcpxml.grammar import faults
from otio_genai.interchange.urls import from_pathurl
from tests.support.fcpxml_frames import Document, seconds

R = Fraction(24)


def written(timeline):
    """Return the text, the little reader on it, and the loss."""
    text, loss = write_fcpxml(timeline)
    return text, Document(text), loss


def grammar(text):
    return [sentence for _, sentence in faults(ElementTree.fromstring(text))]


@pytest.mark.parametrize("name", FEATURES)
def test_every_feature_is_written_within_the_grammar(name):
    timeline = FEATURES[name]()
    before = timeline.to_json_string()
    text, loss = write_fcpxml(timeline)
    assert grammar(text) == []
    assert timeline.to_json_string() == before
    assert write_fcpxml(FEATURES[name]()) == (text, loss)


@pytest.mark.parametrize("name", FEATURES)
def test_every_reference_has_one_resource_of_its_kind(name):
    _, document, _ = written(FEATURES[name]())
    ids = [e.get("id") for e in document.root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    kinds = {"asset-clip": ("asset",), "ref-clip": ("media",), "title": ("effect",)}
    kinds |= {"video": ("asset", "effect"), "filter-video": ("effect",)}
    for element in document.root.iter():
        for key in ("ref", "format"):
            if element.tag != "text-style" and element.get(key):
                tag = document.resources[element.get(key)].tag
                wanted = ("format",) if key == "format" else kinds.get(element.tag)
                assert wanted is None or tag in wanted


def pictures(timeline, names):
    """Return (url, media frame) of each record frame, whatever weighs how much."""
    return [
        sorted({(from_pathurl(a.url), a.source_frame) for a in layers if a.weight > 0})
        for layers in maps.picture_map(timeline)
    ]


PLAIN = [
    "plain cuts", "same clip twice, gap between", "leading gap", "trailing gap",
    "30 fps take in 24", "23.976 take in 24", "25 fps take in 23.976",
    "23.976 film", "25 fps film", "59.94 film", "29.97 drop frame", "start timecode",
    "no start timecode", "media with timecode", "no source range", "still",
    "still of one frame", "linked picture and sound", "speed 2", "speed 1/2",
    "reverse", "freeze", "speed that varies", "disabled clip", "other takes",
    "clip marker", "url é", "url with apostrophe", "url of a share",
]  # fmt: skip


@pytest.mark.parametrize("name", PLAIN)
def test_the_document_shows_what_the_timeline_shows(name):
    timeline = FEATURES[name]()
    _, document, loss = written(timeline)
    shown = document.shown(maps.length_frames(timeline))
    assert [sorted(set(each)) for each in shown] == pictures(timeline, name)
    assert not loss.lossy


def test_an_overlay_lies_in_a_lane_above_what_it_covers():
    _, document, _ = written(FEATURES["overlay on V2"]())
    lanes = [(lane, e.get("name"), a, n) for lane, e, a, n in document.placed()]
    assert lanes == [(0, "a", 0, 96), (1, "b", 24, 24)]


@pytest.mark.parametrize("before", [0, 1, 5, 12])
@pytest.mark.parametrize("after", [0, 1, 4, 12])
@pytest.mark.parametrize("track", ["V1", "V2"])
def test_a_transition_covers_its_frames_wherever_its_cut_is(before, after, track):
    if before + after == 0:
        return
    items = [clip("a"), transition(before, after), clip("b")]
    if track == "V1":
        timeline = film(*items)
    else:
        timeline = film(clip("c", 0, 96), more={"V2": [gap(0), *items]})
    text, document, loss = written(timeline)
    assert grammar(text) == []
    lane = int(track[1]) - 1
    assert list(document.dissolves()) == [(lane, 48 - before, before + after)]
    clips = [(e.get("name"), a, n) for k, e, a, n in document.placed() if k == lane]
    assert [c for c in clips if c[0] in "ab"] == [("a", 0, 48), ("b", 48, 48)]
    assert not loss.lossy


@pytest.mark.parametrize("rate", [R, Fraction(24_000, 1001), Fraction(30_000, 1001)])
@pytest.mark.parametrize("start", [0, 1, 107_892, 2_073_601])
def test_every_time_lies_on_a_frame_at_any_rate_and_start(rate, start):
    items = [clip("a", rate=rate), gap(7, rate), clip("b", 31, 48, rate)]
    timeline = film(*items, rate=rate, start=start)
    _, document, _ = written(timeline)
    assert document.frames(document.start_s) == start
    assert [(a, n) for _, _, a, n in document.placed()] == [(0, 48), (48, 7), (55, 48)]


def test_picture_and_sound_in_step_are_one_clip():
    _, document, loss = written(FEATURES["linked picture and sound"]())
    [(lane, element, first, length)] = document.placed()
    assert (lane, element.tag, first, length) == (0, "asset-clip", 0, 48)
    assert element.get("srcEnable") is None
    assert (element.get("audioRole"), element.get("videoRole")) == ("A1", "V1")
    assert not loss.lossy


def split(first, length, name="a", **kept):
    """Return a picture of frames 24 to 72, with its sound under other frames."""
    made = both(link="1", **kept)
    sound = made["more"]["A1"][0]
    metadata.put(sound, "link", "1")
    sound.source_range = rates.span(first, length, R)
    sound.name = name
    start = [gap(first)] if first else []
    lead = [gap(24), made["items"]]
    return film(*lead, more={"A1": [*start, sound]})


@pytest.mark.parametrize(("first", "length"), [(24, 60), (12, 60), (30, 20), (0, 24)])
def test_a_split_edit_is_one_clip_when_both_run_in_step(first, length):
    _, document, loss = written(split(first, length))
    clips = [e for _, e, *_ in document.placed() if e.tag == "asset-clip"]
    together = first + length > 24
    assert len(clips) == (1 if together else 2)
    assert [item.feature for item in loss.items] == ([] if together else ["link"])
    if together:
        assert seconds(clips[0].get("audioStart")) == first / R
        assert seconds(clips[0].get("audioDuration")) == length / R


def test_a_sound_apart_from_its_picture_is_not_heard_twice():
    _, document, _ = written(split(24, 48, name="another"))
    clips = [(k, e) for k, e, *_ in document.placed() if e.tag == "asset-clip"]
    (_, picture), (_, heard_) = sorted(clips, key=lambda each: -each[0])
    assert picture.get("srcEnable") == "video" and heard_.get("srcEnable") == "audio"
    assert picture.find("adjust-volume").get("amount") == "-96dB"
    assert heard_.find("adjust-blend").get("amount") == "0"


def joined(*, crossfade):
    media = reference("a", has_audio=True, channels=2)
    seen = [clip("a", media=media), transition(6, 6), clip("b", media=media)]
    sounds = [clip("a", media=media), clip("b", media=media)]
    if crossfade:
        sounds.insert(1, with_kept(transition(6, 6), curve="power"))
    return film(*[item.deepcopy() for item in seen],
                more={"A1": [item.deepcopy() for item in sounds]})  # fmt: skip


def test_a_dissolve_with_its_crossfade_keeps_both_in_one_transition():
    _, document, loss = written(joined(crossfade=True))
    assert [lane for lane, *_ in document.placed()] == [0, 0, 0]
    [found] = [e for _, e, *_ in document.placed() if e.tag == "transition"]
    assert [child.tag for child in found] == ["filter-video", "filter-audio"]
    assert not loss.lossy


def test_a_dissolve_over_a_cut_in_sound_parts_them():
    _, document, _ = written(joined(crossfade=False))
    lanes = sorted(lane for lane, *_ in document.placed())
    assert lanes == [-1, -1, 0, 0, 0]
    [found] = [e for _, e, *_ in document.placed() if e.tag == "transition"]
    assert [child.tag for child in found] == ["filter-video"]


def test_recorded_links_decide_and_those_not_kept_are_named():
    made = both(link="one")
    metadata.put(made["more"]["A1"][0], "link", "two")
    _, document, _ = written(film(made["items"], more=made["more"]))
    assert len(list(document.placed())) == 2
    made = both(link="one")
    made["items"].name = "other"
    metadata.put(made["more"]["A1"][0], "link", "one")
    _, _, loss = written(film(made["items"], more=made["more"]))
    assert [item.feature for item in loss.items] == ["link"]


def test_keyframes_stand_at_the_clips_own_time():
    media = reference("a", begin=86_400)
    made = with_kept(
        clip("a", media=media),
        framing={"fit": "contain", "keys": [[0, 1, 0, 0, 0], [24, 2, 0.25, 0.1, 30]]},
        opacity=[[0, 1.0], [12, 0.5]],
    )
    _, document, _ = written(film(made))
    [(_, element, *_)] = document.placed()
    start_s = seconds(element.get("start"))
    assert start_s == 3601
    times = {seconds(k.get("time")) - start_s for k in element.iter("keyframe")}
    assert times == {0, Fraction(1, 2), 1}
    values = {
        param.get("name"): [key.get("value") for key in param.iter("keyframe")]
        for param in element.iterfind("adjust-transform/param")
    }
    # 0.25 widths of 1280 are 320 pixels, 44.4 % of 720; up is positive.
    assert values["position"] == ["0 0", "44.444444 -17.777778"]
    assert values["rotation"] == ["0", "-30"]
    assert values["scale"] == ["1 1", "2 2"]
    assert element.find("adjust-conform").get("type") == "fit"


@pytest.mark.parametrize(
    ("factor", "points", "start"),
    [
        (2.0, [("0s", "0s"), ("5s", "10s")], "1/4s"),
        (0.5, [("0s", "0s"), ("20s", "10s")], "1s"),
        (-1.0, [("0s", "10s"), ("10s", "0s")], "17/2s"),
    ],
)
def test_a_speed_is_a_map_of_the_whole_file(factor, points, start):
    _, document, _ = written(film(retimed(factor)))
    [(_, element, *_)] = document.placed()
    found = [
        (point.get("time"), point.get("value")) for point in element.iter("timept")
    ]
    assert (found, element.get("start")) == (points, start)


def test_a_sequence_used_twice_is_one_compound():
    inner = nested(clip("a"), clip("b"))
    other = inner.deepcopy()
    other.source_range = rates.span(0, 12, R)
    text, document, loss = written(film(inner, clip("c"), other))
    assert text.count("<media ") == 1 and text.count("<ref-clip") == 2
    assert not loss.lossy and grammar(text) == []
    media = document.root.find("resources/media/sequence")
    assert media.get("duration") == "4s"


def test_an_effect_of_final_cut_is_written_as_it_came():
    xml = '<filter-video ref="r9" name="Glow"><param name="Amount" value="3"/>'
    effect = otio.schema.Effect("glow", "Glow")
    kept = {"format": "fcpxml", "name": "Glow", "uid": "FxPlug:1",
            "xml": xml + "</filter-video>"}  # fmt: skip
    metadata.put(effect, "effect", kept)
    text, document, loss = written(film(with_effect(clip("a"), effect)))
    found = document.root.find(".//filter-video")
    assert document.resources[found.get("ref")].get("uid") == "FxPlug:1"
    assert found.find("param").get("value") == "3"
    assert not loss.lossy and grammar(text) == []


def test_what_the_format_has_no_form_for_leaves_a_gap_and_a_name():
    text, document, loss = written(film(clip("a"), generator("Bars"), clip("b")))
    assert [(e.tag, a, n) for _, e, a, n in document.placed()] == [
        ("asset-clip", 0, 48), ("gap", 48, 48), ("asset-clip", 96, 48)
    ]  # fmt: skip
    [item] = loss.items
    assert (item.feature, item.outcome) == ("generator", "dropped")
    assert (item.record_in, item.record_out) == ("00:00:02:00", "00:00:04:00")
    assert grammar(text) == []


def test_nonsense_in_our_metadata_is_named_and_does_not_stop_the_film():
    kept = {"opacity": "half", "crop": [[0, 1]], "framing": {"keys": [["x"]]}}
    text, _, loss = written(film(with_kept(clip("a"), **kept)))
    assert sorted(item.feature for item in loss.items) == ["crop", "framing", "opacity"]
    assert "adjust-" not in text


def test_a_timeline_without_clips_is_a_project_without_length():
    text, document, loss = written(film())
    assert grammar(text) == [] and not loss.lossy
    assert document.sequence.get("duration") == "0s"


def test_only_a_timeline_is_written():
    with pytest.raises(InterchangeError, match="not a timeline"):
        write_fcpxml(otio.schema.Clip("a"))


def test_sounds_that_fade_from_silence_fade_straight_in_their_level():
    _, document, loss = written(FEATURES["sound fade in and out"]())
    [sound] = [e for lane, e, *_ in document.placed() if lane < 0]
    param = sound.find("adjust-volume/param")
    assert [child.tag for child in param] == ["fadeIn", "fadeOut"]
    assert {child.get("duration") for child in param} == {"1/2s"}
    assert not loss.lossy


def test_a_loud_or_silent_level_is_held_within_what_is_played():
    levels = [[0, 20.0], [24, -200.0]]
    _, document, loss = written(heard(tone(levels=levels)))
    [sound] = [e for lane, e, *_ in document.placed() if lane < 0]
    assert [k.get("value") for k in sound.iter("keyframe")] == ["12dB", "-96dB"]
    assert [item.feature for item in loss.items] == ["level"]


@pytest.mark.parametrize("track", ["V1", "V2"])
def test_a_transition_between_a_clip_and_black_reaches_over_the_gap(track):
    items = [clip("a"), transition(6, 4), gap(24), transition(3, 5), clip("b")]
    timeline = film(*items)
    if track == "V2":
        under = film(clip("c", 0, 120))
        timeline.tracks[0].name = track
        under.tracks.append(timeline.tracks[0].deepcopy())
        timeline = under
    text, document, loss = written(timeline)
    spans = [(first, count) for _, first, count in document.dissolves()]
    assert spans == [(42, 10), (69, 8)]
    found = {e.get("name"): (a, n) for _, e, a, n in document.placed()}
    assert (found["a"], found["b"]) == ((0, 48), (72, 48))
    assert grammar(text) == [] and not loss.lossy


def test_what_is_lost_within_a_nested_sequence_is_named_there_and_where_it_lies():
    inner = nested(clip("a"), generator("Bars"))
    _, _, loss = written(film(clip("c"), inner))
    places = {item.feature: (item.track, item.record_in) for item in loss.items}
    assert places == {
        "generator": ("inner / I1", "00:00:02:00"),
        "nested sequence": ("V1", "00:00:02:00"),
    }


def test_markers_of_a_title_stand_in_its_own_time():
    title = generator("Title", text="x")
    title.markers.append(otio.schema.Marker("m", rates.span(5, 1, R), "BLUE"))
    _, document, _ = written(film(title))
    [(_, element, *_)] = document.placed()
    local_s = seconds(element.find("marker").get("start"))
    assert local_s - seconds(element.get("start")) == 5 / R


def test_a_marker_read_from_a_keyword_is_one_again():
    made = clip("a")
    marker = otio.schema.Marker("sea", rates.span(24, 12, R), "PURPLE")
    made.markers.append(with_kept(marker, keyword=True))
    text, document, loss = written(film(made))
    assert document.root.find(".//keyword").get("value") == "sea"
    assert not loss.lossy and grammar(text) == []


def test_a_marker_of_the_timeline_is_told_from_that_of_a_clip():
    made = clip("a")
    made.markers.append(otio.schema.Marker("own", rates.span(34, 1, R), "BLUE"))
    timeline = film(made)
    timeline.tracks.markers.append(
        otio.schema.Marker("film's", rates.span(10, 1, R), "BLUE")
    )
    _, document, _ = written(timeline)
    names = [m.get("value") for m in document.root.iter("marker")]
    assert names == ["film's", "own"]
    kept = {md.get("key"): md.get("value") for md in document.root.iter("md")}
    assert kept["otio_genai.timeline_markers"] == "10"
