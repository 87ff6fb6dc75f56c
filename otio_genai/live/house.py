"""All that films of one show share, and each new film made of it."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from otio_genai.errors import FieldError, GenaiError
from otio_genai.field.drawing import Conditions, space
from otio_genai.field.model import Field
from otio_genai.field.showing import unseen
from otio_genai.live import witness
from otio_genai.live.cast import Cast
from otio_genai.live.notes import Notes
from otio_genai.live.picture import Reel
from otio_genai.live.programme import Programme
from otio_genai.live.schedule import Scheduler
from otio_genai.live.sound.sounding import Sounding
from otio_genai.live.steering import Steering, moved
from otio_genai.live.stock import Stock
from otio_genai.media import locate

__all__ = ["House"]

_ELSEWHERE = 2


class House:
    """Makes the films of a show.

    Parameters
    ----------
    stock
        What was prepared.
    scheduler
        Who renders joins.
    now_s
        The clock.
    lead_s
        How far ahead shots are decided.
    trace
        Where films are written that are witnessed.
    always
        Whether all are.
    notes
        What the artist is told; new ones by default.
    """

    def __init__(
        self,
        stock: Stock,
        scheduler: Scheduler,
        now_s: Callable[[], float],
        *,
        lead_s: float = 8.0,
        trace: Path,
        always: bool = False,
        notes: Notes | None = None,
    ) -> None:
        self._stock, self.scheduler, self._now_s = stock, scheduler, now_s
        self._lead_s, self._trace, self._always = lead_s, trace, always
        self._lock = threading.RLock()
        self._playing: list[Programme] = []
        self.steering = Steering()
        self.lost: frozenset[tuple[int, int]] = frozenset()
        "Takes whose files are gone."
        self.notes = notes or Notes()
        "What the artist was told, the latest first."
        self.joins = {"plain": 0, "made": 0, "dry": 0}
        "How the joins of films that have ended went out."

    @property
    def field(self) -> Field:
        """What films are drawn from."""
        return self._stock.field

    def programme(self, wake: Callable[[], None]) -> Programme:
        """Return a film that was never seen."""
        stock = self._stock
        showing = unseen(stock.field, stock.book, os.urandom)
        try:
            if self.steering != Steering() or self.lost:
                self._steer(showing.steer)
            reel = Reel(stock.field, stock.mezzanines, atlas=stock.atlas)
            sounding = Sounding(
                stock.field,
                folder=stock.sound_folder,
                stems=showing.stems,
                prepared=stock.sound,
            )
        except BaseException:
            showing.close()
            raise
        cast = Cast(stock.field, showing, reel, sounding, stock.mezzanines.form)
        made = Programme(
            cast,
            self.scheduler,
            self._now_s,
            lead_s=self._lead_s,
            tell=self.tell,
            wake=wake,
        )
        made.witnessed = self._always
        with self._lock:
            self._playing.append(made)
        return made

    def warm(self) -> None:
        """Make a film that nobody sees: what all films share is then at hand.

        It leaves nothing.
        """
        programme = self.programme(lambda: None)
        with self._lock:
            self._playing.remove(programme)
        programme.close()

    def ended(self, programme: Programme) -> None:
        """Take note that a film has ended; write it if it was witnessed."""
        with self._lock:
            if programme in self._playing:
                self._playing.remove(programme)
            for name in self.joins:
                self.joins[name] += getattr(programme.tally, name)
        if not programme.witnessed:
            return
        decided, dry = programme.shown()
        cast = programme.cast
        # Who leaves has not seen what was decided ahead of him.
        frames = math.ceil(programme.position_s() * programme.rate)
        film = witness.until(cast.field, decided, frames)
        if not film:
            return
        made = witness.witnessed(
            cast.field,
            film,
            cast.showing.stems,
            dry,
            ended=programme.ended and film == decided,
        )
        path = witness.free_name(self._trace)
        witness.write(made, path)
        self.tell(f"A film was written: {path.name}")

    def tell(self, sentence: str) -> None:
        """Say something to the artist, once."""
        self.notes.tell(sentence)

    def tally(self) -> Mapping[str, int]:
        """Return how the joins of all films went out."""
        with self._lock:
            return {
                name: count + sum(getattr(p.tally, name) for p in self._playing)
                for name, count in self.joins.items()
            }

    def steer(self, asked: Mapping[str, Any]) -> None:
        """Let other conditions hold from the next undecided cut on.

        Raises
        ------
        LiveError, FieldError
            It asks for what is not there, or for what no film keeps; all stays as it
            was then.
        """
        with self._lock:
            wanted = self.steering.asked(self.field, asked)
            space(self.field, Conditions(**self._conditions(wanted, self.lost)))
            self.steering = wanted
        self._steer_all()

    def renew(self, given: Field, *, now: bool) -> None:
        """Draw from another field, in the films that play, too, if it is to be now."""
        # In processes of their own: encoding and scaling would hold up the viewers.
        self._stock.mezzanines.add(given, jobs=_ELSEWHERE)
        with self._lock:
            to = moved(self.field, given)
            self.steering = self.steering.carried(to)
            self.lost = frozenset(to[pair] for pair in self.lost if pair in to)
            self._stock = replace(self._stock, field=given)
            # Of those that nobody has come to yet nothing is decided.
            playing = [one for one in self._playing if now or not one.length_s]
        for programme in playing:
            programme.renew(given)

    def look(self) -> None:
        """See which takes are gone; they are not drawn while they are."""
        gone = _gone(self.field)
        if gone == self.lost:
            return
        for slot, option in sorted(gone - self.lost):
            place = self.field.slots[slot]
            name = place.options[option].clip.name
            self.tell(f"{name!r} in {place.id} is gone and is not drawn any more.")
        with self._lock:
            try:
                space(self.field, Conditions(**self._conditions(self.steering, gone)))
            except FieldError as error:
                # They are still prepared, and the film needs them.
                self.tell(f"Takes are gone that films need: {error.sentence}")
                return
            finally:
                self.lost = gone
        self._steer_all()

    def _steer_all(self) -> None:
        with self._lock:
            playing = list(self._playing)
        for programme in playing:
            self._steer(programme.steer, programme.banned)

    def _steer(
        self, steer: Callable[..., None], more: Iterable[tuple[int, int]] = ()
    ) -> None:
        changes = self._conditions(self.steering, self.lost | frozenset(more))
        try:
            steer(**changes)
        except GenaiError as error:
            self.tell(f"What is asked for cannot be: {error}")

    def _conditions(
        self, steering: Steering, lost: frozenset[tuple[int, int]]
    ) -> dict[str, Any]:
        changes = steering.changes()
        pinned = {s: o for s, o in changes["pinned"].items() if (s, o) not in lost}
        return {**changes, "banned": changes["banned"] | lost, "pinned": pinned}


def _gone(field: Field) -> frozenset[tuple[int, int]]:
    found = set()
    for number, slot in enumerate(field.slots):
        for place, option in enumerate(slot.options):
            try:
                there = locate.path(option.clip.media_reference).exists()
            except (GenaiError, OSError):
                there = False
            if not there:
                found.add((number, place))
    return frozenset(found)
