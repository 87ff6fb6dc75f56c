"""Stems are the mix, taken apart."""

import numpy as np
import pytest

from otio_genai import maps
from otio_genai.errors import MediaError, OutputError
from otio_genai.media import sound as media_sound
from otio_genai.render.sound import Mixer, stem_names, stems
from otio_genai.render.sound.stems import apart
from tests.render.building import clip, gap, timeline
from tests.render.sound.programmes import S, pink, span, wav

LENGTH = 6 * S


@pytest.fixture(scope="module")
def spans(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tracks")
    paths = [wav(folder / f"{n}.wav", 0.05 * pink(5 * S, n)) for n in range(3)]
    return (
        span(paths[0], 5 * S, at=S // 2, track="Voice", track_number=1),
        span(paths[1], 5 * S, levels=((0, 1.0), (S, 0.2)), track="Bed", track_number=2),
        span(paths[2], S, at=S, fade_in_samples=99, track="Takes", track_number=3),
        span(paths[0], S, at=4 * S, track="Takes", track_number=3),
    )


def mix(spans):
    with Mixer(spans, LENGTH) as mixer:
        return mixer.block(0, LENGTH)


@pytest.mark.parametrize("gain_db", [0.0, -7.3, 5.0])
def test_their_sum_is_the_mix(spans, tmp_path, gain_db):
    done = stems(spans, LENGTH, tmp_path, gain_db=gain_db)
    assert [path.name for path in done.paths] == ["voice.wav", "bed.wav", "takes.wav"]
    assert (done.gain_db, done.notes) == (gain_db, ())
    parts = [media_sound.read(path).astype(np.float64) for path in done.paths]
    assert {len(part) for part in parts} == {LENGTH}
    wanted = mix(spans) * 10 ** (gain_db / 20)
    assert np.abs(sum(parts) - wanted).max() < 3.5 * 2**-24


def test_where_one_would_clip_all_are_softer(spans, tmp_path):
    done = stems(spans, LENGTH, tmp_path, gain_db=40)
    parts = [media_sound.read(path).astype(np.float64) for path in done.paths]
    assert max(np.abs(part).max() for part in parts) == pytest.approx(1, abs=1e-6)
    wanted = mix(spans) * 10 ** (done.gain_db / 20)
    assert np.abs(sum(parts) - wanted).max() < 2e-6
    assert "softer than the film" in done.notes[0]


def test_every_track_of_any_timeline_has_a_name_of_its_own(tmp_path):
    path = wav(tmp_path / "a.wav", np.full(2 * S, 0.1))
    tracks = [[clip(path, 0, 12)], [gap(3), clip(path, 0, 12)], [clip(path, 0, 9)]]
    made = timeline(audio=tracks)
    for track, name in zip(made.audio_tracks(), ["Ton/1", "ton 1", ""], strict=True):
        track.name = name
    sounds = tuple(maps.sound_map(made, S))
    assert [one.track_number for one in sounds] == [1, 2, 3]
    assert stem_names(sounds) == {
        1: "ton_1.wav", 2: "ton_1_2.wav", 3: "track_3.wav",
    }  # fmt: skip


def test_what_is_there_is_named_and_kept(spans, tmp_path):
    for name in ("voice.wav", "takes.wav"):
        (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(OutputError) as caught, apart(spans, tmp_path):
        pytest.fail("It was begun.")
    assert caught.value.items == ("voice.wav", "takes.wav")
    assert not (tmp_path / "bed.wav").exists()
    with apart(spans, tmp_path, force=True) as beside:
        stems(spans, LENGTH, beside)
        assert (tmp_path / "voice.wav").read_bytes() == b"mine"
    assert (tmp_path / "voice.wav").read_bytes() != b"mine"
    assert len(list(tmp_path.iterdir())) == 3


def test_a_sound_that_cannot_be_read_leaves_nothing(spans, tmp_path):
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    broken = span(tmp_path / "broken.wav", S, track="Foley", track_number=4)
    with pytest.raises(MediaError), apart(spans, tmp_path / "stems") as beside:
        stems((*spans, broken), LENGTH, beside)
    assert not (tmp_path / "stems").exists()
