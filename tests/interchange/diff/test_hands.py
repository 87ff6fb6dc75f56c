"""What an editor left alone, and what is hers."""

from otio_genai.interchange.diff import diff
from otio_genai.interchange.diff.hands import left_alone, sound_changed
from tests.interchange.diff.test_diff import A, B, C, D, E, clip, fade, film, gap


def alone(before, after, carried=()):
    found = diff(film(before), film(after))
    return sorted(left_alone(found, 1, carried=carried))


def test_all_is_left_alone_where_nothing_was_done():
    assert alone([A, B, C], [A, B, C]) == [0, 1, 2]


def test_what_only_slid_is_left_alone():
    assert alone([A, B, C, D], [A, clip("b", 20, 40), C, D]) == [0, 2, 3]


def test_both_sides_of_what_was_taken_out_are_hers():
    assert alone([A, B, C, D, E], [A, B, D, E]) == [0, 3]
    # Black in its place leaves its neighbours alone.
    assert alone([A, B, C, D, E], [A, B, gap(24), D, E]) == [0, 1, 3, 4]


def test_what_was_put_between_is_hers_and_its_neighbours_are_not():
    assert alone([A, B, C], [A, clip("x", 0, 30), B, C]) == [0, 2, 3]


def test_all_parts_of_a_cut_clip_are_hers():
    parts = [A, clip("b", 20, 20), clip("b", 40, 28), C]
    assert alone([A, B, C], parts) == [0, 3]


def test_both_sides_of_a_changed_join_are_hers():
    assert alone([A, B, C, D], [A, B, fade(4, 4), C, D]) == [0, 4]


def test_a_join_that_lost_its_carry_is_nobody_s_doing():
    before = [A, B, fade(6, 6), C, D]
    assert alone(before, [A, B, C, D]) == [0, 3]
    assert alone(before, [A, B, C, D], carried=[96]) == [0, 1, 2, 3]


def test_sound_is_changed_only_when_heard_apart_from_its_picture():
    both = [A, B, C]
    trimmed = [A, clip("b", 20, 40), C]
    assert not sound_changed(diff(film(both, both), film(trimmed, trimmed)))
    assert sound_changed(diff(film(both, both), film(both, trimmed)))
