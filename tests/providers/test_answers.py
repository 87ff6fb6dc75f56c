"""Whatever a server says, it is read or refused in words, and nothing else happens."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.errors import ProviderError
from otio_genai.providers import placeholders, workflows
from otio_genai.providers.fetching import harmless
from otio_genai.providers.protocol import State
from otio_genai.providers.queue import _at, _share

KEYS = st.sampled_from(
    ["outputs", "status", "messages", "status_str", "completed", "images", "filename",
     "error", "node_errors", "errors", "class_type", "message", "type", "9"]
)  # fmt: skip
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(["error", "execution_error", "a.mp4", "output", "temp"])
    | st.text(max_size=5)
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=40)
@given(st.dictionaries(KEYS, JSON))
def test_any_history_is_an_outcome(entry):
    state = workflows.outcome(entry)
    assert isinstance(state, State)
    assert (state.phase == "done") <= (workflows.best(entry) is not None)
    assert (state.phase == "failed") <= bool(state.why)


@settings(max_examples=40)
@given(st.dictionaries(KEYS, JSON))
def test_any_complaint_is_words(said):
    assert all(isinstance(line, str) and line for line in workflows.complaints(said))


@settings(max_examples=40)
@given(JSON, st.lists(st.sampled_from(["a", "0", "1", "error", ""])).map(".".join))
def test_any_path_leads_somewhere_or_nowhere(value, path):
    _at(value, path)
    share = _share(_at(value, path))
    assert share is None or 0 <= share <= 1


@settings(max_examples=40)
@given(JSON, st.dictionaries(st.sampled_from(placeholders.NAMES), LEAVES))
def test_a_document_without_placeholders_stays_and_is_not_touched(document, known):
    if any(placeholders.named(document)):
        return
    assert placeholders.filled(document, known) == document


@given(st.text(max_size=8), st.integers(), st.floats(allow_nan=False))
def test_values_arrive_as_they_are(text, whole, real):
    made = placeholders.filled(
        {
            "a": "{prompt}",
            "b": ["{seed}", {"c": "{seconds}"}],
            "d": "x {prompt} {{seed}}",
        },
        {"prompt": text, "seed": whole, "seconds": real},
    )
    assert made == {"a": text, "b": [whole, {"c": real}], "d": f"x {text} {{seed}}"}


def test_what_is_not_said_is_named_unless_it_stands_alone_and_may_be_left_out():
    document = {"a": "{width}", "b": "x{height}", "c": "{rate}", "d": "{rate} fps"}
    for optional, missing in (
        (False, ["{height}", "{rate}", "{width}"]),
        (True, ["{height}", "{rate}"]),
    ):
        with pytest.raises(ProviderError) as caught:
            placeholders.filled(document, {}, optional=optional)
        assert list(caught.value.items) == missing
    assert placeholders.filled({"a": "{width}", "b": 1}, {}, optional=True) == {"b": 1}


@given(st.text())
def test_a_harmless_name_is_one_part_of_a_path(name):
    made = harmless(name)
    assert "/" not in made and "\\" not in made and made.isprintable()
    assert not made.startswith((".", " ")) and len(made.encode()) <= 110
    assert harmless(made) == made


@given(st.floats())
def test_a_share_is_a_share(value):
    share = _share(value)
    assert share is None or (0 <= share <= 1 and not math.isnan(share))
