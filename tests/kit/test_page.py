"""The checklist says what is seen, and from when."""

import re
from fractions import Fraction

import pytest

from otio_genai.kit.expected import Part
from otio_genai.kit.page import checklist


def told(*frames, start=24):
    part = Part("name", "about", start, tuple(frames), None, ())
    page = checklist([part], Fraction(24), {}, {"premiere": ".xml"})
    return re.search('class="seen">(.*?)</td>', page)[1].split("<br>")


def run(take, *numbers):
    return [((take, number, 1.0),) for number in numbers]


def test_each_take_has_a_line_from_its_cut():
    assert told(*run(1, 5, 6, 7), (), *run(2, 9)) == [
        "00:00:01:00 take 1 frame 5 … 7",
        "00:00:01:03 black",
        "00:00:01:04 take 2 frame 9",
    ]


def test_a_cut_within_a_take_is_seen():
    assert told(*run(1, 5, 6, 7, 1, 2)) == [
        "00:00:01:00 take 1 frame 5 … 7",
        "00:00:01:03 take 1 frame 1 … 2",
    ]


@pytest.mark.parametrize(
    "numbers",
    [(8, 7, 6, 5), (4, 4, 4), (0, 2, 4, 6), (3, 3, 4, 4, 5), (0, 1, 2, 4, 5, 6, 7, 9)],
    ids=["reverse", "freeze", "double", "half", "other rate"],
)
def test_a_retimed_take_is_one_line(numbers):
    end = f" … {numbers[-1]}" if numbers[-1] != numbers[0] else ""
    assert told(*run(1, *numbers)) == [f"00:00:01:00 take 1 frame {numbers[0]}{end}"]


def test_both_sides_of_a_dissolve_are_told():
    frames = [((1, k, 0.5), (2, k + 9, 0.5)) for k in range(3)]
    assert told(*frames) == ["00:00:01:00 take 1 frame 0 … 2 + take 2 frame 9 … 11"]
