"""What a request says, from what the film wants and what a provider can make."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from otio_genai.errors import GenaiError
from otio_genai.prompts import Prompt
from otio_genai.providers.protocol import Caps, ClipProvider, Job, Request

__all__ = ["Commission", "seconds_of", "seed_of", "size_of", "slate_of", "words_of"]


@dataclass(slots=True)
class Commission:
    """A take that was asked for."""

    job: Job
    request: Request
    slate: Mapping[str, Any]
    "What the slate of the take will say."
    late: bool = False
    "Whether it is too late for the showing that plays."
    silences: int = 0
    "How often in a row nothing was heard of it."
    refusals: int = 0
    "How often what it made could not be brought."


def slate_of(
    provider: ClipProvider, request: Request, prompt: Prompt, now: datetime
) -> dict[str, Any]:
    """Return what the slate of a take says that was asked for."""
    model = getattr(provider, "model", "")
    return {
        "generator": provider.name,
        **({"model": model} if model else {}),
        "prompt": prompt.text,
        "prompt_id": prompt.id,
        **({"negative": prompt.negative} if prompt.negative else {}),
        "variables": dict(prompt.values),
        "seed": request.seed,
        "date": now.isoformat(timespec="seconds"),
    }


def seed_of(seed: int, slot: str, number: int) -> int:
    """Return the seed of a request: another for each slot and each time it is asked."""
    # Generators take seeds of 32 bits, some of them signed.
    text = f"{seed}\0{slot}\0{number}".encode()
    digest = hashlib.blake2b(text, digest_size=4).digest()
    return int.from_bytes(digest, "big") >> 1


def seconds_of(caps: Caps, wanted: Fraction) -> float:
    """Return the length to ask for, in seconds: what is wanted, or what can be made."""
    low, high = caps.seconds
    return min(max(float(wanted), low), high)


def size_of(caps: Caps, size: tuple[int, int]) -> tuple[int, int]:
    """Return the size to ask for: the film's, else of like shape, else of like size."""
    if not caps.sizes or size in caps.sizes:
        return size
    wide, high = size

    def unlike(one: tuple[int, int]) -> tuple[float, int]:
        return abs(one[0] / one[1] - wide / high), abs(one[0] * one[1] - wide * high)

    return min(caps.sizes, key=unlike)


def words_of(error: Exception) -> str:
    """Return an error as one line, with every item of it."""
    if not isinstance(error, GenaiError):
        return str(error)
    return " ".join([error.sentence, *(f"{item}." for item in error.items)])
