"""A film from a bin: its material, length and notes; then a plan; then a timeline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.assemble import sequence
from otio_genai.assemble.notes import Notes
from otio_genai.assemble.planning import candidates
from otio_genai.assemble.planning.brief import Brief
from otio_genai.assemble.planning.directions import directions
from otio_genai.assemble.planning.earlier import Earlier, earlier
from otio_genai.assemble.planning.places import Places
from otio_genai.assemble.planning.plan import make_plan
from otio_genai.assemble.planning.slots import (
    listed_frames,
    wanted_frames,
    wished_frames,
)
from otio_genai.assemble.planning.stills import stills
from otio_genai.assemble.planning.tables import Material
from otio_genai.assemble.sound import mix
from otio_genai.assemble.style import Style
from otio_genai.errors import AssembleError
from otio_genai.ingest import bin as bins

__all__ = ["assemble"]


@dataclass(frozen=True, slots=True, eq=False)
class _Wish:
    """Which film is asked for."""

    bin: otio.schema.SerializableCollection
    style: Style
    notes: Notes
    seed: int
    rate: Fraction
    size: tuple[int, int]
    previous: otio.schema.Timeline | None
    locked: Sequence[int]


@dataclass(frozen=True, slots=True)
class _Sounds:
    bed: otio.schema.Clip | None
    voices: tuple[mix.Sound, ...]
    places: Places


def assemble(
    bin: otio.schema.SerializableCollection,
    style: Style = Style(),  # noqa: B008  # it is immutable
    *,
    seed: int = 0,
    rate: Fraction | float | str | None = None,
    size: tuple[int, int] | None = None,
    title: str = "Untitled",
    notes: Notes = Notes(),  # noqa: B008  # it is immutable
    previous: otio.schema.Timeline | None = None,
    locked: Sequence[int] = (),
) -> otio.schema.Timeline:
    """Return a timeline edited from an analysed bin.

    Order and choice of takes, in and out points, rhythm and fracture of every join
    are sought together: the film of least cost, by the weights of the style, of all
    that the notes allow.

    Parameters
    ----------
    bin
        What ``analyse`` returned; it is not changed.
    style
        How to cut.
    seed
        Another seed, another film of the same quality; the same one, the same bytes.
    rate
        The film's rate; by default the earlier film's, or the commonest of its takes
        that editors use.
    size
        Width and height in pixels; by default the earlier film's, or the commonest of
        its takes.
    title
        Name of the timeline.
    notes
        Pins, locks, joins and shots of the director's own.
    previous
        An earlier film of this bin, to be planned again: what need not move stays.
    locked
        Joins of ``previous`` that must stay as they are, 1 the first.

    Raises
    ------
    AssembleError
        There is no picture, a length cannot be reached, a named take is not there,
        or notes contradict each other; every fault is named.

    Examples
    --------
    >>> import otio_genai
    >>> takes = otio_genai.analyse(otio_genai.ingest("my-film"))  # doctest: +SKIP
    >>> film = assemble(takes, Style(mean_shot_s=2.0), seed=7)    # doctest: +SKIP
    """
    film_rate = _rate(bin, previous) if rate is None else rates.rate(rate)
    raster = size or _size(bin, previous)
    wish = _Wish(bin, style, notes, seed, film_rate, raster, previous, locked)
    brief, sounds = _prepared(wish)
    return _built(title, wish, brief, sounds)


def _prepared(wish: _Wish) -> tuple[Brief, _Sounds]:
    """Return what the film is planned from, and what is heard in it."""
    style, rate = wish.style, wish.rate
    aspect = wish.size[1] / wish.size[0]
    warnings: list[str] = []
    moving = candidates.takes(wish.bin, rate, aspect)
    held = (
        ()
        if style.use_stills is False
        else stills(wish.bin, rate, aspect, style, wish.seed)
    )
    sounds = _sounds(wish.bin, style, rate, _picture_s(moving, held, style), warnings)
    named = _named(wish.notes, style, wish.bin)
    pool = _pool(moving, held, style, sounds, rate, named)
    if moving and not any(len(take.samples) for take in moving):
        warnings.append(
            "The motion of no take is known, so joins were chosen blindly: analyse the "
            "bin first (`otio-genai analyse`)."
        )
    told = directions(wish.notes, style, wish.bin, pool, rate)
    total = wanted_frames(
        pool,
        style,
        rate,
        bed=sounds.bed,
        voices=sounds.voices,
        warn=warnings,
        listed=listed_frames(told, pool, style, rate),
    )
    brief = Brief(
        pool=pool,
        total=total,
        rate=rate,
        style=style,
        places=sounds.places,
        directions=told,
        seed=wish.seed,
        earlier=_earlier(wish, pool),
        warnings=warnings,
    )
    return brief, sounds


def _built(
    title: str, wish: _Wish, brief: Brief, sounds: _Sounds
) -> otio.schema.Timeline:
    """Return the timeline of the best plan."""
    planned = make_plan(brief)
    film = sequence.Film(
        title=title,
        rate=wish.rate,
        size=wish.size,
        style=wish.style,
        seed=wish.seed,
        places=sounds.places,
        costs=planned.costs,
        brief=brief.digest,
    )
    return sequence.build(
        film, planned.shots, planned.joins, sounds.bed, sounds.voices, brief.warnings
    )


def _rate(
    found: otio.schema.SerializableCollection, previous: otio.schema.Timeline | None
) -> Fraction:
    return bins.film_rate(found) if previous is None else maps.record_rate(previous)


def _size(
    found: otio.schema.SerializableCollection, previous: otio.schema.Timeline | None
) -> tuple[int, int]:
    facts = {} if previous is None else metadata.read(previous, "film", {})
    if "width" in facts and "height" in facts:
        return int(facts["width"]), int(facts["height"])
    return bins.film_size(found)


def _earlier(wish: _Wish, pool: Sequence[Material]) -> Earlier | None:
    if wish.previous is not None:
        repeats = wish.style.repeats or bool(wish.notes.shots)
        return earlier(wish.previous, pool, wish.rate, wish.locked, repeats=repeats)
    if wish.locked:
        raise AssembleError(
            "There is no earlier film whose joins could be locked.",
            remedy="Give the film they are in as `previous`.",
        )
    return None


def _picture_s(
    moving: Sequence[Material], held: Sequence[Material], style: Style
) -> float:
    """Return how long a film the pictures can make at most."""
    if style.repeats:
        return math.inf
    return sum(float(m.usable_frames / m.rate) for m in (*moving, *held))


def _sounds(
    found: otio.schema.SerializableCollection,
    style: Style,
    rate: Fraction,
    picture_s: float,
    warn: list[str],
) -> _Sounds:
    bed = _bed(bins.entries(found, "music"), warn)
    heard = {} if bed is None else metadata.read(bed.media_reference, "beats", {})
    phrases = [float(p) for p in heard.get("phrases_s", [])]
    voices = bins.entries(found, "voice")
    lengths_s = [float(mix.length_frames(clip, rate) / rate) for clip in voices]
    speech_s = sum(lengths_s) + style.voice_gap_s * max(0, len(voices) - 1)
    start_s = mix.start_of_voice_s(style, phrases, picture_s - speech_s)
    placed = tuple(mix.place_voices(voices, rate, style, start_s))
    words = [span for sound in placed for span in sound.words_s]
    sentences = [span for sound in placed for span in _sentences(sound, rate)]
    for clip in voices:
        said = metadata.read(clip.media_reference, "speech", {})
        warn += [f"{clip.name}: {text}" for text in said.get("warnings", [])]
    return _Sounds(bed, placed, Places.of(heard, words, sentences))


def _bed(beds: Sequence[otio.schema.Clip], warn: list[str]) -> otio.schema.Clip | None:
    if not beds:
        return None
    chosen = [c for c in beds if metadata.read(c.media_reference, "bed", False)]
    bed = (chosen or beds)[0]
    others = ", ".join(clip.name for clip in beds if clip is not bed)
    if others and not chosen:
        warn.append(f"The bed is {bed.name}; not used: {others}.")
    return bed


def _sentences(sound: mix.Sound, rate: Fraction) -> list[tuple[float, float]]:
    begin_s = float(sound.record_in / rate)
    said = metadata.read(sound.clip.media_reference, "speech", {})
    return [
        (begin_s + float(first), begin_s + float(last))
        for first, last, *_ in said.get("sentences", [])
    ]


def _named(
    notes: Notes, style: Style, found: otio.schema.SerializableCollection
) -> set[str]:
    """Return the media of all takes that someone asks for by name."""
    names = [*style.first, *style.last]
    names += [pin.take for pin in notes.pins] + [shot.take for shot in notes.shots]
    names += [name for lock in notes.locks for name in (lock.before, lock.after)]
    names += [name for join in notes.joins for name in (join.before, join.after)]
    clips = [bins.find(found, name) for name in names if name]
    return {clip.media_reference.target_url for clip in clips if clip is not None}


def _pool(
    moving: Sequence[Material],
    held: Sequence[Material],
    style: Style,
    sounds: _Sounds,
    rate: Fraction,
    named: set[str],
) -> tuple[Material, ...]:
    """Return takes, and stills where they are wanted, needed or named."""
    if style.use_stills is True or not moving:
        pool = (*moving, *held)
    else:
        longest = math.floor(Fraction(style.max_shot_s) * rate)
        there = sum(min(take.usable_frames, longest) for take in moving)
        need = wished_frames(moving, style, rate, bed=sounds.bed, voices=sounds.voices)
        wanted = there < need
        pool = (
            *moving,
            *(m for m in held if wanted or m.clip.media_reference.target_url in named),
        )
    if not pool:
        raise AssembleError(
            "There is no take or still to make a film of.",
            remedy="Put at least one video or picture in the folder.",
        )
    return pool
