"""What Final Cut sets on a clip, in our own measures, and what is told of the rest."""

import opentimelineio as otio
import pytest

from otio_genai import maps, metadata
from otio_genai.interchange.fcpxml import read_fcpxml, write_fcpxml
from tests.support.fcpxml import clips, kept, read, shown


def test_speeds_count_in_adjusted_time():
    points = (
        '<timeMap><timept time="0s" value="0s" interp="{0}"/>'
        '<timept time="10s" value="5s" interp="{0}"/>'
        '<timept time="20s" value="0s" interp="{0}"/></timeMap>'
    )
    whole = '<asset-clip ref="b" offset="0s" start="0s" duration="20s">{}</asset-clip>'
    timeline, loss = read(whole.format(points.format("linear")))
    layers = maps.picture_map(timeline)
    assert [layers[k][0].source_frame for k in (0, 2, 249, 499)] == [0, 1, 124, 0]
    assert not loss.lossy
    assert read(whole.format(points.format("smooth2")))[1].lossy
    part = '<asset-clip ref="b" offset="0s" start="12s" duration="4s">{}</asset-clip>'
    (clip,) = clips(read(part.format(points.format("linear")))[0])
    assert clip.effects[0].time_scalar == -0.5
    assert clip.source_range.start_time.to_seconds() == 2


def test_a_held_frame_is_a_freeze_frame():
    spine = (
        '<asset-clip ref="b" offset="0s" start="0s" duration="4s"><timeMap>'
        '<timept time="0s" value="3s"/><timept time="4s" value="3s"/></timeMap>'
        "</asset-clip>"
    )
    (clip,) = clips(read(spine)[0])
    assert isinstance(clip.effects[0], otio.schema.FreezeFrame)
    assert shown(read(spine)[0]) == [("b", 75, 100)]


def test_a_conformed_rate_is_a_speed_and_is_told():
    spine = (
        '<asset-clip ref="f" offset="0s" duration="4s">'
        '<conform-rate scaleEnabled="{}" srcFrameRate="23.98"/></asset-clip>'
    )
    timeline, loss = read(spine.format(1))
    assert shown(timeline) == [("f", 0, 100)]
    assert "rate conforming" in loss.readable()
    timeline, loss = read(spine.format(0))
    assert maps.picture_map(timeline)[99][0].source_frame == 94
    assert not loss.lossy


def test_adjustments_are_in_our_own_measures():
    spine = (
        '<asset-clip ref="b" offset="0s" start="2s" duration="4s" enabled="0">'
        '<adjust-crop mode="trim"><trim-rect left="17.777778" bottom="5"/>'
        "</adjust-crop>"
        '<adjust-conform type="none"/>'
        '<adjust-transform position="16 -9" scale="2 2" rotation="30">'
        '<param name="scale"><keyframeAnimation>'
        '<keyframe time="2s" value="1 1" curve="linear"/>'
        '<keyframe time="3s" value="2 2" curve="linear"/></keyframeAnimation></param>'
        "</adjust-transform>"
        '<adjust-blend amount="0.5"/></asset-clip>'
    )
    timeline, loss = read(spine)
    (clip,) = clips(timeline)
    assert not clip.enabled
    assert kept(clip, "opacity") == [[0, 0.5]]
    assert kept(clip, "crop")[0] == pytest.approx([0, 0.1, 0, 0, 0.05])
    framing = kept(clip, "framing")
    assert framing["fit"] == "native"
    assert framing["keys"][0] == pytest.approx([0, 1, 0.09, 9 * 9 / 1600, -30])
    assert framing["keys"][1][:2] == [25, 2]
    assert not loss.lossy


def test_levels_pan_and_fades():
    spine = (
        '<asset-clip ref="s" offset="0s" start="1s" duration="8s">'
        '<adjust-volume amount="-6dB"><param name="amount">'
        '<fadeIn type="linear" duration="1s"/><fadeOut type="linear" duration="2s"/>'
        '<keyframeAnimation><keyframe time="2s" value="-6dB" curve="linear"/>'
        '<keyframe time="3s" value="-infdB" curve="linear"/></keyframeAnimation>'
        '</param></adjust-volume><adjust-panner mode="1" amount="-50"/></asset-clip>'
    )
    timeline, loss = read(spine)
    (clip,) = clips(timeline, "Audio")
    assert kept(clip, "levels") == [[25, -6.0], [50, -96.0]]
    assert kept(clip, "pan") == [[0, -0.5]]
    (span,) = maps.sound_map(timeline)
    assert (span.fade_in_samples, span.fade_out_samples) == (48_000, 96_000)
    assert not loss.lossy


def test_titles_generators_and_foreign_effects_are_written_again():
    spine = (
        '<title ref="e4" name="t" offset="0s" start="3600s" duration="2s">'
        '<param name="Size" key="9/1" value="4"/><text><text-style ref="ts1">Hello'
        '</text-style></text><text-style-def id="ts1"><text-style font="Helvetica"'
        ' fontSize="60" fontColor="1 0 0 1" bold="1"/></text-style-def></title>'
        '<video ref="e5" name="n" offset="2s" start="3600s" duration="2s">'
        '<param name="Amount" value="3"/></video>'
        '<asset-clip ref="b" name="c" offset="4s" start="5s" duration="2s">'
        '<filter-video ref="e3" name="Blur"><param name="Radius" value="7"/>'
        "</filter-video></asset-clip>"
        '<transition name="Slide" offset="5s" duration="2s"><filter-video ref="e2"'
        ' name="Slide"><param name="Way" value="1"/></filter-video></transition>'
        '<asset-clip ref="b" name="d" offset="6s" start="50s" duration="2s"/>'
    )
    timeline, loss = read(spine)
    title, noise, blurred, _ = clips(timeline)
    assert title.media_reference.parameters["text"] == "Hello"
    assert title.media_reference.parameters["size"] == 60
    assert noise.media_reference.generator_kind == "Noise"
    assert blurred.effects[0].effect_name == "Blur"
    slide = timeline.tracks[0][3]
    assert slide.transition_type == "Custom_Transition"
    assert not loss.lossy
    text, told = write_fcpxml(timeline)
    assert not told.lossy, told.readable()
    for said in ("Radius", "Way", 'bold="1"', ">Hello<", 'key="9/1"', "Noise.motn"):
        assert said in text
    assert write_fcpxml(read_fcpxml(text)[0])[0] == text


def test_markers_keywords_notes_and_captions():
    spine = (
        '<asset-clip ref="b" offset="0s" start="10s" duration="8s"><note>wet</note>'
        '<caption lane="1" offset="12s" duration="2s"><text>Good <text-style>day'
        "</text-style></text></caption>"
        '<chapter-marker start="11s" duration="1/25s" value="One" note="first"/>'
        '<keyword start="10s" duration="2s" value="rain"/>'
        '<rating value="favorite"/></asset-clip>'
    )
    timeline, loss = read(spine)
    (clip,) = clips(timeline)
    found = [(m.name, m.color, m.comment) for m in clip.markers]
    assert found == [("One", "ORANGE", "first"), ("rain", "PURPLE", "")]
    assert metadata.read(clip.media_reference, "slate")["note"] == "wet"
    (caption,) = timeline.tracks.markers
    assert (caption.name, caption.marked_range.start_time.value) == ("Good day", 50)
    assert "rating" in loss.readable()
    assert "caption" in loss.readable()


def test_a_part_that_fills_the_frame_is_a_framing():
    spine = (
        '<asset-clip ref="b" offset="0s" duration="4s"><adjust-crop mode="crop">'
        '<crop-rect left="88.888889" top="50"/></adjust-crop></asset-clip>'
    )
    timeline, loss = read(spine)
    (clip,) = clips(timeline)
    # The lower right quarter, twice as large: its middle comes from a half of a half.
    expected = [0, 2, -0.5, -0.5 * 9 / 16, 0]
    assert kept(clip, "framing")["keys"][0] == pytest.approx(expected)
    assert kept(clip, "crop")[0] == pytest.approx([0, 0.5, 0, 0.5, 0])
    assert not loss.lossy


def test_a_move_over_a_picture_is_two_keys_and_told():
    spine = (
        '<video ref="p" offset="0s" duration="4s"><adjust-crop mode="pan">'
        '<pan-rect/><pan-rect left="17.777778" right="17.777778" top="10"'
        ' bottom="10"/></adjust-crop></video>'
    )
    timeline, loss = read(spine)
    keys = kept(clips(timeline)[0], "framing")["keys"]
    assert keys[0] == [0, 1, 0, 0, 0]
    assert keys[1] == pytest.approx([99, 1.25, 0, 0, 0])
    assert "Ken Burns approximated" in loss.readable()


def test_whatever_is_not_carried_is_named():
    spine = (
        '<asset-clip ref="b" offset="0s" duration="4s">'
        '<adjust-crop mode="pan"><pan-rect left="1"/><pan-rect left="9"/></adjust-crop>'
        '<adjust-corners topLeft="1 1"/>'
        '<adjust-transform scale="1 2" anchor="3 3"/>'
        '<adjust-blend mode="14"/><adjust-stabilization type="automatic"/>'
        "</asset-clip>"
        '<asset-clip ref="nowhere" offset="4s" duration="4s"/>'
        '<ref-clip ref="nothing" offset="8s" duration="4s"/><what offset="12s"/>'
    )
    timeline, loss = read(spine)
    told = loss.readable()
    for said in ("Ken Burns", "adjust-corners", "anchor", "framing", "blend mode",
                 "adjust-stabilization", "nowhere", "nothing", "what"):  # fmt: skip
        assert said in told, said
    assert maps.length_frames(timeline) == 300


def test_what_lies_beside_the_film_is_noted():
    spine = (
        '<asset-clip ref="a" offset="0s" duration="4s" audioRole="dialogue.boom">'
        '<timeMap frameSampling="optical-flow"><timept time="3600s" value="3600s"/>'
        '<timept time="3700s" value="3650s"/></timeMap>'
        '<metadata><md key="com.apple.angle" value="B"/></metadata></asset-clip>'
    )
    told = read(spine)[1].readable()
    for said in ("optical-flow", "dialogue.boom", "angle", "Proxies"):
        assert said in told, said
