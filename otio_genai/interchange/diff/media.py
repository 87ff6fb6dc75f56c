"""Which medium a clip plays, and whether two clips play the same."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import unquote

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.urls import base_name, from_pathurl
from otio_genai.media.naming import folded

__all__ = ["Medium", "medium_of", "told_apart"]


@dataclass(frozen=True, slots=True)
class Medium:
    """What a clip plays, by whatever is known of it; empty where nothing is."""

    content: str = ""
    "Hash of the file's bytes."
    url: str = ""
    "Its address in our own spelling."
    file: str = ""
    "Its file name, without regard to how programs spell it."
    name: str = ""
    "The clip's own name, likewise."
    length_s: Fraction | None = None
    "How long the whole of it is."
    shared: bool = False
    "Whether both timelines know its address, so that any other is another file."

    @property
    def tail(self) -> str:
        """Return its file name with the folder it lies in; empty without one."""
        folder = base_name(self.url.rpartition("/")[0]) if self.url else ""
        return f"{folded(folder)}/{self.file}" if folder else ""

    @property
    def fact(self) -> str:
        """Return its file name with its length; empty where that is not known."""
        if self.length_s is None or not self.file:
            return ""
        return f"{self.file} {float(self.length_s):.2f}"

    @property
    def label(self) -> str:
        """Return what the parts of a cut clip have in common."""
        return self.url if self.shared else self.file or self.name

    def alike(self, other: Medium) -> bool:
        """Tell whether two are the same medium, by what is surest of both."""
        if self.content and other.content:
            return self.content == other.content
        if self.url and other.url:
            if self.url == other.url:
                return True
            if self.shared or other.shared:
                return False
        if self.file and other.file:
            return self.file == other.file
        return bool(self.name) and self.name == other.name


def medium_of(item: otio.core.Item) -> Medium:
    """Return what an item plays."""
    name = str(item.name or "").casefold()
    if isinstance(item, otio.core.Composition):
        return Medium(file=f"sequence {name}")
    reference = item.media_reference
    if reference is None:
        return Medium(name=name)
    if isinstance(reference, otio.schema.GeneratorReference):
        return Medium(file=f"generator {reference.generator_kind} {name}".casefold())
    content = str(metadata.read(reference, "hash", {}).get("bytes") or "")
    address = str(getattr(reference, "target_url", "") or "")
    if isinstance(reference, otio.schema.ImageSequenceReference):
        base = reference.target_url_base.rstrip("/")
        address = f"{base}/{reference.name_prefix}#{reference.name_suffix}"
    if not address:
        return Medium(content=content, name=name)
    spelt = from_pathurl(address)
    known = reference.available_range
    length_s = None if known is None else rates.seconds(known.duration)
    return Medium(content, spelt, folded(base_name(spelt)), name, length_s)


def told_apart(one: Medium, other: Medium) -> tuple[str, str] | None:
    """Return the shortest ends of two addresses that differ; ``None`` if none do."""
    parts = [unquote(medium.url).split("/") for medium in (one, other)]
    if not one.url or not other.url or parts[0] == parts[1]:
        return None
    count = 1
    while parts[0][-count:] == parts[1][-count:]:
        count += 1
    first, second = ("/".join(found[-count:]) for found in parts)
    return first, second
