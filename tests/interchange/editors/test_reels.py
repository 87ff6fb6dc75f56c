"""An EDL asks for a reel and timecodes, not for media; what it says comes back."""

from fractions import Fraction

import opentimelineio as otio
import pytest

from otio_genai import metadata, rates
from otio_genai.errors import InterchangeError
from otio_genai.interchange.editors import read_with, reels, write_with

R24 = Fraction(24)
LIST = """TITLE: a list
001  TAPE.01. V     C        01:00:04:00 01:00:05:00 01:00:00:00 01:00:01:00
* FROM CLIP NAME:  one
* a remark
* LOC: 01:00:04:12 RED     LOOK
*ASC_SOP (1.1 1 1) (0 0 0) (1 1 1)
*ASC_SAT 0.9
002  BARS     V     C        00:00:00:00 00:00:01:00 01:00:01:00 01:00:02:00
* FROM CLIP NAME:  bars
"""


def film(*references, name="film"):
    track = otio.schema.Track("Pictures", kind="Video")
    for k, reference in enumerate(references):
        span = rates.span(24, 24, R24)
        track.append(otio.schema.Clip(f"clip {k}", reference, span))
    timeline = otio.schema.Timeline(name, global_start_time=rates.time(0, R24))
    timeline.tracks.append(track)
    return timeline


def written(timeline, path):
    loss = write_with(timeline, "edl", path)
    lines = [line.split() for line in path.read_text("utf-8").splitlines()]
    return loss, [words[1] for words in lines if words and words[0].isdigit()]


def named(reference, **slate):
    metadata.put(reference, "slate", slate)
    return reference


def sequence():
    return otio.schema.ImageSequenceReference(
        "file:///renders",
        "sky.",
        ".exr",
        start_frame=1001,
        rate=24.0,
        frame_zero_padding=4,
        available_range=rates.span(0, 100, R24),
    )


def test_offline_and_generated_pictures_have_events(tmp_path):
    tape = otio.schema.MissingReference(name="A001 C003")
    timeline = film(
        otio.schema.MissingReference(),
        tape,
        named(otio.schema.MissingReference(), reel="SC00.JPG"),
        otio.schema.GeneratorReference("", "Title", parameters={"text": "x"}),
        otio.schema.GeneratorReference("bars", "SMPTEBars"),
        otio.schema.MissingReference(name="BLACK"),
        sequence(),
    )
    path = tmp_path / "a.edl"
    loss, found = written(timeline, path)
    assert found == ["AX", "A001C003", "SC00.JPG", "AX", "BARS", "AX", "sky"]
    told = [(item.item, item.feature) for item in loss.items]
    assert told == [
        ("", "track name"),
        ("clip 3", "generator"),
        ("clip 6", "image sequence"),
    ]
    back, _ = read_with("edl", path, rate=24)
    assert [c.name for c in back.find_clips()] == [f"clip {k}" for k in range(7)]
    images = list(back.find_clips())[-1].media_reference
    assert (images.start_frame, images.name_prefix) == (1025, "sky.")


def test_what_is_read_is_in_the_common_form_and_written_again(tmp_path):
    path, again = tmp_path / "a.edl", tmp_path / "b.edl"
    path.write_text(LIST, encoding="utf-8")
    timeline, _ = read_with("edl", path)
    one, bars = timeline.find_clips()
    slate = metadata.read(one.media_reference, "slate")
    assert slate == {"reel": "TAPE.01.", "name": "TAPE.01.", "note": "a remark"}
    assert set(one.metadata) == {"cdl"}
    assert not bars.metadata
    assert not one.markers[0].metadata
    assert timeline.tracks[0].name == "V1"
    assert not write_with(timeline, "edl", again).items
    text = again.read_text("utf-8")
    for line in ("001  TAPE.01.", "* a remark", "ASC_SAT 0.9", "RED     LOOK"):
        assert line in text
    assert read_with("edl", again)[0].to_json_string() == timeline.to_json_string()


def test_what_the_stock_adapter_noted_is_used(tmp_path):
    timeline = film(otio.schema.MissingReference())
    clip = next(iter(timeline.find_clips()))
    clip.metadata["cmx_3600"] = {"reel": "B7", "comments": ["hello", 3]}
    before = timeline.to_json_string()
    loss, found = written(timeline, tmp_path / "a.edl")
    assert found == ["B7"]
    assert "* hello" in (tmp_path / "a.edl").read_text("utf-8")
    assert [item.feature for item in loss.items] == ["track name"]
    assert timeline.to_json_string() == before


@pytest.mark.parametrize("noted", ["text", 3, {"reel": 4, "comments": "no"}, {}])
def test_odd_notes_do_no_harm(noted, tmp_path):
    timeline = film(otio.schema.MissingReference())
    clip = next(iter(timeline.find_clips()))
    clip.metadata["cmx_3600"] = noted
    clip.metadata["cdl"] = noted
    loss, found = written(timeline, tmp_path / "a.edl")
    assert found == ["AX"]
    assert [item.feature for item in loss.items] == ["track name", "metadata of others"]


def test_a_note_is_no_more_than_a_comment(tmp_path):
    note = "LOC: 00:00:01:00 RED x\nFROM CLIP NAME: other\nfine"
    timeline = film(named(otio.schema.MissingReference(), note=note))
    path = tmp_path / "a.edl"
    write_with(timeline, "edl", path)
    clip = next(iter(read_with("edl", path, rate=24)[0].find_clips()))
    assert clip.name == "clip 0"
    assert not clip.markers


def test_why_nothing_is_left_is_told(tmp_path):
    timeline = film(otio.schema.MissingReference())
    clip = next(iter(timeline.find_clips()))
    clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=-1.0))
    with pytest.raises(InterchangeError, match="Nothing that is seen") as caught:
        write_with(timeline, "edl", tmp_path / "a.edl")
    assert "reverse" in caught.value.items[0]


def test_a_rate_that_no_list_has_is_refused_first(tmp_path):
    path = tmp_path / "a.edl"
    path.write_text(LIST, encoding="utf-8")
    with pytest.raises(InterchangeError, match="cannot have 10 frames") as caught:
        read_with("edl", path, rate=10)
    assert "23.976, 24, 25, 29.97, 30" in caught.value.remedy


@pytest.mark.parametrize("name", ["", "film"])
def test_losses_of_the_format_are_ordinary(name, tmp_path):
    timeline = film(otio.schema.MissingReference(), name=name)
    timeline.tracks[0].name = "V1" if not name else "Pictures"
    loss, _ = written(timeline, tmp_path / "a.edl")
    assert not any("tell us" in item.remedy for item in loss.items)
    assert len(loss.items) == bool(name)


def test_a_reel_is_letters_and_figures():
    for name in ("", "BL", "bars", "   ", "é"):
        assert reels.reel(otio.schema.MissingReference(name=name)) == "AX"
    clip = otio.schema.ExternalReference("file:///a/take_01-b.mp4")
    assert reels.reel(clip) == "take01b"
