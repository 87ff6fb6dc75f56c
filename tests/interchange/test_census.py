"""The census is an oracle: what it misses, no conversion is ever blamed for."""

from fractions import Fraction

import opentimelineio as otio
import pytest

from benchmarks.features import FEATURES
from benchmarks.pieces import clip, film
from otio_genai import metadata, rates
from otio_genai.interchange.census import census, lost

R = Fraction(24)


@pytest.mark.parametrize("name", FEATURES)
def test_a_timeline_says_what_itself_says(name):
    made = FEATURES[name]()
    again = otio.adapters.read_from_string(made.to_json_string())
    assert lost(made, again) == lost(again, made) == []


@pytest.mark.parametrize("name", FEATURES)
def test_every_feature_says_something_that_a_bare_film_does_not(name):
    if name == "plain cuts":
        pytest.skip("it is the bare film")
    bare = film(clip("a"), clip("b"), clip("c"))
    assert lost(FEATURES[name](), bare) or lost(bare, FEATURES[name]())


def change(name):
    """Timelines that differ from the feature's in that feature alone."""
    made = FEATURES[name]()
    first = made.tracks[0][0]
    return made, first


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        (
            "scale and position",
            "framing",
            {"fit": "cover", "keys": [[0, 1.4, 0, 0, 0]]},
        ),
        ("crop", "crop", [[0, 0.1, 0.3, 0.0, 0.05]]),
        ("other takes", "takes", []),
    ],
)
def test_another_value_is_a_loss(name, key, value):
    made, first = change(name)
    metadata.put(first, key, value)
    (trait,) = lost(FEATURES[name](), made)
    assert trait.span == (0, 48)
    assert trait.item == "a"


def test_a_slide_of_one_frame_is_a_loss():
    made, first = change("plain cuts")
    first.source_range = rates.span(25, 48, R)
    (trait,) = lost(FEATURES["plain cuts"](), made)
    assert (trait.feature, trait.value) == ("media", ("file:///media/a.mp4", 24, 71))


def test_a_clip_that_is_gone_is_named_with_its_place():
    made, _ = change("plain cuts")
    made.tracks[0][1] = otio.schema.Gap(source_range=rates.span(0, 48, R))
    found = lost(FEATURES["plain cuts"](), made)
    assert {trait.span for trait in found} == {(48, 96)}
    assert {trait.feature for trait in found} >= {"media", "clip name"}


def test_links_are_groups_and_their_names_say_nothing():
    made = FEATURES["linked picture and sound"]()
    for track in made.tracks:
        metadata.put(track[0], "link", "another name")
    assert lost(FEATURES["linked picture and sound"](), made) == []
    metadata.put(made.tracks[0][0], "link", None)
    assert [t.feature for t in lost(FEATURES["linked picture and sound"](), made)] == [
        "link"
    ]


def test_census_reads_every_feature_once():
    made = FEATURES["clip marker with colour and comment"]()
    found = {trait.feature: trait.value for trait in census(made)}
    assert found["clip marker"] == (30, 3, "here", "why", "PURPLE")
