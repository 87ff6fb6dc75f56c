"""Carries rendered to short files and laid over their cuts.

Aim
    Whatever the editor, it shows the carry as this film has it, frame by frame, and
    whoever wants the bare cut switches one track off.

Conventions
    The clips lie on a track of their own directly above that of the carry, at the
    record frames that are swept; each file goes on for half a second on either side
    where the film does. They show everything up to the carry's track, so that tracks
    above stay above. A file's name tells its pictures apart from all others: one that
    is there is used again.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from pathlib import Path

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.errors import GenaiError, OutputError
from otio_genai.export import rendered
from otio_genai.export.sites import Nest, Site, remove
from otio_genai.export.windows import Layers, Window, fingerprint, unseen, windows
from otio_genai.render import frame_source
from otio_genai.render.looks import see_through
from otio_genai.render.plan import make_plan

__all__ = ["TRACK", "Baked", "bake"]

#: Name of the track that baked carries lie on.
TRACK = "Carries"

# Of a film that states no size; its shape alone counts, for what a framing covers.
_USUAL = (1920, 1080)

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Baked:
    """What came of baking."""

    done: list[tuple[Site, str]] = field(default_factory=list)
    "Each carry that was baked, and its file's name."
    refused: list[tuple[Site, str]] = field(default_factory=list)
    "Each that was not, and why."
    made: list[Path] = field(default_factory=list)
    "Files that were not there before."


@dataclass(frozen=True, slots=True)
class _Strip:
    """The windows of one track, and the film they are rendered from."""

    film: otio.schema.Timeline
    pictures: list[Layers]
    windows: list[Window]
    size: tuple[int, int]
    rate: Fraction

    def files(self, folder: Path) -> list[tuple[Window, Path]]:
        """Return every window with its file."""
        found = []
        for window in self.windows:
            told = fingerprint(window, self.pictures, self.size, self.rate)
            found.append((window, folder / f"carry_{told}.mp4"))
        return found


def bake(
    timeline: otio.schema.Timeline,
    nest: Nest,
    sites: Sequence[Site],
    folders: tuple[Path, Path],
    *,
    plan: bool = False,
    progress: Progress | None = None,
) -> Baked:
    """Render carries of one sequence, and lay them over plain cuts, in place.

    Parameters
    ----------
    timeline, nest, sites
        The timeline, a sequence of it, and carries of that sequence. The carries that
        are baked lose their transitions.
    folders
        Where files are made, a folder made with the first of them, and where they are
        named; one that is there already is not made again.
    plan
        Alter the timeline as if they were rendered, but render nothing.
    progress
        Called with ``"bake"``, the frames rendered, and all of them.

    Returns
    -------
    Baked
        With what could not be rendered, which is left as it was.

    Raises
    ------
    OutputError
        Nothing can be written there.
    """
    rate = maps.record_rate(timeline)
    baked = Baked()
    for index in reversed(range(len(nest.stack))):
        here = [site for site in sites if site.track is nest.stack[index]]
        if not here:
            continue
        try:
            strip = _strip(timeline, nest, index, here, rate, baked)
        except OutputError:
            raise
        except GenaiError as error:
            baked.refused += [(site, _told(error)) for site in here]
            continue
        placed = strip.files(folders[1])
        if not plan:
            placed = _render(strip, placed, folders[0], baked, progress)
        for window, file in placed:
            baked.done += [(site, file.name) for site in window.sites]
        if placed:
            _lay_over(nest.stack, index, strip, placed)
    return baked


def _told(error: GenaiError) -> str:
    return error.sentence.rstrip(".").replace(":", ",")


def _strip(
    timeline: otio.schema.Timeline,
    nest: Nest,
    index: int,
    sites: Sequence[Site],
    rate: Fraction,
    baked: Baked,
) -> _Strip:
    """Return the windows on one track; what has none is noted as refused."""
    film = otio.schema.Timeline(nest.name or timeline.name)
    kept = metadata.read(timeline, "film", {})
    metadata.put(film, "film", {**kept, "rate": rates.text(rate)})
    film.tracks.extend(copy.deepcopy(track) for track in nest.stack[: index + 1])
    # A small picture in a large one bares what lies below it.
    stated = kept.get("width") or _USUAL[0], kept.get("height") or _USUAL[1]
    pictures = maps.picture_map(film, see_through(film, stated))
    found, refused = windows(sites, pictures, rate)
    baked.refused += [(sites[number], why) for number, why in refused.items()]
    if not found:
        return _Strip(film, pictures, [], (0, 0), rate)
    unseen(film, pictures, found)
    return _Strip(film, pictures, found, make_plan(film).size, rate)


def _render(
    strip: _Strip,
    placed: Sequence[tuple[Window, Path]],
    folder: Path,
    baked: Baked,
    progress: Progress | None,
) -> list[tuple[Window, Path]]:
    """Make the files that are not there, and return what is there then."""
    todo = [
        (window, folder / file.name)
        for window, file in placed
        if not any(
            rendered.is_there(place / file.name, window.frames)
            for place in (file.parent, folder)
        )
    ]
    if not todo:
        return list(placed)
    total = sum(window.frames for window, _ in todo)
    failed: set[str] = set()
    done = 0
    with frame_source(strip.film, size=strip.size) as picture:
        for window, file in todo:
            try:
                frames = range(window.begin, window.begin + window.frames)
                pictures = (picture(frame) for frame in frames)
                rendered.write(file, strip.size, strip.rate, pictures)
                baked.made.append(file)
            except OutputError:
                raise
            except GenaiError as error:
                failed.add(file.name)
                baked.refused += [(site, _told(error)) for site in window.sites]
            done += window.frames
            if progress is not None:
                progress("bake", done, total)
    return [(window, file) for window, file in placed if file.name not in failed]


def _lay_over(
    stack: otio.schema.Stack,
    index: int,
    strip: _Strip,
    placed: Sequence[tuple[Window, Path]],
) -> None:
    rate = strip.rate
    track = otio.schema.Track(_free_name(stack), kind=otio.schema.TrackKind.Video)
    end = 0
    for window, file in placed:
        if window.first > end:
            span = rates.span(0, window.first - end, rate)
            track.append(otio.schema.Gap(source_range=span))
        track.append(_clip(window, file, strip, len(track.find_clips()) + 1))
        end = window.last
        for site in window.sites:
            remove(site)
    stack.insert(index + 1, track)


def _free_name(stack: otio.schema.Stack) -> str:
    taken = {child.name for child in stack}
    names = (f"{TRACK} {number}" if number > 1 else TRACK for number in count(1))
    return next(name for name in names if name not in taken)


def _clip(window: Window, file: Path, strip: _Strip, number: int) -> otio.schema.Clip:
    reference = rendered.reference(file, window.frames, strip.rate, strip.size)
    span = rates.span(window.head, window.last - window.first, strip.rate)
    return otio.schema.Clip(f"Carry {number}", reference, span)
