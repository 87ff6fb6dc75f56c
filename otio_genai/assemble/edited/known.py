"""The clips of a bin, found by what another editor's timeline says of its media."""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import PurePosixPath

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.errors import MediaError
from otio_genai.ingest import bin as bins
from otio_genai.media import locate
from otio_genai.media.naming import folded

__all__ = ["Known"]


class Known:
    """Finds the bin's clip of any clip: by content, place, then unique file name.

    Parameters
    ----------
    bin
        An ingested bin.
    """

    def __init__(self, bin: otio.schema.SerializableCollection) -> None:
        found: dict[str, list[otio.schema.Clip]] = defaultdict(list)
        for clip in bins.entries(bin):
            for label in _labels(clip):
                found[label].append(clip)
        counted = Counter({label: len(clips) for label, clips in found.items()})
        self._found = {k: clips[0] for k, clips in found.items() if counted[k] == 1}

    def entry(self, item: otio.core.Item) -> otio.schema.Clip | None:
        """Return the bin's clip of an item; ``None`` if it is of no file of the bin."""
        if not isinstance(item, otio.schema.Clip) or item.media_reference is None:
            return None
        for label in _labels(item):
            if label in self._found:
                return self._found[label]
        return None

    @staticmethod
    def name(entry: otio.schema.Clip) -> str:
        """Return a name by which notes mean this clip of the bin and no other."""
        file = locate.path(entry.media_reference)
        return str(PurePosixPath(*file.relative_to(file.anchor).parts))

    @staticmethod
    def in_s(item: otio.schema.Clip, entry: otio.schema.Clip) -> Fraction:
        """Return the seconds from the file's first frame to an item's in-point."""
        reference = item.media_reference
        if reference.available_range is None:
            reference = entry.media_reference
        begin_s = rates.seconds(reference.available_range.start_time)
        if item.source_range is None:
            return Fraction(0)
        return rates.seconds(item.source_range.start_time) - begin_s

    def fitted(self, item: otio.core.Item) -> otio.core.Item:
        """Return a copy of an item whose media are those of the bin."""
        made = item.deepcopy()
        entry = self.entry(made)
        if entry is None:
            return made
        begin_s = rates.seconds(entry.media_reference.available_range.start_time)
        before = made.media_reference.available_range
        shift_s = Fraction(0)
        if before is not None:
            shift_s = begin_s - rates.seconds(before.start_time)
            made.source_range = made.source_range or before
        made.set_media_references(
            {made.DEFAULT_MEDIA_KEY: entry.media_reference.deepcopy()},
            made.DEFAULT_MEDIA_KEY,
        )
        if shift_s:
            made.source_range = _shifted(made.source_range, shift_s)
            for marker in made.markers:
                marker.marked_range = _shifted(marker.marked_range, shift_s)
        return made

    def refitted(self, track: otio.schema.Track) -> otio.schema.Track:
        """Return a copy of a track whose media are those of the bin."""
        made = track.deepcopy()
        for index, child in enumerate(list(made)):
            if isinstance(child, otio.schema.Clip):
                made[index] = self.fitted(child)
        return made


def _shifted(span: otio.opentime.TimeRange, by_s: Fraction) -> otio.opentime.TimeRange:
    rate = rates.of(span.start_time)
    start_s = rates.seconds(span.start_time) + by_s
    start = otio.opentime.RationalTime(float(start_s * rate), span.start_time.rate)
    return otio.opentime.TimeRange(start, span.duration)


def _labels(clip: otio.schema.Clip) -> list[str]:
    """Return what tells a clip's file, the surest first."""
    reference = clip.media_reference
    found = []
    content = metadata.read(reference, "hash", {}).get("bytes")
    if content:
        found.append(f"content {content}")
    if getattr(reference, "target_url", None):
        with contextlib.suppress(MediaError):
            file = locate.path(reference)
            base = _base(file)
            found.append(f"path {file.as_posix()}")
            found += [f"file {base.casefold()}", f"folded {folded(base)}"]
    return found or [f"name {str(clip.name).casefold()}"]


def _base(file: object) -> str:
    # A Windows path is one long name here.
    return str(file).replace("\\", "/").rpartition("/")[2]
