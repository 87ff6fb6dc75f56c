"""Captions say what is heard, when it is heard, and can be read back."""

from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai import metadata, rates
from otio_genai.export.captions import captions, captions_path
from otio_genai.ingest.subtitles import read_subtitles
from tests.render.building import timeline

R = Fraction(24)
SAID = [[0.5, 1.5, "One here."], [2.0, 2.75, "Two\n there."], [4.0, 5.0, "Three."]]


def voice(start, length, said=SAID, key="speech", **kept):
    reference = otio.schema.ExternalReference(
        "file:///voice.wav", rates.span(0, 240_000, Fraction(48_000))
    )
    metadata.put(reference, key, {"source": "srt", "sentences": said, **kept})
    return otio.schema.Clip("voice", reference, rates.span(start, length, R))


def gap(length):
    return otio.schema.Gap(source_range=rates.span(0, length, R))


def film(*tracks):
    return timeline([gap(10)], audio=tracks)


def read_back(made, tmp_path):
    text, number = captions(made)
    path = tmp_path / "film.srt"
    path.write_text(text, "utf-8")
    found = read_subtitles(path)
    assert len(found) == number
    return found


@pytest.mark.parametrize("key", ["speech", "script"])
def test_sentences_lie_where_they_are_heard(tmp_path, key):
    found = read_back(film([gap(48), voice(0, 120, key=key)]), tmp_path)
    assert found == [
        (2.5, 3.5, "One here."),
        (4.0, 4.75, "Two there."),
        (6.0, 7.0, "Three."),
    ]


def test_a_cut_shortens_or_drops_them(tmp_path):
    found = read_back(film([voice(24, 30)]), tmp_path)
    assert found == [(0.0, 0.5, "One here."), (1.0, 1.25, "Two there.")]


def test_one_voice_on_two_tracks_or_in_two_parts_says_it_once(tmp_path):
    parts = [voice(0, 24), voice(24, 96)]
    found = read_back(film(parts, [voice(0, 120)]), tmp_path)
    assert [text for *_, text in found] == ["One here.", "Two there.", "Three."]
    assert found[0][:2] == (0.5, 1.5)


def test_speed_counts(tmp_path):
    quick = voice(0, 60)
    quick.effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
    found = read_back(film([quick]), tmp_path)
    assert [(a, b) for a, b, _ in found] == [(0.25, 0.75), (1.0, 1.375), (2.0, 2.5)]


def test_nobody_speaks():
    silent = voice(0, 60)
    silent.enabled = False
    for made in (
        film(),
        film([voice(0, 60, [[0.0, 1.0, " "]])]),
        film([voice(0, 60, [])]),
        film([silent]),
    ):
        assert captions(made) == ("", 0)


spans = st.lists(
    st.tuples(st.integers(0, 400), st.integers(1, 100), st.integers(0, 300)),
    max_size=4,
)


@given(spans)
def test_captions_are_within_the_film_and_in_order(parts):
    items = []
    for before, length, start in parts:
        items += [gap(before), voice(start, length)]
    made = film(items)
    text, number = captions(made)
    times = [line for line in text.splitlines() if "-->" in line]
    assert len(times) == number
    assert times == sorted(times)


@pytest.mark.parametrize(
    ("name", "to", "wanted"),
    [
        ("film.xml", "premiere", "film.srt"),
        ("film.premiere.xml", "premiere", "film.srt"),
        ("film.resolve.xml", "premiere", "film.resolve.srt"),
        ("a.b.fcpxml", "finalcut", "a.b.srt"),
        (".edl", "edl", ".edl.srt"),
        ("film", "edl", "film.srt"),
    ],
)
def test_they_lie_beside_the_file(tmp_path, name, to, wanted):
    assert captions_path(tmp_path / name, to) == tmp_path / wanted
