"""The clips of a timeline that show a picture, as reframing needs them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.analyse.cache import Cache
from otio_genai.analyse.profiles import Profile, profiles
from otio_genai.deliver.camera import Camera, Size
from otio_genai.errors import GenaiError, TimelineError
from otio_genai.maps.layout import source_in
from otio_genai.media import locate, store
from otio_genai.media.probe import probe

__all__ = ["Shot", "Wish", "film_size", "groups", "shots"]

_PER_S = 2
_FOR_EVER = 10**9
_FITS = ("cover", "contain")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a clip says of its own reframing, under ``reframe``."""

    x: float | None = None
    y: float | None = None
    fit: str | None = None

    @classmethod
    def read(cls, clip: otio.schema.Clip) -> Wish:
        """Return the wish of a clip; an empty one when it says nothing."""
        said = metadata.read(clip, "reframe") or {}
        try:
            places = [said.get(axis) for axis in ("x", "y")]
            x, y = (None if v is None else float(v) for v in places)
            fit = said.get("fit")
            good = all(v is None or 0 <= v <= 1 for v in (x, y))
            if not good or fit not in (None, *_FITS) or set(said) - {"x", "y", "fit"}:
                raise ValueError(said)
        except (AttributeError, TypeError, ValueError):
            raise TimelineError(
                f"It says of its reframing {said!r}: x and y are parts of its picture "
                "from 0 to 1, fit is cover or contain."
            ) from None
        return cls(x, y, fit)

    def __bool__(self) -> bool:
        """Tell whether it says anything."""
        return (self.x, self.y, self.fit) != (None, None, None)


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One clip with a picture of its own."""

    clip: otio.schema.Clip
    camera: Camera
    "As it is in the film that was given."
    wish: Wish
    run: maps.Speed
    source_rate: Fraction | None
    "Frames per second of its file; None for a still."
    last: int
    "Last frame of its file."
    handles: tuple[int, int]
    "Record frames it is shown in transitions, before and after its own."

    def moments(self) -> list[tuple[int, int]]:
        """Return clip frames, two a second and the last, each with its source frame."""
        head, tail = self.handles
        step = max(1, round(self.run.rate / _PER_S))
        end = self.run.length_frames + tail - 1
        frames = [*range(-head, end, step), max(end, -head)]
        return [(frame, self._number(frame)) for frame in frames]

    def middle(self) -> tuple[int, int]:
        """Return the clip frame in its middle and its source frame."""
        frame = self.run.length_frames // 2
        return frame, self._number(frame)

    def _number(self, frame: int) -> int:
        if self.source_rate is None:
            return 0
        return min(max(self.run.source_frame(frame, self.source_rate), 0), self.last)

    def seen(self, cache: Cache, digests: dict[Path, str]) -> list[tuple[int, Profile]]:
        """Return clip frames with what is to be seen in them.

        Parameters
        ----------
        cache
            Where answers are kept.
        digests
            Hashes of files already taken, by path; it is added to.

        Raises
        ------
        MediaError
            Its file cannot be read.
        """
        reference = self.clip.media_reference
        path = locate.path(reference)
        if path not in digests:
            hashes = metadata.read(reference, "hash") or store.file_hashes(path)
            digests[path] = hashes["bytes"]
        moments = self.moments()
        numbers = {number for _, number in moments}
        found = profiles(path, self.source_rate, digests[path], cache, numbers)
        return [(frame, found[number]) for frame, number in moments if number in found]

    def goes_on_in(self, after: Shot) -> bool:
        """Tell whether another shot is this one, merely cut in two."""
        url = self.clip.media_reference.target_url
        if url != after.clip.media_reference.target_url:
            return False
        ends, begins = self.run.at(self.run.length_frames), after.run.at(0)
        track = self.clip.parent()
        neighbour = track is not None and track.neighbors_of(self.clip)[1]
        return neighbour is after.clip and ends == begins


def film_size(timeline: otio.schema.Timeline) -> Size:
    """Return the (width, height) of a film: its own, else its first picture's.

    Raises
    ------
    TimelineError
        It has neither.
    MediaError
        The first picture cannot be read.
    """
    film = metadata.read(timeline, "film", {})
    if film.get("width") and film.get("height"):
        return int(film["width"]), int(film["height"])
    first = next(_pictures(timeline), None)
    if first is None:
        raise TimelineError(
            "This timeline shows no picture to reframe.",
            place=timeline.name or "timeline",
            remedy="Put at least one clip with a picture on a video track.",
        )
    return _picture_size(first)


def shots(timeline: otio.schema.Timeline, film: Size) -> tuple[list[Shot], list[str]]:
    """Return every shot, tracks from the bottom, and a line for each faulty clip."""
    rate = maps.record_rate(timeline)
    found: list[Shot] = []
    faults: list[str] = []
    for clip in _pictures(timeline):
        try:
            found.append(_shot(clip, film, rate))
        except GenaiError as error:
            faults.append(f"{clip.name or 'clip'}: {error.sentence}")
    return found, faults


def _pictures(timeline: otio.schema.Timeline) -> Iterator[otio.schema.Clip]:
    for clip in maps.clips(timeline):
        track = clip.parent()
        kind = getattr(track, "kind", otio.schema.TrackKind.Video)
        shows = kind == otio.schema.TrackKind.Video
        if shows and getattr(clip.media_reference, "target_url", None):
            yield clip


def _shot(clip: otio.schema.Clip, film: Size, rate: Fraction) -> Shot:
    reference = clip.media_reference
    facts: dict[str, Any] = metadata.read(reference, "media", {})
    suffix = PurePosixPath(reference.target_url.lower()).suffix
    still = facts.get("kind") == "still"
    still = still or (not facts and suffix in maps.STILL_SUFFIXES)
    source_rate = None
    if not still:
        own = facts.get("rate")
        source_rate = rates.rate(own) if own else source_in(clip)[1]
    frames = int(facts.get("frames") or 0) or _FOR_EVER
    return Shot(
        clip=clip,
        camera=Camera.read(metadata.read(clip, "framing"), _picture_size(clip), film),
        wish=Wish.read(clip),
        run=maps.speed(clip, rate),
        source_rate=source_rate,
        last=frames - 1,
        handles=_handles(clip, rate),
    )


def _picture_size(clip: otio.schema.Clip) -> Size:
    reference = clip.media_reference
    wide, high = (metadata.fact(reference, side) for side in ("width", "height"))
    if wide and high:
        return int(wide), int(high)
    facts = probe(locate.path(reference))
    if not (facts.width and facts.height):
        raise TimelineError("Its file has no picture.")
    return facts.width, facts.height


def _handles(clip: otio.schema.Clip, rate: Fraction) -> tuple[int, int]:
    track = clip.parent()
    if track is None:
        return 0, 0
    before, after = track.neighbors_of(clip)

    def length(item: Any, offset: str) -> int:
        if not isinstance(item, otio.schema.Transition):
            return 0
        kept = metadata.read(item, "carry")
        # A carry shows each clip on its own side of the cut alone.
        if isinstance(kept, dict) and maps.Carry.read(kept) is not None:
            return 0
        return rates.frames_at(rates.seconds(getattr(item, offset)), rate)

    return length(before, "in_offset"), length(after, "out_offset")


def groups(found: Iterable[Shot]) -> list[list[Shot]]:
    """Return shots in order, those that are one shot cut in two together."""
    made: list[list[Shot]] = []
    for shot in found:
        if made and _alike(made[-1][-1], shot):
            made[-1].append(shot)
        else:
            made.append([shot])
    return made


def _alike(before: Shot, after: Shot) -> bool:
    if before.wish or after.wish or before.camera.moves or after.camera.moves:
        return False
    same = [
        np.allclose(a, b)
        for a, b in (
            (before.camera.widths[0], after.camera.widths[0]),
            (before.camera.aims[0], after.camera.aims[0]),
            (before.camera.turns_rad[0], after.camera.turns_rad[0]),
        )
    ]
    return all(same) and before.goes_on_in(after)
