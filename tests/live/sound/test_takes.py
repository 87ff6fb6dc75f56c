"""The takes' own sound, where the style keeps it, is that of the film's timeline."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai import metadata, rates
from otio_genai.field.model import Chosen, Gains
from otio_genai.field.realise import clashes
from otio_genai.live.sound import Sounding, prepare
from otio_genai.media import locate
from otio_genai.media.aac import FRAME_SAMPLES
from tests.live.sound.test_sounding import RATE, offline, streamed
from tests.support import fields, sounds

R = Fraction(24)
SLOTS = 9


@pytest.fixture(scope="module")
def kept(heard, tmp_path_factory):
    """A field of nine slots whose takes sound, all but the fourth."""
    folder = tmp_path_factory.mktemp("sounding takes")
    clips = []
    for k in range(SLOTS):
        path = folder / f"take {k}.wav"
        sounds.sound(path, sounds.chord(96 / 24, 20 + k))
        clip = fields.moving(f"take {k}", k, rate=R, frames=96, url=locate.url(path))
        media = metadata.read(clip.media_reference, "media")
        metadata.put(clip.media_reference, "media", media | {"has_audio": k != 3})
        told = {"integrated_lufs": -10.0 - 3 * k, "true_peak_dbtp": -4.0 - k}
        metadata.put(clip.media_reference, "loudness", told)
        clips.append([clip])
    return fields.field(clips=clips, rate=R, frames=96)


@pytest.mark.slow
@settings(max_examples=4)
@given(
    ways=st.lists(
        st.tuples(st.integers(0, 40), st.integers(12, 40)),
        min_size=SLOTS,
        max_size=SLOTS,
    ),
    voices=st.dictionaries(st.integers(0, 8), st.integers(0, 1), max_size=2),
    wishes=st.fixed_dictionaries(
        {
            "takes_sound": st.sampled_from(["keep", "mix"]),
            "split_s": st.sampled_from([0.0, 0.3, -0.3]),
            "takes_fade_s": st.sampled_from([0.0, 0.1, 0.5]),
            "fade_out_s": st.sampled_from([0.0, 1.0]),
        }
    ),
    levelled=st.booleans(),
)
def test_it_is_laid_as_offline_however_it_is_asked_for(
    heard, kept, ways, voices, wishes, levelled
):
    field = sounds.with_audio(
        replace(kept, style=replace(kept.style, **wishes)),
        bed=heard["bed"],
        voices=[(k, heard["voices"][n].clone(), 3) for k, n in voices.items()],
        gains=Gains(-9.0, 0.0, -12.0, -3.0, levelled),
    )
    film = [Chosen(k, 0, way, frames) for k, (way, frames) in enumerate(ways)]
    if clashes(field, film):
        return
    total = rates.sample_at(sum(one.frames for one in film), R, RATE)
    count = -(-total // FRAME_SAMPLES)
    expected = offline(field, film, (), count)
    prepared = prepare(field, heard["folder"])
    parts = []

    def sounding():
        made = Sounding(field, folder=heard["folder"], prepared=prepared)
        mixed = made._mixed

        def remembered(start, stop):
            parts.append((start, mixed(start, stop)))
            return parts[-1][1]

        made._mixed = remembered
        return made

    whole = streamed(sounding(), film, (0,))
    late, parts = parts, []
    assert streamed(sounding(), film) == whole
    assert len(whole) == count
    for found in (late, parts):
        assert found
        for start, part in found:
            if 0 <= start < len(expected):
                law = expected[start : start + len(part)]
                assert np.abs(part - law).max() < 3e-3


def test_a_take_that_went_away_is_silent(heard, kept, tmp_path):
    field = sounds.with_audio(
        replace(kept, style=replace(kept.style, takes_sound="keep"))
    )
    gone = kept.slots[0].options[0].material.clip.media_reference
    url, gone.target_url = gone.target_url, (tmp_path / "gone.wav").as_uri()
    try:
        sounding = Sounding(field, folder=heard["folder"])
        film = [Chosen(k, 0, 0, 24) for k in range(SLOTS)]
        frames = streamed(sounding, film)
    finally:
        gone.target_url = url
    live = sounds.decoded(frames, sounding.init)
    assert np.abs(live[: RATE // 2]).max() < 1e-3
    assert np.abs(live[2 * RATE : 3 * RATE]).max() > 0.05


def test_a_field_that_was_renewed_gives_its_new_takes(heard, kept):
    style = replace(kept.style, takes_sound="keep")
    old = sounds.with_audio(replace(kept, style=style), bed=heard["bed"])
    slots = list(old.slots)
    slots[1] = replace(slots[1], options=(*slots[1].options, *slots[5].options))
    new = replace(old, slots=tuple(slots), audio=kept.audio)
    film = [Chosen(k, 0, 0, 24) for k in range(SLOTS)]
    film[1] = Chosen(1, 1, 0, 24)
    prepared = prepare(old, heard["folder"])
    sounding = Sounding(old, folder=heard["folder"], prepared=prepared)
    sounding.push(film[0])
    sounding.renew(new)
    frames = sounding.ready(24)
    for one in film[1:]:
        sounding.push(one)
    sounding.close()
    frames += sounding.ready(1 << 40)
    fresh = Sounding(
        replace(new, audio=old.audio), folder=heard["folder"], prepared=prepared
    )
    assert streamed(fresh, film) == frames
