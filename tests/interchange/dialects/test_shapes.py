"""Documents on which the library ends the process: they must not reach it."""

import json

import pytest

from otio_genai.errors import GenaiError
from otio_genai.interchange.dialects import read_otio

MISSING = {"OTIO_SCHEMA": "MissingReference.1"}
TIME = {"OTIO_SCHEMA": "RationalTime.1", "rate": 24, "value": 1}
RANGE = {"OTIO_SCHEMA": "TimeRange.1", "start_time": TIME, "duration": TIME}
CLIP = {
    "OTIO_SCHEMA": "Clip.2",
    "media_references": {"DEFAULT_MEDIA": MISSING},
    "active_media_reference_key": "DEFAULT_MEDIA",
    "source_range": RANGE,
}


def film(clip):
    track = {"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": [clip]}
    stack = {"OTIO_SCHEMA": "Stack.1", "children": [track]}
    return json.dumps({"OTIO_SCHEMA": "Timeline.1", "name": "f", "tracks": stack})


def test_a_plain_document_is_read():
    assert len(read_otio(film(CLIP))[0].tracks[0]) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"OTIO_SCHEMA": "Clip.1"},
        {"OTIO_SCHEMA": "Clip.-3600s"},
        {"OTIO_SCHEMA": "UnknownSchema.1"},
        {"OTIO_SCHEMA": "Clip"},
        {"source_range": {"DEFAULT_MEDIA": MISSING}},
        {"source_range": MISSING},
        {"source_range": RANGE | {"media_reference": MISSING}},
        {"source_range": {**RANGE, "duration": TIME | {"markers": []}}},
        {"markers": [{"OTIO_SCHEMA": "Track.1", "kind": "Video"}]},
        {"markers": [[]]},
        {"effects": {"OTIO_SCHEMA": "Effect.1"}},
        {"media_references": {"DEFAULT_MEDIA": CLIP}},
        {"media_references": []},
    ],
)
def test_what_stands_where_it_does_not_belong_is_refused(change):
    with pytest.raises(GenaiError):
        read_otio(film(CLIP | change))


def test_what_is_said_twice_is_read_as_judged():
    text = film(CLIP)
    wrong = json.dumps({"OTIO_SCHEMA": "Track.1", "kind": "Video"})
    twice = text.replace(
        '"source_range":', f'"markers": [{wrong}], "markers": [], "source_range":'
    )
    assert list(read_otio(twice)[0].tracks[0][0].markers) == []
