"""MLT XML, which melt plays; it can be written only."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from otio_genai import rates
from otio_genai.interchange.dialects.media import bare_path
from otio_genai.interchange.editors.adapter import module
from otio_genai.interchange.editors.plain import Plain
from otio_genai.interchange.editors.table import Editor

__all__ = ["write"]

_DEFAULT_SIZE = (1920, 1080)
_PRODUCER = re.compile(r'\s*<producer [^>]*?\bid="([^"]*)".*?</producer>', re.DOTALL)


def write(plain: Plain, editor: Editor, path: Path) -> None:
    """Write MLT XML with plain paths, and producers named one per file."""
    slow = any(
        effect.time_scalar % 1
        for clip in plain.timeline.find_clips()
        for effect in clip.effects
    )
    if slow:
        gets = "frames that melt shows up to one early or late"
        plain.account.add("speed", "approximated", gets)
    numbers: dict[tuple[str, str], int] = {}
    for track in plain.timeline.tracks:
        for clip in track.find_clips():
            reference = clip.media_reference
            reference.target_url = bare_path(reference.target_url)
            # Producers are told apart by name: two files of one name would be one.
            key = (track.kind, reference.target_url)
            number = numbers.setdefault(key, len(numbers) + 1)
            clip.name = reference.name = f"producer{number}"
            # Melt knows how long its files are, and retimed ones are longer.
            reference.available_range = None
            _count_warped(clip)
    rate = plain.rate
    size = plain.size or _DEFAULT_SIZE
    text = module(editor).write_to_string(
        plain.timeline,
        frame_rate_num=str(rate.numerator),
        frame_rate_den=str(rate.denominator),
        width=str(size[0]),
        height=str(size[1]),
    )
    text = _parted(_once(text), [track.kind for track in plain.timeline.tracks])
    path.write_text(text, encoding="utf-8", newline="\n")


def _count_warped(clip: otio.schema.Clip) -> None:
    """Count a retimed clip's in-point in frames of the retimed file, as melt does."""
    warp = next(iter(clip.effects), None)
    if warp is None or warp.time_scalar <= 0:
        return
    held = clip.source_range
    start = rates.frames_at(
        rates.seconds(held.start_time) / Fraction(warp.time_scalar),
        rates.of(held.start_time),
    )
    clip.source_range = otio.opentime.TimeRange(
        rates.time(start, rates.of(held.start_time)), held.duration
    )


def _parted(text: str, kinds: list[str]) -> str:
    """Let pictures be seen alone, sounds be heard alone, and all sounds at once."""
    for index, kind in enumerate(kinds):
        hidden = "audio" if kind == otio.schema.TrackKind.Video else "video"
        track = f'<track producer="playlist{index}"/>'
        text = text.replace(track, f'<track hide="{hidden}" {track[7:]}', 1)
    # Tracks of sound stand behind the background, before those of pictures.
    sounds = sum(kind == otio.schema.TrackKind.Audio for kind in kinds)
    mixes = "".join(_MIX.format(number) for number in range(1, sounds + 1))
    head, closing, tail = text.rpartition("    </tractor>")
    return head + mixes + closing + tail


_MIX = """        <transition>
            <property name="a_track">0</property>
            <property name="b_track">{}</property>
            <property name="mlt_service">mix</property>
            <property name="always_active">1</property>
            <property name="sum">1</property>
        </transition>
"""


def _once(text: str) -> str:
    """Leave one producer of each name: parts of a dissolve bring theirs again."""
    seen: set[str] = set()

    def kept(found: re.Match[str]) -> str:
        known = found[1] in seen
        seen.add(found[1])
        return "" if known else found[0]

    return _PRODUCER.sub(kept, text)
