"""What a delivery preset will refuse of a film, all of it at once, before any work."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

import opentimelineio as otio

from otio_genai import maps, metadata
from otio_genai.deliver.preset import Preset, Size
from otio_genai.deliver.presets import PRESETS
from otio_genai.errors import OutputError, RenderError

__all__ = [
    "Film",
    "Refusal",
    "ensure_suffix",
    "ensure_taken",
    "film_of",
    "overweight",
    "refusals",
]

# Below this share of its recommended bit rate a picture visibly suffers.
_POOR = Fraction(1, 4)
_USUAL = tuple(Fraction(rate) for rate in (24, 25, 30))


@dataclass(frozen=True, slots=True)
class Film:
    """What decides whether a film is taken."""

    frames: int
    rate: Fraction
    "Frames per second."
    size: Size | None = None
    "Width and height in pixels; None when the timeline does not say."

    @property
    def length_s(self) -> Fraction:
        """Return how long it lasts."""
        return self.frames / self.rate


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that a preset takes amiss."""

    severity: Literal["error", "warning"]
    "An error is refused; a warning is taken, but not as it was meant."
    text: str
    remedy: str
    code: str
    "A name for programs: rate, short, long, bytes, size, crop, poor or small."


def film_of(timeline: otio.schema.Timeline, size: Size | None = None) -> Film:
    """Return what a timeline says of itself; no media are opened.

    Parameters
    ----------
    size
        The size asked for, in place of the timeline's own.

    Raises
    ------
    TimelineError
        The timeline states no rate.
    """
    return Film(
        maps.length_frames(timeline),
        maps.record_rate(timeline),
        size or _stated_size(timeline),
    )


def _stated_size(timeline: otio.schema.Timeline) -> Size | None:
    holders = [(timeline, "film")]
    holders += [(clip.media_reference, "media") for clip in maps.clips(timeline)]
    for holder, key in holders:
        kept = metadata.read(holder, key, {}) if holder is not None else {}
        wide, high = kept.get("width"), kept.get("height")
        if wide and high:
            return int(wide), int(high)
    return None


def refusals(film: Film, preset: Preset, *, size: Size | None = None) -> list[Refusal]:
    """Return everything a preset takes amiss in a film.

    Parameters
    ----------
    film
        As `film_of` gives it.
    size
        The size it will be delivered in, where not the preset's own choice.

    Returns
    -------
    list of Refusal
        Errors first; empty when the film is taken as it is.
    """
    if film.frames == 0:
        return []
    raster = size or (preset.size_for(film.size) if film.size else None)
    found = [*_of_rate(film, preset), *_of_length(film, preset)]
    if raster is not None:
        found += _of_size(raster, preset)
        found += _of_bytes(film, raster, preset)
        found += _of_picture(film, raster, preset)
    return sorted(found, key=lambda one: one.severity)


def ensure_taken(film: Film, preset: Preset, *, size: Size | None = None) -> None:
    """Refuse a film that the preset's platform would refuse.

    Raises
    ------
    RenderError
        It would be; every reason is named.
    """
    found = [r for r in refusals(film, preset, size=size) if r.severity == "error"]
    if not found:
        return
    if len(found) == 1:
        raise RenderError(found[0].text, place=preset.name, remedy=found[0].remedy)
    raise RenderError(
        f"{preset.title} refuses this film for {len(found)} reasons.",
        place=preset.name,
        remedy=" ".join(one.remedy for one in found),
        items=[one.text for one in found],
    )


def ensure_suffix(path: Path, preset: Preset) -> None:
    """Refuse a file of another kind than the preset's.

    Raises
    ------
    OutputError
        Its suffix is another.
    """
    if path.suffix.lower() != preset.suffix:
        raise OutputError(
            f"{preset.title} is delivered as {preset.suffix}.",
            place=str(path),
            remedy=f"Write {path.with_suffix(preset.suffix).name}.",
        )


def overweight(size_bytes: int, preset: Preset) -> tuple[str, ...]:
    """Return a note on a file that became larger than the preset's platform takes.

    Caps keep below that by far; a quality or an encoder of one's own may not.
    """
    largest = preset.limits.largest_bytes
    if largest is None or size_bytes <= largest:
        return ()
    return (
        f"The file has {size_bytes / 1e6:.0f} MB; {preset.title} takes "
        f"{largest // 1_000_000} MB. A higher --crf makes it smaller.",
    )


def _of_rate(film: Film, preset: Preset) -> Iterator[Refusal]:
    taken = preset.rates
    if taken.take(film.rate):
        return
    if taken.named:
        which = ", ".join(_fps(rate) for rate in taken.named)
    else:
        which = "{} to {}".format(*(taken.between or ()))
    better = next((r for r in _USUAL if r >= film.rate and taken.take(r)), _USUAL[-1])
    yield Refusal(
        "error",
        f"It runs at {_fps(film.rate)} frames per second; {preset.title} takes "
        f"{which}.",
        f"Assemble it at another rate: rate = {better} under [film].",
        "rate",
    )


def _of_length(film: Film, preset: Preset) -> Iterator[Refusal]:
    limits = preset.limits
    if film.length_s < limits.shortest_s:
        yield Refusal(
            "error",
            f"It lasts {_seconds(film.length_s)}; {preset.title} takes "
            f"{_seconds(Fraction(limits.shortest_s))} at least.",
            "Make it longer.",
            "short",
        )
    if limits.longest_s is not None and film.length_s > limits.longest_s:
        over = math.ceil(film.length_s - limits.longest_s)
        longer = [p for p in PRESETS if _instead_of(preset, p, film)]
        also = f", or deliver it as {longer[0].name}" if longer else ""
        yield Refusal(
            "error",
            f"It lasts {_seconds(film.length_s)}; {preset.title} takes "
            f"{_seconds(Fraction(limits.longest_s))} at most.",
            f"Shorten it by {over} s{also}.",
            "long",
        )


def _instead_of(refusing: Preset, other: Preset, film: Film) -> bool:
    """Tell whether another preset of the same house takes the film's length."""
    longest_s = other.limits.longest_s
    same = other.title.split()[0] == refusing.title.split()[0]
    return same and (longest_s is None or film.length_s <= longest_s)


def _of_size(raster: Size, preset: Preset) -> Iterator[Refusal]:
    if preset.raster.takes(raster):
        return
    own = preset.raster.fixed
    better = " or ".join(f"{wide}x{high}" for wide, high in own)
    yield Refusal(
        "error",
        f"{preset.title} does not take a picture of {raster[0]}x{raster[1]}.",
        f"Leave --size out: it takes {better}." if own else "Choose another --size.",
        "size",
    )


def _of_bytes(film: Film, raster: Size, preset: Preset) -> Iterator[Refusal]:
    largest = preset.limits.largest_bytes
    mean = preset.mean(raster, film.rate)
    if largest is None or mean is None:
        return
    cap = preset.cap(raster, film.rate, film.length_s) or mean
    if cap >= mean:
        return
    poor = cap < mean * _POOR
    yield Refusal(
        "error" if poor else "warning",
        f"{_seconds(film.length_s)} at {mean / 1e6:.1f} Mb/s would be "
        f"{_megabytes(mean + preset.sound_bits(), film.length_s)} MB; {preset.title} "
        f"takes {largest // 1_000_000} MB, so the picture is held at "
        f"{cap / 1e6:.2f} Mb/s.",
        "Shorten it."
        if poor
        else "Shorten it if pictures with much movement look coarse.",
        "bytes",
    )


def _of_picture(film: Film, raster: Size, preset: Preset) -> Iterator[Refusal]:
    if film.size is None:
        return
    ratios = Fraction(*film.size), Fraction(*raster)
    kept = min(ratios) / max(ratios)
    if preset.raster.fixed and kept < Fraction(49, 50):
        side = "width" if ratios[0] > ratios[1] else "height"
        yield Refusal(
            "warning",
            f"Its picture is {film.size[0]}x{film.size[1]}, {preset.title} shows "
            f"{raster[0]}x{raster[1]}: {float(kept):.0%} of its {side} stays.",
            "`otio-genai reframe` shows which part and changes it; --pad lays the "
            "whole on a colour.",
            "crop",
        )
    if preset.raster.within and raster not in preset.raster.within:
        wanted = ", ".join(f"{wide}x{high}" for wide, high in preset.raster.within)
        yield Refusal(
            "warning",
            f"It is delivered as {raster[0]}x{raster[1]}; {preset.title} is meant to "
            f"be {wanted}.",
            "Ask for one of these with --size, if the takes are large enough.",
            "small",
        )


def _fps(rate: Fraction) -> str:
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")


def _seconds(length_s: Fraction) -> str:
    whole = round(length_s, 2)
    if whole < 120:
        return f"{float(whole):g} s"
    minutes, seconds = divmod(int(whole), 60)
    return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"


def _megabytes(bits: int, length_s: Fraction) -> int:
    return round(bits * length_s / 8_000_000)
