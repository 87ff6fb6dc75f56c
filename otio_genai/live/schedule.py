"""Joins rendered in time, or not at all.

Aim
    A join is worth having only before it is due. What is due first is made first; what
    can hardly be made in time is not begun; what comes late is not shown. Whoever asked
    has a dry cut at hand, so that nothing ever waits for a join. Where not all can be
    made, as many are made as can be: the longest stand back (Moore and Hodgson, 1968).

Conventions
    Times are seconds of the clock that is given. How long a join takes is foreseen from
    those made before (`_Foresight`), in proportion to what it was told to take.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

__all__ = ["Counts", "Scheduler", "State", "Ticket", "Worker"]

#: Waiting for a worker, on one, made in time, given up before it was begun, ended too
#: late, failed, or no longer wanted.
State = Literal["waiting", "running", "made", "dropped", "late", "failed", "withdrawn"]

Samples = Sequence[bytes]

_FIRST_S = 0.3
# What is kept of what was foreseen and of how far off it was, when a join has ended.
_KEPT, _KEPT_OFF = 0.9, 0.75
# A join is begun that can take longer than foreseen by so many times the usual error:
# one that comes too late has cost another one its time.
_DOUBT = 3.0
# What is foreseen of joins given up while nothing is rendered, so that the next may
# show whether it is still so.
_HOPE = 0.9
# A worker that takes this much longer than foreseen has hung, but no join that takes
# longer than the last is worth waiting for.
_HUNG_S, _HUNG, _LONGEST_S = 5.0, 20.0, 20.0


class Worker(Protocol):
    """Somebody who renders one join at a time."""

    @property
    def ready(self) -> bool:
        """Whether it can be given something now."""

    def run(self, request: Any, reply: Callable[[Samples | None], None]) -> None:
        """Render; call `reply`, from whatever thread, with samples or with None."""

    def replace(self) -> None:
        """End what it does, unanswered, and start afresh."""

    def close(self) -> None:
        """End it."""


@dataclass(eq=False, slots=True)
class Ticket:
    """A join that somebody asked for."""

    key: str
    deadline_s: float
    "When it is due; later than that it is not wanted."
    told: Callable[[Ticket], None] | None
    state: State = "waiting"
    samples: Samples | None = None
    "Those of a join that was made."

    @property
    def open(self) -> bool:
        """Whether it may yet be made."""
        return self.state in ("waiting", "running")


@dataclass(slots=True)
class Counts:
    """How the joins asked for ended."""

    made: int = 0
    dropped: int = 0
    late: int = 0
    failed: int = 0
    withdrawn: int = 0


@dataclass(slots=True)
class _Foresight:
    """How long joins take, in parts of what they are told to take."""

    usual: float = 1.0
    off: float = 0.0
    "How far from that they usually end."

    @property
    def safe(self) -> float:
        """Within which nearly all end."""
        return self.usual + _DOUBT * self.off

    def learn(self, took: float) -> None:
        """Take note of how long one took."""
        self.off = _KEPT_OFF * self.off + (1 - _KEPT_OFF) * abs(took - self.usual)
        self.usual = _KEPT * self.usual + (1 - _KEPT) * took

    def hope(self) -> None:
        """Foresee less: nothing was begun, so nothing can be learnt."""
        self.usual, self.off = _HOPE * self.usual, _HOPE * self.off


@dataclass(eq=False, slots=True)
class _Order:
    """One join, whoever wants it."""

    key: str
    request: Any
    work_s: float
    tickets: list[Ticket] = field(default_factory=list)
    begun_s: float | None = None
    worker: Worker | None = None

    @property
    def deadline_s(self) -> float:
        return min((t.deadline_s for t in self.tickets), default=float("inf"))


class Scheduler:
    """Gives joins to workers, the one that is due first before the others.

    Parameters
    ----------
    workers
        Who renders.
    now_s
        The clock.
    made
        Called with the key and the samples of every join that was rendered, also of one
        too late to be shown: whoever keeps joins keeps it for the next time.
    first_s
        How long the first join is foreseen to take, and one of which nothing is told.
    """

    def __init__(
        self,
        workers: Sequence[Worker],
        now_s: Callable[[], float],
        *,
        made: Callable[[str, Samples], None] | None = None,
        first_s: float = _FIRST_S,
    ) -> None:
        self._workers = tuple(workers)
        self._now_s = now_s
        self._keep = made
        self._lock = threading.RLock()
        self._orders: dict[str, _Order] = {}
        self._first_s, self._foresight = first_s, _Foresight()
        self.counts = Counts()

    @property
    def estimate_s(self) -> float:
        """How long a join is foreseen to take of which nothing is told."""
        return self._first_s * self._foresight.usual

    def submit(
        self,
        key: str,
        request: Any,
        deadline_s: float,
        told: Callable[[Ticket], None] | None = None,
        *,
        work_s: float | None = None,
    ) -> Ticket:
        """Ask for a join by a deadline.

        The same join asked for twice is rendered once. ``told`` is called, from
        whatever thread, once nothing more will happen to the ticket. ``work_s`` is
        how long it takes, beside others, of one processor.
        """
        ticket = Ticket(key, deadline_s, told)
        with self._lock:
            made = _Order(key, request, self._first_s if work_s is None else work_s)
            order = self._orders.setdefault(key, made)
            order.tickets.append(ticket)
        self.pump()
        return ticket

    def hurry(self, ticket: Ticket, deadline_s: float) -> None:
        """Let a join be due at another time."""
        with self._lock:
            if ticket.open:
                ticket.deadline_s = deadline_s

    def withdraw(self, ticket: Ticket) -> None:
        """Want a join no more; one that is being rendered is only kept."""
        with self._lock:
            order = self._orders.get(ticket.key)
            if order is None or ticket not in order.tickets:
                return
            order.tickets.remove(ticket)
            self._end(ticket, "withdrawn")
            if not order.tickets and order.begun_s is None:
                del self._orders[ticket.key]

    def pump(self) -> None:
        """Give up what cannot be made in time and begin what can."""
        told: list[Ticket] = []
        with self._lock:
            now_s = self._now_s()
            self._bury(now_s, told)
            self._give_up_hopeless(now_s, told)
            self._fill(now_s)
        _tell(told)

    def waiting(self) -> int:
        """Return how many joins wait or are rendered."""
        with self._lock:
            return len(self._orders)

    def close(self) -> None:
        """End the workers; what was asked for is dropped."""
        told: list[Ticket] = []
        with self._lock:
            for order in self._orders.values():
                self._give_up(order, float("inf"), told)
            self._orders.clear()
        for worker in self._workers:
            worker.close()
        _tell(told)

    def _give_up_hopeless(self, now_s: float, told: list[Ticket]) -> None:
        idle = any(w.ready for w in self._workers)
        idle = idle and all(o.begun_s is None for o in self._orders.values())
        unproven = False
        for order in [o for o in self._orders.values() if o.begun_s is None]:
            count = len(told)
            self._give_up(order, now_s + self._foresight.safe * order.work_s, told)
            unproven |= any(t.deadline_s >= now_s + order.work_s for t in told[count:])
            if not order.tickets:
                del self._orders[order.key]
        if idle and unproven:
            self._foresight.hope()

    def _fill(self, now_s: float) -> None:
        """Give something to all who can take it."""
        while True:
            worker = next((w for w in self._workers if w.ready), None)
            waiting = [o for o in self._orders.values() if o.begun_s is None]
            if worker is None or not waiting:
                return
            waiting.sort(key=lambda one: one.deadline_s)
            self._begin(self._first_of(waiting, now_s), worker, now_s)

    def _first_of(self, waiting: Sequence[_Order], now_s: float) -> _Order:
        """Return what to begin: the first due of as many as can be made in time."""
        pace = self._foresight.usual / len(self._workers)
        load_s = pace * self._left_s(now_s)
        kept: list[tuple[float, int]] = []
        for number, order in enumerate(waiting):
            load_s += pace * order.work_s
            heapq.heappush(kept, (-order.work_s, number))
            if now_s + load_s > order.deadline_s:
                longest, _ = heapq.heappop(kept)
                load_s += pace * longest
        return waiting[min((number for _, number in kept), default=0)]

    def _left_s(self, now_s: float) -> float:
        """Return the work that is left of what is being rendered."""
        begun = [(o, o.begun_s) for o in self._orders.values() if o.begun_s is not None]
        usual = self._foresight.usual
        return sum(max(0.0, o.work_s - (now_s - since) / usual) for o, since in begun)

    def _begin(self, order: _Order, worker: Worker, now_s: float) -> None:
        order.begun_s, order.worker = now_s, worker
        for ticket in order.tickets:
            ticket.state = "running"
        worker.run(order.request, lambda samples: self._answered(order, samples))

    def _answered(self, order: _Order, samples: Samples | None) -> None:
        told: list[Ticket] = []
        with self._lock:
            if self._orders.get(order.key) is not order or order.begun_s is None:
                return
            now_s = self._now_s()
            del self._orders[order.key]
            if samples is not None:
                self._foresight.learn((now_s - order.begun_s) / order.work_s)
            for ticket in order.tickets:
                if samples is None:
                    self._end(ticket, "failed")
                elif now_s > ticket.deadline_s:
                    self._end(ticket, "late")
                else:
                    ticket.samples = samples
                    self._end(ticket, "made")
                told.append(ticket)
        if samples is not None and self._keep is not None:
            self._keep(order.key, samples)
        _tell(told)
        self.pump()

    def _bury(self, now_s: float, told: list[Ticket]) -> None:
        patience_s = min(_LONGEST_S, max(_HUNG_S, _HUNG * self.estimate_s))
        for order in list(self._orders.values()):
            if order.begun_s is not None and now_s - order.begun_s > patience_s:
                del self._orders[order.key]
                for ticket in order.tickets:
                    self._end(ticket, "failed")
                    told.append(ticket)
                if order.worker is not None:
                    order.worker.replace()

    def _give_up(self, order: _Order, done_s: float, told: list[Ticket]) -> None:
        for ticket in [t for t in order.tickets if t.deadline_s < done_s]:
            order.tickets.remove(ticket)
            self._end(ticket, "dropped")
            told.append(ticket)

    def _end(self, ticket: Ticket, state: State) -> None:
        ticket.state = state
        setattr(self.counts, state, getattr(self.counts, state) + 1)


def _tell(tickets: Sequence[Ticket]) -> None:
    # Not under the lock: whoever is told may ask for the next.
    for ticket in tickets:
        if ticket.told is not None:
            ticket.told(ticket)
