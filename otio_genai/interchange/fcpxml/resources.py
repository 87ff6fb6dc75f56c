"""Formats, files, effects and compound clips: what a document refers to by id.

Conventions
    Ids count from ``r1``, the format of the sequence, in the order of first use. A
    file's start is its embedded timecode. A still lasts no time of its own and has a
    format without rate, as Final Cut writes it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from urllib.parse import quote_from_bytes

from otio_genai.interchange.account import clean
from otio_genai.interchange.fcpxml.node import Node
from otio_genai.interchange.fcpxml.values import SLATE_KEY, frame_duration, time_text
from otio_genai.interchange.pool import Medium
from otio_genai.interchange.urls import from_pathurl, is_absolute

__all__ = ["RATES", "Resources"]

_COLOR_SPACE = "1-1-1 (Rec. 709)"
_STILL_FORMAT = "FFVideoFormatRateUndefined"
#: Names of the rates that Final Cut has projects of.
RATES = {
    Fraction(24_000, 1001): "2398",
    Fraction(30_000, 1001): "2997",
    Fraction(60_000, 1001): "5994",
    **{Fraction(base): str(base) for base in (24, 25, 30, 50, 60)},
}
_SIZE_NAMES = {
    (1280, 720): "720p",
    (1920, 1080): "1080p",
    (3840, 2160): "3840x2160p",
    (4096, 2160): "4096x2160p",
}


class Resources:
    """Gathers what the document refers to.

    Parameters
    ----------
    rate, size
        Frames per second, and width and height in pixels, of the sequence.
    """

    def __init__(self, rate: Fraction, size: tuple[int, int]) -> None:
        self._ids: dict[tuple[Any, ...], str] = {}
        self._nodes: dict[str, Node] = {}
        self._media: dict[str, Medium] = {}
        self._styles = 0
        self.format = self._video_format(rate, size)

    def _new(self, key: tuple[Any, ...], node: Node) -> str:
        made = f"r{len(self._ids) + 1}"
        self._ids[key] = made
        node.attributes = {"id": made, **node.attributes}
        self._nodes[made] = node
        return made

    def _video_format(self, rate: Fraction | None, size: tuple[int, int]) -> str:
        key = ("format", rate, size)
        if key in self._ids:
            return self._ids[key]
        if rate is None:
            name: str | None = _STILL_FORMAT
        elif rate in RATES and size in _SIZE_NAMES:
            name = f"FFVideoFormat{_SIZE_NAMES[size]}{RATES[rate]}"
        else:
            name = None
        known = size[0] > 0 and size[1] > 0
        node = Node(
            "format",
            name=name,
            frameDuration=None if rate is None else frame_duration(rate),
            width=str(size[0]) if known else None,
            height=str(size[1]) if known else None,
            colorSpace=_COLOR_SPACE if known and rate is not None else None,
        )
        return self._new(key, node)

    def asset(self, medium: Medium) -> str:
        """Return the id of a media file."""
        key = ("asset", medium.number)
        if key not in self._ids:
            if medium.has_video:
                rate = None if medium.still else medium.rate
                self._video_format(rate, _size(medium))
            # What it holds is known when all its uses are: `nodes` fills it in.
            made = self._new(key, Node("asset"))
            self._media[made] = medium
        return self._ids[key]

    def effect(self, name: str, uid: str, src: str = "") -> str:
        """Return the id of an effect, transition, title or generator."""
        key = ("effect", uid, src)
        if key not in self._ids:
            self._new(key, Node("effect", name=name, uid=uid, src=src or None))
        return self._ids[key]

    def compound(self, content: str) -> tuple[str, Node | None]:
        """Return the id of a nested sequence, and its element when it is new."""
        key = ("media", content)
        if key in self._ids:
            return self._ids[key], None
        node = Node("media")
        return self._new(key, node), node

    def style(self) -> str:
        """Return the id of another text style."""
        self._styles += 1
        return f"ts{self._styles}"

    def nodes(self) -> list[Node]:
        """Return every resource, in the order of ids."""
        for made, medium in self._media.items():
            self._describe(self._nodes[made], medium)
        return list(self._nodes.values())

    def _describe(self, node: Node, medium: Medium) -> None:
        facts = medium.facts
        sound = medium.has_audio
        rate = None if medium.still else medium.rate
        length_s = medium.length_s if medium.length_s else medium.used_s
        said: dict[str, str | None] = {
            "name": medium.name or None,
            "start": time_text(medium.start_s),
            "duration": "0s" if medium.still else time_text(length_s),
        }
        if medium.has_video:
            said["hasVideo"] = "1"
            said["format"] = self._video_format(rate, _size(medium))
            said["videoSources"] = "1"
        if sound:
            said["hasAudio"] = "1"
            said["audioSources"] = "1"
            said["audioChannels"] = str(medium.channels)
            known = facts.get("sample_rate")
            said["audioRate"] = str(int(known)) if known else None
        node.attributes |= {key: value for key, value in said.items() if value}
        node.children = [
            Node("media-rep", kind="original-media", src=_source(medium.url))
        ]
        kept = [
            Node("md", key=f"{SLATE_KEY}{key}", value=_text(value))
            for key, value in medium.slate.items()
            if isinstance(value, (str, int, float)) and _text(value).strip()
        ]
        if kept:
            node.children.append(Node("metadata", *kept))


def _size(medium: Medium) -> tuple[int, int]:
    facts = medium.facts
    return int(facts.get("width") or 0), int(facts.get("height") or 0)


def _text(value: object) -> str:
    return clean(str(value), lines=True)


def _source(url: str) -> str:
    address = clean(url)
    if is_absolute(address):
        return from_pathurl(address)
    return quote_from_bytes(address.encode("utf-8", "replace"), safe="/")
