"""Clips are known again by their media, and media of one name are told apart."""

import copy

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.interchange.diff import diff
from tests.interchange.diff.test_diff import A, C, clip, film


def take(folder, name="take", start=0, content=None):
    made = clip(name, start, 48)
    made.name = "take"
    made.media_reference.target_url = f"file:///{folder}/{name}.mp4"
    if content:
        metadata.put(made.media_reference, "hash", {"bytes": content})
    return made


def told(after, before):
    return [(c.what, c.text) for c in diff(film(before), film(after)).changes]


ONE, TWO = take("n1"), take("n2")


def test_media_of_one_name_are_known_by_their_folders_when_all_were_moved():
    moved = [take("there/n2"), take("there/n1")]
    assert [what for what, _ in told(moved, [ONE, TWO])] == ["shifted", "moved"]
    assert told(moved[::-1], [ONE, TWO]) == []


def test_another_file_of_the_same_name_is_told_by_its_folder():
    assert told([ONE, copy.deepcopy(ONE)], [ONE, TWO]) == [
        ("replaced", "replaced by n1/take.mp4 (it was n2/take.mp4)")
    ]


def test_names_alike_are_told_by_their_files():
    assert told([A, take("c", "take_2"), C], [A, TWO, C]) == [
        ("replaced", "replaced by take_2.mp4 (it was take.mp4)")
    ]


def test_other_content_in_the_same_place_is_another_file():
    sides = [[A, take("n1", content=content), C] for content in ("abc", "def")]
    assert told(*sides) == [("replaced", "replaced by another take")]
    known = [take("n1", content="abc"), take("m", "take_2", content="abc")]
    assert told([A, known[1], C], [A, known[0], C]) == []


def test_of_media_of_one_name_those_of_one_length_belong_together():
    short, long = take("n1"), take("n2")
    span = long.media_reference.available_range
    long.media_reference.available_range = type(span)(
        span.start_time, span.duration + span.duration
    )
    moved = [copy.deepcopy(found) for found in (long, short)]
    for number, found in enumerate(moved):
        found.media_reference.target_url = f"file:///there/{number}/take.mp4"
    assert [what for what, _ in told(moved, [short, long])] == ["shifted", "moved"]


def test_a_cut_is_not_made_of_parts_of_two_files():
    first, second = take("n1", start=0), take("n2", start=24)
    for found in (first, second):
        span = found.source_range
        found.source_range = type(span)(
            span.start_time, otio.opentime.RationalTime(24, 24)
        )
    whole = take("n1")
    changes = told([first, second, TWO], [whole, TWO])
    assert "cut" not in {what for what, _ in changes}
