"""What an editor does to markers is told once, by what she did."""

import copy

import opentimelineio as otio
import pytest

from otio_genai import rates
from otio_genai.interchange.diff import diff
from tests.interchange.diff.test_diff import RATE, A, B, film


def marker(at, name="snow", comment="", color="RED", length=0):
    made = otio.schema.Marker(name, rates.span(at, length, RATE), color)
    made.comment = comment
    return made


def marked(*markers, timeline=False):
    made = film([A, B])
    holder = made.tracks if timeline else made.tracks[0][0]
    holder.markers.extend(copy.deepcopy(found) for found in markers)
    return made


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (marker(112, color="BLUE"), "{}: colour red became blue"),
        (marker(117), "{}: moved 5 frames later"),
        (marker(111), "{}: moved 1 frame earlier"),
        (marker(112, comment="cold"), "{}: comment '' became 'cold'"),
        (marker(112, name="truck"), "{}: renamed from 'snow'"),
        (marker(112, length=9), "{}: 9 frames long instead of 0"),
        (
            marker(117, comment="cold", color="BLUE"),
            "{}: moved 5 frames later, comment '' became 'cold', "
            "colour red became blue",
        ),
    ],
)
@pytest.mark.parametrize("timeline", [False, True])
def test_a_marker_that_changed_is_told_once(after, said, timeline):
    found = diff(
        marked(marker(112), timeline=timeline), marked(after, timeline=timeline)
    )
    at = f" at {found.after.timecode(int(after.marked_range.start_time.value))}"
    name = after.name + at * timeline
    assert [c.text for c in found.changes] == [said.format(f"marker {name}")]
    assert found.summary() == "1 marker changed"


def test_markers_come_and_go():
    one, both = marked(marker(112)), marked(marker(112), marker(120, "truck"))
    for before, after, done in ((one, both, "added"), (both, one, "removed")):
        found = diff(before, after)
        assert [c.text for c in found.changes] == [f"marker {done}: truck"]
        assert found.summary() == f"1 marker {done}"


def test_two_markers_alike_are_not_one():
    found = diff(marked(marker(112)), marked(marker(112), marker(112)))
    assert [c.text for c in found.changes] == ["marker added: snow"]


def test_each_marker_is_known_again_by_its_name_and_the_nearest_place():
    before = [marker(112), marker(120), marker(125, "truck")]
    after = [marker(121), marker(112, color="BLUE"), marker(125, "truck", "slow")]
    found = diff(marked(*before), marked(*after))
    assert [c.text for c in found.changes] == [
        "marker snow: moved 1 frame later",
        "marker snow: colour red became blue",
        "marker truck: comment '' became 'slow'",
    ]


def test_an_unnamed_marker_elsewhere_with_another_comment_is_another():
    before, after = marker(112, "", "one"), marker(140, "", "two")
    found = diff(marked(before), marked(after))
    assert [c.text for c in found.changes] == [
        "marker added: unnamed",
        "marker removed: unnamed",
    ]
