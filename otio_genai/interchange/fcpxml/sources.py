"""Files, generated pictures and effects of a document as OpenTimelineIO's own."""

from __future__ import annotations

from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element, tostring

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.account import clean
from otio_genai.interchange.fcpxml.document import Asset
from otio_genai.interchange.fcpxml.scene import Source
from otio_genai.interchange.fcpxml.values import (
    BASIC_TITLE,
    CUSTOM_SOLID,
    SLATE_KEY,
    color_values,
    numbers,
)
from otio_genai.interchange.urls import base_name, from_pathurl, is_absolute
from otio_genai.maps import STILL_SUFFIXES

__all__ = ["kept_effect", "reference", "whole_time"]

# Our range of a still: an hour, whatever the film's rate.
_STILL_FRAMES, _STILL_RATE = 86_400, Fraction(24)
_SAMPLE_RATE = 48_000
_FINEST = 10**6


def whole_time(
    time_s: Fraction, *candidates: Fraction | None
) -> otio.opentime.RationalTime:
    """Return a time at the first rate on which it is a whole number of frames.

    Its own denominator is one of the rates; beyond a millionth of a second it is
    rounded.
    """
    last = Fraction(min(time_s.denominator, _FINEST))
    for rate in (*candidates, Fraction(_SAMPLE_RATE), last):
        if rate is not None and (time_s * rate).denominator == 1:
            return rates.time(int(time_s * rate), rate)
    return rates.time(rates.frames_at(time_s, last), last)


def reference(source: Source, name: str) -> otio.core.MediaReference:
    """Return the media reference of what a clip shows or sounds."""
    if source.asset is not None:
        return _file(source.asset)
    if source.effect is not None and source.maker is not None:
        return _generated(source.effect, source.maker)
    return otio.schema.MissingReference(name=name)


def _file(asset: Asset) -> otio.core.MediaReference:
    if not asset.url:
        return otio.schema.MissingReference(name=asset.name or asset.id)
    url = from_pathurl(asset.url) if is_absolute(asset.url) else unquote(asset.url)
    made = otio.schema.ExternalReference(url)
    made.name = asset.name
    suffix = PurePosixPath(base_name(asset.url).lower()).suffix
    still = asset.still or (asset.has_video and suffix in STILL_SUFFIXES)
    made.available_range = _available(asset, still)
    facts: dict[str, Any] = {"kind": "sound" if not asset.has_video else "take"}
    rate = asset.format.rate
    if asset.has_video:
        if still:
            facts["kind"] = "still"
        elif rate is not None:
            facts["rate"] = rates.text(rate)
            if asset.duration_s:
                frames = rates.frame_at(asset.duration_s, rate)
                facts["frames"] = max(1, frames)
        if asset.format.width_px and asset.format.height_px:
            facts |= {
                "width": asset.format.width_px,
                "height": asset.format.height_px,
            }
    if asset.has_audio:
        facts["has_audio"] = True
        if asset.channels:
            facts["channels"] = asset.channels
        if asset.sample_rate:
            facts["sample_rate"] = asset.sample_rate
    metadata.put(made, "media", facts)
    slate = _slate(asset.element)
    if slate:
        metadata.put(made, "slate", slate)
    return made


def _slate(element: Element) -> dict[str, str]:
    found = {}
    for md in element.findall("metadata/md"):
        key = md.get("key") or ""
        if key.startswith(SLATE_KEY) and md.get("value"):
            found[key.removeprefix(SLATE_KEY)] = md.get("value", "")
    return found


def _available(asset: Asset, still: bool) -> otio.opentime.TimeRange | None:
    if still and not asset.duration_s:
        return rates.span(0, _STILL_FRAMES, _STILL_RATE)
    if not asset.duration_s:
        return None
    rate = asset.format.rate
    counted = Fraction(asset.sample_rate or _SAMPLE_RATE)
    if asset.has_video and rate is not None:
        counted = rate
    frames = max(1, rates.frame_at(asset.duration_s, counted))
    if asset.has_video and (asset.duration_s * counted).denominator != 1:
        # A last frame that the sound outlasts is not there.
        return otio.opentime.TimeRange(
            whole_time(asset.start_s, counted), rates.time(frames, counted)
        )
    return otio.opentime.TimeRange(
        whole_time(asset.start_s, counted), whole_time(asset.duration_s, counted)
    )


def kept_effect(element: Element, effect: Element | None) -> dict[str, str]:
    """Return what a clip keeps of an element of Final Cut's own, to write it again."""
    found = {
        "format": "fcpxml",
        "name": "",
        "uid": "",
        "xml": tostring(element, "unicode"),
    }
    found["name"] = element.get("name") or ""
    if effect is not None:
        found["name"] = effect.get("name") or found["name"]
        found["uid"] = effect.get("uid") or ""
        if effect.get("src"):
            found["src"] = effect.get("src", "")
    found["xml"] = found["xml"].strip()
    return found


def _generated(effect: Element, maker: Element) -> otio.schema.GeneratorReference:
    """Return a generated picture: a title, a colour, or another by its name."""
    name = clean(effect.get("name") or maker.get("name") or "generator")
    made = otio.schema.GeneratorReference(name, name)
    if maker.tag == "title":
        made.generator_kind = "Title"
        for key, value in _title(maker).items():
            made.parameters[key] = value
        if effect.get("uid") != BASIC_TITLE[1] or _styled(maker):
            metadata.put(made, "effect", kept_effect(_bare(maker), effect))
        return made
    if effect.get("uid") == CUSTOM_SOLID[1]:
        made.generator_kind = "SolidColor"
        param = _color_param(maker)
        color = None if param is None else color_values(param.get("value"))
        if color:
            made.parameters["color"] = color
        if len(maker.findall("param")) > (param is not None):
            metadata.put(made, "effect", kept_effect(_bare(maker), effect))
        return made
    for param in maker.findall("param"):
        if param.get("name") and param.get("value"):
            made.parameters[param.get("name", "")] = param.get("value", "")
    metadata.put(made, "effect", kept_effect(_bare(maker), effect))
    return made


def _color_param(maker: Element) -> Element | None:
    named = (p for p in maker.findall("param") if p.get("name") == "Color")
    return next(named, None)


def _title(maker: Element) -> dict[str, Any]:
    texts = ["".join(text.itertext()).strip() for text in maker.findall("text")]
    found: dict[str, Any] = {"text": "\n".join(text for text in texts if text)}
    style = maker.find("text-style-def/text-style")
    if style is None:
        return found
    if style.get("font"):
        found["font"] = style.get("font")
    size = numbers(style.get("fontSize"))
    if len(size) == 1:
        found["size"] = size[0]
    color = color_values(style.get("fontColor"))
    if color:
        found["color"] = color
    return found


def _styled(maker: Element) -> bool:
    """Tell whether a title says more of its look than font, size and colour."""
    styles = maker.findall("text-style-def/text-style")
    said = {key for style in styles for key in style.attrib}
    return (
        len(styles) > 1
        or bool(said - {"font", "fontSize", "fontColor"})
        or bool(maker.findall("param"))
        or len(maker.findall("text")) > 1
    )


def _bare(maker: Element) -> Element:
    """Return what makes the picture, without what is said of the clip."""
    made = Element(maker.tag, {"ref": maker.get("ref", "")})
    made.extend([c for c in maker if c.tag in ("param", "text", "text-style-def")])
    return made
