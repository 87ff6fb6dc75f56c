"""What the parts of a generated file's name say, one small reader per kind of part.

Conventions
    A reader takes the text of one group of a pattern and returns the slate entries it
    stands for, or ``{}`` when the text says nothing. ``parameters`` of several groups
    are merged. Dates are ISO 8601; with ``Z`` they are UTC, without they are the local
    time of whoever made the file.

Sources
    ULID: the specification of Alizain Feerasta (48 bits of milliseconds, then 80 random
    bits, in Crockford's base 32).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

__all__ = [
    "Reader",
    "day",
    "duplicate",
    "exactly",
    "flags",
    "flow_prompt",
    "instant",
    "number",
    "parameter",
    "runway_parts",
    "spaced",
    "switch",
    "tool_or_prompt",
    "ulid",
    "upload",
]

Reader = Callable[[str], dict[str, Any]]

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_ULID_TIME_LENGTH = 10
# Runway keeps this much of the prompt, and parts its pieces with a comma.
_RUNWAY_PROMPT_LENGTH = 20
# What the slug holds when an upload was worked on rather than described.
_TOOLS = ("adjust", "background", "edit", "enhance", "expand", "upload", "upscale")
_FLAG = re.compile(r"--([a-z]+)((?:_(?!--)[^_]+)*)_?")


def exactly(key: str) -> Reader:
    """Return a reader that keeps the text as it is, under ``key``."""
    return lambda text: {key: text}


def spaced(key: str, *, separators: str = "_") -> Reader:
    """Return a reader that turns runs of ``separators`` back into single spaces."""
    runs = re.compile(f"[{re.escape(separators)}\\s]+")

    def read(text: str) -> dict[str, Any]:
        words = runs.sub(" ", text).strip()
        return {key: words} if words else {}

    return read


def number(key: str) -> Reader:
    """Return a reader for a whole number, such as a seed."""
    return lambda text: {key: int(text)}


def parameter(name: str) -> Reader:
    """Return a reader for a whole number among the generator's own settings."""
    return lambda text: {"parameters": {name: int(text)}}


def switch(name: str) -> Reader:
    """Return a reader for a setting whose mere presence switches it on."""
    return lambda _text: {"parameters": {name: True}}


def duplicate(_text: str) -> dict[str, Any]:
    """Say nothing: a reader for parts that only tell files apart."""
    return {}


def day(text: str) -> dict[str, Any]:
    """Read ``20260131`` as a date; an impossible date says nothing.

    Examples
    --------
    >>> day("20260131"), day("20261331")
    ({'date': '2026-01-31'}, {})
    """
    try:
        return {"date": datetime.strptime(text, "%Y%m%d").date().isoformat()}
    except ValueError:
        return {}


def instant(text: str) -> dict[str, Any]:
    """Read ``2026-01-31T10_20_30`` as a local date and time."""
    try:
        return {"date": datetime.strptime(text, "%Y-%m-%dT%H_%M_%S").isoformat()}
    except ValueError:
        return {}


def upload(text: str) -> dict[str, Any]:
    """Read milliseconds since 1970 as the time of the upload."""
    return {"uploaded": _utc(int(text))}


def ulid(text: str) -> dict[str, Any]:
    """Read a ULID: the job's identity, and the UTC time it was created.

    Examples
    --------
    >>> ulid("01kcerkqdkexmtad54h2s9fw9p")["date"]
    '2025-12-14T15:45:33.107Z'
    """
    lowered = text.lower()
    milliseconds = 0
    for letter in lowered[:_ULID_TIME_LENGTH]:
        milliseconds = milliseconds * 32 + _CROCKFORD.index(letter)
    return {"job": lowered, "date": _utc(milliseconds)}


def flags(text: str) -> dict[str, Any]:
    """Read a prompt of underscores that ends in ``--flags``.

    Examples
    --------
    >>> flags("a_red_kite_--ar_21_--v_6")
    {'prompt': 'a red kite', 'model': 'v6', 'parameters': {'ar': '21', 'v': '6'}}
    """
    at = text.find("--")
    words, tail = (text, "") if at < 0 else (text[:at], text[at:])
    found = spaced("prompt")(words)
    settings: dict[str, Any] = {
        name: value.strip("_").replace("_", " ") or True
        for name, value in _FLAG.findall(tail)
    }
    for version in ("v", "niji"):
        if isinstance(settings.get(version), str):
            found["model"] = version + settings[version]
    return found | {"parameters": settings} if settings else found


def runway_parts(text: str) -> dict[str, Any]:
    """Read the first characters of the prompt and the name of the input picture.

    Examples
    --------
    >>> runway_parts("a wind comes up over, first framepng")
    {'prompt': 'a wind comes up over', 'input': 'first framepng'}
    """
    cut = _RUNWAY_PROMPT_LENGTH
    if len(text) > cut and text[cut : cut + 2] == ", ":
        prompt, rest = text[:cut], text[cut + 2 :]
    else:
        prompt, _, rest = text.partition(", ")
    entries = {"prompt": prompt.strip(), "input": rest.strip()}
    return {key: value for key, value in entries.items() if value}


def flow_prompt(text: str) -> dict[str, Any]:
    """Read a prompt of underscores; the tool's own name stands for none."""
    return {} if text == "Flow" else spaced("prompt")(text)


def tool_or_prompt(text: str) -> dict[str, Any]:
    """Read a slug: the name of a tool is the mode, anything else a prompt."""
    if text in _TOOLS:
        return {"mode": text}
    return spaced("prompt", separators="_-")(text)


def _utc(milliseconds: int) -> str:
    # Whole numbers throughout: a float would lose the last millisecond.
    whole_s, rest = divmod(milliseconds, 1000)
    try:
        moment = datetime.fromtimestamp(whole_s, UTC)
    except (OverflowError, ValueError, OSError):
        return ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"
