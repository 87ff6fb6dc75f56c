"""Rates measured from timestamps that were rounded to a container's clock."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.media.timing import conformed, measure

F = Fraction
USUAL = [F(8), F(12), F(16), F(24000, 1001), F(24), F(25), F(30000, 1001), F(30),
         F(48), F(50), F(60000, 1001), F(60)]  # fmt: skip


def stamps(rate, tick_s, count, rounding=round, first=0):
    return [first + rounding(n / rate / tick_s) for n in range(count)]


@given(
    st.sampled_from([*USUAL, F(500, 31), F(29120, 961), F(100, 13)]),
    st.sampled_from([F(1, 1000), F(1, 600), F(1, 90000), F(1, 12288)]),
    st.integers(2, 200),
    st.integers(-500, 500),
    st.sampled_from([round, int]),
)
def test_a_declared_rate_is_found_through_any_clock(rate, tick, count, first, rounding):
    pts = stamps(rate, tick, count, rounding, first)
    if len(set(pts)) == len(pts):
        assert measure(pts, tick, [F(97), rate]) in [(rate, False), (F(97), False)]
        assert measure(pts, tick, [rate]) == (rate, False)


@given(st.sampled_from(USUAL), st.integers(120, 400))
def test_a_usual_rate_is_found_in_milliseconds_undeclared(rate, count):
    pts = stamps(rate, F(1, 1000), count)
    assert measure(pts, F(1, 1000)) == (rate, False)


@given(st.integers(2, 60), st.integers(2, 50))
def test_equal_hundredths_are_exact(step, count):
    pts = [n * step for n in range(count)]
    rate, variable = measure(pts, F(1, 100))
    assert (rate, variable) == (F(100, step), False)


def test_alternating_hundredths_are_the_rate_between():
    # 13, 12, 13, 12, … hundredths: eight pictures per second, rounded.
    pts = [0, 13, 25, 38, 50, 63, 75, 88, 100]
    assert measure(pts, F(1, 100)) == (F(8), False)


@pytest.mark.parametrize("hole", [1, 5, 10, 18])
def test_a_dropped_picture_is_uneven(hole):
    pts = [n * 512 for n in range(21) if n != hole]
    # A hole in the middle leaves all within half a step of their mean rate.
    for declared in ([F(24)], [F(24), 19 * F(24, 20)], [19 * F(24, 20)], []):
        assert measure(pts, F(1, 12288), declared) == (F(24), True)


def test_uneven_steps_have_the_rate_with_a_place_for_each():
    # In milliseconds a step of one is 33 or 34, of three always 100.
    pts = stamps(F(30), F(1, 1000), 40)
    holed = [pts[n] for n in (0, 1, 2, 3, 4, 7, 10, 13, 16, 17, 20)]
    assert measure(holed, F(1, 1000)) == (F(30), True)
    # Seldom shorter than two steps: only the declared rate places them all.
    twos = [n * 512 for n in (0, 2, 4, 6, 7, 8, 10, 12)]
    assert measure(twos, F(1, 12288), [F(24)]) == (F(24), True)
    assert measure(twos, F(1, 12288)) == (F(12), True)
    # Seventeen milliseconds are meant as a sixtieth where that is declared.
    fast = [pts[0] + 17 * n for n in (0, 1, 2, 3, 9, 10)]
    assert measure(fast, F(1, 1000), [F(60)])[0] == 60


@given(st.sets(st.integers(1, 99)), st.sampled_from([F(1, 1000), F(1, 90000)]))
def test_conformed_pictures_begin_at_their_places(places, tick_s):
    places = [0, *sorted(places)]
    pts = [7 + round(n / F(24) / tick_s) for n in places]
    starts, frames = conformed(pts, tick_s, F(24), round(2 / F(24) / tick_s))
    assert (list(starts), frames) == (places, places[-1] + 2)
    # Jitter of less than half a step changes no place.
    jittered = [at + round((-1) ** n * F(2, 5) / 24 / tick_s) * bool(n)
                for n, at in enumerate(pts)]  # fmt: skip
    assert conformed(jittered, tick_s, F(24), 0)[0] == starts


def test_jitter_of_less_than_half_a_step_is_no_unevenness():
    pts = [n * 512 + (-1) ** n * 40 for n in range(50)]
    assert measure(pts, F(1, 12288), [F(24)]) == (F(24), False)


def test_a_single_picture_has_the_rate_it_declares_or_lasts():
    assert measure([0], F(1, 1000), [None, F(25)]) == (F(25), False)
    assert measure([0], F(1, 1000), duration=40) == (F(25), False)
    assert measure([0], F(1, 1000)) == (F(24), False)


def test_a_declared_lie_is_not_believed():
    pts = stamps(F(24), F(1, 12288), 48)
    assert measure(pts, F(1, 12288), [F(30), F(48)]) == (F(24), False)


@pytest.mark.parametrize(
    ("written", "meant"),
    [(F(19001, 317), F(60000, 1001)), (F(2997, 125), F(24000, 1001))],
)
def test_roundings_of_usual_rates_are_snapped(written, meant):
    pts = stamps(meant, F(1, 1000), 48)
    assert measure(pts, F(1, 1000), [written]) == (meant, False)
