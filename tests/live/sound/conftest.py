"""Sounds on disk, made once."""

import pytest

from otio_genai import metadata
from tests.support import sounds


@pytest.fixture(scope="session")
def heard(tmp_path_factory):
    """A bed of six seconds, a stem of four, and three voices."""
    folder = tmp_path_factory.mktemp("sounds")

    def voice(name, seconds, seed, *words, lufs=None):
        # Speech begins softly; a click has no pitch that AAC could keep.
        samples = sounds.soft(sounds.chord(seconds, seed, 0.2))
        made = sounds.sound(folder / f"{name}.wav", samples, words, "voice")
        if lufs is not None:
            told = {"integrated_lufs": lufs, "true_peak_dbtp": lufs + 9}
            metadata.put(made.media_reference, "loudness", told)
        return made

    return {
        "folder": folder / "prepared",
        "bed": sounds.sound(folder / "bed.wav", sounds.chord(6, 1)),
        "stem": sounds.sound(folder / "stem.wav", sounds.chord(4, 2, 0.05)),
        "voices": (
            voice("one", 1.0, 3, (0.1, 0.9), lufs=-12.0),
            voice("two", 0.7, 4, (0.3, 0.36), (0.4, 0.6), lufs=-18.5),
            voice("three", 0.5, 5),
        ),
    }
