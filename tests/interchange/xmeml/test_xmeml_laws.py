"""Laws of the xmeml writer and reader, over drawn timelines."""

import time
from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from otio_genai import maps, metadata, rates
from otio_genai.errors import GenaiError
from otio_genai.interchange import read_xmeml, write_xmeml
from otio_genai.interchange.census import lost
from otio_genai.interchange.proof import unspoken
from otio_genai.interchange.urls import from_pathurl
from otio_genai.interchange.xmeml.lint import lint_xmeml
from tests.support.marks import examples, later
from tests.support.strategies import RATES, Take, place, timelines
from tests.support.xmeml import timeline_of

SOME = examples(
    50, 15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
DIALECTS = st.sampled_from(["premiere", "resolve"])


def pictures(timeline):
    return [
        [(from_pathurl(a.url), a.source_frame, a.weight) for a in layers]
        for layers in maps.picture_map(timeline)
    ]


def sounds(timeline):
    """Every stretch of sound; levels as a function, since keys outside do not count."""
    found = []
    for span in maps.sound_map(timeline):
        length = span.record_out_samples - span.record_in_samples
        heard = tuple(
            round(_gain(span.levels, sample), 3)
            for sample in range(0, length, max(1, length // 7))
        )
        fades = span.fade_in_samples, span.fade_out_samples
        edges = span.record_in_samples, span.record_out_samples
        found.append((from_pathurl(span.url), *edges, span.source_in_s, *fades, heard))
    return sorted(found)


def _gain(levels, sample):
    before = [key for key in levels if key[0] <= sample]
    after = [key for key in levels if key[0] > sample]
    if not before:
        return after[0][1]
    if not after:
        return before[-1][1]
    (a, x), (b, y) = before[-1], after[0]
    return x + (y - x) * (sample - a) / (b - a)


@SOME
@given(timelines())
def test_premiere_keeps_every_picture_and_sound(timeline):
    back = timeline_of(write_xmeml(timeline, "premiere")[0])
    assert pictures(back) == pictures(timeline)
    assert sounds(back) == sounds(timeline)


@SOME
@given(timelines(same_rate=True))
def test_resolve_keeps_every_picture_and_sound_of_one_rate(timeline):
    back = timeline_of(write_xmeml(timeline, "resolve")[0])
    assert pictures(back) == pictures(timeline)
    assert sounds(back) == sounds(timeline)


@SOME
@given(timelines())
def test_resolve_is_within_a_source_frame_at_other_rates(timeline):
    text, loss = write_xmeml(timeline, "resolve")
    before, after = pictures(timeline), pictures(timeline_of(text))
    assert len(before) == len(after)
    same = True
    for a, b in zip(before, after, strict=True):
        assert [(x[0], x[2]) for x in a] == [(y[0], y[2]) for y in b]
        assert all(abs(x[1] - y[1]) <= 1 for x, y in zip(a, b, strict=True))
        same &= a == b
    assert same or any(item.feature == "source frames" for item in loss.items)


@SOME
@given(timelines(wild=True), DIALECTS)
def test_whatever_is_drawn_gives_a_clean_file_of_the_same_length(timeline, dialect):
    before = timeline.to_json_string()
    text, loss = write_xmeml(timeline, dialect)
    assert timeline.to_json_string() == before
    assert lint_xmeml(text) == []
    assert isinstance(loss.warnings, list) and isinstance(loss.unsupported, list)
    back = timeline_of(text)
    assert maps.length_frames(back) == maps.length_frames(timeline)
    assert write_xmeml(back, dialect)[0] == text


@SOME
@given(timelines(wild=True), DIALECTS)
def test_nothing_is_lost_in_silence(timeline, dialect):
    text, loss = write_xmeml(timeline, dialect)
    back, read = read_xmeml(text)
    assert unspoken(timeline, back, loss + read) == ()


@SOME
@given(timelines())
def test_an_account_without_losses_is_a_promise(timeline):
    text, loss = write_xmeml(timeline, "premiere")
    back, read = read_xmeml(text)
    assert (loss + read).lossy or lost(timeline, back) == []


@SOME
@given(timelines(), DIALECTS)
def test_the_same_timeline_gives_the_same_bytes(timeline, dialect):
    text, loss = write_xmeml(timeline, dialect)
    again, same_loss = write_xmeml(timeline, dialect)
    assert (text, loss) == (again, same_loss)
    assert write_xmeml(timeline_of(text), dialect)[0] == text


@pytest.mark.parametrize("dialect", later(["premiere", "resolve"], 1))
def test_every_dissolve_of_up_to_twelve_and_twelve(dialect):
    rate = Fraction(24)
    take = Take("t", rate, 200, 0, 0, (1920, 1080))
    for into in range(13):
        for out in range(13):
            timeline = otio.schema.Timeline("d", global_start_time=rates.time(0, rate))
            track = otio.schema.Track("P", kind="Video")
            clips = [
                place(take.reference(), n, take.start_s, 40, 30, rate) for n in "ab"
            ]
            offsets = rates.time(into, rate), rates.time(out, rate)
            dissolve = otio.schema.Transition("x", "SMPTE_Dissolve", *offsets)
            track.extend([clips[0], dissolve, clips[1]])
            timeline.tracks.append(track)
            text, loss = write_xmeml(timeline, dialect)
            assert lint_xmeml(text) == []
            back = timeline_of(text)
            assert pictures(back) == pictures(timeline)
            if dialect == "premiere" and into + out:
                made = back.tracks[0][1]
                assert (made.in_offset.value, made.out_offset.value) == (into, out)
                assert not loss.lossy


@SOME
@given(timelines(), DIALECTS, st.data())
def test_damaged_text_raises_our_error_or_is_read(timeline, dialect, data):
    text = write_xmeml(timeline, dialect)[0]
    for _ in range(4):
        at = data.draw(st.integers(0, len(text) - 1))
        kind = data.draw(st.integers(0, 3))
        if kind == 0:
            text = text[:at] + text[at + data.draw(st.integers(1, 80)) :]
        elif kind == 1:
            text = text[:at] + data.draw(st.text(max_size=4)) + text[at:]
        elif kind == 2:
            digit = data.draw(st.sampled_from("0123456789-"))
            found = text.find(">", at)
            text = text[: found + 1] + digit + text[found + 1 :]
        else:
            text = text.replace("<in>", "<out>", 1)
        if not text:
            break
    try:
        back = timeline_of(text)
        write_xmeml(back, dialect)
    except GenaiError:
        pass


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["premiere", "resolve"])
def test_three_thousand_clips_take_a_few_seconds(dialect):
    rate = RATES[0]
    timeline = otio.schema.Timeline("long", global_start_time=rates.time(0, rate))
    for kind in ("Video", "Audio"):
        track = otio.schema.Track(kind, kind=kind)
        for index in range(1500):
            take = Take(f"t{index % 50}", rate, 100, 0, 2, (1920, 1080))
            start = index % 40
            clip = place(take.reference(), f"c{index}", take.start_s, start, 30, rate)
            track.append(clip)
        timeline.tracks.append(track)
    begin = time.perf_counter()
    text, _ = write_xmeml(timeline, dialect)
    assert time.perf_counter() - begin < 6
    begin = time.perf_counter()
    assert len(maps.clips(timeline_of(text))) == 3000
    assert time.perf_counter() - begin < 6


def test_metadata_of_the_caller_is_not_touched():
    rate = Fraction(25)
    take = Take("t", rate, 100, 0, 1, (1280, 720), still=True)
    timeline = otio.schema.Timeline("t", global_start_time=rates.time(0, rate))
    track = otio.schema.Track("P", kind="Video")
    track.append(place(take.reference(), "x", take.start_s, 0, 30, rate))
    timeline.tracks.append(track)
    metadata.put(track[0], "framing", {"fit": "contain", "keys": []})
    before = timeline.to_json_string()
    write_xmeml(timeline, "premiere")
    assert timeline.to_json_string() == before


@pytest.mark.parametrize("dialect", ["premiere", "resolve"])
@pytest.mark.parametrize("frames", [8, 9, 10, 12])
def test_a_fade_past_the_end_is_told_however_short_its_media(frames, dialect):
    rate = Fraction(24)
    take = Take("a", rate, frames, 0, 0, (1920, 1080)).reference()
    track = otio.schema.Track("Picture", kind="Video")
    track.append(place(take, "a", 0, 0, 8, rate))
    fade = otio.schema.Transition("", "SMPTE_Dissolve")
    fade.in_offset, fade.out_offset = rates.time(0, rate), rates.time(2, rate)
    track.append(fade)
    hole = otio.schema.Gap(duration=rates.time(24, rate))
    track.append(hole)
    timeline = otio.schema.Timeline("a", tracks=[track])
    text, loss = write_xmeml(timeline, dialect)
    back, read = read_xmeml(text)
    assert unspoken(timeline, back, loss + read) == ()
    assert any(item.feature == "transition" for item in loss.items)
