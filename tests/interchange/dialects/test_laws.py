"""Any timeline, to either editor's .otio and back."""

import math
from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai import maps, metadata, rates
from otio_genai.interchange.dialects import read_otio, write_dialect
from otio_genai.interchange.proof import unspoken
from tests.support import strategies
from tests.support.marks import examples, later

DIALECTS = ("premiere", "resolve")
FEW = examples(25, 10)


def pictures(timeline):
    return [
        [(a.url, a.source_frame, a.weight, a.clip_frame) for a in layers]
        for layers in maps.picture_map(timeline)
    ]


def sounds(timeline):
    return [
        (
            s.url,
            s.record_in_samples,
            s.record_out_samples,
            round(s.source_in_s, 6),
            [(k, round(g, 3)) for k, g in s.levels],
            s.fade_in_samples,
            s.fade_out_samples,
        )
        for s in maps.sound_map(timeline)
    ]


@FEW
@given(strategies.timelines(), st.sampled_from(DIALECTS))
def test_what_is_shown_comes_back(timeline, dialect):
    text, _ = write_dialect(timeline, dialect)
    assert pictures(read_otio(text)[0]) == pictures(timeline)


@FEW
@given(strategies.timelines())
def test_what_sounds_comes_back_from_resolve(timeline):
    text, _ = write_dialect(timeline, "resolve")
    back, _ = read_otio(text)
    levels = [s[4] for s in sounds(timeline)]
    plain = [[(k, g) for k, g in keys] for keys in levels]
    got = [s[4] for s in sounds(back)]
    assert [s[:4] + s[5:] for s in sounds(back)] == [
        s[:4] + s[5:] for s in sounds(timeline)
    ]
    assert [max(g for _, g in keys) for keys in got] == [
        max(g for _, g in keys) for keys in plain
    ]


@FEW
@given(strategies.timelines(wild=True), st.sampled_from(DIALECTS))
def test_of_anything_nothing_is_lost_in_silence(timeline, dialect):
    text, loss = write_dialect(timeline, dialect)
    back, told = read_otio(text)
    assert not unspoken(timeline, back, loss + told)


@FEW
@given(strategies.timelines(wild=True), st.sampled_from(DIALECTS))
def test_reading_and_writing_settles(timeline, dialect):
    once, _ = write_dialect(timeline, dialect)
    again, _ = write_dialect(read_otio(once)[0], dialect)
    assert write_dialect(read_otio(again)[0], dialect)[0] == again


def _dissolve(into, out, rate, start):
    track = otio.schema.Track("V1", kind="Video")
    for name in "ab":
        reference = otio.schema.ExternalReference(f"file:///media/{name}.mp4")
        reference.available_range = rates.span(start, 120, rate)
        facts = {"kind": "take", "rate": rates.text(rate), "frames": 120}
        metadata.put(reference, "media", facts)
        span = rates.span(start + 24, 48, rate)
        track.append(otio.schema.Clip(name, reference, span))
    fade = otio.schema.Transition(
        "Cross Dissolve",
        "SMPTE_Dissolve",
        rates.time(into, rate),
        rates.time(out, rate),
    )
    track.insert(1, fade)
    timeline = otio.schema.Timeline("film", global_start_time=rates.time(start, rate))
    timeline.tracks.append(track)
    metadata.put(timeline, "film", {"rate": rates.text(rate)})
    return timeline


@pytest.mark.parametrize("dialect", later(DIALECTS, 1))
def test_every_dissolve_comes_back(dialect):
    for into in range(13):
        for out in range(13):
            if into + out:
                timeline = _dissolve(into, out, Fraction(24), 0)
                text, loss = write_dialect(timeline, dialect)
                assert not loss.lossy
                back, _ = read_otio(text)
                assert pictures(back) == pictures(timeline), (into, out)
                assert write_dialect(back, dialect)[0] == text


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("rate", later(strategies.RATES, 4), ids=str)
def test_every_rate_and_start_comes_back(rate, dialect):
    for start in (0, 1, 1799, 1800, 3600 * math.ceil(rate), 107892):
        timeline = _dissolve(4, 9, rate, start)
        back, _ = read_otio(write_dialect(timeline, dialect)[0])
        assert pictures(back) == pictures(timeline)
        begin = back.global_start_time
        assert rates.frames_at(rates.seconds(begin), rate) == start


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("scalar", [0.5, 2.0, 1 / 3, 1.37, -1.0, -2.5, 0.0])
def test_every_speed_comes_back(scalar, dialect):
    timeline = _dissolve(4, 4, Fraction(25), 0)
    clip = timeline.tracks[0][0]
    clip.source_range = rates.span(40, 24, Fraction(25))
    warp = otio.schema.LinearTimeWarp(time_scalar=scalar)
    clip.effects.append(warp if scalar else otio.schema.FreezeFrame())
    text, loss = write_dialect(timeline, dialect)
    back, _ = read_otio(text)
    assert pictures(back) == pictures(timeline)
    assert not loss.lossy
    assert write_dialect(back, dialect)[0] == text
