"""One small timeline per feature, to each editor's .otio and back."""

import pytest

from benchmarks.features import FEATURES
from otio_genai.interchange.census import lost
from otio_genai.interchange.dialects import read_otio, write_dialect
from otio_genai.interchange.proof import unspoken

DIALECTS = ("premiere", "resolve")


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
