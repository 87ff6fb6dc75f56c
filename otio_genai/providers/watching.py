"""Which files of an inbox are whole: seen by looking again and again.

Conventions
    ``inbox/<slot>/file`` is meant for a slot. A file is whole when its size and its
    time of change stay as they are for a while, on a clock that is passed in, and when
    it can be opened. Nothing here opens, moves or alters any. Hidden files and those
    of browsers that still download are passed over in silence, as are our own notes in
    ``inbox/<slot>/wanted``.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from otio_genai.errors import ProviderError

__all__ = ["WANTED", "Look", "Refusal", "Settled", "Watch", "slot_folder"]

#: Folder of the notes that say what is wanted.
WANTED = "wanted"
_UNFINISHED = (
    ".part",
    ".partial",
    ".crdownload",
    ".download",
    ".opdownload",
    ".aria2",
    ".tmp",
)
_OF_SYSTEMS = ("thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Settled:
    """A file that has stopped growing."""

    slot: str
    path: Path
    name: str
    "Relative to the inbox, with ``/``."
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that is no take, and why."""

    name: str
    why: str
    slot: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at an inbox found that was not known before."""

    settled: tuple[Settled, ...] = ()
    refused: tuple[Refusal, ...] = ()
    gone: tuple[str, ...] = ()
    "Files that settled once and are no longer there."
    waiting: tuple[str, ...] = ()
    "Files that may still be growing."


def slot_folder(root: Path, slot: str) -> Path:
    """Return the folder of a slot.

    Raises
    ------
    ProviderError
        The slot's id cannot be the name of a folder.
    """
    names = PurePosixPath(slot).parts
    plain = len(names) == 1 and names[0] not in ("..", ".") and "\\" not in slot
    shown = all(letter.isprintable() for letter in slot)
    if not (plain and shown) or slot.startswith(".") or slot != slot.strip():
        raise ProviderError(
            f"The slot's id {slot!r} cannot be the name of a folder.",
            place=str(root),
            remedy="Give the slot an id of letters, digits, - and _.",
        )
    return root / slot


class Watch:
    """Looks at an inbox.

    Parameters
    ----------
    root
        The inbox.
    slots
        Gives the ids of the slots there are.
    settle_s
        How long a file must stay as it is, in seconds.
    most_bytes
        Larger files are refused.
    """

    def __init__(
        self,
        root: Path,
        slots: Callable[[], Collection[str]],
        *,
        settle_s: float = 2.0,
        most_bytes: int = 4 << 30,
    ) -> None:
        self.root = root
        self._slots, self._settle_s, self._most_bytes = slots, settle_s, most_bytes
        self._seen: dict[str, tuple[int, int, float]] = {}
        self._settled: dict[str, tuple[int, int]] = {}
        self._told: dict[str, str] = {}
        # What could not be listed at this look, as beginnings of names.
        self._unseen: list[str] = []

    def known(self, name: str, size: int, mtime_ns: int) -> None:
        """Say that a file was dealt with earlier, and is not to be told again."""
        self._settled[name] = (size, mtime_ns)

    def forget(self, name: str) -> None:
        """Look at a file again as at a new one."""
        self._settled.pop(name, None)
        self._seen.pop(name, None)

    def look(self, now_s: float, most: int | None = None) -> Look:
        """Return what is new since the last look, of whole files at most so many."""
        found: dict[str, Settled] = {}
        refused: list[Refusal] = []
        self._unseen = []
        for item in self._walk():
            if isinstance(item, Settled):
                found[item.name] = item
            else:
                refused.append(item)
        settled, waiting = self._still(found, now_s, most)
        # What a drive that is away holds is not gone.
        away = tuple(self._unseen)
        gone = [
            name
            for name in self._settled
            if name not in found and not name.startswith(away)
        ]
        for name in gone:
            del self._settled[name]
        self._seen = {
            name: at
            for name, at in self._seen.items()
            if name in found or name.startswith(away)
        }
        return Look(
            tuple(settled), tuple(self._news(refused)), tuple(gone), tuple(waiting)
        )

    def _still(
        self, found: dict[str, Settled], now_s: float, most: int | None
    ) -> tuple[list[Settled], list[str]]:
        settled: list[Settled] = []
        waiting: list[str] = []
        for name, item in found.items():
            mark = (item.size, item.mtime_ns)
            if self._settled.get(name) == mark:
                continue
            size, mtime_ns, since_s = self._seen.get(name, (-1, -1, now_s))
            if (size, mtime_ns) != mark:
                self._seen[name] = (*mark, now_s)
                waiting.append(name)
            elif now_s - since_s < self._settle_s or len(settled) == most:
                waiting.append(name)
            else:
                self._settled[name] = mark
                settled.append(item)
        return settled, waiting

    def _news(self, refused: list[Refusal]) -> Iterator[Refusal]:
        told = {item.name: item.why for item in refused}
        for item in refused:
            if self._told.get(item.name) != item.why:
                yield item
        self._told = told

    def _walk(self) -> Iterator[Settled | Refusal]:
        slots = {unicodedata.normalize("NFC", slot): slot for slot in self._slots()}
        entries, fault = _listed(self.root)
        if fault:
            self._unseen.append("")
            yield Refusal(".", fault)
        for entry in entries:
            name = _shown(entry.name)
            slot = slots.get(unicodedata.normalize("NFC", name))
            if entry.is_symlink():
                yield Refusal(name, "It is a link; links are not followed here.", slot)
            elif not entry.is_dir():
                yield Refusal(name, "Put it into the folder of the slot it is for.")
            elif slot is None:
                yield Refusal(f"{name}/", f"The film has no slot {name!r}.")
            else:
                yield from self._of_slot(Path(entry.path), name, slot)

    def _of_slot(
        self, folder: Path, name: str, slot: str
    ) -> Iterator[Settled | Refusal]:
        entries, fault = _listed(folder)
        if fault:
            self._unseen.append(f"{name}/")
            yield Refusal(f"{name}/", fault, slot)
        for entry in entries:
            shown = f"{name}/{_shown(entry.name)}"
            low = entry.name.lower()
            if low in (WANTED, *_OF_SYSTEMS) or Path(low).suffix in _UNFINISHED:
                continue
            try:
                state = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            except OSError:
                self._unseen.append(shown)
                continue
            why = self._unfit(entry, state)
            if why:
                yield Refusal(shown, why, slot)
            else:
                yield Settled(
                    slot, Path(entry.path), shown, state.st_size, state.st_mtime_ns
                )

    def _unfit(self, entry: os.DirEntry[str], state: os.stat_result) -> str:
        if stat.S_ISLNK(state.st_mode):
            return "It is a link; put the file itself here."
        if stat.S_ISDIR(state.st_mode):
            return "It is a folder; only files in the slot's own folder count."
        if not stat.S_ISREG(state.st_mode):
            return "It is no ordinary file."
        if entry.name != _shown(entry.name):
            return "Its name is not UTF-8: rename it."
        if state.st_size > self._most_bytes:
            most = self._most_bytes / (1 << 20)
            return f"It is larger than {most:.0f} MB, more than a take may be."
        return ""


def _listed(folder: Path) -> tuple[list[os.DirEntry[str]], str]:
    """Return the entries of a folder by name, and why there are none."""
    try:
        with os.scandir(folder) as listing:
            found = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        return [], f"It cannot be listed ({error.strerror})."
    return [entry for entry in found if not entry.name.startswith(".")], ""


def _shown(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "replace")
