"""Speed as Time Remap: written and read back exactly, and in Premiere's own form."""

from dataclasses import replace
from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai import rates
from otio_genai.interchange.spot import Spot
from otio_genai.interchange.xmeml import model
from otio_genai.interchange.xmeml.parse import parse
from otio_genai.interchange.xmeml.retiming import exact, run_of
from otio_genai.interchange.xmeml.speed import decimal, retimed
from otio_genai.maps import Speed
from tests.support.marks import examples

R = Fraction(30000, 1001)
RATE = model.Rate(30, True)
FILE = model.MediaFile(
    "f", "f", "file:///f", RATE, 42211, model.Timecode(RATE, 0), 1920, 1080
)
SOME = examples(200, 50)


def spot_of(run, *, start=100, head=0, tail=0, trim=0):
    end = start + run.length_frames
    item = otio.schema.Clip("c")
    return Spot(item, None, start + trim, end, run, start, None, head, tail)


def told():
    found = []
    return found, lambda *said: found.append(said[0])


def item_of(made, rate=RATE, *, ticks=True):
    return model.ClipItem(
        id="c",
        name="c",
        rate=rate,
        duration_frames=made.duration_frames,
        start_frames=0,
        end_frames=made.out_frames - made.in_frames,
        in_frames=made.in_frames,
        out_frames=made.out_frames,
        file=FILE,
        ticks_in=made.ticks[0] if ticks else None,
        ticks_out=made.ticks[1] if ticks else None,
    )


def keys_of(effect):
    graph = next(p for p in effect.parameters if p.id == "graphdict")
    return [(when, value) for when, value in graph.keyframes]


def values_of(effect):
    return {p.id: p.value for p in effect.parameters}


def test_five_times_as_fast_as_premiere_writes_it():
    run = Speed(100 / R, 157, R, Fraction(5))
    made = retimed(spot_of(run), 42211, "video", told()[1])
    counts = made.in_frames, made.out_frames, made.duration_frames
    assert counts == (20, 177, 8442)
    assert made.ticks[0] == 847566720000
    assert keys_of(made.filter) == [
        (0, "0"),
        (20, "100"),
        (177, "885"),
        (8442, "42211"),
    ]
    assert values_of(made.filter)["speed"] == "500"


def test_backwards_as_premiere_writes_it():
    run = Speed(21822 / R, 6, R, Fraction(-1))
    made = retimed(spot_of(run), 37127, "video", told()[1])
    assert (made.in_frames, made.out_frames) == (15299, 15305)
    assert keys_of(made.filter)[:3] == [
        (0, "37127"),
        (15299, "21828"),
        (15305, "21822"),
    ]
    assert values_of(made.filter)["reverse"] == "TRUE"


def test_a_varying_speed_as_premiere_writes_it():
    keys = [(0, 0), (51, 51), (114, 126), (142, 154)]
    run = Speed(
        Fraction(0),
        143,
        R,
        Fraction(154, 142),
        tuple((Fraction(a), b / R) for a, b in keys),
    )
    made = retimed(spot_of(run), 155, "video", told()[1])
    shown = [(when, float(value)) for when, value in keys_of(made.filter)]
    assert shown[:4] == keys and values_of(made.filter)["variablespeed"] == "1"
    assert (made.in_frames, made.out_frames) == (0, 143)


FACTORS = st.one_of(
    st.sampled_from([Fraction(1, 3), Fraction(2), Fraction(-1), Fraction(5, 4)]),
    st.fractions(-20, 20, max_denominator=500).filter(lambda f: f not in (0, 1)),
)
RECORD = st.sampled_from([Fraction(24), Fraction(25), R, Fraction(60000, 1001)])
BASES = {Fraction(24): 24, Fraction(25): 25, R: 30, Fraction(60000, 1001): 60}


def rate_of(record):
    return model.Rate(BASES[record], record.denominator > 1)


@SOME
@given(
    FACTORS,
    RECORD,
    st.integers(0, 5000),
    st.sampled_from([24, 25, 30, 50]),
    st.integers(1, 300),
    st.integers(0, 12),
    st.integers(0, 12),
)
def test_a_constant_speed_comes_back_exactly(
    factor, record, frames, media, length, head, tail
):
    run = Speed(Fraction(frames + 1000, media), length, record, factor)
    made = retimed(spot_of(run, head=head, tail=tail), 50000, "video", told()[1])
    item = item_of(made, rate_of(record), ticks=factor > 0)
    back = run_of(item, made.filter, (head, length), record)
    assert back.factor == factor
    # Premiere's ticks cut a time short; frames of any media are found again.
    assert abs(back.in_s - run.in_s) * rates.TICKS_PER_SECOND < 2
    assert made.out_frames - made.in_frames == length + head + tail
    assert made.in_frames - made.first == -head


@st.composite
def keys(draw):
    frames = sorted(draw(st.sets(st.integers(-20, 150), min_size=2, max_size=6)))
    times = [Fraction(draw(st.integers(0, 5000)), draw(DENOMINATORS)) for _ in frames]
    return tuple(zip(map(Fraction, frames), times, strict=True))


DENOMINATORS = st.sampled_from([24, 25, 30, 7, 1])


@SOME
@given(keys(), RECORD, st.integers(1, 120), st.integers(0, 12), st.integers(0, 12))
def test_a_varying_speed_comes_back_exactly(found, record, length, head, tail):
    run = Speed(Fraction(0), length, record, Fraction(1), found)
    spot = spot_of(run, head=head, tail=tail)
    made = retimed(spot, 50000, "video", told()[1])
    item = item_of(made, rate_of(record))
    back = run_of(item, made.filter, (head, length), record)
    if len({time_s for _, time_s in found}) == 1:
        assert back.factor == 0
        return
    for frame in range(-head, length + tail + 1):
        assert back.at(frame) == run.at(frame)
    assert back.keys == run.keys


@SOME
@given(RECORD, st.integers(0, 3000), st.integers(1, 90), st.integers(0, 12))
def test_a_held_frame_comes_back_exactly(record, frames, length, head):
    run = Speed(frames / record, length, record, Fraction(0))
    made = retimed(spot_of(run, head=head), 5000, "video", told()[1])
    back = run_of(item_of(made, rate_of(record)), made.filter, (head, length), record)
    assert (back.factor, back.in_s) == (0, run.in_s)


def test_a_sound_gets_the_mean_of_a_varying_speed():
    found = ((Fraction(0), Fraction(0)), (Fraction(30), 60 / R))
    run = Speed(Fraction(0), 30, R, Fraction(2), found)
    said, report = told()
    made = retimed(spot_of(run), 500, "audio", report)
    assert values_of(made.filter)["speed"] == "200" and said == ["speed"]
    assert keys_of(made.filter)[1] == (30, "60")


def test_keys_between_frames_are_moved_and_told():
    found = ((Fraction(1, 2), Fraction(0)), (Fraction(30), Fraction(2)))
    said, report = told()
    retimed(
        spot_of(Speed(Fraction(0), 30, R, Fraction(2), found)), 500, "video", report
    )
    assert said == ["speed keyframes"]


def graph(*rows, speed="100", varies="1", high="1000", reverse="FALSE"):
    return model.Filter(
        "timeremap",
        "Time Remap",
        "motion",
        "motion",
        "video",
        (
            model.Parameter("variablespeed", "", varies),
            model.Parameter("speed", "", speed),
            model.Parameter("reverse", "", reverse),
            model.Parameter(
                "graphdict",
                "",
                "0",
                "0",
                high,
                tuple((when, value) for when, value, *_ in rows),
                tuple(
                    ("speedvirtualkf", *marks) if marks else () for _, _, *marks in rows
                ),
            ),
        ),
    )


def plain_item(first=0, last=100, **more):
    made = retimed(
        spot_of(Speed(Fraction(0), 1, R, Fraction(2))), 9, "video", told()[1]
    )
    item = replace(item_of(made, ticks=False), in_frames=first, out_frames=last)
    return replace(item, **more)


def test_virtual_keys_outside_the_media_do_not_count():
    effect = graph(
        (0, "5", "speedkfin"),
        (10, "25"),
        (50, "105"),
        (100, "-1815255671", "speedkfout"),
    )
    back = run_of(plain_item(), effect, (0, 100), R)
    assert [key for key, _ in back.keys] == [10, 50]
    assert back.at(100)[0] == 205 / R


def test_virtual_keys_that_tell_more_are_kept():
    effect = graph(
        (0, "0", "in"), (1, "1"), (51, "51"), (114, "126"), (142, "154", "x")
    )
    back = run_of(plain_item(0, 143), effect, (0, 143), R)
    assert [key for key, _ in back.keys] == [1, 51, 114, 142]


@pytest.mark.parametrize("reverse", ["FALSE", "TRUE"])
def test_without_a_graph_speed_and_in_say_it(reverse):
    effect = graph(speed="200", varies="0", reverse=reverse)
    back = run_of(plain_item(30, 40), effect, (0, 10), R)
    top = (42211 - 60) / R
    assert back.in_s == (60 / R if reverse == "FALSE" else top - 20 / R)


def test_numbers_beyond_reason_are_none():
    assert [exact(t) for t in ("1e99999999", "nan", "", "9" * 400, None, "-1.5")] == [
        None,
        None,
        None,
        None,
        None,
        Fraction(-3, 2),
    ]


@given(st.fractions(-(10**6), 10**6, max_denominator=90_000))
def test_decimals_are_found_again(value):
    assert exact(decimal(value)) == value


def items(sequence):
    for track in sequence.video + sequence.audio:
        for item in track.items:
            if isinstance(item, model.ClipItem):
                yield item
                if item.sequence is not None:
                    yield from items(item.sequence)


@pytest.mark.parametrize(
    ("name", "item_id", "factor", "first_frame"),
    [
        ("kdenlive_example_from_fcp", "clipitem-18", Fraction(125003, 25000), 100),
        ("empty_name_tags", "clipitem-496", None, 0),
    ],
)
def test_real_time_remaps(shared, name, item_id, factor, first_frame):
    text = (shared / "corpus" / "xmeml" / f"{name}.xml").read_text(encoding="utf-8")
    item = next(i for i in items(parse(text)) if i.id == item_id)
    effect = next(f for f in item.filters if f.effect_id == "timeremap")
    record = item.rate.exact
    back = run_of(item, effect, (0, item.end_frames - item.start_frames), record)
    assert back.at(0)[0] == first_frame / record
    if factor is None:
        assert [int(key) for key, _ in back.keys] == [1, 51, 114, 142]
    else:
        assert back.factor == factor
