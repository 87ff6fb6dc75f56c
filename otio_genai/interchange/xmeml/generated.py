"""Generated pictures and titles, as generator items or media without a file.

Conventions
    ``SolidColor`` is Premiere's Color Matte (Final Cut Pro's ``Color``); ``Title`` is
    Final Cut Pro's ``Text``, since a title of Premiere cannot be authored. What a
    file says of any other is kept in the reference's metadata under ``effect``.
    Colours are whole numbers up to 255 and opaque: Premiere writes alpha 0.
"""

from __future__ import annotations

import json
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.account import clean
from otio_genai.interchange.xmeml import model
from otio_genai.interchange.xmeml.parameters import Report

__all__ = ["generator_of", "generator_tree", "kept_source", "source_of"]

_COLOR, _TEXT = "Color", "Text"
_CHANNELS = ("red", "green", "blue")
# A number, or a few of them.
_LONGEST_VALUE = 200
#: Parameter ids of Final Cut Pro's text generator, by ours.
_FONT = {"font": "fontname", "size": "fontsize"}


def _leaf(tag: str, text: object) -> list[Any]:
    return [tag, {}, str(text), []]


def _parameter(name: tuple[str, str], value: object) -> list[Any]:
    shown = ["value", {}, "", value] if isinstance(value, list) else None
    leaves = [_leaf("parameterid", name[0]), _leaf("name", name[1])]
    return ["parameter", {}, "", [*leaves, shown or _leaf("value", value)]]


def _effect(name: str, category: str, parameters: list[list[Any]]) -> list[Any]:
    said = {
        "name": name,
        "effectid": name,
        "effectcategory": category,
        "effecttype": "generator",
        "mediatype": "video",
    }
    return ["effect", {}, "", [*(_leaf(k, v) for k, v in said.items()), *parameters]]


def _color(color: Any, report: Report) -> list[list[Any]]:
    try:
        parts = [float(part) for part in (*color, 1.0)[:4]]
        whole = [min(max(round(255 * part), 0), 255) for part in parts[:3]]
        _, _, _, alpha = parts
    except (TypeError, ValueError, OverflowError):
        report("colour", "black: what it states is no red, green and blue", "")
        parts, whole, alpha = [0.0, 0.0, 0.0], [0, 0, 0], 1.0
    if any(abs(_part(w) - p) > 1e-6 for w, p in zip(whole, parts, strict=False)):
        report("colour", "the nearest of 256 steps of red, green and blue", "")
    if alpha != 1:
        report("colour", "an opaque colour", "Set the clip's opacity.")
    shades = zip(_CHANNELS, whole, strict=True)
    return [_leaf("alpha", 0), *(_leaf(name, shade) for name, shade in shades)]


def generator_tree(
    reference: otio.schema.GeneratorReference, report: Report
) -> list[Any]:
    """Return the effect element of a generator.

    Parameters
    ----------
    reference
        The generator.
    report
        Told what becomes of what the format cannot say.
    """
    kept = metadata.read(reference, "effect")
    if isinstance(kept, dict) and kept.get("format") == "xmeml" and kept.get("tree"):
        tree: list[Any] = kept["tree"]
        return tree
    kind = str(reference.generator_kind or "")
    said = dict(reference.parameters)
    if kind == "SolidColor":
        color = said.get("color", (0.0, 0.0, 0.0, 1.0))
        fill = _parameter(("fillcolor", _COLOR), _color(color, report))
        return _effect(_COLOR, "Matte", [fill])
    if kind == "Title":
        remedy = "Set the title in the editor."
        report("title", "a text generator of Final Cut Pro, set its own way", remedy)
        return _effect(_TEXT, _TEXT, _title(said, report))
    report("generator", f"a generator {kind!r} that the editor may not know", "")
    made = [
        _parameter((key, key), text if isinstance(text, str) else _json(text))
        for key, text in sorted(said.items())
    ]
    return _effect(clean(kind) or "Generator", "Generator", made)


def _json(value: Any) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True)


def _plain(value: Any) -> Any:
    if hasattr(value, "keys"):
        return {str(key): _plain(value[key]) for key in value}
    if hasattr(value, "__iter__") and not isinstance(value, str):
        return [_plain(part) for part in value]
    return value if isinstance(value, (int, float, bool, type(None))) else str(value)


def _title(said: dict[str, Any], report: Report) -> list[list[Any]]:
    found = [_parameter(("str", "Text"), said.get("text", ""))]
    for key, name in _FONT.items():
        if key in said:
            found.append(_parameter((name, key.capitalize()), said[key]))
    if "color" in said:
        color = _color(said["color"], report)
        color[0] = _leaf("alpha", 255)
        found.append(_parameter(("fontcolor", "Font Color"), color))
    for key in sorted(said.keys() - {"text", "color", *_FONT}):
        report(f"title's {key}", "the editor's own", "", "dropped")
    return found


def generator_of(tree: list[Any], name: str) -> otio.schema.GeneratorReference:
    """Return the generator that an effect element means.

    Parameters
    ----------
    tree
        The effect element, as `otio_genai.interchange.xmeml.foreign` keeps it.
    name
        The item's, for a generator that has none.
    """
    said = {child[0]: child[2] for child in tree[3]}
    effect_id = said.get("effectid") or said.get("name") or name
    values = dict(map(_read, (part for part in tree[3] if part[0] == "parameter")))
    if effect_id == _COLOR and "fillcolor" in values:
        color = _read_color(values["fillcolor"])
        return otio.schema.GeneratorReference(
            "", "SolidColor", parameters={"color": color}
        )
    if effect_id == _TEXT and isinstance(values.get("str"), str):
        found: dict[str, Any] = {"text": values["str"]}
        for key, parameter in _FONT.items():
            if isinstance(values.get(parameter), str):
                found[key] = _number(values[parameter])
        if isinstance(values.get("fontcolor"), list):
            found["color"] = _read_color(values["fontcolor"])
        made = otio.schema.GeneratorReference("", "Title", parameters=found)
        # A text generator says more than a title holds: it is written as it was.
        if values.keys() - {"str", "fontcolor", *_FONT.values()}:
            metadata.put(made, "effect", {"format": "xmeml", "tree": tree})
        return made
    made = otio.schema.GeneratorReference("", effect_id)
    if said.get("effectcategory") == "Generator":
        made.parameters.update({k: _loads(v) for k, v in values.items()})
    else:
        metadata.put(made, "effect", {"format": "xmeml", "tree": tree})
    return made


def _read(parameter: list[Any]) -> tuple[str, Any]:
    """Return a parameter's id and its value: text, or elements."""
    said = {child[0]: child for child in parameter[3]}
    value = said.get("value", ["", {}, "", []])
    return said.get("parameterid", _leaf("", ""))[2], value[3] or value[2]


def _number(text: str) -> Any:
    """Return the value a text means, when it is short enough to mean one."""
    if len(text) > _LONGEST_VALUE:
        return text
    try:
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text


def _loads(value: Any) -> Any:
    return _number(value) if isinstance(value, str) else value


def _read_color(value: Any) -> list[float]:
    said = {}
    if isinstance(value, list):
        said = {child[0]: child[2] for child in value}
    shades: list[float] = []
    for name in _CHANNELS:
        text = str(said.get(name, "0")).strip()
        shade = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        shades.append(_part(min(shade, 255)))
    return [*shades, 1.0]


def _part(shade: int) -> float:
    """Return the part of 255 with the fewest decimals that is written the same."""
    for digits in range(4):
        part = round(shade / 255, digits)
        if round(255 * part) == shade:
            return part
    return shade / 255


def source_of(file: model.MediaFile, title: str) -> otio.schema.GeneratorReference:
    """Return the generator that a file element without a file means.

    Parameters
    ----------
    file
        Its ``source`` says what makes the picture.
    title
        The text of Premiere's graphic, when it is one; else empty.
    """
    if title:
        made = otio.schema.GeneratorReference(
            file.name, "Title", parameters={"text": title}
        )
    else:
        made = otio.schema.GeneratorReference(file.name, file.name or file.source)
    kept = {
        "format": "xmeml",
        "source": file.source,
        "rate": [file.rate.timebase, file.rate.ntsc],
        "frames": file.duration_frames,
        "start": [file.timecode.frames, file.timecode.drop],
        "size": [file.width_px, file.height_px],
        "sound": [file.sample_rate, file.channels],
        "video": file.has_video,
    }
    metadata.put(made, "effect", kept)
    return made


def kept_source(reference: otio.core.MediaReference) -> model.MediaFile | None:
    """Return the file element that a generator was read from, if it was one."""
    kept = metadata.read(reference, "effect")
    ours = isinstance(kept, dict) and kept.get("format") == "xmeml"
    if not ours or not kept.get("source"):
        return None
    rate = model.Rate(int(kept["rate"][0]), bool(kept["rate"][1]))
    drop = bool(kept["start"][1]) and rates.is_drop_rate(rate.exact)
    return model.MediaFile(
        id="",
        name=clean(reference.name) or clean(str(kept["source"])),
        pathurl="",
        rate=rate,
        duration_frames=int(kept["frames"]),
        timecode=model.Timecode(rate, int(kept["start"][0]), drop),
        width_px=int(kept["size"][0]),
        height_px=int(kept["size"][1]),
        sample_rate=int(kept["sound"][0]),
        channels=int(kept["sound"][1]),
        has_video=bool(kept["video"]),
        source=str(kept["source"]),
    )
