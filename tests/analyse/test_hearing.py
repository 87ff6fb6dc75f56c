import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from otio_genai.analyse.features import features, features_of
from otio_genai.analyse.hearing import Hearing, Resampler
from otio_genai.analyse.loudness import loudness
from otio_genai.media.sound import read
from otio_genai.media.write import write_wav
from tests.support import synth
from tests.support.marks import examples

RATES = [(48_000, 22_050), (48_000, 16_000), (8_000, 22_050)]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 999), st.sampled_from(RATES))
def test_resampling_in_pieces_is_resampling(seed, rates):
    rng = np.random.default_rng(seed)
    sound = rng.normal(size=rng.integers(1, 9000)).astype(np.float32)
    cuts = np.sort(rng.integers(0, sound.size + 1, 4))
    resampler = Resampler(*rates)
    found = [resampler.add(piece) for piece in np.split(sound, cuts)]
    found = np.concatenate([*found, resampler.rest()])
    want = signal.resample_poly(sound, *np.array(rates[::-1]) // np.gcd(*rates))
    assert found == pytest.approx(want, abs=1e-5)


@examples(5, 2)
@given(st.integers(0, 999))
def test_features_of_pieces_are_those_of_the_whole(seed):
    sound, _ = synth.band(110, 26)
    rng = np.random.default_rng(seed)
    whole = features(sound, 22_050)
    cuts = np.sort(rng.integers(0, sound.size + 1, 5))
    found = features_of(np.split(sound, cuts))
    for name in whole.__slots__:
        assert np.array_equal(getattr(found, name), getattr(whole, name))


def test_one_pass_hears_what_the_whole_sound_holds(tmp_path):
    sound = synth.band(120, 3.3, 44_100)[0]
    path = tmp_path / "band.wav"
    write_wav(path, sound[:, None] * [1, 0.3], 44_100)
    hearing = Hearing(path)
    mono = np.concatenate(list(hearing.mono(16_000)))
    whole = read(path, 48_000, 2)
    want = signal.resample_poly(whole.mean(axis=1), 1, 3)
    assert mono == pytest.approx(want, abs=1e-5)
    found = hearing.loudness()
    assert found == Hearing(path).loudness()
    assert found.to_metadata() == loudness(whole, 48_000).to_metadata()


def test_loudness_of_bands_of_half_a_second():
    sound = synth.sines([(-20, 2), (-200, 2), (-40, 2)], 22_050)[:, 0]
    loud_db = features(sound, 22_050).loud_db
    # One channel is 3 dB less than two that are alike.
    assert loud_db[1:3] == pytest.approx([-23] * 2, abs=0.2)
    assert loud_db[9:11] == pytest.approx([-43] * 2, abs=0.2)
    assert loud_db[5] == -120
