"""What stands in the file, and what the account says, feature by feature."""

from fractions import Fraction
from xml.etree.ElementTree import fromstring

import opentimelineio as otio
import pytest

from otio_genai import maps, metadata, rates
from otio_genai.errors import GenaiError
from otio_genai.interchange import write_xmeml
from otio_genai.interchange.xmeml.lint import lint_xmeml
from otio_genai.maps import carry
from tests.support.strategies import Take, music, place
from tests.support.xmeml import timeline_of

R = Fraction(24)
BOTH = pytest.mark.parametrize("dialect", ["premiere", "resolve"])


def take(name="t", rate=R, frames=100, start=0, channels=0, size=(1920, 1080)):
    return Take(name, rate, frames, start, channels, size)


def clip(made=None, start=20, length=30, rate=R):
    made = made or take()
    return place(made.reference(), made.name, made.start_s, start, length, rate)


def dissolve(into, out, rate=R):
    offsets = rates.time(into, rate), rates.time(out, rate)
    return otio.schema.Transition("d", "SMPTE_Dissolve", *offsets)


def film(*items, sound=(), rate=R, **facts):
    timeline = otio.schema.Timeline("film", global_start_time=rates.time(0, rate))
    size = {"width": 1920, "height": 1080}
    metadata.put(timeline, "film", {"rate": rates.text(rate), **size, **facts})
    track = otio.schema.Track("Picture", kind="Video")
    track.extend(items)
    timeline.tracks.append(track)
    if sound:
        track = otio.schema.Track("Bed", kind="Audio")
        track.extend(sound)
        timeline.tracks.append(track)
    return timeline


def written(timeline, dialect):
    text, loss = write_xmeml(timeline, dialect)
    assert lint_xmeml(text) == []
    return fromstring(text), loss, text


def fates(loss, but=("track name", "marker colours")):
    return [(i.feature, i.outcome) for i in loss.items if i.feature not in but]


def numbers(element, *tags):
    return [int(element.findtext(tag)) for tag in tags]


def test_the_cut_of_a_real_premiere_dissolve():
    rate = Fraction(30)
    left = clip(take("l", rate, 400), 34, 208, rate)
    right = clip(take("r", rate, 100), 18, 82, rate)
    root, loss, _ = written(
        film(left, dissolve(12, 13, rate), right, rate=rate), "premiere"
    )
    a, b = root.iter("clipitem")
    assert numbers(a, "start", "end", "in", "out") == [0, -1, 34, 255]
    assert numbers(b, "start", "end", "in", "out") == [-1, 290, 6, 100]
    item = next(root.iter("transitionitem"))
    assert numbers(item, "start", "end", "cutPointTicks") == [196, 221, 101606400000]
    assert item.findtext("alignment") == "center"
    assert not loss.lossy


@BOTH
def test_the_same_clip_twice_stays_two_clips(dialect):
    gap = otio.schema.Gap(source_range=rates.span(0, 24, R))
    root, _, text = written(film(clip(), gap, clip()), dialect)
    starts = [numbers(item, "start")[0] for item in root.iter("clipitem")]
    assert starts == [0, 54]
    assert text.count("<file id=") == 2 and text.count('<file id="file-1"/>') == 1


@BOTH
def test_a_dissolve_takes_no_more_than_the_handles(dialect):
    short = clip(take(frames=33), 0, 30), clip(take("u", frames=100), 2, 30)
    _, loss, text = written(film(short[0], dissolve(6, 6), short[1]), dialect)
    made = timeline_of(text).tracks[0][1]
    assert made.in_offset.value + made.out_offset.value == 5
    assert fates(loss)[0] == ("transition", "approximated")
    assert "5 frames instead of 12" in loss.warnings[0]


@BOTH
def test_a_dissolve_without_handles_becomes_a_cut(dialect):
    whole = clip(take(frames=30), 0, 30), clip(take("u", frames=30), 0, 30)
    root, loss, _ = written(film(whole[0], dissolve(6, 6), whole[1]), dialect)
    assert not list(root.iter("transitionitem"))
    assert fates(loss) == [("transition", "dropped")]


@BOTH
def test_fades_from_and_to_black_lie_on_the_clip(dialect):
    timeline = film(dissolve(0, 8), clip(), dissolve(5, 3), gap(12), clip(take("u")))
    root, loss, text = written(timeline, dialect)
    assert [i.findtext("alignment") for i in root.iter("transitionitem")] == [
        "start-black",
        "end-black",
    ]
    before, after = maps.picture_map(timeline), maps.picture_map(timeline_of(text))
    assert [[(a.source_frame, a.weight) for a in f] for f in before] == [
        [(a.source_frame, a.weight) for a in f] for f in after
    ]
    assert fates(loss) == [("transition", "approximated")]
    assert "3 frames longer" in loss.warnings[-1]


def gap(length):
    return otio.schema.Gap(source_range=rates.span(0, length, R))


def retimed():
    made = clip()
    made.effects.append(otio.schema.LinearTimeWarp("w", 2.0))
    return made


def generated():
    made = clip()
    made.media_reference = otio.schema.GeneratorReference("c", "SolidColor")
    return made


def missing():
    made = clip()
    made.media_reference = otio.schema.MissingReference()
    return made


def nested():
    made = otio.schema.Stack("n", source_range=rates.span(0, 30, R))
    made.append(otio.schema.Track(children=[clip()]))
    return made


def test_what_cannot_be_written_leaves_a_gap():
    root, loss, _ = written(film(clip(), retimed(), clip()), "resolve")
    assert [numbers(i, "start", "end") for i in root.iter("clipitem")] == [
        [0, 30],
        [60, 90],
    ]
    assert fates(loss) == [("speed", "dropped")]
    item = next(i for i in loss.items if i.feature == "speed")
    assert (item.track, item.record_in) == ("Picture", "00:00:01:06") and item.remedy


def test_a_range_beyond_the_media_is_trimmed_in_place():
    root, loss, _ = written(film(clip(take(frames=40), 20, 30), clip()), "premiere")
    found = [numbers(i, "start", "end") for i in root.iter("clipitem")]
    assert found == [[0, 20], [30, 60]]
    assert fates(loss) == [("range beyond the media", "approximated")]


def test_other_rates_for_premiere_are_in_the_sequence_rate_with_exact_ticks():
    root, loss, _ = written(film(clip(take(rate=Fraction(25)), 20, 30)), "premiere")
    item = next(root.iter("clipitem"))
    assert numbers(item, "in", "out", "duration", "rate/timebase") == [20, 50, 96, 24]
    assert numbers(item, "pproTicksIn") == [rates.ticks(Fraction(20, 24))]
    assert numbers(item, "file/duration", "file/rate/timebase") == [100, 25]
    assert not loss.lossy


def test_other_rates_for_resolve_are_in_the_media_rate_and_told():
    root, loss, _ = written(film(clip(take(rate=Fraction(25)), 20, 30)), "resolve")
    item = next(root.iter("clipitem"))
    assert numbers(item, "start", "end", "in", "out", "rate/timebase") == [
        0,
        30,
        20,
        51,
        25,
    ]
    assert fates(loss) == [("source frames", "approximated")]
    assert "0.833" in loss.warnings[-1]


def test_an_odd_media_rate_is_told_and_an_odd_film_rate_refused():
    _, loss, _ = written(film(clip(take(rate=Fraction(500, 31)))), "premiere")
    assert ("media rate", "approximated") in fates(loss)
    with pytest.raises(GenaiError, match="frames per second") as caught:
        write_xmeml(film(rate=Fraction(500, 31)), "premiere")
    assert caught.value.remedy


def test_an_unknown_dialect_is_refused():
    with pytest.raises(GenaiError, match="dialect"):
        write_xmeml(film(clip()), "avid")


def test_stereo_and_mono_tracks_for_premiere():
    sounds = [place(music(c), "m", Fraction(0), 0, 20, R) for c in (2, 1)]
    root, _, _ = written(film(clip(), sound=sounds), "premiere")
    tracks = root.findall("sequence/media/audio/track")
    facts = [
        (
            t.get("premiereTrackType"),
            t.get("currentExplodedTrackIndex"),
            t.get("totalExplodedTrackCount"),
            t.findtext("clipitem/sourcetrack/trackindex"),
            t.findtext("clipitem/start"),
            t.findtext("outputchannelindex"),
        )
        for t in tracks
    ]
    assert facts == [
        ("Stereo", "0", "2", "1", "0", "1"),
        ("Stereo", "1", "2", "2", "0", "2"),
    ]
    kinds = [[c.get("premiereChannelType") for c in t.iter("clipitem")] for t in tracks]
    assert kinds == [["stereo", "mono"], ["stereo"]]
    root, _, _ = written(film(clip(), sound=sounds[1:]), "premiere")
    track = root.find("sequence/media/audio/track")
    assert track.get("premiereTrackType") == "Mono"
    pair = [link.text for link in tracks[0].iter("linkclipref")]
    assert pair == ["clipitem-2", "clipitem-4"]


def test_one_track_a_layer_for_resolve_linked_to_its_picture():
    made = take(channels=2)
    root, _, _ = written(film(clip(made), sound=[clip(made)]), "resolve")
    assert len(root.findall("sequence/media/audio/track")) == 1
    for item in root.iter("clipitem"):
        refs = [link.text for link in item.iter("linkclipref")]
        assert refs == ["clipitem-1", "clipitem-2"]


def test_levels_are_linear_capped_and_in_media_frames():
    made = clip(take(channels=2), 20, 30)
    metadata.put(made, "levels", [[0, -96.0], [10, 0.0], [20, 20.0]])
    root, loss, _ = written(film(sound=[made]), "premiere")
    keys = [(k.findtext("when"), k.findtext("value")) for k in root.iter("keyframe")][
        :3
    ]
    assert keys == [("20", "0"), ("30", "1"), ("40", "3.98109")]
    assert fates(loss) == [("level", "approximated")]


def test_framing_becomes_basic_motion():
    made = clip(take(size=(960, 540)))
    metadata.put(made, "framing", {"fit": "cover", "keys": [[0, 1.5, 0.0, 0.0, 30.0]]})
    root, loss, _ = written(film(made, clip(take("u"))), "premiere")
    effects = list(root.iter("filter"))
    assert len(effects) == 1
    values = {
        p.findtext("parameterid"): p.findtext("value") for p in root.iter("parameter")
    }
    assert (values["scale"], values["rotation"]) == ("300", "-30")
    assert not loss.lossy


@pytest.mark.parametrize(("fit", "percent"), [("cover", "150"), ("contain", "84.375")])
def test_fits_are_percent_of_native_pixels(fit, percent):
    made = clip(take(size=(1280, 1280)))
    metadata.put(made, "framing", {"fit": fit, "keys": []})
    root, _, _ = written(film(made), "resolve")
    assert next(root.iter("parameter")).findtext("value") == percent


def test_a_shifted_picture_is_told():
    made = clip()
    metadata.put(made, "framing", {"fit": "cover", "keys": [[0, 1.5, 0.1, 0.1, 0]]})
    root, loss, _ = written(film(made), "premiere")
    center = next(root.iter("horiz")), next(root.iter("vert"))
    assert [c.text for c in center] == ["0.1", "0.177778"]
    assert fates(loss) == [("picture position", "approximated")]


def test_joins_become_coloured_markers():
    made = clip()
    metadata.put(made, "join", {"kind": "dry", "score": 0.25, "why": "contrast"})
    root, loss, text = written(film(clip(), made), "premiere")
    marker = root.find("sequence/marker")
    facts = [marker.findtext(tag) for tag in ("name", "comment", "in", "out")]
    assert facts == ["dry 0.25", "contrast", "30", "-1"]
    assert marker.find("pproColor") is not None and not loss.lossy
    assert timeline_of(text).tracks.markers[0].color == "ORANGE"
    root, loss, _ = written(film(clip(), made), "resolve")
    assert root.find("sequence/marker/pproColor") is None
    assert ("marker colours", "approximated") in fates(loss, ())


def test_a_carry_is_told_to_be_a_dissolve():
    joint = dissolve(6, 6)
    joint.transition_type = otio.schema.TransitionTypes.Custom
    metadata.put(joint, "carry", {"kind": "carry", "fallback": "dissolve"})
    root, loss, _ = written(film(clip(), joint, clip(take("u"))), "premiere")
    assert next(root.iter("transitionitem")).findtext("effect/name") == "Cross Dissolve"
    assert fates(loss) == [("carry", "approximated")]
    assert "carry as a cross dissolve" in loss.items[0].target_gets


@BOTH
def test_a_dip_goes_out_and_comes_back(dialect):
    joint = dissolve(6, 6)
    metadata.put(joint, "carry", {"kind": "dip", "colour": [0, 0, 0]})
    made = film(clip(), joint, clip(take("u")))
    root, loss, text = written(made, dialect)
    item = next(root.iter("transitionitem"))
    assert item.findtext("effect/effectid") == "Dip to Color Dissolve"
    told = [("dip", "approximated")] if dialect == "resolve" else []
    assert fates(loss) == told
    back = timeline_of(text)
    assert metadata.read(back.tracks[0][1], "carry")["kind"] == "dip"
    shown = [
        [[layer.weight for layer in layers] for layers in maps.picture_map(timeline)]
        for timeline in (made, back)
    ]
    assert shown[0] == shown[1]


def test_a_carry_without_handles_becomes_a_cut_with_a_marker():
    still = (0.0, 0.0, 0.0, 0.0)
    recipe = carry.recipe(still, still, aspect=9 / 16, half_frames=6, rate=R)
    joint = dissolve(0, 0)
    metadata.put(joint, "carry", recipe)
    incoming = clip(take("u"))
    metadata.put(incoming, "join", {"kind": "carry", "score": 0.5, "why": "carried"})
    root, loss, _ = written(film(clip(), joint, incoming), "premiere")
    assert not list(root.iter("transitionitem"))
    assert root.findtext("sequence/marker/name") == "carry 0.50"
    assert fates(loss) == [("transition", "dropped")]


def test_start_timecode_and_drop_frame():
    rate = rates.rate(29.97)
    made = take(rate=rate, start=107892)
    timeline = film(clip(made, rate=rate), rate=rate, drop_frame=True)
    timeline.global_start_time = rates.time(107892, rate)
    root, _, _ = written(timeline, "premiere")
    sequence, file = root.find("sequence/timecode"), next(root.iter("file"))
    assert [sequence.findtext(t) for t in ("string", "frame", "displayformat")] == [
        "01;00;00;00",
        "107892",
        "DF",
    ]
    assert file.findtext("timecode/frame") == "107892"
    assert next(root.iter("clipitem")).findtext("in") == "20"


def test_prompt_and_generator_have_a_place():
    made = clip()
    slate = {"prompt": "wet road", "generator": "G", "seed": 7, "name": "o.mp4"}
    metadata.put(made.media_reference, "slate", slate)
    root, _, text = written(film(made), "premiere")
    logging = next(root.iter("logginginfo"))
    assert logging.findtext("description") == "wet road"
    assert logging.findtext("lognote") == "generator: G; seed: 7"
    assert logging.findtext("originalvideofilename") == "o.mp4"
    again = timeline_of(text).tracks[0][0].media_reference
    assert metadata.read(again, "slate")["prompt"] == "wet road"


def test_control_characters_are_removed_and_told():
    made = clip()
    made.name = "a\x07b\nc"
    root, loss, _ = written(film(made), "premiere")
    assert next(root.iter("clipitem")).findtext("name") == "ab c"
    assert fates(loss) == [("name", "approximated")]


def test_disabled_clips_and_tracks_and_track_names():
    made = clip()
    made.enabled = False
    timeline = film(made)
    timeline.tracks[0].enabled = False
    root, _, text = written(timeline, "premiere")
    track = root.find("sequence/media/video/track")
    assert track.get("MZ.TrackName") == "Picture"
    assert track.findtext("enabled") == track.findtext("clipitem/enabled") == "FALSE"
    back = timeline_of(text)
    assert not back.tracks[0].enabled and not back.tracks[0][0].enabled


def test_effects_are_told():
    made = clip()
    made.effects.append(otio.schema.Effect("blur", "blur"))
    _, loss, _ = written(film(made), "premiere")
    assert fates(loss) == [("effect", "dropped")]


def test_a_still_lasts_as_long_as_it_is_used():
    made = Take("s", R, 1, 0, 0, (1920, 1080), still=True)
    root, loss, _ = written(film(clip(made, 0, 24 * 4000)), "premiere")
    assert numbers(next(root.iter("file")), "duration") == [96_000]
    assert next(root.iter("clipitem")).findtext("alphatype") == "straight"
    assert not loss.lossy
