"""A loss that nobody spoke of is found; one that was spoken of is not told twice."""

import opentimelineio as otio
import pytest

from benchmarks.features import FEATURES
from benchmarks.pieces import R24
from otio_genai import metadata, rates
from otio_genai.interchange.loss import Loss, LossItem
from otio_genai.interchange.proof import unspoken


def without(name, change):
    before, after = FEATURES[name](), FEATURES[name]()
    change(after)
    return before, after


def gone(after):
    after.tracks[0][1] = otio.schema.Gap(source_range=rates.span(0, 48, R24))


def test_the_same_film_needs_no_word():
    made = FEATURES["plain cuts"]()
    assert unspoken(made, FEATURES["plain cuts"](), Loss()) == ()


def test_a_silent_loss_is_named_with_its_place():
    before, after = without("plain cuts", gone)
    found = unspoken(before, after, Loss())
    assert {item.feature for item in found} == {"clip name", "media"}
    assert {(i.record_in, i.record_out) for i in found} == {
        ("00:00:02:00", "00:00:04:00")
    }
    assert all(item.track == "V1" and item.item == "b" for item in found)


@pytest.mark.parametrize(
    "item",
    [
        LossItem("clip", "dropped", "a gap", item="b"),
        LossItem("clip", "dropped", "", "", "", "", "00:00:02:00", "00:00:04:00"),
    ],
)
def test_a_loss_that_was_told_is_not_told_twice(item):
    before, after = without("plain cuts", gone)
    assert unspoken(before, after, Loss((item,))) == ()


def test_what_was_told_of_another_place_excuses_nothing():
    before, after = without("plain cuts", gone)
    other = LossItem("clip", "dropped", "", "", "", "a", "00:00:00:00", "00:00:02:00")
    assert len(unspoken(before, after, Loss((other,)))) == 2


def test_what_is_exact_excuses_nothing():
    before, after = without("plain cuts", gone)
    assert unspoken(before, after, Loss((LossItem("clip", "exact", "", item="b"),)))


def test_a_loss_of_the_whole_timeline_is_told_by_its_feature():
    before, after = without(
        "locked track", lambda made: metadata.put(made.tracks[1], "locked", None)
    )
    told = LossItem("locked tracks", "dropped", "open tracks")
    other = LossItem("track names", "dropped", "V1, V2")
    assert len(unspoken(before, after, Loss())) == 1
    assert unspoken(before, after, Loss((told,))) == ()
    assert len(unspoken(before, after, Loss((other,)))) == 1


def test_a_nested_sequence_says_what_differs_within_it():
    before, after = without(
        "nested sequence",
        lambda made: metadata.put(
            next(iter(made.tracks.find_clips())), "opacity", [[0, 0.5]]
        ),
    )
    (item,) = unspoken(after, before, Loss())
    assert item.target_gets.endswith("within it not as written: opacity")
    assert unspoken(after, before, Loss()) == (item,)


def test_what_is_told_of_a_file_excuses_its_other_takes():
    def retimed(after):
        take = metadata.read(after.tracks[0][0], "takes")[0]
        take.source_range = rates.span(0, 13, R24)
        metadata.put(after.tracks[0][0], "takes", [take])

    def with_take(change=None):
        made = FEATURES["plain cuts"]()
        take = made.tracks[0][0].clone()
        take.name = "other"
        take.media_reference.target_url = "file:///films/a%20b.mp4"
        metadata.put(made.tracks[0][0], "takes", [take])
        if change:
            change(made)
        return made

    before, after = with_take(), with_take(retimed)
    assert [i.feature for i in unspoken(before, after, Loss())] == ["other take"]
    for name, left in (("a b.mp4", 0), ("other", 0), ("b.mp4", 1)):
        item = LossItem("media rate", "approximated", "8 fps", item=name)
        assert len(unspoken(before, after, Loss((item,)))) == left
