"""A media reference from what an item of the format shows.

Conventions
    A file without an address is offline: a missing reference with its range. A name
    with numbers in brackets, such as ``sky.[0001-0100].exr``, is a sequence of images,
    as Resolve spells it; ``[0001-0199x2]`` takes every second number.
"""

from __future__ import annotations

import functools
import re
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.urls import base_name, from_pathurl
from otio_genai.interchange.xmeml import model
from otio_genai.interchange.xmeml.alternates import is_alternate
from otio_genai.interchange.xmeml.generated import generator_of, source_of
from otio_genai.maps import STILL_SUFFIXES

__all__ = ["reference_of"]

_SAMPLE_RATE = 48_000
# Our range of a still: an hour, whatever the film's rate.
_STILL_FRAMES, _STILL_RATE = 86_400, 24
_NUMBERS = re.compile(r"(.*)\[(\d{1,9})-(\d{1,9})(?:x(\d{1,4}))?\](\.\w+)", re.ASCII)
_GRAPHIC = "GraphicAndType"


def reference_of(item: model.ClipItem) -> otio.core.MediaReference:
    """Return the media reference of an item that is no nested sequence."""
    file = item.file
    if item.generator is not None:
        made = generator_of(item.generator, item.name)
        if item.duration_frames > 0:
            made.available_range = rates.span(0, item.duration_frames, item.rate.exact)
    elif file is None:
        return otio.schema.MissingReference(name=item.name)
    elif file.source and not file.pathurl:
        made = source_of(file, _title(item, file))
        made.available_range = _available(file, still=False)
    else:
        made = _described(file).deepcopy()
    slate = _slate(item)
    if slate:
        metadata.put(made, "slate", slate)
    return made


def _title(item: model.ClipItem, file: model.MediaFile) -> str:
    """Return the text of Premiere's graphic: the name of its filter."""
    graphic = [f.name for f in item.filters if f.effect_id == _GRAPHIC]
    return graphic[0].replace("\r", "\n") if file.source == _GRAPHIC and graphic else ""


@functools.lru_cache(maxsize=256)
def _described(file: model.MediaFile) -> otio.core.MediaReference:
    """Return a file's reference with its facts, to be copied: clips share files."""
    made = _of_file(file)
    metadata.put(made, "media", _facts(file, made))
    return made


def _of_file(file: model.MediaFile) -> otio.core.MediaReference:
    if not file.pathurl:
        made = otio.schema.MissingReference(name=file.name)
        made.available_range = _available(file, still=False)
        return made
    numbers = _NUMBERS.fullmatch(base_name(file.pathurl))
    if numbers is not None and int(numbers[2]) <= int(numbers[3]):
        return _images(file, numbers)
    made = otio.schema.ExternalReference(from_pathurl(file.pathurl))
    made.available_range = _available(file, _is_still(file))
    return made


def _images(
    file: model.MediaFile, numbers: re.Match[str]
) -> otio.schema.ImageSequenceReference:
    first, last = int(numbers[2]), int(numbers[3])
    folder = from_pathurl(file.pathurl).rpartition("/")[0]
    length = file.duration_frames or last - first + 1
    # A sequence whose last number nobody knew is written with its first alone.
    unknown = first == last and length > 1
    start = max(0, file.timecode.frames)
    return otio.schema.ImageSequenceReference(
        f"{folder}/",
        numbers[1],
        numbers[5],
        start_frame=first,
        frame_step=int(numbers[4] or 1) or 1,
        rate=float(file.rate.exact),
        frame_zero_padding=len(numbers[2]),
        available_range=None if unknown else rates.span(start, length, file.rate.exact),
    )


def _facts(
    file: model.MediaFile, reference: otio.core.MediaReference
) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    images = isinstance(reference, otio.schema.ImageSequenceReference)
    if file.has_video:
        still = _is_still(file) and not images
        facts["kind"] = "still" if still else "take"
        facts["rate"] = rates.text(file.rate.exact)
        if file.width_px and file.height_px:
            facts |= {"width": file.width_px, "height": file.height_px}
        if file.duration_frames:
            facts["frames"] = 1 if still else file.duration_frames
    if file.timecode.drop:
        facts["drop_frame"] = True
    if file.channels:
        facts |= {"has_audio": True, "channels": file.channels}
        if file.sample_rate:
            facts["sample_rate"] = file.sample_rate
    return facts


def _slate(item: model.ClipItem) -> dict[str, str]:
    slate = {
        "prompt": item.description,
        "note": item.note,
        "name": item.original_name,
        "scene": item.scene,
        "shot_take": "" if is_alternate(item.shot_take) else item.shot_take,
    }
    return {key: value for key, value in slate.items() if value}


def _is_still(file: model.MediaFile) -> bool:
    suffix = PurePosixPath(base_name(file.pathurl).lower()).suffix
    return file.has_video and suffix in STILL_SUFFIXES


def _available(file: model.MediaFile, still: bool) -> otio.opentime.TimeRange | None:
    rate, length = file.rate.exact, file.duration_frames
    if length <= 0:
        return None
    if still:
        hour_s = Fraction(_STILL_FRAMES, _STILL_RATE)
        if length == rates.frame_at(hour_s, rate):
            return rates.span(0, _STILL_FRAMES, Fraction(_STILL_RATE))
        return rates.span(0, length, rate)
    first = max(0, file.timecode.frames)
    if file.has_video or not file.pathurl:
        return rates.span(first, length, rate)
    sample_rate = file.sample_rate or _SAMPLE_RATE
    return rates.span(
        rates.sample_at(first, rate, sample_rate),
        rates.sample_at(length, rate, sample_rate),
        Fraction(sample_rate),
    )
