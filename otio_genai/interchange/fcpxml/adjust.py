"""Crop, framing, opacity, level and pan as the format's own adjustments.

Conventions
    A picture is first conformed to the frame (``fit`` shows all of it, ``fill``
    covers the frame, ``none`` keeps its own pixels), then transformed: scale as a
    factor, position in percent of the frame's height upwards from the middle,
    rotation in degrees counter-clockwise. A crop is in percent of the picture's own
    height, opacity a part of 1, level in decibels, pan from -100 to 100. Keyframes
    stand at local times, with straight lines between them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from otio_genai import metadata
from otio_genai.interchange.fcpxml.local import Local
from otio_genai.interchange.fcpxml.node import Node
from otio_genai.interchange.fcpxml.values import level_text, number, time_text
from otio_genai.interchange.spot import Spot

__all__ = ["Report", "picture_adjustments", "sound_adjustments"]

#: Told (feature, outcome, what the editor gets, remedy).
Report = Callable[[str, Any, str, str], None]

_LOUDEST_DB = 12.0
_CONFORM = {"cover": "fill", "contain": "fit", "native": "none"}
_CHANGED = 1e-9

_Keys = list[list[float]]


def picture_adjustments(
    spot: Spot, at: Local, size: tuple[int, int], report: Report
) -> list[Node]:
    """Return the adjustments of a picture in a frame of ``size`` pixels."""
    crop = _keys(metadata.read(spot.item, "crop"), "crop", 5, report)
    opacity = _keys(metadata.read(spot.item, "opacity"), "opacity", 2, report)
    return [
        *_crop(crop, _picture_size(spot), size, at, report),
        *_framing(spot, size, at, report),
        *_blend(opacity, at),
    ]


def sound_adjustments(
    spot: Spot, at: Local, fades: Sequence[Node], report: Report
) -> list[Node]:
    """Return the adjustments of a sound; ``fades`` are those at its own ends."""
    levels = _keys(metadata.read(spot.item, "levels"), "levels", 2, report)
    pan = _keys(metadata.read(spot.item, "pan"), "pan", 2, report)
    return [*_volume(levels, fades, at, report), *_panner(pan, at)]


def _keys(kept: Any, name: str, width: int, report: Report) -> _Keys:
    """Return keys in order of time; none when what is kept are no keys."""
    if not kept:
        return []
    try:
        keys = sorted([float(part) for part in key] for key in kept)
    except (TypeError, ValueError):
        keys = []
    if not keys or any(len(key) != width for key in keys):
        report(name, "dropped", "the clip without it", "Write it as keys.")
        return []
    return keys


def _picture_size(spot: Spot) -> tuple[int, int]:
    if spot.medium is None:
        return 0, 0
    facts = spot.medium.facts
    return int(facts.get("width") or 0), int(facts.get("height") or 0)


def _crop(
    keys: _Keys, own: tuple[int, int], size: tuple[int, int], at: Local, report: Report
) -> list[Node]:
    if not any(any(key[1:]) for key in keys):
        return []
    if 0 in own:
        gets = "a crop for a picture of the film's own shape"
        report("crop", "approximated", gets, "Analyse the takes first.")
        own = size
    across = 100 * own[0] / own[1]
    edges = ("left", across), ("top", 100.0), ("right", across), ("bottom", 100.0)
    # Ours are kept as left, right, top, bottom.
    columns = dict(left=1, right=2, top=3, bottom=4)
    values = {name: [key[columns[name]] * unit for key in keys] for name, unit in edges}
    rect = _animated("trim-rect", values, keys, at)
    rect.attributes = {k: v for k, v in rect.attributes.items() if v != "0"}
    return [Node("adjust-crop", rect, mode="trim")]


def _framing(
    spot: Spot, size: tuple[int, int], at: Local, report: Report
) -> list[Node]:
    framing = metadata.read(spot.item, "framing")
    framing = framing if isinstance(framing, dict) else {}
    keys = _keys(framing.get("keys"), "framing", 5, report)
    fit = str(framing.get("fit", "cover"))
    found: list[Node] = []
    if fit != "cover" or _differs(_picture_size(spot), size):
        found.append(Node("adjust-conform", type=_CONFORM.get(fit, "fill")))
    if all(key[1:] == [1, 0, 0, 0] for key in keys):
        return found
    aspect = size[0] / size[1]
    places = [(100 * aspect * key[2], -100 * aspect * key[3]) for key in keys]
    texts = {
        "position": [f"{number(x)} {number(y)}" for x, y in places],
        "rotation": [number(-key[4]) for key in keys],
        "scale": [f"{number(key[1])} {number(key[1])}" for key in keys],
    }
    node = _with_keys("adjust-transform", texts, keys, at)
    plain = {"position": "0 0", "rotation": "0", "scale": "1 1"}
    node.attributes = {k: v for k, v in node.attributes.items() if v != plain[k]}
    return [*found, node] if node.attributes or node.children else found


def _differs(own: tuple[int, int], size: tuple[int, int]) -> bool:
    """Tell whether covering the frame and being contained in it are two things."""
    return 0 not in own and own[0] * size[1] != own[1] * size[0]


def _blend(keys: _Keys, at: Local) -> list[Node]:
    if all(abs(key[1] - 1) < _CHANGED for key in keys):
        return []
    texts = {"amount": [number(min(max(key[1], 0.0), 1.0)) for key in keys]}
    return [_with_keys("adjust-blend", texts, keys, at)]


def _volume(
    keys: _Keys, fades: Sequence[Node], at: Local, report: Report
) -> list[Node]:
    if any(key[1] > _LOUDEST_DB for key in keys):
        gets = "+12 dB, the most there is"
        report("level", "approximated", gets, "Lower the level.")
    texts = [level_text(min(key[1], _LOUDEST_DB)) for key in keys]
    if set(texts) <= {"0dB"} and not fades:
        return []
    node = _with_keys("adjust-volume", {"amount": texts or ["0dB"]}, keys, at)
    if fades:
        if not node.children:
            node.children.append(Node("param", name="amount"))
        node.children[0].children[:0] = fades
    return [node]


def _panner(keys: _Keys, at: Local) -> list[Node]:
    if not any(key[1] for key in keys):
        return []
    texts = {"amount": [number(100 * min(max(key[1], -1.0), 1.0)) for key in keys]}
    node = _with_keys("adjust-panner", texts, keys, at)
    node.attributes = {"mode": "1", **node.attributes}
    return [node]


def _animated(tag: str, values: dict[str, list[float]], keys: _Keys, at: Local) -> Node:
    texts = {name: [number(v) for v in column] for name, column in values.items()}
    return _with_keys(tag, texts, keys, at)


def _with_keys(tag: str, texts: dict[str, list[str]], keys: _Keys, at: Local) -> Node:
    """Return an element with a parameter for each value that changes.

    Of several keys on one frame the last counts.
    """
    node = Node(tag, **{name: column[0] for name, column in texts.items()})
    for name, column in texts.items():
        if len(set(column)) < 2:
            continue
        points = dict(zip((int(key[0]) for key in keys), column, strict=True))
        frames = [
            Node("keyframe", time=time_text(at.key_s(k)), value=v, curve="linear")
            for k, v in points.items()
        ]
        animation = Node("keyframeAnimation", *frames)
        node.children.append(Node("param", animation, name=name))
    return node
