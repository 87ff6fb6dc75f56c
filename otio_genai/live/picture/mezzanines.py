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
from collections.abc import Iterable, Sequence
from pathlib import Path

from otio_genai.assemble.planning.stills import Still
from otio_genai.errors import GenaiError, LiveError
from otio_genai.field.model import Chosen, Field
from otio_genai.live.picture.format import Format
from otio_genai.live.picture.making import BOUND_BYTES, Progress, Wanted, make
from otio_genai.live.picture.mezzanine import Mezzanine
from otio_genai.live.picture.packets import Packets
from otio_genai.live.picture.sure import Sure
from otio_genai.live.picture.whole import Name, Run, frames_of, name_of, whole
from otio_genai.media import locate
from otio_genai.media.closing import Closing
from otio_genai.media.identity import Stamp, known, stamp
from otio_genai.render.cache import SegmentCache
from otio_genai.render.compose import plain
from otio_genai.render.segments import Segment, key, recipe

__all__ = ["Mezzanines", "prepare"]

# Each open file holds a descriptor, of which a process has a thousand or so.
_OPEN_FILES = 256
_BITS_PER_PIXEL = 0.15


class Mezzanines(Closing):
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
    sure
        Takes that are known to be shown as they are prepared.

    Raises
    ------
    LiveError
        Nothing can be written there.
    """

    def __init__(self, form: Format, folder: Path) -> None:
        self.form, self.folder = form, Path(folder)
        self.avcc = b""
        self.sure = Sure()
        self._field: Field | None = None
        self._made: dict[Name, Mezzanine] = {}
        self._stamps: dict[str, Stamp] = {}
        self._identities: dict[str, str] = {}
        self._packets: OrderedDict[Path, Packets] = OrderedDict()
        self._lock = threading.Lock()
        try:
            self._cache = SegmentCache(self.folder, BOUND_BYTES)
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
                remedy="Add the field to the mezzanines before it is shown.",
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
            Takes that were not prepared before cannot be read, all of them named, the
            others being prepared; or there is no room.
        """
        report = progress or _silent
        wanted, faults = self._wanted(field)
        missing = [one for one in wanted if self._cache.find(one.key) is None]
        missing = list({one.key: one for one in missing}.values())
        try:
            self._cache.ensure_room(self._bytes(missing))
        except GenaiError as error:
            raise _no_room(error) from error
        faults += make(missing, self._cache, jobs, report)
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

    def _wanted(self, field: Field) -> tuple[list[Wanted], list[str]]:
        found: dict[Name, Wanted] = {}
        faults: list[str] = []
        for one in _all(field, self.form.gop_frames):
            name = name_of(field, one, self.form.gop_frames)
            if name in found or self._fresh(name):
                continue
            slot = field.slots[one.slot]
            told = f"{slot.id}: {slot.options[one.option].material.name}"
            try:
                found[name] = self._settled(field, one, name, told)
            except GenaiError as error:
                # What is prepared plays on, whatever has become of its file.
                if name not in self._made:
                    faults.append(f"{told}: {' '.join(str(error).split())}")
        return list(found.values()), faults

    def _fresh(self, name: Name) -> bool:
        made = self._made.get(name)
        if made is None:
            return False
        return self.identities({one.url for one in made.run.first}) is not None

    def _settled(self, field: Field, one: Chosen, name: Name, told: str) -> Wanted:
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
        return Wanted(name, first, Run.of(frames), key(made), made, told)

    def _bytes(self, missing: Sequence[Wanted]) -> int:
        wide, high = self.form.size
        frames = sum(len(one.run) for one in missing)
        return int(frames * wide * high * _BITS_PER_PIXEL / 8)

    def _keep(self, one: Wanted, path: Path) -> None:
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
) -> Mezzanines:
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
    mezzanines = Mezzanines(form, folder)
    try:
        mezzanines.add(field, progress=progress, jobs=jobs)
    except BaseException:
        mezzanines.close()
        raise
    return mezzanines


def _all(field: Field, gop_frames: int) -> Iterable[Chosen]:
    """Yield each take of a field once for every file it may need."""
    for number, slot in enumerate(field.slots):
        for place, option in enumerate(slot.options):
            still = isinstance(option.material, Still)
            starts = {way if still else way % gop_frames: way for way in option.ins}
            for way in starts.values():
                yield Chosen(number, place, way, 1)


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
