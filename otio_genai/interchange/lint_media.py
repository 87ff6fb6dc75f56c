"""Rules about the media that a timeline names, and about the files themselves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.errors import GenaiError, MediaError
from otio_genai.interchange.urls import base_name, from_pathurl, is_absolute
from otio_genai.interchange.xmeml.lint import Finding
from otio_genai.media import locate

__all__ = ["lint_media"]


def lint_media(
    timeline: otio.schema.Timeline,
    *,
    media: bool,
    base: str | os.PathLike[str] | None = None,
) -> Iterator[Finding]:
    """Give every broken rule of a timeline's media, each file once.

    Parameters
    ----------
    timeline
        The timeline.
    media
        Also open each file: is it here, does it begin and last as stated?
    base
        The folder that relative addresses are relative to.
    """
    names: dict[str, str] = {}
    seen: set[str] = set()
    for clip in timeline.find_clips():
        reference = clip.media_reference
        address = str(getattr(reference, "target_url", "") or "")
        if not address or address in seen:
            continue
        seen.add(address)
        spelt = from_pathurl(address)
        name = base_name(spelt).casefold()
        if names.setdefault(name, spelt) != spelt:
            text = f"Another file has its name: {names[name]}."
            yield Finding("file names", address, text)
        if not is_absolute(address):
            text = "It is relative: Resolve does not find it."
            yield Finding("addresses", address, text)
        elif not address.isascii() and address.startswith("file:"):
            yield Finding("addresses", address, "It is not percent-encoded.")
        if media:
            yield from _file(reference, address, base)


def _file(
    reference: otio.core.MediaReference,
    address: str,
    base: str | os.PathLike[str] | None,
) -> Iterator[Finding]:
    # What opens media is loaded only by those who ask for it.
    from otio_genai.media.probe import probe

    try:
        path = locate.path(reference, base)
        there = path.is_file()
    except (MediaError, OSError, ValueError):
        there = False
    if not there:
        yield Finding("media", address, "There is no such file here.")
        return
    try:
        facts = probe(path)
    except GenaiError as error:
        yield Finding("media", address, error.sentence)
        return
    available = reference.available_range
    still = metadata.read(reference, "media", {}).get("kind") == "still"
    if available is None or still or facts.kind_hint == "still":
        return
    stated_s = rates.seconds(available.start_time)
    rate = facts.rate or rates.of(available.duration)
    begin_s = Fraction(facts.start_timecode_frames or 0) / rate
    if abs(stated_s - begin_s) >= 1 / rate:
        labels = [
            rates.timecode(rates.frames_at(time_s, rate), rate)
            for time_s in (begin_s, stated_s)
        ]
        text = f"The file begins at {labels[0]}, the timeline says {labels[1]}."
        yield Finding("media timecode", address, text)
    lasts_s = max(facts.duration_s, Fraction(facts.samples, facts.sample_rate or 1))
    if rates.seconds(available.duration) >= lasts_s + 1 / rate:
        text = f"The file lasts {float(lasts_s):.2f} s, less than the timeline says."
        yield Finding("file duration", address, text)
