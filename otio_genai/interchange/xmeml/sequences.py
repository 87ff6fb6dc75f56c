"""Which sequence of a document is meant, those nested in it, and what is not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from otio_genai.errors import InterchangeError
from otio_genai.interchange.xmeml import model
from otio_genai.interchange.xmeml.grammar import PREMIERE_CHILDREN, STRICT_CHILDREN

if TYPE_CHECKING:
    from otio_genai.interchange.xmeml.parse import Reader

__all__ = ["Nested", "choose", "document_notes", "unread"]

_READ = (
    STRICT_CHILDREN["clipitem"]
    | STRICT_CHILDREN["generatoritem"]
    | PREMIERE_CHILDREN["clipitem"]
    | {"colorinfo", "timecode", "ismasterclip", "uuid", "primarytimecode"}
    | {"subclipmasterid", "stillframe"}
)
# Elements of a clip that say something no timeline holds, unless they say this.
_UNREAD = {
    "multiclip": "",
    "compositemode": "normal",
    "comments": "",
    "subframeoffset": "0",
    "filmdata": "",
    "itemhistory": "",
    "gamma": "",
    "anamorphic": "FALSE",
    "pixelaspectratio": "square",
    "fielddominance": "none",
    "alphareverse": "FALSE",
    "stillframeoffset": "0",
    "mediadelay": "0",
    "syncoffset": "0",
}
# Sequences within each other.
_DEEPEST = 40
_LOGGING = ("good", "shotnote", "scenenote", "takenote", "originalaudiofilename")


def choose(root: Element, name: str | None) -> tuple[Element, list[str]]:
    """Return the sequence meant, and the names of the others that are not nested.

    Raises
    ------
    InterchangeError
        There is none, or none of that name.
    """
    nested = {s for item in root.iter("clipitem") for s in item.findall("sequence")}
    whole = [s for s in root.iter("sequence") if len(s) and s not in nested]
    ready = [s for s in whole if s.find("media") is not None] or whole
    if not ready:
        raise InterchangeError(
            "The document holds no sequence.",
            remedy="Select a sequence in the editor before exporting.",
        )
    if name is None:
        chosen = next((s for s in root.findall("sequence") if s in ready), ready[0])
    else:
        every = [*ready, *(s for s in root.iter("sequence") if s in nested and len(s))]
        named = [s for s in every if _name(s) == name]
        if not named:
            known = ", ".join(sorted({repr(_name(s)) for s in every}))
            raise InterchangeError(
                f"The document holds no sequence {name!r}.",
                remedy=f"It holds {known}.",
            )
        chosen = named[0]
    return chosen, [_name(s) for s in ready if s is not chosen]


def _name(sequence: Element) -> str:
    return (sequence.findtext("name") or "").strip()


class Nested:
    """The sequences of a document by id, each read once."""

    def __init__(self, root: Element) -> None:
        self._defined: dict[str, Element] = {}
        for sequence in root.iter("sequence"):
            if len(sequence):
                self._defined.setdefault(sequence.get("id", ""), sequence)
        self._read: dict[str, model.Sequence] = {}
        self._open: list[str] = []

    def read(self, item: Element, reader: Reader) -> model.Sequence | None:
        """Return the sequence an item shows; None when it shows none.

        A sequence that is not there, or would show itself, or lies deeper than
        anybody nests, is none.
        """
        stub = item.find("sequence")
        if stub is None:
            return None
        number = stub.get("id", "")
        element = stub if len(stub) else self._defined.get(number)
        if element is None or number in self._open or len(self._open) > _DEEPEST:
            return None
        if number not in self._read:
            self._open.append(number)
            self._read[number] = reader.sequence(element)
            self._open.pop()
        return self._read[number]


def document_notes(sequence: Element) -> Iterator[str]:
    """Give sentences on what a sequence states that no timeline holds."""
    name = _name(sequence) or "The sequence"
    label = (sequence.findtext("labels/label2") or "").strip()
    if label:
        yield f"{name}: its label {label!r} is not kept."
    fields = sequence.findtext(
        "media/video/format/samplecharacteristics/fielddominance"
    )
    if (fields or "none").strip() not in ("none", ""):
        yield f"{name}: its fields ({str(fields).strip()}) are not kept."
    for kind in ("video", "audio"):
        if sequence.find(f"media/{kind}/filter") is not None:
            yield f"{name}: filters of all its {kind} are not kept."
    if sequence.find("filter") is not None:
        yield f"{name}: filters of the whole sequence are not kept."


def unread(
    item: Element, sequence: model.Sequence | None, file: model.MediaFile | None
) -> Iterator[str]:
    """Give the names of what an item states that no timeline holds."""
    if sequence is None and item.find("sequence") is not None:
        yield "nested sequence that is not there, shows itself, or lies too deep"
    if file is None and item.find("file") is not None:
        yield "media file that the document does not describe"
    for tag, plain in _UNREAD.items():
        found = item.find(tag)
        if found is None:
            continue
        said = "".join(found.itertext()).strip()
        if said.lower() not in ("", plain.lower()):
            yield tag
    for found in item:
        if found.tag not in _READ and found.tag not in _UNREAD:
            yield f"element {found.tag!r}"
    grade = item.find("colorinfo")
    if grade is not None and "".join(grade.itertext()).strip():
        yield "colour grading"
    for tag in _LOGGING:
        if (item.findtext(f"logginginfo/{tag}") or "").strip():
            yield f"logging note {tag!r}"
