"""What is asked of a film that came back, where its film file says nothing."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.assemble import settings
from otio_genai.assemble.filmtoml.filmfile import FilmFile, default_film_file
from otio_genai.assemble.style import Style

__all__ = ["as_before", "as_sent"]


def as_sent(film: FilmFile, edited: otio.schema.Timeline) -> FilmFile:
    """Return a film file with the name and the picture size of an edited film.

    Parameters
    ----------
    film
        The film file; what it says goes first.
    edited
        The film as it came back.
    """
    found = _facts(edited)
    found.pop("start_timecode")
    return _filled(film, found)


def as_before(
    film: FilmFile,
    before: otio.schema.Timeline,
    given: otio.schema.Timeline,
    edited: otio.schema.Timeline,
) -> FilmFile:
    """Return a film file with all that it leaves open as in the film before the edit.

    That is title, size, start, rate, seed and every setting of the style, as the
    film's own record has them; where the editor changed name, size or start, hers.

    Parameters
    ----------
    film
        The film file; what it says goes first.
    before
        The film before the edit.
    given
        The same, as the editor's format gives it back.
    edited
        The film as it came back.
    """
    there = metadata.read(before, "film", {})
    hers, sent, found = (_facts(one) for one in (edited, given, before))
    found |= {name: hers[name] for name in hers if hers[name] != sent.get(name)}
    found["rate"] = maps.record_rate(edited)
    if "seed" in there:
        found["seed"] = int(there["seed"])
    style = there.get("style")
    if style:
        kept = Style.from_dict(style)
        found |= {name: getattr(kept, name) for name, _ in settings.settings(Style)}
    return _filled(film, found)


def _facts(timeline: otio.schema.Timeline) -> dict[str, Any]:
    """Return what a timeline says of itself in a film file's terms."""
    told = metadata.read(timeline, "film", {})
    found: dict[str, Any] = {"title": timeline.name} if timeline.name else {}
    if told.get("width") and told.get("height"):
        found |= {"width": int(told["width"]), "height": int(told["height"])}
    start = timeline.global_start_time
    rate = maps.record_rate(timeline)
    frames = 0 if start is None else rates.frames_at(rates.seconds(start), rate)
    drop = bool(told.get("drop_frame"))
    return found | {"start_timecode": rates.timecode(frames, rate, drop=drop)}


def _filled(film: FilmFile, found: Mapping[str, Any]) -> FilmFile:
    """Return a film file with values for what it does not say."""
    said = _said(film)
    free = {name: value for name, value in found.items() if name not in said}
    of_style = {name for name, _ in settings.settings(Style)}
    style = {name: value for name, value in free.items() if name in of_style}
    rest = {name: value for name, value in free.items() if name not in of_style}
    return dataclasses.replace(
        film, style=dataclasses.replace(film.style, **style), **rest
    )


def _said(film: FilmFile) -> set[str]:
    """Return the names of the settings that a film file states, in file or in code."""
    plain = default_film_file(film.home)
    told = {
        name
        for mine, usual in ((film, plain), (film.style, plain.style))
        for name, _ in settings.settings(type(mine))
        if getattr(mine, name) != getattr(usual, name)
    }
    if film.path is None:
        return told
    tables = tomllib.loads(film.path.read_bytes().decode("utf-8-sig"))
    return told | {
        name
        for record in (FilmFile, Style)
        for name, found in settings.settings(record)
        if found.key in tables.get(found.table, {})
    }
