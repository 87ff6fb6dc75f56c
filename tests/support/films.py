"""Assembled films, read back as tests want them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.check import check


@dataclass(frozen=True)
class Shown:
    """A shot of a film, in record frames."""

    name: str
    begin: int
    frames: int
    record_in: int
    framing: str

    @property
    def end(self):
        return self.begin + self.frames


def clips(film):
    track = film.video_tracks()[0]
    return [item for item in track if isinstance(item, otio.schema.Clip)]


def names(film):
    return [clip.name for clip in clips(film)]


def joins(film):
    return [metadata.read(clip, "join") for clip in clips(film)[1:]]


def shown(film):
    clock, found = 0, []
    for clip in clips(film):
        start, length = clip.source_range.start_time, clip.source_range.duration
        begin = clip.media_reference.available_range.start_time
        rate = maps.record_rate(film)
        into_s = rates.seconds(start) - rates.seconds(begin)
        found.append(
            Shown(
                clip.name,
                clock,
                int(length.value),
                rates.frames_at(into_s, rate),
                str(metadata.read(clip, "framing", {})),
            )
        )
        clock += int(length.value)
    return found


def is_still(clip):
    return metadata.read(clip.media_reference, "media")["kind"] == "still"


def faults(film, style, rate):
    """Every law that each film obeys, and this one does not."""
    found = [p.text for p in check(film) if "missing" not in p.text]
    total = metadata.read(film, "film")["length_frames"]
    if style.length_s is not None:
        asked = max(1, round(Fraction(style.length_s) * Fraction(rate)))
        found += [f"{total} frames, not {asked}"] * (total != asked)
    picture = maps.picture_map(film)
    found += [f"{len(picture)} pictures, not {total}"] * (len(picture) != total)
    for frame, layers in enumerate(picture):
        for layer in layers:
            facts = metadata.read(layer.clip.media_reference, "media")
            last = 0 if facts["kind"] == "still" else facts["frames"] - 1
            if not 0 <= layer.source_frame <= last:
                found.append(f"{frame}: {layer.clip.name} has no {layer.source_frame}")
    found += [f"{s.name} has no frames" for s in shown(film) if s.frames < 1]
    return found


def broken(film, notes, rate, *, repeats=False):
    """Every note that a film does not keep."""
    shots, found = shown(film), []
    used = [shot.name for shot in shots]
    stills = {clip.name for clip in clips(film) if is_still(clip)}
    if not repeats and not notes.shots and len(set(used)) < len(used):
        found.append(f"takes come twice: {used}")
    for pin in notes.pins:
        there = [shot for shot in shots if shot.name == pin.take]
        slot = None if pin.slot is None else pin.slot - (pin.slot > 0)
        if slot is not None and used[slot : slot + 1 or None] != [pin.take]:
            found.append(f"{pin}: {used}")
        if pin.at_s is not None:
            frame = rates.frame_with(pin.at_s, rate)
            if not any(shot.begin <= frame < shot.end for shot in there):
                found.append(f"{pin}: {shots}")
        if pin.length_s is not None:
            frames = max(1, rates.frames_at(pin.length_s, rate))
            found += [f"{pin}: {s}" for s in there if s.frames != frames]
        if pin.in_s is not None and pin.take not in stills:
            into = rates.frame_with(pin.in_s, rate)
            found += [f"{pin}: {s}" for s in there if s.record_in != into]
    for lock in notes.locks:
        if repeats or notes.shots:
            continue
        pairs = list(zip(used, used[1:], strict=False))
        if (lock.before, lock.after) not in pairs:
            found.append(f"{lock}: {used}")
    if notes.shots:
        found += unlisted(shots, notes.shots, stills, rate)
    return found


def unlisted(shots, wanted, stills, rate):
    """Every line of a shot list that a film does not keep."""
    if len(shots) != len(wanted):
        return [f"{len(shots)} shots, not {len(wanted)}"]
    found = []
    for shot, note in zip(shots, wanted, strict=True):
        if note.take not in ("", shot.name):
            found.append(f"{note}: {shot}")
        if note.length_s is not None:
            frames = max(1, rates.frames_at(note.length_s, rate))
            found += [f"{note}: {shot}"] * (frames != shot.frames)
        if note.in_s is not None and shot.name not in stills:
            into = rates.frame_with(note.in_s, rate)
            found += [f"{note}: {shot}"] * (into != shot.record_in)
    return found
