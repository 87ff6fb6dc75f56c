"""What an edited film asks of a plan: a slot for every shot, hers or to be sought."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.assemble.edited.known import Known
from otio_genai.assemble.filmtoml.filmfile import FilmFile
from otio_genai.assemble.notes import KINDS, JoinNote, Notes, ShotNote
from otio_genai.assemble.planning.slots import length_s

__all__ = ["Edit", "Slot"]

# A transition lasts a frame at least, whatever the rate.
_SHORTEST_S = 0.04


@dataclass(frozen=True, slots=True)
class Slot:
    """One shot of the film to be planned."""

    frames: int
    "Its length in record frames."
    item: otio.core.Item | None = None
    "What stays there; None where a shot is sought."
    entry: otio.schema.Clip | None = None
    "The bin's clip of it, if it is of the bin."
    take: str = ""
    "What the shot list calls it."
    in_frames: int | None = None
    "Its in-point; None where no plan could know it."
    was: otio.schema.Clip | None = None
    "What was there before the edit, if the editor did nothing to it."

    @property
    def blind(self) -> bool:
        """Whether it stays though no plan knows how it moves."""
        return self.item is not None and self.in_frames is None

    @property
    def alone(self) -> bool:
        """Whether it stays because the editor left it alone."""
        return self.item is not None and self.was is not None


@dataclass(frozen=True, slots=True)
class Edit:
    """What an edited film asks of the plan, and what takes its place afterwards."""

    timeline: otio.schema.Timeline
    "The edited film."
    picture: otio.schema.Track
    "Its track that is the film; those above lie over it."
    rate: Fraction
    "Its rate."
    slots: tuple[Slot, ...]
    "Its shots."
    passages: dict[int, otio.schema.Transition]
    "Her transitions by the slot they lead into, one past the last at the end."
    bin: otio.schema.SerializableCollection
    "The bin, with stills that hold room."
    known: Known
    "Finds the clips of the bin."
    keep_sound: bool
    "Whether her sound stays too."
    baked: tuple[tuple[int, int], ...] = ()
    "Record frames that carries rendered for the editor cover."

    @property
    def total(self) -> int:
        """Return its length in record frames."""
        return sum(slot.frames for slot in self.slots)

    def film(self, film: FilmFile) -> FilmFile:
        """Return a film file that asks for this film and no other."""
        style = replace(
            film.style,
            length_s=length_s(self.total, self.rate),
            first=(),
            last=(),
            # Stills hold room, and there are others only if the bin has any.
            use_stills=film.style.use_stills or "auto",
        )
        return replace(film, style=style, notes=self.notes(), rate=self.rate)

    def notes(self) -> Notes:
        """Return it as a shot list with its joins."""
        shots = [
            ShotNote(
                take=slot.take,
                length_s=float(slot.frames / self.rate),
                in_s=None
                if slot.in_frames is None
                else float(slot.in_frames / self.rate),
            )
            for slot in self.slots
        ]
        joins = (self._join(number) for number in range(1, len(self.slots)))
        return Notes(
            shots=tuple(shots), joins=tuple(note for note in joins if note is not None)
        )

    def _join(self, number: int) -> JoinNote | None:
        before, after = self.slots[number - 1 : number + 1]
        if after.item is None and after.was is not None and not before.blind:
            # Its file is gone; what takes its place enters as it did.
            planned = (metadata.read(after.was, "join") or {}).get("planned")
            return JoinNote(planned, number) if planned in KINDS else None
        if after.item is None:
            return JoinNote("match", number) if before.blind else None
        passage = self.passages.get(number)
        if passage is not None:
            kind = str((metadata.read(passage, "carry") or {}).get("kind"))
            reach_s = rates.seconds(passage.in_offset + passage.out_offset)
            return JoinNote(
                kind if kind in KINDS else "dissolve",
                number,
                length_s=max(float(reach_s), _SHORTEST_S),
            )
        cut = sum(slot.frames for slot in self.slots[:number])
        lost = before.item is None and any(a < cut < b for a, b in self.baked)
        return JoinNote("carry" if lost and not after.blind else "match", number)
