"""Laws of the FCPXML writer and reader together."""

from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st

from otio_genai import maps, metadata, rates
from otio_genai.errors import GenaiError
from otio_genai.interchange.census import census, lost
from otio_genai.interchange.fcpxml import read_fcpxml, write_fcpxml
from otio_genai.interchange.proof import unspoken
from otio_genai.interchange.urls import from_pathurl
from tests.support.marks import examples, later
from tests.support.strategies import RATES, Take, place, timelines

SOME = examples(
    40, 15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def again(timeline):
    return read_fcpxml(write_fcpxml(timeline)[0])[0]


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
    if not before or not after:
        return (before[-1] if before else after[0])[1]
    (a, x), (b, y) = before[-1], after[0]
    return x + (y - x) * (sample - a) / (b - a)


def take(name="a", rate=Fraction(24), frames=200, start=0, channels=2):
    return Take(name, rate, frames, start, channels, (1920, 1080))


def film(rate, *tracks, start=0, drop=False):
    made = otio.schema.Timeline("film", global_start_time=rates.time(start, rate))
    facts = {"rate": rates.text(rate), "width": 1920, "height": 1080}
    metadata.put(made, "film", facts | ({"drop_frame": True} if drop else {}))
    for number, (kind, items) in enumerate(tracks, 1):
        made.tracks.append(otio.schema.Track(f"{kind} {number}", items, kind=kind))
    return made


def cut(rate, source, name, first, length):
    return place(source.reference(), name, source.start_s, first, length, rate)


def crossing(rate, before, after):
    return otio.schema.Transition(
        transition_type="SMPTE_Dissolve",
        in_offset=rates.time(before, rate),
        out_offset=rates.time(after, rate),
    )


@SOME
@given(timelines())
def test_pictures_and_sounds_stay(timeline):
    back = again(timeline)
    assert pictures(back) == pictures(timeline)
    assert sounds(back) == sounds(timeline)


@SOME
@given(timelines())
def test_writing_what_was_read_writes_the_same(timeline):
    text, _ = write_fcpxml(timeline)
    assert write_fcpxml(read_fcpxml(text)[0])[0] == text


@SOME
@given(timelines(wild=True))
def test_whatever_is_written_reads(timeline):
    text, _ = write_fcpxml(timeline)
    back, _ = read_fcpxml(text)
    assert maps.length_frames(back) == maps.length_frames(timeline)


@pytest.mark.parametrize("before", later(range(13), 4))
def test_every_offset_of_a_transition_stays(before):
    rate = Fraction(25)
    for after in range(13):
        a, b = take("a", rate), take("b", rate)
        items = [cut(rate, a, "a", 20, 40), crossing(rate, before, after)]
        items.append(cut(rate, b, "b", 30, 40))
        timeline = film(rate, ("Video", items))
        text, _ = write_fcpxml(timeline)
        back, _ = read_fcpxml(text)
        assert pictures(back) == pictures(timeline), (before, after)
        assert lost(timeline, back) == []
        assert write_fcpxml(back)[0] == text


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_every_rate_and_start_stays(rate):
    base, _ = rates.ntsc(rate)
    for start in (0, 1, 17, base * 60, base * 3600 - 1, base * 3600, base * 86399):
        source = take("a", rate, 200, start)
        timeline = film(
            rate,
            ("Video", [cut(rate, source, "a", 7, 40), cut(rate, source, "b", 60, 33)]),
            start=start,
            drop=rates.is_drop_rate(rate),
        )
        text, _ = write_fcpxml(timeline)
        back, _ = read_fcpxml(text)
        assert census(back) == census(timeline)
        assert pictures(back) == pictures(timeline)
        assert write_fcpxml(back)[0] == text


@pytest.mark.parametrize("rate", RATES, ids=str)
@pytest.mark.parametrize("own", RATES, ids=str)
def test_takes_of_every_rate_show_the_same_frames(rate, own):
    source = take("a", own, 600, 11)
    timeline = film(rate, ("Video", [cut(rate, source, "a", 24, 48)]))
    back = again(timeline)
    assert pictures(back) == pictures(timeline)
    assert lost(timeline, back) == []


SPEEDS = ["1/2", "1/4", "3/4", "11/10", "2", "5", "-1", "-1/2", "-3", "108451/100000"]


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30000, 1001)], ids=str)
def test_every_speed_shows_the_same_frames(speed, rate):
    factor = Fraction(speed)
    source = take("a", rate, 2000, rates.ntsc(rate)[0] * 3600)
    for length in (1, 24, 47):
        clip = cut(rate, source, "a", 100, length)
        clip.effects.append(otio.schema.LinearTimeWarp("speed", float(factor)))
        timeline = film(rate, ("Video", [clip, cut(rate, source, "b", 3, 5)]))
        back = again(timeline)
        assert pictures(back) == pictures(timeline)
        assert lost(timeline, back) == []


def test_a_speed_under_a_transition_stays():
    rate = Fraction(24)
    source = take("a", rate, 2000)
    clip = cut(rate, source, "a", 100, 40)
    clip.effects.append(otio.schema.LinearTimeWarp("speed", -2.0))
    items = [clip, crossing(rate, 5, 7), cut(rate, source, "b", 30, 40)]
    timeline = film(rate, ("Video", items))
    assert pictures(again(timeline)) == pictures(timeline)


@SOME
@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=4, unique=True),
    st.lists(st.integers(0, 200), min_size=5, max_size=5),
    st.sampled_from(RATES),
)
@example([10], [2, 1, 0, 0, 0], Fraction(24000, 1001))
def test_a_speed_that_varies_stays(frames, values, rate):
    steps = [0, *sorted(frames)]
    keys = [[str(k), str(Fraction(v, 48))] for k, v in zip(steps, values, strict=False)]
    source = take("a", rate, 600)
    clip = cut(rate, source, "a", 0, 40)
    warp = otio.schema.LinearTimeWarp("speed", 1.5)
    metadata.put(warp, "retime", {"keys": keys})
    clip.effects.append(warp)
    timeline = film(rate, ("Video", [clip]))
    assert pictures(again(timeline)) == pictures(timeline)


def test_a_held_frame_stays():
    rate = Fraction(25)
    clip = cut(rate, take("a", rate), "a", 30, 40)
    clip.effects.append(otio.schema.FreezeFrame())
    timeline = film(rate, ("Video", [clip]))
    back = again(timeline)
    assert pictures(back) == pictures(timeline)
    assert isinstance(back.tracks[0][0].effects[0], otio.schema.FreezeFrame)


@pytest.mark.parametrize("cut_off", [2, 7, 40, 400])
def test_a_broken_document_is_refused_in_a_sentence(cut_off):
    text, _ = write_fcpxml(
        film(Fraction(24), ("Video", [cut(Fraction(24), take(), "a", 1, 9)]))
    )
    with pytest.raises(GenaiError):
        read_fcpxml(text[:-cut_off])


@SOME
@given(timelines(wild=True))
def test_of_anything_nothing_is_lost_in_silence(timeline):
    text, loss = write_fcpxml(timeline)
    back, told = read_fcpxml(text)
    assert unspoken(timeline, back, loss + told) == ()


@pytest.mark.parametrize("shift", [0.0, 1.6e-292, 1e-9])
def test_a_framing_that_moves_nothing_is_none(shift):
    rate = Fraction(24)
    clip = cut(rate, take("a", rate), "a", 30, 40)
    metadata.put(clip, "framing", {"fit": "cover", "keys": [[0, 1.0, shift, 0.0, 0.0]]})
    timeline = film(rate, ("Video", [clip]))
    text, loss = write_fcpxml(timeline)
    back, told = read_fcpxml(text)
    assert unspoken(timeline, back, loss + told) == ()
    assert write_fcpxml(back)[0] == text
