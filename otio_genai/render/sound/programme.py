"""The whole sound of a film in one file: mixed, brought to its loudness, encoded once.

Passes
    The mix is heard once, and from what was heard follow the gain and how far the
    limiter will reduce. A second pass encodes. What was encoded is decoded again and
    measured: where the codec's own errors lift a peak over the ceiling, the limiter's
    is lowered by as much, and where the loudness is off, the gain is corrected, and
    the second pass is done again. What still passes is turned down as a whole.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from otio_genai.maps import SoundSpan
from otio_genai.media.encoding import SoundEncoding
from otio_genai.media.soundfile import engine
from otio_genai.render.sound.blocks import Blocks, Keeper, digest
from otio_genai.render.sound.loudness import AS_IT_IS, LoudnessTarget
from otio_genai.render.sound.making import PCM, Making, Progress
from otio_genai.render.sound.peaks import decibels

__all__ = ["Programme", "programme"]

#: Counts up whenever the same mix would give another file.
_VERSION = 3
_SUFFIXES = {PCM: ".mov"}
_AAC = SoundEncoding()


@dataclass(frozen=True, slots=True)
class Programme:
    """The sound of a film as a file, and what was measured."""

    path: Path
    "Sound alone, at 48 kHz in two channels."
    samples: int
    "Its length, priming and padding left out."
    lufs_before: float
    "Integrated loudness of the mix as the timeline has it; minus infinity: silent."
    peak_dbtp_before: float
    "True peak of the same."
    gain_db: float
    "Constant gain that was laid on it."
    limited_db: float
    "Largest reduction by the limiter, 0 or more."
    lufs: float
    "Integrated loudness of the encoded sound."
    peak_dbtp: float
    "True peak of the encoded sound."
    notes: tuple[str, ...]
    "What differs from the timeline or from what was asked, one sentence each."


def programme(
    sounds: tuple[SoundSpan, ...],
    samples: int,
    *,
    target: LoudnessTarget = AS_IT_IS,
    encoding: SoundEncoding = _AAC,
    cache: Keeper,
    identities: Mapping[str, str],
    progress: Progress | None = None,
) -> Programme:
    """Return the sound of a film, made once and kept.

    Parameters
    ----------
    sounds
        The stretches, as `otio_genai.maps.sound_map` gives them at 48 kHz.
    samples
        Length of the film.
    target
        Loudness and ceiling.
    encoding
        ``pcm_s24le`` is exact to the sample; AAC begins on it.
    cache
        Keeps the file and its figures.
    identities
        Content identity of each URL, by which what is kept is found.
    progress
        Called with ``"listen"`` and ``"sound"``, the samples done, and all of them.

    Raises
    ------
    MediaError
        A sound cannot be read.
    OutputError
        There is no room for the file.
    """
    report = progress or _silent
    with Blocks(sounds, samples, identities) as mix:
        notes = _notes_of(sounds)
        decides = [samples, mix.keys, asdict(target), asdict(encoding), notes]
        key = digest([_VERSION, engine(), *decides])
        figures_key = digest(["figures", key])
        path, figures = cache.find(key), cache.find(figures_key)
        if path is not None and figures is not None:
            text = figures.read_text(encoding="utf-8")
            return Programme(path, **_read_back(text))
        making = Making(mix, samples, target, encoding, report)
        suffix = _SUFFIXES.get(encoding.codec, ".mp4")
        path = cache.put(key, suffix, making.make)
        if not hasattr(making, "after"):
            # It was there, its figures were not: making it again tells them.
            with tempfile.TemporaryDirectory() as folder:
                making.make(Path(folder, f"again{suffix}"))
    made = _figures(making, samples, notes)
    text = json.dumps(made)
    cache.put(figures_key, ".json", lambda at: _write(at, text))
    return Programme(path, **_read_back(text))


def _figures(making: Making, samples: int, notes: list[str]) -> dict[str, Any]:
    return {
        "samples": samples,
        "lufs_before": making.before.lufs(),
        "peak_dbtp_before": decibels(making.before.true_peak),
        "gain_db": making.gain_db,
        "limited_db": making.limited_db,
        "lufs": making.after.lufs(),
        "peak_dbtp": decibels(making.after.true_peak),
        "notes": [*making.notes(), *notes],
    }


def _silent(what: str, done: int, total: int) -> None:
    """Report to nobody."""


def _read_back(text: str) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(text)
    return {**figures, "notes": tuple(figures["notes"])}


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _notes_of(sounds: Iterable[SoundSpan]) -> list[str]:
    varying = {span.clip.name or "clip" for span in sounds if span.varies}
    return [
        f"{name}: its speed varies; its sound runs at the mean speed."
        for name in sorted(varying)
    ]
