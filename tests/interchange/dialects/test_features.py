"""One small timeline per feature, to each editor's .otio and back."""

import pytest

from benchmarks.features import FEATURES
from benchmarks.pieces import clip, film, generator, transition
from otio_genai.interchange.census import lost
from otio_genai.interchange.dialects import read_otio, write_dialect
from otio_genai.interchange.lint_otio import lint_otio
from otio_genai.interchange.proof import unspoken

DIALECTS = ("premiere", "resolve")

#: Rules that a feature breaks by being what it is.
BROKEN = {"missing media": ["media"], "relative url": ["addresses"]}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("feature", FEATURES)
def test_nothing_is_lost_in_silence(feature, dialect):
    timeline = FEATURES[feature]()
    before = timeline.to_json_string()
    text, loss = write_dialect(timeline, dialect)
    back, told = read_otio(text)
    assert timeline.to_json_string() == before
    assert not unspoken(timeline, back, loss + told)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("feature", FEATURES)
def test_what_was_read_is_written_again_byte_for_byte(feature, dialect):
    timeline = FEATURES[feature]()
    text, _ = write_dialect(timeline, dialect)
    back, _ = read_otio(text)
    if not lost(timeline, back):
        assert write_dialect(back, dialect)[0] == text


@pytest.mark.parametrize(
    "feature", ["level keys (duck)", "pan", "crop", "opacity keys", "motion keys"]
)
def test_what_resolve_holds_is_exact(feature):
    timeline = FEATURES[feature]()
    text, loss = write_dialect(timeline, "resolve")
    assert not loss.lossy
    assert not lost(timeline, read_otio(text)[0])


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("feature", FEATURES)
def test_what_is_written_breaks_no_rule_of_ours(feature, dialect):
    found = lint_otio(write_dialect(FEATURES[feature](), dialect)[0])
    assert [finding.rule for finding in found] == BROKEN.get(feature, [])


@pytest.mark.parametrize(
    ("kind", "given"),
    [("SolidColor", {"color": [1, 0.5, 0]}), ("Title", {"text": "a"}), ("Bars", {})],
)
def test_a_generator_without_a_range_lasts_as_long_as_it_is_used(kind, given):
    made = generator(kind, **given)
    made.media_reference.available_range = None
    timeline = film(made, transition(6, 6), clip("b"))
    text, _ = write_dialect(timeline, "resolve")
    back, _ = read_otio(text)
    assert lint_otio(text) == []
    assert not lost(timeline, back)
    held = back.tracks[0][0].media_reference.available_range
    assert (held.start_time.value, held.duration.value) == (0, 54)
    assert write_dialect(back, "resolve")[0] == text
