"""One film decided while it plays, and the pieces it goes out in.

Aim
    The next shot is drawn only when it must be; its pictures go out at once, the join
    before it when it is rendered, or dry when it is not in time. Nothing is drawn back
    and nothing waits.

Conventions
    Times are seconds of the clock that is given. `step` does one thing that is due and
    returns the pieces that came of it; `due_s` says when there is something again. A
    film that is not yet `awaited` has time; it plays from `start` on.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from otio_genai.errors import GenaiError
from otio_genai.field.model import Chosen, Field
from otio_genai.live.cast import Aired, Cast, Part, Tally
from otio_genai.live.packing import Packer, Sample
from otio_genai.live.pieces import Piece
from otio_genai.live.schedule import Scheduler, Ticket
from otio_genai.live.standins import stand_ins
from otio_genai.live.steering import moved

__all__ = ["Programme"]

_LEAD_S, _SPARE_S = 8.0, 1.0
# Who has come waits no longer than this for a film that begins with a rendered part.
_PATIENCE_S = 0.6
_FAILURES = (GenaiError, OSError, ValueError, KeyError, IndexError)


@dataclass(slots=True)
class _Held:
    part: Part
    ticket: Ticket | None


class Programme:
    """One film on its way.

    Parameters
    ----------
    cast
        Who makes it.
    scheduler
        Who renders joins.
    now_s
        The clock.
    lead_s
        How far ahead of what plays shots are decided.
    spare_s
        How long before it plays a join must be there.
    tell
        Called with a sentence when something had to be done otherwise.
    wake
        Called from any thread when a join has come.
    """

    def __init__(
        self,
        cast: Cast,
        scheduler: Scheduler,
        now_s: Callable[[], float],
        *,
        lead_s: float = _LEAD_S,
        spare_s: float = _SPARE_S,
        tell: Callable[[str], None] = lambda sentence: None,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self.cast, self._scheduler, self._now_s = cast, scheduler, now_s
        self._lead_s, self._spare_s = lead_s, spare_s
        self._tell, self._wake = tell, wake
        self._packer = Packer(cast.form)
        self._held: deque[_Held] = deque()
        self._shots: list[Aired] = []
        self._dry: list[tuple[int, int]] = []
        self._decided = self._released = 0
        self._started_s: float | None = None
        # When it would have started if its next part were due just now.
        self._origin_s = math.inf
        self._all_decided = self._all_sounded = False
        self._remarked = 0
        self._changes: list[Callable[[], None]] = []
        self._lock, self._turn = threading.Lock(), threading.RLock()
        self.tally = Tally()
        self.banned: set[tuple[int, int]] = set()
        "Takes that could not be read and are not drawn again."
        self.witnessed = False
        "Whether it is written when it has ended."

    @property
    def rate(self) -> Fraction:
        """Record frames per second."""
        return self.cast.form.rate

    @property
    def ended(self) -> bool:
        """Whether all its pieces have gone out."""
        return self._all_sounded

    @property
    def length_s(self) -> Fraction:
        """How much of it is decided."""
        return self._decided / self.rate

    @property
    def ahead_s(self) -> float:
        """How much of it has gone out and not yet played."""
        return float(self._released / self.rate) - self.position_s()

    @property
    def started(self) -> bool:
        """Whether it plays."""
        return self._started_s is not None

    def awaited(self) -> None:
        """Somebody has come: what it begins with is due soon."""
        if self._origin_s == math.inf:
            self._let_begin(self._now_s() + _PATIENCE_S + self._spare_s)

    def start(self) -> None:
        """Let it play from now on."""
        self._started_s = self._now_s()
        self._let_begin(self._started_s)

    def position_s(self) -> float:
        """Return what plays now, in seconds from its start."""
        if self._started_s is None:
            return 0.0
        return max(0.0, self._now_s() - self._started_s)

    def step(self) -> list[Piece]:
        """Do what is due and return the pieces to be sent, in turn."""
        with self._turn:
            with self._lock:
                changes, self._changes = self._changes, []
            for change in changes:
                change()
            self._scheduler.pump()
            if self._wants_a_shot():
                self._decide()
            return [*self._pictures(), *self._sound()]

    def due_s(self) -> float:
        """Return the seconds until the next `step`, unless a join comes before."""
        if self._changes or self._wants_a_shot():
            return 0.0
        times = []
        if not self._all_decided and self.started:
            times.append(float(self.length_s) - self._lead_s - self.position_s())
        if self._held:
            times.append(self._deadline_s(self._held[0].part) - self._now_s())
        return max(0.0, min(times, default=0.0 if self._all_decided else math.inf))

    def on_air(self) -> Aired | None:
        """Return the shot that plays."""
        frame = int(self.position_s() * self.rate)
        playing = [shot for shot in self._shots if shot.record_in <= frame]
        return playing[-1] if playing else None

    def decided(self) -> Sequence[Aired]:
        """Return the shots decided and still to come."""
        frame = int(self.position_s() * self.rate)
        return [shot for shot in self._shots if shot.record_in > frame]

    def chances(self) -> Sequence[Any]:
        """Return what may follow the last shot decided, and how likely."""
        with self._turn:
            return [] if self._all_decided else list(self.cast.showing.chances())

    def steer(self, **changes: Any) -> None:
        """Let other conditions hold from the next undecided cut on."""
        self._later(lambda: self._steered(changes))

    def renew(self, given: Field) -> None:
        """Draw from another field, whose takes came or went, from the next cut on."""

        def change() -> None:
            try:
                self._renewed(given)
            except _FAILURES as error:
                self._tell(f"The takes stay as they were: {error}")

        self._later(change)

    def shown(self) -> tuple[tuple[Chosen, ...], tuple[tuple[int, int], ...]]:
        """Return the film so far, and from where to where joins went out dry."""
        return tuple(shot.chosen for shot in self._shots), tuple(self._dry)

    def close(self) -> None:
        """End it; what it has asked for is not wanted any more."""
        with self._turn:
            for held in self._held:
                if held.ticket is not None:
                    self._scheduler.withdraw(held.ticket)
            self._held.clear()
            self._shots.clear()
            self._dry.clear()
            self._all_decided = self._all_sounded = True
            self.cast.showing.close()

    def _later(self, change: Callable[[], None]) -> None:
        with self._lock:
            self._changes.append(change)
        self._wake()

    def _renewed(self, given: Field) -> None:
        showing, before = self.cast.showing, self.cast.showing.decided
        old = {one.slot: one for one in before}
        to = moved(self.cast.field, given)
        showing.renew(given)
        self.banned = {to[pair] for pair in self.banned if pair in to}
        new = {one.slot: one for one in showing.decided}
        field, shots = showing.field, []
        slots = list(field.slots)
        for shot in self._shots:
            slot = shot.chosen.slot
            if shot.chosen == old.get(slot):
                shots.append(replace(shot, chosen=new[slot]))
            else:
                # It stands for another take: its slot stays as it was.
                slots[slot] = self.cast.field.slots[slot]
                shots.append(shot)
        if any(a is not b for a, b in zip(slots, field.slots, strict=True)):
            field = replace(field, slots=tuple(slots))
        self.cast.reel.renew(field, [shot.chosen for shot in shots])
        self.cast.sounding.renew(field)
        self._shots, self.cast = shots, replace(self.cast, field=field)

    def _steered(self, changes: Mapping[str, Any]) -> None:
        try:
            self.cast.showing.steer(**changes)
        except GenaiError as error:
            self._tell(f"That cannot be: {error}")

    def _wants_a_shot(self) -> bool:
        if self._all_decided:
            return False
        if not self._held and float(self._released / self.rate) <= self.position_s():
            # What was decided may be settled by what follows alone.
            return True
        return float(self.length_s) < self.position_s() + self._lead_s

    def _decide(self) -> None:
        chosen = self.cast.showing.next()
        self._pass_on()
        if chosen is None:
            self._all_decided = True
            self._hold(self.cast.reel.close())
            self.cast.sounding.close()
            return
        others = stand_ins(self.cast.field, chosen, self.banned)
        for shot in (chosen, *others):
            try:
                parts = self.cast.reel.push(shot)
            except _FAILURES as error:
                self._lost(shot, error)
                continue
            if shot is not chosen:
                self._instead(shot)
            self.cast.sounding.push(shot)
            self._shots.append(Aired(shot, self._decided))
            self._decided += shot.frames
            self._hold(parts)
            return
        slot = self.cast.field.slots[chosen.slot]
        self._tell(f"{slot.id} is left out of this film: no take of it can be shown.")
        self.cast.showing.aired(None)

    def _instead(self, shot: Chosen) -> None:
        # What is remembered of the film is to be the film that was shown.
        try:
            self.cast.showing.instead(shot)
        except GenaiError:
            self.cast.showing.aired(shot)

    def _pass_on(self) -> None:
        """Tell once what the showing could not keep."""
        remarks = self.cast.showing.remarks
        for sentence in remarks[self._remarked :]:
            self._tell(sentence)
        self._remarked = len(remarks)

    def _lost(self, shot: Chosen, error: Exception) -> None:
        pair = (shot.slot, shot.option)
        self.banned.add(pair)
        slot = self.cast.field.slots[shot.slot]
        name = slot.options[shot.option].clip.name
        self._tell(f"{name!r} in {slot.id} cannot be shown and is left out: {error}")
        self._later(lambda: self._steered({"banned": frozenset(self.banned)}))

    def _hold(self, parts: Sequence[Part]) -> None:
        for part in parts:
            ticket = None
            if part.samples is None:
                ticket = self._scheduler.submit(
                    part.job.key,
                    part.job.request,
                    self._deadline_s(part),
                    lambda _: self._wake(),
                    work_s=part.job.estimate_hint,
                )
            self._held.append(_Held(part, ticket))

    def _let_begin(self, origin_s: float) -> None:
        with self._turn:
            self._origin_s = origin_s
            for held in self._held:
                if held.ticket is not None:
                    self._scheduler.hurry(held.ticket, self._deadline_s(held.part))
        self._wake()

    def _deadline_s(self, part: Part) -> float:
        return self._origin_s + float(part.record_in / self.rate) - self._spare_s

    def _pictures(self) -> list[Piece]:
        pieces: list[Piece] = []
        while self._held:
            held = self._held[0]
            samples = self._samples(held)
            if samples is None:
                break
            self._held.popleft()
            self._released = held.part.record_in + held.part.frames
            pieces += self._packer.pictures(held.part.record_in, samples)
        return pieces

    def _samples(self, held: _Held) -> Sequence[Sample] | None:
        """Return what is shown of a part; None while its join may yet come."""
        part, ticket = held.part, held.ticket
        if ticket is None or part.samples is not None:
            self.tally.plain += 1
            return part.samples
        if ticket.open:
            if self._now_s() < self._deadline_s(part):
                return None
            self._scheduler.withdraw(ticket)
        if ticket.samples is not None and len(ticket.samples) == part.frames:
            self.tally.made += 1
            return ticket.samples
        self.tally.dry += 1
        self._dry.append((part.record_in, part.record_in + part.frames))
        return tuple(part.job.dry)

    def _sound(self) -> list[Piece]:
        if self._all_sounded:
            return []
        # Sound waits for no join.
        frames = self.cast.sounding.ready(self._decided)
        if self._all_decided and not self._held:
            self._all_sounded = True
        return self._packer.sound(frames)
