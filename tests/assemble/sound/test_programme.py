"""The estimate of a programme against the same sounds really mixed."""

import functools
import math
from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai import maps, metadata, rates
from otio_genai.analyse.loudness import loudness
from otio_genai.assemble.sound.programme import (
    CEILING_DBTP,
    Programme,
    balance,
    part,
    programme,
)
from otio_genai.maps import SoundSpan
from otio_genai.render.sound import gains
from tests.support import synth
from tests.support.marks import examples

S = 48_000
LENGTH_S = 12


def clip_of(sound, **changed):
    """A clip whose reference carries what analysis says of a sound."""
    available = rates.span(0, len(sound), Fraction(S))
    reference = otio.schema.ExternalReference("file:///sound.wav", available)
    facts = loudness(sound, S).to_metadata() | changed
    metadata.put(reference, "loudness", {k: v for k, v in facts.items() if v != ()})
    return otio.schema.Clip("sound", reference)


def stereo(mono, rate=22_050):
    """A made-up sound at 48 kHz on both sides."""
    at = np.arange(int(len(mono) / rate * S)) / S
    wave = np.interp(at, np.arange(len(mono)) / rate, mono).astype(np.float32)
    return np.repeat(wave[:, None], 2, axis=1)


def voice(seed, words=((1, 3.5), (4.2, 8), (9.5, 11.5)), length_s=LENGTH_S):
    return stereo(synth.speech(words, length_s, sample_rate=16_000, seed=seed), 16_000)


def bed(seed, length_s=LENGTH_S):
    return stereo(synth.band(96, length_s, seed=seed)[0])


def noise(seed, length_s=LENGTH_S):
    rng = np.random.default_rng(seed)
    swell = 0.1 * (1.2 + np.sin(np.arange(int(length_s * S)) / S * 2))
    return (swell[:, None] * rng.normal(size=(len(swell), 2))).astype(np.float32)


@functools.cache
def known(made, seed):
    """A sound and its clip, measured once."""
    sound = made(seed)
    return sound, clip_of(sound)


def span(clip, begin, end, source_in=0, levels=((0, 1.0),), fades=(0, 0)):
    return SoundSpan(
        "A", clip, "", begin, end, Fraction(source_in, S), tuple(levels), *fades
    )


def mixed(laid, samples):
    """The sum of (span, sound), as the renderer makes it."""
    mix = np.zeros((samples, 2))
    for spot, sound in laid:
        first, last = max(0, spot.record_in_samples), spot.record_out_samples
        last = min(last, samples)
        level = gains(spot, first - spot.record_in_samples, last - first)
        source = math.floor(spot.source_in_s * S) + first - spot.record_in_samples
        piece = np.zeros((last - first, 2))
        have = sound[max(0, source) : max(0, source + last - first)]
        piece[max(0, -source) : max(0, -source) + len(have)] = have
        mix[first:last] += piece * level[:, None]
    return loudness(mix, S)


def assert_near(laid, samples, within_lu=0.3):
    estimate = programme([spot for spot, _ in laid], samples)
    truth = mixed(laid, samples)
    assert estimate.integrated_lufs == pytest.approx(
        truth.integrated_lufs, abs=within_lu
    )
    assert estimate.true_peak_dbtp >= truth.true_peak_dbtp - 1e-6
    return estimate, truth


@pytest.mark.parametrize(("seed", "bed_db"), [(0, -18.0), (0, -4.0), (1, 6.0)])
def test_voice_over_a_ducked_bed(seed, bed_db):
    (spoken, speaker), (music, player) = known(voice, seed), known(bed, seed)
    low = maps.gain(bed_db)
    keys = [(0.7, 1.0), (0.98, 0.3), (8.5, 0.3), (9.2, 1.0), (9.3, 1), (9.48, 0.3)]
    ducked = [(int(t * S), low * level) for t, level in keys]
    laid = [
        (span(speaker, 0, LENGTH_S * S), spoken),
        (span(player, 0, LENGTH_S * S, levels=ducked), music),
    ]
    assert_near(laid, LENGTH_S * S)


def test_one_sound_as_it_is_has_its_own_loudness():
    for made in (bed, voice, noise):
        sound, clip = known(made, 1)
        laid = [(span(clip, 0, len(sound)), sound)]
        estimate, truth = assert_near(laid, len(sound), 0.05)
        assert estimate.true_peak_dbtp <= truth.true_peak_dbtp + 0.11


places = st.integers(0, 12 * S)
keys = st.lists(
    st.tuples(st.integers(0, 300), st.floats(0, 2)), min_size=1, max_size=5
).map(lambda found: [(2000 * k, v) for k, v in sorted(dict(found).items())])
KNOWN = (bed, voice, noise)


@examples(20, 6)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            places,
            places,
            places,
            keys,
            st.sampled_from([0, 2000, S]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_the_bound_on_the_peak_is_never_below_the_truth(drawn):
    laid = []
    for which, one, other, source_in, levels, fade in drawn:
        begin, end = sorted((one, other))
        if end > begin:
            fades = (fade if fade <= (end - begin) // 2 else 0,) * 2
            sound, clip = known(KNOWN[which], 0)
            spot = span(clip, begin, end, source_in, levels, fades)
            laid.append((spot, sound))
    estimate = programme([spot for spot, _ in laid], 12 * S)
    if laid:
        assert estimate.true_peak_dbtp >= mixed(laid, 12 * S).true_peak_dbtp - 1e-6


@pytest.mark.parametrize(("aim", "seed"), [(-14.0, 0), (-16.0, 1), (-23.0, 0)])
def test_the_gain_reaches_the_aim_or_the_ceiling(aim, seed):
    (spoken, speaker), (music, player) = known(voice, seed), known(bed, seed)
    laid = [
        (span(speaker, 0, LENGTH_S * S), spoken),
        (span(player, 0, LENGTH_S * S, levels=[(0, 0.2)]), music),
    ]
    gain_db, found, told = balance([spot for spot, _ in laid], LENGTH_S * S, aim)
    factor = maps.gain(gain_db)
    turned = [
        (
            span(
                spot.clip,
                0,
                LENGTH_S * S,
                levels=[(k, v * factor) for k, v in spot.levels],
            ),
            sound,
        )
        for spot, sound in laid
    ]
    truth = mixed(turned, LENGTH_S * S)
    assert truth.true_peak_dbtp <= CEILING_DBTP
    assert found.integrated_lufs == pytest.approx(truth.integrated_lufs, abs=0.3)
    if told:
        assert found.true_peak_dbtp == pytest.approx(CEILING_DBTP, abs=0.011)
        reached = f"{found.integrated_lufs:.1f} LUFS, not {aim:g}"
        assert reached in told[0]
        assert "s in sound; nothing is compressed" in told[0]
    else:
        assert truth.integrated_lufs == pytest.approx(aim, abs=0.6)


def test_what_is_soft_may_be_turned_up():
    soft = noise(1) * 0.02
    gain_db, found, told = balance([span(clip_of(soft), 0, len(soft))], len(soft), -23)
    assert gain_db > 6
    assert found.integrated_lufs == pytest.approx(-23, abs=0.02)
    assert not told


def test_cinema_changes_nothing_and_says_when_it_is_too_loud():
    loud = span(known(noise, 1)[1], 0, LENGTH_S * S, levels=[(0, 4.0)])
    gain_db, found, told = balance([loud], LENGTH_S * S, None)
    assert gain_db == 0
    assert found == programme([loud], LENGTH_S * S)
    assert len(told) == 1
    quiet = span(known(noise, 1)[1], 0, LENGTH_S * S, levels=[(0, 0.1)])
    assert balance([quiet], LENGTH_S * S, None)[2] == []


def test_noise_alone_is_not_turned_up():
    hiss = noise(1) * 0.002
    gain_db, found, told = balance([span(clip_of(hiss), 0, len(hiss))], len(hiss), -14)
    assert gain_db == 0
    assert found.integrated_lufs < -50
    assert len(told) == 1


@pytest.mark.parametrize("aim", [-14.0, None])
def test_nothing_is_silent(aim):
    silent = clip_of(np.zeros((S, 2), np.float32))
    bare = otio.schema.Clip("x", otio.schema.ExternalReference("file:///x.wav"))
    for spans in ([], [span(silent, 0, S)], [span(bare, 0, S)]):
        gain_db, found, told = balance(spans, S, aim)
        assert (gain_db, told) == (0.0, [])
        assert found.integrated_lufs == -math.inf


def test_without_curves_a_sound_is_even():
    sound = noise(2)
    old = clip_of(sound, powers_db=(), peaks_dbtp=())
    whole = loudness(sound, S)
    found = programme([span(old, 0, len(sound))], len(sound))
    assert found.integrated_lufs == pytest.approx(whole.integrated_lufs, abs=0.01)
    assert found.true_peak_dbtp == pytest.approx(whole.true_peak_dbtp, abs=0.01)


def test_a_part_is_measured_alone():
    sound = np.concatenate([noise(0, 4) * 0.1, noise(1, 4)])
    reference = clip_of(sound).media_reference
    for begin_s, end_s in ((0.0, 4.0), (4.0, 8.0), (2.0, 3.5)):
        truth = loudness(sound[int(begin_s * S) : int(end_s * S)], S)
        found = part(reference, begin_s, end_s)
        assert found.integrated_lufs == pytest.approx(truth.integrated_lufs, abs=0.2)
        assert found.true_peak_dbtp >= truth.true_peak_dbtp - 0.3
    assert part(otio.schema.ExternalReference("file:///x.wav"), 0, 1) is None
    beyond = part(reference, 20, 21)
    assert beyond == Programme(-math.inf, -math.inf)
