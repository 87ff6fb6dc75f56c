"""Who makes a film of a show, as its programme sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from otio_genai.field.model import Chosen, Field
from otio_genai.live.picture.format import Format

__all__ = [
    "Aired",
    "Cast",
    "Job",
    "Part",
    "Reel",
    "Showing",
    "Sounding",
    "Tally",
]


class Showing(Protocol):
    """What is drawn: see `otio_genai.field.showing`."""

    @property
    def field(self) -> Field:
        """The field that what is decided belongs to."""

    @property
    def decided(self) -> tuple[Chosen, ...]:
        """The film so far."""

    def next(self) -> Chosen | None:
        """Draw the next shot; None when the film has ended."""

    def instead(self, one: Chosen) -> None:
        """Let another shot stand for the last one decided, which cannot be shown."""

    def aired(self, one: Chosen | None) -> None:
        """Take note of what was shown in place of the last shot decided."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What could not be kept, in words."""

    def chances(self) -> Sequence[Any]:
        """Return what may come next, and how likely."""

    def steer(self, **changes: Any) -> None:
        """Let other conditions hold from now on."""

    def renew(self, field: Field) -> None:
        """Draw from a field whose takes came or went."""

    def close(self) -> None:
        """End the film."""


class Job(Protocol):
    """A join that can be rendered: see `otio_genai.live.picture`."""

    key: str
    request: Any
    dry: tuple[memoryview, ...]
    estimate_hint: float


class Part(Protocol):
    """A stretch of pictures in record order."""

    record_in: int
    frames: int
    samples: tuple[memoryview, ...] | None
    job: Any


class Reel(Protocol):
    """Pictures of the shots: see `otio_genai.live.picture`."""

    def push(self, chosen: Chosen) -> Sequence[Any]:
        """Add a shot; return the parts that are settled by it."""

    def close(self) -> Sequence[Any]:
        """End the film; return the parts that are left."""

    def renew(self, field: Field, decided: Sequence[Chosen]) -> None:
        """Go on with a field whose takes came or went."""


class Sounding(Protocol):
    """Sound of the shots: see `otio_genai.live.sound`."""

    def push(self, chosen: Chosen) -> None:
        """Add a shot."""

    def renew(self, field: Field) -> None:
        """Go on with a field whose takes came or went."""

    def ready(self, record_frame_limit: int) -> Sequence[bytes]:
        """Return the AAC frames that follow: up to a frame, or what is settled."""

    def close(self) -> None:
        """End the film."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who makes one film."""

    field: Field
    showing: Any
    reel: Any
    sounding: Any
    form: Format


@dataclass(frozen=True, slots=True)
class Aired:
    """A shot and its place in the film."""

    chosen: Chosen
    record_in: int


@dataclass(slots=True)
class Tally:
    """How the joins went out."""

    plain: int = 0
    "Bodies of shots."
    made: int = 0
    "Joins rendered in time."
    dry: int = 0
    "Joins shown as dry cuts, since they were not."
