"""Carries that lie rendered over their cuts, as they go to editors."""

from __future__ import annotations

import re
from fractions import Fraction

import opentimelineio as otio

from otio_genai.maps.layout import layout

__all__ = ["baked_spans", "is_baked"]

_FILE = re.compile(r"(?:^|[/\\])carry_[0-9a-f]{10}\.mp4$")


def is_baked(item: otio.core.Item) -> bool:
    """Tell whether an item is a carry that was rendered for an editor."""
    reference = getattr(item, "media_reference", None)
    return bool(_FILE.search(str(getattr(reference, "target_url", "") or "")))


def baked_spans(
    timeline: otio.schema.Timeline, rate: Fraction
) -> tuple[tuple[int, int], ...]:
    """Return the record frames, half-open, that rendered carries cover."""
    return tuple(
        (spot.record_in, spot.record_out)
        for track in timeline.video_tracks()
        for spot in layout(track, rate)[0]
        if is_baked(spot.item)
    )
