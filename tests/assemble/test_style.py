"""How to cut: kept, compared, refused."""

import json

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.assemble.clashes import conflicts
from otio_genai.assemble.style import Style
from otio_genai.errors import AssembleError


@hypothesis.settings(deadline=None)
@given(data=st.data())
def test_a_style_goes_through_json_unchanged(data):
    share = st.floats(0, 0.5)
    style = Style(
        mean_shot_s=data.draw(st.floats(0.8, 6) | st.integers(1, 6)),
        dry_share=data.draw(share),
        carry_share=data.draw(share),
        first=data.draw(st.lists(st.text()).map(tuple)),
        use_stills=data.draw(st.sampled_from([True, False, "auto"])),
        voice_at_s=data.draw(st.none() | st.floats(0, 60)),
    )
    kept = json.dumps(style.to_dict(), sort_keys=True)
    again = Style.from_dict(json.loads(kept))
    assert again == style
    assert json.dumps(again.to_dict(), sort_keys=True) == kept


def test_equal_styles_are_the_same_bytes():
    assert json.dumps(Style(mean_shot_s=3).to_dict()) == json.dumps(
        Style(mean_shot_s=3.0).to_dict()
    )
    assert Style(first="a") == Style(first=["a"]) == Style(first=("a",))


def test_a_style_of_later_days_is_read_as_far_as_known():
    assert Style.from_dict({"repeats": True, "unheard_of": 1}) == Style(repeats=True)


def test_an_impossible_style_names_every_fault():
    with pytest.raises(AssembleError) as raised:
        Style(dry_share=2, cut_on="beat", repeats=1, length_s=float("nan"))
    assert [item.split()[0] for item in raised.value.items] == [
        "length_s",
        "dry_share",
        "cut_on",
        "repeats",
    ]
    with pytest.raises(AssembleError, match="min_shot_s, mean_shot_s and max_shot_s"):
        Style(min_shot_s=5)
    values = Style().to_dict()
    assert conflicts(values) == []
    assert len(conflicts(values | {"dry_share": 1.0, "carry_share": 1.0})) == 1
