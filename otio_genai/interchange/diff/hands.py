"""What of a film an editor had her hand in, and what she left as it was."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Mapping

from otio_genai.interchange.diff.report import Change, Diff, Place

__all__ = ["left_alone", "sound_changed"]

# Changes that nobody hears.
_SILENT = frozenset(("renamed", "track", "label", "marker"))


def left_alone(
    found: Diff, track: int, *, carried: Collection[int] = ()
) -> dict[int, Place]:
    """Return the clips of a track of pictures that an editor did nothing to.

    Where she took a clip out, or changed a join, both of its sides are hers.

    Parameters
    ----------
    found
        What changed.
    track
        Number of the track in the later timeline.
    carried
        Record frames, in the earlier timeline, of clips that entered by a carry: no
        editor holds one, so that another transition there is nobody's doing.

    Returns
    -------
    dict
        Index in the track to the place in the earlier timeline.
    """
    told: dict[Place, list[Change]] = defaultdict(list)
    for change in found.changes:
        if change.after is not None:
            told[change.after].append(change)
    pairs = list(found.untouched)
    pairs += [
        (changes[0].before, place)
        for place, changes in told.items()
        if changes[0].before is not None
        and all(_harmless(change, carried) for change in changes)
    ]
    alone = {
        after: before
        for before, after in pairs
        if (after.kind, after.track) == ("Video", track)
    }
    hers = _beside(alone, told, carried)
    return {place.index: alone[place] for place in alone if place not in hers}


def _harmless(change: Change, carried: Collection[int]) -> bool:
    if change.what == "join":
        return change.before is not None and change.before.record_in in carried
    return change.what == "shifted"


def _beside(
    alone: Mapping[Place, Place],
    told: Mapping[Place, list[Change]],
    carried: Collection[int],
) -> set[Place]:
    """Return clips beside which something was taken out, or whose join was changed."""
    ordered = sorted(alone, key=lambda place: place.record_in)
    ends = {place.record_out: place for place in ordered}
    hers: set[Place] = set()
    for one, other in itertools.pairwise(ordered):
        meet = one.record_out == other.record_in
        if meet and alone[one].record_out != alone[other].record_in:
            hers |= {one, other}
    for place, changes in told.items():
        joined = [change for change in changes if change.what == "join"]
        if place.record_in in ends and not all(_harmless(c, carried) for c in joined):
            hers.add(ends[place.record_in])
    return hers


def sound_changed(found: Diff) -> bool:
    """Tell whether the sound was changed otherwise than along with its picture."""
    return any(
        place is not None and place.kind == "Audio" and change.what not in _SILENT
        for change in found.changes
        for place in (change.before, change.after)
    )
