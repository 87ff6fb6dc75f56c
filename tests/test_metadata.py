"""The one namespace."""

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai import metadata
from otio_genai.errors import GenaiError, MetadataError

# No text of a file holds NUL, and OpenTimelineIO ends a key at it.
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))

json_values = st.recursive(
    st.booleans()
    | st.integers(-(2**53), 2**53)
    # OpenTimelineIO's JSON rounds the last bit of large floats; ours are measures.
    | st.floats(-1e6, 1e6).map(lambda value: round(value, 6))
    | words,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values)
def test_what_is_put_is_read_back_through_a_file(value):
    clip = otio.schema.Clip("c")
    metadata.put(clip, "join", {"value": value})
    again = otio.core.deserialize_json_from_string(clip.to_json_string())
    assert metadata.read(again, "join") == {"value": value}


def test_readers_get_copies():
    clip = otio.schema.Clip("c")
    metadata.put(clip, "levels", [[0, 1.0]])
    metadata.get(clip)["levels"].append("changed")
    assert metadata.read(clip, "levels") == [[0, 1.0]]


def test_none_removes_a_key_and_strangers_keys_stay():
    clip = otio.schema.Clip("c", metadata={"fcp_xml": {"a": 1}})
    metadata.put(clip, "join", {"kind": "dry"})
    metadata.put(clip, "join", None)
    assert metadata.get(clip) == {"version": 1}
    assert clip.metadata["fcp_xml"]["a"] == 1


def test_takes_stay_clips():
    clip = otio.schema.Clip("c")
    metadata.put(clip, "takes", [otio.schema.Clip("other")])
    again = otio.core.deserialize_json_from_string(clip.to_json_string())
    (take,) = metadata.read(again, "takes")
    assert isinstance(take, otio.schema.Clip)


@pytest.mark.parametrize("version", [2, 0, "1", None])
def test_an_unknown_version_is_refused_and_left_alone(version):
    clip = otio.schema.Clip("c", metadata={"otio_genai": {"version": version}})
    for act in (metadata.get, lambda c: metadata.put(c, "join", {})):
        with pytest.raises(MetadataError) as caught:
            act(clip)
        assert caught.value.remedy
    assert dict(clip.metadata["otio_genai"]) == {"version": version}


def test_errors_name_place_items_and_are_opentimelineios():
    error = GenaiError("It is broken.", place="a.mp4", items=["one", "two"])
    assert str(error) == "a.mp4: It is broken.\n  - one\n  - two"
    assert isinstance(error, otio.exceptions.OTIOError)
