"""A film that came back from an editor, planned around what she did."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio

from otio_genai import maps, metadata
from otio_genai.assemble import project as projects
from otio_genai.assemble.edited import as_before, picture_track, settled
from otio_genai.assemble.edited.baked import baked_spans
from otio_genai.assemble.edited.known import Known
from otio_genai.assemble.filmtoml.filmfile import FilmFile
from otio_genai.export import read
from otio_genai.export.originals import as_originals
from otio_genai.export.through import as_given
from otio_genai.interchange.diff import Diff, diff
from otio_genai.interchange.diff.hands import left_alone, sound_changed
from otio_genai.maps.layout import layout

__all__ = ["reassemble"]


def reassemble(
    bin: otio.schema.SerializableCollection,
    film: FilmFile,
    edited: str | Path,
    *,
    before: otio.schema.Timeline | None = None,
    seed: int | None = None,
    sequence: str | None = None,
) -> tuple[otio.schema.Timeline, Diff | None]:
    """Return a film that came back from an editor, planned around what she did.

    Parameters
    ----------
    bin
        What ``analyse`` returned; it is not changed.
    film
        The film file.
    edited
        The file that came back, of any editor.
    before
        The film that went out. What she left alone stays then as it was there, sound
        included where the length is the same, and so do name, size, start, rate, seed
        and style that the film file leaves open; if she changed nothing, and neither
        the film file nor ``seed`` ask for another, it is returned itself. Otherwise
        all of hers is kept as her file has it.
    seed
        Instead of the film file's.
    sequence
        Which sequence of the file, by name; by default its first.

    Returns
    -------
    Timeline
        The film.
    Diff
        What she did; ``None`` without ``before``.

    Raises
    ------
    GenaiError
        The file cannot be read, or no film can be made around it.
    """
    came = read(edited, sequence=sequence)[0]
    timeline = as_originals(came, edited, there=True)
    if before is None:
        return projects.assemble_edited(bin, film, timeline, seed=seed), None
    given = as_given(before, edited, sequence=sequence)
    found = diff(as_originals(given, edited), as_originals(came, edited))
    wish = as_before(film, before, given, timeline)
    if found.same and _as_it_was(bin, before, wish, seed):
        return before.deepcopy(), found
    made = projects.assemble_edited(
        bin,
        wish,
        timeline,
        seed=seed,
        untouched=_untouched(before, timeline, found),
        keep_sound=sound_changed(found),
        before=before,
    )
    return made, found


def _as_it_was(
    bin: otio.schema.SerializableCollection,
    before: otio.schema.Timeline,
    wish: FilmFile,
    seed: int | None,
) -> bool:
    """Tell whether a film is all that is asked for, and the bin has its pictures."""
    facts = metadata.read(before, "film", {})
    known = Known(bin)
    asked = {
        "title": (wish.title, before.name or wish.title),
        "width": (wish.width, facts.get("width")),
        "height": (wish.height, facts.get("height")),
        "seed": (wish.seed if seed is None else seed, facts.get("seed", wish.seed)),
        "style": (wish.style.to_dict(), facts.get("style", wish.style.to_dict())),
        "rate": (wish.rate, maps.record_rate(before)),
    }
    clips = [
        item for item in picture_track(before) if isinstance(item, otio.schema.Clip)
    ]
    return all(one == other for one, other in asked.values()) and all(
        known.entry(clip) is not None
        or not metadata.read(clip.media_reference, "media")
        for clip in clips
    )


def _untouched(
    before: otio.schema.Timeline, edited: otio.schema.Timeline, found: Diff
) -> dict[int, otio.schema.Clip]:
    """Return the clips that an editor left alone as they were, by index in hers."""
    placed, overlaps, _ = layout(picture_track(before), maps.record_rate(before))
    clips = {spot.record_in: spot.item for spot in placed}
    carried = {lap.cut for lap in overlaps if lap.recipe.get("kind") == "carry"}
    number = edited.video_tracks().index(picture_track(edited)) + 1
    left = left_alone(found, number, carried=carried)
    alone = {
        index: clips[place.record_in]
        for index, place in left.items()
        if isinstance(clips.get(place.record_in), otio.schema.Clip)
    }
    baked = baked_spans(edited, maps.record_rate(edited))
    return alone if baked else settled(alone)
