"""Nested sequences in either editor's .otio: what is within is as it was."""

import opentimelineio as otio
import pytest

from benchmarks.features import FEATURES
from benchmarks.pieces import both, clip, film, heard, nested, tone, with_kept
from otio_genai import metadata, rates
from otio_genai.interchange.census import lost
from otio_genai.interchange.dialects import read_otio, write_dialect
from otio_genai.interchange.proof import unspoken
from otio_genai.interchange.xmeml import read_xmeml, write_xmeml

DIALECTS = ("premiere", "resolve")


def linked(name="1"):
    made = both(link=name)
    tracks = {"Video": [made["items"]], "Audio": made["more"]["A1"]}
    metadata.put(tracks["Audio"][0], "link", name)
    inner = otio.schema.Stack("inner")
    for kind, items in tracks.items():
        inner.append(otio.schema.Track(kind, kind=kind, children=items))
    inner.source_range = rates.span(0, 48, rates.rate(24))
    return inner


def unsized():
    media = otio.schema.ExternalReference(
        "file:///media/a.mp4", rates.span(0, 120, rates.rate(24))
    )
    return otio.schema.Clip("a", media, rates.span(0, 48, rates.rate(24)))


def bare(*items):
    made = otio.schema.Timeline("film", global_start_time=rates.time(0, rates.rate(24)))
    made.tracks.append(otio.schema.Track("V1", kind="Video", children=items))
    return made


def written(timeline, dialect):
    text, loss = write_dialect(timeline, dialect)
    back, told = read_otio(text)
    assert not unspoken(timeline, back, loss + told)
    assert not (loss + told).lossy
    assert write_dialect(back, dialect)[0] == text
    return text, back


@pytest.mark.parametrize("dialect", DIALECTS)
def test_links_within_are_kept_apart_from_those_without(dialect):
    outer = both(link="1")
    metadata.put(outer["more"]["A1"][0], "link", "1")
    items = [outer["items"], linked(), linked()]
    timeline = film(*items, more=outer["more"])
    _, back = written(timeline, dialect)
    assert not lost(timeline, back)
    groups = [metadata.read(found, "link") for found in back.find_clips()]
    assert len(set(groups)) == 3 and None not in groups


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nested_sequences_are_linked_themselves(dialect):
    sound = nested(both()["more"]["A1"][0], kind="Audio")
    timeline = film(
        with_kept(nested(clip("a")), link="1"),
        more={"A1": [with_kept(sound, link="1")]},
    )
    _, back = written(timeline, dialect)
    assert not lost(timeline, back)
    assert metadata.read(back.tracks[0][0], "link")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_link_of_one_alone_is_none(dialect):
    document = otio.adapters.read_from_string(
        write_dialect(film(linked()), dialect)[0], "otio_json"
    )
    inner = document.tracks[0][0]
    del inner[1][:]
    back, _ = read_otio(document.to_json_string())
    assert [metadata.read(found, "link") for found in back.find_clips()] == [None]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_pictures_without_a_size_come_back_unframed(dialect):
    stack = otio.schema.Stack(
        "inner", [otio.schema.Track("V1", kind="Video", children=[unsized()])]
    )
    track = otio.schema.Track("inner", kind="Video", children=[unsized()])
    timeline = bare(unsized(), stack, track)
    _, back = written(timeline, dialect)
    assert not any(metadata.read(found, "framing") for found in back.find_clips())
    text, loss = write_xmeml(back, "premiere")
    assert not loss.lossy
    assert not unspoken(back, read_xmeml(text)[0], loss)


def test_a_picture_reframed_in_resolve_is_as_it_says_there():
    found = unsized()
    metadata.put(found, "framing", {"fit": "cover", "keys": [[0, 2.0, 0, 0, 0]]})
    text, _ = write_dialect(bare(found), "resolve")
    document = otio.adapters.read_from_string(text, "otio_json")
    metadata.put(document.tracks[0][0], "framing", {"fit": "cover", "keys": []})
    back, _ = read_otio(document.to_json_string())
    framing = metadata.read(back.tracks[0][0], "framing")
    assert framing["keys"] == [[0, 2.0, 0, 0, 0]]


def test_what_a_nested_sequence_says_beyond_is_no_loss():
    more, less = (FEATURES["nested twice"]() for _ in range(2))
    deepest = next(iter(more.find_clips()))
    metadata.put(deepest, "opacity", [[0, 0.5]])
    assert lost(less, more) == []
    (trait,) = lost(more, less)
    assert trait.feature == "nested sequence"


def test_a_loss_within_is_named_there_and_without():
    loud = with_kept(tone(), levels=[[0, -12.0]])
    timeline = heard(nested(loud, kind="Audio"))
    text, loss = write_dialect(timeline, "premiere")
    back, told = read_otio(text)
    inner, outer = loss.items
    assert (inner.feature, inner.track) == ("levels", "inner / I1")
    assert (outer.feature, outer.item) == ("nested sequence", "inner")
    assert not unspoken(timeline, back, loss + told)
