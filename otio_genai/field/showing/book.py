"""The book of a field's showings: which films were shown, told to nobody.

Conventions
    A book is a small JSON file. *Numbers* are for a field that does not change and
    whose films are all alike: the n-th showing is the n-th film by a key, and the book
    holds the key, a counter and the field's fingerprint, nothing else. A *ledger* is
    for all other fields: it holds a digest of each film shown, keyed and sorted, and
    digests of the takes that rest. Numbers become a ledger of the same key where they
    no longer suit: for a show, which may be steered and whose field may change, and for
    a field whose films are no longer all alike.

What a book reveals
    To whoever has the book, and so the key, but not the field: how many films were
    shown, and of a ledger how many takes rest. To whoever has the book and the field:
    of numbers, every film and its place. Of a ledger, whether a given film was shown,
    by making its digest, so the films of a small field can be listed, but not their
    order; which takes were seen since their slots began anew; and, as far back as the
    field's ``bag``, ``cooldown`` and ``over`` reach, the takes of each of the last
    showings in order. Where all three are off a ledger holds none of these. Without the
    key a digest is noise. A book that is destroyed takes all of it along.

    An open showing leaves nothing in the file before it is closed, but for the counter
    of numbers, which is written before the film begins.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Literal

from otio_genai.errors import FieldError
from otio_genai.field.drawing.permutation import KEY_BYTES
from otio_genai.field.model import Coverage
from otio_genai.field.showing import page as pages
from otio_genai.field.showing.bag import Memory, remembered
from otio_genai.field.showing.locking import Lock, held
from otio_genai.field.showing.page import Mode, Page
from otio_genai.media.files import ensure_writable, write_beside

__all__ = ["Book", "Entry"]


@dataclass(slots=True, eq=False)
class Entry:
    """A showing that is open: what it will have shown."""

    turn: int
    "Number of the showing."
    film: bytes | None = None
    "Digest of the film it holds."
    shown: frozenset[bytes] = frozenset()
    "Marks of its takes."
    slots: tuple[frozenset[bytes], ...] = ()
    "Marks of the takes of each slot that can be shown."
    coverage: Coverage | None = None
    "What its field asks for."


class Book:
    """A book that is open. One process may write in it at a time, in any threads.

    Showings that are open at the same time hold a film each: no two hold the same one,
    and none holds one that was shown.
    """

    def __init__(self, path: Path, found: Page, lock: Lock | None) -> None:
        self.path = path
        self._page, self._lock = found, lock
        self._entries: list[Entry] = []
        self._begun = found.turn
        self._threads = RLock()

    @classmethod
    def make(
        cls,
        path: str | os.PathLike[str],
        mode: Mode,
        entropy: Callable[[int], bytes],
        *,
        fingerprint: str = "",
    ) -> Book:
        """Begin a book where there is no file, and return it open.

        Parameters
        ----------
        path
            Where; nothing may be there.
        mode
            ``numbers`` or ``ledger``.
        entropy
            Gives so many random bytes: of the system, `os.urandom`.
        fingerprint
            For numbers, of the field.

        Raises
        ------
        OutputError
            There is a file, or none can be made.
        """
        target = ensure_writable(path)
        made = Page(mode, entropy(KEY_BYTES), fingerprint=fingerprint)
        book = cls(target, made, held(target))
        try:
            book._save(force=False)
        except BaseException:
            book.close()
            raise
        return book

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, reading: bool = False) -> Book:
        """Open a book.

        Parameters
        ----------
        path
            Where it is.
        reading
            Whether nothing will be written: many may read it at once.

        Raises
        ------
        FieldError
            There is none, it is open elsewhere, is no book, or a later version's.
        """
        target = Path(path)
        lock = None if reading else held(target)
        try:
            return cls(target, pages.read(pages.text_of(target), str(target)), lock)
        except BaseException:
            if lock is not None:
                lock.close()
            raise

    @property
    def mode(self) -> Mode:
        """Whether it numbers films or remembers them."""
        return self._page.mode

    @property
    def key(self) -> bytes:
        """Its key, `KEY_BYTES` long."""
        return self._page.key

    @property
    def fingerprint(self) -> str:
        """Of the field it numbers."""
        return self._page.fingerprint

    @property
    def count(self) -> int:
        """How many films were shown, or numbered."""
        with self._threads:
            return (
                self._page.counter if self.mode == "numbers" else len(self._page.films)
            )

    def number(self, films: int) -> int:
        """Return the number of the next showing, and write down that it is taken.

        Parameters
        ----------
        films
            How many there are.

        Raises
        ------
        FieldError
            All of them were shown.
        OutputError
            It cannot be written down.
        """
        with self._threads:
            self._writable("numbers")
            if self._page.counter >= films:
                raise _all_shown(films, str(self.path))
            self._page.counter += 1
            try:
                self._save()
            except BaseException:
                self._page.counter -= 1
                raise
            return self._page.counter - 1

    def become_ledger(self, films: Iterable[bytes]) -> None:
        """Remember films by their digests from now on, and number them no more.

        Parameters
        ----------
        films
            Digests of those shown so far.

        Raises
        ------
        OutputError
            It cannot be written down: it stays as it was.
        """
        with self._threads:
            self._writable("numbers")
            before = self._page
            # Takes that come in turn go on after as many showings.
            known = set(films)
            self._page = Page("ledger", before.key, films=known, turn=len(known))
            try:
                self._save()
            except BaseException:
                self._page = before
                raise
            self._begun = self._page.turn

    def begin(self) -> tuple[Entry, Memory]:
        """Open a showing; return it and what is remembered of those before it.

        Open showings count as shown, in the order in which they began.
        """
        with self._threads:
            self._writable("ledger")
            memory = self._page.memory
            for other in self._entries:
                if other.coverage is not None:
                    memory = remembered(
                        memory, other.shown, other.slots, other.coverage
                    )
            entry = Entry(self._begun)
            self._begun += 1
            self._entries.append(entry)
            return entry, memory

    def hold(
        self,
        entry: Entry,
        film: bytes,
        shown: frozenset[bytes],
        slots: tuple[frozenset[bytes], ...],
        coverage: Coverage,
    ) -> bool:
        """Let an open showing hold a film instead of that it held.

        Returns
        -------
        bool
            Whether it does: not where the film was shown, or another showing holds it.
        """
        with self._threads:
            others = (one.film for one in self._entries if one is not entry)
            if film in self._page.films or film in others:
                return False
            entry.film, entry.shown = film, shown
            entry.slots, entry.coverage = slots, coverage
            return True

    def correct(self, entry: Entry, film: bytes, shown: frozenset[bytes]) -> None:
        """Let an open showing have shown another film, and other takes, than it held.

        It was shown, so that nothing can be refused any more.
        """
        with self._threads:
            entry.film, entry.shown = film, shown

    def knows(self, film: bytes) -> bool:
        """Tell whether a film was shown."""
        with self._threads:
            return film in self._page.films

    def end(
        self, entry: Entry, outcome: Literal["shown", "broken off", "not begun"]
    ) -> None:
        """Close a showing and write down what is to be remembered of it.

        Parameters
        ----------
        entry
            What `begin` returned.
        outcome
            A film that was broken off is never shown again either, but its takes count
            as not seen. Of one that was not begun nothing is kept.

        Raises
        ------
        OutputError
            It cannot be written down; the book in memory still knows it.
        """
        with self._threads:
            self._writable("ledger")
            if entry not in self._entries:
                return
            self._entries.remove(entry)
            if outcome == "not begun" or entry.film is None:
                return
            page = self._page
            page.films.add(entry.film)
            if outcome == "shown" and entry.coverage is not None:
                page.turn = max(page.turn, entry.turn + 1)
                page.memory = remembered(
                    page.memory, entry.shown, entry.slots, entry.coverage
                )
            self._save()

    def close(self) -> None:
        """Close the book; what open showings hold is forgotten. May be called twice."""
        with self._threads:
            self._entries.clear()
            if self._lock is not None:
                self._lock.close()
                self._lock = None

    def __enter__(self) -> Book:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _writable(self, mode: Mode) -> None:
        if self._lock is None:
            raise FieldError(
                "This book is closed, or open for reading only.",
                place=str(self.path),
            )
        if self.mode != mode:
            raise FieldError(
                f"This book keeps {self.mode}, not a {mode}."
                if mode == "ledger"
                else f"This book keeps a {self.mode}, not numbers.",
                place=str(self.path),
                remedy="Name another file with --book, or delete this one.",
            )

    def _save(self, *, force: bool = True) -> None:
        with write_beside(self.path, force=force) as beside:
            beside.chmod(0o600)
            beside.write_text(pages.written(self._page), encoding="utf-8")


def _all_shown(films: int, place: str) -> FieldError:
    said = "one film" if films == 1 else f"{films} films"
    return FieldError(
        f"This field has {said}, and all of them were shown.",
        place=place,
        remedy="Give it more takes; or name another file with --book, or delete this "
        "book, and films come again.",
    )
