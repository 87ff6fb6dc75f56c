"""The reader of FCPXML on documents as Final Cut and Resolve write them."""

from fractions import Fraction

import opentimelineio as otio
import pytest

from otio_genai import maps, metadata
from otio_genai.errors import InterchangeError
from otio_genai.interchange.fcpxml import read_fcpxml, write_fcpxml
from otio_genai.interchange.xmeml import read_xmeml
from tests.interchange.fcpxml.test_fcpxml_laws import pictures, sounds

RESOURCES = """
<format id="r1" name="FFVideoFormat1080p25"/>
<format id="r5" frameDuration="1001/24000s" width="1920" height="1080"/>
<asset id="a" name="a" start="3600s" duration="100s" hasVideo="1" format="r1"
    hasAudio="1" audioSources="1" audioChannels="4" audioRate="48k">
  <media-rep kind="proxy-media" src="file:///proxy/a.mov"/>
  <media-rep kind="original-media" src="file:///media/a.mov"/>
</asset>
<asset id="b" name="b" src="file:///media/b.mov" start="0s" duration="100s"
    hasVideo="1" format="r1"/>
<asset id="s" name="s" src="file:///media/s.wav" start="0s" duration="100s"
    hasAudio="1" audioChannels="2" audioRate="44100"/>
<asset id="f" name="f" src="file:///media/f.mov" start="0s" duration="100s"
    hasVideo="1" format="r5"/>
<asset id="p" name="p" src="file:///media/p.png" start="0s" duration="0s"
    hasVideo="1" format="r1"/>
<effect id="e1" name="Cross Dissolve"
    uid="FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265"/>
<effect id="e2" name="Slide" uid=".../Slide.motr"/>
<effect id="e3" name="Blur" uid="FxPlug:blur"/>
<effect id="e4" name="Fancy" uid=".../Titles.localized/Fancy.moti"/>
<effect id="e5" name="Noise" uid=".../Generators.localized/Noise.motn"/>
<media id="m1" name="inner"><sequence format="r1" duration="10s" tcStart="60s"><spine>
  <asset-clip ref="b" offset="60s" duration="4s"/>
  <asset-clip ref="a" offset="64s" start="3605s" duration="6s"/>
</spine></sequence></media>
<media id="m2" name="cameras"><multicam format="r1" tcStart="0s">
  <mc-angle name="one" angleID="A"><gap offset="0s" duration="2s"/>
    <asset-clip ref="a" offset="2s" start="3600s" duration="50s"/></mc-angle>
  <mc-angle name="two" angleID="B"><asset-clip ref="b" offset="0s" duration="60s"/>
  </mc-angle>
</multicam></media>
<media id="m3" name="loop"><sequence format="r1"><spine>
  <ref-clip ref="m3" offset="0s" duration="5s"/></spine></sequence></media>
"""


def document(spine, version="1.10", sequence='tcStart="0s"', resources=""):
    return (
        f'<fcpxml version="{version}"><resources>{RESOURCES}{resources}</resources>'
        f'<project name="film"><sequence format="r1" {sequence}><spine>{spine}</spine>'
        "</sequence></project></fcpxml>"
    )


def read(spine, **more):
    return read_fcpxml(document(spine, **more))


def shown(timeline):
    """Runs of (name of file, first source frame, frames) of the lowest picture."""
    runs = []
    for layers in maps.picture_map(timeline):
        seen = (layers[0].url[-5], layers[0].source_frame) if layers else ("", 0)
        if (
            runs
            and runs[-1][0] == seen[0]
            and seen[1] - runs[-1][1] in (0, runs[-1][2])
        ):
            runs[-1][2] += 1
        else:
            runs.append([*seen, 1])
    return [tuple(run) for run in runs]


def clips(timeline, kind="Video"):
    tracks = timeline.video_tracks() if kind == "Video" else timeline.audio_tracks()
    return [c for t in tracks for c in t if isinstance(c, otio.schema.Clip)]


def kept(clip, key):
    return metadata.read(clip, key)


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
    assert (take.name, take.source_range.duration.value) == ("two", 75)
    assert shown(timeline)[0] == ("a", 0, 75)


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


def test_a_still_lasts_as_long_as_it_is_used():
    timeline, loss = read('<video ref="p" offset="0s" start="3600s" duration="9s"/>')
    assert shown(timeline) == [("p", 0, 225)]
    assert not loss.lossy
    assert pictures(read_fcpxml(write_fcpxml(timeline)[0])[0]) == pictures(timeline)


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


@pytest.mark.parametrize(
    "name",
    ["fcpx_clips", "fcpx_event", "fcpx_library", "fcpx_project"],
)
def test_real_documents_stay_when_written_and_read(shared, name):
    path = shared / "corpus" / "fcpxml" / f"{name}.fcpxml"
    timeline, _ = read_fcpxml(path.read_text(encoding="utf-8"))
    text, _ = write_fcpxml(timeline)
    back, _ = read_fcpxml(text)
    assert pictures(back) == pictures(timeline)
    assert sounds(back) == sounds(timeline)
    assert write_fcpxml(back)[0] == text


def test_a_real_project_shows_what_final_cut_shows(shared):
    path = shared / "corpus" / "fcpxml" / "fcpx_project.fcpxml"
    timeline, loss = read_fcpxml(path.read_text(encoding="utf-8"))
    assert maps.length_frames(timeline) == 4500
    layers = maps.picture_map(timeline)
    assert [a.url[-8:-4] for a in layers[300]] == ["0715"]
    assert layers[300][0].weight == Fraction(1, 2)
    assert [a.url[-8:-4] for a in layers[1785]] == ["0268", "0740"]
    assert [a.url[-8:-4] for a in layers[3300]] == ["0233"]
    assert all(item.outcome == "approximated" for item in loss.items)


@pytest.mark.parametrize(
    "name",
    [
        "empty_name_tags",
        "hiero_xml_export",
        "kdenlive_example_from_fcp",
        "premiere_enable_property",
        "premiere_example",
        "premiere_generators",
    ],
)
def test_real_timelines_of_other_editors_stay(shared, name):
    path = shared / "corpus" / "xmeml" / f"{name}.xml"
    timeline = read_xmeml(path.read_text(encoding="utf-8"))[0]
    text, _ = write_fcpxml(timeline)
    back, _ = read_fcpxml(text)
    assert pictures(back) == pictures(timeline)
    assert sounds(back) == sounds(timeline)
    assert write_fcpxml(back)[0] == text
