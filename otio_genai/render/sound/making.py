"""A programme in the making: heard, brought to its loudness, encoded, heard again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from otio_genai.media.encoding import SoundEncoding
from otio_genai.media.sound import SoundReader
from otio_genai.media.soundfile import SoundWriter
from otio_genai.render.sound.blocks import BLOCK_SAMPLES
from otio_genai.render.sound.hearing import Ear, Heard
from otio_genai.render.sound.limiter import Limiter, limited
from otio_genai.render.sound.loudness import LoudnessTarget, gain_for, is_silent
from otio_genai.render.sound.mixer import Samples
from otio_genai.render.sound.peaks import decibels, factor

__all__ = ["PCM", "Making", "Progress"]

#: Called with ``"listen"`` or ``"sound"``, the samples done, and all of them.
Progress = Callable[[str, int, int], None]

#: The codec that changes nothing.
PCM = "pcm_s24le"

# By how much AAC lifts the peaks of most films, so that one encoding is enough.
_CODEC_DB = 0.25
# Each time encoded sound passes the ceiling, it is held further below than measured:
# first by the limiter at the loudness asked for, then by turning down all of it.
_FURTHER_DB = (0.1, 0.2)
_TURNED_FURTHER_DB = (0.05, 0.2, 0.5, 1.0)
# By as little may 24 bits round a peak over the ceiling.
_ROUNDING_DB = 1e-3
_CLOSE_LU = 0.1
_OFF_LU = 0.3
_MUCH_DB = 20.0
_AUDIBLE_DB = 0.05


@dataclass(frozen=True, slots=True)
class _Aim:
    """What is done to the mix."""

    gain_db: float
    ceiling_dbtp: float
    "Of the limiter; infinite for none."

    def softer(self, by_db: float) -> _Aim:
        """Return the same, all of it turned down."""
        return _Aim(self.gain_db - by_db, self.ceiling_dbtp - by_db)


class Making:
    """Makes the file of a programme.

    Parameters
    ----------
    mix
        Gives the whole mix, block by block, as often as it is asked.
    samples
        Its length.
    target, encoding
        What it is brought to, and how it is encoded.
    report
        Told how far it is.

    Attributes
    ----------
    before, after
        What was heard of the mix, and of the file.
    gain_db, limited_db
        What was done between: the constant gain, and the limiter's largest reduction.
    """

    before: Heard
    after: Heard

    def __init__(
        self,
        mix: Iterable[Samples],
        samples: int,
        target: LoudnessTarget,
        encoding: SoundEncoding,
        report: Progress,
    ) -> None:
        self._mix, self._samples = mix, samples
        self._target, self._encoding = target, encoding
        self._report = report
        self.gain_db = self.limited_db = 0.0
        self._first_dbtp: float | None = None

    def make(self, path: Path) -> None:
        """Write the file.

        Raises
        ------
        MediaError
            A sound cannot be read.
        OutputError
            There is no room.
        """
        self.before = self._heard()
        ceiling_dbtp = self._target.true_peak_dbtp - (_CODEC_DB if self._lossy else 0)
        wanted = replace(self._target, true_peak_dbtp=ceiling_dbtp)
        aim = self._aim(wanted)
        self._encode(path, aim)
        self._first_dbtp = decibels(self.after.true_peak)
        for further_db in _FURTHER_DB:
            wanted = self._corrected(wanted, further_db)
            before, aim = aim, self._aim(wanted)
            if aim == before:
                break
            self._encode(path, aim)
        for further_db in _TURNED_FURTHER_DB:
            if self._over_db <= 0:
                break
            aim = aim.softer(self._over_db + further_db)
            self._encode(path, aim)

    @property
    def _lossy(self) -> bool:
        return self._encoding.codec != PCM

    @property
    def _aimed_lufs(self) -> float | None:
        """Return the loudness that is aimed at, if there is anything to be aimed."""
        silent = is_silent(self.before.lufs())
        return None if silent else self._target.integrated_lufs

    def _aim(self, wanted: LoudnessTarget) -> _Aim:
        if self._aimed_lufs is not None:
            return _Aim(gain_for(self.before, wanted), wanted.true_peak_dbtp)
        peak_dbtp = decibels(self.before.true_peak)
        fits = peak_dbtp <= self._target.true_peak_dbtp
        return _Aim(0.0 if fits else wanted.true_peak_dbtp - peak_dbtp, math.inf)

    def _corrected(self, wanted: LoudnessTarget, further_db: float) -> LoudnessTarget:
        """Return what must be asked for to get what is wanted."""
        aimed = wanted.integrated_lufs
        if self._aimed_lufs is None or aimed is None:
            return wanted
        off_lu = self._aimed_lufs - self.after.lufs()
        # Made louder while its peaks pass, it would only be limited the more.
        if abs(off_lu) > _CLOSE_LU and (off_lu < 0 or self._over_db <= 0):
            aimed += off_lu
        ceiling_dbtp = wanted.true_peak_dbtp
        if self._over_db > 0:
            ceiling_dbtp -= self._over_db + further_db
        return LoudnessTarget(aimed, ceiling_dbtp)

    @property
    def _over_db(self) -> float:
        """Return how far the file's peak is above the ceiling."""
        over_db = decibels(self.after.true_peak) - self._target.true_peak_dbtp
        return over_db if self._lossy or over_db > _ROUNDING_DB else 0.0

    def _heard(self) -> Heard:
        ear = Ear(foresees=self._target.integrated_lufs is not None)
        done = 0
        for block in self._mix:
            ear.add(block)
            done += len(block)
            self._report("listen", done, self._samples)
        return ear.result()

    def _encode(self, path: Path, aim: _Aim) -> None:
        limiter = Limiter(factor(aim.gain_db), aim.ceiling_dbtp)
        done = 0
        with SoundWriter(path, self._encoding, force=True) as writer:
            for block in limited(self._mix, limiter):
                writer.write(block)
                done += len(block)
                self._report("sound", done // 2, self._samples)
        self.gain_db, self.limited_db = aim.gain_db, limiter.most_db
        ear = Ear(foresees=False)
        with SoundReader(path) as reader:
            for start in range(0, self._samples, BLOCK_SAMPLES):
                count = min(BLOCK_SAMPLES, self._samples - start)
                ear.add(reader.block(start, count))
                heard = self._samples + start + count
                self._report("sound", heard // 2, self._samples)
        self.after = ear.result()

    def notes(self) -> list[str]:
        """Return what was done that the timeline does not say, one sentence each."""
        if self._aimed_lufs is not None:
            return [*self._on_loudness(self._aimed_lufs), *self._on_the_peak()]
        said = []
        if self.gain_db < 0:
            said.append(self._on_turning_down())
        if self._target.integrated_lufs is not None:
            said.append("The sound is as good as silent; its level was left as it is.")
        return [*said, *self._on_the_peak()]

    def _on_turning_down(self) -> str:
        peak_dbtp, encoded = decibels(self.before.true_peak), ""
        if peak_dbtp <= self._target.true_peak_dbtp and self._first_dbtp is not None:
            peak_dbtp, encoded = self._first_dbtp, ", encoded,"
        return (
            f"The sound was turned down by {-self.gain_db:.1f} dB: "
            f"its true peak would have been{encoded} {peak_dbtp:+.1f} dBTP."
        )

    def _on_loudness(self, aimed_lufs: float) -> list[str]:
        way = "up" if self.gain_db > 0 else "down"
        held = f", its peaks held back by up to {self.limited_db:.1f} dB"
        limits = self.limited_db >= _AUDIBLE_DB
        lufs = self.after.lufs()
        said = [
            f"The sound was turned {way} by {abs(self.gain_db):.1f} dB to "
            f"{lufs:.1f} LUFS{held if limits else ''}."
        ]
        if self.gain_db > _MUCH_DB:
            said.append(
                f"{self.gain_db:.0f} dB is much: the noise of the takes is heard too."
            )
        if abs(aimed_lufs - lufs) > _OFF_LU:
            said.append(
                f"The sound cannot be brought to {aimed_lufs:g} LUFS: "
                "its peaks are too high above the rest of it."
            )
        return said

    def _on_the_peak(self) -> list[str]:
        if self._over_db <= 0:
            return []
        return [
            f"Encoded, the sound's true peak is {decibels(self.after.true_peak):+.2f} "
            f"dBTP, above the {self._target.true_peak_dbtp:g} dBTP asked for."
        ]
