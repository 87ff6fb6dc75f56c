"""Sequences within sequences as Final Cut has them: compound, multicam, auditions."""

import opentimelineio as otio
import pytest

from otio_genai import maps
from otio_genai.errors import InterchangeError
from tests.support.fcpxml import clips, kept, read, shown


def test_a_synchronized_clip_plays_the_roles_it_is_told():
    spine = (
        '<sync-clip name="sync" offset="0s" start="1s" duration="3s"><spine>'
        '<asset-clip ref="a" offset="0s" start="3600s" duration="9s">'
        '<asset-clip ref="s" lane="-1" offset="3601s" duration="8s"/></asset-clip>'
        '</spine><sync-source sourceID="storyline">'
        '<audio-role-source role="dialogue.dialogue-1" active="0"/></sync-source>'
        "</sync-clip>"
    )
    timeline, _ = read(spine)
    assert shown(timeline) == [("a", 25, 75)]
    (span,) = maps.sound_map(timeline)
    assert (span.url[-5:], span.source_in_s) == ("s.wav", 0)


def test_a_compound_clip_is_a_nested_sequence():
    spine = '<ref-clip ref="m1" offset="0s" start="62s" duration="5s"/>'
    timeline, loss = read(spine)
    stack = timeline.video_tracks()[0][0]
    assert isinstance(stack, otio.schema.Stack)
    assert shown(timeline) == [("b", 50, 50), ("a", 125, 75)]
    (span,) = maps.sound_map(timeline)
    assert span.record_in_samples == 2 * 48_000
    assert not loss.lossy


def test_a_clip_that_holds_several_pictures_is_a_nested_sequence():
    spine = (
        '<clip name="both" offset="0s" start="1s" duration="4s"><spine>'
        '<asset-clip ref="b" offset="0s" duration="3s"/>'
        '<asset-clip ref="b" offset="3s" start="50s" duration="3s"/></spine></clip>'
    )
    timeline, _ = read(spine)
    assert timeline.video_tracks()[0][0].name == "both"
    assert shown(timeline) == [("b", 25, 50), ("b", 1250, 50)]


def test_a_multicam_clip_shows_its_active_angle():
    spine = (
        '<mc-clip ref="m2" offset="0s" start="10s" duration="4s">'
        '<mc-source angleID="B" srcEnable="video"/>'
        '<mc-source angleID="A" srcEnable="audio"/></mc-clip>'
    )
    timeline, _ = read(spine)
    assert shown(timeline) == [("b", 250, 100)]
    (span,) = maps.sound_map(timeline)
    assert (span.url[-5:], span.source_in_s) == ("a.mov", 8)


def test_an_audition_keeps_its_other_takes():
    spine = (
        '<audition offset="0s"><asset-clip ref="a" name="one" duration="3s"/>'
        '<asset-clip ref="b" name="two" start="4s" duration="9s"/></audition>'
        '<asset-clip ref="b" offset="3s" duration="1s"/>'
    )
    timeline, _ = read(spine)
    (take,) = kept(clips(timeline)[0], "takes")
    assert (take.name, take.source_range.duration.value) == ("two", 225)
    assert shown(timeline)[0] == ("a", 0, 75)


def test_a_compound_clip_within_itself_is_refused():
    with pytest.raises(InterchangeError, match="itself"):
        read('<ref-clip ref="m3" offset="0s" duration="5s"/>')


def test_sequences_that_multiply_are_refused():
    inner = '<asset-clip ref="b" duration="1s"/>' * 10
    media = f'<media id="x0"><sequence format="r1"><spine>{inner}'
    media += "</spine></sequence></media>"
    for level in range(1, 9):
        uses = f'<ref-clip ref="x{level - 1}" duration="1s"/>' * 10
        media += f'<media id="x{level}"><sequence format="r1"><spine>{uses}'
        media += "</spine></sequence></media>"
    with pytest.raises(InterchangeError, match="clips"):
        read('<ref-clip ref="x8" duration="1s"/>', resources=media)


def test_more_clips_over_each_other_than_tracks_are_refused():
    over = '<asset-clip ref="b" lane="1" offset="0s" duration="1s"/>' * 600
    with pytest.raises(InterchangeError, match="over each other"):
        read(f'<gap duration="1s">{over}</gap>')


def test_clips_too_deep_within_each_other_are_refused():
    deep = '<clip duration="1s">' * 90 + "</clip>" * 90
    with pytest.raises(InterchangeError, match="deep"):
        read(deep)
