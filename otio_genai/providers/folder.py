"""The watch folder: what a person drops into ``inbox/<slot>/`` becomes a take.

A request is written as a note that can be read, with the pictures it speaks of, into
``inbox/<slot>/wanted/``, so that somebody can make the take on a web page and drop the
file. What is dropped is neither moved nor altered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from otio_genai.errors import OutputError, ProviderError
from otio_genai.providers import notes
from otio_genai.providers.inspecting import Inspected, inspect
from otio_genai.providers.journal import Entry, Journal, Wanted
from otio_genai.providers.protocol import Caps, Job, Request, State, require
from otio_genai.providers.watching import (
    WANTED,
    Look,
    Refusal,
    Settled,
    Watch,
    slot_folder,
)

__all__ = ["FolderProvider", "News", "Taken"]

# So many are opened before any is let in.
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that is a take, and the request that it answers, if any."""

    file: Settled
    digest: str
    job: Job | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What one look at the inbox brought."""

    taken: tuple[Taken, ...] = ()
    refused: tuple[Refusal, ...] = ()
    gone: tuple[str, ...] = ()
    "Files of takes that are no longer there."


async def _aside(path: Path) -> Inspected:
    return await asyncio.to_thread(inspect, path)


class FolderProvider:
    """An inbox that a person fills.

    Parameters
    ----------
    root
        The inbox; made when there is none.
    slots
        Gives the ids of the slots there are.
    name
        What it is called.
    settle_s, most_bytes
        As `Watch`.
    which
        Given a file's name and open prompts, returns the one that made it or None:
        what generators leave in names is known further up.
    held
        Given a slot, returns the SHA-256 of the files of its takes. A file that the
        journal calls a take and that the field does not have is new again: whoever was
        to let it in ended before it did. Without it the journal is believed.
    """

    def __init__(
        self,
        root: Path,
        slots: Callable[[], Collection[str]],
        *,
        name: str = "inbox",
        settle_s: float = 2.0,
        most_bytes: int = 4 << 30,
        which: Callable[[str, Sequence[str]], int | None] = lambda name, prompts: None,
        held: Callable[[str], Collection[str]] | None = None,
    ) -> None:
        self._root, self._name, self._which = root, name, which
        self._held = held or (lambda slot: ())
        _made(root)
        self._journal, self._unkept = Journal.read(root), False
        if held is not None and self._journal.files:
            self._journal.reconcile({slot: set(held(slot)) for slot in slots()})
        self._watch = Watch(root, slots, settle_s=settle_s, most_bytes=most_bytes)
        for file, entry in self._journal.files.items():
            self._watch.known(file, entry.size, entry.mtime_ns)

    @property
    def name(self) -> str:
        """What it is called."""
        return self._name

    def caps(self) -> Caps:
        """Return what a person can make: anything."""
        return Caps(first_frame=True, last_frame=True)

    async def submit(self, request: Request) -> Job:
        """Write a note of what is wanted.

        Raises
        ------
        ProviderError
            Nothing can be written there, or the request's pictures are not there.
        """
        require(request, self.caps(), self._name)
        folder = slot_folder(self._root, request.slot) / WANTED
        number = 1
        while (job_id := f"{request.slot}-{number:03d}") in self._journal.wanted:
            number += 1
        if not folder.resolve().is_relative_to(self._root.resolve()):
            raise ProviderError(
                "The slot's folder is a link that leads out of the inbox.",
                place=str(folder),
                remedy="Make it a folder.",
            )
        try:
            _made(folder)
            notes.write(folder, job_id, request)
        except (OSError, OutputError) as error:
            raise _unwritten(folder, error) from error
        self._journal.wanted[job_id] = Wanted(request.slot, request.prompt)
        self._keep()
        return Job(self._name, job_id, request.slot)

    async def state(self, job: Job) -> State:
        """Return whether a file has come that answers."""
        wanted = self._journal.wanted.get(job.id)
        if wanted is None:
            return State("failed", why="Nobody knows of this request any more.")
        if wanted.over:
            return State("cancelled")
        return State("done", 1.0) if wanted.file else State("queued")

    async def fetch(self, job: Job, dest: Path) -> Path:
        """Return the file that answers, where it lies: it is an original.

        Raises
        ------
        ProviderError
            None has come, or it went away.
        """
        wanted = self._journal.wanted.get(job.id)
        path = self._root / wanted.file if wanted and wanted.file else None
        if path is None or not path.is_file():
            raise ProviderError(
                "The file that answers this request is not there.",
                place=str(path or self._root / job.slot),
                remedy="Put it back, or ask again.",
            )
        return path

    async def cancel(self, job: Job) -> None:
        """Take the note away."""
        wanted = self._journal.wanted.get(job.id)
        if wanted and not wanted.file and not wanted.over:
            self._journal.wanted[job.id] = Wanted(wanted.slot, wanted.prompt, over=True)
            notes.remove(slot_folder(self._root, wanted.slot) / WANTED, job.id)
            self._keep()

    async def poll(
        self,
        now_s: float,
        inspector: Callable[[Path], Awaitable[Inspected]] = _aside,
    ) -> News:
        """Return what came since the last look, some files at a time.

        What is returned is not yet in the journal on the disk: see `keep`.

        Parameters
        ----------
        now_s
            The time now, on any clock that rises.
        inspector
            Who opens files; a thread by default.
        """
        found: Look = await asyncio.to_thread(self._watch.look, now_s, _AT_ONCE)
        taken: list[Taken] = []
        refused, gone = list(found.refused), []
        for name in found.gone:
            # Kept where it was a take: a new name of it is then known again.
            if self._journal.files.get(name, Entry(0, 0, "", "-")).why:
                self._journal.files.pop(name, None)
            else:
                gone.append(name)
        for file in found.settled:
            try:
                seen = await inspector(file.path)
                state = await asyncio.to_thread(file.path.stat)
            except OSError:
                # Deleted meanwhile, or its drive is away.
                self._watch.forget(file.name)
                continue
            if (state.st_size, state.st_mtime_ns) != (file.size, file.mtime_ns):
                self._watch.forget(file.name)
                continue
            held = self._held(file.slot)
            known = self._journal.known(file.name, seen.digest, held) and not seen.why
            why = (
                "" if known else seen.why or self._journal.twin(file.name, seen.digest)
            )
            self._journal.files[file.name] = Entry(
                file.size, file.mtime_ns, seen.digest, why
            )
            if why:
                refused.append(Refusal(file.name, why, file.slot))
            elif not known:
                taken.append(Taken(file, seen.digest, self._answered(file)))
        self._unkept = self._unkept or bool(found.settled or found.gone)
        return News(tuple(taken), tuple(refused), tuple(gone))

    def keep(self) -> None:
        """Keep what came: what was told of it has been done.

        Raises
        ------
        OutputError
            What is known of the inbox cannot be kept there.
        """
        if self._unkept:
            self._keep()
            self._unkept = False

    def unwanted(self, slot: str, digest: str, why: str) -> None:
        """Say that a file of a slot is no take: it is not offered again."""
        self._unkept = self._journal.unwanted(slot, digest, why) or self._unkept

    def _answered(self, file: Settled) -> Job | None:
        """Return the request that a file answers: the one it names, else the first."""
        wanted = {
            job_id: item
            for job_id, item in self._journal.wanted.items()
            if item.slot == file.slot and not item.file and not item.over
        }
        if not wanted:
            return None
        ids = list(wanted)
        named = [job_id for job_id in ids if job_id in file.path.name]
        at = self._which(file.path.name, [wanted[job_id].prompt for job_id in ids])
        chosen = named[0] if len(named) == 1 else ids[at or 0]
        self._journal.wanted[chosen] = Wanted(
            file.slot, wanted[chosen].prompt, file.name
        )
        notes.remove(slot_folder(self._root, file.slot) / WANTED, chosen)
        return Job(self._name, chosen, file.slot)

    def _keep(self) -> None:
        self._journal.write()


def _made(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritten(folder, error) from error


def _unwritten(folder: Path, error: Exception) -> ProviderError:
    why = getattr(error, "strerror", None) or error
    return ProviderError(
        f"Nothing can be written into the inbox ({why}).",
        place=str(folder),
        remedy="Name an inbox that is yours and has room.",
    )
