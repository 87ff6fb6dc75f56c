"""What is wrong with an xmeml document, found without any editor.

Aim
    The rules that importers are known to enforce in silence, as functions over the
    text, its elements and its model. An empty list is no proof that an editor reads
    the file; each finding is a reason why one may not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from otio_genai import rates
from otio_genai.errors import GenaiError
from otio_genai.interchange.account import clean
from otio_genai.interchange.tree import tree
from otio_genai.interchange.urls import base_name, from_pathurl, is_absolute
from otio_genai.interchange.xmeml import grammar
from otio_genai.interchange.xmeml.dialects import FILTERS, LARGEST_GAIN
from otio_genai.interchange.xmeml.lint_items import Finding, lint_items
from otio_genai.interchange.xmeml.parse import parse

__all__ = ["Finding", "lint_xmeml"]

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n'
_SELF_CLOSED = re.compile(r"<([\w.]+)(?:\s[^<>]*)?/>")
_STUBS = ("file", "sequence")
_EFFECTS = FILTERS | frozenset(
    (
        "Color",
        "Cross Dissolve",
        "Dip to Color Dissolve",
        "Fade In Fade Out Dissolve",
        "GraphicAndType",
        "KGAudioTransCrossFade3dB",
        "KGAudioTransCrossFade0dB",
    )
)


def lint_xmeml(text: str, *, media: bool = False) -> list[Finding]:
    """Return every broken rule of a document.

    Parameters
    ----------
    text
        The document.
    media
        Also ask whether each media file exists here.
    """
    try:
        root, sequence = tree(text), parse(text)
    except GenaiError as error:
        return [Finding("well-formed", error.place or "", error.sentence)]
    found = [*_text(text), *_grammar(root), *_ids(root), *_rates(root), *_names(root)]
    for number, file in _files(root).items():
        found += _file(file, number, media)
    found += [*lint_items(sequence), *_effects(root)]
    return found


def _text(text: str) -> Iterator[Finding]:
    if not text.startswith(_HEAD):
        yield Finding("head", "line 1", "The declaration or document type differs.")
    for match in _SELF_CLOSED.finditer(text):
        if match[1] not in _STUBS:
            yield Finding("self-closed", match[0], "An empty element is self-closed.")


def _grammar(root: Element) -> Iterator[Finding]:
    premiere = root.get("version") == "4"
    none: frozenset[str] = frozenset()
    for element in root.iter():
        children = grammar.STRICT_CHILDREN.get(element.tag, none)
        attributes = grammar.ATTRIBUTES.get(element.tag, none)
        if premiere:
            children |= grammar.PREMIERE_CHILDREN.get(element.tag, none)
            attributes |= grammar.PREMIERE_ATTRIBUTES.get(element.tag, none)
        for child in element:
            if child.tag not in children:
                rule = f"<{child.tag}> does not belong there."
                yield Finding("grammar", f"<{element.tag}>", rule)
        for name in element.attrib:
            if name not in attributes:
                yield Finding("grammar", f"<{element.tag}>", f"Attribute {name}.")


def _ids(root: Element) -> Iterator[Finding]:
    seen: set[str] = set()
    for element in root.iter():
        own = element.get("id")
        if own is None:
            continue
        if element.tag in _STUBS and not len(element):
            if own not in seen:
                yield Finding("defined before use", own, "Nothing defines it before.")
        elif own in seen:
            yield Finding("unique ids", own, "It stands there twice.")
        else:
            seen.add(own)


def _rates(root: Element) -> Iterator[Finding]:
    for tag in ("sequence", "file", "clipitem", "transitionitem"):
        for element in root.iter(tag):
            place = element.get("id") or tag
            if len(element) and element.find("rate/timebase") is None:
                yield Finding("rate", place, f"The {tag} states no rate.")
    files = _files(root) if root.get("version") == "5" else {}
    for sequence in root.iter("sequence"):
        rate = _rate_text(sequence)
        for item in sequence.iter("clipitem"):
            file = files.get(_file_id(item))
            wanted = {rate} if file is None else {rate, _rate_text(file)}
            if _rate_text(item) not in wanted and not _ticks_agree(item):
                said = _rate_text(item)[0] or "none"
                text = f"Its rate, {said}, is not the sequence's, {rate[0]}."
                yield Finding("one rate", item.get("id", ""), text)


def _ticks_agree(item: Element) -> bool:
    """Tell whether in and out at the item's own rate are where its ticks are.

    Premiere writes an item of footage that was given another rate in that rate.
    """
    timebase, ntsc = _rate_text(item)
    if not timebase.isdecimal() or not int(timebase):
        return False
    rate = Fraction(int(timebase)) * (Fraction(1000, 1001) if ntsc == "TRUE" else 1)
    for frame, tick in (("in", "pproTicksIn"), ("out", "pproTicksOut")):
        counted, ticks = _decimal(item.findtext(frame)), item.findtext(tick, "")
        if not ticks.isdecimal() or counted < 0:
            return False
        seconds = Fraction(int(ticks), rates.TICKS_PER_SECOND)
        if abs(seconds * rate - Fraction(counted)) >= Fraction(1, 2):
            return False
    return True


def _rate_text(element: Element) -> tuple[str, str]:
    rate = element.find("rate")
    if rate is None:
        return "", ""
    return rate.findtext("timebase", ""), rate.findtext("ntsc", "")


def _file_id(item: Element) -> str:
    file = item.find("file")
    return "" if file is None else file.get("id", "")


def _files(root: Element) -> dict[str, Element]:
    return {file.get("id", ""): file for file in root.iter("file") if len(file)}


def _names(root: Element) -> Iterator[Finding]:
    for tag in ("sequence", "clipitem", "file"):
        for element in root.iter(tag):
            name = element.findtext("name")
            if not len(element):
                continue
            if not (name or "").strip():
                yield Finding("names", element.get("id", tag), "The name is empty.")
            elif clean(name or "") != name:
                place = element.get("id", tag)
                yield Finding("names", place, "The name has control characters.")


def _file(file: Element, number: str, media: bool) -> Iterator[Finding]:
    address = file.findtext("pathurl") or ""
    if file.find("timecode/frame") is None or file.find("timecode/string") is None:
        yield Finding("file timecode", number, "It has no timecode.")
    if not address:
        # Offline, or made by the editor: sound as a document, but without media.
        if media and not (file.findtext("mediaSource") or "").strip():
            yield Finding("media", number, "It is offline: it has no address.")
        return
    path = address.partition("//")[2]
    if re.search(r"%(?![0-9A-Fa-f]{2})", path) or re.search(r"[ \"<>\\^`{|}]", path):
        yield Finding("pathurl", number, "It is not percent-encoded.")
    if re.search(r"%(2C|26|28|29|27|21)", path, re.IGNORECASE):
        yield Finding("pathurl", number, "A literal character is percent-encoded.")
    if file.findtext("name") != clean(base_name(address)):
        yield Finding("file name", number, "It is not the last part of the address.")
    if not is_absolute(address):
        yield Finding("pathurl", number, "It is relative to nothing that is known.")
    elif media and not Path(unquote(from_pathurl(address)[7:])).exists():
        yield Finding("media", number, f"There is no file {address}.")


def _effects(root: Element) -> Iterator[Finding]:
    for effect in root.iter("effect"):
        name = effect.findtext("effectid") or ""
        if name not in _EFFECTS:
            yield Finding("effects", name, "No editor is known to read it.")
        if name == "audiolevels":
            for value in effect.iter("value"):
                if not 0 <= _decimal(value.text) <= LARGEST_GAIN + 1e-6:
                    yield Finding("levels", value.text or "", "It is out of 0-3.98.")
        for parameter in effect.iter("parameter"):
            whens = [_decimal(k.findtext("when")) for k in parameter.iter("keyframe")]
            if any(b <= a for a, b in zip(whens, whens[1:], strict=False)):
                yield Finding("keyframes", name, "They are not in order.")


def _decimal(text: str | None) -> float:
    try:
        return float(text or "")
    except ValueError:
        return -1.0
