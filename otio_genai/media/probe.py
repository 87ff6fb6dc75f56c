"""What a file is, measured: size, exact frame count and rate, exact sample count.

Header durations and frame counts are never believed. Frames are counted from packets
(`otio_genai.media.index`), samples by decoding the sound.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from otio_genai import rates
from otio_genai.media import containers, kinds, sound, still, timing, webp
from otio_genai.media.colour import NO_COLOUR, Colour, display_size
from otio_genai.media.index import VideoIndex, video_index

__all__ = ["Colour", "MediaFacts", "probe"]

_SOUND_CUT = "The file is damaged: the end of its sound is missing."
_TIMECODE = re.compile(r"(\d\d):(\d\d):(\d\d)([:;.,])(\d\d)$")


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """Facts about one media file.

    Attributes
    ----------
    kind_hint
        ``"video"``, ``"still"`` or ``"audio"``.
    width, height
        In square pixels, upright; 0 without a picture.
    rate, frames
        Measured frames per second (None for stills and sound) and the exact number
        of pictures that decoding gives (1 for a still, 0 for sound).
    variable
        The pictures come unevenly; ``rate`` is then the commonest one, and ``frames``
        how many it makes of the time to the end of the last picture.
    start_timecode_frames
        The file's start timecode as a frame count at ``rate``; None without one.
    sar, rotation
        Pixel aspect as stored, and the clockwise turn in degrees that puts the
        picture upright; both already applied to ``width`` and ``height``.
    alpha
        The pictures may be transparent.
    samples
        Sound samples per channel at ``sample_rate``, counted from the first picture
        if there is one.
    damage
        A sentence when only part of the file can be read, else ``""``.
    """

    kind_hint: Literal["video", "still", "audio"]
    width: int = 0
    height: int = 0
    rate: Fraction | None = None
    frames: int = 0
    variable: bool = False
    start_timecode_frames: int | None = None
    sar: Fraction = Fraction(1)
    rotation: int = 0
    pix_fmt: str | None = None
    video_codec: str | None = None
    has_audio: bool = False
    sample_rate: int = 0
    channels: int = 0
    samples: int = 0
    audio_codec: str | None = None
    color: Colour = NO_COLOUR
    alpha: bool = False
    damage: str = ""

    @property
    def duration_s(self) -> Fraction:
        """How long it lasts: its pictures, else its sound; 0 for a still."""
        if self.rate:
            return self.frames / self.rate
        return Fraction(self.samples, self.sample_rate or 1)


def probe(path: str | os.PathLike[str]) -> MediaFacts:
    """Return the facts of a video, still, GIF, animated WebP or sound file.

    Raises
    ------
    MediaError
        It is missing, empty, cut short, no media, or holds nothing to see or hear.
    """
    file = containers.existing(path)
    kind = kinds.kind(file)
    if kind is kinds.Kind.STILL:
        return _still(file)
    if kind is kinds.Kind.WEBP:
        return _webp(file)
    with containers.opened(file) as container:
        video = containers.video(container) is not None
        heard = containers.sound(container) is not None
        written = _written_timecode(container)
    if not video and not heard:
        raise containers.no_streams(file)
    index = video_index(file) if video else None
    facts = sound.sound_facts(file) if heard else None
    if index is None and facts is not None and not facts.samples:
        raise containers.damaged(file, "The file is cut short: it holds no sound.")
    if index is not None and index.frames == 1 and index.codec == "gif":
        return _single_gif(index)
    cut = index is None and containers.is_torn(file)
    return _streams(index, facts, written, _SOUND_CUT if cut else "")


def _streams(
    index: VideoIndex | None,
    heard: sound.SoundFacts | None,
    written: str,
    damage: str,
) -> MediaFacts:
    audio = heard or sound.SoundFacts(0, 0, 0, None)
    common = {
        "has_audio": bool(audio.samples),
        "sample_rate": audio.sample_rate,
        "channels": audio.channels,
        "samples": audio.samples,
        "audio_codec": audio.codec,
    }
    if index is None:
        return MediaFacts("audio", damage=damage, **common)  # type: ignore[arg-type]
    wide, high = display_size(index.width, index.height, index.sar, index.rotation)
    return MediaFacts(
        "video",
        width=wide,
        height=high,
        rate=index.rate,
        frames=index.frames,
        variable=index.variable,
        start_timecode_frames=_timecode_frames(written, index.rate),
        sar=index.sar,
        rotation=index.rotation,
        pix_fmt=index.pix_fmt,
        video_codec=index.codec,
        color=index.colour,
        alpha=index.alpha,
        damage=index.damage,
        **common,  # type: ignore[arg-type]
    )


def _still(file: Path) -> MediaFacts:
    facts = still.still_facts(file)
    return MediaFacts(
        "still",
        width=facts.width,
        height=facts.height,
        frames=1,
        pix_fmt=facts.mode,
        video_codec=facts.format,
        alpha=facts.alpha,
    )


def _single_gif(index: VideoIndex) -> MediaFacts:
    return MediaFacts(
        "still",
        width=index.width,
        height=index.height,
        frames=1,
        pix_fmt=index.pix_fmt,
        video_codec=index.codec,
        alpha=index.alpha,
    )


def _webp(file: Path) -> MediaFacts:
    facts = still.still_facts(file)
    stays_ms = webp.durations_ms(file)
    starts_ms = [sum(stays_ms[:n]) for n in range(len(stays_ms))]
    tick_s = Fraction(1, 1000)
    rate, variable = timing.measure(starts_ms, tick_s, duration=stays_ms[-1])
    frames = len(stays_ms)
    if variable:
        _, frames = timing.conformed(starts_ms, tick_s, rate, stays_ms[-1])
    return MediaFacts(
        "video",
        width=facts.width,
        height=facts.height,
        rate=rate,
        frames=frames,
        variable=variable,
        pix_fmt=facts.mode,
        video_codec="webp",
        alpha=facts.mode == "RGBA",
    )


def _written_timecode(container: object) -> str:
    streams = getattr(container, "streams", ())
    for holder in (*streams, container):
        written = getattr(holder, "metadata", {}).get("timecode")
        if written:
            return str(written)
    return ""


def _timecode_frames(written: str, rate: Fraction) -> int | None:
    """Return the frames before a timecode label; SMPTE ST 12-1 for drop-frame."""
    found = _TIMECODE.match(written.strip())
    if not found:
        return None
    hours, minutes, seconds, part = (int(found[n]) for n in (1, 2, 3, 5))
    base, _ = rates.ntsc(rate)
    total = (hours * 3600 + minutes * 60 + seconds) * base + part
    if found[4] != ":" and rates.is_drop_rate(rate):
        passed = hours * 60 + minutes
        total -= base // 15 * (passed - passed // 10)
    return total
