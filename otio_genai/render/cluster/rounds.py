"""Tasks given to a cluster a few at a time, until every item has its answer."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any

from otio_genai.errors import GenaiError, RenderError
from otio_genai.render.cluster import task

__all__ = ["Rounds"]

# Tasks on the way for each thread of the workers: one at work, one at hand.
_WINDOW = 2
# How often an item is begun that fails; Dask itself begins one four times whose worker
# is lost, and then says so.
_ATTEMPTS, _LOSSES = 3, 2
# When so many items have failed, the rest is not worth waiting for.
_ENOUGH = 20
_LOOK_S = 5.0


@dataclass(frozen=True, slots=True)
class _Batch:
    """Items of one task."""

    indices: tuple[int, ...]
    attempt: int = 1
    avoided: frozenset[str] = frozenset()
    "Workers that could not do it."


class Rounds:
    """One call of an executor, on a client that is open.

    Parameters
    ----------
    client
        Of Dask.
    function, items
        What is asked.
    names
        What the items are called in messages.
    terms
        What workers must know and be.
    patience_s
        How long to go on without any worker.
    """

    def __init__(
        self,
        client: Any,
        function: Callable[[dict[str, Any]], Any],
        items: Sequence[Mapping[str, Any]],
        names: Sequence[str],
        terms: task.Terms,
        patience_s: float,
    ) -> None:
        self._client, self._function = client, function
        self._items, self._names = items, names
        self._terms, self._patience_s = terms, patience_s
        self._waiting: deque[_Batch] = deque()
        self._pending: dict[Any, _Batch] = {}
        self._failed: list[tuple[int, GenaiError]] = []
        self._alone_s = 0.0

    def welcome(self) -> int:
        """Wait for a worker, look at all there are; return their threads.

        Raises
        ------
        RenderError
            There is none, or some differ from this computer in what decides bytes.
        """
        try:
            self._client.wait_for_workers(1, timeout=self._patience_s)
        except TimeoutError as error:
            raise self._deserted() from error
        found = self._client.run(task.here, on_error="return")
        strangers = [
            f"{address}: {versions}"
            for address, versions in sorted(found.items())
            if versions != self._terms.versions
        ]
        if strangers:
            raise RenderError(
                f"Here is {self._terms.versions}; these workers differ:",
                remedy="Install the same versions everywhere: bytes depend on them.",
                items=strangers,
            )
        return max(1, self._threads())

    def answers(self, batches: Sequence[Sequence[int]]) -> Iterator[tuple[int, Any]]:
        """Yield (an item's place, its answer) as tasks end.

        Raises
        ------
        RenderError
            No worker is left, or items failed for good; those are all named.
        """
        self._waiting.extend(_Batch(tuple(batch)) for batch in batches)
        try:
            while (self._waiting or self._pending) and len(self._failed) < _ENOUGH:
                self._submit()
                for batch, outcomes in self._ended():
                    yield from self._sorted(batch, outcomes)
        finally:
            with contextlib.suppress(Exception):
                self._client.cancel(list(self._pending))
        if self._failed:
            raise self._all_failed()

    def _threads(self) -> int:
        return int(sum(self._client.nthreads().values()))

    def _submit(self) -> None:
        room = max(1, _WINDOW * self._threads()) - len(self._pending)
        for _ in range(min(room, len(self._waiting))):
            batch = self._waiting.popleft()
            others = set(self._client.nthreads()) - batch.avoided
            future = self._client.submit(
                task.answer,
                self._function,
                [self._items[index] for index in batch.indices],
                self._terms,
                pure=False,
                workers=sorted(others) if batch.avoided else None,
                # Should all of those go, anybody may have it.
                allow_other_workers=bool(batch.avoided),
            )
            self._pending[future] = batch

    def _ended(self) -> Iterator[tuple[_Batch, list[Any]]]:
        """Yield every task that has ended with an outcome for each of its items."""
        import distributed

        dask: Any = distributed
        try:
            with self._client.as_current():
                dask.wait(list(self._pending), _LOOK_S, "FIRST_COMPLETED")
        except TimeoutError:
            self._look_around()
            return
        except CancelledError as error:
            raise _cut_off() from error
        for future in [one for one in self._pending if one.done()]:
            try:
                outcomes = self._outcomes(future)
            except TimeoutError:
                # Its worker went with the answer: it is being done again.
                continue
            self._alone_s = 0.0
            yield self._pending.pop(future), outcomes
            future.release()

    def _look_around(self) -> None:
        self._alone_s = 0.0 if self._threads() else self._alone_s + _LOOK_S
        if self._alone_s >= self._patience_s:
            raise self._deserted()

    def _outcomes(self, future: Any) -> list[Any]:
        if future.status == "cancelled":
            raise _cut_off()
        error = future.exception(timeout=_LOOK_S)
        if error is None:
            return list(future.result(timeout=_LOOK_S))
        said = f"{type(error).__name__}: {error}"
        if type(error).__name__ == "KilledWorker":
            said = "every worker that had it was lost"
        failed = task.Failed("", RenderError(said))
        return [failed] * len(self._pending[future].indices)

    def _sorted(self, batch: _Batch, outcomes: list[Any]) -> Iterator[tuple[int, Any]]:
        for index, outcome in zip(batch.indices, outcomes, strict=True):
            if isinstance(outcome, task.Done):
                yield index, outcome.value
            else:
                self._again(index, batch, outcome)

    def _again(self, index: int, batch: _Batch, failed: task.Failed) -> None:
        avoided = batch.avoided | ({failed.worker} - {""})
        others = set(self._client.nthreads()) - avoided
        most = _ATTEMPTS if failed.worker else _LOSSES
        if batch.attempt < most and (others or not avoided):
            self._waiting.append(_Batch((index,), batch.attempt + 1, avoided))
        else:
            self._failed.append((index, failed.error))

    def _all_failed(self) -> RenderError:
        index, first = self._failed[0]
        items = [f"{self._names[index]}: {error}" for index, error in self._failed]
        if len(items) == 1:
            return RenderError(
                f"No worker could do it: {first}",
                place=self._names[index],
                remedy=first.remedy or _REMEDY,
            )
        return RenderError(
            f"{len(items)} items could not be done by any worker:",
            remedy=first.remedy or _REMEDY,
            items=items,
        )

    def _deserted(self) -> RenderError:
        return RenderError(
            "The cluster has no worker.",
            place=str(self._client.scheduler.address),
            remedy="Start one with `dask worker`; what came back is kept.",
        )


_REMEDY = "Look into the workers' logs; memory may have run out."


def _cut_off() -> RenderError:
    return RenderError(
        "The connection to the cluster's scheduler was lost.",
        remedy="Render again: what came back is kept.",
    )
