"""What a book says, as JSON, and how that is read and refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from otio_genai.errors import FieldError
from otio_genai.field.drawing.permutation import KEY_BYTES
from otio_genai.field.showing.bag import Memory
from otio_genai.field.showing.recipe import DIGEST_BYTES

__all__ = ["Mode", "Page", "read", "text_of", "written"]

#: Whether films are numbered, or drawn and remembered by their digests.
Mode = Literal["numbers", "ledger"]

_SIGN, _VERSION = "otio_genai_book", 1


@dataclass(slots=True)
class Page:
    """The content of a book."""

    mode: Mode
    key: bytes
    counter: int = 0
    "Numbers: the next showing's."
    fingerprint: str = ""
    "Numbers: of the field that is numbered."
    films: set[bytes] = field(default_factory=set)
    "Ledger: digests of the films shown."
    memory: Memory = field(default_factory=Memory)
    "Ledger: takes that rest."
    turn: int = 0
    "Ledger: showings so far, for takes that come in turn."


def written(page: Page) -> str:
    """Return a page as JSON; of it only the rests are in the order of showings."""
    said: dict[str, Any] = {_SIGN: _VERSION, "mode": page.mode, "key": page.key.hex()}
    if page.mode == "numbers":
        said |= {"counter": page.counter, "fingerprint": page.fingerprint}
    else:
        memory = page.memory
        said |= {
            "films": _hexes(page.films),
            "seen": _hexes(memory.seen),
            "covered": _hexes(memory.covered),
            "rests": [_hexes(rest) for rest in memory.rests],
            "turn": page.turn,
        }
    return json.dumps(said, indent=1) + "\n"


def _hexes(found: set[bytes] | frozenset[bytes]) -> list[str]:
    return sorted(one.hex() for one in found)


def text_of(path: Path) -> str:
    """Return what a file says; nothing where it is no text.

    Raises
    ------
    FieldError
        It cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
    except OSError as error:
        raise FieldError(
            f"This book cannot be read ({error.strerror}).",
            place=str(path),
            remedy="Name the right file with --book, or begin one: field show.",
        ) from error


def read(text: str, place: str) -> Page:
    """Return what a book says.

    Raises
    ------
    FieldError
        It is none of ours, was written by a later version, or is damaged.
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise _no_book("It is no JSON.", place) from None
    if not isinstance(said, dict) or _SIGN not in said:
        raise _no_book("It is another file's JSON.", place)
    version = said[_SIGN]
    if not isinstance(version, int) or version != _VERSION:
        raise FieldError(
            f"This book was written in version {version!r}; this otio-genai knows "
            f"version {_VERSION}.",
            place=place,
            remedy="Install a newer otio-genai to go on with it.",
        )
    try:
        return _page(said)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _no_book(f"It is damaged ({error}).", place) from None


def _page(said: Mapping[str, Any]) -> Page:
    key = bytes.fromhex(said["key"])
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
    if said["mode"] == "numbers":
        counter = _count(said["counter"])
        return Page("numbers", key, counter, str(said["fingerprint"]))
    if said["mode"] != "ledger":
        raise ValueError(f"there is no mode {said['mode']!r}")
    memory = Memory(
        _digests(said["seen"]),
        _digests(said["covered"]),
        tuple(_digests(rest) for rest in said["rests"]),
    )
    films = set(_digests(said["films"]))
    return Page("ledger", key, films=films, memory=memory, turn=_count(said["turn"]))


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is no count")
    return value


def _digests(values: Any) -> frozenset[bytes]:
    if not isinstance(values, list):
        raise TypeError("a list of digests is missing")
    found = frozenset(bytes.fromhex(value) for value in values)
    if any(len(one) != DIGEST_BYTES for one in found):
        raise ValueError("a digest has another length")
    return found


def _no_book(why: str, place: str) -> FieldError:
    return FieldError(
        f"This is no book of showings. {why}",
        place=place,
        remedy="Take it back from a copy, or name another file with --book: a new one "
        "knows nothing of the films shown before.",
    )
