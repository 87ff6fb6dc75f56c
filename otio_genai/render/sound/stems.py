"""Stems: the sound of every track in a file of its own, for whoever mixes further.

Law
    They carry the programme's constant gain and not its limiter, so that laid over
    each other they are the unlimited mix, to the rounding of 24 bits. Where one of
    them would clip, all are turned down together by what that takes.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from otio_genai.errors import OutputError
from otio_genai.maps import SoundSpan
from otio_genai.media.encoding import SoundEncoding
from otio_genai.media.naming import Names
from otio_genai.media.soundfile import SoundWriter
from otio_genai.render.sound.mixer import Mixer
from otio_genai.render.sound.peaks import decibels, factor, loudest

__all__ = ["Stems", "apart", "stem_names", "stems"]

_PCM = SoundEncoding("pcm_s24le")
_HIGHEST = 1 - 2.0**-23
# Files are written by turns; longer blocks save nothing.
_BLOCK_SAMPLES = 1 << 18


@contextmanager
def apart(
    sounds: tuple[SoundSpan, ...],
    folder: str | os.PathLike[str],
    *,
    force: bool = False,
) -> Iterator[Path]:
    """Give a folder to write stems in; they go to ``folder`` when all went well.

    Raises
    ------
    OutputError
        The folder cannot be made, or files are there already (all are named).
    """
    home = Path(folder)
    new = not home.exists()
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The folder of the stems cannot be made ({error.strerror}).",
            place=str(home),
            remedy="Name a folder that is yours.",
        ) from error
    there = [name for name in stem_names(sounds).values() if (home / name).exists()]
    if there and not force:
        raise OutputError(
            "These stems exist already:",
            place=str(home),
            remedy="Use --force to overwrite them, or write elsewhere.",
            items=there,
        )
    try:
        with tempfile.TemporaryDirectory(prefix=".stems-", dir=home) as beside:
            yield Path(beside)
            for file in sorted(Path(beside).iterdir()):
                file.replace(home / file.name)
    finally:
        if new and not any(home.iterdir()):
            home.rmdir()


@dataclass(frozen=True, slots=True)
class Stems:
    """Stems that were written."""

    paths: tuple[Path, ...]
    "One WAV for each track that sounds, in the order of the tracks."
    gain_db: float
    "Constant gain of all of them."
    notes: tuple[str, ...]
    "What differs from what was asked, one sentence each."


def stem_names(sounds: tuple[SoundSpan, ...]) -> dict[int, str]:
    """Return the file name of each track that sounds, by the track's number.

    A film assembled here has ``voice.wav``, ``bed.wav`` and ``takes.wav``; any other
    timeline the names of its tracks, or their numbers.
    """
    found: dict[int, str] = {}
    for span in sounds:
        found.setdefault(span.track_number, span.track)
    names = Names()
    return {
        number: names.take(f"{found[number].strip().lower() or f'track {number}'}.wav")
        for number in sorted(found)
    }


def stems(
    sounds: tuple[SoundSpan, ...],
    samples: int,
    folder: str | os.PathLike[str],
    *,
    gain_db: float = 0.0,
    progress: Callable[[str, int, int], None] | None = None,
) -> Stems:
    """Write one WAV of 24 bits at 48 kHz for each audio track.

    Parameters
    ----------
    sounds, samples
        As `otio_genai.render.sound.programme`.
    folder
        Where they go, as `apart` gives it.
    gain_db
        Constant gain, as the programme's record states it.
    progress
        Called with ``"stems"``, the samples done, and all of them.

    Raises
    ------
    OutputError
        They cannot be written there.
    MediaError
        A sound cannot be read.
    """
    names, home = stem_names(sounds), Path(folder)
    with ExitStack() as stack:
        mixers = [
            stack.enter_context(Mixer(_of_track(sounds, number), samples))
            for number in names
        ]
        highest = max((_highest(mixer) for mixer in mixers), default=0.0)
        room_db = decibels(_HIGHEST) - decibels(highest)
        given_db = min(gain_db, room_db)
        gain = np.float32(factor(given_db))
        paths = tuple(home / name for name in names.values())
        writers = [stack.enter_context(SoundWriter(path, _PCM)) for path in paths]
        for start in range(0, samples, _BLOCK_SAMPLES):
            count = min(_BLOCK_SAMPLES, samples - start)
            for mixer, writer in zip(mixers, writers, strict=True):
                writer.write(mixer.block(start, count) * gain)
            if progress is not None:
                progress("stems", start + count, samples)
    return Stems(paths, given_db, _notes(gain_db, given_db))


def _of_track(sounds: tuple[SoundSpan, ...], number: int) -> tuple[SoundSpan, ...]:
    return tuple(span for span in sounds if span.track_number == number)


def _highest(mixer: Mixer) -> float:
    blocks = mixer.blocks(_BLOCK_SAMPLES)
    return max((float(loudest(block).max()) for block in blocks), default=0.0)


def _notes(asked_db: float, gain_db: float) -> tuple[str, ...]:
    if gain_db >= asked_db:
        return ()
    return (
        f"The stems are {asked_db - gain_db:.1f} dB softer than the film, all of them: "
        "at its gain one would clip.",
    )
