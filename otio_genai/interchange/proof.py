"""Whether a written file says what the timeline said: it is read back and compared.

Aim
    No silent loss, by construction and not by trust: whatever a timeline says
    (`otio_genai.interchange.census`) and the file, read back, does not, must have
    been spoken of by the writer. What was not is added to its account here.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.interchange.census import Trait, census, lost
from otio_genai.interchange.loss import Loss, LossItem
from otio_genai.interchange.wording import difference

__all__ = ["unspoken"]

#: Words of a loss item's feature, beside its own, under which a trait is spoken of.
_ALSO = {
    "media": ("range", "rate", "frames", "speed", "address", "length", "sequence"),
    "clip name": ("name",),
    "media timecode": ("timecode",),
    "variable speed": ("speed",),
    "freeze": ("speed",),
    "framing": ("motion", "position", "scale"),
    "picture": ("media",),
    "raster": ("size",),
    "other media": ("media",),
    "length": ("transition", "gap", "range", "clip", "media"),
}
# Characters of what an item says the editor gets.
_LONGEST = 200
_DULL = frozenset(
    ["a", "and", "clip", "keyframes", "of", "sound", "the", "timeline", "track"]
)


def unspoken(
    before: otio.schema.Timeline, after: otio.schema.Timeline, loss: Loss
) -> tuple[LossItem, ...]:
    """Return what was lost between two timelines and ``loss`` does not tell.

    Parameters
    ----------
    before
        What was written.
    after
        What was read back.
    loss
        The writer's and the reader's accounts together. An item speaks of a lost trait
        when it has the trait's clip or record range, or has no place and the trait's
        feature.

    Raises
    ------
    TimelineError
        Either timeline states no rate, or a clip of it no range.
    """
    missing = lost(before, after)
    if not missing:
        return ()
    # A nested sequence that says only more is none that was lost the other way.
    nested = [trait for trait in census(after) if trait.feature == "nested sequence"]
    new = [*nested, *reversed(lost(after, before))]
    instead = {trait.place: trait for trait in new}
    clock = _Clock(before)
    items = [item for item in loss.items if item.outcome != "exact"]
    told = [(item, clock.span(item)) for item in items]
    silent = [
        trait for trait in missing if not any(_speaks(*each, trait) for each in told)
    ]
    groups = _by_place(silent)
    return tuple(_item(clock, group, instead.get(group[0].place)) for group in groups)


def _speaks(item: LossItem, span: tuple[int, int] | None, trait: Trait) -> bool:
    if span is not None and trait.kind:
        overlaps = span[0] <= trait.span[0] < max(span[1], span[0] + 1)
        return overlaps or (trait.span[0] <= span[0] < trait.span[1])
    if item.item and item.item in (trait.item, *_other(trait)):
        return True
    words = {*trait.feature.split(), *_ALSO.get(trait.feature, ())} - _DULL
    said = {word.strip("s',") for word in item.feature.split()}
    return bool({word.strip("s',") for word in words} & said)


def _other(trait: Trait) -> tuple[str, ...]:
    """Return what an item may call another take of a clip: by its name, or its file's.

    What a writer says of a file has no place, whichever clips show it.
    """
    if trait.feature != "other take" or not isinstance(trait.value, tuple):
        return ()
    name, *media = map(str, trait.value)
    return (name, *(Path(unquote(address)).name for address in media[:1]))


class _Clock:
    """Record timecode of a timeline, both ways."""

    def __init__(self, timeline: otio.schema.Timeline) -> None:
        self.rate: Fraction = maps.record_rate(timeline)
        begin = timeline.global_start_time
        start_s = Fraction(0) if begin is None else rates.seconds(begin)
        self.start = rates.frames_at(start_s, self.rate)
        film = metadata.read(timeline, "film", {})
        self.drop = bool(film.get("drop_frame")) and rates.is_drop_rate(self.rate)

    def span(self, item: LossItem) -> tuple[int, int] | None:
        if not item.record_in:
            return None
        first, last = (
            rates.frame_of_timecode(text, self.rate) - self.start
            for text in (item.record_in, item.record_out or item.record_in)
        )
        return first, last

    def text(self, frame: int) -> str:
        return rates.timecode(frame + self.start, self.rate, drop=self.drop)


def _by_place(silent: list[Trait]) -> list[list[Trait]]:
    groups: dict[tuple[str, str, int, tuple[int, int]], list[Trait]] = defaultdict(list)
    for trait in silent:
        groups[trait.place].append(trait)
    return list(groups.values())


def _item(clock: _Clock, group: list[Trait], instead: Trait | None) -> LossItem:
    trait, count = group[0], len(group)
    said = difference(trait, instead) if count == 1 else f"{count} of them differ"
    placed = bool(trait.kind) and trait.span != (0, 0)
    return LossItem(
        trait.feature,
        "approximated",
        f"not what was written, when the file is read back: {said}"[:_LONGEST],
        "Compare both with `otio-genai diff`, and tell us.",
        f"{trait.kind[:1]}{trait.track}" if trait.kind else "",
        trait.item,
        clock.text(trait.span[0]) if placed else "",
        clock.text(trait.span[1]) if placed else "",
    )
