"""What becomes of carries on their way to an editor, and the account of it.

Aim
    A carry is ours alone; every target declares a road for it. ``keep`` leaves the
    recipe where our own reader finds it, ``bake`` lays its rendered pictures over a
    cut, ``native`` turns it into keyframes of both clips, ``dissolve`` and ``cut``
    give up its movement. A road that cannot be gone leads to the next one: to bake
    media are needed, to dissolve handles, and a cut is always there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, get_args

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.errors import InterchangeError
from otio_genai.export import native
from otio_genai.export.sites import (
    UNTOLD,
    Nest,
    Site,
    account_of,
    remove,
    sequences,
    sites,
)
from otio_genai.interchange.account import Account
from otio_genai.interchange.loss import Loss

__all__ = ["FRACTURES", "Fractures", "Road", "take_road"]

Fractures = Literal["native", "bake", "dissolve", "cut"]
Road = Literal["keep", "native", "bake", "dissolve", "cut"]

#: What may be asked for.
FRACTURES: tuple[Fractures, ...] = get_args(Fractures)

Progress = Callable[[str, int, int], None]


def take_road(
    timeline: otio.schema.Timeline,
    road: Road,
    folders: tuple[Path, Path],
    *,
    plan: bool = False,
    progress: Progress | None = None,
) -> tuple[Loss, list[Path]]:
    """Take every carry of a timeline along a road, in place.

    Parameters
    ----------
    timeline
        A copy of the caller's.
    road
        Where to.
    folders
        Where files of baked carries are made, and where they are named: the same,
        unless they are moved afterwards.
    plan
        Account for baked carries without rendering them.
    progress
        Called with ``"bake"``, the frames rendered, and all of them.

    Returns
    -------
    Loss
        An item for each carry that is not kept.
    list of Path
        Files that were made.

    Raises
    ------
    InterchangeError
        There is no such road.
    OutputError
        Files cannot be written there.
    """
    _ensure_road(road)
    told, made = Loss(), list[Path]()
    if road == "keep" or not _carries(timeline):
        return told, made
    rate = maps.record_rate(timeline)
    for nest in list(sequences(timeline)):
        # A nested sequence counts its own frames.
        account = account_of(timeline, rate, outermost=not nest.name)
        left = sites(nest, rate)
        if road == "bake" and left:
            made += _bake(
                timeline, nest, left, folders, account, plan=plan, progress=progress
            )
            left = []
        if road == "native":
            left = _animate(left, rate, account)
        for site in left:
            untold = road == "native" and site.carry is None
            why = f"{UNTOLD}; " if untold else ""
            _without_movement(site, rate, account, why, cut=road == "cut")
        told += account.loss()
    return told, made


def _ensure_road(road: str) -> None:
    if road not in get_args(Road):
        raise InterchangeError(
            f"There is no road {road!r} for carries.",
            remedy=f"Use one of: {', '.join(FRACTURES)}.",
        )


def _carries(timeline: otio.schema.Timeline) -> bool:
    return any(
        (metadata.read(found, "carry") or {}).get("kind") == "carry"
        for found in timeline.find_children(otio.schema.Transition)
    )


def _bake(
    timeline: otio.schema.Timeline,
    nest: Nest,
    carries: Sequence[Site],
    folders: tuple[Path, Path],
    account: Account,
    *,
    plan: bool,
    progress: Progress | None,
) -> list[Path]:
    """Bake the carries of one sequence, and return the files that were made.

    Those that cannot be baked lose their movement.
    """
    # What renders is loaded only by those who bake.
    from otio_genai.export.bake import bake

    rate = maps.record_rate(timeline)
    baked = bake(timeline, nest, carries, folders, plan=plan, progress=progress)
    for site, name in sorted(baked.done, key=lambda told: told[0].cut):
        account.add(
            "carry",
            "baked",
            f"its pictures, {name}, laid over a cut",
            "Switch that track off to see the cut.",
            track=site.place,
            item=site.name,
            span=site.span(rate),
        )
    for site, why in sorted(baked.refused, key=lambda told: told[0].cut):
        _without_movement(site, rate, account, f"not baked: {why}; ")
    return baked.made


def _is_whole(site: Site) -> bool:
    """Tell whether both sides are clips, whose framing can be animated."""
    ends = (site.before, site.after)
    clips = [p is not None and isinstance(p.item, otio.schema.Clip) for p in ends]
    return all(clips) and site.carry is not None


def _animate(carries: Sequence[Site], rate: Fraction, account: Account) -> list[Site]:
    """Write every carry that has two clips into their framing; return the others."""
    by_clip: dict[int, tuple[Any, int, list[tuple[int, Any]]]] = {}
    for site in carries:
        if not _is_whole(site):
            continue
        recipe = metadata.read(site.transition, "carry")
        for placed, end in ((site.before, "out"), (site.after, "in")):
            if placed is None:
                continue
            length = placed.record_out - placed.record_in
            entry = by_clip.setdefault(id(placed.item), (placed.item, length, []))
            entry[2].append((site.cut - placed.record_in, recipe[f"keys_{end}"]))
        account.add(
            "carry",
            "approximated",
            "keyframes over a cut: no blur, and pushed in up to "
            f"{native.most_push(recipe):.2f} times so that no edge shows",
            "Bake it to keep its pictures.",
            track=site.place,
            item=site.name,
            span=site.span(rate),
        )
        remove(site)
    for clip, length, found in by_clip.values():
        native.keyed(clip, found, length)
    return [site for site in carries if not _is_whole(site)]


def _without_movement(
    site: Site, rate: Fraction, account: Account, why: str, *, cut: bool = False
) -> None:
    """Make a dissolve of a carry where there are frames for one, else a cut."""
    remedy = "Bake it to keep its pictures."
    if site.carry is None:
        remedy = "Assemble the film again, so that its movement is noted."
    transition = site.transition
    offsets = (transition.in_offset, transition.out_offset)
    before, after = (rates.frames_at(rates.seconds(v), rate) for v in offsets)
    place: dict[str, Any] = {
        "track": site.place,
        "item": site.name,
        "span": (site.cut - before, site.cut + after),
    }
    if cut or not before + after:
        _mark(site)
        remove(site)
        account.add("carry", "dropped", f"{why}a cut and a marker", remedy, **place)
        return
    transition.transition_type = otio.schema.TransitionTypes.SMPTE_Dissolve
    metadata.put(transition, "carry", {"kind": "dissolve"})
    gets = f"{why}a cross dissolve of {before + after} frames"
    account.add("carry", "approximated", gets, remedy, **place)


def _mark(site: Site) -> None:
    """Put a marker on the frame after the cut, or on the last one before it."""
    placed = site.after or site.before
    if placed is None:
        return
    trim = placed.item.trimmed_range()
    at = trim.start_time
    if site.after is None:
        at = trim.end_time_inclusive()
    frame = otio.opentime.TimeRange(at, otio.opentime.RationalTime(1, at.rate))
    marker = otio.schema.Marker("carry", frame, otio.schema.MarkerColor.PURPLE)
    marker.comment = f"Here the film has a carry: {site.name}"
    placed.item.markers.append(marker)
