"""Sequences within sequences, and which of several is read."""

from fractions import Fraction

import opentimelineio as otio
import pytest

from benchmarks.pieces import clip, film, gap, nested, tone, with_kept
from otio_genai import metadata, rates
from otio_genai.errors import GenaiError
from otio_genai.interchange import read_xmeml, write_xmeml
from otio_genai.interchange.xmeml.labels import color_of
from tests.support.xmeml import R24, bin_of, exact, sequence, there_and_back


def test_a_nested_sequence_is_written_once_and_used_twice():
    inner = nested(clip("a"), clip("b"))
    inner.markers.append(
        otio.schema.Marker("in", rates.span(3, 0, R24), color="RED", comment="why")
    )
    heard = nested(tone(), kind="Audio")
    timeline = film(inner, gap(12), inner.deepcopy(), more={"A1": [heard]})
    back = exact(timeline)
    _, _, text = there_and_back(timeline)
    assert text.count("<sequence id=") == 5
    assert text.count('<sequence id="sequence-2"/>') == 1
    first, second = back.tracks[0][0], back.tracks[0][2]
    assert isinstance(first, otio.schema.Stack)
    assert first.name == second.name == "inner"
    assert [marker.comment for marker in first.markers] == ["why"]


def test_a_nested_sequence_keeps_its_own_rate_and_size():
    inner = otio.schema.Stack("inner", source_range=rates.span(0, 24, R24))
    own = Fraction(30)
    facts = {"rate": "30/1", "width": 640, "height": 360, "title": "small"}
    metadata.put(inner, "film", facts)
    shot = clip("a", 10, 40, own)
    inner.append(otio.schema.Track("V1", kind="Video", children=[shot]))
    back = exact(film(inner), ["one rate"])
    assert metadata.read(back.tracks[0][0], "film") == {**facts, "sample_rate": 48_000}


def test_what_lies_outside_a_nested_sequence_is_trimmed():
    inner = nested(clip("a", 0, 30))
    inner.source_range = rates.span(12, 36, R24)
    back, loss, _ = there_and_back(film(inner, clip("b")))
    assert [item.feature for item in loss.items] == ["range beyond the media"]
    assert back.tracks[0][0].source_range.duration.value == 18


def test_a_sequence_is_chosen_by_name_and_the_others_are_told():
    text = bin_of(sequence(1, "one"), sequence(2, "two"))
    timeline, loss = read_xmeml(text)
    assert timeline.name == "one"
    assert "'two'" in loss.notes[0]
    assert read_xmeml(text, sequence="two")[0].name == "two"
    with pytest.raises(GenaiError, match="no sequence 'three'") as caught:
        read_xmeml(text, sequence="three")
    assert "'one', 'two'" in caught.value.remedy


@pytest.mark.parametrize("shown", [(1,), (9,)])
def test_a_sequence_that_shows_itself_or_nothing_is_told(shown):
    timeline, loss = read_xmeml(bin_of(sequence(1, "one", *shown)))
    assert [item.outcome for item in loss.items] == ["dropped"]
    assert "nested sequence" in loss.items[0].feature
    assert timeline.tracks[0][0].source_range.duration.value == 10


def test_sequences_that_unfold_without_end_are_refused():
    chain = [sequence(n, f"s{n}", n + 1, n + 1) for n in range(1, 30)]
    with pytest.raises(GenaiError, match="unfold"):
        read_xmeml(bin_of(*chain, sequence(30, "last")))


def test_a_chain_of_sequences_ends_where_nobody_nests():
    chain = [sequence(n, f"s{n}", n + 1) for n in range(1, 3000)]
    _, loss = read_xmeml(bin_of(*chain, sequence(3000, "last")))
    assert ["too deep" in item.feature for item in loss.items] == [True]


def test_an_empty_nested_sequence_is_called_that():
    nested = otio.schema.Stack("empty", source_range=rates.span(0, 24, R24))
    _, loss = write_xmeml(film(clip("a"), nested), "premiere")
    (item,) = loss.items
    assert (item.feature, item.outcome) == ("empty nested sequence", "dropped")
    assert "range" not in item.remedy


def test_a_nested_sequence_has_the_size_of_the_one_around_it():
    timeline = film(nested(clip("a")), width=640, height=360)
    _, _, text = there_and_back(timeline)
    assert text.count("<width>640</width>") == 2


def test_a_nested_sequence_keeps_what_is_done_to_it():
    inner = with_kept(
        nested(clip("a"), clip("b")),
        opacity=[[0, 0.25], [12, 0.75]],
        framing={"fit": "cover", "keys": [[0, 0.5, 0.0, 0.0, 10.0]]},
    )
    inner.enabled = False
    inner.color = color_of("Rose")
    back = exact(film(inner))
    made = back.tracks[0][0]
    assert not made.enabled and made.color.name == "Rose"
    assert metadata.read(made, "opacity") == [[0, 0.25], [12, 0.75]]
    assert metadata.read(made, "framing")["keys"] == [[0, 0.5, 0.0, 0.0, 10.0]]
