"""Sound, sample for sample, as float32 at any rate and number of channels.

Clock
    Sample 0 is the take's first picture, or the first sample of a file that is sound
    alone; of several sounds the one marked as default is read, else the first.
    Priming that the container declares (MP3 and Opus headers, MP4 edit lists) is left
    out, so an encoded burst comes back where it was.

Rates
    Another rate is made by soxr at its very high quality: level to 0.01 dB up to 0.9
    of the band and anything beside the sound 140 dB below it. (FFmpeg's own resampler,
    as it is set, is 60 dB clean at 0.84 of the band and 15 dB at 0.94.)

Levels
    Full scale is ±1. One channel is copied to both sides at equal level; two become
    one by their mean; more become two by ITU-R BS.775 (centre and surrounds −3 dB).
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from otio_genai.errors import MediaError
from otio_genai.media import containers, kinds
from otio_genai.media.closing import Closing
from otio_genai.media.index import video_index

__all__ = ["SoundFacts", "SoundReader", "read", "read_mono", "sound_facts"]

Samples = NDArray[np.float32]

# A container's clock may be coarser than its samples: a frame is taken to follow on
# the one before unless it is this far from where that ends.
_GAP_S = Fraction(3, 100)
# A longer hole is a clock gone wrong, not a silence.
_SILENCE_S = 3600
_SCALES = {"u8": 128.0, "s16": 32768.0, "s32": 2147483648.0, "s64": 2.0**63}
_MINUS_3_DB = np.float32(2**-0.5)
_STEREO, _SURROUND = 2, 5
_AS_IS = Fraction(1)


class SoundFacts(NamedTuple):
    """Native sample rate, channels, samples per channel, codec name."""

    sample_rate: int
    channels: int
    samples: int
    codec: str | None


def sound_facts(path: str | os.PathLike[str]) -> SoundFacts:
    """Return what the sound stream holds, counted by decoding it.

    Raises
    ------
    MediaError
        The file cannot be opened or has no sound.
    """
    with _Native(path) as native:
        samples = sum(len(block) for block in native.blocks())
        return SoundFacts(native.rate, native.channels, samples, native.codec)


def read(path: str | os.PathLike[str], rate: int = 48000, channels: int = 2) -> Samples:
    """Return the whole sound, float32 of shape (samples, channels).

    Parameters
    ----------
    path
        A sound file, or a video with sound.
    rate
        Samples per second wanted; the length is the native one rescaled, half up.
    channels
        1 or 2.

    Raises
    ------
    MediaError
        The file cannot be opened or has no sound.
    """
    with _Native(path) as native:
        blocks = list(_blocks(native, rate, channels))
    return np.concatenate(blocks) if blocks else np.zeros((0, channels), np.float32)


def read_mono(path: str | os.PathLike[str], rate: int) -> Samples:
    """Return the whole sound mixed to one channel, float32 of shape (samples,).

    Raises
    ------
    MediaError
        The file cannot be opened or has no sound.
    """
    return read(path, rate, 1)[:, 0]


class SoundReader(Closing):
    """Sound in blocks: any span of samples, cheap when asked for in order.

    Going back decodes from the start again, so every block equals that span of
    `read`.

    Parameters
    ----------
    path, rate, channels
        As `read`.
    picked
        Channels of the file that are heard, from 1, in this order; empty for all.
        One alone is heard on both sides, one that the file has not is silent.
    speed
        Seconds of the file a second, over 0: run faster a sound is higher, as on
        tape. Samples are then counted in the sound as it is heard.

    Raises
    ------
    MediaError
        The file cannot be opened or has no sound.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        rate: int = 48000,
        channels: int = 2,
        *,
        picked: tuple[int, ...] = (),
        speed: Fraction = _AS_IS,
    ) -> None:
        self.path, self.rate, self.channels = Path(path), rate, channels
        self._how = picked, speed
        self._blocks: Iterator[Samples] = iter(())
        self._held = np.zeros((0, channels), np.float32)
        self._held_at = 0
        self._native: _Native | None = None
        self._restart()

    def _restart(self) -> None:
        self.close()
        self._native = _Native(self.path)
        self._blocks = _blocks(self._native, self.rate, self.channels, *self._how)
        self._held = np.zeros((0, self.channels), np.float32)
        self._held_at = 0

    def block(self, start_samples: int, count_samples: int) -> Samples:
        """Return a span, float32 (count, channels); silence outside the sound.

        Raises
        ------
        MediaError
            The file went away.
        """
        out = np.zeros((count_samples, self.channels), np.float32)
        end = start_samples + count_samples
        if max(start_samples, 0) < self._held_at:
            self._restart()
        self._hear(start_samples, end)
        first = max(start_samples, self._held_at)
        last = min(end, self._held_at + len(self._held))
        if last > first:
            span = self._held[first - self._held_at : last - self._held_at]
            out[first - start_samples : last - start_samples] = span
        self._drop(start_samples)
        return out

    def _hear(self, start_samples: int, end_samples: int) -> None:
        """Decode on to the end; what lies before the start is not kept."""
        pieces, reached = [self._held], self._held_at + len(self._held)
        while reached < end_samples:
            following = next(self._blocks, None)
            if following is None:
                break
            reached += len(following)
            if reached <= start_samples:
                pieces = []
            pieces.append(following)
        self._held = np.concatenate(pieces)
        self._held_at = reached - len(self._held)

    def _drop(self, before_samples: int) -> None:
        past = min(max(before_samples - self._held_at, 0), len(self._held))
        self._held = self._held[past:]
        self._held_at += past

    def close(self) -> None:
        """Close the file."""
        self._blocks = iter(())
        if self._native is not None:
            self._native.close()
            self._native = None


class _Native(Closing):
    """The sound of a file at its own rate, as blocks without holes."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._file = containers.existing(path)
        if kinds.kind(self._file) is not kinds.Kind.STREAM:
            raise _soundless(self._file)
        self._container = containers.open_input(self._file)
        self._stream = containers.sound(self._container)
        if self._stream is None:
            self._container.close()
            raise _soundless(self._file)
        context = self._stream.codec_context
        self.rate = int(context.sample_rate)
        self.channels = len(context.layout.channels)
        self.codec = _codec_name(context)
        pictures = containers.video(self._container) is not None
        self._zero_s = video_index(self._file).start_s if pictures else None
        self._end_s: Fraction | None = None

    def blocks(self) -> Iterator[Samples]:
        """Yield (n, channels) blocks that follow each other from sample 0."""
        place, held = 0, None
        for frame in self._decoded():
            if held is not None:
                yield held
            block = self._floats(frame)
            due = self._due(frame, place)
            if due > place:
                yield np.zeros((due - place, self.channels), np.float32)
                place = due
            held = block[max(place - due, 0) :]
            place += len(held)
        if held is not None:
            yield held[: len(held) - self._padding(place, len(held))]

    def _due(self, frame: AudioFrame, place: int) -> int:
        # The sample at which a frame belongs. Where that is a hair off the running
        # count the count is right: Matroska's clock ticks in milliseconds.
        if frame.pts is None or frame.time_base is None:
            return place
        at_s = frame.pts * frame.time_base
        if self._zero_s is None:
            self._zero_s = at_s
        due = round((at_s - self._zero_s) * self.rate)
        if place == 0 and due <= _SILENCE_S * self.rate:
            return due
        off = abs(due - place)
        believed = _GAP_S * self.rate < off <= _SILENCE_S * self.rate
        return due if believed else place

    def _padding(self, place: int, last: int) -> int:
        # Encoders fill their last packet up; where the container's clock counts
        # samples, the duration it gives that packet says how many are meant.
        if self._end_s is None or self._zero_s is None:
            return 0
        beyond = place - round((self._end_s - self._zero_s) * self.rate)
        return beyond if 0 < beyond < last else 0

    def _decoded(self) -> Iterator[AudioFrame]:
        fine = self._stream.time_base * self.rate <= 1
        for packet in containers.packets(self._container, self._stream):
            if fine and packet.duration and packet.pts is not None:
                end_s = (packet.pts + packet.duration) * self._stream.time_base
                self._end_s = max(end_s, self._end_s or end_s)
            try:
                yield from packet.decode()
            except av.error.FFmpegError:
                continue
        try:
            yield from self._stream.decode(None)
        except av.error.FFmpegError:
            return

    def _floats(self, frame: AudioFrame) -> Samples:
        block = _floats(frame)
        if block.shape[1] == self.channels:
            return block
        if self.channels > _STEREO:
            raise MediaError(
                "The sound changes its number of channels midway.",
                place=str(self._file),
                remedy="Write it again with one layout.",
            )
        return _mixed(block, self.channels)

    def close(self) -> None:
        self._container.close()


def _codec_name(context: Any) -> str:
    name = str(context.name)
    return {"mp3float": "mp3", "libopus": "opus", "libvorbis": "vorbis"}.get(name, name)


def _soundless(file: Path) -> MediaError:
    return MediaError(
        "The file holds no sound.", place=str(file), remedy="Name a file with sound."
    )


def _floats(frame: AudioFrame) -> Samples:
    values = frame.to_ndarray()
    channels = len(frame.layout.channels)
    values = values.T if frame.format.is_planar else values.reshape(-1, channels)
    kind = frame.format.name.removesuffix("p")
    if kind == "u8":
        return (values.astype(np.float32) - 128) / np.float32(128)
    if kind in _SCALES:
        return (values / _SCALES[kind]).astype(np.float32)
    return np.ascontiguousarray(values, dtype=np.float32)


def _blocks(
    native: _Native,
    rate: int,
    channels: int,
    picked: tuple[int, ...] = (),
    speed: Fraction = _AS_IS,
) -> Iterator[Samples]:
    """Yield the sound of a file in blocks, at the wanted rate and channels."""
    if channels not in (1, 2) or rate <= 0:
        raise ValueError("Sound is read in 1 or 2 channels, at a positive rate.")
    chosen = (_chosen(block, picked) for block in native.blocks())
    mixed = (_mixed(block, channels) for block in chosen)
    source = native.rate * speed
    if source == rate:
        yield from mixed
    else:
        yield from _resampled(mixed, source, rate, channels)


def _chosen(block: Samples, picked: tuple[int, ...]) -> Samples:
    """Return the picked channels, counted from 1; those that are not there, silent."""
    if not picked:
        return block
    out = np.zeros((len(block), len(picked)), np.float32)
    for place, channel in enumerate(picked):
        if 1 <= channel <= block.shape[1]:
            out[:, place] = block[:, channel - 1]
    return out


def _mixed(block: Samples, channels: int) -> Samples:
    given = block.shape[1]
    if given == channels:
        return block
    if given == 1:
        return np.repeat(block, channels, axis=1)
    if given > _STEREO:
        block = _folded(block)
    return block if channels == _STEREO else block.mean(axis=1, keepdims=True)


def _folded(block: Samples) -> Samples:
    # ITU-R BS.775-3, table 2. Channel order left, right, centre, low, surrounds;
    # with fewer than six channels those after the second count as surrounds.
    sides = block[:, :2].copy()
    if block.shape[1] > _SURROUND:
        sides += _MINUS_3_DB * block[:, 2:3]
        rest = block[:, 4:]
    else:
        rest = block[:, 2:]
    for n in range(rest.shape[1]):
        sides[:, n % 2] += _MINUS_3_DB * rest[:, n]
    return sides


def _resampled(
    blocks: Iterator[Samples], source: Fraction, wanted: int, channels: int
) -> Iterator[Samples]:
    """Yield the blocks at another rate; in all, their length rescaled half up."""
    # Loaded where it is needed: most sounds have the rate of the film.
    import soxr

    stream = soxr.ResampleStream(
        float(source), float(wanted), channels, dtype="float32", quality="VHQ"
    )
    taken = given = 0
    for block in blocks:
        taken += len(block)
        out = stream.resample_chunk(np.ascontiguousarray(block))
        given += len(out)
        yield out
    ratio = wanted / source
    due = math.floor(taken * ratio + Fraction(1, 2))
    rest = stream.resample_chunk(np.zeros((0, channels), np.float32), last=True)
    yield rest[: max(due - given, 0)]
    if (short := due - given - len(rest)) > 0:
        yield np.zeros((short, channels), np.float32)
