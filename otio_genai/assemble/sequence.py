"""The timeline itself: shots, joins and sound as stock OpenTimelineIO objects."""

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
from otio_genai.assemble.sound import mix
from otio_genai.assemble.sound.soundtrack import Heard, soundtrack
from otio_genai.assemble.style import Style
from otio_genai.maps import carry

__all__ = ["Film", "Join", "Shot", "build"]

_VERSION = 2
# A still has no time of its own: this far in, it has handles on both sides.
_INTO_STILL_S = 60


@dataclass(frozen=True, slots=True)
class Film:
    """What holds for the whole film."""

    title: str
    rate: Fraction
    size: tuple[int, int]
    style: Style
    seed: int
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


def build(
    film: Film,
    shots: Sequence[Shot],
    joins: Sequence[Join],
    bed: otio.schema.Clip | None,
    voices: Sequence[mix.Sound],
    warnings: Sequence[str],
) -> otio.schema.Timeline:
    """Return the timeline of the shots, the bed, the voices and the takes' sound."""
    total = sum(shot.frames for shot in shots)
    timeline = otio.schema.Timeline(
        film.title, global_start_time=rates.time(0, film.rate)
    )
    timeline.tracks.append(_picture(film, shots, joins))
    warnings = [*warnings, *_short_fades(film, shots)]
    sound = soundtrack(
        shots=_heard(shots, joins),
        voices=voices,
        bed=bed,
        total=total,
        rate=film.rate,
        style=film.style,
    )
    timeline.tracks.extend(sound.tracks)
    facts = {
        "title": film.title,
        "rate": rates.text(film.rate),
        "width": film.size[0],
        "height": film.size[1],
        "sample_rate": 48_000,
        "length_frames": total,
        "style": film.style.to_dict(),
        "seed": film.seed,
        "costs": {name: round(cost, 4) for name, cost in film.costs.items()},
        "brief": film.brief,
        "programme": sound.programme,
        "warnings": [*warnings, *sound.warnings],
        "version": _VERSION,
    }
    metadata.put(timeline, "film", facts)
    return timeline


def _short_fades(film: Film, shots: Sequence[Shot]) -> list[str]:
    """Return a sentence for each fade that is longer than its shot."""
    ends = (
        ("fade_in_s", film.style.fade_in_s, shots[0]),
        ("fade_out_s", film.style.fade_out_s, shots[-1]),
    )
    return [
        f"{name} is {float(shot.frames / film.rate):.1f} s at most, as long as its "
        f"shot, not {wanted_s:g} s."
        for name, wanted_s, shot in ends
        if round(Fraction(wanted_s) * film.rate) > shot.frames
    ]


def _heard(shots: Sequence[Shot], joins: Sequence[Join]) -> list[Heard]:
    found, clock = [], 0
    for index, shot in enumerate(shots):
        facts = metadata.read(shot.material.clip.media_reference, "media", {})
        head, tail = shot.handles
        found.append(
            Heard(
                clip=shot.material.clip,
                record_in=clock,
                frames=shot.frames,
                source_in_frames=shot.record_in,
                head_frames=head,
                tail_frames=tail,
                sounds=bool(facts.get("has_audio")),
                split_s=joins[index - 1].split_s if index else None,
            )
        )
        clock += shot.frames
    return found


def _picture(
    film: Film, shots: Sequence[Shot], joins: Sequence[Join]
) -> otio.schema.Track:
    track = otio.schema.Track("Picture", kind=otio.schema.TrackKind.Video)
    opening = round(Fraction(film.style.fade_in_s) * film.rate)
    if opening:
        into = min(opening, shots[0].frames)
        track.append(_transition(film.rate, (0, into), {"kind": "fade"}))
    clock, taken = 0, opening
    for index, shot in enumerate(shots):
        clip = _clip(shot, film.rate)
        if index:
            before, join = shots[index - 1], joins[index - 1]
            offsets = _offsets(join, before, shot, taken)
            # A carry moves within its own shots; light needs frames beyond them.
            room = _half(join, before, shot, taken)
            carried = room > 0 if join.kind == "carry" else sum(offsets) >= 2
            made = _join(film, before, shot, join, clock, offsets, carried)
            metadata.put(clip, "join", made)
            if made["kind"] in _TRANSITIONS:
                recipe = _recipe(film, before, shot, join, taken)
                track.append(_transition(film.rate, offsets, recipe))
                taken = room if join.kind == "carry" else offsets[1]
            else:
                taken = 0
        track.append(clip)
        clock += shot.frames
    closing = round(Fraction(film.style.fade_out_s) * film.rate)
    if closing:
        out = min(closing, shots[-1].frames - taken)
        track.append(_transition(film.rate, (max(1, out), 0), {"kind": "fade"}))
    _frame_stills(track, shots, film.rate)
    return track


_TRANSITIONS = ("carry", "dissolve", "dip")


def _clip(shot: Shot, rate: Fraction) -> otio.schema.Clip:
    reference = copy.deepcopy(shot.material.clip.media_reference)
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
        keys = still.moves[shot.way].keys(shot.frames, rate, still.aspect, handles)
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
    film: Film, before: Shot, after: Shot, join: Join, taken: int
) -> dict[str, Any]:
    if join.kind == "dissolve":
        return {"kind": "dissolve"}
    if join.kind == "dip":
        return {"kind": "dip", "colour": [0, 0, 0]}
    return carry.recipe(
        before.leaving,
        after.entering,
        aspect=film.aspect,
        half_frames=_half(join, before, after, taken),
        rate=film.rate,
    )


def _half(join: Join, before: Shot, after: Shot, taken: int) -> int:
    """Return the frames that two shots have for each half of a join's transition."""
    return min(join.half, before.frames - taken, after.frames // 2)


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
