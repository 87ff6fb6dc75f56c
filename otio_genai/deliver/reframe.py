"""A film in another shape: from 16:9 to 9:16, 1:1, 4:5 or any other.

Aim
    Of every shot the part that matters, by one fixed window: measured on real takes,
    following the subject keeps no more of what is salient than the best fixed place,
    and a fixed place is a plain position in every editor.

How each clip is treated
    *chosen*: a clip that just fills the frame gets the window that holds most of what
    stands out and moves while it is shown (`otio_genai.deliver.window`); a shot merely
    cut in two gets one window. *camera*: a camera move keeps its way, its zoom and the
    part of the picture's height it shows; a move about the middle of its picture, as
    the assembler makes them, is laid where the interest is, one laid elsewhere by hand
    stays with its aims as far as the picture's edges allow. *placed*: a picture laid
    into the frame keeps its part of the frame's width and its place. *by hand*: what
    the clip says of itself, ``metadata["otio_genai"]["reframe"]``: ``x`` and ``y`` are
    what should be in the middle of the frame, in parts of the picture from its left
    and its top; ``fit`` is ``cover`` or ``contain``. It always wins. *padded*: on
    request the whole picture, on a colour. *whole*: nothing to cut.

    Carries are made anew from the motions they hold, told in widths of the new frame;
    every other transition and what is known of the joins stays as it is.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata
from otio_genai.analyse.cache import Cache
from otio_genai.deliver import carries, colours
from otio_genai.deliver.camera import Size, fit_scale
from otio_genai.deliver.crops import MEASURED, Crop, Seen, crops, way
from otio_genai.deliver.rasters import raster
from otio_genai.deliver.shots import Shot, film_size, groups, shots
from otio_genai.errors import GenaiError, MediaError, TimelineError
from otio_genai.media import store

__all__ = ["Reframed", "reframe", "reframed"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Reframed:
    """A film in another shape, and how it came to it."""

    timeline: otio.schema.Timeline
    size: Size
    background: str | None
    "Colour beside padded pictures, ``#rrggbb``; None where the film states none."
    crops: tuple[Crop, ...]
    "Every clip with a picture, tracks from the bottom."


def reframe(
    timeline: otio.schema.Timeline,
    to: str | Size,
    *,
    pad: str | None = None,
    at: Mapping[str, Mapping[str, Any]] | None = None,
    cache: str | PathLike[str] | None = None,
    progress: Progress | None = None,
) -> otio.schema.Timeline:
    """Return a new timeline of another shape; the caller's is not touched.

    Parameters
    ----------
    timeline
        Any timeline whose media are on this computer. Reframe the film as it was
        made, not one that was reframed before: what was cut away is not looked for
        again.
    to
        A ratio such as ``"9:16"``, whose short side is then as long as the film's, or
        a size: ``"1080x1920"``, or (width, height).
    pad
        Show clips whole on a colour in place of cutting them: ``"black"``,
        ``"#rrggbb"``, or ``"own"``, the mean of the darkest quarter of what the film
        shows. Camera moves are cut all the same: their edges would be seen to move.
    at
        What clips should say of themselves, by clip name: ``{"dune": {"x": 0.3}}``.
    cache
        Folder of earlier answers, by content hash; by default the one of the user.
    progress
        Called with (what, done, total) after each shot.

    Returns
    -------
    Timeline
        With the film's new ``width`` and ``height``, ``background`` where something
        is padded, and for each clip that is cut off centre a ``framing`` of one key,
        or the keys of its camera move.

    Raises
    ------
    RenderError
        No such shape or colour.
    TimelineError
        There is no picture, some clips cannot be measured (all are named) or say of
        their framing or reframing what cannot be read, or ``at`` names no clip.

    Examples
    --------
    >>> upright = reframe(film, "9:16", at={"two men": {"x": 0.3}})  # doctest: +SKIP
    """
    return reframed(
        timeline, to, pad=pad, at=at, cache=cache, progress=progress
    ).timeline


def reframed(
    timeline: otio.schema.Timeline,
    to: str | Size,
    *,
    pad: str | None = None,
    at: Mapping[str, Mapping[str, Any]] | None = None,
    cache: str | PathLike[str] | None = None,
    progress: Progress | None = None,
) -> Reframed:
    """Return what `reframe` does, with what became of each clip."""
    colour = None if pad is None else colours.padding(pad)
    result = copy.deepcopy(timeline)
    _say(result, at or {})
    before = film_size(result)
    size = raster(to, before)
    found, faults = shots(result, before)
    folder = store.cache_folder() / "analysis" if cache is None else Path(cache)
    looking = _Looking(Cache(folder), size, pad)
    made: list[Crop] = []
    for group in groups(found):
        try:
            made += looking.at(group)
        except GenaiError as error:
            faults.append(f"{group[0].clip.name or 'clip'}: {error.sentence}")
        if progress is not None:
            progress("reframing", len(made), len(found))
    if faults:
        raise _cannot(result, faults)
    for crop in made:
        metadata.put(crop.clip, "framing", crop.framing)
    usual = fit_scale("cover", before, size) * before[0] / size[0]
    growths = {id(crop.clip): crop.growth for crop in made}
    carries.remake(result, growths, usual, size[1] / size[0])
    film = metadata.read(result, "film", {}) | {"width": size[0], "height": size[1]}
    if pad is not None:
        film["background"] = colour or colours.own(looking.shown)
    metadata.put(result, "film", film)
    return Reframed(result, size, film.get("background"), tuple(made))


class _Looking:
    """Looks at shots and decides; remembers what it has seen of each."""

    def __init__(self, cache: Cache, size: Size, pad: str | None) -> None:
        self._cache, self._size, self._pad = cache, size, pad
        self._digests: dict[Path, str] = {}
        self.shown: list[tuple[int, list[Any]]] = []

    def at(self, group: list[Shot]) -> list[Crop]:
        how = way(group[0], self._size, padded=self._pad is not None)
        seen = [self._seen(shot, how) for shot in group]
        for shot, moments in zip(group, seen, strict=True):
            profiles = [profile for _, profile in moments]
            self.shown.append((shot.run.length_frames, profiles))
        return crops(group, seen, self._size, how)

    def _seen(self, shot: Shot, how: str) -> Seen:
        needed = how in MEASURED or self._pad == "own"
        if not needed and how != "by hand":
            return []
        try:
            return shot.seen(self._cache, self._digests)
        except MediaError:
            if needed:
                raise
            # She has said where it is; the shares are for the report alone.
            return []


def _say(timeline: otio.schema.Timeline, at: Mapping[str, Mapping[str, Any]]) -> None:
    """Write into clips what they are to say of themselves."""
    clips = maps.clips(timeline)
    unknown = sorted(set(at) - {clip.name for clip in clips})
    if unknown:
        raise TimelineError(
            "No clip of this timeline is called so.",
            place=timeline.name or "timeline",
            remedy="Name clips as the timeline does.",
            items=[repr(name) for name in unknown],
        )
    for clip in clips:
        if clip.name in at:
            said = metadata.read(clip, "reframe") or {}
            metadata.put(clip, "reframe", {**said, **at[clip.name]})


def _cannot(timeline: otio.schema.Timeline, faults: list[str]) -> TimelineError:
    return TimelineError(
        f"{len(faults)} of the clips cannot be reframed.",
        place=timeline.name or "timeline",
        remedy="Put the files back where the timeline says, or relink the clips; for "
        "one that cannot be looked at, say what should be in the middle.",
        items=faults,
    )
