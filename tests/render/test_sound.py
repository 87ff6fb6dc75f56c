"""The mix, sample for sample, and what of it reaches the file."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai import maps, rates
from otio_genai.errors import MediaError
from otio_genai.maps import SoundSpan
from otio_genai.media import sound as media_sound
from otio_genai.media.write import write_wav
from otio_genai.render import moviepy_clip, render_film
from otio_genai.render.sound import Mixer, gains, safe_gain, true_peak
from tests.render.building import FILM_RATES, clip, dissolve, gap, timeline
from tests.support.coded import bursts
from tests.support.marks import later

S = 48_000


def mixed(made):
    """The whole mix of a timeline at once."""
    length = rates.sample_at(maps.length_frames(made), maps.record_rate(made), S)
    with Mixer(tuple(maps.sound_map(made, S)), length) as mixer:
        return np.concatenate(list(mixer.blocks()))


def onsets(sound, template, count):
    """Places where a template fits best, in order."""
    found = np.correlate(sound.mean(axis=1), template, "valid")
    places = []
    for _ in range(count):
        best = int(np.argmax(found))
        places.append(best)
        found[max(0, best - 2000) : best + 2000] = 0
    return sorted(places)


@pytest.fixture(scope="module")
def wav(tmp_path_factory):
    """Three seconds with bursts at known samples, at 48 and 44.1 kHz."""
    folder = tmp_path_factory.mktemp("sounds")
    for rate in (48_000, 44_100):
        places = [int(p * rate) for p in (0.5, 1.0, 1.75)]
        write_wav(folder / f"{rate}.wav", bursts(places, 3 * rate, rate), rate)
    return folder


@pytest.fixture(scope="module")
def steady(tmp_path_factory):
    """Constant 0.25 for four seconds: the mix of it is its gain."""
    path = tmp_path_factory.mktemp("steady") / "steady.wav"
    write_wav(path, np.full((4 * S, 2), 0.25, np.float32), S)
    return path


@pytest.mark.parametrize("source", [48_000, 44_100])
@pytest.mark.parametrize("rate", later(FILM_RATES, 5), ids=lambda r: f"{float(r):.3f}")
def test_bursts_land_on_their_sample(takes, wav, tmp_path, rate, source):
    path = wav / f"{source}.wav"
    heard = [gap(7, rate), clip(path, 5, int(2 * rate), rate)]
    made = timeline([clip(takes[2], 0, 8, rate)], audio=[heard], rate=rate)
    shift = rates.sample_at(7, rate, S) - math.floor(Fraction(5) / rate * S)
    wanted = [int(p * S) + shift for p in (0.5, 1.0, 1.75)]
    template = bursts([0], 480)[:, 0]
    mix = mixed(made)
    assert len(mix) == rates.sample_at(7 + int(2 * rate), rate, S)
    assert np.abs(np.subtract(onsets(mix, template, 3), wanted)).max() <= 1
    done = render_film(made, tmp_path / "film.mp4")
    written = media_sound.read(done.path)
    assert done.samples == len(mix)
    assert 0 <= len(written) - len(mix) < 1024
    assert np.abs(np.subtract(onsets(written, template, 3), wanted)).max() <= 24


def test_sound_and_picture_meet_in_the_file(takes, tmp_path):
    # The first packet of AAC has nothing to overlap with: it begins as a fade.
    places = [rates.sample_at(k, FILM_RATES[0], S) for k in (1, 30, 60)]
    path = tmp_path / "b.wav"
    write_wav(path, bursts(places, 4 * S), S)
    rate = FILM_RATES[0]
    made = timeline(
        [clip(takes[2], 0, 40, rate), gap(30, rate)],
        audio=[[clip(path, 0, 70, rate)]],
        rate=rate,
    )
    written = media_sound.read(render_film(made, tmp_path / "film.mp4").path)
    heard = onsets(written, bursts([0], 480)[:, 0], 3)
    assert np.abs(np.subtract(heard, places)).max() <= 24


def test_levels_are_followed_to_the_sample(takes, steady):
    levels = [[0, 0.0], [12, -12.0], [24, -12.0], [36, -6.0], [48, -96.0]]
    made = timeline(
        [clip(takes[2], 0, 20)], audio=[[gap(3), clip(steady, 0, 60, levels=levels)]]
    )
    mix = mixed(made)[rates.sample_at(3, Fraction(24), S) :, 0] / 0.25
    keys = [2000 * frame for frame, _ in levels]
    wanted = np.interp(np.arange(len(mix)), keys, [maps.gain(db) for _, db in levels])
    assert np.abs(mix - wanted).max() < 1e-5
    for key, (_, level_db) in zip(keys[1:4], levels[1:4], strict=True):
        assert 20 * np.log10(mix[key]) == pytest.approx(level_db, abs=0.001)


def test_a_cross_fade_keeps_the_level(takes, steady):
    tracks = [clip(steady, 10, 24), dissolve(6, 6), clip(steady, 40, 24)]
    made = timeline([clip(takes[2], 0, 20)], audio=[tracks])
    assert np.abs(mixed(made) - 0.25).max() < 1e-5


def test_tracks_are_summed_and_silence_is_zero(takes, steady):
    made = timeline(
        [clip(takes[2], 0, 30)],
        audio=[[clip(steady, 0, 10)], [gap(5), clip(steady, 0, 10)]],
    )
    mix = mixed(made)[:, 0]
    for frame, level in ((2, 0.25), (7, 0.5), (12, 0.25), (20, 0.0)):
        assert mix[frame * 2000] == pytest.approx(level, abs=1e-6)
    assert not mix[15 * 2000 :].any()


def test_a_hot_mix_is_turned_down_and_says_so(takes, tmp_path):
    tone = 0.9 * np.sin(2 * np.pi * 440 * np.arange(2 * S) / S).astype(np.float32)
    path = tmp_path / "loud.wav"
    write_wav(path, np.stack([tone, tone], axis=1), S)
    made = timeline(
        [clip(takes[2], 0, 30)],
        audio=[[clip(path, 0, 30)], [clip(path, 0, 30, name="again")]],
    )
    done = render_film(made, tmp_path / "film.mp4")
    assert done.sound.peak_dbtp_before == pytest.approx(20 * math.log10(1.8), abs=0.05)
    # AAC lifts it a little; that too is turned down.
    lifted_db = -1 - done.sound.peak_dbtp_before - done.sound.gain_db
    assert 0 <= lifted_db < 0.5
    assert -1.3 < done.sound.peak_dbtp <= -1
    assert f"turned down by {-done.sound.gain_db:.1f} dB" in done.notes[0]
    assert np.abs(media_sound.read(done.path)).max() < 0.93
    with moviepy_clip(made) as film:
        heard = film.audio.to_soundarray(np.arange(2 * S // 3) / S)
    assert np.abs(heard).max() == pytest.approx(10 ** (-1 / 20), abs=0.01)


def test_a_film_without_sound_has_no_sound_stream(takes, tmp_path):
    done = render_film(timeline([clip(takes[2], 0, 5)]), tmp_path / "film.mp4")
    assert (done.samples, done.sound, done.notes) == (0, None, ())
    with pytest.raises(MediaError):
        media_sound.read(done.path)


def test_moviepy_hears_the_same_mix(takes, wav, steady):
    made = timeline(
        [clip(takes[2], 0, 30)],
        audio=[[clip(wav / "48000.wav", 5, 40)], [clip(steady, 0, 20)]],
    )
    mix = mixed(made)
    film = moviepy_clip(made)
    heard = np.vstack(list(film.audio.iter_chunks(chunksize=2000, fps=S)))
    film.close()
    assert heard.shape == mix.shape
    assert np.abs(heard - mix * safe_gain(true_peak(Given(mix, S)))).max() < 1e-6


@given(
    st.lists(
        st.tuples(st.integers(-5000, 5000), st.floats(0, 2)), min_size=1, max_size=5
    ),
    st.integers(0, 3000),
    st.integers(0, 3000),
    st.integers(1, 3999),
)
def test_gains_do_not_depend_on_the_blocks(keys, fade_in, fade_out, cut):
    span = SoundSpan(
        track="",
        clip=None,
        url="",
        record_in_samples=0,
        record_out_samples=4000,
        source_in_s=Fraction(0),
        levels=tuple(sorted(keys)),
        fade_in_samples=fade_in,
        fade_out_samples=fade_out,
    )
    whole = gains(span, 0, 4000)
    parts = np.concatenate([gains(span, 0, cut), gains(span, cut, 4000 - cut)])
    assert np.array_equal(whole, parts)
    assert whole.min() >= 0 and whole.max() <= 2


class Given:
    """A mixer of given samples."""

    def __init__(self, sound, block):
        self.sound, self.block = sound, block

    def blocks(self):
        for start in range(0, len(self.sound), self.block):
            yield self.sound[start : start + self.block]


@pytest.mark.parametrize("block", [S, 1000, 7])
def test_the_peak_between_samples_is_found(block):
    # A quarter of the rate, sampled at 45 degrees: samples reach 0.707 of the peak.
    at = np.arange(4000)
    wave = np.sin(2 * np.pi * at / 4 + np.pi / 4) * np.hanning(4000)
    sound = np.repeat(wave[:, None], 2, axis=1).astype(np.float32)
    assert np.abs(sound).max() < 0.7075
    # BS.1770 allows its own meter 0.6 dB; ours is within 0.2 here.
    assert true_peak(Given(sound, block)) == pytest.approx(1, abs=0.025)


def test_a_steady_sound_has_no_false_peaks():
    sound = np.full((3 * S, 2), 0.8, np.float32)
    edges = true_peak(Given(sound[: S // 2], S))
    assert true_peak(Given(sound, S)) == pytest.approx(edges, rel=1e-6)


def test_nothing_is_turned_up():
    assert [safe_gain(p) for p in (0.0, 0.1, 0.89, math.inf)] == [1, 1, 1, 1]
    assert safe_gain(2.0) * 2.0 == pytest.approx(10 ** (-1 / 20))
