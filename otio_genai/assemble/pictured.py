"""The picture track: shots, the joins between them, and how a still's camera moves."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.assemble import fracture
from otio_genai.assemble.planning import places
from otio_genai.assemble.planning.places import Places
from otio_genai.assemble.planning.stills import Still
from otio_genai.assemble.planning.tables import Material
from otio_genai.assemble.style import Style
from otio_genai.maps import carry

__all__ = ["Film", "Join", "Shot", "picture", "reaches"]

# A still has no time of its own: this far in, it has handles on both sides.
_INTO_STILL_S = 60


@dataclass(frozen=True, slots=True)
class Film:
    """What holds for the whole film."""

    title: str
    rate: Fraction
    size: tuple[int, int]
    style: Style
    seed: int | None
    "None when no number makes it again."
    places: Places
    costs: dict[str, float] = field(default_factory=dict)
    "What the film costs, rule by rule."
    brief: str = ""
    "Digest of what it is planned from."

    @property
    def aspect(self) -> float:
        """Height over width of the frame."""
        return self.size[1] / self.size[0]


@dataclass(frozen=True, slots=True)
class Shot:
    """A take or still in its slot."""

    material: Material
    frames: int
    "Length in record frames."
    way: int
    "In-point in record frames from the take's first, or the still's move."
    leaving: tuple[float, ...]
    "Motion before its out-point, fw/s."
    entering: tuple[float, ...]
    "Motion after its in-point, fw/s."
    camera: tuple[int, int] | None = None
    "Record frames over which a still's move is laid, and those beyond at both ends;\
 None for the shot with its transitions."

    @property
    def record_in(self) -> int:
        """In-point in record frames from the take's first."""
        if isinstance(self.material, Still):
            return math.floor(_INTO_STILL_S * self.material.rate)
        return self.way

    @property
    def handles(self) -> tuple[int, int]:
        """Whole record frames of media before the in and after the out point."""
        return self.record_in, self.material.end - self.record_in - self.frames


@dataclass(frozen=True, slots=True)
class Join:
    """A planned join between two shots."""

    kind: str
    half: int
    "Record frames that a transition wants on each side of the cut."
    locked: bool = False
    "Whether it was kept from an earlier film by wish."
    noted: bool = False
    "Whether the director asked for its kind."
    split_s: float | None = None
    "Split edit of the takes' sound; None is the style's."


@dataclass(frozen=True, slots=True)
class _Laid:
    """Where a join's transition lies."""

    placed: bool
    "Whether there is room for one; else it is a plain cut."
    offsets: tuple[int, int]
    "Record frames of it before and after the cut, as any tool may dissolve them."
    half: int
    "Record frames that both shots have for each half of it."
    taken: int
    "Record frames at the start of the outgoing shot that an earlier one has."
    left: int
    "Record frames at the start of the incoming shot that this one has."


def picture(
    film: Film,
    shots: Sequence[Shot],
    joins: Sequence[Join],
    first: int = 0,
    last: int | None = None,
    *,
    shared: bool = False,
) -> otio.schema.Track:
    """Return the picture track, or that of some shots as they are in the whole film.

    Parameters
    ----------
    film
        What holds for the whole film.
    shots, joins
        All of its shots, and the joins between them.
    first, last
        The shots wanted. Transitions at the edges of a part are left away.
    shared
        Whether clips have the materials' own media references, which must not be
        changed then; else copies.
    """
    last = len(shots) if last is None else last
    track = otio.schema.Track("Picture", kind=otio.schema.TrackKind.Video)
    opening = round(Fraction(film.style.fade_in_s) * film.rate)
    if opening and first == 0:
        into = min(opening, shots[0].frames)
        track.append(_transition(film.rate, (0, into), {"kind": "fade"}))
    laid = _lay(film, shots, joins)
    clock = sum(shot.frames for shot in shots[:first])
    for index in range(first, last):
        shot = shots[index]
        clip = _clip(shot, film.rate, shared)
        if index:
            before, join, spot = shots[index - 1], joins[index - 1], laid[index - 1]
            made = _join(film, before, shot, join, clock, spot.offsets, spot.placed)
            metadata.put(clip, "join", made)
            if spot.placed and index > first:
                recipe = _recipe(film, before, shot, join, spot.half)
                track.append(_transition(film.rate, spot.offsets, recipe))
        track.append(clip)
        clock += shot.frames
    closing = round(Fraction(film.style.fade_out_s) * film.rate)
    if closing and last == len(shots):
        out = min(closing, shots[-1].frames - (laid[-1].left if laid else opening))
        track.append(_transition(film.rate, (max(1, out), 0), {"kind": "fade"}))
    _frame_stills(track, shots[first:last], film.rate)
    return track


def reaches(
    film: Film, shots: Sequence[Shot], joins: Sequence[Join]
) -> list[tuple[int, int]]:
    """Return how many record frames before and after each cut its transition changes.

    What comes after a join alters nothing of it; a plain cut changes none.
    """
    return [
        (0, 0)
        if not spot.placed
        else (spot.half, spot.half)
        if join.kind == "carry"
        else spot.offsets
        for join, spot in zip(joins, _lay(film, shots, joins), strict=True)
    ]


_TRANSITIONS = ("carry", "dissolve", "dip")


def _lay(film: Film, shots: Sequence[Shot], joins: Sequence[Join]) -> list[_Laid]:
    found, taken = [], round(Fraction(film.style.fade_in_s) * film.rate)
    for before, shot, join in zip(shots, shots[1:], joins, strict=False):
        offsets = _offsets(join, before, shot, taken)
        half = min(join.half, before.frames - taken, shot.frames // 2)
        # A carry moves within its own shots; light needs frames beyond them.
        carried = half > 0 if join.kind == "carry" else sum(offsets) >= 2
        placed = join.kind in _TRANSITIONS and carried
        left = (half if join.kind == "carry" else offsets[1]) if placed else 0
        found.append(_Laid(placed, offsets, half, taken, left))
        taken = left
    return found


def _clip(shot: Shot, rate: Fraction, shared: bool) -> otio.schema.Clip:
    reference = shot.material.clip.media_reference
    if not shared:
        reference = copy.deepcopy(reference)
    begin_s = rates.seconds(reference.available_range.start_time)
    clip = otio.schema.Clip(
        shot.material.clip.name,
        reference,
        otio.opentime.TimeRange(
            otio.opentime.RationalTime(
                float(begin_s * rate + shot.record_in), float(rate)
            ),
            rates.time(shot.frames, rate),
        ),
    )
    return clip


def _frame_stills(
    track: otio.schema.Track, shots: Sequence[Shot], rate: Fraction
) -> None:
    """Write the camera moves of stills, which go on through their transitions."""
    around = [None, *track, None]
    spots = [k for k, item in enumerate(around) if isinstance(item, otio.schema.Clip)]
    for spot, shot in zip(spots, shots, strict=True):
        still = shot.material
        if not isinstance(still, Still):
            continue
        before, after = around[spot - 1], around[spot + 1]
        handles = _beside(before, "in_offset"), _beside(after, "out_offset")
        length = shot.frames
        if shot.camera is not None:
            length, beyond = shot.camera
            handles = beyond, beyond
        keys = still.moves[shot.way].keys(length, rate, still.aspect, handles)
        framing = {"fit": "cover", "keys": [list(key) for key in keys]}
        metadata.put(around[spot], "framing", framing)


def _beside(item: object, offset: str) -> int:
    """Return a transition's record frames on one side; 0 where there is none."""
    if not isinstance(item, otio.schema.Transition):
        return 0
    return int(getattr(item, offset).value)


def _offsets(join: Join, before: Shot, after: Shot, taken: int) -> tuple[int, int]:
    """Return the frames a transition gets on each side: what it wants, or less.

    ``taken`` frames at the start of the outgoing shot belong to the join before it.
    """
    if join.kind not in _TRANSITIONS:
        return 0, 0
    into = min(join.half, after.handles[0], before.frames - taken)
    out = min(join.half, before.handles[1], after.frames // 2)
    return max(0, into), max(0, out)


def _recipe(
    film: Film, before: Shot, after: Shot, join: Join, half: int
) -> dict[str, Any]:
    if join.kind == "dissolve":
        return {"kind": "dissolve"}
    if join.kind == "dip":
        return {"kind": "dip", "colour": [0, 0, 0]}
    return carry.recipe(
        before.leaving,
        after.entering,
        aspect=film.aspect,
        half_frames=half,
        rate=film.rate,
    )


def _transition(
    rate: Fraction, offsets: tuple[int, int], recipe: dict[str, Any]
) -> otio.schema.Transition:
    into, out = offsets
    made = otio.schema.Transition(
        name=recipe["kind"],
        transition_type=otio.schema.TransitionTypes.SMPTE_Dissolve,
        in_offset=rates.time(into, rate),
        out_offset=rates.time(out, rate),
    )
    metadata.put(made, "carry", {"fallback": "dissolve"} | recipe)
    return made


def _join(
    film: Film,
    before: Shot,
    after: Shot,
    join: Join,
    cut: int,
    offsets: tuple[int, int],
    carried: bool,
) -> dict[str, Any]:
    verdict = fracture.judge(
        join.kind, before.leaving, after.entering, film.style, carried=carried
    )
    sure = min(before.material.confidence, after.material.confidence)
    if sure == 0 and verdict.kind not in _TRANSITIONS:
        why = "the motion of these takes is not known"
        verdict = fracture.Verdict("open", verdict.score, why)
    near = places.nearest(film.places, cut, film.rate)
    made = {
        "kind": verdict.kind,
        "planned": join.kind,
        "score": round(verdict.score, 4),
        "confidence": round(sure, 3),
        "motion_out": [round(v, 5) for v in before.leaving],
        "motion_in": [round(v, 5) for v in after.entering],
        "place": near.name if near else None,
        "distance_frames": near.distance_frames if near else None,
        "why": _why(verdict, join, offsets, near, rates.timecode(cut, film.rate)),
    }
    return made | ({"locked": True} if join.locked else {})


def _why(
    verdict: fracture.Verdict,
    join: Join,
    offsets: tuple[int, int],
    near: places.Place | None,
    timecode: str,
) -> str:
    parts = [verdict.why]
    if verdict.kind == "carry" and min(offsets) < join.half:
        parts.append(f"an editor that dissolves it has {sum(offsets)} frames for it")
    elif verdict.kind in _TRANSITIONS and min(offsets) < join.half:
        parts.append(f"{sum(offsets)} frames instead of {2 * join.half}: short handles")
    if near is not None and near.distance_frames == 0:
        article = "an" if near.name == "onset" else "a"
        parts.append(f"on {article} {near.name} at {timecode}")
    if join.locked:
        parts.append("locked")
    elif join.noted and verdict.kind == join.kind:
        parts.append("as noted")
    elif join.noted:
        parts.append(f"noted as {join.kind}, which these takes cannot be")
    return "; ".join(parts)
