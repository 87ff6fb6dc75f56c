"""The stretches of a film that are baked: their frames, handles and fingerprints."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.errors import MediaError
from otio_genai.export.sites import UNTOLD, Site
from otio_genai.media import locate

__all__ = [
    "HANDLE_S",
    "Window",
    "digest",
    "fingerprint",
    "media_file",
    "unseen",
    "windows",
]

#: Counts up whenever a window's pictures are made otherwise.
_VERSION = 1
#: Handles on either side, for whoever trims a baked clip or dissolves into it.
HANDLE_S = Fraction(1, 2)
_PROBE_BYTES = 65_536
_NAME_DIGITS = 10

Layers = tuple[maps.Layer, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Record frames that are rendered into one file."""

    sites: tuple[Site, ...]
    "The carries in it: more than one where they meet on a short clip."
    first: int
    "First record frame shown."
    last: int
    "Record frame after the last one shown."
    head: int
    "Frames in the file before the first one shown."
    tail: int
    "Frames in the file after the last one shown."

    @property
    def begin(self) -> int:
        """Return the record frame of the file's first."""
        return self.first - self.head

    @property
    def frames(self) -> int:
        """Return the file's length."""
        return self.last - self.first + self.head + self.tail


def windows(
    sites: Sequence[Site], pictures: Sequence[Layers], rate: Fraction
) -> tuple[list[Window], dict[int, str]]:
    """Return what to render for the carries of one track.

    Parameters
    ----------
    sites
        In record order.
    pictures
        The picture map of that track over all below it.
    rate
        Record frames per second.

    Returns
    -------
    list of Window
        In record order; no two show the same frame.
    dict
        For each site, by its position, that cannot be rendered: why.
    """
    spans: list[tuple[int, int, list[int]]] = []
    refused: dict[int, str] = {}
    for number, site in enumerate(sites):
        first, last = site.span(rate)
        why = _why_not(site, pictures[first:last])
        if why:
            refused[number] = why
        elif spans and first < spans[-1][1]:
            begin, end, inside = spans.pop()
            spans.append((begin, max(end, last), [*inside, number]))
        else:
            spans.append((first, last, [number]))
    found = []
    for first, last, inside in spans:
        most = rates.frames_at(HANDLE_S, rate)
        before = reversed(pictures[max(0, first - most) : first])
        head, tail = _seen(before), _seen(pictures[last : last + most])
        held = tuple(sites[number] for number in inside)
        found.append(Window(held, first, last, head, tail))
    return found, refused


def _why_not(site: Site, pictures: Sequence[Layers]) -> str:
    if site.carry is None:
        return UNTOLD
    if not pictures:
        return "it shows no frame"
    lost = sorted(
        {
            layer.clip.name or "a clip"
            for layers in pictures
            for layer in layers
            if _is_lost(layer.url)
        }
    )
    return f"there are no media of {', '.join(lost)}" if lost else ""


def _seen(pictures: Any) -> int:
    """Return how many pictures in a row have all their media."""
    count = 0
    for layers in pictures:
        if not layers or any(_is_lost(layer.url) for layer in layers):
            break
        count += 1
    return count


def _is_lost(url: str) -> bool:
    return maps.drawing(url) is None and media_file(url) is None


def media_file(url: str) -> Path | None:
    """Return the file of an address, if it is there."""
    try:
        file = locate.path(url)
        return file if file.is_file() else None
    except (MediaError, OSError, ValueError):
        return None


def unseen(
    film: otio.schema.Timeline, pictures: Sequence[Layers], seen: Sequence[Window]
) -> None:
    """Disable, in place, every clip whose picture no window needs."""
    needed = {
        id(layer.clip)
        for window in seen
        for layers in pictures[window.begin : window.begin + window.frames]
        for layer in layers
    }
    for clip in maps.clips(film):
        if id(clip) not in needed:
            clip.enabled = False


def fingerprint(
    window: Window, pictures: Sequence[Layers], size: tuple[int, int], rate: Fraction
) -> str:
    """Return what tells a window's pictures from all others, in a few letters.

    The media count by their size and parts of their bytes, so that a film moved to
    another place has the same.
    """
    told = hashlib.blake2b(repr((_VERSION, size, str(rate))).encode())
    shown = pictures[window.begin : window.begin + window.frames]
    for layers in shown:
        for layer in layers:
            framing = metadata.read(layer.clip, "framing")
            crop = metadata.read(layer.clip, "crop")
            sweep = layer.sweep and (layer.sweep.opening, layer.sweep.closing)
            frames = (layer.source_frame, layer.clip_frame if framing or crop else 0)
            facts = (_digest(layer.url), frames, str(layer.weight), sweep)
            told.update(repr((*facts, framing, crop)).encode())
            if laid := _effects(layer.clip):
                told.update(repr((laid, layer.clip_frame)).encode())
        told.update(b"|")
    return told.hexdigest()[:_NAME_DIGITS]


def _effects(clip: otio.schema.Clip) -> list[Any]:
    kept = (metadata.read(one, "effect") for one in clip.effects)
    return [one for one in kept if isinstance(one, dict) and "moviepy" in one]


def digest(file: Path) -> str:
    """Return what tells a media file from others: its size and parts of its bytes."""
    return _of_file(file, file.stat().st_mtime_ns)


def _digest(url: str) -> str:
    if maps.drawing(url) is not None:
        return url
    file = media_file(url)
    return "" if file is None else digest(file)


@cache
def _of_file(file: Path, changed_ns: int) -> str:
    size = file.stat().st_size
    told = hashlib.blake2b(str(size).encode())
    with file.open("rb") as opened:
        for start in (0, max(0, size // 2), max(0, size - _PROBE_BYTES)):
            opened.seek(start, os.SEEK_SET)
            told.update(opened.read(_PROBE_BYTES))
    return told.hexdigest()
