"""What differs by parts of a frame is told when that is asked for."""

import opentimelineio as otio
import pytest

from otio_genai.interchange.diff import diff
from tests.interchange.diff.test_diff import A, B, clip, film


def told(change):
    """Return the changes, counted in whole frames and exactly, of a clip's range."""
    other = clip("a", 10, 48)
    start, length = (
        time + otio.opentime.RationalTime(parts, 24)
        for time, parts in zip(
            (other.source_range.start_time, other.source_range.duration),
            change,
            strict=True,
        )
    )
    other.source_range = otio.opentime.TimeRange(start, length)
    sides = film([A, B]), film([other, B])
    return [
        [(c.what, c.text) for c in diff(*sides, exact=exact).changes]
        for exact in (False, True)
    ]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ((-0.3, 0), ("slipped", "slipped: in 0.3 frames earlier")),
        ((0, 0.4), ("trimmed", "trimmed: 0.4 frames longer")),
        (
            (0.25, -0.1),
            ("trimmed", "trimmed: in 0.25 frames later, 0.1 frames shorter"),
        ),
    ],
)
def test_parts_of_a_frame_are_told_exactly_and_only_then(change, wanted):
    assert told(change) == [[], [wanted]]


def test_what_rounding_leaves_is_no_change():
    assert told((0.004, -0.004)) == [[], []]


def test_whole_frames_are_told_once():
    whole, exact = told((0, -5))
    assert whole == exact
    assert [what for what, _ in whole] == ["trimmed", "shifted"]


@pytest.mark.parametrize("speed", [0.0, -1.0])
def test_a_slip_of_what_stands_still_or_runs_backwards_is_told(speed):
    sides = []
    for start in (10, 14):
        warped = clip("a", start, 48)
        warped.effects.append(otio.schema.LinearTimeWarp(time_scalar=speed))
        sides.append(film([warped, B]))
    assert [c.text for c in diff(*sides).changes] == [
        "slipped: shows its medium 4 frames later"
    ]
