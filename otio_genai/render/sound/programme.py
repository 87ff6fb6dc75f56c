"""The whole sound of a film in one file: mixed, brought to its loudness, encoded once.

Passes
    The mix is heard once, and from what was heard follow the gain and how far the
    limiter will reduce. A second pass encodes. What was encoded is decoded again and
    measured: where the codec's own errors lift a peak over the ceiling, the limiter's
    is lowered by as much, and where the loudness is off, the gain is corrected, and
    the second pass is done again.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from otio_genai.maps import SoundSpan
from otio_genai.media.encoding import SoundEncoding
from otio_genai.media.sound import SoundReader
from otio_genai.media.soundfile import SoundWriter
from otio_genai.render.sound.blocks import BLOCK_SAMPLES, Blocks, Keeper, digest
from otio_genai.render.sound.hearing import Ear, Heard
from otio_genai.render.sound.limiter import Limiter, limited
from otio_genai.render.sound.loudness import (
    AS_IT_IS,
    LoudnessTarget,
    gain_for,
    is_silent,
)
from otio_genai.render.sound.peaks import CEILING_DBTP, amplitude, decibels, safe_gain

__all__ = ["Programme", "programme"]

#: Called with ``"listen"`` or ``"sound"``, the samples done, and all of them.
Progress = Callable[[str, int, int], None]

#: Counts up whenever the same mix would give another file.
_VERSION = 1
_PCM = "pcm_s24le"
_SUFFIXES = {_PCM: ".mov"}
_MOST_ENCODINGS = 5
_CLOSE_LU = 0.1
# An overshoot measured is lowered by a little more: the next one is another.
_FURTHER_DB = 0.1
_MUCH_DB = 20.0


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


@dataclass(frozen=True, slots=True)
class _Aim:
    """What is done to the mix."""

    gain_db: float
    ceiling_dbtp: float | None
    "Of the limiter; None for none."


def programme(
    sounds: tuple[SoundSpan, ...],
    samples: int,
    *,
    target: LoudnessTarget = AS_IT_IS,
    encoding: SoundEncoding = SoundEncoding(),  # noqa: B008 - frozen
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
        Keeps the file, its figures, and the mix by blocks of ten seconds.
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
    with Blocks(sounds, samples, cache, identities) as mix:
        notes = _notes_of(sounds)
        decides = [samples, mix.keys, asdict(target), asdict(encoding), notes]
        key = digest([_VERSION, *decides])
        figures_key = digest(["figures", key])
        path, figures = cache.find(key), cache.find(figures_key)
        if path is not None and figures is not None:
            return Programme(path, **_read(figures))
        making = _Making(mix, samples, target, encoding, report)
        path = cache.put(key, _SUFFIXES.get(encoding.codec, ".mp4"), making.make)
        made = making.figures(notes)
        text = json.dumps(made)
        cache.put(figures_key, ".json", lambda at: _write(at, text))
    return Programme(path, **{**made, "notes": tuple(made["notes"])})


def _silent(what: str, done: int, total: int) -> None:
    """Report to nobody."""


def _read(figures: Path) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(figures.read_text(encoding="utf-8"))
    return {**kept, "notes": tuple(kept["notes"])}


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _notes_of(sounds: Iterable[SoundSpan]) -> list[str]:
    varying = {span.clip.name or "clip" for span in sounds if span.varies}
    return [
        f"{name}: its speed varies; its sound runs at the mean speed."
        for name in sorted(varying)
    ]


class _Making:
    """One programme in the making."""

    def __init__(
        self,
        mix: Blocks,
        samples: int,
        target: LoudnessTarget,
        encoding: SoundEncoding,
        report: Progress,
    ) -> None:
        self._mix, self._samples = mix, samples
        self._target, self._encoding = target, encoding
        self._report = report
        self._limited_db = 0.0
        self._notes: list[str] = []

    def make(self, path: Path) -> None:
        """Write the file."""
        self._before = self._hear()
        self._lufs_before = self._before.lufs()
        self._aim = self._first_aim()
        wanted = self._target
        for _ in range(_MOST_ENCODINGS):
            self._encode(path)
            self._after = self._measured(path)
            if self._aim.ceiling_dbtp is None:
                break
            off_lu, over_db = self._errors()
            if over_db <= 0 and abs(off_lu) <= _CLOSE_LU:
                break
            wanted = self._corrected(wanted, off_lu, over_db)
            aim = _Aim(gain_for(self._before, wanted), wanted.true_peak_dbtp)
            if aim == self._aim:
                break
            self._aim = aim
        self._say()

    def _hear(self) -> Heard:
        ear, done = Ear(), 0
        for block in self._mix:
            ear.add(block)
            done += len(block)
            self._report("listen", done, self._samples)
        return ear.result()

    def _first_aim(self) -> _Aim:
        aimed = self._target.integrated_lufs
        if aimed is None or is_silent(self._lufs_before):
            top = self._before.true_peak * amplitude(
                CEILING_DBTP - self._target.true_peak_dbtp
            )
            return _Aim(decibels(safe_gain(top)), None)
        return _Aim(gain_for(self._before, self._target), self._target.true_peak_dbtp)

    def _encode(self, path: Path) -> None:
        ceiling = self._aim.ceiling_dbtp
        gain = amplitude(self._aim.gain_db)
        limiter = Limiter(gain, math.inf if ceiling is None else ceiling)
        done = 0
        with SoundWriter(path, self._encoding, force=True) as writer:
            for block in limited(self._mix, limiter):
                writer.write(block)
                done += len(block)
                self._report("sound", done, self._samples)
        self._limited_db = limiter.most_db

    def _measured(self, path: Path) -> Heard:
        """Return what is heard of the file, as a player would."""
        ear = Ear()
        with SoundReader(path) as reader:
            for start in range(0, self._samples, BLOCK_SAMPLES):
                count = min(BLOCK_SAMPLES, self._samples - start)
                ear.add(reader.block(start, count))
        return ear.result()

    def _errors(self) -> tuple[float, float]:
        """Return by how much the file is too soft, and its peak too high."""
        aimed = self._target.integrated_lufs
        off_lu = 0.0 if aimed is None else aimed - self._after.lufs()
        return off_lu, decibels(self._after.true_peak) - self._target.true_peak_dbtp

    def _corrected(
        self, wanted: LoudnessTarget, off_lu: float, over_db: float
    ) -> LoudnessTarget:
        aimed, ceiling = wanted.integrated_lufs, wanted.true_peak_dbtp
        if over_db > 0:
            ceiling -= over_db + _FURTHER_DB
        if aimed is not None and abs(off_lu) > _CLOSE_LU:
            aimed += off_lu
        return replace(wanted, integrated_lufs=aimed, true_peak_dbtp=ceiling)

    def figures(self, notes: list[str]) -> dict[str, Any]:
        """Return all but the path."""
        return {
            "samples": self._samples,
            "lufs_before": self._lufs_before,
            "peak_dbtp_before": decibels(self._before.true_peak),
            "gain_db": self._aim.gain_db,
            "limited_db": self._limited_db,
            "lufs": self._after.lufs(),
            "peak_dbtp": decibels(self._after.true_peak),
            "notes": [*self._notes, *notes],
        }

    def _say(self) -> None:
        gain_db, peak = self._aim.gain_db, decibels(self._before.true_peak)
        aimed = self._target.integrated_lufs
        if aimed is None or is_silent(self._lufs_before):
            if gain_db < 0:
                self._notes.append(
                    f"The sound was turned down by {-gain_db:.1f} dB: "
                    f"its true peak would have been {peak:+.1f} dBTP."
                )
            if aimed is not None:
                self._notes.append(
                    "The sound is as good as silent; its level was left as it is."
                )
            return
        self._say_loudness(aimed)

    def _say_loudness(self, aimed: float) -> None:
        gain_db = self._aim.gain_db
        way = "up" if gain_db > 0 else "down"
        held = (
            f", its peaks held back by up to {self._limited_db:.1f} dB"
            if self._limited_db >= 0.05
            else ""
        )
        self._notes.append(
            f"The sound was turned {way} by {abs(gain_db):.1f} dB to "
            f"{self._after.lufs():.1f} LUFS{held}."
        )
        if gain_db > _MUCH_DB:
            self._notes.append(
                f"{gain_db:.0f} dB is much: what is noise in the takes is now heard."
            )
        off_lu, over_db = self._errors()
        if abs(off_lu) > 3 * _CLOSE_LU:
            self._notes.append(
                f"{aimed:.0f} LUFS cannot be reached: "
                "its peaks are too high above the rest of it."
            )
        if over_db > 0:
            top = decibels(self._after.true_peak)
            self._notes.append(
                f"Encoded, its true peak is {top:+.2f} dBTP, above the "
                f"{self._target.true_peak_dbtp:+.1f} dBTP asked for."
            )
