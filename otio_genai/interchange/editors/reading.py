"""Reading by an adapter: rate and start worked out, its faults made sentences."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import Element

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.errors import InterchangeError
from otio_genai.interchange.dialects.document import LARGEST_SIZE
from otio_genai.interchange.dialects.media import STILL_RANGE, is_still
from otio_genai.interchange.editors import aaf, edl, edl_rate, reels
from otio_genai.interchange.editors.adapter import call, module
from otio_genai.interchange.editors.table import Editor
from otio_genai.interchange.editors.table import editor as editor_of
from otio_genai.interchange.loss import Loss
from otio_genai.interchange.tree import tree
from otio_genai.interchange.urls import from_pathurl, is_absolute
from otio_genai.maps import record_rate

__all__ = ["read"]

# A film whose first picture lies so near behind a whole hour begins on the hour.
_NEAR_S = 60


def read(
    name: str, path: Path, rate: str | float | None
) -> tuple[otio.schema.Timeline, Loss]:
    """Read a file by an adapter; see `otio_genai.interchange.editors`."""
    editor = editor_of(name)
    if not editor.reads:
        raise InterchangeError(
            f"Files of {name} can be written, not read.",
            place=str(path),
            remedy="Open the project and export it in another format.",
        )
    module(editor)
    if not path.is_file():
        raise InterchangeError(
            "There is no such file.", place=str(path), remedy="Check the path."
        )
    try:
        timeline, notes = _READERS[name](editor, path, rate)
    except InterchangeError as error:
        raise InterchangeError(
            error.sentence,
            place=error.place or path.name,
            remedy=error.remedy,
            items=error.items,
        ) from error
    return timeline, Loss(notes=tuple(notes))


def _text(path: Path) -> str:
    if path.stat().st_size > LARGEST_SIZE:
        raise InterchangeError(
            f"The file has more than {LARGEST_SIZE} bytes.",
            remedy="Export one timeline at a time.",
        )
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        # EDLs come from machines older than any agreement on letters.
        return path.read_text(encoding="latin-1")
    except OSError as error:
        raise InterchangeError(
            f"It cannot be read: {error.strerror}.", remedy="Check its permissions."
        ) from error


def _rate_of_edl(text: str, stated: str | float | None) -> tuple[Fraction, list[str]]:
    if stated is not None:
        rate = rates.rate(stated)
        edl_rate.ensure_rate(rate, "State one of")
        return rate, []
    remarked = edl_rate.remarked(text)
    if remarked is not None:
        return remarked, []
    found = edl_rate.likeliest(text)
    return found.rate, [found.said]


def _read_edl(
    editor: Editor, path: Path, stated: str | float | None
) -> tuple[otio.schema.Timeline, list[str]]:
    text = _text(path)
    rate, notes = _rate_of_edl(text, stated)
    text = edl.readable(text, rate)
    adapter = module(editor)
    number = float(rate)
    try:
        found = call(
            editor, "read this", lambda: adapter.read_from_string(text, rate=number)
        )
    except InterchangeError as error:
        found = call(
            editor,
            "read this",
            lambda: adapter.read_from_string(
                text, rate=number, ignore_timecode_mismatch=True
            ),
        )
        notes.append(
            "Timecodes that contradict each other were put right from the source: "
            f"{error.sentence}"
        )
    drop = rates.is_drop_rate(rate) and edl_rate.is_drop(text)
    black = _settle_edl(found, rate, drop)
    if black:
        notes.append(
            f"It is taken to begin on the hour, with {black} frames of black before "
            "the first picture."
        )
    reels.settle(found)
    if drop:
        film = metadata.read(found, "film")
        metadata.put(found, "film", {**film, "drop_frame": True})
    return found, notes


def _settle_edl(timeline: otio.schema.Timeline, rate: Fraction, drop: bool) -> int:
    """Bring record timecode to the start of the film, in place.

    Returns the frames of black that were put before the first picture.
    """
    firsts = [
        -rates.seconds(track.source_range.start_time)
        for track in timeline.tracks
        if track.source_range is not None
    ]
    start_s = min(firsts, default=Fraction(0))
    hour = "01:00:00;00" if drop else "01:00:00:00"
    hour_s = rates.frame_of_timecode(hour, rate) / rate
    # Black before the first picture has no event.
    black_s = start_s % hour_s if start_s % hour_s < _NEAR_S else Fraction(0)
    start_s -= black_s
    for track in timeline.tracks:
        held = track.source_range
        track.source_range = None
        late_s = (
            Fraction(0) if held is None else -rates.seconds(held.start_time) - start_s
        )
        if late_s > 0:
            frames = rates.frames_at(late_s, rate)
            track.insert(0, otio.schema.Gap(source_range=rates.span(0, frames, rate)))
    timeline.global_start_time = rates.time(rates.frames_at(start_s, rate), rate)
    order = sorted(timeline.tracks, key=lambda track: track.kind != "Video")
    del timeline.tracks[:]
    timeline.tracks.extend(order)
    for track in timeline.tracks:
        # The adapter's names of a first track; others are V2, A1, A2 ….
        track.name = {"V": "V1", "A": "A1"}.get(track.name, track.name)
        for index, clip in enumerate(list(track)):
            reference = getattr(clip, "media_reference", None)
            if getattr(reference, "generator_kind", "") == "black":
                track[index] = otio.schema.Gap(source_range=clip.source_range)
        for clip in track.find_clips():
            for marker in clip.markers:
                if marker.marked_range.duration.value == 0:
                    marker.marked_range = otio.opentime.TimeRange(
                        marker.marked_range.start_time, rates.time(0, rate)
                    )
    _settle(timeline, rate)
    return rates.frames_at(black_s, rate)


def _size(profile: Element) -> dict[str, int]:
    found = {key: profile.get(key, "") for key in ("width", "height")}
    if not all(text.isdecimal() and 0 < len(text) < 6 for text in found.values()):
        return {}
    return {key: int(text) for key, text in found.items()}


def _settle(
    timeline: otio.schema.Timeline, rate: Fraction, size: dict[str, int] | None = None
) -> None:
    """Address media as we do, and state the film's rate, in place."""
    for clip in timeline.find_clips():
        url = getattr(clip.media_reference, "target_url", None)
        if url and is_absolute(url):
            clip.media_reference.target_url = from_pathurl(url)
            if is_still(clip.media_reference):
                metadata.put(clip.media_reference, "media", {"kind": "still"})
                clip.media_reference.available_range = STILL_RANGE
    film = {"title": timeline.name, "rate": rates.text(rate), **(size or {})}
    metadata.put(timeline, "film", film)


def _read_kdenlive(
    editor: Editor, path: Path, _: str | float | None
) -> tuple[otio.schema.Timeline, list[str]]:
    text = _text(path)
    root = tree(text)
    profile = root.find("profile")
    if profile is None:
        raise InterchangeError(
            "It has no profile, so it is no project of Kdenlive.",
            remedy="Check which file this is.",
        )
    try:
        rate = Fraction(
            int(profile.get("frame_rate_num", "")),
            int(profile.get("frame_rate_den", "1")),
        )
        if rate <= 0:
            raise ValueError
    except (ValueError, ZeroDivisionError) as error:
        raise InterchangeError(
            "Its profile states no frame rate.", remedy="Save it again in Kdenlive."
        ) from error
    adapter = module(editor)
    found = call(editor, "read this", lambda: adapter.read_from_string(text))
    found.global_start_time = rates.time(0, rate)
    found.name = root.get("title") or found.name
    _settle(found, rate, _size(profile))
    for clip in found.find_clips():
        url = getattr(clip.media_reference, "target_url", None)
        if url and not is_absolute(url):
            base = path.resolve().parent / url
            clip.media_reference.target_url = from_pathurl(str(base))
    return found, ["The adapter reads neither effects nor titles of Kdenlive."]


def _read_aaf(
    editor: Editor, path: Path, _: str | float | None
) -> tuple[otio.schema.Timeline, list[str]]:
    found = call(editor, "read this", lambda: aaf.read(editor, path))
    notes: list[str] = []
    if isinstance(found, otio.schema.SerializableCollection):
        held = [c for c in found if isinstance(c, otio.schema.Timeline)]
        if len(found) > 1:
            notes.append(f"It holds {len(found)} compositions; the first was read.")
        found = held[0] if held else None
    if not isinstance(found, otio.schema.Timeline):
        raise InterchangeError(
            "It holds no composition.", remedy="Export a sequence, not a bin."
        )
    rate = call(editor, "read this", lambda: record_rate(found))
    _settle(found, rate)
    return found, notes


_Reader = Callable[
    [Editor, Path, str | float | None], tuple[otio.schema.Timeline, list[str]]
]
_READERS: dict[str, _Reader] = {
    "edl": _read_edl,
    "kdenlive": _read_kdenlive,
    "aaf": _read_aaf,
}
