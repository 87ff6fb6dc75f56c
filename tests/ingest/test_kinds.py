import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.ingest.hearing import SAMPLE_RATE, Pauses, pauses
from otio_genai.ingest.kinds import by_name, by_picture, declared
from otio_genai.media.sound import read_mono


@pytest.mark.parametrize(
    ("relative", "kind"),
    [
        ("voice/a.wav", "voice"),
        ("VO/a.wav", "voice"),
        ("03 Voice-Over/a.wav", "voice"),
        ("narration_en/a.wav", "voice"),
        ("voiceOver/a.wav", "voice"),
        ("music/a.wav", "music"),
        ("score/violin.mp3", "music"),
        ("a/violin_solo.mp3", "music"),
        ("Bed 1.wav", "music"),
        ("sfx/door.wav", "skip"),
        ("music/voice of the desert.mp3", "music"),
        ("music/vo/a.wav", "voice"),
        ("voice and music/a.wav", None),
        ("voice and music/violin.wav", "music"),
        ("invoice/a.wav", None),
        ("a.wav", None),
    ],
)
def test_folders_and_names_tell_the_kind_of_a_sound(relative, kind):
    found = by_name(relative, None)
    assert (found and found[0]) == kind


def test_the_generator_comes_before_the_folder():
    assert by_name("music/x.mp3", "elevenlabs") == ("voice", "generator elevenlabs")
    assert by_name("voice/x.mp3", "suno") == ("music", "generator suno")


def test_pictures_speak_for_themselves():
    assert by_picture("video") == "take"
    assert by_picture("still") == "still"
    assert by_picture("audio") is None


def test_a_path_is_declared_before_its_folder_and_that_before_a_glob():
    kinds = {"*": "skip", "a": "music", "a/b.wav": "voice"}
    assert declared("a/b.wav", kinds) == "a/b.wav"
    assert declared("a/c.wav", kinds) == "a"
    assert declared("b/c.wav", kinds) == "*"
    assert declared("b/c.wav", {"a/": "music"}) is None
    assert declared("a/[1].wav", {"a/[1].wav": "music"}) == "a/[1].wav"


def test_whoever_speaks_pauses(kit):
    assert pauses(read_mono(kit / "speech.wav", SAMPLE_RATE)).kind == "voice"
    assert pauses(read_mono(kit / "bowed.wav", SAMPLE_RATE)).kind == "music"


def test_real_voices_and_songs(shared):
    for kind in ("voice", "music"):
        for file in sorted((shared / "media" / kind).iterdir()):
            assert pauses(read_mono(file, SAMPLE_RATE)).kind == kind, file.name


@pytest.mark.parametrize("samples", [0, 1, 319, 16_000])
def test_too_little_or_silence_has_no_pauses(samples):
    assert pauses(np.zeros(samples, np.float32)) == Pauses(0.0, 0.0)
    assert pauses(np.zeros(10 * samples, np.float32)) == Pauses(0.0, 0.0)


@given(gain=st.floats(1e-3, 10), seed=st.integers(0, 9), samples=st.integers(0, 40_000))
def test_shares_are_shares_and_do_not_hear_the_gain(gain, seed, samples):
    rng = np.random.default_rng(seed)
    sound = (rng.standard_normal(samples) * rng.random(samples)).astype(np.float32)
    found, louder = pauses(sound), pauses(sound * np.float32(gain))
    assert 0 <= found.dim <= 1 and 0 <= found.silent <= 1
    assert found.dim == pytest.approx(louder.dim, abs=0.01)
    assert found.silent == pytest.approx(louder.silent, abs=0.01)
