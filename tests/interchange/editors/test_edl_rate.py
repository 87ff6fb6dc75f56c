"""The rate of an EDL: our remark of it, what its timecodes fit, and what is said."""

from fractions import Fraction

import opentimelineio as otio
import pytest

from otio_genai import maps, metadata, rates
from otio_genai.interchange.editors import read_with, write_with

NTSC = [Fraction(n * 1000, 1001) for n in (24, 30, 60)]
EVENT = "001  AX  V  C  00:00:00:00 {0} 01:00:00:00 01:{1}\n"


def film(rate, *, note="", drop=False):
    reference = otio.schema.ExternalReference("file:///a.mp4", rates.span(0, 99, rate))
    if note:
        metadata.put(reference, "slate", {"note": note})
    track = otio.schema.Track("V1", kind="Video")
    track.append(otio.schema.Clip("a", reference, rates.span(0, 58, rate)))
    hour = "01:00:00;00" if drop else "01:00:00:00"
    start = rates.time(rates.frame_of_timecode(hour, rate), rate)
    timeline = otio.schema.Timeline("film", global_start_time=start)
    if drop:
        metadata.put(timeline, "film", {"rate": rates.text(rate), "drop_frame": True})
    timeline.tracks.append(track)
    return timeline


def listed(path, *ends, head="", tail=""):
    events = "".join(EVENT.format(end, end[3:]) for end in ends)
    path.write_text(f"TITLE: x\n{head}{events}{tail}", encoding="utf-8")
    return read_with("edl", path)


@pytest.mark.parametrize("rate", [*NTSC, Fraction(24), Fraction(25), Fraction(50)])
def test_our_own_lists_come_back_at_their_rate(rate, tmp_path):
    path = tmp_path / "a.edl"
    write_with(film(rate), "edl", path)
    back, told = read_with("edl", path)
    assert maps.record_rate(back) == rate
    assert maps.length_frames(back) == 58
    assert told.notes == ()
    (clip,) = back.find_clips()
    assert "note" not in metadata.read(clip.media_reference, "slate")


@pytest.mark.parametrize("rate", NTSC)
def test_a_rate_that_others_cannot_know_is_told(rate, tmp_path):
    loss = write_with(film(rate), "edl", tmp_path / "a.edl")
    (item,) = loss.items
    assert (item.feature, item.outcome) == ("frame rate", "approximated")
    assert f"--rate {float(rate):.5g}" in item.remedy


def test_a_rate_that_others_take_is_noted(tmp_path):
    loss = write_with(film(Fraction(24)), "edl", tmp_path / "a.edl")
    assert not loss.lossy
    assert any("states no rate" in note and "24" in note for note in loss.notes)


def test_drop_frame_is_read_as_written(tmp_path):
    path = tmp_path / "a.edl"
    loss = write_with(film(NTSC[2], drop=True), "edl", path)
    # Counted to 57 and with dropped labels, it can be nothing else.
    assert [item.feature for item in loss.items] == []
    assert maps.record_rate(read_with("edl", path)[0]) == NTSC[2]


def test_the_remark_is_one_that_other_readers_pass_over(tmp_path):
    path = tmp_path / "a.edl"
    write_with(film(NTSC[2]), "edl", path)
    text = path.read_text("utf-8")
    assert text.endswith("\n* OTIO_GENAI RATE: 60000/1001\n")
    stock = otio.adapters.read_from_string(text, "cmx_3600", rate=60)
    assert [clip.name for clip in stock.find_clips()] == ["a"]
    # What the stock reader keeps as a comment is not written a second time.
    again = tmp_path / "b.edl"
    write_with(stock, "edl", again)
    assert again.read_text("utf-8").count("OTIO_GENAI RATE") == 1


def test_a_note_does_not_state_the_rate(tmp_path):
    path = tmp_path / "a.edl"
    note = "OTIO_GENAI RATE: 25/1"
    write_with(film(Fraction(24), note=note), "edl", path)
    assert maps.record_rate(read_with("edl", path)[0]) == 24


@pytest.mark.parametrize("remark", ["24/1", "60/0", "7/1", "25/", "30000/1001x"])
def test_a_remark_that_does_not_fit_is_none(remark, tmp_path):
    back, told = listed(
        tmp_path / "a.edl", "00:00:01:29", tail=f"* OTIO_GENAI RATE: {remark}\n"
    )
    assert maps.record_rate(back) == 30
    assert any("states no rate" in note for note in told.notes)


def test_what_is_asked_for_counts_before_the_remark(tmp_path):
    path = tmp_path / "a.edl"
    write_with(film(NTSC[1]), "edl", path)
    assert maps.record_rate(read_with("edl", path, rate=60)[0]) == 60


def test_the_twin_of_a_rate_is_named(tmp_path):
    back, told = listed(tmp_path / "a.edl", "00:00:01:29", head="FCM: NON-DROP FRAME\n")
    assert maps.record_rate(back) == 30
    assert "30 was taken, the likeliest; 29.97, 48, 50, 59.94 and 60 fit" in " ".join(
        told.notes
    )
    back, told = listed(tmp_path / "b.edl", "00:00:01:59")
    assert told.notes[0].startswith("An EDL states no rate: 60 was taken")
    assert "59.94 fits as well" in told.notes[0]


def test_none_but_it_is_said_of_what_has_no_twin(tmp_path):
    path = tmp_path / "a.edl"
    back, told = listed(path, "00:00:01;59", head="FCM: DROP FRAME\n")
    assert maps.record_rate(back) == NTSC[2]
    assert "59.94 was taken, and none but it fits" in told.notes[0]
