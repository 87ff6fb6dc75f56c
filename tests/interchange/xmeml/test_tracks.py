"""What stands beside what: takes, tracks, links and channels."""

import opentimelineio as otio
import pytest

from benchmarks.pieces import clip, film, gap, nested, reference, sound, tone, with_kept
from otio_genai import metadata, rates
from otio_genai.interchange import read_xmeml, write_xmeml
from otio_genai.interchange.census import census, lost
from otio_genai.interchange.proof import unspoken
from tests.support.xmeml import BOTH, R24, bin_of, exact, sequence, there_and_back


def test_other_takes_lie_on_disabled_tracks_and_come_back():
    takes = [clip("a take 2", 10), clip("a take 3", 30)]
    first = with_kept(clip("a"), takes=takes)
    second = with_kept(clip("b", 0, 24), takes=[clip("b take 2", 5, 24)])
    heard = with_kept(tone(), takes=[tone("t", 4)])
    timeline = film(first, clip("c"), more={"V2": [gap(30), second], "A1": [heard]})
    _, _, text = there_and_back(timeline)
    assert [n for n in ("ALT 1", "ALT 2", "ALT 1 / 2") if f'"{n}"' in text] == [
        "ALT 1",
        "ALT 2",
        "ALT 1 / 2",
    ]
    back = exact(timeline)
    assert len(back.tracks) == 3
    again, _, _ = there_and_back(timeline, "resolve")
    assert len(again.tracks) == 3
    found = metadata.read(again.tracks[0][0], "takes")
    assert [take.name for take in found] == ["a take 2", "a take 3"]


def test_a_disabled_track_over_other_clips_stays_a_track():
    timeline = film(clip("a"), more={"V2": [gap(6), clip("b", 0, 24)]})
    timeline.tracks[1].name = "ALT 1"
    timeline.tracks[1].enabled = False
    back, _, _ = there_and_back(timeline)
    assert [track.name for track in back.tracks] == ["V1", "ALT 1"]


def test_recorded_links_are_written_and_read():
    shots = [with_kept(clip(n), link="g") for n in "ab"]
    heard = with_kept(tone(), link="g")
    exact(film(*shots, more={"A1": [heard]}))


def test_clips_that_are_not_linked_stay_apart():
    media = reference("a", has_audio=True, channels=2)
    timeline = film(clip("a", media=media), more={"A1": [clip("a", media=media)]})
    metadata.put(timeline.tracks[1][0], "link", "alone")
    back, loss, text = there_and_back(timeline)
    assert "clipitem-1</linkclipref>" not in text
    assert not any(trait.feature == "link" for trait in census(back))
    assert not loss.lossy


def test_a_dangling_link_is_told():
    text = bin_of(sequence(1, "one", 2), sequence(2, "two")).replace(
        "</clipitem>",
        "<link><linkclipref>nowhere</linkclipref></link></clipitem>",
    )
    _, loss = read_xmeml(text)
    assert ("link", "dropped") in [(i.feature, i.outcome) for i in loss.items]


@pytest.mark.parametrize(
    ("count", "channels"),
    [(1, None), (2, None), (2, [1]), (2, [2]), (4, [3, 4]), (4, [2]), (6, None)],
)
def test_the_channels_a_sound_plays(count, channels):
    made = clip("s", 0, 96, media=sound("s", 20, count))
    if channels:
        metadata.put(made, "channels", channels)
    timeline = film(clip("a", 0, 96), more={"A1": [made, tone("t")]})
    if count < 3 or channels:
        exact(timeline)
        return
    back, loss, _ = there_and_back(timeline)
    told = {item.feature for item in loss.items}
    assert told == {"channels", "sound track"}
    assert len(back.tracks) == 3


def test_a_real_sounds_second_half_is_its_own_channel():
    text, _ = write_xmeml(film(clip("a", 0, 96), more={"A1": [tone()]}), "premiere")
    assert text.count("<trackindex>1</trackindex>") >= 1
    swapped = text.replace("Stereo", "Mono").replace('"stereo"', '"mono"')
    swapped = swapped.replace('totalExplodedTrackCount="2"', "")
    swapped = swapped.replace('currentExplodedTrackIndex="1"', "")
    back, _ = read_xmeml(swapped)
    found = [metadata.read(track[0], "channels") for track in back.audio_tracks()]
    assert found == [[1], [2]]


@BOTH
def test_all_channels_of_a_sound_are_no_choice_of_channels(dialect):
    media = reference("a")
    facts = metadata.read(media, "media", {})
    metadata.put(media, "media", {**facts, "has_audio": True, "channels": 1})
    shot, inner = clip("a", media=media), clip("a", media=media.deepcopy())
    for each in (shot, inner):
        metadata.put(each, "channels", [1])
    timeline = film(clip("p"))
    sound = otio.schema.Track("A1", kind="Audio")
    sound.append(shot)
    heard = otio.schema.Track("A1", kind="Audio")
    heard.append(inner)
    nested = otio.schema.Stack("nest", children=[heard])
    nested.source_range = rates.span(0, 24, R24)
    sound.append(nested)
    timeline.tracks.append(sound)
    back, loss, _ = there_and_back(timeline, dialect)
    assert unspoken(timeline, back, loss) == ()
    assert "channels" not in {trait.feature for trait in lost(timeline, back)}
    assert "channels" not in {item.feature for item in loss.items}


def test_items_that_lie_in_a_stack_without_a_track_get_one():
    timeline = film(clip("a"))
    timeline.tracks.append(nested(clip("b")))
    back, loss, _ = there_and_back(timeline)
    assert "item without a track" in {item.feature for item in loss.items}
    assert isinstance(back.tracks[1][0], otio.schema.Stack)
