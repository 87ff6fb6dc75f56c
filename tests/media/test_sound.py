"""Sound where it was: bursts at known samples, through every format and rate."""

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.errors import MediaError
from otio_genai.media import sound
from otio_genai.media.probe import probe
from tests.support import coded

F = Fraction


def offsets(heard, places, rate):
    """Return by how many samples each burst is off, by correlation."""
    length = rate // 100
    tone = np.cos(2 * np.pi * 1000 * np.arange(length) / rate)
    found = []
    for place in places:
        start = place - rate // 50
        span = heard[start : place + rate // 50 + length]
        found.append(start + int(np.argmax(np.correlate(span, tone))) - place)
    return found


LOSSLESS = {
    ("wav", "pcm_s16le"): 2**-15,
    ("wav", "pcm_s24le"): 2**-23,
    ("wav", "pcm_s32le"): 2**-23,
    ("wav", "pcm_f32le"): 0,
    ("wav", "pcm_f64le"): 0,
    ("wav", "pcm_u8"): 2**-6,
    ("flac", "flac"): 2**-15,
    ("ogg", "flac"): 2**-15,
    ("aiff", "pcm_s16be"): 2**-15,
    ("mka", "pcm_s16le"): 2**-15,
}
LOSSY = [("mp3", "libmp3lame"), ("m4a", "aac"), ("ogg", "libopus"), ("webm", "libopus")]


@pytest.mark.parametrize(("suffix", "codec"), LOSSLESS, ids=str)
@pytest.mark.parametrize("channels", [1, 2])
def test_lossless_is_the_same_sample_for_sample(tmp_path, suffix, codec, channels):
    given_ = coded.bursts([7, 20000, 44050], 44100, 44100, channels)
    if channels == 2:
        given_[:, 1] *= -0.5
    path = coded.write_sound(tmp_path / f"a.{suffix}", given_, 44100, codec)
    heard = sound.read(path, 44100, channels)
    assert heard.dtype == np.float32 and heard.shape == given_.shape
    assert np.abs(heard - given_).max() <= LOSSLESS[suffix, codec]
    facts = probe(path)
    assert (facts.kind_hint, facts.sample_rate) == ("audio", 44100)
    assert (facts.channels, facts.samples) == (channels, 44100)


@pytest.mark.parametrize("rate", [22050, 24000, 44100, 48000])
@pytest.mark.parametrize(("suffix", "codec"), LOSSY, ids=str)
def test_lossy_is_in_its_place_and_as_long(tmp_path, suffix, codec, rate):
    if codec == "libopus" and rate % 24000:
        pytest.skip("Opus knows no such rate")
    count, places = 2 * rate + 777, [rate // 2, rate + 123]
    given_ = coded.bursts(places, count, rate, 1)
    path = coded.write_sound(tmp_path / f"a.{suffix}", given_, rate, codec)
    facts = probe(path)
    native = facts.sample_rate
    heard = sound.read_mono(path, native)
    # FFmpeg's MP3 writer can state a padding of one frame only, so some of it stays.
    extra = facts.samples - round(F(count * native, rate))
    assert len(heard) == facts.samples
    assert 0 <= extra < (64 if suffix == "mp3" else 1)
    assert offsets(heard, [round(F(p * native, rate)) for p in places], native) == [
        0,
        0,
    ]
    stretched = sound.read_mono(path, 48000)
    assert len(stretched) == round(F(facts.samples * 48000, native))
    assert offsets(stretched, [round(F(p * 48000, rate)) for p in places], 48000) == [
        0,
        0,
    ]


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 24000, 44100, 48000, 96000])
def test_resampling_keeps_a_sine(tmp_path, rate):
    at = np.arange(rate * 2) / rate
    wave = (0.5 * np.sin(2 * np.pi * 997 * at)).astype(np.float32)[:, np.newaxis]
    path = coded.write_sound(tmp_path / "a.wav", wave, rate, "pcm_f32le")
    heard = sound.read(path, 48000)
    assert heard.shape == (96000, 2)
    wanted = 0.5 * np.sin(2 * np.pi * 997 * np.arange(96000) / 48000)
    inner = slice(2000, -2000)
    assert np.abs(heard[inner, 0] - wanted[inner]).max() < 2e-3
    assert np.array_equal(heard[:, 0], heard[:, 1])


def test_levels_of_channels(tmp_path):
    left = np.stack([np.full(4800, 0.5), np.full(4800, -0.25)], axis=1)
    path = coded.write_sound(
        tmp_path / "a.wav", left.astype(np.float32), 48000, "pcm_f32le"
    )
    assert np.allclose(sound.read_mono(path, 48000), 0.125)
    mono = np.full((4800, 1), 0.5, np.float32)
    path = coded.write_sound(tmp_path / "m.wav", mono, 48000, "pcm_f32le")
    assert np.array_equal(sound.read(path), np.repeat(mono, 2, axis=1))


def test_surround_is_folded(tmp_path):
    block = np.zeros((6, 4800), np.float32)
    block[0], block[2], block[5] = 0.25, 0.25, 0.125
    path = tmp_path / "s.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_f32le", rate=48000, layout="5.1")
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(block.T).reshape(1, -1), format="flt", layout="5.1"
        )
        frame.sample_rate, frame.pts = 48000, 0
        frame.time_base = F(1, 48000)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    heard = sound.read(path)[100]
    half = 2**-0.5
    assert np.allclose(heard, [0.25 + 0.25 * half, 0.25 * half + 0.125 * half])


@pytest.mark.parametrize("start", [0, 7, -9])
@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
def test_sound_of_a_film_counts_from_its_first_picture(tmp_path, suffix, start):
    if start < 0 and suffix == "mkv":
        pytest.skip("Matroska has no edit lists")
    rate, places = F(24), [24000, 60000]
    options = {"avoid_negative_ts": "disabled"} if start < 0 else None
    path = coded.write_take(
        tmp_path / f"a.{suffix}", 1, 48, rate, start_frames=start, gop=12,
        sound=coded.bursts(places, 96000), container_options=options,
    )  # fmt: skip
    with av.open(str(path)) as container:
        first = next(container.decode(video=0))
        late = round(first.pts * first.time_base * 48000)
    # The containers round a late start to milliseconds, 48 samples.
    assert abs(late - max(start, 0) * 2000) <= 48
    heard = sound.read(path)
    # Matroska rounds the sound's priming too.
    allowed = 48 if suffix == "mkv" else 1
    found = offsets(heard[:, 0], [p - late for p in places], 48000)
    assert max(map(abs, found)) <= allowed
    assert probe(path).samples == len(heard)
    if suffix != "mkv":
        assert abs(len(heard) - (96000 - late)) <= 48


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    rng = np.random.default_rng(3)
    noise = (0.3 * rng.standard_normal((3 * 44100 + 5, 2))).astype(np.float32)
    path = tmp_path_factory.mktemp("song") / "song.mp3"
    coded.write_sound(path, noise, 44100, "libmp3lame")
    return path, sound.read(path)


@given(
    st.lists(st.tuples(st.integers(-5000, 150000), st.integers(0, 20000)), max_size=8)
)
@settings(max_examples=20, deadline=None)
def test_every_block_is_that_span_of_the_whole(song, spans):
    path, whole = song
    padded = np.pad(whole, ((5000, 40000), (0, 0)))
    with sound.SoundReader(path) as reader:
        for start, count in spans:
            wanted = padded[start + 5000 : start + 5000 + count]
            assert np.array_equal(reader.block(start, count), wanted)


def test_no_sound_is_said(tmp_path):
    silent = coded.write_take(tmp_path / "a.mp4", 1, 3)
    for ask in (sound.read, sound.sound_facts, sound.SoundReader):
        with pytest.raises(MediaError, match="no sound"):
            ask(silent)
    assert not probe(silent).has_audio
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(MediaError, match="no sound"):
        sound.read(tmp_path / "a.png")


def test_wrong_questions(song):
    with pytest.raises(ValueError, match="1 or 2 channels"):
        sound.read(song[0], channels=3)


@pytest.mark.parametrize(("flagged", "heard"), [(0, 0), (1, 1), (None, 0)])
def test_of_two_sounds_the_default_one_is_heard(tmp_path, flagged, heard):
    path = tmp_path / "two.mka"
    with av.open(str(path), "w") as container:
        streams = [
            container.add_stream("pcm_s16le", rate=48000, layout="mono")
            for _ in range(2)
        ]
        default = av.stream.Disposition.default
        for number, stream in enumerate(streams):
            stream.disposition = default if number == flagged else 0
        for level, stream in zip((1000, 2000), streams, strict=True):
            frame = av.AudioFrame.from_ndarray(
                np.full((1, 4800), level, np.int16), format="s16", layout="mono"
            )
            frame.sample_rate = 48000
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    assert np.allclose(sound.read(path) * 32768, (1000, 2000)[heard])
