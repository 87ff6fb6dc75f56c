"""What is wrong with an FCPXML document, found without any editor.

Aim
    The rules of the format (ids, references, its grammar where it is version 1.10) and
    those that importers enforce in silence: clips within their media, a storyline
    without holes, edges on frames. An empty list is no proof that an editor reads the
    file; each finding is a reason why one may not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from otio_genai.errors import GenaiError
from otio_genai.interchange.account import clean
from otio_genai.interchange.fcpxml.document import Document, parse, seconds
from otio_genai.interchange.fcpxml.grammar import faults
from otio_genai.interchange.fcpxml.lint_items import items
from otio_genai.interchange.fcpxml.values import time_s
from otio_genai.interchange.tree import tree
from otio_genai.interchange.urls import from_pathurl, is_absolute
from otio_genai.interchange.xmeml.lint import Finding

__all__ = ["lint_fcpxml"]

#: The version whose grammar is known.
_GRAMMAR = "1.10"
_TIMES = (
    "offset",
    "start",
    "duration",
    "tcStart",
    "frameDuration",
    "audioStart",
    "audioDuration",
    "time",
)
# What the reference of an element may be.
_KINDS = {
    "asset-clip": ("asset",),
    "ref-clip": ("media",),
    "mc-clip": ("media",),
    "video": ("asset", "effect"),
    "audio": ("asset", "effect"),
    "title": ("effect",),
    "filter-video": ("effect",),
    "filter-audio": ("effect",),
    "text-style": ("text-style-def",),
}
_NOT_ENCODED = re.compile(r"[ \"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})")


def lint_fcpxml(text: str, *, media: bool = False) -> list[Finding]:
    """Return every broken rule of a document.

    Parameters
    ----------
    text
        The document.
    media
        Also ask whether each media file exists here.
    """
    try:
        root, document = tree(text), parse(text)
    except GenaiError as error:
        return [Finding("well-formed", error.place or "", error.sentence)]
    found = [*_ids(root), *_references(root), *_times(root), *_names(root)]
    if document.version == _GRAMMAR:
        found += [Finding("grammar", _place(e), said) for e, said in faults(root)]
    for asset in document.assets.values():
        found += _asset(asset.element, media)
    for sequence in root.iter("sequence"):
        found += _sequence(sequence, document)
    for element in root.iter("timeMap"):
        found += _time_map(element)
    return found


def _place(element: Element) -> str:
    name = element.get("name") or element.get("id") or element.get("value")
    return f"<{element.tag}> {clean(name)}" if name else f"<{element.tag}>"


def _ids(root: Element) -> Iterator[Finding]:
    counts = Counter(e.get("id") for e in root.iter() if e.get("id") is not None)
    for own, times in counts.items():
        if times > 1:
            yield Finding("unique ids", clean(own or ""), "It stands there twice.")


def _references(root: Element) -> Iterator[Finding]:
    tags = {e.get("id"): e.tag for e in root.iter() if e.get("id") is not None}
    for element in root.iter():
        for name in ("ref", "format"):
            given = element.get(name)
            if given is None:
                continue
            kinds = ("format",) if name == "format" else _KINDS.get(element.tag)
            if given not in tags:
                said = f"Nothing has the id {given!r}."
                yield Finding("references", _place(element), clean(said))
            elif kinds is not None and tags[given] not in kinds:
                said = f"{given!r} is a <{tags[given]}>, not a {' or '.join(kinds)}."
                yield Finding("references", _place(element), clean(said))


def _times(root: Element) -> Iterator[Finding]:
    for element in root.iter():
        for name in _TIMES:
            given = element.get(name)
            if given is not None and time_s(given) is None:
                said = f"{name}={given[:40]!r} is no time."
                yield Finding("times", _place(element), clean(said))
        length_s = seconds(element, "duration")
        if length_s is not None and length_s < 0:
            yield Finding("times", _place(element), "Its duration is negative.")


def _names(root: Element) -> Iterator[Finding]:
    for element in root.iter():
        name = element.get("name")
        if name is not None and clean(name) != name:
            said = "The name has control characters."
            yield Finding("names", _place(element), said)
    for project in root.iter("project"):
        if not (project.get("name") or "").strip():
            yield Finding("names", "<project>", "The project has no name.")


def _asset(element: Element, media: bool) -> Iterator[Finding]:
    place = _place(element)
    copies = [e.get("src") for e in (element, *element.findall("media-rep"))]
    addresses = [src for src in copies if src is not None]
    if not any(addresses):
        yield Finding("address", place, "It has no address.")
    for address in addresses:
        path = address.partition("//")[2] or address
        if _NOT_ENCODED.search(path):
            yield Finding("address", place, "It is not percent-encoded.")
        if not is_absolute(address):
            yield Finding("address", place, "It is relative to nothing that is known.")
        elif media and not _exists(address):
            yield Finding("media", place, f"There is no file {clean(address)}.")
    if element.get("hasVideo") == "1" and element.get("format") is None:
        yield Finding("asset format", place, "A picture without a format.")
    if element.get("hasVideo") != "1" and element.get("hasAudio") != "1":
        yield Finding("asset kind", place, "It states neither picture nor sound.")


def _exists(address: str) -> bool:
    url = from_pathurl(address)
    if not url.startswith("file:///"):
        return True
    try:
        return Path(unquote(url[7:])).exists()
    except (OSError, ValueError):
        return False


def _sequence(sequence: Element, document: Document) -> Iterator[Finding]:
    place = _place(sequence)
    given = document.formats.get(sequence.get("format", ""))
    rate = None if given is None else given.rate
    if rate is None:
        yield Finding("rate", place, "The sequence states no frame rate.")
    spines = sequence.findall("spine")
    if not spines:
        yield Finding("storyline", place, "It has no storyline.")
    for spine in spines:
        begin_s = seconds(sequence, "tcStart") or Fraction(0)
        end_s = yield from items(spine, document, rate, begin_s)
        stated_s = seconds(sequence, "duration")
        if rate is None or stated_s is None:
            continue
        if stated_s < end_s - begin_s - 1 / rate:
            said = "Its duration is shorter than its storyline."
            yield Finding("sequence duration", place, said)


def _time_map(element: Element) -> Iterator[Finding]:
    times = [time_s(point.get("time")) for point in element.findall("timept")]
    known = [time for time in times if time is not None]
    if len(known) < 2:
        yield Finding("time map", "<timeMap>", "It has fewer than two points.")
    elif any(b <= a for a, b in zip(known, known[1:], strict=False)):
        yield Finding("time map", "<timeMap>", "Its points are not in order of time.")
