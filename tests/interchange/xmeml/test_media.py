"""What is shown where there is no ordinary film: images, generators, nothing at all."""

import opentimelineio as otio
import pytest

from benchmarks.features import FEATURES
from benchmarks.pieces import clip, film, reference, with_marker
from otio_genai import metadata, rates
from otio_genai.interchange import write_xmeml
from otio_genai.interchange.census import lost
from otio_genai.interchange.proof import unspoken
from otio_genai.interchange.xmeml.lint import lint_xmeml
from tests.support.xmeml import R24, there_and_back


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


def test_a_generator_of_another_program_is_written_as_far_as_it_goes():
    made = FEATURES["colour"]()
    made.tracks[0][1].media_reference.parameters["color"] = "red"
    back, loss, _ = there_and_back(made)
    assert ("colour", "approximated") in [(i.feature, i.outcome) for i in loss.items]
    color = list(back.tracks[0][1].media_reference.parameters["color"])
    assert color == [0.0, 0.0, 0.0, 1.0]
