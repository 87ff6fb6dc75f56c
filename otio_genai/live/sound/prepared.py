"""What a show sounds like, decoded once and encoded once, in a folder.

Conventions
    Each sound lies there as float32 stereo at 48 kHz, as `otio_genai.render.sound`
    hears it at unit level, and is only ever mapped, so that all films of a show share
    it. The *ground* is all music at its levels in a film that outlasts it, encoded from
    record frame 0; after its end the frames of silence follow.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio
from numpy.typing import NDArray

from otio_genai import maps, metadata, rates
from otio_genai.assemble.sound import mix
from otio_genai.assemble.sound.takes_sound import sound_clip
from otio_genai.errors import GenaiError, LiveError
from otio_genai.field.model import Field
from otio_genai.live.sound.law import Music, Samples, curve
from otio_genai.media import files, locate
from otio_genai.media.aac import FRAME_SAMPLES, QUALITY, AacEncoder
from otio_genai.render.sound.mixer import Mixer

__all__ = ["Ground", "Heard", "Prepared", "prepare"]

_RATE = 48_000
_VERSION = 1
# At rates that no sample divides, some stretches of frames are a sample longer.
_MORE_SAMPLES = 2
# Frames of silence after the music, until nothing of it is left in the encoder.
_SILENT_FRAMES = 16
_BLOCK_FRAMES = 64

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A sound that was decoded."""

    clip: otio.schema.Clip
    frames: int
    "Its length in record frames."
    samples: NDArray[np.float32]
    "(n, 2), mapped from its file."


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Music that was encoded, frame by frame."""

    config: bytes
    "AudioSpecificConfig."
    data: NDArray[np.uint8]
    ends: NDArray[np.int64]
    "Where each frame ends in the data."

    def frame(self, number: int) -> bytes:
        """Return a frame of the film; past the music's end one of silence."""
        at = min(number, len(self.ends) - 1)
        begin = int(self.ends[at - 1]) if at else 0
        return self.data[begin : int(self.ends[at])].tobytes()


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """The sounds of a field, as all of its films share them."""

    bed: Heard | None
    stems: tuple[Heard, ...]
    voices: tuple[Heard, ...]
    "In the order of the field's."
    folder: Path
    rate: Fraction
    identities: tuple[str, ...]
    "Of bed and stems."

    def musics(self, field: Field, stems: Sequence[int]) -> tuple[Music, ...]:
        """Return what music a film with these stems has, at its levels."""
        style, gains = field.style, field.audio.gains
        heard = [] if self.bed is None else [(self.bed, gains.bed_db)]
        heard += [(self.stems[n], field.audio.stems[n].gain_db) for n in stems]
        return tuple(
            Music(
                one.samples,
                one.frames,
                gain_db,
                style.bed_fade_in_s,
                style.bed_fade_out_s,
            )
            for one, gain_db in heard
        )

    def ground(self, field: Field, stems: Sequence[int]) -> Ground:
        """Return the music of a film with these stems, encoded now if it was not yet.

        Where it cannot be kept it is encoded for this film alone.
        """
        try:
            return self.kept(field, stems)
        except (GenaiError, OSError, ValueError):
            return _unkept(self.musics(field, stems), self.rate)

    def kept(self, field: Field, stems: Sequence[int]) -> Ground:
        """Return the same from a file.

        Raises
        ------
        GenaiError, OSError, ValueError
            It cannot be written, or not be read.
        """
        musics = self.musics(field, stems)
        named = [*([] if self.bed is None else [0]), *(1 + n for n in stems)]
        key = _digest(
            [
                _VERSION,
                QUALITY,
                str(self.rate),
                [self.identities[n] for n in named],
                [[m.gain_db, m.fade_in_s, m.fade_out_s, m.frames] for m in musics],
            ]
        )
        data, ends = (self.folder / f"ground-{key}{end}" for end in (".aac", ".npy"))
        config = self.folder / f"ground-{key}.asc"
        if not (data.exists() and ends.exists() and config.exists()):
            # Who cleans up a disk may have deleted it while the show goes on.
            self.folder.mkdir(parents=True, exist_ok=True)
            _encode(musics, self.rate, data, ends, config)
        return Ground(
            config.read_bytes(), np.memmap(data, np.uint8, "r"), np.load(ends)
        )


def prepare(
    field: Field, folder: Path, *, progress: Progress | None = None
) -> Prepared:
    """Decode all sounds of a field, and encode its bed; what is there is found again.

    Parameters
    ----------
    field
        Its bed, stems and voices.
    folder
        Where it is kept; made if need be.
    progress
        Called with ``"sound"``, the sounds that are done, and all of them.

    Raises
    ------
    LiveError
        Sounds are missing or broken, all of them named, or the folder cannot be
        written.
    """
    audio = field.audio
    clips = [] if audio.bed is None else [audio.bed]
    clips += [stem.clip for stem in audio.stems]
    clips += [voice.clip for voice in audio.voices]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LiveError(
            f"The folder of the show's sound cannot be made ({error.strerror}).",
            place=str(folder),
            remedy="Name a folder that is yours and has room.",
        ) from error
    heard: list[Heard] = []
    named: list[str] = []
    faults: list[str] = []
    for number, clip in enumerate(clips, 1):
        try:
            named.append(_identity(clip))
            heard.append(_decoded(clip, named[-1], field.rate, folder))
        except (GenaiError, OSError, ValueError) as error:
            what = error.sentence if isinstance(error, GenaiError) else str(error)
            faults.append(f"{clip.name}: {what}")
        if progress is not None:
            progress("sound", number, len(clips))
    if faults:
        raise LiveError(
            "These sounds of the field cannot be heard:",
            remedy="Relink or replace them.",
            items=faults,
        )
    first = 0 if audio.bed is None else 1
    last = first + len(audio.stems)
    named = named[:last] if first else ["", *named[:last]]
    made = Prepared(
        heard[0] if first else None,
        tuple(heard[first:last]),
        tuple(heard[last:]),
        folder,
        field.rate,
        tuple(named),
    )
    made.kept(field, ())
    return made


def _decoded(
    clip: otio.schema.Clip, identity: str, rate: Fraction, folder: Path
) -> Heard:
    frames = mix.length_frames(clip, rate)
    count = rates.sample_at(frames, rate, _RATE) + _MORE_SAMPLES
    path = folder / f"sound-{_digest([_VERSION, identity, count, str(rate)])}.f32"
    if not path.exists() or path.stat().st_size != 8 * count:
        with (
            files.write_beside(path, force=True) as fresh,
            Mixer((_unit(clip, frames, rate, count),), count) as mixer,
            fresh.open("wb") as stream,
        ):
            for block in mixer.blocks():
                stream.write(np.ascontiguousarray(block, np.float32).tobytes())
    return Heard(clip, frames, np.memmap(path, np.float32, "r").reshape(-1, 2))


def _unit(
    clip: otio.schema.Clip, frames: int, rate: Fraction, count: int
) -> maps.SoundSpan:
    """Return so many samples of a sound at unit level, from sample 0."""
    track = otio.schema.Track("sound", kind=otio.schema.TrackKind.Audio)
    track.append(sound_clip(clip, 0, frames, rate))
    timeline = otio.schema.Timeline(global_start_time=rates.time(0, rate))
    timeline.tracks.append(track)
    (span,) = maps.sound_map(timeline, _RATE)
    return replace(span, record_out_samples=count)


def _encode(
    musics: Sequence[Music], rate: Fraction, data: Path, ends: Path, config: Path
) -> None:
    encoder = AacEncoder()
    sizes: list[int] = []
    with files.write_beside(data, force=True) as fresh, fresh.open("wb") as stream:
        for frame in _frames(encoder, musics, rate):
            stream.write(frame)
            sizes.append(len(frame))
    with files.write_beside(ends, force=True) as fresh, fresh.open("wb") as stream:
        np.save(stream, np.cumsum(np.array(sizes, np.int64)))
    with files.write_beside(config, force=True) as fresh:
        fresh.write_bytes(encoder.config)


def _unkept(musics: Sequence[Music], rate: Fraction) -> Ground:
    encoder = AacEncoder()
    frames = list(_frames(encoder, musics, rate))
    ends = np.cumsum(np.array([len(frame) for frame in frames], np.int64))
    data = np.frombuffer(b"".join(frames), np.uint8)
    return Ground(encoder.config, data, ends)


def _frames(
    encoder: AacEncoder, musics: Sequence[Music], rate: Fraction
) -> Iterator[bytes]:
    for block in _blocks(musics, rate):
        yield from encoder.push(block)


def _blocks(musics: Sequence[Music], rate: Fraction) -> Iterator[Samples]:
    """Yield all music at its levels in whole frames, and silence after it."""
    length = max((rates.sample_at(m.frames, rate, _RATE) for m in musics), default=0)
    count = -(-length // FRAME_SAMPLES) + _SILENT_FRAMES
    for first in range(0, count, _BLOCK_FRAMES):
        start = first * FRAME_SAMPLES
        stop = min(first + _BLOCK_FRAMES, count) * FRAME_SAMPLES
        block = np.zeros((stop - start, 2), np.float32)
        for music in musics:
            music.add(block, start, curve(music, None, (), rate, start, stop))
        yield block


def _identity(clip: otio.schema.Clip) -> str:
    """Return what a sound's file is known by on this machine."""
    path = locate.path(clip.media_reference)
    status = path.stat()
    hashed: Any = metadata.read(clip.media_reference, "hash") or {}
    available = clip.media_reference.available_range
    return _digest(
        [
            hashed.get("bytes"),
            str(path.resolve()),
            status.st_size,
            status.st_mtime_ns,
            str(available),
        ]
    )


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:32]
