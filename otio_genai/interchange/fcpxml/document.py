"""What an FCPXML document holds, before anything of it is placed in time.

Aim
    Resources by their ids, projects and clips in the order of the document. Nothing
    that refers to nothing stops the reading: the dangling reference is told where it
    is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from otio_genai.errors import InterchangeError
from otio_genai.interchange.fcpxml.values import time_s
from otio_genai.interchange.tree import tree

__all__ = [
    "CLIPS",
    "Asset",
    "Document",
    "Format",
    "Project",
    "chosen",
    "parse",
    "sample_rate",
    "seconds",
    "whole",
]

#: Story elements that may stand in an event.
CLIPS = ("clip", "audition", "mc-clip", "ref-clip", "sync-clip", "asset-clip")
_VERSIONS = range(5, 15)
_SIZES = {480: 720, 486: 720, 576: 720, 720: 1280, 1080: 1920, 2160: 3840}
_NAMED = re.compile(r"FFVideoFormat(?:(\d{1,5})x)?(\d{1,5})([ip])(\d{2,5})")
# What the last digits of a format's name stand for.
_NAMED_RATES = {"2398": 24, "2997": 30, "4795": 48, "5994": 60, "11988": 120}
_LONGEST_S = 10**7


@dataclass(frozen=True, slots=True)
class Format:
    """Rate and raster of pictures; None and zeros where it states none."""

    rate: Fraction | None = None
    width_px: int = 0
    height_px: int = 0


@dataclass(frozen=True, slots=True)
class Asset:
    """A media file; times in seconds, ``start_s`` being its first timecode."""

    id: str
    name: str
    url: str
    start_s: Fraction
    duration_s: Fraction
    format: Format
    has_video: bool
    has_audio: bool
    channels: int
    sample_rate: int
    element: Element

    @property
    def still(self) -> bool:
        """True for a single picture."""
        return self.has_video and (not self.duration_s or self.format.rate is None)


@dataclass(frozen=True, slots=True)
class Project:
    """A sequence with the name of its project."""

    name: str
    sequence: Element


@dataclass(slots=True)
class Document:
    """Resources by id, projects, and the clips of events."""

    version: str
    formats: dict[str, Format] = field(default_factory=dict)
    assets: dict[str, Asset] = field(default_factory=dict)
    effects: dict[str, Element] = field(default_factory=dict)
    media: dict[str, Element] = field(default_factory=dict)
    projects: list[Project] = field(default_factory=list)
    clips: list[Element] = field(default_factory=list)
    event: str = ""
    others: list[str] = field(default_factory=list)


def seconds(element: Element, name: str) -> Fraction | None:
    """Return a time attribute; None when it is absent, nonsense or beyond reason."""
    found = time_s(element.get(name))
    if found is None or abs(found.numerator) > _LONGEST_S * found.denominator:
        return None
    return found


def whole(text: str | None) -> int:
    """Return a count; 0 when it is none."""
    found = (text or "").strip()
    return int(found) if found.isdecimal() and len(found) < 10 else 0


def parse(text: str) -> Document:
    """Return what a document holds.

    Raises
    ------
    InterchangeError
        It is not well-formed, no FCPXML, or of an unknown version.
    """
    root = tree(text)
    if root.tag != "fcpxml":
        raise InterchangeError(
            f"This is no FCPXML: its root element is <{root.tag}>.",
            remedy="Export FCPXML from the editor.",
        )
    version = root.get("version") or ""
    major, _, minor = version.partition(".")
    if major != "1" or whole(minor) not in _VERSIONS:
        raise InterchangeError(
            f"FCPXML of version {version or 'unstated'!r} is not known.",
            remedy="Export version 1.10, or any from 1.5 to 1.14.",
        )
    found = Document(version)
    for resources in root.iter("resources"):
        _add_resources(found, resources)
    _add_content(found, root)
    return found


def _add_resources(found: Document, resources: Element) -> None:
    """Read the resources; the first of an id counts."""
    for element in resources.findall("format"):
        found.formats.setdefault(element.get("id", ""), _format(element))
    for element in resources:
        own = element.get("id", "")
        if element.tag == "asset":
            found.assets.setdefault(own, _asset(element, own, found.formats))
        elif element.tag == "effect":
            found.effects.setdefault(own, element)
        elif element.tag == "media":
            found.media.setdefault(own, element)
        elif element.tag != "format":
            found.others.append(element.tag)


def _format(element: Element) -> Format:
    width, height = whole(element.get("width")), whole(element.get("height"))
    lasts_s = seconds(element, "frameDuration")
    rate = 1 / lasts_s if lasts_s is not None and 0 < lasts_s <= 1 else None
    named = _NAMED.match(element.get("name") or "")
    if named:
        height = height or int(named[2])
        width = width or int(named[1] or 0) or _SIZES.get(int(named[2]), 0)
        rate = rate or _named_rate(named[4], named[3] == "i")
    return Format(rate, width, height)


def _named_rate(digits: str, interlaced: bool) -> Fraction | None:
    base = _NAMED_RATES.get(digits)
    rate = Fraction(base * 1000, 1001) if base else Fraction(int(digits))
    # An interlaced format is named by its fields.
    return (rate / 2 if interlaced else rate) or None


def _asset(element: Element, own: str, formats: dict[str, Format]) -> Asset:
    copies = element.findall("media-rep")
    original = [c for c in copies if c.get("kind", "original-media") != "proxy-media"]
    url = element.get("src") or next(
        (c.get("src", "") for c in [*original, *copies] if c.get("src")), ""
    )
    has_video = element.get("hasVideo") == "1"
    has_audio = element.get("hasAudio") == "1"
    given = formats.get(element.get("format", ""), Format())
    if not has_video and not has_audio:
        # Nothing is said: what has a raster is a picture.
        has_video = bool(given.width_px)
        has_audio = not has_video
    return Asset(
        id=own,
        name=element.get("name", ""),
        url=url,
        start_s=seconds(element, "start") or Fraction(0),
        duration_s=max(seconds(element, "duration") or Fraction(0), Fraction(0)),
        format=given,
        has_video=has_video,
        has_audio=has_audio,
        channels=whole(element.get("audioChannels")),
        sample_rate=sample_rate(element.get("audioRate")),
        element=element,
    )


def sample_rate(text: str | None) -> int:
    """Return samples per second of ``"48000"`` or ``"48k"``; 0 when unstated.

    Examples
    --------
    >>> sample_rate("44.1k"), sample_rate("48000")
    (44100, 48000)
    """
    bare = (text or "").strip().lower()
    thousands = bare.endswith("k")
    try:
        value = Fraction(bare.removesuffix("k")[:12])
    except (ValueError, ZeroDivisionError):
        return 0
    exact = value * 1000 if thousands else value
    return int(exact) if 0 < exact < 10**7 else 0


def _add_content(found: Document, root: Element) -> None:
    for parent, element in _content(root):
        if element.tag == "project":
            sequence = element.find("sequence")
            if sequence is None:
                found.others.append("project without a sequence")
                continue
            found.projects.append(Project(element.get("name") or "", sequence))
        elif element.tag == "sequence":
            found.projects.append(Project(element.get("name") or "", element))
        elif element.tag in CLIPS:
            found.clips.append(element)
            found.event = found.event or parent.get("name") or ""
        elif element.tag not in ("resources", "import-options"):
            found.others.append(element.tag)


def _content(root: Element) -> Iterator[tuple[Element, Element]]:
    """Give every (parent, element) that stands in the document, library or event."""
    for element in root:
        if element.tag in ("library", "event"):
            yield from _content(element)
        else:
            yield root, element


def chosen(found: Document, name: str | None) -> Project | None:
    """Return the project of a name, or the first; None when there are none.

    Raises
    ------
    InterchangeError
        No project has that name, or there is nothing to read at all.
    """
    if name is None:
        if found.projects:
            return found.projects[0]
        if found.clips:
            return None
        raise InterchangeError(
            "There is neither a project nor a clip in this document.",
            remedy="Export a project from the editor.",
        )
    for project in found.projects:
        if project.name == name:
            return project
    raise InterchangeError(
        f"There is no project {name!r} in this document.",
        remedy="Choose one of those that are there.",
        items=[
            project.name or "a project without a name" for project in found.projects
        ],
    )
