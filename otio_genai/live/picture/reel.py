"""The pictures of one film as it is drawn: prepared ones, and joins to be rendered.

Aim
    What each record frame shows is told by the renderer's plan of the very shots, and
    compared with what is prepared of them. Only where both are the same are prepared
    pictures sent; so no effect, whatever it be, is shown otherwise than in a render.
    Everything else is composed by the renderer, of prepared pictures where it can.
    Plain cuts between takes that are known to be shown so need no plan (`sure`).

Conventions
    Parts follow each other without holes from record frame 0, each beginning with a
    keyframe. A shot is settled when the next is known, but for as many frames at its
    end as a transition or the film's end may change.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Protocol

from otio_genai.assemble.planning.stills import Still
from otio_genai.errors import FieldError, GenaiError, LiveError
from otio_genai.field.model import Chosen, Field
from otio_genai.field.realise import span_of
from otio_genai.live.picture.cutting import Spot, State, Stretch, stretches
from otio_genai.live.picture.joins import Job, job_of
from otio_genai.live.picture.laid import (
    Laid,
    before,
    from_prepared,
    prepared,
    shot_at,
)
from otio_genai.live.picture.mezzanines import Mezzanines
from otio_genai.live.picture.sure import untouched
from otio_genai.live.picture.whole import frames_of
from otio_genai.render.plan import Plan, make_plan
from otio_genai.render.segments import Segment, recipe
from otio_genai.render.shown import Frame

__all__ = ["Part", "Reel", "Shelf"]

# A stretch that must be rendered for longer is cut amid its transitions.
_MOST_S = 4


class Shelf(Protocol):
    """Where joins that were rendered before may be found."""

    def get(self, key: str) -> Sequence[memoryview] | None:
        """Return the samples of a join; None if it is not there."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Record frames of a film, in one piece."""

    record_in: int
    frames: int
    samples: tuple[memoryview, ...] | None = field(repr=False)
    "One a frame; None if they must be rendered."
    job: Job | None


class Reel:
    """Pictures of a film, shot by shot.

    Parameters
    ----------
    field
        What it is drawn from.
    mezzanines
        Its takes, prepared.
    atlas
        Where joins that were rendered before may be found.
    """

    def __init__(
        self, field: Field, mezzanines: Mezzanines, *, atlas: Shelf | None = None
    ) -> None:
        self._field, self._mezzanines, self._atlas = field, mezzanines, atlas
        self._shots: list[Laid] = []
        self._done = 0
        self._closed = False

    def push(self, chosen: Chosen) -> list[Part]:
        """Add a shot; return the parts that are settled now.

        Raises
        ------
        LiveError
            Its take is not prepared, or the film has ended.
        """
        if self._closed:
            raise LiveError("This film has ended: nothing can follow.")
        made = self._mezzanines.find(self._field, chosen)
        begin = self._shots[-1].end if self._shots else 0
        option = self._field.slots[chosen.slot].options[chosen.option]
        into = 0 if isinstance(option.material, Still) else chosen.way
        shot = Laid(chosen, begin, into, made)
        if shot.frame(begin) not in made.keys or shot.frame(shot.end) > made.frames:
            raise LiveError(
                f"No shot of {chosen.frames} frames can be shown from {chosen.way}.",
                place=self._field.slots[chosen.slot].id,
                remedy="Draw it again: the field may have changed.",
            )
        self._shots.append(shot)
        return self._parts(max(begin, shot.end - self._open_frames()), ended=False)

    def close(self) -> list[Part]:
        """End the film after its last shot; return the parts that are left."""
        if self._closed or not self._shots:
            self._closed = True
            return []
        self._closed = True
        return self._parts(self._shots[-1].end, ended=True)

    def renew(self, field: Field, decided: Sequence[Chosen]) -> None:
        """Go on with a field whose takes came or went.

        Parameters
        ----------
        field
            The field from now on; the mezzanines have been given it.
        decided
            The shots pushed so far as the new field names them.

        Raises
        ------
        LiveError
            These are other shots.
        """
        lengths = [shot.chosen.frames for shot in self._shots]
        if [one.frames for one in decided] != lengths:
            raise LiveError("A film that is shown cannot be given other shots.")
        self._field = field
        self._shots = [
            replace(shot, chosen=one)
            for shot, one in zip(self._shots, decided, strict=True)
        ]

    def _open_frames(self) -> int:
        """Return how many frames at the end of a shot what follows may change."""
        closing = round(Fraction(self._field.style.fade_out_s) * self._field.rate)
        return max(closing, *(slot.half for slot in self._field.slots), 0)

    def _parts(self, settled: int, *, ended: bool) -> list[Part]:
        first = self._first()
        shots = self._shots[first:]
        origin = self._done
        sure = not ended and self._sure(first, settled)
        plan, shown = (None, None) if sure else self._shown(first, ended)
        spots = [
            self._spot(record, shots, None if shown is None else shown[record - origin])
            for record in range(self._done, settled)
        ]
        longest = round(_MOST_S * self._mezzanines.form.rate)
        parts = []
        for one in stretches(spots, longest, final=ended):
            moved = Stretch(origin + one.first, origin + one.made, origin + one.last)
            parts.append(self._part(moved, shots, plan, shown, origin))
            self._done = moved.last
        return parts

    def _sure(self, first: int, settled: int) -> bool:
        """Tell whether all that is settled now is known to be as it is prepared."""
        # The first transition of all may reach from the cut before.
        beside = self._shots[max(0, first - 1) :]
        if not untouched(self._field, beside, self._done, settled):
            return False
        known, size = self._mezzanines.sure, self._mezzanines.form.size
        return all(
            known.of(self._field, shot, size)
            for shot in self._shots[first:]
            if shot.end > self._done
        )

    def _first(self) -> int:
        """Return the first shot that must be planned to know what was not sent yet.

        The transition at the start of a plan is left out of it.
        """
        begins = [shot.begin for shot in self._shots]
        shot = bisect_right(begins, self._done) - 1
        reach = max(slot.half for slot in self._field.slots)
        if self._done < begins[shot] + reach:
            shot -= 1
        return max(0, shot)

    def _shown(self, first: int, ended: bool) -> tuple[Plan | None, list[Frame] | None]:
        """Return what all frames not sent yet show; None if nobody can tell.

        A take that was deleted while the film plays is still prepared: its cuts are
        dry from then on.
        """
        film = [shot.chosen for shot in self._shots]
        try:
            made = span_of(self._field, film, first, len(film), ended)
            plan = make_plan(made, self._mezzanines.form.size)
        except FieldError:
            raise
        except GenaiError:
            return None, None
        return plan, frames_of(plan, self._done - self._shots[first].begin)

    def _spot(self, record: int, shots: Sequence[Laid], shown: Frame | None) -> Spot:
        shot = shot_at(shots, record)
        frame = shot.frame(record)
        opens = record == shot.begin
        key = (frame - shot.made.first) % shot.made.gop_frames == 0
        if shown is None or shown == shot.made.shows(frame):
            return Spot(State.OWN, key, opens)
        alone = len(shown) == 1 and shown[0].weight == 1 and shown[0].sweep is None
        return Spot(State.OTHER if alone else State.MIXED, key, opens)

    def _part(
        self,
        one: Stretch,
        shots: Sequence[Laid],
        plan: Plan | None,
        shown: Sequence[Frame] | None,
        origin: int,
    ) -> Part:
        dry = prepared(shots, one.first, one.last)
        count = one.last - one.first
        if one.made == one.last or plan is None or shown is None:
            return Part(one.first, count, dry, None)
        frames = tuple(
            from_prepared(shown[record - origin], record, shots)
            for record in range(one.made, one.last)
        )
        identities = self._identities(frames, shots)
        if identities is None:
            return Part(one.first, count, dry, None)
        piece = Segment(one.made, False, frames)
        told = recipe(piece, plan, self._mezzanines.form.quick().encoding, identities)
        ahead = before(shots, one) if one.made > one.first else None
        job = job_of(told, ahead, self._mezzanines.avcc, dry)
        found = self._atlas.get(job.key) if self._atlas is not None else None
        if found is not None and len(found) == count:
            return Part(one.first, count, tuple(found), None)
        return Part(one.first, count, None, job)

    def _identities(
        self, frames: Sequence[Frame], shots: Sequence[Laid]
    ) -> dict[str, str] | None:
        """Return what decides the pictures of all files; None if that is not known."""
        urls = {layer.url for frame in frames for layer in frame}
        ours = {shot.made.url: shot.made.key for shot in shots}
        found = {url: ours[url] for url in urls & ours.keys()}
        others = self._mezzanines.identities(urls - found.keys())
        return None if others is None else found | others
