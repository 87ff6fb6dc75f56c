"""How new takes come into a show, and what the artist is told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from otio_genai.field.model import Chosen, Field
from otio_genai.live.intake import Event, Mode
from otio_genai.providers.protocol import ClipProvider

__all__ = ["Film", "NewTakes", "OnAir", "Receiver", "on_air", "sentence"]

_SAID = {
    "asked": "a take was asked for",
    "added": "is new and may be drawn",
    "quarantined": "is new and waits for you",
    "approved": "may be drawn",
    "refused": "is not taken",
    "late": "is late",
    "failed": "did not come",
    "cancelled": "was taken back",
    "gone": "is gone",
}


@dataclass(frozen=True, slots=True)
class NewTakes:
    """How new takes come.

    Parameters
    ----------
    inbox
        The folder that is watched; none by default.
    providers
        Who is asked: files of providers, as
        `otio_genai.providers.opening.open_provider` reads them, or providers.
    folder
        Where what they make is kept.
    document
        Where the field is written with its new takes; nowhere by default.
    mode
        When a new take may be drawn.
    most
        How many may be asked for at once, of each provider.
    most_in_all
        How many may be asked for while the show is open, of each provider: takes may
        cost something.
    every_s
        How often is looked.
    known
        What prompts may speak of: ``weather``, ``witness_no`` and the like.
    """

    folder: Path
    inbox: Path | None = None
    providers: Sequence[Path | ClipProvider] = ()
    document: Path | None = None
    mode: Mode = "next-showing"
    most: int = 2
    most_in_all: int = 50
    every_s: float = 1.0
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OnAir:
    """The film that all see."""

    film: object
    "What tells it from the next one."
    began_s: float
    "When it began, on the clock."
    decided: Sequence[Chosen]
    "What is decided of it."


class Receiver(Protocol):
    """What of a show new takes have to do with: see `otio_genai.live.house`."""

    @property
    def field(self) -> Field:
        """What films are drawn from."""

    def renew(self, given: Field, *, now: bool) -> None:
        """Draw from another field."""

    def tell(self, sentence: str) -> None:
        """Say something to the artist."""


def sentence(event: Event) -> str:
    """Return what an event says to the artist.

    Examples
    --------
    >>> sentence(Event("quarantined", "slot-002", "dune"))
    "slot-002: 'dune' is new and waits for you."
    """
    head = f"{event.slot}: " if event.slot else ""
    named = "" if event.kind == "asked" else f"{event.name!r} "
    said = f"{head}{named}{_SAID[event.kind]}"
    return f"{said}: {event.why}" if event.why else f"{said}."


class Film(Protocol):
    """What of a film is looked at: see `otio_genai.live.programme`."""

    @property
    def started(self) -> bool:
        """Whether it plays."""

    def position_s(self) -> float:
        """Return how much of it has played."""

    def shown(self) -> tuple[Sequence[Chosen], object]:
        """Return what is decided of it."""


def on_air(film: Film | None, now_s: float) -> OnAir | None:
    """Return a film as requests are timed by it; None for one that does not play."""
    if film is None or not film.started:
        return None
    return OnAir(film, now_s - film.position_s(), film.shown()[0])
