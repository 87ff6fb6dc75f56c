"""Captions burnt in: the right words, on exactly their frames, where they belong."""

from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai import maps, metadata, rates
from otio_genai.media import locate
from otio_genai.render import render_film, titles
from otio_genai.render.captions import burnt
from otio_genai.render.compose import Composer
from otio_genai.render.plan import make_plan
from tests.render.building import clip, timeline
from tests.support.coded import coded_tone, decoded, write_sound, write_take

R = Fraction(24)


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spoken takes")
    options = {"preset": "ultrafast", "crf": "10"}
    take = write_take(folder / "take1.mp4", 1, 72, 24, options=options)
    voice = write_sound(
        folder / "voice.wav", coded_tone(1, 48000 * 3), 48000, "pcm_s16le"
    )
    return take, voice


def spoken(voice, sentences):
    """A voice clip of three seconds that says what it is told."""
    samples = Fraction(48000)
    reference = otio.schema.ExternalReference(
        locate.url(voice), rates.span(0, 144_000, samples)
    )
    metadata.put(reference, "media", {"kind": "voice", "samples": 144_000})
    metadata.put(reference, "script", {"sentences": sentences})
    return otio.schema.Clip("voice", reference, rates.span(0, 72, R))


def changed(made):
    """The record frames that captions change, before any encoding."""
    plans = [make_plan(made, captions=captions) for captions in (False, True)]
    found = []
    with Composer(plans[0].size, plans[0].rate) as composer:
        frames = ([f for span in plan.spans for f in span.frames] for plan in plans)
        for number, (bare, captioned) in enumerate(zip(*frames, strict=True)):
            pair = (composer.rgb(bare), composer.rgb(captioned))
            if not np.array_equal(*pair):
                found.append(number)
    return found


def test_captions_are_on_exactly_their_frames(media, tmp_path):
    take, voice = media
    lines = [[0.5, 1.25, "The wind."], [2.0, 2.5, "Then nothing."]]
    made = timeline([clip(take, 0, 72)], audio=[[spoken(voice, lines)]])
    with_them = render_film(
        made, tmp_path / "burnt.mp4", crf=1, captions=True, cache=False
    )
    without = render_film(made, tmp_path / "bare.mp4", crf=1, cache=False)
    wanted = [*range(12, 30), *range(48, 60)]
    assert changed(made) == wanted
    differ = [
        np.abs(a.astype(int) - b).max() > 30
        for a, b in zip(decoded(with_them.path), decoded(without.path), strict=True)
    ]
    assert [n for n, one in enumerate(differ) if one] == wanted
    assert with_them.plain_frames == 72 - 30
    assert without.plain_frames == 72


@pytest.mark.parametrize(
    ("size", "low", "high"), [((480, 270), 2 / 3, 0.95), ((270, 480), 0.6, 0.8)]
)
def test_they_lie_low_and_clear_of_buttons(size, low, high):
    text = "The wind came over the hill before light, and nobody heard it."
    found, notes = burnt([(Fraction(0), Fraction(2), text)], R, size)
    assert notes == () and len(found) == 1
    alpha = titles.picture(found[0].url, size)[..., 3]
    rows, columns = (np.flatnonzero(alpha.any(axis=axis)) for axis in (1, 0))
    assert rows[0] >= low * size[1] and rows[-1] <= high * size[1] + 4
    assert columns[0] >= 0.04 * size[0] and columns[-1] <= 0.96 * size[0]
    assert abs(columns[0] + columns[-1] - size[0]) <= 4


words = st.text("abcdefghij", min_size=1, max_size=14)


@given(
    st.lists(st.lists(words, min_size=1, max_size=40), min_size=1, max_size=4),
    st.booleans(),
    st.sampled_from([Fraction(24_000, 1001), Fraction(25), Fraction(60)]),
)
def test_all_is_said_in_order_two_lines_at_a_time(said, upright, rate):
    cues = [
        (Fraction(10 * n), Fraction(10 * n + 11), " ".join(one))
        for n, one in enumerate(said)
    ]
    size = (1080, 1920) if upright else (1920, 1080)
    found, _ = burnt(cues, rate, size)
    most = 37 if upright else 42
    texts = [maps.drawing(one.url).read()["text"] for one in found]
    for text in texts:
        lines = text.split("\n")
        assert len(lines) <= 2 and all(0 < len(line) <= most for line in lines)
    assert " ".join(" ".join(texts).split()) == " ".join(" ".join(o) for o in said)
    for one, following in zip(found, found[1:], strict=False):
        assert one.first < one.last <= following.first
    # No frame within a sentence is without its words.
    shown = {frame for one in found for frame in range(one.first, one.last)}
    assert shown == set(range(rates.frames_at(cues[-1][1], rate)))


def test_they_go_with_the_film_whatever_is_under_them(media):
    take, voice = media
    lines = [[0.5, 9.0, "To the end."]]
    made = timeline(
        [clip(take, 0, 24)], audio=[[spoken(voice, lines)]], size=(192, 108)
    )
    plan = make_plan(made, captions=True)
    frames = [frame for span in plan.spans for frame in span.frames]
    assert len(frames) == 72
    assert [len(frame) for frame in frames] == [1] * 12 + [2] * 12 + [1] * 48
    assert all(frame[-1].over and frame[-1].drawn for frame in frames[12:])
    nobody = make_plan(timeline([clip(take, 0, 24)]), captions=True)
    assert nobody.spans[0].plain


def test_two_voices_at_once_are_both_read():
    cues = [(Fraction(1), Fraction(3), "Yes."), (Fraction(1), Fraction(2), "No.")]
    found, _ = burnt(cues, R, (1920, 1080))
    assert [maps.drawing(one.url).read()["text"] for one in found] == ["Yes. No."]
    assert [(one.first, one.last) for one in found] == [(24, 48)]
