"""What the artist is told while a show goes on."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from typing import overload

from otio_genai.live.picture.atlas import Atlas

__all__ = ["Kept", "Notes"]

_NOTES = 12


class Notes(Sequence[str]):
    """The last sentences, each of them once, the latest first; of any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said: deque[str] = deque(maxlen=_NOTES)

    def tell(self, sentence: str) -> None:
        """Say something."""
        with self._lock:
            if sentence in self._said:
                self._said.remove(sentence)
            self._said.appendleft(sentence)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...

    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        with self._lock:
            return tuple(self._said)[place]

    def __iter__(self) -> Iterator[str]:
        # Whoever reads them all has those of one moment.
        return iter(self[:])

    def __len__(self) -> int:
        return len(self._said)


class Kept:
    """Joins that are kept on the disk as long as it has room.

    Parameters
    ----------
    atlas
        Where; nowhere if None.
    notes
        Who is told when it has none, and when it has some again.
    """

    def __init__(self, atlas: Atlas | None, notes: Notes) -> None:
        self._atlas, self._notes = atlas, notes
        self._full = False

    def keep(self, key: str, samples: Sequence[bytes]) -> None:
        """Keep a join if that can be done."""
        if self._atlas is None:
            return
        full = not self._atlas.put(key, samples)
        if full and not self._full:
            self._notes.tell(
                f"Joins cannot be kept in {self._atlas.folder} and are rendered each "
                "time: make room there."
            )
        elif self._full and not full:
            self._notes.tell("Joins are kept again.")
        self._full = full
