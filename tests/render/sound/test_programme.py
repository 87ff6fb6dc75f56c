"""The programme's file: its samples, its loudness, and what is kept of it."""

import math
import sys
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from otio_genai.media import sound as media_sound
from otio_genai.media.encoding import SoundEncoding
from otio_genai.render.cache import SegmentCache
from otio_genai.render.sound import (
    CEILING_DBTP,
    Folder,
    LoudnessTarget,
    Mixer,
    programme,
    target_for,
)
from otio_genai.render.sound.blocks import Blocks
from tests.render.sound.programmes import (
    S,
    ebur128,
    identities,
    pink,
    sine,
    span,
    speech_like,
    wav,
)
from tests.support.marks import later

AAC, PCM = SoundEncoding(), SoundEncoding("pcm_s24le")
SECONDS = 6


class Counting(Folder):
    """A folder that counts what is put in."""

    def __init__(self, folder):
        super().__init__(folder)
        self.suffixes = []

    def put(self, key, suffix, make):
        self.suffixes.append(suffix)
        return super().put(key, suffix, make)


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """Sounds of a few kinds, six seconds each."""
    folder = tmp_path_factory.mktemp("programmes")
    n = np.arange(SECONDS * S)
    loud = (n % S) < S // 5
    kinds = {
        "sine": sine(997, len(n), level=0.05),
        "speech": speech_like(SECONDS, 1),
        "music": 0.1 * pink(len(n), 2),
        "bursts": 0.004 * pink(len(n), 3) + 0.15 * pink(len(n), 4) * loud,
        "clicks": 0.03 * pink(len(n), 5) + 0.6 * (n % 24_000 == 0),
        "quiet": 1e-3 * pink(len(n), 6),
        "overs": 0.9 * sine(220, len(n)) * loud + 0.05 * pink(len(n), 7),
    }
    return {name: wav(folder / f"{name}.wav", kind) for name, kind in kinds.items()}


def made(folder, *spans, length=SECONDS * S, **how):
    folder.mkdir(exist_ok=True)
    cache = how.pop("cache", None) or Counting(folder)
    return programme(spans, length, cache=cache, identities=identities(*spans), **how)


def whole(*spans, length=SECONDS * S):
    with Mixer(spans, length) as mixer:
        return mixer.block(0, length)


def test_pcm_is_the_mix_sample_for_sample(sounds, tmp_path):
    spans = (
        span(sounds["speech"], 4 * S, at=123),
        span(sounds["music"], SECONDS * S - 77, levels=((0, 0.5), (3 * S, 0.1))),
    )
    done = made(tmp_path / "kept", *spans, encoding=PCM)
    written = media_sound.read(done.path)
    assert (done.gain_db, done.limited_db, done.notes) == (0, 0, ())
    assert written.shape == (SECONDS * S, 2)
    assert np.abs(written - whole(*spans)).max() <= 2**-24


def test_aac_begins_on_its_sample(sounds, tmp_path):
    one = span(sounds["music"], SECONDS * S)
    written = media_sound.read(made(tmp_path / "kept", one).path)
    mix = whole(one)
    piece = slice(S, S + 8192)
    found = np.correlate(written[S - 50 : S + 8192 + 50, 0], mix[piece, 0], "valid")
    assert int(np.argmax(found)) == 50
    assert 0 <= len(written) - len(mix) < 1024


def meets_ffmpeg(sounds, folder, name, encoding, profile):
    target = target_for(profile)
    one = span(sounds[name], SECONDS * S)
    done = made(folder, one, target=target, encoding=encoding)
    lufs, peak_dbtp = ebur128(done.path)
    assert lufs == pytest.approx(target.integrated_lufs, abs=0.3)
    assert done.lufs == pytest.approx(lufs, abs=0.15)
    # It prints one decimal.
    assert peak_dbtp <= target.true_peak_dbtp + 0.05
    assert done.peak_dbtp <= target.true_peak_dbtp


KINDS = ["sine", "speech", "music", "bursts", "clicks", "overs"]


@pytest.mark.parametrize(
    ("name", "encoding"),
    later([("speech", AAC), ("bursts", PCM), ("clicks", AAC), ("overs", AAC)], 2),
)
def test_ffmpeg_hears_the_loudness_that_was_asked_for(sounds, tmp_path, name, encoding):
    meets_ffmpeg(sounds, tmp_path / "kept", name, encoding, "web")


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["web", "podcast", "broadcast"])
@pytest.mark.parametrize("encoding", [AAC, PCM], ids=["aac", "pcm"])
@pytest.mark.parametrize("name", KINDS)
def test_ffmpeg_hears_the_loudness_of_every_profile(
    sounds, tmp_path, name, encoding, profile
):
    meets_ffmpeg(sounds, tmp_path / "kept", name, encoding, profile)


def test_two_passes_are_enough(sounds, tmp_path):
    told = []
    made(
        tmp_path / "kept",
        span(sounds["speech"], SECONDS * S),
        target=target_for("web"),
        progress=lambda what, done, total: told.append((what, done == total)),
    )
    assert [what for what, whole in told if whole] == ["listen", "sound"]


def test_no_target_turns_nothing_up_and_what_overshoots_down(sounds, tmp_path):
    soft = made(tmp_path / "soft", span(sounds["music"], SECONDS * S), encoding=PCM)
    assert (soft.gain_db, soft.notes) == (0, ())
    one = span(sounds["overs"], SECONDS * S, levels=((0, 2.0),))
    loud = made(tmp_path / "loud", one, encoding=PCM)
    assert loud.gain_db == pytest.approx(-1 - loud.peak_dbtp_before, abs=1e-9)
    assert loud.peak_dbtp == pytest.approx(-1, abs=0.01)
    assert loud.limited_db == 0
    assert "turned down" in loud.notes[0]


def hot_noise(folder, level):
    """Noise cut off at its level, which AAC lifts over the ceiling."""
    noise = pink(3 * S, 4)
    cut = np.clip(3 * noise / np.abs(noise).max(), -1, 1)
    return span(wav(folder / "noise.wav", level * cut), 3 * S)


def test_what_the_codec_lifts_is_turned_down_again(tmp_path):
    one = hot_noise(tmp_path, 0.6)
    poor = SoundEncoding("aac", 64_000)
    done = made(tmp_path / "kept", one, length=3 * S, encoding=poor)
    assert done.peak_dbtp_before < CEILING_DBTP >= done.peak_dbtp
    assert done.gain_db < 0
    assert done.limited_db == 0
    assert "would have been, encoded, " in done.notes[0]
    assert len(done.notes) == 1


def decoded_from(path, number):
    """Return the sound as it is decoded from a packet on."""
    with av.open(str(path)) as container:
        (stream,) = container.streams.audio
        packets = [packet for packet in container.demux(stream) if packet.size]
        frames = [
            frame for packet in packets[number:] for frame in stream.decode(packet)
        ]
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1)


def test_aac_is_decoded_alike_wherever_that_begins(tmp_path):
    # A film leaves out packets that the programme was measured with.
    poor = SoundEncoding("aac", 64_000)
    done = made(tmp_path, hot_noise(tmp_path, 0.3), length=3 * S, encoding=poor)
    whole_of_it, later = decoded_from(done.path, 0), decoded_from(done.path, 3)
    onward = later.shape[1] - 2048
    assert np.array_equal(whole_of_it[:, -onward:], later[:, -onward:])


@pytest.mark.parametrize("bit_rate", later([48_000, 192_000], 1))
def test_the_ceiling_holds_where_the_loudness_is_out_of_reach(tmp_path, bit_rate):
    done = made(
        tmp_path / "kept",
        hot_noise(tmp_path, 0.9),
        length=3 * S,
        target=LoudnessTarget(-3.0),
        encoding=SoundEncoding("aac", bit_rate),
    )
    assert done.peak_dbtp <= CEILING_DBTP
    assert "cannot be brought to -3 LUFS" in " ".join(done.notes)


def test_every_part_of_the_work_is_reported_and_can_be_ended(sounds, tmp_path):
    one = span(sounds["music"], SECONDS * S)
    told = []
    made(tmp_path / "whole", one, progress=lambda *said: told.append(said))
    assert [said for said in told if said[0] == "sound"][-1] == (
        "sound",
        SECONDS * S,
        SECONDS * S,
    )

    def ended(what, done, total):
        if what == "sound" and done > total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made(tmp_path / "ended", one, progress=ended)


def test_another_engine_makes_another_programme(sounds, tmp_path, monkeypatch):
    one = span(sounds["music"], S)
    cache = Counting(tmp_path)
    made(tmp_path, one, length=S, cache=cache)
    module = sys.modules["otio_genai.render.sound.programme"]
    assert all(name in module.engine() for name in ("libavcodec", "soxr", "numpy"))
    monkeypatch.setattr(module, "engine", lambda: "another")
    made(tmp_path, one, length=S, cache=cache)
    assert cache.suffixes.count(".mp4") == 2


def test_silence_is_left_alone(sounds, tmp_path):
    faint = span(sounds["quiet"], SECONDS * S, levels=((0, 0.03),))
    for name, spans in {"nothing": (), "faint": (faint,)}.items():
        done = made(tmp_path / name, *spans, target=target_for("web"), encoding=PCM)
        assert (done.gain_db, done.limited_db) == (0, 0)
        assert "good as silent" in done.notes[0]
        assert np.abs(media_sound.read(done.path) - whole(*spans)).max() <= 2**-24


def test_much_gain_is_told(sounds, tmp_path):
    one = span(sounds["quiet"], SECONDS * S, levels=((0, 1.0),))
    done = made(tmp_path / "kept", one, target=target_for("broadcast"), encoding=PCM)
    assert done.gain_db > 20
    assert "is much" in done.notes[1]


def test_what_cannot_be_reached_is_told_and_the_ceiling_holds(tmp_path):
    n = np.arange(4 * S)
    path = wav(tmp_path / "ticks.wav", 0.9 * (n % 24_000 == 0))
    done = made(
        tmp_path / "kept", span(path, 4 * S), length=4 * S, target=target_for("web")
    )
    assert done.peak_dbtp <= -1
    assert done.lufs < -20
    assert done.limited_db < 13
    assert "cannot be brought to -14 LUFS" in " ".join(done.notes)


@pytest.mark.parametrize("length", [800, 15_000, 20_000])
def test_films_of_a_moment_have_sound_too(sounds, tmp_path, length):
    one = span(sounds["music"], length)
    done = made(tmp_path / "kept", one, length=length, target=target_for("web"))
    assert len(media_sound.read(done.path)) >= length
    assert math.isfinite(done.lufs)
    assert done.peak_dbtp <= -1


def test_a_speed_that_varies_is_told(sounds, tmp_path):
    one = span(sounds["music"], S, speed=Fraction(5, 4), varies=True)
    done = made(tmp_path / "kept", one, length=S)
    assert done.notes == ("sound: its speed varies; its sound runs at the mean speed.",)


# Blocks of a tenth of their usual length, and parts to go with them.
T = S // 10
LONG = 35 * T


def test_figures_that_are_lost_are_found_again(sounds, tmp_path):
    heard = span(sounds["speech"], SECONDS * S)
    found = []
    for _ in range(2):
        with SegmentCache(tmp_path / "kept") as cache:
            found.append(replace(made(tmp_path, heard, cache=cache), path=None))
        (figures,) = (tmp_path / "kept").rglob("entries/*/*.json")
        figures.unlink()
    assert found[0] == found[1]


@pytest.fixture
def short_blocks(monkeypatch):
    module = sys.modules["otio_genai.render.sound.blocks"]
    assert module.BLOCK_SAMPLES == 10 * S
    monkeypatch.setattr(module, "BLOCK_SAMPLES", 10 * T)


def parts(sounds):
    return tuple(span(sounds["music"], 8 * T, at=at * T) for at in (0, 9, 18, 27))


def test_nothing_changed_costs_nothing(sounds, tmp_path, short_blocks):
    cache = Counting(tmp_path)
    first = made(tmp_path, *parts(sounds), length=LONG, cache=cache)
    assert sorted(cache.suffixes) == [".json", ".mp4"]
    told = []
    again = made(
        tmp_path, *parts(sounds), length=LONG, cache=cache,
        progress=lambda *said: told.append(said),
    )  # fmt: skip
    assert again == first
    assert len(cache.suffixes) == 2
    assert not told


@pytest.mark.parametrize(
    ("number", "change", "touched"),
    [
        (1, {"levels": ((0, 0.5),)}, 2),
        (3, {"source_in_s": Fraction(1)}, 2),
        (0, {"speed": Fraction(-1)}, 1),
        (0, {"channels": (2,)}, 1),
        (0, {"fade_out_samples": T}, 1),
        (3, {"fade_out_samples": T}, 1),
        (3, {"fade_in_samples": T, "fade_in_curve": "power"}, 1),
        (2, {"levels": ((0, 1.0), (T, 1.0), (2 * T, 1.0), (5 * T, 0.1))}, 1),
        (2, {"track": "another", "clip": None}, 0),
    ],
)
def test_an_edit_touches_the_keys_of_its_blocks(
    sounds, short_blocks, number, change, touched
):
    before = parts(sounds)
    after = tuple(
        replace(one, **change) if index == number else one
        for index, one in enumerate(before)
    )
    keys = [Blocks(one, LONG, identities(*one)).keys for one in (before, after)]
    assert sum(a != b for a, b in zip(*keys, strict=True)) == touched


def test_another_target_or_file_is_another_programme(sounds, tmp_path):
    one = span(sounds["sine"], S)
    usual = {"cache": Counting(tmp_path), "identities": identities(one)}
    ways = [
        {},
        {"target": LoudnessTarget(-20.0)},
        {"target": LoudnessTarget(None, -2.0)},
        {"encoding": SoundEncoding("aac", 128_000)},
        {"identities": {one.url: "b"}},
    ]
    paths = {programme((one,), S, **{**usual, **way}).path for way in ways}
    paths.add(programme((one,), S - 1, **usual).path)
    assert len(paths) == len(ways) + 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["music", "voice"])
def test_real_sound_meets_its_profile(shared, tmp_path, kind):
    for number, path in enumerate(sorted((shared / "media" / kind).iterdir())):
        facts = media_sound.sound_facts(path)
        length = min(facts.samples * S // facts.sample_rate, 30 * S)
        one = span(path, length)
        for profile in ("web", "broadcast"):
            target = target_for(profile)
            done = made(
                tmp_path / f"{number}{profile}", one, length=length, target=target
            )
            lufs, peak_dbtp = ebur128(done.path)
            assert lufs == pytest.approx(target.integrated_lufs, abs=0.3), path.name
            assert peak_dbtp <= -1.0, path.name
