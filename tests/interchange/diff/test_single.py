"""Of any film, one edit is told as that edit, and counted as often as it is listed."""

import copy

import opentimelineio as otio
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai import metadata, rates
from otio_genai.interchange.diff import diff
from tests.interchange.diff.test_diff import RATE, clip, fade, film, gap
from tests.support.marks import examples

# What follows an edit lies elsewhere, and is no edit of its own.
_ALONG = {"shifted"}


def _trim(items, spot):
    span = items[spot].source_range
    items[spot].source_range = type(span)(
        span.start_time, span.duration - rates.time(3, RATE)
    )


def _slip(items, spot):
    span = items[spot].source_range
    items[spot].source_range = type(span)(
        span.start_time + rates.time(2, RATE), span.duration
    )


def _move(items, spot):
    items.insert(spot, gap(7))


def _replace(items, spot):
    length = int(items[spot].source_range.duration.value)
    items[spot] = clip("other", 0, length)


def _remove(items, spot):
    items[spot] = gap(int(items[spot].source_range.duration.value))


def _add(items, spot):
    items.insert(spot, clip("other", 0, 12))


def _recolour(items, spot):
    items[spot].markers[0].color = "BLUE"


def _level(items, spot):
    metadata.put(items[spot], "levels", [[0, -6.0]])


def _speed(items, spot):
    items[spot].effects.append(otio.schema.LinearTimeWarp(time_scalar=0.5))


def _dissolve(items, spot):
    items.insert(spot, fade(2, 2))


_EDITS = {
    _trim: "trimmed",
    _slip: "slipped",
    _move: "moved",
    _replace: "replaced",
    _remove: "removed",
    _add: "added",
    _recolour: "marker",
    _level: "level",
    _speed: "speed",
    _dissolve: "join",
}


def _made(lengths):
    items = []
    for number, length in enumerate(lengths):
        made = clip(f"take {number}", 10, length)
        made.markers.append(otio.schema.Marker("snow", rates.span(112, 0, RATE), "RED"))
        items.append(made)
    return items


@given(
    st.lists(st.integers(10, 60), min_size=2, max_size=7),
    st.integers(1, 6),
    st.sampled_from(list(_EDITS)),
)
@examples(150, 40)
def test_one_edit_is_told_as_it_was_made(lengths, spot, edit):
    before = _made(lengths)
    after = copy.deepcopy(before)
    spot = min(spot, len(lengths) - 1)
    edit(after, spot)
    found = diff(film(before), film(after))
    told = [change for change in found.changes if change.what not in _ALONG]
    if edit is _move and spot + 1 < len(lengths):
        # All that follows slides along: the run is told, by its first clip.
        told = list(found.changes)
        assert [change.item for change in told] == [f"take {spot}"]
        return
    assert [change.what for change in told] == [_EDITS[edit]], found.readable()
    place = told[0].after or told[0].before
    assert place is not None
    assert place.index in (spot, spot + 1)
    counted = sum(int(part.split()[0]) for part in found.summary().split(", "))
    assert counted == len(found.changes) == len(found.readable().splitlines()) - 1
    assert diff(film(after), film(after), exact=True).same


@given(st.integers(1, 9), st.integers(1, 9))
@settings(deadline=None, max_examples=30)
def test_a_transition_of_another_length_is_told_once(one, other):
    items = _made([40, 40, 40])
    sides = [film([items[0], fade(k, k), *items[1:]]) for k in (one, other)]
    told = [(c.what, c.item) for c in diff(*sides).changes]
    assert told == [("join", "take 1")] * (one != other)
