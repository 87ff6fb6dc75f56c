"""The one rule, and every number that comes from it."""

import math
from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai import rates
from otio_genai.errors import TimelineError
from tests.support.marks import later

EDITORS = [
    Fraction(24000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30000, 1001),
    Fraction(30),
    Fraction(50),
    Fraction(60000, 1001),
    Fraction(60),
]
GENERATORS = [
    Fraction(8),
    Fraction(16),
    Fraction(500, 31),
    Fraction(29120, 961),
    Fraction(100, 13),
    Fraction(1000, 41),
]


@pytest.mark.parametrize("exact", EDITORS + GENERATORS)
def test_a_rate_survives_a_float_and_a_text(exact):
    assert rates.rate(float(exact)) == exact
    assert rates.rate(rates.text(exact)) == exact
    assert rates.of(rates.time(5, exact)) == exact


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (23.976, Fraction(24000, 1001)),
        ("23.98", Fraction(24000, 1001)),
        (29.97, Fraction(30000, 1001)),
        ("59.94 fps", Fraction(60000, 1001)),
        (119.88, Fraction(120000, 1001)),
        (12.5, Fraction(25, 2)),
        (24, Fraction(24)),
    ],
)
def test_roundings_of_ntsc_rates_are_understood(written, meant):
    assert rates.rate(written) == meant


@pytest.mark.parametrize("bad", [0, -24, float("nan"), float("inf"), "fast", "1/0", ""])
def test_what_is_no_rate_is_refused_with_a_remedy(bad):
    with pytest.raises(TimelineError) as caught:
        rates.rate(bad)
    assert caught.value.remedy


@pytest.mark.parametrize("record", later(EDITORS, 3))
@pytest.mark.parametrize("source", EDITORS + GENERATORS)
def test_every_record_frame_shows_the_frame_on_screen(record, source):
    """For each of 3,000 record frames: begun, and the next not yet due."""
    for k in range(3000):
        time_s = k / record
        shown = rates.frame_at(time_s, source)
        assert shown / source <= time_s < (shown + 1) / source


@pytest.mark.parametrize("record", EDITORS)
@pytest.mark.parametrize("source", EDITORS + GENERATORS)
def test_shown_and_covered_frames_end_where_the_take_ends(record, source):
    for frames in (1, 2, 29, 49, 121, 728):
        shown = rates.shown_frames(frames, source, record)
        assert rates.frame_at((shown - 1) / record, source) <= frames - 1
        assert rates.frame_at(shown / record, source) >= frames
        covered = rates.covered_frames(frames, source, record)
        assert covered / record <= frames / source < (covered + 1) / record


@pytest.mark.parametrize("exact", EDITORS)
def test_equal_rates_map_frame_to_frame(exact):
    assert all(rates.frame_at(k / exact, exact) == k for k in range(20_000))


@given(st.integers(0, 10**7), st.sampled_from(EDITORS + GENERATORS))
def test_seconds_of_whole_frames_are_exact(frames, exact):
    assert rates.seconds(rates.time(frames, exact)) == frames / exact


@given(st.integers(0, 10**6), st.sampled_from(EDITORS))
def test_samples_never_come_after_their_frame(frames, exact):
    first = rates.sample_at(frames, exact, 48_000)
    assert first / Fraction(48_000) <= frames / exact < (first + 1) / Fraction(48_000)


@given(st.integers(0, 10**6), st.sampled_from(EDITORS))
def test_ticks_are_exact_for_whole_frames_of_editors_rates(frames, exact):
    assert rates.ticks(frames / exact) == frames * rates.TICKS_PER_SECOND / exact


def test_otio_ranges_are_half_open_frames():
    span = rates.span(10, 5, Fraction(24000, 1001))
    assert span.end_time_exclusive() == rates.time(15, Fraction(24000, 1001))
    assert span.start_time == otio.opentime.RationalTime(10, 24000 / 1001)


@pytest.mark.parametrize("exact", [Fraction(30000, 1001), Fraction(60000, 1001)])
def test_drop_frame_agrees_with_opentimelineio_over_a_day(exact):
    day = math.floor(24 * 3600 * exact)
    numbers = [*range(0, day, 997), *range(1790, 1810), *range(17970, 17990)]
    for frames in numbers:
        theirs = otio.opentime.to_timecode(
            rates.time(frames, exact), float(exact), drop_frame=True
        )
        assert rates.timecode(frames, exact, drop=True) == theirs


@pytest.mark.parametrize("exact", EDITORS)
def test_non_drop_timecode_counts_every_label(exact):
    base, _ = rates.ntsc(exact)
    assert rates.timecode(base * 3661 + 5, exact) == "01:01:01:05"


def test_no_drop_frame_where_there_is_none():
    with pytest.raises(TimelineError):
        rates.timecode(0, Fraction(25), drop=True)


@given(st.integers(0, 24 * 3600 * 24 - 1), st.sampled_from(EDITORS + GENERATORS))
def test_a_timecode_leads_back_to_its_frame(frames, exact):
    frames %= 24 * 3600 * math.floor(exact)
    assert rates.frame_of_timecode(rates.timecode(frames, exact), exact) == frames
    if rates.is_drop_rate(exact):
        label = rates.timecode(frames, exact, drop=True)
        assert rates.frame_of_timecode(label, exact) == frames


@pytest.mark.parametrize(
    "label", ["00:01:00;00", "00:01:00;01", "00:00:00:30", "24:00:00:00", "1:2:3:4", ""]
)
def test_what_is_no_timecode_is_refused(label):
    with pytest.raises(TimelineError):
        rates.frame_of_timecode(label, Fraction(30000, 1001))
