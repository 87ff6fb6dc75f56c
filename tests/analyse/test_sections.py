import numpy as np
import pytest

from otio_genai.analyse.features import features
from otio_genai.analyse.music import music
from otio_genai.analyse.sections import novelty, sections
from tests.support import synth
from tests.support.marks import later

RATE = 22_050


@pytest.mark.parametrize("bpm", later([120, 80], 1))
@pytest.mark.parametrize(
    "bars", [(16, 16, 16), pytest.param((8, 16, 8), marks=pytest.mark.slow)]
)
def test_sections_begin_where_the_band_sets_in(bpm, bars):
    sound, borders_s = synth.song(bpm, bars)
    found = music(sound, RATE)
    assert found.sections_s == pytest.approx(borders_s, abs=0.1)
    assert found.section_confidence >= 0.5
    assert set(found.sections_s[1:]) <= set(found.phrases_s)


def test_without_bars_borders_are_near():
    sound, borders_s = synth.song(120, (16, 16))
    found = sections(features(sound, RATE))
    assert found.times_s[1] == pytest.approx(borders_s[1], abs=2)


@pytest.mark.parametrize("seed", later(range(3), 1))
def test_what_has_no_sections_has_no_sure_ones(seed):
    rng = np.random.default_rng(seed)
    noise = 0.1 * rng.normal(size=RATE * 60)
    for sound in (noise, synth.violin(90, seed=seed)[0], synth.band(100, 70)[0]):
        assert sections(features(sound, RATE)).confidence < 0.5


@pytest.mark.parametrize("length_s", [1, 5, 17, 24])
def test_short_pieces_are_one_section(length_s):
    found = sections(features(synth.band(120, length_s)[0], RATE), begin_s=0.25)
    assert found.times_s[0] == 0.25
    assert found.confidence < 0.5


def test_novelty_is_blind_to_level():
    sound, _ = synth.song(120, (8, 8))
    plain, quiet = (novelty(features(g * sound, RATE)) for g in (1.0, 0.1))
    assert quiet == pytest.approx(plain, abs=0.01)
    assert (plain >= 0).all() and plain.max() <= 1
