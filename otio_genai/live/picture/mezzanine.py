"""Takes prepared for a show: encoded once, then only looked at.

Conventions
    A file per take, format and place of its first keyframe, under the hash of all
    that decides its pictures: found again by any later show, by several at once, and
    by one that was interrupted. It is written beside its place and renamed, and its
    bytes are checked when it is found.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from otio_genai.errors import GenaiError, LiveError
from otio_genai.field.model import Chosen, Field
from otio_genai.live.picture.format import Format
from otio_genai.live.picture.packets import Packets
from otio_genai.live.picture.whole import Name, Run, frames_of, name_of, whole
from otio_genai.media import locate
from otio_genai.media.closing import Closing
from otio_genai.media.identity import Stamp, known, stamp
from otio_genai.render.cache import SegmentCache
from otio_genai.render.compose import plain
from otio_genai.render.segments import Segment, key, recipe
from otio_genai.render.work import Maker

__all__ = ["Library", "Mezzanine", "prepare"]

Progress = Callable[[str, int, int], None]

# Takes are made again only at the price of minutes: nothing is thrown away for room.
_BOUND_BYTES = 1 << 50
# Each open file holds a descriptor, of which a process has a thousand or so.
_OPEN_FILES = 256
_BITS_PER_PIXEL = 0.15
_SUFFIX = ".mp4"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A take to be prepared."""

    name: Name
    first: int
    run: Run
    key: str
    recipe: dict[str, Any]
    told: str
    "What it is called in messages."


@dataclass(frozen=True, slots=True, eq=False)
class Mezzanine:
    """A prepared take: record frames from ``first`` to its end."""

    path: Path
    key: str
    first: int
    "Record frame of the take that its first sample shows."
    run: Run
    "What each sample shows."
    gop_frames: int
    _open: Callable[[Path], Packets]

    @property
    def frames(self) -> int:
        """Record frame of the take after the last that is prepared."""
        return self.first + len(self.run)

    @property
    def keys(self) -> range:
        """Record frames of the take at which a shot may begin."""
        return range(self.first, self.frames, self.gop_frames)

    def sample(self, frame: int) -> memoryview:
        """Return the picture of a record frame of the take.

        Raises
        ------
        LiveError
            The file can no longer be opened.
        """
        return self._open(self.path).sample(frame - self.first)

    def samples(self, first: int, last: int) -> tuple[memoryview, ...]:
        """Return the pictures of record frames [first, last); errors as `sample`."""
        packets = self._open(self.path)
        return packets.samples(first - self.first, last - self.first)

    def places(self, first: int, last: int) -> tuple[tuple[int, int], ...]:
        """Return (offset, size) of the same in the file; errors as `sample`."""
        packets = self._open(self.path)
        return packets.places(first - self.first, last - self.first)

    def shows(self, frame: int) -> Any:
        """Return what a record frame of the take shows, as plans have it."""
        return self.run.frame(frame - self.first)


class Library(Closing):
    """Every take of a field, prepared.

    Parameters
    ----------
    form
        How pictures are encoded.
    folder
        Where they are kept; made if need be.

    Attributes
    ----------
    avcc
        What a decoder must know; empty until a take is there.

    Raises
    ------
    LiveError
        Nothing can be written there.
    """

    def __init__(self, form: Format, folder: Path) -> None:
        self.form, self.folder = form, Path(folder)
        self.avcc = b""
        self._field: Field | None = None
        self._made: dict[Name, Mezzanine] = {}
        self._stamps: dict[str, Stamp] = {}
        self._identities: dict[str, str] = {}
        self._packets: OrderedDict[Path, Packets] = OrderedDict()
        self._lock = threading.Lock()
        try:
            self._cache = SegmentCache(self.folder, _BOUND_BYTES)
        except GenaiError as error:
            raise _no_room(error) from error

    def of(self, slot: int, option: int, way: int) -> Mezzanine:
        """Return a take of the field that was added last; errors as `find`."""
        if self._field is None:
            raise LiveError("No field has been prepared.")
        return self.find(self._field, Chosen(slot, option, way, 1))

    def find(self, field: Field, one: Chosen) -> Mezzanine:
        """Return the prepared take that a chosen one is shown from.

        Raises
        ------
        LiveError
            It is not prepared.
        """
        found = self._made.get(name_of(field, one, self.form.gop_frames))
        if found is None:
            slot = field.slots[one.slot]
            raise LiveError(
                f"{slot.options[one.option].material.name} is not prepared.",
                place=slot.id,
                remedy="Add the field to the library before it is shown.",
            )
        return found

    def add(
        self, field: Field, *, progress: Progress | None = None, jobs: int = 1
    ) -> None:
        """Prepare what a field has that is not prepared yet.

        Parameters
        ----------
        progress
            Told what is done, and how much of how much.
        jobs
            Processes that encode; 1 for this one.

        Raises
        ------
        LiveError
            Takes cannot be read, all of them named, the others being prepared; or
            there is no room.
        """
        report = progress or _silent
        wanted, faults = self._wanted(field)
        missing = [one for one in wanted if self._cache.find(one.key) is None]
        missing = list({one.key: one for one in missing}.values())
        try:
            self._cache.ensure_room(self._bytes(missing))
        except GenaiError as error:
            raise _no_room(error) from error
        self._encode(missing, faults, jobs, report)
        for one in wanted:
            path = self._cache.find(one.key)
            if path is not None:
                self._keep(one, path)
        self._field = field
        if faults:
            raise LiveError(
                f"{len(faults)} of the takes cannot be prepared.",
                place=field.title,
                remedy="Put the files back, make them again, or take them out.",
                items=list(dict.fromkeys(faults)),
            )

    def identities(self, urls: Iterable[str]) -> dict[str, str] | None:
        """Return what decides the pictures of files, by URL.

        None if some are not known or are no longer what they were: what is rendered
        from them now would not be what was prepared.
        """
        found = {}
        for url in urls:
            if url not in self._stamps or _stamp(url) != self._stamps[url]:
                return None
            found[url] = self._identities[url]
        return found

    def close(self) -> None:
        """Let go of the files; views of them stay good."""
        with self._lock:
            self._packets.clear()
        self._cache.close()

    def _wanted(self, field: Field) -> tuple[list[_Wanted], list[str]]:
        found: dict[Name, _Wanted] = {}
        faults: list[str] = []
        for one in _all(field):
            name = name_of(field, one, self.form.gop_frames)
            if name in found or self._fresh(name):
                continue
            slot = field.slots[one.slot]
            told = f"{slot.id}: {slot.options[one.option].material.name}"
            try:
                found[name] = self._settled(field, one, name, told)
            except GenaiError as error:
                why = "; ".join((error.sentence, *error.items))
                faults.append(f"{told}: {why}")
        return list(found.values()), faults

    def _fresh(self, name: Name) -> bool:
        made = self._made.get(name)
        if made is None:
            return False
        return self.identities({one.url for one in made.run.first}) is not None

    def _settled(self, field: Field, one: Chosen, name: Name, told: str) -> _Wanted:
        plan, first = whole(field, one, self.form.gop_frames, self.form.size)
        frames = frames_of(plan)
        identities = {}
        for url in sorted({layer.url for frame in frames for layer in frame}):
            file = locate.path(url)
            # Before it is measured: whatever changes from here on is found out.
            self._stamps[url] = stamp(file)
            identities[url] = self._identities[url] = known(file).pictures
        piece = Segment(0, all(map(plain, frames)), tuple(frames))
        made = recipe(piece, plan, self.form.encoding, identities)
        return _Wanted(name, first, Run.of(frames), key(made), made, told)

    def _bytes(self, missing: Sequence[_Wanted]) -> int:
        wide, high = self.form.size
        frames = sum(len(one.run) for one in missing)
        return int(frames * wide * high * _BITS_PER_PIXEL / 8)

    def _encode(
        self,
        missing: Sequence[_Wanted],
        faults: list[str],
        jobs: int,
        report: Progress,
    ) -> None:
        report("takes", 0, len(missing))
        made = _here if jobs < 2 or len(missing) < 2 else _elsewhere
        for done, (one, fault) in enumerate(made(missing, self._cache, jobs), 1):
            if fault:
                faults.append(f"{one.told}: {fault}")
            report("takes", done, len(missing))

    def _keep(self, one: _Wanted, path: Path) -> None:
        packets = self._opened(path)
        right = range(0, len(one.run), self.form.gop_frames)
        alike = not self.avcc or packets.avcc == self.avcc
        if len(packets) != len(one.run) or packets.keys != tuple(right) or not alike:
            raise LiveError(
                "The prepared pictures are not as they should be.",
                place=one.told,
                remedy=f"Remove the folder {str(self.folder)!r}; it is made again.",
            )
        self.avcc = packets.avcc
        gop = self.form.gop_frames
        self._made[one.name] = Mezzanine(
            path, one.key, one.first, one.run, gop, self._opened
        )

    def _opened(self, path: Path) -> Packets:
        with self._lock:
            found = self._packets.get(path)
            if found is None:
                found = self._packets[path] = Packets.of(path)
                while len(self._packets) > _OPEN_FILES:
                    # Closed when the last view of it is gone.
                    self._packets.popitem(last=False)
            self._packets.move_to_end(path)
            return found


def prepare(
    field: Field,
    form: Format,
    folder: Path,
    *,
    progress: Progress | None = None,
    jobs: int = 1,
) -> Library:
    """Return every take of a field, prepared; what is there already is not made again.

    Parameters
    ----------
    field
        Whose takes.
    form
        How they are encoded.
    folder
        Where they are kept.
    progress
        Told what is done, and how much of how much.
    jobs
        Processes that encode.

    Raises
    ------
    LiveError
        Takes cannot be read, all of them named; or there is no room.
    """
    library = Library(form, folder)
    try:
        library.add(field, progress=progress, jobs=jobs)
    except BaseException:
        library.close()
        raise
    return library


def _all(field: Field) -> Iterable[Chosen]:
    for number, slot in enumerate(field.slots):
        for place, option in enumerate(slot.options):
            for way in option.ins:
                yield Chosen(number, place, way, 1)


def _here(
    missing: Sequence[_Wanted], cache: SegmentCache, jobs: int
) -> Iterable[tuple[_Wanted, str]]:
    with Maker() as maker:
        for one in missing:
            try:
                maker.make(one.recipe, cache.adding(one.key, _SUFFIX))
                maker.settle()
            except GenaiError as error:
                yield one, str(error)
            else:
                yield one, ""


def _elsewhere(
    missing: Sequence[_Wanted], cache: SegmentCache, jobs: int
) -> Iterable[tuple[_Wanted, str]]:
    count = min(jobs, len(missing))
    with ProcessPoolExecutor(count, get_context("spawn")) as pool:
        futures = {
            pool.submit(_made, cache.folder, one.key, one.recipe): one
            for one in missing
        }
        for future in as_completed(futures):
            yield futures[future], future.result()


def _made(folder: Path, name: str, made: dict[str, Any]) -> str:
    """Encode one take in a process of its own; return what is wrong."""
    try:
        with SegmentCache(folder, _BOUND_BYTES) as cache, Maker() as maker:
            maker.make(made, cache.adding(name, _SUFFIX))
            maker.settle()
    except GenaiError as error:
        return str(error)
    return ""


def _stamp(url: str) -> Stamp:
    try:
        return stamp(locate.path(url))
    except GenaiError:
        return 0, 0, 0


def _no_room(error: GenaiError) -> LiveError:
    return LiveError(
        f"The takes cannot be prepared: {error.sentence}",
        place=error.place,
        remedy="Make room, or prepare them on another disk.",
        items=error.items,
    )


def _silent(what: str, done: int, total: int) -> None:
    """Report to nobody."""
