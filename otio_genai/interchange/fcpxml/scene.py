"""What a sequence shows and sounds, piece by piece, before it lies on tracks.

Conventions
    Record seconds are exact and count from the first frame of the sequence, or in a
    clip's own contents from that clip's time 0. A lane is the sum of the lanes of
    everything an element is connected to: 0 is the primary storyline.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction
from xml.etree.ElementTree import Element

from otio_genai.interchange.fcpxml.document import Asset
from otio_genai.interchange.fcpxml.warp import Warp

__all__ = ["Joint", "Layer", "Mark", "Nested", "Piece", "Scene", "Source"]


@dataclass(frozen=True, slots=True)
class Layer:
    """An element that says something of a piece, and its time by record time."""

    element: Element
    local: Warp


@dataclass(frozen=True, slots=True)
class Nested:
    """A sequence within the sequence; ``origin_s`` is the time of its first frame."""

    name: str
    scene: Scene
    origin_s: Fraction


@dataclass(frozen=True, slots=True)
class Source:
    """What a piece shows: a file, a generated picture, a sequence, or nothing known."""

    asset: Asset | None = None
    effect: Element | None = None
    nested: Nested | None = None
    maker: Element | None = None
    "The element that states the parameters of a generated picture."


@dataclass(slots=True)
class Piece:
    """A stretch of one source on record seconds [start, end).

    ``warp`` gives the source's own time of every record second. ``layers`` lie from
    the innermost element to the one that was edited.
    """

    kind: str
    lane: int
    start_s: Fraction
    end_s: Fraction
    warp: Warp
    source: Source
    layers: tuple[Layer, ...]
    group: int = 0
    channels: tuple[int, ...] = ()
    enabled: bool = True
    role: str = ""
    takes: tuple[Piece, ...] = ()
    head_s: Fraction = field(default_factory=Fraction)
    tail_s: Fraction = field(default_factory=Fraction)

    @property
    def outer(self) -> Element:
        """The element that was edited."""
        return self.layers[-1].element

    @property
    def name(self) -> str:
        """The name of the outermost element that has one."""
        named = (layer.element.get("name") for layer in reversed(self.layers))
        return next((name for name in named if name), "")

    def moved(self, record: Warp, span: tuple[Fraction, Fraction]) -> Piece:
        """Return it seen through ``record``, from record time to its present one."""
        layers = tuple(
            Layer(layer.element, layer.local.after(record)) for layer in self.layers
        )
        # A take that is as long as the piece stays so; another keeps its own length.
        takes = tuple(
            take.moved(record, span)
            if take.end_s == self.end_s
            else take.moved(record, (span[0], span[0] + take.end_s - take.start_s))
            for take in self.takes
        )
        return replace(
            self,
            start_s=span[0],
            end_s=span[1],
            warp=self.warp.after(record),
            layers=layers,
            takes=takes,
        )


@dataclass(slots=True)
class Joint:
    """A transition; ``before`` and ``after`` are the pieces that meet at its cut."""

    element: Element
    lane: int
    cut_s: Fraction
    in_s: Fraction
    out_s: Fraction
    before: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A marker of the timeline itself, at record seconds."""

    element: Element
    at_s: Fraction


@dataclass(slots=True)
class Scene:
    """Everything of one sequence.

    ``video_tracks``, ``audio_tracks`` and ``marked`` are the names of tracks and the
    record frames of the timeline's own markers, where our writer lists them.
    ``claimed`` has the identities of marker elements that are the timeline's.
    """

    pieces: list[Piece] = field(default_factory=list)
    joints: list[Joint] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    end_s: Fraction = field(default_factory=Fraction)
    rate: Fraction | None = None
    video_tracks: list[str] | None = None
    audio_tracks: list[str] | None = None
    marked: Counter[int] = field(default_factory=Counter)
    claimed: set[int] = field(default_factory=set)

    def pictured(self) -> set[int]:
        """Return the groups of pieces that have a picture."""
        return {piece.group for piece in self.pieces if piece.kind == "Video"}
