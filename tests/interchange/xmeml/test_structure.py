"""What a clip, a join and a film say: labels, markers, every start and rate."""

import opentimelineio as otio
import pytest

from benchmarks.features import FEATURES
from benchmarks.pieces import clip, film, reference, tone, transition, with_marker
from otio_genai import metadata, rates
from otio_genai.errors import GenaiError
from otio_genai.interchange import read_xmeml, write_xmeml
from otio_genai.interchange.proof import unspoken
from otio_genai.interchange.xmeml.labels import LABELS, color_of, label_of
from tests.support.marks import later
from tests.support.xmeml import BOTH, R24, exact, there_and_back


@BOTH
@pytest.mark.parametrize("feature", FEATURES)
def test_no_feature_is_lost_silently(feature, dialect):
    timeline = FEATURES[feature]()
    before = timeline.to_json_string()
    back, loss, _ = there_and_back(timeline, dialect)
    assert timeline.to_json_string() == before
    assert unspoken(timeline, back, loss) == ()


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


@pytest.mark.slow
@pytest.mark.parametrize("kind", later(["Video", "Audio"], 1))
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


@pytest.mark.parametrize("kept", [{"levels": "loud"}, {"channels": 3, "pan": [1]}])
def test_metadata_that_cannot_be_meant_is_our_error(kept):
    with pytest.raises(GenaiError, match="metadata") as caught:
        write_xmeml(film(more={"A1": [tone(**kept)]}), "premiere")
    assert caught.value.remedy
