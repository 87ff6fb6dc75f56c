"""A difference is told in words, the same ones each time."""

from fractions import Fraction

import pytest

from benchmarks.features import FEATURES
from otio_genai.interchange.census import Trait, census
from otio_genai.interchange.wording import difference

RAW = ("frozenset", "Fraction(", "{", "(", "None", "'")


@pytest.mark.parametrize("name", FEATURES)
def test_no_value_is_told_as_a_program_writes_it(name):
    for trait in census(FEATURES[name]()):
        other = Trait(trait.feature, trait.value)
        for said in (difference(trait, None), difference(trait, other)):
            own = str(trait.value) if isinstance(trait.value, str) else ""
            assert own in said or not any(raw in said for raw in RAW), said


def nest(begin, *features):
    held = frozenset(
        ((name, "Video", 1, (0, 24), value), count) for name, value, count in features
    )
    return Trait("nested sequence", (begin, held))


def test_a_nested_sequence_names_the_features_within_it():
    before = nest(109, ("levels", 1, 1), ("channels", (1,), 2), ("media", "a", 1))
    after = nest(57, ("media", "a", 1))
    assert difference(before, after) == (
        "it begins at its frame 57 instead of 109; "
        "within it not as written: channels (2 times), levels"
    )
    assert difference(after, nest(57, ("media", "a", 1), ("crop", 1, 1))) == (
        "within it, and not written: crop"
    )


@pytest.mark.parametrize(
    ("feature", "was", "now", "words"),
    [
        ("framing", ("contain", ()), ("native", ()), "native instead of contain"),
        ("channels", (1,), None, "without it: 1"),
        ("speed", Fraction(1, 2), Fraction(2), "2 instead of 0.5"),
        ("levels", ((0.0, -3.0),), ((0.0, 1.0), (9.0, 2.0)), "2 keys instead of -3"),
        (
            "media",
            ("file:///a/b%20c.mov", 0, 23),
            ("file:///a/b%20c.mov", 1, 24),
            "b c.mov, its frames 1 to 24 instead of b c.mov, its frames 0 to 23",
        ),
        ("track name", "Voice", "", "another value"),
    ],
)
def test_simple_values_stand_against_each_other(feature, was, now, words):
    after = None if now is None else Trait(feature, now)
    assert difference(Trait(feature, was), after) == words
