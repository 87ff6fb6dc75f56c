"""A viewer: what waits for him, and when he is given up."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from otio_genai.live.pieces import Piece

__all__ = ["Notice", "Viewer", "Waiting"]

#: A film begins, or all of it was sent.
Notice = Literal["begin", "end"]

_MOST = 160


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """A piece for a viewer."""

    piece: Piece
    message: bytes | None = None
    "It, joined, where several are given the same."


class Viewer:
    """One viewer of a screening.

    Parameters
    ----------
    name
        Unguessable: all he may ask for carries it.
    pushed
        Whether pieces are sent to him; else he comes for them himself.
    patience_s
        How long ago the piece that is next for him may have ended: for so long he has
        seen nothing.
    """

    def __init__(
        self,
        name: str,
        address: str = "",
        *,
        pushed: bool = True,
        patience_s: float = 6.0,
    ) -> None:
        self.name, self.address, self.pushed = name, address, pushed
        self._patience_s = Fraction(patience_s)
        self.why = ""
        "Why he was given up; empty while he is not."
        self.report: Mapping[str, float] = {}
        "What his player last said of itself."
        self.seen_s = 0.0
        "When he last came for something."
        self.film = -1
        "Number of the film that he was let into."
        self.dropped: Callable[[], None] = _nobody
        "Called once he is given up."
        self._waiting: deque[Waiting | Notice] = deque()
        self._event = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, item: Waiting | Notice, on_air_s: Fraction = Fraction(0)) -> None:
        """Let something wait for him, if he keeps up; else give him up.

        A viewer who does not read costs the others nothing.
        """
        if self.why or not self.pushed:
            return
        if len(self._waiting) >= _MOST or self._late(on_air_s):
            self.give_up("He reads too slowly.")
            return
        self._waiting.append(item)
        self._event.set()

    def give_up(self, why: str) -> None:
        """Send him nothing more."""
        if self.why:
            return
        self.why = why
        self._waiting.clear()
        self._event.set()
        self.dropped()

    async def get(self) -> Waiting | Notice | None:
        """Return what is next for him; None when he was given up."""
        while not self._waiting and not self.why:
            self._event.clear()
            await self._event.wait()
        return None if self.why else self._waiting.popleft()

    def _late(self, on_air_s: Fraction) -> bool:
        first = self._waiting[0] if self._waiting else None
        if not isinstance(first, Waiting):
            return False
        return first.piece.end_s + self._patience_s < on_air_s


def _nobody() -> None:
    pass
