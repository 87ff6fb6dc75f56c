"""What a bin knows of the media of films that came from elsewhere."""

from __future__ import annotations

import copy
from typing import Any

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.assemble.edited.known import Known
from otio_genai.ingest import bin as bins

__all__ = ["measured", "unmeasured"]


def measured(
    timeline: otio.schema.Timeline, bin: otio.schema.SerializableCollection
) -> otio.schema.Timeline:
    """Return a film whose clips, and their other takes, have the media of a bin.

    Editors' formats hold no motion, colours or hashes, so that a field of what came
    back of one knows nothing of its joins. Of a film that states no size it is that of
    the bin's films.

    Parameters
    ----------
    timeline
        A film; it is not changed. Clips of other files stay as they are.
    bin
        An analysed bin: its clips are found by content, place, then unique file name.
    """
    known = Known(bin)
    made = copy.deepcopy(timeline)
    for track in made.tracks:
        track[:] = [_known(item, known) for item in track]
    facts = dict(metadata.read(made, "film") or {})
    if not {"width", "height"} <= set(facts):
        facts["width"], facts["height"] = bins.film_size(bin)
        metadata.put(made, "film", facts)
    return made


def _known(item: Any, known: Known) -> Any:
    if not isinstance(item, otio.schema.Clip):
        return copy.deepcopy(item)
    made = known.fitted(item)
    others = metadata.read(made, "takes")
    if isinstance(others, list):
        metadata.put(made, "takes", [_known(one, known) for one in others])
    return made


def unmeasured(clips: list[otio.schema.Clip]) -> list[str]:
    """Return the names of takes whose motion was never measured, each once."""
    names = [
        str(clip.name)
        for clip in clips
        if metadata.fact(clip.media_reference, "kind") == "take"
        and metadata.read(clip.media_reference, "motion") is None
    ]
    return list(dict.fromkeys(names))
