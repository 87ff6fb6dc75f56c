"""What is asked of a render, settled before any work: raster, encoders, loudness."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import opentimelineio as otio

from otio_genai import maps
from otio_genai.deliver.encoders import encoding_by
from otio_genai.deliver.preset import Preset
from otio_genai.deliver.presets import preset as preset_of
from otio_genai.deliver.refusing import Film, ensure_taken, film_of
from otio_genai.errors import MediaError, TimelineError
from otio_genai.media.encoding import Encoding, SoundEncoding
from otio_genai.render.plan import GRID_S
from otio_genai.render.sound.loudness import AS_IT_IS, LoudnessTarget, target_for
from otio_genai.render.sound.peaks import CEILING_DBTP

__all__ = ["Settings", "Wish", "film_to_deliver", "in_shape", "settle"]

_CRF, _PRESET = 18.0, "veryfast"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller asks for; see `otio_genai.render.render` for what each means."""

    deliver: str | None = None
    size: tuple[int, int] | None = None
    crf: float | None = None
    preset: str | None = None
    encoder: str | None = None
    loudness: str | float | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What will be done."""

    size: tuple[int, int] | None
    "Width and height of the film; None for the timeline's own."
    encoding: Encoding
    "How pictures are encoded."
    sound: SoundEncoding
    "How sound is encoded."
    loudness: LoudnessTarget
    "What the programme is brought to."


def settle(wish: Wish, timeline: otio.schema.Timeline) -> Settings:
    """Return what will be done for a film.

    Raises
    ------
    RenderError
        A name is not known, or where the film goes it would be refused; every reason
        is given.
    TimelineError
        The timeline states no rate.
    """
    rate = maps.record_rate(timeline)
    preset = preset_of(wish.deliver) if wish.deliver else None
    size = wish.size
    if preset is not None:
        film = film_to_deliver(timeline)
        ensure_taken(film, preset, size=wish.size)
        if size is None and film.size is not None:
            size = preset.size_for(film.size)
        chosen = preset.encoding(size or (1920, 1080), rate, film.length_s)
        taken = preset.codecs
    else:
        chosen, taken = _usual(rate), ("h264", "hevc")
    chosen = _tuned(chosen, wish)
    if wish.encoder:
        chosen = encoding_by(chosen, wish.encoder, taken=taken)
    return Settings(
        size=size,
        encoding=chosen,
        sound=preset.sound if preset else SoundEncoding(),
        loudness=_loudness(wish.loudness, preset),
    )


def _usual(rate: Fraction) -> Encoding:
    """Return x264 at a quality few eyes tell from the source, quickly."""
    options = ("crf", f"{_CRF:g}"), ("preset", _PRESET)
    return Encoding(options=options, gop_frames=max(1, round(GRID_S * rate)))


def _tuned(encoding: Encoding, wish: Wish) -> Encoding:
    options = dict(encoding.options)
    if wish.crf is not None and "crf" in options:
        options["crf"] = f"{wish.crf:g}"
    if wish.preset is not None and "preset" in options:
        options["preset"] = wish.preset
    return replace(encoding, options=tuple(sorted(options.items())))


def _loudness(asked: str | float | None, preset: Preset | None) -> LoudnessTarget:
    if asked is None:
        wanted = preset.loudness if preset else None
        if wanted is None:
            return AS_IT_IS
        peak = wanted.true_peak_dbtp
        return LoudnessTarget(
            wanted.integrated_lufs, CEILING_DBTP if peak is None else peak
        )
    if asked == "none":
        return AS_IT_IS
    try:
        return LoudnessTarget(float(asked))
    except ValueError:
        return target_for(str(asked))


def film_to_deliver(timeline: otio.schema.Timeline) -> Film:
    """Return what decides whether a film is taken; its size is measured if need be.

    Raises
    ------
    TimelineError
        The timeline states no rate.
    """
    film = film_of(timeline)
    if film.size is not None or not film.frames:
        return film
    from otio_genai.deliver.shots import film_size

    try:
        return replace(film, size=film_size(timeline))
    except (MediaError, TimelineError):
        # What is missing is told later, all of it at once.
        return film


def in_shape(
    timeline: otio.schema.Timeline,
    size: tuple[int, int] | None,
    pad: str | None,
    progress: Callable[[str, int, int], None],
) -> otio.schema.Timeline:
    """Return a timeline in the shape of a raster; itself where it has that shape.

    Raises
    ------
    RenderError, TimelineError
        As `otio_genai.deliver.reframe.reframe`.
    """
    stated = film_to_deliver(timeline).size
    if size is None or stated is None or _alike(size, stated):
        return timeline
    from otio_genai.deliver.reframe import reframe

    return reframe(timeline, size, pad=pad, progress=progress)


def _alike(one: tuple[int, int], other: tuple[int, int]) -> bool:
    # A side is rounded to an even number of pixels.
    return abs(one[0] * other[1] - one[1] * other[0]) <= 2 * max(*one, *other)
