"""The films the render benchmarks are about, and the takes, music and voice they use.

A film is a list of shots in record frames at 24 fps; takes alternate between 24 and
30 fps, last 5 s and have one keyframe each, as generators deliver them: a textured
dolly-in, a moving foreground, grain, and a code in the corner that says which take and
frame it is. Music lies under everything and ducks under the voice.

Everything is computed from fixed seeds, made once in a folder, and used again.
"""

from __future__ import annotations

import math
import wave
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import opentimelineio as otio
from PIL import Image

from otio_genai import metadata, rates
from otio_genai.media import files, locate
from tests.support.coded import coded_frame

__all__ = [
    "CODE",
    "DUCK_DB",
    "RAMP",
    "RATE",
    "SAMPLE_RATE",
    "TAKE_S",
    "Film",
    "Shot",
    "growing",
    "make",
    "mix",
    "phrases",
    "programme",
    "sound_path",
    "take_path",
    "take_rate",
    "timeline",
    "write_pictures",
]

RATE, OTHER_RATE, TAKE_S = Fraction(24), Fraction(30), 5
SAMPLE_RATE = 48_000
CODE = (160, 90)
FADE, TAKES = 12, 24
#: How far the music steps back under the voice, and in how many record frames.
DUCK_DB, RAMP = -12.0, 8
_SHOTS_PER_MINUTE = 21
_SPEAKING_S = 60
# x264's quality and the grain of each take: 4 to 16 Mbit/s at 1080p.
_CRFS, _GRAINS = (22, 21, 22), (3.0, 4.0, 5.0)


@dataclass(frozen=True)
class Shot:
    """A clip, in record frames."""

    take: int
    start: int
    "In-point, on the film's grid."
    length: int
    head: int
    "Length of the cross-fade into it, half of it before its first frame; 0 for a cut."
    tail: int
    "Length of the cross-fade out of it."


@dataclass(frozen=True)
class Film:
    """A film of shots."""

    folder: Path
    "Where its material is."
    size: tuple[int, int]
    shots: tuple[Shot, ...]

    @property
    def frames(self) -> int:
        """Return its length in record frames."""
        return sum(shot.length for shot in self.shots)

    @property
    def takes(self) -> list[int]:
        """Return the takes it uses, in order."""
        return sorted({shot.take for shot in self.shots})


def programme(folder: Path, size: tuple[int, int], seconds: int) -> Film:
    """Return the reference programme: 21 shots a minute, every third join a fade."""
    count = max(2, round(seconds * _SHOTS_PER_MINUTE / 60))
    total = seconds * int(RATE)
    # Lengths vary by up to 28 frames around their mean, always in the same way.
    inner = [round(n * total / count) + n * 11 % 29 - 14 for n in range(1, count)]
    borders = [0, *inner, total]
    lengths = [b - a for a, b in zip(borders, borders[1:], strict=False)]
    fades = [FADE if n % 3 == 2 else 0 for n in range(count - 1)]
    return Film(folder, size, tuple(_moved(_shots(lengths, fades))))


def growing(folder: Path, size: tuple[int, int], count: int) -> Film:
    """Return a film of many shots of 24 frames, every fourth join a fade.

    No shot of the first 1,900 is there twice: what was made once is not made again.
    """
    fades = [FADE if n % 4 == 1 else 0 for n in range(count - 1)]
    shots = _shots([24] * count, fades)
    return Film(folder, size, tuple(_moved(shots)))


def _shots(lengths: list[int], fades: list[int]) -> Iterator[Shot]:
    for n, length in enumerate(lengths):
        head, tail = [0, *fades][n], [*fades, 0][n]
        yield Shot(n % TAKES, 8 + 5 * n % 8, length, head, tail)


def _moved(shots: Iterable[Shot]) -> Iterator[Shot]:
    """Give shots with other in-points wherever a take comes again."""
    for n, shot in enumerate(shots):
        room = max(8, int(TAKE_S * RATE) - shot.length - 2 * 8)
        yield replace(shot, start=8 + (shot.start - 8 + 7 * (n // TAKES)) % room)


# The timeline --------------------------------------------------------------------


def timeline(film: Film) -> otio.schema.Timeline:
    """Return the film as the timeline that we render."""
    made = otio.schema.Timeline("benchmark", global_start_time=rates.time(0, RATE))
    wide, high = film.size
    metadata.put(
        made, "film", {"rate": rates.text(RATE), "width": wide, "height": high}
    )
    track = otio.schema.Track("Picture", kind="Video")
    for number, shot in enumerate(film.shots):
        if shot.head:
            half = rates.time(shot.head // 2, RATE)
            track.append(otio.schema.Transition("", "SMPTE_Dissolve", half, half))
        rate = take_rate(shot.take)
        whole = rates.span(0, int(TAKE_S * rate), rate)
        media = otio.schema.ExternalReference(
            locate.url(take_path(film, shot.take)), whole
        )
        source = rates.span(shot.start, shot.length, RATE)
        track.append(otio.schema.Clip(f"shot {number}", media, source))
    made.tracks.append(track)
    for name in ("music", "voice"):
        heard = otio.schema.Track(name, kind="Audio")
        samples = rates.sample_at(film.frames, RATE, SAMPLE_RATE)
        media = otio.schema.ExternalReference(
            locate.url(sound_path(film, name)),
            rates.span(0, samples, Fraction(SAMPLE_RATE)),
        )
        clip = otio.schema.Clip(name, media, rates.span(0, film.frames, RATE))
        if name == "music":
            metadata.put(clip, "levels", [[f, db] for f, db in levels(film)])
        heard.append(clip)
        made.tracks.append(heard)
    return made


def phrases(film: Film) -> list[tuple[int, int]]:
    """Return first and last record frame of each phrase of the voice.

    None are after the first minute: ffmpeg's graph pays for each all along.
    """
    every, first, long = 10 * int(RATE), 2 * int(RATE), 4 * int(RATE)
    stop = min(film.frames, _SPEAKING_S * int(RATE))
    starts = range(first, max(first + 1, stop - long - RAMP), every)
    return [(start, start + long) for start in starts]


def levels(film: Film) -> list[tuple[int, float]]:
    """Return the music's level by record frame, in dB, linear in amplitude between."""
    found = [(0, 0.0)]
    for start, stop in phrases(film):
        found += [(start - RAMP, 0.0), (start, DUCK_DB)]
        found += [(stop, DUCK_DB), (stop + RAMP, 0.0)]
    return found


# What it is made of --------------------------------------------------------------


def take_rate(take: int) -> Fraction:
    """Return the rate of a take: every other one is not the film's."""
    return OTHER_RATE if take % 2 else RATE


def take_path(film: Film, take: int) -> Path:
    """Return where a take is."""
    return film.folder / f"{film.size[0]}x{film.size[1]}" / f"take{take}.mp4"


def sound_path(film: Film, name: str) -> Path:
    """Return where ``"music"`` or ``"voice"`` of a film is."""
    return film.folder / f"{name}{film.frames}.wav"


def make(film: Film) -> None:
    """Make what is not there yet of a film's takes and sound."""
    for take in film.takes:
        path = take_path(film, take)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            crf, rate = _CRFS[take % 3], take_rate(take)
            with files.write_beside(path) as beside:
                write_pictures(beside, pictures(take, film.size), rate, crf=crf)
    for name in ("music", "voice"):
        if not sound_path(film, name).exists():
            _write_sound(sound_path(film, name), name, film)


def pictures(take: int, size: tuple[int, int]) -> Iterator[np.ndarray]:
    """Yield the pictures of a take, RGB."""
    rng = np.random.default_rng(take)
    wide, high = size
    scene, front = (
        _texture(rng, wide * 5 // 4, high * 5 // 4),
        _texture(rng, wide // 4, high // 2),
    )
    grain = rng.normal(0, _GRAINS[take % 3], (high + 32, wide + 32, 1)).astype(np.int8)
    drift = rng.uniform(0.2, 0.8, 2)
    count = int(TAKE_S * take_rate(take))
    for k in range(count):
        # A dolly-in: the part that is seen shrinks towards a point of its own.
        inset = 0.2 * k / count * np.array(scene.size)
        left, top = inset * drift
        right, bottom = scene.size - inset * (1 - drift)
        seen = scene.resize(size, Image.Resampling.BILINEAR, (left, top, right, bottom))
        at = int((wide + front.width) * k / count) - front.width
        seen.paste(front, (at, high // 3))
        dy, dx = rng.integers(0, 32, 2)
        noisy = np.asarray(seen, np.int16) + grain[dy : dy + high, dx : dx + wide]
        picture = noisy.clip(0, 255).astype(np.uint8)
        picture[: CODE[1], : CODE[0]] = coded_frame(take, k, *CODE)
        yield picture


def _texture(rng: np.random.Generator, wide: int, high: int) -> Image.Image:
    total = np.zeros((high, wide, 3), np.float32)
    for cell, weight in ((128, 0.4), (32, 0.3), (8, 0.2), (3, 0.1)):
        coarse = rng.integers(0, 256, (high // cell + 2, wide // cell + 2, 3), np.uint8)
        smooth = Image.fromarray(coarse).resize((wide, high), Image.Resampling.BICUBIC)
        total += weight * np.asarray(smooth, np.float32)
    return Image.fromarray(total.clip(0, 255).astype(np.uint8))


def write_pictures(
    path: Path,
    shown: Iterable[np.ndarray],
    rate: Fraction,
    *,
    crf: int,
    options: dict[str, str] | None = None,
) -> None:
    """Write RGB pictures as H.264, BT.709, with keyframes at least every 250."""
    with av.open(str(path), "w") as container:
        stream: Any = None
        for number, picture in enumerate(shown):
            if stream is None:
                chosen = {"crf": str(crf), "preset": "veryfast", **(options or {})}
                # Else the keyframe that a cut in the noise asks for.
                chosen.setdefault("sc_threshold", "0")
                stream = container.add_stream("libx264", rate=rate, options=chosen)
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = "yuv420p"
                context = stream.codec_context
                context.gop_size = 250
                context.colorspace = context.color_primaries = context.color_trc = 1
                context.color_range = 1
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
                format="yuv420p", dst_colorspace=1, dst_color_range=1
            )
            frame.pts, frame.time_base = number, 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _heard(name: str, film: Film, second: int) -> np.ndarray:
    """Return a second of music or voice, float (samples, 2)."""
    start, stop = second * SAMPLE_RATE, (second + 1) * SAMPLE_RATE
    stop = min(stop, rates.sample_at(film.frames, RATE, SAMPLE_RATE))
    t = np.arange(start, stop) / SAMPLE_RATE
    noise = np.random.default_rng((len(name), ord(name[0]), second)).normal(
        0, 1, len(t)
    )
    if name == "voice":
        return _voice(film, t, noise)
    # A chord with a stroke of noise on every beat, 120 a minute.
    chord = sum(np.sin(2 * np.pi * f * t) for f in (110, 164.8, 220, 277.2)) * 0.03
    stroke = np.exp(-(t % 0.5) / 0.03) * noise * 0.05
    side = np.sin(2 * np.pi * 330 * t) * 0.01
    return np.stack([chord + stroke + side, chord + stroke - side], 1)


def _voice(film: Film, t: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Return syllables of hum and breath, five a second, in phrases."""
    hum = sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 8)) * 0.08
    speaking = np.zeros(len(t))
    for start, stop in phrases(film):
        within = (t >= start / float(RATE)) & (t < stop / float(RATE))
        speaking[within] = np.abs(np.sin(2 * np.pi * 2.5 * t[within]))
    wave = (hum + noise * 0.04) * speaking
    return np.stack([wave, wave], 1)


def _seconds(film: Film) -> range:
    return range(math.ceil(film.frames / RATE))


def _write_sound(path: Path, name: str, film: Film) -> None:
    with files.write_beside(path) as beside, wave.open(str(beside), "wb") as out:
        out.setparams((2, 2, SAMPLE_RATE, 0, "NONE", ""))
        for second in _seconds(film):
            block = _heard(name, film, second)
            out.writeframes(np.rint(block * 32767).astype("<i2").tobytes())


def mix(film: Film) -> np.ndarray:
    """Return the sound the film should have, float32 (samples, 2)."""
    keys = [rates.sample_at(f, RATE, SAMPLE_RATE) for f, _ in levels(film)]
    factors = [10 ** (db / 20) for _, db in levels(film)]
    blocks = []
    for second in _seconds(film):
        music, voice = (_heard(name, film, second) for name in ("music", "voice"))
        at = second * SAMPLE_RATE + np.arange(len(music))
        gains = np.interp(at, keys, factors)[:, None]
        blocks.append((music * gains + voice).astype(np.float32))
    return np.concatenate(blocks)
