"""Pieces of a film on their way to its viewers, and the shelf they are taken from.

Conventions
    Pictures and sound are two rows of pieces, each numbered from 0 as the film begins,
    without holes. A shelf lists the newest and keeps some more for who is slow; what
    falls off is destroyed, and nobody is told what it was.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

__all__ = ["Buffer", "Kind", "Piece", "Shelf"]

Buffer = bytes | bytearray | memoryview
Kind = Literal["video", "audio"]

_MARKS = {"video": b"v", "audio": b"a"}
_LISTED, _KEPT = 6, 12
# Players of lists want three of their longest pieces there before anything is taken.
_LISTED_S = Fraction(12)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A stretch of pictures or of sound, wrapped as fragmented MP4."""

    kind: Kind
    number: int
    start_s: Fraction
    "When it begins, from the film's start."
    duration_s: Fraction
    buffers: tuple[Buffer, ...]
    "Its bytes, in turn; most of them are views of files and cost nothing to keep."

    @property
    def end_s(self) -> Fraction:
        """When the next begins."""
        return self.start_s + self.duration_s

    @property
    def size(self) -> int:
        """Its bytes."""
        return sum(memoryview(buffer).nbytes for buffer in self.buffers)

    def joined(self) -> bytes:
        """Return it as a file has it."""
        return b"".join(self.buffers)

    def message(self) -> bytes:
        """Return it as a WebSocket carries it: its kind in one byte, then itself."""
        return b"".join((_MARKS[self.kind], *self.buffers))


class Shelf:
    """One row of pieces, of which the newest are kept.

    Parameters
    ----------
    listed, kept
        How many pieces are listed at least, and how many more may still be had.
    """

    def __init__(self, listed: int = _LISTED, kept: int = _KEPT) -> None:
        self._listed, self._kept = listed, kept
        self._pieces: OrderedDict[int, Piece] = OrderedDict()
        self.ended = False

    def __len__(self) -> int:
        return len(self._pieces)

    def add(self, piece: Piece, on_air_s: Fraction = Fraction(0)) -> None:
        """Lay down the next piece; destroy what is too old and no longer on air."""
        self._pieces[piece.number] = piece
        most = self._listed + self._kept
        while len(self._pieces) > most:
            number, oldest = next(iter(self._pieces.items()))
            if oldest.end_s > on_air_s:
                return
            del self._pieces[number]

    def get(self, number: int) -> Piece | None:
        """Return a piece; None when it is not there, be it destroyed or not made."""
        return self._pieces.get(number)

    def gone(self, number: int) -> bool:
        """Tell whether a piece was there and has been destroyed."""
        first = next(iter(self._pieces), None)
        return first is not None and 0 <= number < first

    def listed(self) -> Sequence[Piece]:
        """Return the newest pieces, in turn: as many as lists want."""
        chosen: list[Piece] = []
        span_s = Fraction(0)
        for piece in reversed(self._pieces.values()):
            if len(chosen) >= self._listed and span_s >= _LISTED_S:
                break
            chosen.append(piece)
            span_s += piece.duration_s
        return chosen[::-1]

    def since(self, moment_s: Fraction) -> Sequence[Piece]:
        """Return the piece that is on air at a moment and all after it."""
        return [piece for piece in self._pieces.values() if piece.end_s > moment_s]

    def clear(self) -> None:
        """Destroy all."""
        self._pieces.clear()
