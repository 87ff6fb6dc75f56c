"""What stands where: nested sequences, takes, links, channels, generators, labels."""

from fractions import Fraction

import opentimelineio as otio
import pytest

from benchmarks.features import (
    FEATURES,
    clip,
    film,
    gap,
    nested,
    reference,
    sound,
    tone,
    transition,
    with_kept,
    with_marker,
)
from otio_genai import metadata, rates
from otio_genai.errors import GenaiError
from otio_genai.interchange import read_xmeml, write_xmeml
from otio_genai.interchange.census import census, lost
from otio_genai.interchange.proof import unspoken
from otio_genai.interchange.xmeml.labels import LABELS, color_of, label_of
from otio_genai.interchange.xmeml.lint import lint_xmeml

BOTH = pytest.mark.parametrize("dialect", ["premiere", "resolve"])
R24 = Fraction(24)


def there_and_back(timeline, dialect="premiere"):
    text, loss = write_xmeml(timeline, dialect)
    back, read = read_xmeml(text)
    assert write_xmeml(back, dialect)[0] == text
    return back, loss + read, text


def exact(timeline, but=()):
    back, loss, text = there_and_back(timeline)
    assert lost(timeline, back) == [] == lost(back, timeline)
    assert not loss.lossy, loss.readable()
    assert {finding.rule for finding in lint_xmeml(text)} <= set(but)
    return back


@BOTH
@pytest.mark.parametrize("feature", FEATURES)
def test_no_feature_is_lost_silently(feature, dialect):
    timeline = FEATURES[feature]()
    before = timeline.to_json_string()
    back, loss, _ = there_and_back(timeline, dialect)
    assert timeline.to_json_string() == before
    assert unspoken(timeline, back, loss) == ()


def test_a_nested_sequence_is_written_once_and_used_twice():
    inner = nested(clip("a"), clip("b"))
    inner.markers.append(
        otio.schema.Marker("in", rates.span(3, 0, R24), color="RED", comment="why")
    )
    heard = nested(tone(), kind="Audio")
    timeline = film(inner, gap(12), inner.deepcopy(), more={"A1": [heard]})
    back = exact(timeline)
    _, _, text = there_and_back(timeline)
    assert text.count("<sequence id=") == 5
    assert text.count('<sequence id="sequence-2"/>') == 1
    first, second = back.tracks[0][0], back.tracks[0][2]
    assert isinstance(first, otio.schema.Stack)
    assert first.name == second.name == "inner"
    assert [marker.comment for marker in first.markers] == ["why"]


def test_a_nested_sequence_keeps_its_own_rate_and_size():
    inner = otio.schema.Stack("inner", source_range=rates.span(0, 24, R24))
    own = Fraction(30)
    facts = {"rate": "30/1", "width": 640, "height": 360, "title": "small"}
    metadata.put(inner, "film", facts)
    shot = clip("a", 10, 40, own)
    inner.append(otio.schema.Track("V1", kind="Video", children=[shot]))
    back = exact(film(inner), ["one rate"])
    assert metadata.read(back.tracks[0][0], "film") == {**facts, "sample_rate": 48_000}


def test_what_lies_outside_a_nested_sequence_is_trimmed():
    inner = nested(clip("a", 0, 30))
    inner.source_range = rates.span(12, 36, R24)
    back, loss, _ = there_and_back(film(inner, clip("b")))
    assert [item.feature for item in loss.items] == ["range beyond the media"]
    assert back.tracks[0][0].source_range.duration.value == 18


def sequence(number, name, *shown):
    items = "".join(
        f"<clipitem id='c{number}{k}'><start>{10 * k}</start><end>{10 * k + 10}</end>"
        f"<in>0</in><out>10</out><sequence id='s{inner}'/></clipitem>"
        for k, inner in enumerate(shown)
    )
    return (
        f"<sequence id='s{number}'><name>{name}</name><duration>20</duration>"
        "<rate><timebase>24</timebase></rate><media><video><track>"
        f"{items}</track></video></media></sequence>"
    )


def bin_of(*sequences):
    return f"<xmeml version='4'>{''.join(sequences)}</xmeml>"


def test_a_sequence_is_chosen_by_name_and_the_others_are_told():
    text = bin_of(sequence(1, "one"), sequence(2, "two"))
    timeline, loss = read_xmeml(text)
    assert timeline.name == "one"
    assert "'two'" in loss.notes[0]
    assert read_xmeml(text, sequence="two")[0].name == "two"
    with pytest.raises(GenaiError, match="no sequence 'three'") as caught:
        read_xmeml(text, sequence="three")
    assert "'one', 'two'" in caught.value.remedy


@pytest.mark.parametrize("shown", [(1,), (9,)])
def test_a_sequence_that_shows_itself_or_nothing_is_told(shown):
    timeline, loss = read_xmeml(bin_of(sequence(1, "one", *shown)))
    assert [item.outcome for item in loss.items] == ["dropped"]
    assert "nested sequence" in loss.items[0].feature
    assert timeline.tracks[0][0].source_range.duration.value == 10


def test_sequences_that_unfold_without_end_are_refused():
    chain = [sequence(n, f"s{n}", n + 1, n + 1) for n in range(1, 30)]
    with pytest.raises(GenaiError, match="unfold"):
        read_xmeml(bin_of(*chain, sequence(30, "last")))


def test_a_chain_of_sequences_ends_where_nobody_nests():
    chain = [sequence(n, f"s{n}", n + 1) for n in range(1, 3000)]
    _, loss = read_xmeml(bin_of(*chain, sequence(3000, "last")))
    assert ["too deep" in item.feature for item in loss.items] == [True]


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


def test_every_label_reads_back_and_others_become_the_nearest():
    for name in LABELS:
        made = clip("a")
        made.color = color_of(name)
        back = exact(film(made))
        assert back.tracks[0][0].color.name == name
    assert label_of(otio.core.Color(0.1, 0.5, 0.5, 1.0, "mine")) == ("Teal", False)
    assert label_of(color_of("Of the house")) == ("Of the house", True)


def test_a_foreign_transition_is_kept_as_it_was():
    effect = (
        "<effect><name>Slide</name><effectid>AE.Slide</effectid>"
        "<effecttype>transition</effecttype><startratio>0.2</startratio></effect>"
    )
    text, _ = write_xmeml(film(clip("a"), transition(6, 6), clip("b")), "premiere")
    start, end = text.index("<effect>"), text.index("</effect>") + len("</effect>")
    foreign = text[:start] + effect + text[end:]
    timeline, _ = read_xmeml(foreign)
    joint = timeline.tracks[0][1]
    assert joint.transition_type == "Custom_Transition" and joint.name == "Slide"
    back = exact(timeline, ["effects"])
    kept = metadata.read(back.tracks[0][1], "effect")
    assert (kept["id"], kept["effect"][3][-1][2]) == ("AE.Slide", "0.2")
    _, loss, _ = there_and_back(timeline, "resolve")
    assert "transition type" in {item.feature for item in loss.items}


def test_offline_media_and_sequences_of_images_read_back():
    for feature in ("missing media", "image sequence"):
        timeline = FEATURES[feature]()
        back, loss, text = there_and_back(timeline, "resolve")
        assert lost(timeline, back) == []
    assert any("not established" in note for note in loss.notes)
    assert "shot.%5B1001-1120%5D.png" in text
    made = back.tracks[0][0].media_reference
    assert (made.name_prefix, made.start_frame, made.frame_zero_padding) == (
        "shot.",
        1001,
        4,
    )


@pytest.mark.parametrize("step", [1, 3])
def test_a_sequence_of_images_without_a_range_reads_back(step):
    media = otio.schema.ImageSequenceReference(
        "file:///media/", "x.", ".exr", 5, step, 24.0, 3
    )
    shot = otio.schema.Clip("x", media, rates.span(0, 10, R24))
    back, _, _ = there_and_back(film(shot), "resolve")
    made = back.tracks[0][0].media_reference
    assert made.available_range is None
    assert (made.start_frame, made.frame_step) == (5, step)
    assert made.frame_zero_padding == 3


def test_premiere_gets_the_first_image_of_a_sequence_and_a_word_of_it():
    timeline = FEATURES["image sequence"]()
    shot = timeline.tracks[0][0]
    with_marker(shot, name="here")
    shot.markers[0].marked_range = rates.span(86_430, 1, R24)
    shot.media_reference.available_range = rates.span(86_400, 120, R24)
    shot.source_range = rates.span(86_424, 48, R24)
    back, loss, text = there_and_back(timeline)
    assert "/shot/shot.1001.png</pathurl>" in text and "%5B" not in text
    assert [(i.feature, i.outcome, i.item) for i in loss.items] == [
        ("image sequence", "approximated", "seq")
    ]
    assert back.tracks[0][0].markers[0].marked_range.start_time.value == 30
    assert write_xmeml(back, "premiere")[0] == text


def test_an_empty_nested_sequence_is_called_that():
    nested = otio.schema.Stack("empty", source_range=rates.span(0, 24, R24))
    _, loss = write_xmeml(film(clip("a"), nested), "premiere")
    (item,) = loss.items
    assert (item.feature, item.outcome) == ("empty nested sequence", "dropped")
    assert "range" not in item.remedy


def test_offline_clips_are_counted_and_are_no_broken_rule():
    shots = [
        otio.schema.Clip(n, otio.schema.MissingReference(), rates.span(0, 24, R24))
        for n in "abcd"
    ]
    for dialect in ("premiere", "resolve"):
        text, loss = write_xmeml(film(*shots), dialect)
        assert "4 clips have no media: they are offline." in loss.notes
        assert lint_xmeml(text) == []
        assert len(lint_xmeml(text, media=True)) == 4
        _, one = write_xmeml(film(shots[0].deepcopy()), dialect)
        assert "A clip has no media: it is offline." in one.notes


def sized(fit, size, keys=()):
    """A film of 1280 x 720 with one framed picture of a size."""
    media = reference("a")
    width, height = size
    facts = metadata.read(media, "media", {})
    own = {k: v for k, v in facts.items() if k not in ("width", "height")}
    if all(size):
        own |= {"width": width, "height": height}
    metadata.put(media, "media", own)
    shot = clip("a", media=media)
    metadata.put(shot, "framing", {"fit": fit, "keys": list(keys)})
    made = film(shot)
    metadata.put(made, "film", {"width": 1280, "height": 720, "rate": "24/1"})
    return made


@pytest.mark.parametrize("dialect", ["premiere", "resolve"])
@pytest.mark.parametrize("fit", ["cover", "contain", "native"])
@pytest.mark.parametrize("keys", [(), ([0, 1.2, 0.0, 0.0, 0.0],)])
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (1000, 1000), (0, 0)])
def test_a_fit_is_written_or_spoken_of(dialect, fit, keys, size):
    timeline = sized(fit, size, keys)
    back, loss, text = there_and_back(timeline, dialect)
    told = [item for item in loss.items if item.feature == "framing"]
    unknown = not all(size) and fit != "native"
    assert bool(told) == (unknown and (fit != "cover" or bool(keys)))
    assert all("no size" in item.target_gets for item in told)
    assert bool(lost(timeline, back)) == bool(told)
    assert unspoken(timeline, back, loss) == ()
    assert write_xmeml(back, dialect)[0] == text


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


def test_marker_of_a_clip_keeps_its_place_under_any_timecode():
    for begin in (0, 86_400):
        media = reference("a", begin=begin)
        made = clip("a", media=media)
        with_marker(made, name="here", color="PURPLE", comment="two\nlines")
        made.markers[0].marked_range = rates.span(begin + 30, 3, R24)
        exact(film(made))


def test_what_a_clip_says_that_no_timeline_holds_is_told():
    text, _ = write_xmeml(film(clip("a")), "premiere")
    text = text.replace(
        "<alphatype>", "<compositemode>multiply</compositemode>\n<x/>\n<alphatype>"
    )
    _, loss = read_xmeml(text)
    assert [(i.feature, i.outcome) for i in loss.items] == [
        ("compositemode", "dropped"),
        ("element 'x'", "dropped"),
    ]


def test_clips_that_overlap_are_trimmed_and_told():
    text, _ = write_xmeml(film(clip("a"), clip("b")), "premiere")
    text = text.replace("<start>48</start>", "<start>40</start>")
    timeline, loss = read_xmeml(text)
    assert [(i.feature, i.outcome) for i in loss.items] == [("overlap", "approximated")]
    assert [c.source_range.duration.value for c in timeline.tracks[0]] == [48, 48]


def test_a_nested_sequence_has_the_size_of_the_one_around_it():
    timeline = film(nested(clip("a")), width=640, height=360)
    _, _, text = there_and_back(timeline)
    assert text.count("<width>640</width>") == 2


def test_a_nested_sequence_keeps_what_is_done_to_it():
    inner = with_kept(
        nested(clip("a"), clip("b")),
        opacity=[[0, 0.25], [12, 0.75]],
        framing={"fit": "cover", "keys": [[0, 0.5, 0.0, 0.0, 10.0]]},
    )
    inner.enabled = False
    inner.color = color_of("Rose")
    back = exact(film(inner))
    made = back.tracks[0][0]
    assert not made.enabled and made.color.name == "Rose"
    assert metadata.read(made, "opacity") == [[0, 0.25], [12, 0.75]]
    assert metadata.read(made, "framing")["keys"] == [[0, 0.5, 0.0, 0.0, 10.0]]


@pytest.mark.parametrize("kind", ["Video", "Audio"])
def test_every_pair_of_offsets_comes_back_byte_for_byte(kind):
    for before in range(13):
        for after in range(13):
            if kind == "Video":
                timeline = film(clip("a"), transition(before, after), clip("b"))
            else:
                shots = [
                    tone("s", 24, 48),
                    transition(before, after),
                    tone("t", 24, 48),
                ]
                timeline = film(clip("a", 0, 96), more={"A1": shots})
            if before + after:
                exact(timeline)
            else:
                there_and_back(timeline)


ALL_RATES = [rates.rate(x) for x in (12, 15, 23.976, 24, 25, 29.97, 30, 48, 50)]
ALL_RATES += [rates.rate(x) for x in (59.94, 60, 119.88, 120)]


@pytest.mark.parametrize("rate", ALL_RATES, ids=str)
def test_every_start_at_every_rate(rate):
    base = rates.ntsc(rate)[0]
    for start in (0, 1, base * 10, base * 3600, base * 86_399):
        for drop in {False, rates.is_drop_rate(rate)}:
            shots = [
                clip(
                    "a",
                    7,
                    31,
                    rate,
                    reference("a", 200, rate, begin=start, drop_frame=drop),
                ),
                clip("b", 0, 5, rate),
            ]
            back = exact(film(*shots, rate=rate, start=start, drop_frame=drop))
            assert back.global_start_time.value == start
            facts = metadata.read(back.tracks[0][0].media_reference, "media")
            assert bool(facts.get("drop_frame")) == drop


def test_a_generator_of_another_program_is_written_as_far_as_it_goes():
    made = FEATURES["colour"]()
    made.tracks[0][1].media_reference.parameters["color"] = "red"
    back, loss, _ = there_and_back(made)
    assert ("colour", "approximated") in [(i.feature, i.outcome) for i in loss.items]
    color = list(back.tracks[0][1].media_reference.parameters["color"])
    assert color == [0.0, 0.0, 0.0, 1.0]


@pytest.mark.parametrize("kept", [{"levels": "loud"}, {"channels": 3, "pan": [1]}])
def test_metadata_that_cannot_be_meant_is_our_error(kept):
    with pytest.raises(GenaiError, match="metadata") as caught:
        write_xmeml(film(more={"A1": [tone(**kept)]}), "premiere")
    assert caught.value.remedy


def test_items_that_lie_in_a_stack_without_a_track_get_one():
    timeline = film(clip("a"))
    timeline.tracks.append(nested(clip("b")))
    back, loss, _ = there_and_back(timeline)
    assert "item without a track" in {item.feature for item in loss.items}
    assert isinstance(back.tracks[1][0], otio.schema.Stack)
