"""Reading a slot's takes: material, weights, and where each may be cut."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import opentimelineio as otio
from numpy.typing import NDArray

from otio_genai import metadata, rates
from otio_genai.assemble.planning.candidates import (
    Take,
    colours,
    family,
    read_take,
)
from otio_genai.assemble.planning.stills import Still, moves
from otio_genai.assemble.planning.tables import Material
from otio_genai.assemble.style import Style
from otio_genai.errors import GenaiError
from otio_genai.field.model import Option
from otio_genai.field.reading import Reading

__all__ = ["Film", "Lengths", "content_of", "grid_ins", "material_of", "option_of"]

# What a broken description of media may raise when it is read.
_BROKEN = (
    ArithmeticError,
    AttributeError,
    GenaiError,
    LookupError,
    TypeError,
    ValueError,
)
_LONGEST_S = 14_400
_BEYOND = 1e9
_ANALYSE = "analyse it first (`otio-genai analyse`)"


@dataclass(frozen=True, slots=True)
class Film:
    """What of the film its takes depend on."""

    rate: Fraction
    size: tuple[int, int]
    style: Style

    @property
    def aspect(self) -> float:
        """Height over width."""
        return self.size[1] / self.size[0]


@dataclass(frozen=True, slots=True)
class Lengths:
    """Least and greatest length of a slot's shot, in record frames."""

    shortest: int
    longest: int


def material_of(
    clip: Any, film: Film, longest: int, reading: Reading, place: str
) -> Material | None:
    """Return a take on the record grid; None, with the fault kept, if it cannot be.

    Parameters
    ----------
    clip
        The clip, whatever the document holds.
    film
        The film's rate and size.
    longest
        Greatest length of a still, in record frames.
    reading
        Where faults are kept.
    place
        Its slot and number.
    """
    try:
        missing = _missing(clip)
        if not missing:
            return _material(clip, film, longest)
    except _BROKEN:
        missing = f"what is known of its media cannot be read: {_ANALYSE}"
    reading.say(place, missing)
    return None


def _missing(clip: Any) -> str:
    """Return what keeps a clip from being a take, or nothing."""
    reference = clip.media_reference
    if not isinstance(reference, otio.schema.ExternalReference):
        return "it has no media file"
    if not reference.target_url:
        return "it has no media file"
    if any(isinstance(one, otio.schema.TimeEffect) for one in clip.effects):
        return "its speed is changed; render it at that speed and use the new file"
    facts = metadata.read(reference, "media")
    if not isinstance(facts, dict) or facts.get("kind") not in ("take", "still"):
        return f"nothing is known of its media: {_ANALYSE}"
    needs = ["width", "height"]
    needs += ["rate", "frames"] if facts["kind"] == "take" else []
    lacking = [key for key in needs if not facts.get(key)]
    if lacking:
        return f"its media facts lack {', '.join(lacking)}: {_ANALYSE}"
    if reference.available_range is None:
        return f"the range of its media is not stated: {_ANALYSE}"
    rates.seconds(reference.available_range.start_time)
    return ""


def _material(clip: otio.schema.Clip, film: Film, longest: int) -> Material:
    if metadata.fact(clip.media_reference, "kind") == "still":
        known = moves(film.style, film.aspect)
        kept = metadata.get(clip.media_reference)
        still = Still(
            clip=clip,
            rate=film.rate,
            longest=longest,
            moves=known,
            aspect=film.aspect,
            colours=colours(kept),
            family=family(kept),
            tastes=np.zeros(len(known)),
        )
        _sound_colours(still)
        return still
    take = read_take(clip, film.rate, film.aspect)
    source = rates.rate(metadata.fact(clip.media_reference, "rate"))
    facts = metadata.read(clip.media_reference, "media")
    length_s = int(facts["frames"]) / source
    if not (0 < length_s <= _LONGEST_S and 0 < take.aspects[0] < math.inf):
        raise ValueError
    if not (_sane(take.samples, 7) and _sane(take.unsteady, 2)):
        raise ValueError
    if len(take.samples) and not (np.diff(take.samples[:, 0]) > 0).all():
        raise ValueError
    if take.cuts.ndim != 1 or not _sane(take.cuts[:, None], 1):
        raise ValueError
    if not 0 <= take.first <= take.last <= take.end:
        raise ValueError
    _sound_colours(take)
    return take


def _sound_colours(material: Material) -> None:
    for lab in (
        material.colours.mean,
        material.colours.entry,
        material.colours.leaving,
    ):
        if not _sane(np.array([lab], float), 3):
            raise ValueError


def _sane(measured: NDArray[np.float64], columns: int) -> bool:
    """Tell whether a table has its columns, and no number that nothing measures."""
    shaped = measured.ndim == 2 and measured.shape[1] == columns
    return shaped and bool((np.abs(measured) < _BEYOND).all())


def option_of(
    material: Material,
    said: dict[str, Any],
    cuts: dict[str, Any],
    lengths: Lengths,
    reading: Reading,
    place: str,
) -> Option | None:
    """Return a take as an option of its slot; None, with faults kept, if it cannot be.

    Parameters
    ----------
    material
        The take.
    said, cuts
        Its tables `take` and `cuts`, as they are meant.
    lengths
        Of its slot.
    reading
        Where faults are kept.
    place
        Its slot and number.
    """
    before = len(reading.problems)
    if isinstance(material, Still):
        ins, outs = _still_ways(material, cuts, lengths, reading, place)
    else:
        ins, outs = _take_ways(material, cuts, lengths, reading, place)
    if len(reading.problems) > before:
        return None
    return Option(
        clip=material.clip,
        material=material,
        content=content_of(material.clip),
        weight=said["weight"],
        ins=ins,
        outs=outs,
        sets=said["sets"],
    )


def content_of(clip: otio.schema.Clip) -> str:
    """Return what a take's file is known by, wherever it lies: hash, else address."""
    told = metadata.read(clip.media_reference, "hash")
    known = told.get("bytes") if isinstance(told, dict) else None
    return str(known or clip.media_reference.target_url)


def _take_ways(
    take: Take, cuts: dict[str, Any], lengths: Lengths, reading: Reading, place: str
) -> tuple[tuple[int, ...], tuple[int, ...] | None]:
    if take.end < lengths.shortest:
        reading.say(
            place,
            f"it lasts {take.end} record frames, less than the {lengths.shortest} of "
            "the slot's shortest shot",
        )
        return (), None
    ins = cuts["in"] or grid_ins(take, lengths.shortest)
    outs = cuts["out"]
    latest = take.end - lengths.shortest
    beyond = [way for way in ins if way > latest]
    if beyond:
        reading.say(
            f"{place}, cuts.in",
            f"{_listed(beyond)} is beyond {latest}, the last frame that leaves "
            f"{lengths.shortest} to show",
        )
    late = [out for out in outs or () if not 0 < out <= take.end]
    if late:
        reading.say(
            f"{place}, cuts.out", f"{_listed(late)} is outside the take's {take.end}"
        )
    if outs and not beyond and not late:
        shown = {b - a for a in ins for b in outs}
        if not any(lengths.shortest <= n <= lengths.longest for n in shown):
            reading.say(f"{place}, cuts", _no_pair(lengths))
    return ins, outs


def _still_ways(
    still: Still, cuts: dict[str, Any], lengths: Lengths, reading: Reading, place: str
) -> tuple[tuple[int, ...], tuple[int, ...] | None]:
    count = len(still.moves)
    ins = cuts["in"] or tuple(range(count))
    strange = [way for way in ins if way >= count]
    if strange:
        reading.say(
            f"{place}, cuts.in",
            f"{_listed(strange)} is no camera move; this style has 0 to {count - 1}",
        )
    outs = cuts["out"]
    if outs and not any(lengths.shortest <= n <= lengths.longest for n in outs):
        reading.say(f"{place}, cuts.out", _no_pair(lengths))
    return ins, outs


def grid_ins(take: Take, shortest: int) -> tuple[int, ...]:
    """Return the in-points of a take where none are given: every half second.

    Those within its usable part that leave ``shortest`` record frames of it; failing
    that, any that leave so many of the whole take; failing that, its first frame.
    """
    # As far apart as the keyframes of a show's copies.
    step = max(1, round(take.rate / 2))
    grid = range(0, take.end - shortest + 1, step)
    inside = [k for k in grid if take.first <= k <= take.last - shortest]
    return tuple(inside or grid or (0,))


def _no_pair(lengths: Lengths) -> str:
    return (
        f"nothing between them lasts {lengths.shortest} to {lengths.longest} record "
        "frames, as the slot asks"
    )


def _listed(numbers: list[int]) -> str:
    told = ", ".join(map(str, numbers[:5]))
    return told + (" …" if len(numbers) > 5 else "")
