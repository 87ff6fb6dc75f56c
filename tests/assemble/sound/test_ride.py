"""Riding: laws of the levels, and what is heard of them in the sum of the sounds."""

import functools
from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai import maps, metadata, rates
from otio_genai.analyse.loudness import loudness
from otio_genai.assemble.sound import mix
from otio_genai.assemble.sound.programme import CEILING_DBTP
from otio_genai.assemble.sound.soundtrack import soundtrack
from otio_genai.assemble.sound.takes_sound import Heard
from otio_genai.assemble.style import Style
from otio_genai.render.sound import gains
from tests.support import bins as made
from tests.support import synth
from tests.support.marks import examples, later

S = 48_000
LENGTH_S = 9
R = Fraction(24)
RATES = [R, Fraction(24_000, 1001), Fraction(25), Fraction(16), Fraction(120)]
WORDS = ((0.5, 2.5), (2.9, 5.0), (5.6, 7.5))
SOUNDS = {}


def saved(kind, name, mono, rate, **facts):
    """A bin's clip of a sound kept in memory, as analysis knows it."""
    at = np.arange(round(len(mono) / rate * S)) / S
    wave = np.interp(at, np.arange(len(mono)) / rate, mono)
    SOUNDS[name] = np.repeat(wave[:, None], 2, axis=1)
    clip = made.sound(kind, name, len(wave) / S, **facts)
    heard = loudness(SOUNDS[name], S).to_metadata()
    metadata.put(clip.media_reference, "loudness", heard)
    return clip


@functools.cache
def voice(seed, crest_db):
    """Speech of which some syllables are so much higher than the rest."""
    rng = np.random.default_rng(seed)
    speech = synth.speech(WORDS, 8.0, sample_rate=16_000, seed=seed)
    at = np.arange(len(speech)) / 16_000
    for middle_s in rng.uniform(0.6, 7.4, 7):
        shape = np.clip(1 - np.abs(at - middle_s) / 0.05, 0, 1)
        speech = speech * (1 + (10 ** (crest_db / 20) - 1) * shape)
    speech *= 0.9 / np.abs(speech).max()
    spans = {"spans_s": [list(span) for span in WORDS]}
    return saved("voice", f"voice {seed} {crest_db}", speech, 16_000, speech=spans)


@functools.cache
def bed(seed):
    return saved("music", f"bed {seed}", synth.band(100, 12.0, seed=seed)[0], 22_050)


@functools.cache
def take(seed):
    """Noise with bangs in it."""
    rng = np.random.default_rng(seed)
    noise = 0.02 * rng.normal(size=22_050 * 6)
    for start in rng.integers(0, len(noise) - 2000, 8):
        noise[start : start + 1500] *= 8
    return saved("take", f"take {seed}", noise, 22_050)


def film(ride_db, crest_db=9.0, seed=0, rate=R, profile="web", takes="drop", **kept):
    style = Style(profile=profile, ride_db=ride_db, takes_sound=takes, **kept)
    frames = round(1.5 * rate)
    shots = [
        Heard(take(k % 2), k * frames, frames, frames, frames // 3, frames // 2, True)
        for k in range(6)
    ]
    return soundtrack(
        shots=shots,
        voices=mix.place_voices([voice(seed, crest_db)], rate, style, 0.6),
        bed=bed(seed),
        total=6 * frames,
        rate=rate,
        style=style,
    )


def summed(done, rate, tracks=("Voice", "Bed", "Takes")):
    """What is heard of the tracks, as the renderer sums them."""
    timeline = otio.schema.Timeline(global_start_time=rates.time(0, rate))
    timeline.tracks.extend(done.tracks)
    heard = np.zeros((rates.sample_at(6 * round(1.5 * rate), rate, S), 2))
    for span in maps.sound_map(timeline, S):
        if span.track not in tracks:
            continue
        first, last = max(0, span.record_in_samples), span.record_out_samples
        last = min(last, len(heard))
        skipped = first - span.record_in_samples
        source = rates.frame_at(span.source_in_s, Fraction(S)) + skipped
        piece = SOUNDS[span.clip.name][source : source + last - first]
        level = gains(span, skipped, len(piece))
        heard[first : first + len(piece)] += piece * level[:, None]
    timeline.tracks.clear()
    return heard


def keys_of(done):
    return [
        metadata.read(clip, "levels")
        for track in done.tracks
        for clip in track.find_clips()
    ]


def factors(done, plain):
    """What was ridden at every frame of every clip, against the unridden film."""
    more = maps.gain(done.programme["gain_db"] - plain.programme["gain_db"])
    found = []
    for ridden, still in zip(keys_of(done), keys_of(plain), strict=True):
        at = np.arange(max(ridden[-1][0], still[-1][0]) + 1)
        one, two = (
            np.interp(at, [k for k, _ in keys], [maps.gain(db) for _, db in keys])
            for keys in (ridden, still)
        )
        heard = two > 1e-3
        found.append(np.where(heard, one / np.where(heard, two, 1) / more, 1.0))
    return found


films = st.fixed_dictionaries(
    {
        "crest_db": st.sampled_from([0.0, 5.0, 9.0, 14.0]),
        "seed": st.integers(0, 2),
        "rate": st.sampled_from(RATES),
        "takes": st.sampled_from(["drop", "mix", "keep"]),
        "profile": st.sampled_from(["web", "podcast", "broadcast"]),
    }
)


@examples(10, 3)
@given(films, st.sampled_from([1.5, 6.0, 12.0]))
def test_the_laws_of_riding(chosen, ride_db):
    done, plain = film(ride_db, **chosen), film(0.0, **chosen)
    truth, told = loudness(summed(done, chosen["rate"]), S), done.programme
    # The bound stays one, and the estimate is what is heard.
    assert truth.true_peak_dbtp <= told["true_peak_dbtp"] + 0.06
    assert told["true_peak_dbtp"] <= CEILING_DBTP + 1e-9
    assert told["integrated_lufs"] == pytest.approx(truth.integrated_lufs, abs=0.3)
    # Riding only ever makes a film louder, and never louder than it shall be.
    before, after = (f.programme["integrated_lufs"] for f in (plain, done))
    assert before - 0.05 <= after <= told["aim_lufs"] + 0.05
    if told["rides"] == 0:
        assert keys_of(done) == keys_of(plain)
        assert told["ridden_db"] == 0
        return
    assert after >= before
    assert before < told["aim_lufs"] - 0.05
    found = factors(done, plain)
    lowest = min(float(curve.min()) for curve in found)
    assert -20 * np.log10(lowest) <= ride_db + 0.02
    assert told["ridden_db"] == pytest.approx(-20 * np.log10(lowest), abs=0.1)
    assert max(float(curve.max()) for curve in found) <= 1.003
    for keys in keys_of(done):
        numbers = [frame for frame, _ in keys]
        assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("rate", RATES, ids=lambda r: f"{float(r):.3f}")
def test_a_voice_of_great_crest_reaches_its_loudness(rate):
    plain, done = (film(ride_db, rate=rate) for ride_db in (0.0, 6.0))
    assert plain.programme["integrated_lufs"] < -16.5
    assert done.programme["integrated_lufs"] == pytest.approx(-14, abs=0.06)
    assert done.warnings == []
    assert done.programme["rides"] >= 4


def test_nothing_moves_but_around_the_peaks():
    plain, done = film(0.0), film(6.0)
    spoken, music = factors(done, plain)[:2]
    assert np.mean(np.abs(spoken - 1) < 0.003) > 0.5
    high = summed(plain, R, ("Voice",))[:, 0]
    high = np.abs(high[: len(high) // 2000 * 2000].reshape(-1, 2000)).max(axis=1)
    peaky = np.flatnonzero(high > high.max() / 2)
    begin = begin_of_voice(done)
    for frame in np.flatnonzero(spoken < 0.997) + begin:
        # A block of 100 ms, its ramps, and rests too short to come up for.
        assert np.abs(peaky - frame).min() <= 16
    # Where no sound is ridden, the bed lies to the voice as it did.
    assert np.mean(np.abs(music - 1) < 0.003) > 0.9


def begin_of_voice(done):
    """First record frame of the voice."""
    gap = done.tracks[0][0]
    return round(gap.source_range.duration.value)


@pytest.mark.parametrize("seed", later([0, 1, 2], 1))
@pytest.mark.parametrize("crest_db", [5.0, 9.0, 14.0])
def test_no_pumping(seed, crest_db):
    plain, done = (film(r, crest_db=crest_db, seed=seed) for r in (0.0, 6.0))
    more_db = done.programme["gain_db"] - plain.programme["gain_db"]
    first, second = (loudness(summed(f, R, ("Voice",)), S) for f in (plain, done))
    assert second.lra_lu < first.lra_lu + 2
    # Bangs that are turned down leave less of a range, and shall.
    assert crest_db == 14 or second.lra_lu > first.lra_lu - 2
    one, two = (np.array(heard.powers_db) for heard in (first, second))
    spoken = one > first.integrated_lufs - 20
    assert abs(np.median((two - one)[spoken]) - more_db) < 1.5
    per_minute = len(keys_of(done)[0]) / (LENGTH_S / 60)
    assert per_minute < 240


def test_what_is_as_high_all_along_is_not_ridden():
    phase = 2 * np.pi * 100 * np.arange(8 * 16_000) / 16_000
    steady = sum(np.cos(k * phase) for k in range(1, 41)) / 45
    # Without the click with which it would begin.
    steady *= np.clip(np.minimum(phase, phase[-1] - phase) / 30, 0, 1)
    spans = {"spans_s": [[0.0, 8.0]]}
    clip = saved("voice", "hum", steady, 16_000, speech=spans)
    done = soundtrack(
        shots=(),
        voices=mix.place_voices([clip], R, Style(), 0.0),
        bed=None,
        total=192,
        rate=R,
        style=Style(),
    )
    assert done.programme["integrated_lufs"] < -14.5
    assert done.programme["rides"] == 0
    assert len(keys_of(done)[0]) == 1
    assert "dBTP at" in done.warnings[0]
    assert "ridden" not in done.warnings[0]


def test_what_is_left_is_said():
    done = film(1.5, crest_db=14.0)
    (told,) = done.warnings
    places = done.programme["rides"]
    assert f"ridden down by up to 1.5 dB at {places} places" in told
    assert "nothing is compressed" in told


def test_cinema_is_left_alone():
    one, two = (film(ride_db, profile="cinema") for ride_db in (0.0, 12.0))
    assert keys_of(one) == keys_of(two)
    assert two.programme["rides"] == 0


def test_a_factor_comes_on_top_of_ducks_and_fades():
    ducks = mix.duck([(1.0, 2.0)], -8.0, Style())
    keys = mix.levels(96, -3.0, R, ducked=ducks, fade_out_s=1.0)
    assert mix.ridden(keys, np.ones(97)) == keys
    rng = np.random.default_rng(0)
    factor = rng.uniform(0.5, 1, 97)
    at = np.arange(97)
    was, now = (
        np.interp(at, [k for k, _ in found], [maps.gain(db) for _, db in found])
        for found in (keys, mix.ridden(keys, factor))
    )
    assert now == pytest.approx(was * factor, rel=0.002, abs=2e-5)
