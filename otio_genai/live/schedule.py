"""Joins rendered in time, or not at all.

Aim
    A join is worth having only before it is due. What is due first is made first; what
    cannot be made in time is not begun; what comes late is not shown. Whoever asked has
    a dry cut at hand, so that nothing ever waits for a join.

Conventions
    Times are seconds of the clock that is given. How long a join takes is foreseen from
    those made before: nine parts what was foreseen, one part what the last one took.
"""

from __future__ import annotations

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
_KEPT = 0.9
# A worker that takes this much longer than foreseen has hung.
_HUNG_S, _HUNG = 5.0, 20.0


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


@dataclass(eq=False, slots=True)
class _Order:
    """One join, whoever wants it."""

    key: str
    request: Any
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
        How long the first join is foreseen to take.
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
        self.estimate_s = first_s
        self.counts = Counts()

    def submit(
        self,
        key: str,
        request: Any,
        deadline_s: float,
        told: Callable[[Ticket], None] | None = None,
    ) -> Ticket:
        """Ask for a join by a deadline.

        The same join asked for twice is rendered once. ``told`` is called, from
        whatever thread, once nothing more will happen to the ticket.
        """
        ticket = Ticket(key, deadline_s, told)
        with self._lock:
            order = self._orders.setdefault(key, _Order(key, request))
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
            waiting = [o for o in self._orders.values() if o.begun_s is None]
            for order in sorted(waiting, key=lambda one: one.deadline_s):
                self._give_up(order, now_s + self.estimate_s, told)
                if not order.tickets:
                    del self._orders[order.key]
                    continue
                worker = next((w for w in self._workers if w.ready), None)
                if worker is not None:
                    self._begin(order, worker, now_s)
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
                took_s = now_s - order.begun_s
                self.estimate_s = _KEPT * self.estimate_s + (1 - _KEPT) * took_s
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
        patience_s = max(_HUNG_S, _HUNG * self.estimate_s)
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
