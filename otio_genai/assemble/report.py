"""What a film achieved, measured against the same takes cut without thought.

The figures say how well the joins called matches match and how much the dry ones
break, and what the same slots give when filled with takes in file order or shuffled
(20 seeds), their in-points sought in the same way. They are geometry of motion, not a
verdict.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.assemble import candidates
from otio_genai.assemble.match import score
from otio_genai.assemble.order import trim
from otio_genai.ingest import bin as bins

__all__ = ["report"]

_SHUFFLES = 20
_NAMES = {"phrase": "phrases", "downbeat": "downbeats", "beat": "beats"}


def report(
    timeline: otio.schema.Timeline, bin: otio.schema.SerializableCollection
) -> dict[str, Any]:
    """Return every join with its reason, and the film's figures.

    Parameters
    ----------
    timeline
        What ``assemble`` returned.
    bin
        The bin it was assembled from.

    Returns
    -------
    dict
        ``film`` (figures and the lines of the summary), ``joins`` (one dictionary
        each), ``unused`` (names), ``skipped`` and ``warnings``.
    """
    film = metadata.read(timeline, "film", {})
    joins = _joins(timeline)
    kinds = Counter(join["kind"] for join in joins)
    order = ("match", "dry", "carry", "rest", "open")
    figures = _figures(timeline, bin, joins)
    used = {clip.media_reference.target_url for clip in maps.clips(timeline)}
    bed = next((c for c in maps.clips(timeline) if _is_bed(c)), None)
    return {
        "film": {
            "title": timeline.name,
            "rate": film["rate"],
            "width": film["width"],
            "height": film["height"],
            "length_frames": film["length_frames"],
            "seed": film["seed"],
            "clips": len(joins) + 1,
            "kinds": {kind: kinds[kind] for kind in order},
            "figures": figures,
            "match_line": _match_line(figures, kinds),
            "music_line": _music_line(joins, bed),
        },
        "joins": joins,
        "unused": [
            clip.name
            for clip in bins.entries(bin)
            if clip.media_reference.target_url not in used
        ],
        "skipped": [list(pair) for pair in bins.skipped(bin)],
        "warnings": film["warnings"],
    }


def _joins(timeline: otio.schema.Timeline) -> list[dict[str, Any]]:
    rate = maps.record_rate(timeline)
    found: list[dict[str, Any]] = []
    clock, before = 0, None
    for clip in timeline.video_tracks()[0]:
        if not isinstance(clip, otio.schema.Clip):
            continue
        if before is not None:
            found.append(
                {
                    "record_frame": clock,
                    "timecode": rates.timecode(clock, rate),
                    "from": before.name,
                    "to": clip.name,
                    **metadata.read(clip, "join", {}),
                }
            )
        before = clip
        clock += rates.frames_at(rates.seconds(clip.source_range.duration), rate)
    return found


def _figures(
    timeline: otio.schema.Timeline,
    bin: otio.schema.SerializableCollection,
    joins: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    clips = [
        clip
        for clip in timeline.video_tracks()[0]
        if isinstance(clip, otio.schema.Clip)
    ]
    rate = maps.record_rate(timeline)
    slots = [
        rates.frames_at(rates.seconds(c.source_range.duration), rate) for c in clips
    ]
    dry = [join["planned"] == "dry" for join in joins]
    pool = candidates.takes(bin, rate)
    if any(_is_still(clip) for clip in clips):
        pool += candidates.stills(bin, rate)
    rng = np.random.default_rng(0)
    shuffled = [
        _mean_scores(_naive(pool, slots, rng.permutation(len(pool)), dry), dry)
        for _ in range(_SHUFFLES)
    ]
    ours = _mean_scores([join["score"] for join in joins], dry)
    in_order = _mean_scores(_naive(pool, slots, np.arange(len(pool)), dry), dry)
    return {
        "planned_match": _named(ours, in_order, [s[0] for s in shuffled], 0),
        "planned_dry": _named(ours, in_order, [s[1] for s in shuffled], 1),
    }


def _naive(
    pool: Sequence[candidates.Take],
    slots: Sequence[int],
    order: Any,
    dry: Sequence[bool],
) -> list[float]:
    """Return the scores of takes laid into the slots in an order, trimmed as ours."""
    takes = [pool[int(order[slot % len(order)])] for slot in range(len(slots))]
    opened = [
        take.openings(min(frames, take.usable_frames))
        for take, frames in zip(takes, slots, strict=True)
    ]
    picks = trim(opened, ["dry" if is_dry else "match" for is_dry in dry])
    return [
        score(before.exits[i], after.entries[k])
        for (before, i), (after, k) in itertools.pairwise(
            zip(opened, picks, strict=True)
        )
    ]


def _mean_scores(
    values: Sequence[float], dry: Sequence[bool]
) -> tuple[float | None, float | None]:
    sides = []
    for wanted in (False, True):
        chosen = [v for v, is_dry in zip(values, dry, strict=True) if is_dry == wanted]
        sides.append(round(float(np.mean(chosen)), 3) if chosen else None)
    return sides[0], sides[1]


def _named(
    ours: tuple[float | None, float | None],
    in_order: tuple[float | None, float | None],
    shuffled: Sequence[float | None],
    side: int,
) -> dict[str, float | None]:
    known = [value for value in shuffled if value is not None]
    return {
        "mean_score": ours[side],
        "file_order": in_order[side],
        "shuffled": round(float(np.mean(known)), 3) if known else None,
    }


def _match_line(figures: dict[str, Any], kinds: Counter[str]) -> str:
    parts = []
    for key, name in (
        ("planned_match", "joins meant to flow"),
        ("planned_dry", "meant to break"),
    ):
        found = figures[key]
        if found["mean_score"] is not None:
            parts.append(
                f"{name} score {found['mean_score']:.2f} (file order "
                f"{found['file_order']:.2f}, shuffled {found['shuffled']:.2f})"
            )
    if kinds["rest"]:
        parts.append(f"{kinds['rest']} still to still")
    return f"motion: {'; '.join(parts) or 'no joins'}"


def _is_still(clip: otio.schema.Clip) -> bool:
    facts = metadata.read(clip.media_reference, "media", {})
    return bool(facts.get("kind") == "still")


def _is_bed(clip: otio.schema.Clip) -> bool:
    facts = metadata.read(clip.media_reference, "media", {})
    return bool(facts.get("kind") == "music")


def _music_line(joins: Sequence[dict[str, Any]], bed: otio.schema.Clip | None) -> str:
    if bed is None:
        return "music: none"
    heard = metadata.read(bed.media_reference, "beats", {})
    sure = float(heard.get("confidence", 0.0))
    on = Counter(j["place"] for j in joins if j["distance_frames"] == 0)
    if heard.get("mode") == "beats":
        said = sum(on[place] for place in _NAMES)
        return (
            f"music: {said} of {len(joins)} cuts on the beat, {on['phrase']} of them "
            f"on phrases ({heard['bpm']:.0f} bpm, confidence {sure:.2f})"
        )
    return (
        f"music: no reliable beat (confidence {sure:.2f}); {on['phrase']} of "
        f"{len(joins)} cuts on phrases, {on['onset']} on onsets"
    )
