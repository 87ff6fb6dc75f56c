"""A few small files, made once and copied under many names."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.coded import write_sound, write_take

RATE = 48_000


def _speech(seconds: float) -> np.ndarray:
    """Syllables of noise, four a second, with a pause after every sixth."""
    rng = np.random.default_rng(1)
    at = np.arange(int(seconds * RATE)) / RATE
    syllable = np.clip(np.sin(2 * np.pi * 4 * at), 0, None) ** 2
    phrase = (at % 2.0) < 1.5
    return (0.3 * rng.standard_normal(len(at)) * syllable * phrase).astype(np.float32)


def _bowed(seconds: float) -> np.ndarray:
    """Legato notes with vibrato, and a rest of half a second now and then."""
    at = np.arange(int(seconds * RATE)) / RATE
    notes = np.array([440.0, 493.9, 523.3, 587.3])[(at // 1.2).astype(int) % 4]
    phase = 2 * np.pi * np.cumsum(notes * (1 + 0.006 * np.sin(2 * np.pi * 6 * at)))
    tone = sum(np.sin(k * phase / RATE) / k for k in range(1, 6))
    return (0.2 * tone * ((at % 5.0) < 4.5)).astype(np.float32)


@pytest.fixture(scope="session")
def kit(tmp_path_factory) -> Path:
    """take.mp4, take25.mp4, sounding.mp4, still.png, speech.wav, bowed.wav."""
    folder = tmp_path_factory.mktemp("kit")
    write_take(folder / "take.mp4", 1, 12)
    write_take(folder / "take25.mp4", 2, 10, 25, size=(96, 64))
    sound = np.stack([_bowed(1), _bowed(1)], axis=1)
    write_take(folder / "sounding.mp4", 3, 24, sound=sound)
    Image.new("RGB", (96, 64), (200, 120, 120)).save(folder / "still.png")
    write_sound(folder / "speech.wav", _speech(8)[:, None], RATE, "pcm_s16le")
    write_sound(folder / "bowed.wav", _bowed(10)[:, None], RATE, "pcm_s16le")
    return folder


@pytest.fixture
def put(kit, tmp_path):
    """Copy one of the kit into the film's folder under another name."""
    film = tmp_path / "film"
    film.mkdir()

    def copy(what: str, *names: str) -> Path:
        for name in names:
            target = film / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(kit / what, target)
        return film

    return copy
