"""What a film achieved, measured against the same takes cut without thought.

The figures say how well the joins that are to flow match and how much the dry ones
break, and what the same slots give when filled with takes in file order, shuffled
(20 seeds), or cut to the beat alone. They are geometry of motion, not a verdict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.assemble import baselines, table
from otio_genai.assemble.planning import candidates
from otio_genai.assemble.planning.stills import stills
from otio_genai.assemble.planning.tables import Material
from otio_genai.assemble.style import Style
from otio_genai.assemble.unused import InFilm, why_unused
from otio_genai.ingest import bin as bins

__all__ = ["report"]

_SHUFFLES = 20
_ON_BEAT = ("phrase", "downbeat", "beat", "section")
_KINDS = ("match", "dry", "carry", "dissolve", "dip", "rest", "open")


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
        each), ``unused`` ([name, why] pairs), ``skipped`` and ``warnings``.
    """
    film = metadata.read(timeline, "film", {})
    joins = table.joins(timeline)
    kinds = Counter(join["kind"] for join in joins)
    pool = _pool(timeline, bin)
    figures = _figures(timeline, pool, joins)
    bed = next((c for c in maps.clips(timeline) if _kind(c) == "music"), None)
    music = _music(joins, bed)
    return {
        "film": {
            "title": timeline.name,
            "rate": film["rate"],
            "width": film["width"],
            "height": film["height"],
            "length_frames": film["length_frames"],
            # Films that nobody may draw again have none.
            "seed": film.get("seed"),
            "clips": len(joins) + 1,
            "kinds": {kind: kinds[kind] for kind in _KINDS},
            "figures": figures | {"music": music, "sound": film.get("programme")},
            "costs": film.get("costs", {}),
            "match_line": _match_line(figures, kinds, _dissonance(timeline)),
            "music_line": _music_line(music, len(joins)),
        },
        "joins": joins,
        "unused": _unused(timeline, bin, pool, joins),
        "skipped": [list(pair) for pair in bins.skipped(bin)],
        "warnings": film["warnings"],
    }


def _pool(
    timeline: otio.schema.Timeline, bin: otio.schema.SerializableCollection
) -> list[Material]:
    """Return the takes, and the stills when the film has any."""
    film = metadata.read(timeline, "film", {})
    rate = maps.record_rate(timeline)
    aspect = film["height"] / film["width"]
    pool: list[Material] = [*candidates.takes(bin, rate, aspect)]
    if any(_kind(clip) == "still" for clip in maps.clips(timeline)):
        pool += stills(bin, rate, aspect, Style.from_dict(film["style"]))
    return pool


def _figures(
    timeline: otio.schema.Timeline,
    pool: Sequence[Material],
    joins: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    rate = maps.record_rate(timeline)
    planned = [join["planned"] for join in joins]
    lengths = [_frames(clip, rate) for clip in _shots(timeline)]
    slotted = baselines.Slotted(pool, lengths, planned, 1 - _dissonance(timeline))
    found = {
        "mean_score": baselines.means([join["score"] for join in joins], planned),
        "file_order": baselines.file_order(slotted),
        "shuffled": baselines.shuffled(slotted, _SHUFFLES),
        "beat_only": baselines.beat_only(slotted),
    }
    flat = {name: asdict(means) for name, means in found.items()}
    return {
        "planned_match": {name: means["flow"] for name, means in flat.items()},
        "planned_dry": {name: means["dry"] for name, means in flat.items()},
    }


def _dissonance(timeline: otio.schema.Timeline) -> float:
    style = metadata.read(timeline, "film", {}).get("style", {})
    return float(style.get("dissonance", 0.0))


def _shots(timeline: otio.schema.Timeline) -> list[otio.schema.Clip]:
    track = timeline.video_tracks()[0]
    return [item for item in track if isinstance(item, otio.schema.Clip)]


def _frames(clip: otio.schema.Clip, rate: Fraction) -> int:
    return rates.frames_at(rates.seconds(clip.source_range.duration), rate)


def _unused(
    timeline: otio.schema.Timeline,
    bin: otio.schema.SerializableCollection,
    pool: Sequence[Material],
    joins: Sequence[dict[str, Any]],
) -> list[list[str]]:
    used = {clip.media_reference.target_url for clip in maps.clips(timeline)}
    rate = maps.record_rate(timeline)
    shots = _shots(timeline)
    film = [
        InFilm(
            name=clip.name,
            frames=_frames(clip, rate),
            leaving=joins[k]["motion_out"] if k < len(joins) else (0.0,) * 4,
            entering=joins[k - 1]["motion_in"] if k else (0.0,) * 4,
            planned=joins[k - 1]["planned"] if k else "",
        )
        for k, clip in enumerate(shots)
    ]
    by_url = {m.clip.media_reference.target_url: m for m in pool}
    found = []
    for clip in bins.entries(bin):
        url = clip.media_reference.target_url
        if url in used:
            continue
        if url in by_url:
            why = why_unused(by_url[url], film, aim=1 - _dissonance(timeline))
        elif _kind(clip) == "still":
            why = "the takes fill the film without stills (use_stills)"
        else:
            why = "another piece of music is the bed"
        found.append([clip.name, why])
    return found


def _kind(clip: otio.schema.Clip) -> str:
    return str(metadata.read(clip.media_reference, "media", {}).get("kind", ""))


def _match_line(figures: dict[str, Any], kinds: Counter[str], dissonance: float) -> str:
    aim = f"aim at {1 - dissonance:.2f}" if dissonance else "flow"
    parts = []
    for key, name in (
        ("planned_match", f"joins meant to {aim}"),
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


def _music(
    joins: Sequence[dict[str, Any]], bed: otio.schema.Clip | None
) -> dict[str, Any] | None:
    """Return how many cuts fall on what, and how sure the beat is."""
    if bed is None:
        return None
    heard = metadata.read(bed.media_reference, "beats", {})
    on = Counter(join["place"] for join in joins if join["distance_frames"] == 0)
    return {
        "bed": bed.name,
        "source": heard.get("source", "measured"),
        "mode": heard.get("mode", "onsets"),
        "bpm": heard.get("bpm", 0.0),
        "confidence": float(heard.get("confidence", 0.0)),
        "on": dict(sorted(on.items())),
        "on_beat": sum(on[place] for place in _ON_BEAT),
    }


def _music_line(music: dict[str, Any] | None, joins: int) -> str:
    if music is None:
        return "music: none"
    on, sure = music["on"], music["confidence"]
    marked = on.get("marker", 0)
    also = f", {marked} on markers" if marked else ""
    phrases = f", {on['phrase']} of them on phrases" if on.get("phrase") else ""
    if music["mode"] == "beats":
        given = "" if music["source"] == "measured" else f", {music['source']} given"
        return (
            f"music: {music['on_beat']} of {joins} cuts on the beat"
            f"{phrases}{also} "
            f"({music['bpm']:.0f} bpm, confidence {sure:.2f}{given})"
        )
    return (
        f"music: no reliable beat (confidence {sure:.2f}); {on.get('phrase', 0)} of "
        f"{joins} cuts on phrases, {on.get('onset', 0)} on onsets{also}"
    )
