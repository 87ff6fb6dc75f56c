"""The reader of FCPXML on documents as Final Cut and Resolve write them."""

import opentimelineio as otio
import pytest

from otio_genai import maps
from otio_genai.errors import InterchangeError
from otio_genai.interchange.fcpxml import read_fcpxml, write_fcpxml
from tests.interchange.fcpxml.test_fcpxml_laws import pictures
from tests.support.fcpxml import RESOURCES, clips, document, kept, read, shown


@pytest.mark.parametrize("version", [f"1.{n}" for n in range(5, 15)])
def test_every_version_reads(version):
    timeline, loss = read('<asset-clip ref="a" duration="2s"/>', version=version)
    assert shown(timeline) == [("a", 0, 50)]
    assert clips(timeline)[0].media_reference.target_url == "file:///media/a.mov"
    assert not loss.lossy


@pytest.mark.parametrize("version", ["", "1.4", "1.15", "2.0", "x", "1.1e1"])
def test_other_versions_are_refused(version):
    with pytest.raises(InterchangeError, match="version"):
        read("", version=version)


@pytest.mark.parametrize(
    "text",
    ["", "<xmeml version='5'/>", "<fcpxml/>", "<fcpxml version='1.9'/>", "{}", "<a>"],
)
def test_what_is_no_document_is_refused(text):
    with pytest.raises(InterchangeError):
        read_fcpxml(text)


def test_a_project_is_chosen_by_name_and_the_others_are_told():
    one = document('<asset-clip ref="a" duration="2s"/>')
    two = '<project name="two"><sequence format="r1"><spine/></sequence></project>'
    text = one.replace("</fcpxml>", two + "</fcpxml>")
    assert read_fcpxml(text)[0].name == "film"
    assert "two" in read_fcpxml(text)[1].readable()
    assert read_fcpxml(text, project="two")[0].name == "two"
    with pytest.raises(InterchangeError) as found:
        read_fcpxml(text, project="three")
    assert found.value.items == ("film", "two")


def test_clips_without_a_project_follow_one_another():
    text = (
        f'<fcpxml version="1.9"><resources>{RESOURCES}</resources><event name="day">'
        '<asset-clip ref="a" duration="2s"/><asset-clip ref="b" duration="3s"/>'
        "</event></fcpxml>"
    )
    timeline, loss = read_fcpxml(text)
    assert timeline.name == "day"
    assert shown(timeline) == [("a", 0, 50), ("b", 0, 75)]
    assert "no project" in loss.readable()


def test_offsets_count_from_the_start_timecode():
    spine = (
        '<asset-clip ref="a" offset="3600s" duration="2s"/>'
        '<asset-clip ref="b" offset="3603s" duration="2s">'
        '<asset-clip ref="s" lane="-1" offset="1s" duration="1s"/></asset-clip>'
    )
    timeline, _ = read(spine, sequence='tcStart="3600s" tcFormat="NDF"')
    assert timeline.global_start_time.value == 90_000
    assert shown(timeline) == [("a", 0, 50), ("", 0, 25), ("b", 0, 50)]
    heard = [s for s in maps.sound_map(timeline) if s.url.endswith("s.wav")]
    assert heard[0].record_in_samples == 4 * 48_000


def test_a_lane_lies_on_a_track_of_its_own():
    spine = (
        '<asset-clip ref="a" offset="0s" start="3600s" duration="4s">'
        '<asset-clip ref="b" lane="2" offset="3601s" duration="1s"/>'
        '<asset-clip ref="b" lane="-1" offset="3602s" duration="1s"/></asset-clip>'
    )
    timeline, _ = read(spine)
    assert [len(track) for track in timeline.video_tracks()] == [2, 1, 2]
    assert [layers[-1].url[-5] for layers in maps.picture_map(timeline)[::25]] == list(
        "abaa"
    )


def test_a_storyline_of_its_own_keeps_its_transition():
    spine = (
        '<gap offset="0s" start="3600s" duration="10s"><spine lane="1" offset="3601s">'
        '<asset-clip ref="a" offset="0s" start="3610s" duration="3s"/>'
        '<transition offset="2s" duration="2s"><filter-video ref="e1"/></transition>'
        '<asset-clip ref="b" offset="3s" start="5s" duration="3s"/></spine></gap>'
    )
    timeline, loss = read(spine)
    track = timeline.video_tracks()[0]
    crossing = next(c for c in track if isinstance(c, otio.schema.Transition))
    assert (crossing.in_offset.value, crossing.out_offset.value) == (25, 25)
    assert maps.length_frames(timeline) == 250
    assert not loss.lossy


def test_a_clip_of_one_picture_and_its_sounds_becomes_these():
    spine = (
        '<clip name="take" offset="0s" start="3602s" duration="3s">'
        '<video ref="a" offset="3600s" start="3600s" duration="100s">'
        '<audio ref="a" lane="-1" offset="3600s" start="3600s" duration="100s"'
        ' srcCh="1, 2" role="dialogue"/></video>'
        '<marker start="3603s" duration="1/25s" value="here" completed="1"/></clip>'
    )
    timeline, loss = read(spine)
    (picture,), (sound,) = clips(timeline), clips(timeline, "Audio")
    assert shown(timeline) == [("a", 50, 75)]
    assert kept(sound, "channels") == [1, 2]
    assert kept(picture, "link") == kept(sound, "link")
    assert picture.markers[0].marked_range.start_time.to_seconds() == 3603
    assert (picture.markers[0].color, picture.name) == ("GREEN", "take")
    assert not len(sound.markers)
    assert timeline.audio_tracks()[0].name == "dialogue"
    assert not loss.lossy


def test_split_sound_begins_and_ends_elsewhere():
    spine = (
        '<asset-clip ref="a" offset="0s" start="3610s" duration="4s"'
        ' audioStart="3611s" audioDuration="5s"/>'
    )
    timeline, _ = read(spine)
    (span,) = maps.sound_map(timeline)
    edges = span.record_in_samples, span.record_out_samples
    assert edges == (48_000, 6 * 48_000)
    assert span.source_in_s == 11


@pytest.mark.parametrize(("side", "counts"), [("video", (1, 0)), ("audio", (0, 1))])
def test_one_side_of_a_clip_is_switched_on(side, counts):
    timeline, _ = read(f'<asset-clip ref="a" duration="2s" srcEnable="{side}"/>')
    assert (len(clips(timeline)), len(clips(timeline, "Audio"))) == counts


def test_sound_set_up_as_components_becomes_tracks():
    spine = (
        '<asset-clip ref="a" duration="2s" audioRole="dialogue">'
        '<adjust-volume amount="-3dB"/>'
        '<audio-channel-source srcCh="1" role="dialogue.boom">'
        '<adjust-volume amount="-2dB"/></audio-channel-source>'
        '<audio-channel-source srcCh="2" role="dialogue.lav"/>'
        '<audio-channel-source srcCh="3, 4" active="0"/></asset-clip>'
    )
    timeline, _ = read(spine)
    heard = clips(timeline, "Audio")
    assert [kept(clip, "channels") for clip in heard] == [[1], [2]]
    assert [kept(clip, "levels") for clip in heard] == [[[0, -5.0]], [[0, -3.0]]]


def test_a_still_lasts_as_long_as_it_is_used():
    timeline, loss = read('<video ref="p" offset="0s" start="3600s" duration="9s"/>')
    assert shown(timeline) == [("p", 0, 225)]
    assert not loss.lossy
    assert pictures(read_fcpxml(write_fcpxml(timeline)[0])[0]) == pictures(timeline)


def test_picture_and_sound_side_by_side_are_not_linked_by_writing_them_again():
    spine = (
        '<asset-clip ref="a" offset="0s" start="3600s" duration="4s" srcEnable="video">'
        '<asset-clip ref="a" lane="-1" offset="3600s" start="3600s" duration="4s"'
        ' srcEnable="audio"/></asset-clip>'
    )
    timeline, _ = read(spine)
    text, _ = write_fcpxml(timeline)
    assert text.count("<asset-clip") == 2
    assert write_fcpxml(read_fcpxml(text)[0])[0] == text
