"""A film from a bin: length, slots, takes, fractures and sound, in that order."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.assemble import candidates, fracture, mix, order, sequence
from otio_genai.assemble.candidates import Take
from otio_genai.assemble.grid import Music, cost_of_frames
from otio_genai.assemble.match import score
from otio_genai.assemble.slots import divide, fit, wanted_frames
from otio_genai.assemble.style import Style
from otio_genai.errors import AssembleError
from otio_genai.ingest import bin as bins

__all__ = ["assemble"]

# The order is sought on the best score each pair can reach, which the trims do not
# always allow; so several orders are trimmed and the best film is kept.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class _Sounds:
    bed: otio.schema.Clip | None
    voices: tuple[mix.Sound, ...]
    music: Music


def assemble(
    bin: otio.schema.SerializableCollection,
    style: Style = Style(),  # noqa: B008  # it is immutable
    *,
    seed: int = 0,
    rate: Fraction | float | str | None = None,
    size: tuple[int, int] | None = None,
    title: str = "Untitled",
) -> otio.schema.Timeline:
    """Return a timeline edited from an analysed bin.

    Parameters
    ----------
    bin
        What ``analyse`` returned; it is not changed.
    style
        How to cut.
    seed
        Another seed, another film of the same quality; the same one, the same bytes.
    rate
        The film's rate; by default the commonest of its takes that editors use.
    size
        Width and height in pixels; by default the commonest of its takes.
    title
        Name of the timeline.

    Raises
    ------
    AssembleError
        There is no picture, a named take is not there, or the voice-over is longer
        than all takes together.

    Examples
    --------
    >>> import otio_genai
    >>> takes = otio_genai.analyse(otio_genai.ingest("my-film"))  # doctest: +SKIP
    >>> film = assemble(takes, Style(mean_shot_s=2.0), seed=7)    # doctest: +SKIP
    """
    film_rate = bins.film_rate(bin) if rate is None else rates.rate(rate)
    warnings: list[str] = []
    moving = candidates.takes(bin, film_rate)
    held = () if style.use_stills is False else candidates.stills(bin, film_rate)
    sounds = _sounds(bin, style, film_rate, _picture_s(moving, held, style))
    pool = _pool(moving, held, style, sounds)
    pins = _pins(bin, pool, style)
    if len(beds := bins.entries(bin, "music")) > 1:
        others = ", ".join(clip.name for clip in beds[1:])
        warnings.append(f"The bed is {beds[0].name}; not used: {others}.")
    total = wanted_frames(
        pool, style, film_rate, bed=sounds.bed, voices=sounds.voices, warn=warnings
    )
    costs = cost_of_frames(sounds.music, total, film_rate, style.cut_on)
    tries = [
        _trim(chosen, costs, sounds.music, style)
        for chosen in _choose(pool, costs, style, seed, pins)
    ]
    shots = min(tries, key=_cost)
    if len(shots) < len(style.first) + len(style.last):
        warnings.append("The film is too short for every take pinned to its ends.")
    film = sequence.Film(
        title=title,
        rate=film_rate,
        size=size or bins.film_size(bin),
        style=style,
        seed=seed,
        music=sounds.music,
    )
    return sequence.build(film, shots, sounds.bed, sounds.voices, warnings)


def _picture_s(moving: Sequence[Take], held: Sequence[Take], style: Style) -> float:
    """Return how long a film the pictures can make at most."""
    if style.repeats:
        return math.inf
    taken_s = sum(float(take.usable_frames / take.rate) for take in moving)
    return taken_s + len(held) * style.max_shot_s


def _sounds(
    found: otio.schema.SerializableCollection,
    style: Style,
    rate: Fraction,
    picture_s: float,
) -> _Sounds:
    beds = bins.entries(found, "music")
    bed = beds[0] if beds else None
    heard = {} if bed is None else metadata.read(bed.media_reference, "beats", {})
    phrases = [float(p) for p in heard.get("phrases_s", [])]
    voices = bins.entries(found, "voice")
    lengths_s = [float(mix.length_frames(clip, rate) / rate) for clip in voices]
    speech_s = sum(lengths_s) + style.voice_gap_s * max(0, len(voices) - 1)
    start_s = mix.start_of_voice_s(style, phrases, picture_s - speech_s)
    placed = tuple(mix.place_voices(voices, rate, style, start_s))
    music = Music(
        beats_s=tuple(heard.get("beats_s", [])),
        downbeats_s=tuple(heard.get("downbeats_s", [])),
        phrases_s=tuple(phrases),
        onsets_s=tuple(heard.get("onsets_s", [])),
        confidence=float(heard.get("confidence", 0.0)),
        words_s=tuple(span for sound in placed for span in sound.words_s),
    )
    return _Sounds(bed, placed, music)


def _pool(
    moving: tuple[Take, ...],
    held: tuple[Take, ...],
    style: Style,
    sounds: _Sounds,
) -> tuple[Take, ...]:
    if style.use_stills is True or not moving or not held:
        pool = moving + held
    else:
        rate = moving[0].rate
        longest = math.floor(Fraction(style.max_shot_s) * rate)
        there = sum(min(take.usable_frames, longest) for take in moving)
        need = wanted_frames(
            moving, style, rate, bed=sounds.bed, voices=sounds.voices, ask=True
        )
        pool = moving if there >= need else moving + held
    if not pool:
        raise AssembleError(
            "There is no take or still to make a film of.",
            remedy="Put at least one video or picture in the folder.",
        )
    return pool


def _pins(
    found: otio.schema.SerializableCollection, pool: Sequence[Take], style: Style
) -> order.Pins:
    """Return the takes named for the film's two ends, by index."""
    names = (*style.first, *style.last)
    clips = [bins.find(found, name) for name in names]
    indices = [
        next((i for i, take in enumerate(pool) if take.clip is clip), None)
        for clip in clips
    ]
    wrong = []
    for name, clip, index in zip(names, clips, indices, strict=True):
        if clip is None:
            wrong.append(f"{name}: no file, or more than one, goes by this name")
        elif index is None:
            wrong.append(f"{name}: it is no take or still of this film")
        elif indices.count(index) > 1 and not style.repeats:
            wrong.append(f"{name}: named more than once, but takes do not repeat")
    if wrong:
        raise AssembleError(
            "Takes named under [order] cannot be placed:",
            remedy="Write them as `otio-genai ingest` lists them.",
            items=list(dict.fromkeys(wrong)),
        )
    whole = [index for index in indices if index is not None]
    return order.Pins(
        tuple(whole[: len(style.first)]), tuple(whole[len(style.first) :])
    )


def _choose(
    pool: Sequence[Take], costs: Any, style: Style, seed: int, pins: order.Pins
) -> list[list[Take]]:
    """Return good orders of takes."""
    slots = divide(costs, pool, style, pool[0].rate)
    orders = order.arrange(
        pool,
        slots.lengths,
        fracture.plan(slots.cuts, (), pool[0].rate, style),
        seed=seed,
        tries=_TRIES,
        pins=pins,
        free=style.order == "free",
        repeats=style.repeats or len(slots.lengths) > len(pool),
    )
    return [[pool[index] for index in indices] for indices in orders]


def _trim(
    chosen: Sequence[Take], costs: Any, music: Music, style: Style
) -> list[sequence.Shot]:
    """Return the takes with their in-points and lengths."""
    rate = chosen[0].rate
    slots = fit(costs, chosen, style, rate)
    kinds = fracture.plan(slots.cuts, music.phrases_s, rate, style)
    half = max(1, round(Fraction(style.carry_s) * rate / 2))
    opened = []
    for slot, (take, length) in enumerate(zip(chosen, slots.lengths, strict=False)):
        before = slot > 0 and kinds[slot - 1] == "carry"
        after = slot < len(kinds) and kinds[slot] == "carry"
        opened.append(take.openings(length, (half * before, half * after)))
    picks = order.trim(opened, kinds)
    return [
        sequence.Shot(
            take=take,
            frames=length,
            opening=ways.ways[pick],
            leaving=tuple(float(v) for v in ways.exits[pick]),
            entering=tuple(float(v) for v in ways.entries[pick]),
            planned=kinds[slot - 1] if slot else "",
        )
        for slot, (take, length, ways, pick) in enumerate(
            zip(chosen, slots.lengths, opened, picks, strict=False)
        )
    ]


def _cost(shots: Sequence[sequence.Shot]) -> float:
    """Return how far the joins are from what was planned, 0 at best for each."""
    total = 0.0
    for before, after in itertools.pairwise(shots):
        value = score(before.leaving, after.entering)
        total += value if after.planned == "dry" else 1 - value
    return total
