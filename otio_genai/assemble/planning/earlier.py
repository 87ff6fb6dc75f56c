"""An earlier cut of the film, to be planned again with as little moved as possible."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.assemble.planning.stills import Still
from otio_genai.assemble.planning.tables import Material
from otio_genai.errors import AssembleError

__all__ = ["Earlier", "changes", "earlier", "identity"]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier timeline showed, in terms of today's pool."""

    takes: tuple[int | None, ...]
    "Take of each shot; None where it is no longer there."
    ways: tuple[int, ...]
    "In-point of each, in record frames from the take's first, or a still's move."
    lengths: tuple[int, ...]
    "Length of each in record frames."
    planned: tuple[str, ...]
    "Planned kind of each join, one fewer than shots; empty where none is kept."
    locked: tuple[int, ...] = ()
    "Joins that must stay, from 0."
    brief: str = ""
    "Digest of what it was planned from."

    def locks_in(self, order: Sequence[int]) -> dict[int, int]:
        """Return the joins of takes in their order that are locked ones.

        Returns
        -------
        dict
            Join of the order to join of this film: the nearest, if a take comes again.
        """
        pairs = list(itertools.pairwise(order))
        found: dict[int, int] = {}
        for join in self.locked:
            sides = self.takes[join], self.takes[join + 1]
            there = [k for k, pair in enumerate(pairs) if pair == sides]
            left = [k for k in there if k not in found]
            if left:
                found[min(left, key=lambda k: abs(k - join))] = join
        return found

    @property
    def cuts(self) -> tuple[int, ...]:
        """Return the record frames of its cuts."""
        found, clock = [], 0
        for length in self.lengths[:-1]:
            clock += length
            found.append(clock)
        return tuple(found)


def earlier(
    timeline: otio.schema.Timeline,
    pool: Sequence[Material],
    rate: Any,
    locked: Sequence[int] = (),
    *,
    repeats: bool = False,
) -> Earlier:
    """Return what an earlier timeline showed.

    Parameters
    ----------
    timeline
        A film that ``assemble`` made.
    pool
        The takes there are now.
    rate
        Rate of the film to be made.
    locked
        Joins that must stay, 1 the first, negative from the end; joins whose
        metadata say ``locked`` stay as well.
    repeats
        Whether takes may come again. If not, it is told with no more shots than
        there are takes: those that lost theirs go first.

    Raises
    ------
    AssembleError
        It has another rate, or a locked join is not there or has lost a take.
    """
    if maps.record_rate(timeline) != rate:
        raise AssembleError(
            f"The earlier film has {float(maps.record_rate(timeline)):.3f} frames per "
            f"second, this one {float(rate):.3f}.",
            remedy="Give this one the same rate, or plan it anew.",
        )
    clips = _shots(timeline)
    known = {identity(m.clip): i for i, m in enumerate(pool)}
    takes = tuple(known.get(identity(clip)) for clip in clips)
    if not repeats:
        takes = tuple(
            None if take in takes[:slot] else take for slot, take in enumerate(takes)
        )
    joins: list[dict[str, Any]] = [metadata.read(c, "join", {}) for c in clips[1:]]
    kept = {k for k, join in enumerate(joins) if join.get("locked")}
    found = Earlier(
        takes=takes,
        ways=tuple(
            _way(clip, None if take is None else pool[take], rate)
            for clip, take in zip(clips, takes, strict=True)
        ),
        lengths=tuple(_length(clip, rate) for clip in clips),
        planned=tuple(str(join.get("planned", "")) for join in joins),
        locked=_locked(locked, kept, takes, clips),
        brief=str(metadata.read(timeline, "film", {}).get("brief", "")),
    )
    while not repeats and len(found.takes) > len(pool):
        found = _without(found, found.takes.index(None))
    return found


def _without(kept: Earlier, slot: int) -> Earlier:
    """Return the film without one shot, whose time goes to the one before.

    The first one's goes to one whose out-point is not locked.
    """
    lengths = list(kept.lengths)
    others = (k for k in range(1, len(lengths)) if k not in kept.locked)
    lengths[slot - 1 if slot else next(others)] += lengths[slot]
    join = max(0, slot - 1)
    return replace(
        kept,
        takes=kept.takes[:slot] + kept.takes[slot + 1 :],
        ways=kept.ways[:slot] + kept.ways[slot + 1 :],
        lengths=tuple(lengths[:slot] + lengths[slot + 1 :]),
        planned=kept.planned[:join] + kept.planned[join + 1 :],
        locked=tuple(k - (k > join) for k in kept.locked),
    )


def _shots(timeline: otio.schema.Timeline) -> list[otio.schema.Clip]:
    tracks = timeline.video_tracks()
    items = tracks[0] if tracks else []
    return [item for item in items if isinstance(item, otio.schema.Clip)]


def identity(clip: otio.schema.Clip) -> str:
    """Return what tells a file from others, wherever it lies."""
    reference = clip.media_reference
    content = metadata.read(reference, "hash", {}).get("bytes")
    return str(content or reference.target_url)


def _way(clip: otio.schema.Clip, material: Material | None, rate: Any) -> int:
    if isinstance(material, Still):
        return material.way_of(metadata.read(clip, "framing", {}).get("keys", []))
    return _record_in(clip, rate)


def _record_in(clip: otio.schema.Clip, rate: Any) -> int:
    begin = clip.media_reference.available_range.start_time
    begin_s = rates.seconds(clip.source_range.start_time) - rates.seconds(begin)
    return rates.frames_at(begin_s, rate)


def _length(clip: otio.schema.Clip, rate: Any) -> int:
    return rates.frames_at(rates.seconds(clip.source_range.duration), rate)


def _locked(
    numbers: Sequence[int],
    kept: set[int],
    takes: Sequence[int | None],
    clips: Sequence[otio.schema.Clip],
) -> tuple[int, ...]:
    count = len(clips) - 1
    wrong = []
    found = set(kept)
    for number in numbers:
        join = number - 1 if number > 0 else count + number
        if number == 0 or not 0 <= join < count:
            wrong.append(f"there is no join {number}: the film has {max(count, 0)}")
        else:
            found.add(join)
    for join in sorted(found):
        wrong += [
            f"join {join + 1}: {clips[side].name} is no longer among the takes"
            for side in (join, join + 1)
            if takes[side] is None
        ]
    if wrong:
        raise AssembleError(
            "These joins cannot be locked:",
            remedy="Lock joins that the earlier film has, and keep their takes.",
            items=wrong,
        )
    return tuple(sorted(found))


def changes(
    before: otio.schema.Timeline, after: otio.schema.Timeline
) -> dict[str, Any]:
    """Return what a new plan moved, shot by shot.

    Returns
    -------
    dict
        ``shots`` and ``kept`` (shots at the same place with the same frames),
        ``retimed`` (same take in the same slot, other frames), ``moved`` (the take is
        elsewhere), ``added`` and ``removed`` takes by name.
    """
    rate = maps.record_rate(after)
    old = [_figures(clip, rate) for clip in _shots(before)]
    new = [_figures(clip, rate) for clip in _shots(after)]
    old_takes, new_takes = [o[0] for o in old], [n[0] for n in new]
    kept, retimed, moved = [], [], []
    for slot, shot in enumerate(new):
        same_slot = slot < len(old) and old[slot][0] == shot[0]
        if same_slot and old[slot] == shot:
            kept.append(shot[1])
        elif same_slot:
            retimed.append(shot[1])
        elif shot[0] in old_takes:
            moved.append(shot[1])
    return {
        "shots": len(new),
        "kept": kept,
        "retimed": retimed,
        "moved": moved,
        "added": [shot[1] for shot in new if shot[0] not in old_takes],
        "removed": [shot[1] for shot in old if shot[0] not in new_takes],
    }


def _figures(clip: otio.schema.Clip, rate: Any) -> tuple[str, str, int, int]:
    return identity(clip), clip.name, _record_in(clip, rate), _length(clip, rate)
