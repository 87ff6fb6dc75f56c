import numpy as np
import pytest

from otio_genai.analyse.trust import agreement, salience, separation


def test_salience_is_the_share_on_the_beat():
    act = np.zeros(400)
    act[20::40] = 1
    assert salience(act, np.arange(20, 400, 40)) == 1
    assert salience(act, np.arange(40, 400, 40)) == 0
    assert salience(act, np.zeros(0, int)) == salience(0 * act, np.array([3])) == 0


def test_agreement_forgives_octaves():
    on, off = np.arange(20, 400, 40), np.arange(40, 400, 40)
    assert agreement(on, on) == agreement(on, on[::2]) == agreement(on[1::2], on) == 1
    assert agreement(on, off) == agreement(on, np.zeros(0, int)) == 0
    assert agreement(on, on + 6) == 1
    assert agreement(on, on + 7) == 0


def test_separation_is_one_when_complete_and_zero_by_chance():
    rng = np.random.default_rng(0)
    chosen = np.arange(64) % 4 == 0
    assert separation(rng.uniform(size=64) + chosen, chosen) == 1
    by_chance = [separation(rng.normal(size=64), chosen) for _ in range(200)]
    assert np.mean(np.array(by_chance) > 0) < 0.05
    assert max(by_chance) < 0.5
    assert separation(-1.0 * chosen, chosen) == 0


def test_too_few_tell_nothing():
    assert separation(np.array([3.0, 0, 0, 0, 0, 0, 0]), np.arange(7) == 0) == 0
    assert separation(np.ones(4), np.ones(4, bool)) == 0
    assert separation(np.ones(0), np.ones(0, bool)) == 0


def test_separation_needs_no_scale():
    rng = np.random.default_rng(1)
    chosen = np.arange(80) % 8 == 0
    accents = rng.normal(size=80) + 1.5 * chosen
    found = separation(accents, chosen)
    assert 0 < found < 1
    assert separation(np.exp(accents), chosen) == pytest.approx(found)
