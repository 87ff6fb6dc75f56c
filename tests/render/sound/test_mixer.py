"""What the mixer plays: speeds, channels, curves, in blocks of any size."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai import maps, metadata, rates
from otio_genai.media import sound as media_sound
from otio_genai.render.sound import Mixer, gains
from tests.render.building import clip, dissolve, timeline
from tests.render.sound.programmes import S, pink, sine, span, wav


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("sounds")


@pytest.fixture(scope="module")
def noise(folder):
    """Two seconds of stereo noise, as the file gives it."""
    sides = np.stack([pink(2 * S, 1), pink(2 * S, 2)], axis=1)
    path = wav(folder / "noise.wav", 0.1 * sides)
    return path, media_sound.read(path)


@pytest.fixture(scope="module")
def noise_44(folder):
    return wav(folder / "noise 44.wav", 0.1 * pink(2 * 44_100, 3), 44_100)


def mixed(*spans, samples=None, sizes=(S,)):
    length = samples or max(one.record_out_samples for one in spans)
    blocks, at = [], 0
    with Mixer(tuple(spans), length) as mixer:
        while at < length:
            count = min(sizes[len(blocks) % len(sizes)], length - at)
            blocks.append(mixer.block(at, count))
            at += count
    return np.concatenate(blocks)


def test_at_double_speed_a_sine_is_an_octave_higher_on_its_sample(folder):
    path = wav(folder / "sine.wav", sine(440, 2 * S, level=0.5))
    heard = mixed(span(path, S // 2, at=777, source=4800, speed=Fraction(2)))
    # Ten samples of the file lie behind every five that are heard.
    wanted = sine(880, S // 2 + 2400, level=0.5)[2400:]
    assert not heard[:777].any()
    assert np.abs(heard[777:, 0] - wanted)[50:-50].max() < 1e-5


@pytest.mark.parametrize(
    "speed", [Fraction(1, 2), Fraction(3, 2), Fraction(1001, 1000)]
)
def test_a_click_lands_where_its_speed_takes_it(folder, speed):
    sound = np.zeros((2 * S, 2))
    sound[[S // 2, S]] = 0.5
    path = wav(folder / "clicks.wav", sound)
    heard = mixed(span(path, 3 * S, at=33, source=2400, speed=speed))[:, 0]
    offset = Fraction(2400) / speed
    for place in (S // 2, S):
        due = 33 + place / speed - int(offset)
        around = np.abs(heard[int(due) - 4 : int(due) + 6])
        if due.denominator == 1:
            assert int(np.argmax(around)) == 4
        else:
            # Between two samples: these are the highest around.
            assert set(np.argsort(around)[-2:]) == {4, 5}


def test_backwards_is_flipped(noise):
    path, sound = noise
    # From the end of sample 50 000 back to the beginning of sample 20 000.
    back = span(path, 30_000, source=50_000, speed=Fraction(-1))
    assert np.array_equal(mixed(back, sizes=(7001,)), sound[20_000:50_000][::-1])
    for speed in (Fraction(2), Fraction(1, 3)):
        length = int(30_000 / speed)
        forth = mixed(span(path, length, source=20_000, speed=speed))
        back = mixed(span(path, length, source=50_000, speed=-speed))
        assert np.abs(back - forth[::-1]).max() < (1e-6 if speed == 2 else 0.01)


def test_a_long_sound_runs_backwards_from_piece_to_piece(folder):
    # Longer than what is read ahead at once.
    sound = 0.1 * pink(45 * S, 8)
    path = wav(folder / "long.wav", sound)
    back = span(path, 45 * S, source=45 * S, speed=Fraction(-1))
    heard = mixed(back, sizes=(10 * S, 7 * S + 1))
    assert np.array_equal(heard, media_sound.read(path)[::-1])


def test_held_still_a_sound_is_silent(noise):
    assert not mixed(span(noise[0], 4800, speed=Fraction(0))).any()


def test_channels_are_picked(noise):
    path, sound = noise
    head = sound[:4800]
    for channels, wanted in {
        (): head,
        (1, 2): head,
        (2, 1): head[:, ::-1],
        (2,): head[:, [1, 1]],
        (3,): np.zeros_like(head),
        (1, 3): head * [1, 0],
    }.items():
        heard = mixed(span(path, 4800, channels=channels))
        assert np.array_equal(heard, wanted), channels


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.integers(1, 30_000), min_size=1, max_size=4),
    st.sampled_from([1, Fraction(3, 2), -1, Fraction(-3, 4)]),
)
def test_the_mix_does_not_depend_on_its_blocks(noise, noise_44, sizes, speed):
    spans = (
        span(noise[0], 40_000, at=100, source=41_000, speed=Fraction(speed),
             levels=((5, 1.0), (30_000, 0.2)), fade_in_samples=3000),
        span(noise_44, 40_000, at=9_000, fade_out_samples=700, fade_out_curve="power"),
    )  # fmt: skip
    whole = mixed(*spans, sizes=(60_000,))
    assert np.array_equal(mixed(*spans, sizes=[max(n, 500) for n in sizes]), whole)


def test_mixing_is_linear(noise, noise_44):
    first = span(noise[0], 30_000, at=500, levels=((0, 0.3),))
    other = span(noise_44, 30_000, at=9000, fade_in_samples=2000)
    together = mixed(first, other)
    apart = mixed(first, samples=39_000) + mixed(other, samples=39_000)
    assert np.abs(together - apart).max() < 1e-7
    louder = span(noise[0], 30_000, at=500, levels=((0, 0.6),))
    assert np.abs(mixed(louder) - 2 * mixed(first)).max() < 1e-7


@given(st.integers(1, 20_000), st.data())
def test_a_fade_of_equal_power_keeps_the_power(length, data):
    at = data.draw(st.integers(0, length - 1))
    count = data.draw(st.integers(1, length - at))
    going = span("/a.wav", length, fade_out_samples=length, fade_out_curve="power")
    coming = span("/b.wav", length, fade_in_samples=length, fade_in_curve="power")
    power = gains(going, at, count) ** 2 + gains(coming, at, count) ** 2
    assert np.abs(power - 1).max() < 1e-6


@pytest.mark.parametrize(("curve", "summed"), [("gain", 1.0), ("power", 2**0.5)])
def test_a_crossfade_has_the_curve_that_the_timeline_says(folder, curve, summed):
    path = wav(folder / "steady.wav", np.full((4 * S, 2), 0.25))
    fade = dissolve(6, 6)
    metadata.put(fade, "curve", curve)
    made = timeline(audio=[[clip(path, 10, 24), fade, clip(path, 40, 24)]])
    spans = tuple(maps.sound_map(made, S))
    middle = rates.sample_at(24, Fraction(24), S)
    with Mixer(spans, 2 * S) as mixer:
        heard = mixer.block(0, 2 * S)[:, 0] / 0.25
    assert heard[middle] == pytest.approx(summed, abs=1e-4)
    assert heard[[100, middle - 12_500, middle + 12_500]] == pytest.approx(1, abs=1e-4)


def test_many_cuts_open_few_files(folder, noise):
    paths = [wav(folder / f"cut{n}.wav", np.full((960, 2), 0.1)) for n in range(40)]
    spans = tuple(span(path, 960, at=960 * n) for n, path in enumerate(paths))
    with Mixer(spans, 40 * 960) as mixer:
        for start in range(0, 40 * 960, 480):
            mixer.block(start, 480)
            assert len(mixer._playing) + len(mixer._idle) <= 6
