"""What a preset refuses, said exactly and all at once."""

from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai import metadata, rates
from otio_genai.check import check
from otio_genai.deliver.presets import PRESETS, preset
from otio_genai.deliver.refusing import (
    Film,
    ensure_suffix,
    ensure_taken,
    film_of,
    overweight,
    refusals,
)
from otio_genai.errors import OutputError, RenderError
from otio_genai.media import locate

HD = (1920, 1080)
UP = (1080, 1920)


def film(length_s, rate=24, size=UP):
    return Film(round(length_s * rate), Fraction(rate), size)


def said(found):
    return [(one.severity, one.code) for one in found]


@pytest.mark.parametrize("kind", PRESETS, ids=lambda kind: kind.name)
def test_a_film_made_for_it_is_taken(kind):
    size = kind.size_for(HD)
    assert refusals(film(30, 24, size), kind) == []


def test_a_rate_is_refused_with_a_sentence_and_a_remedy():
    (found,) = refusals(film(30, 16), preset("reels"))
    assert found.text == (
        "It runs at 16 frames per second; Instagram Reels takes 23 to 60."
    )
    assert found.remedy == "Assemble it at another rate: rate = 24 under [film]."
    assert found.code == "rate"
    (found,) = refusals(film(30, 50, HD), preset("vimeo"))
    assert "takes 23.976, 24, 25, 29.97, 30." in found.text
    assert "rate = 30" in found.remedy
    assert refusals(film(30, 16, HD), preset("youtube")) == []


@pytest.mark.parametrize(
    ("name", "length_s", "expected"),
    [
        ("reels", 2, [("error", "short")]),
        ("reels", 3, []),
        ("reels", 90, []),
        ("reels", 420, [("warning", "bytes")]),
        ("reels", 900, [("error", "bytes")]),
        ("reels", 901, [("error", "long"), ("error", "bytes")]),
        ("instagram-feed", 61, [("error", "long")]),
        ("tiktok", 600, []),
        ("tiktok", 601, [("error", "long")]),
        ("shorts", 180, []),
        ("shorts", 181, [("error", "long")]),
        ("youtube", 9000, []),
    ],
)
def test_lengths_and_bytes(name, length_s, expected):
    kind = preset(name)
    found = refusals(film(length_s, 24, kind.size_for(UP)), kind)
    assert said(found) == expected


def test_a_longer_film_is_shown_where_it_is_taken():
    (found,) = refusals(film(61, 24, (1080, 1350)), preset("instagram-feed"))
    assert found.text == "It lasts 61 s; Instagram feed takes 60 s at most."
    assert found.remedy == "Shorten it by 1 s, or deliver it as reels."
    (found,) = refusals(film(181, 24, UP), preset("shorts"))
    assert found.remedy.endswith("deliver it as youtube.")


def test_what_is_cut_away_is_told_in_percent():
    (found,) = refusals(film(30, 24, HD), preset("reels"))
    assert said([found]) == [("warning", "crop")]
    assert "32% of its width stays" in found.text
    assert refusals(film(30, 24, UP), preset("reels")) == []
    (found,) = refusals(film(30, 24, (1280, 720)), preset("festival"))
    assert found.code == "small"


def test_a_size_of_ones_own_is_held_against_what_is_taken():
    assert refusals(film(9, 24, HD), preset("tiktok"), size=HD) == []
    (found,) = refusals(film(9, 24, HD), preset("shorts"), size=HD)
    assert said([found]) == [("error", "size")]
    assert "1920x1080" in found.text
    assert "1080x1920 or 1080x1080" in found.remedy
    codes = said(refusals(film(9), preset("reels"), size=(270, 480)))
    assert codes == [("error", "size")]


def test_every_reason_at_once_before_any_work():
    with pytest.raises(RenderError) as told:
        ensure_taken(film(1, 12, HD), preset("reels"))
    assert "2 reasons" in told.value.sentence
    assert len(told.value.items) == 2
    with pytest.raises(RenderError) as told:
        ensure_taken(film(1), preset("reels"))
    assert told.value.sentence == "It lasts 1 s; Instagram Reels takes 3 s at least."
    # A warning stops nothing.
    ensure_taken(film(30, 24, HD), preset("reels"))


@given(
    frames=st.integers(1, 200_000),
    rate=st.sampled_from([Fraction(r) for r in (8, 16, 24, 25, 30, 60)]),
    size=st.tuples(st.integers(16, 4000), st.integers(16, 4000)),
)
def test_errors_come_first_and_have_remedies(frames, rate, size):
    for kind in PRESETS:
        found = refusals(Film(frames, rate, size), kind)
        kinds = [one.severity for one in found]
        assert kinds == sorted(kinds)
        assert all(one.text.endswith(".") and one.remedy for one in found)


def timeline(length_s=30, rate=Fraction(24), size=HD):
    made = otio.schema.Timeline("t", global_start_time=rates.time(0, rate))
    held = otio.schema.ExternalReference(
        locate.url("/nowhere.mp4"), rates.span(0, 10**6, rate)
    )
    span = rates.span(0, round(length_s * rate), rate)
    track = otio.schema.Track("V1", kind="Video")
    track.append(otio.schema.Clip("a", held, span))
    made.tracks.append(track)
    if size:
        metadata.put(made, "film", {"width": size[0], "height": size[1]})
    return made


def test_a_timeline_says_what_it_is():
    made = timeline()
    assert film_of(made) == Film(720, Fraction(24), HD)
    assert film_of(made, UP).size == UP
    unsaid = timeline(size=None)
    assert film_of(unsaid).size is None
    assert refusals(film_of(unsaid), preset("reels")) == []
    media = {"width": 640, "height": 480}
    metadata.put(unsaid.tracks[0][0].media_reference, "media", media)
    assert film_of(unsaid).size == (640, 480)


def test_check_tells_what_a_delivery_refuses():
    made = timeline(2, Fraction(16))
    found = check(made, deliver="reels")
    assert [p.code for p in found] == ["rate", "short", "crop", "media-missing"]
    assert found[0].place == "reels"
    assert [p.code for p in check(made)] == ["media-missing"]
    with pytest.raises(RenderError):
        check(made, deliver="reel")


def test_a_file_of_another_kind_is_refused_with_its_name():
    for kind in PRESETS:
        ensure_suffix(Path(f"film{kind.suffix.upper()}"), kind)
    with pytest.raises(OutputError) as told:
        ensure_suffix(Path("out/film.mp4"), preset("festival"))
    assert told.value.sentence == "Festival, ProRes is delivered as .mov."
    assert told.value.remedy == "Write film.mov."


def test_a_file_that_became_too_large_is_noted():
    assert overweight(300_000_000, preset("reels")) == ()
    (said,) = overweight(412_000_000, preset("reels"))
    assert said.startswith("The file has 412 MB; Instagram Reels takes 300 MB.")
    assert overweight(10**12, preset("youtube")) == ()


def test_an_empty_film_is_refused_by_nobody():
    assert refusals(Film(0, Fraction(24), None), preset("reels")) == []
