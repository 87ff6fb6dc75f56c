"""What a request says, from what the film wants and what a provider can make."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from otio_genai.errors import GenaiError
from otio_genai.field.model import Field
from otio_genai.live.wishes import Still, Wish
from otio_genai.prompts import Prompt
from otio_genai.providers.protocol import Caps, ClipProvider, Job, Request

__all__ = [
    "Commission",
    "request_of",
    "seconds_of",
    "seed_of",
    "size_of",
    "slate_of",
    "token_of",
    "words_of",
]


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
    path: Path | None = None
    "What it made, where it was brought."


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


async def request_of(
    wish: Wish,
    prompt: Prompt,
    *,
    field: Field,
    caps: Caps,
    seed: int,
    token: str,
    began_s: float | None,
    picture: Callable[[Still, str], Awaitable[Path | None]],
) -> Request:
    """Return the request of a wish, fitted to what a provider can make.

    Parameters
    ----------
    token
        What it is known by; its pictures are named by it.
    began_s
        When the showing began; None where nothing can be too late.
    picture
        Writes a picture under a name.
    """
    slot = field.slots[wish.slot]
    first = last = None
    if wish.first is not None and caps.first_frame:
        first = await picture(wish.first, f"{token} first")
    if wish.last is not None and caps.last_frame:
        last = await picture(wish.last, f"{token} last")
    return Request(
        slot.id,
        prompt.text,
        seconds_of(caps, Fraction(slot.longest) / field.rate),
        seed=seed,
        size=size_of(caps, field.size),
        rate=field.rate,
        negative=prompt.negative,
        variables=prompt.values,
        first_frame=first,
        last_frame=last,
        deadline_s=None if began_s is None else began_s + wish.starts_s,
        token=token,
    )


def token_of(seed: int, slot: str, number: int) -> str:
    """Return what a request is known by, a UUID: another for each."""
    digest = hashlib.blake2b(f"{seed}\0{slot}\0{number}".encode(), digest_size=16)
    return str(uuid.UUID(bytes=digest.digest(), version=4))


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
