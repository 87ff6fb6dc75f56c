"""What every writer tells alike: edges between frames, starts, names, places."""

import opentimelineio as otio
import pytest

from otio_genai.interchange import Loss, LossItem, read_xmeml, write_xmeml
from otio_genai.interchange.account import place_of
from otio_genai.interchange.dialects import write_dialect
from otio_genai.interchange.fcpxml import read_fcpxml, write_fcpxml
from otio_genai.interchange.fcpxml.lint import lint_fcpxml
from otio_genai.interchange.proof import unspoken

RATE = 24
WRITERS = {
    "premiere": lambda timeline: write_xmeml(timeline, "premiere"),
    "resolve": lambda timeline: write_xmeml(timeline, "resolve"),
    "finalcut": write_fcpxml,
    "otio-premiere": lambda timeline: write_dialect(timeline, "premiere"),
}
XML = {"premiere": read_xmeml, "finalcut": read_fcpxml}


def film(*clips, name="film", start=None, tracks=("",)):
    """Tracks of clips given as (name, in, length) in frames of 24 a second."""
    made = otio.schema.Timeline(name, global_start_time=start)
    for title in tracks:
        track = otio.schema.Track(title, kind="Video")
        for clip, first, length in clips:
            media = otio.schema.ExternalReference(f"file:///media/{clip}.mp4")
            media.available_range = span(0, 100)
            track.append(otio.schema.Clip(clip, media, span(first, length)))
        made.tracks.append(track)
    return made


def span(first, length):
    time = otio.opentime.RationalTime
    return otio.opentime.TimeRange(time(first, RATE), time(length, RATE))


def told(loss, feature):
    return [item for item in loss.items if item.feature == feature]


@pytest.mark.parametrize("target", WRITERS)
def test_edges_between_two_frames_are_told_of_both_clips(target):
    _, loss = WRITERS[target](film(("a", 0.3, 24.5), ("b", 0.7, 23.5)))
    a, b = told(loss, "position")
    assert (a.item, a.target_gets) == ("a", "whole frames: it ends 0.50 frames later")
    assert (b.item, b.target_gets) == ("b", "whole frames: it begins 0.50 frames later")


@pytest.mark.parametrize("target", WRITERS)
def test_whole_frames_and_what_rounding_adds_are_told_of_none(target):
    clips = [("a", 0, 10), ("b", 0, 10.000001), ("c", 0, 9.999999)]
    assert not told(WRITERS[target](film(*clips))[1], "position")


@pytest.mark.parametrize("start", [-100, 10**10])
@pytest.mark.parametrize("target", XML)
def test_a_start_no_timecode_can_state_is_told_in_words(target, start):
    begin = otio.opentime.RationalTime(start, RATE)
    timeline = film(("a", 0, 24), start=begin)
    text, loss = WRITERS[target](timeline)
    (item,) = told(loss, "start timecode")
    assert str(start) in item.target_gets
    back, read = XML[target](text)
    assert back.global_start_time.value == 0
    assert unspoken(timeline, back, loss + read) == ()


@pytest.mark.parametrize("target", XML)
def test_a_film_without_a_name_is_given_one_and_that_is_told(target):
    text, loss = WRITERS[target](film(("a", 0, 24), name=" "))
    assert told(loss, "name")
    assert XML[target](text)[0].name == "Untitled"
    if target == "finalcut":
        assert lint_fcpxml(text) == []


def test_a_track_is_called_by_its_name_else_as_editors_count():
    timeline = film(tracks=("", "Titles", "  "))
    timeline.tracks.append(otio.schema.Track(kind="Audio"))
    assert [place_of(track) for track in timeline.tracks] == [
        "V1",
        "Titles",
        "V3",
        "A1",
    ]
    assert place_of(otio.schema.Track(kind="Audio")) == "Audio"


def test_places_that_are_listed_add_up_to_what_is_counted():
    spots = ["00:00:00:00", "00:00:00:00", "00:00:01:00", "00:00:02:00", "00:00:03:00"]
    items = tuple(
        LossItem("clip colour", "dropped", "none", "", "", "a", at, at) for at in spots
    )
    head, places = Loss(items).readable().splitlines()[1:]
    assert head.startswith("5 times")
    assert places.count("(2 times)") == 1
    assert places.endswith("; and 1 more")
