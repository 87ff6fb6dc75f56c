"""A provider's own request with ``{prompt}``, ``{seed}`` and the like to be filled in.

Conventions
    A text that is one placeholder becomes the value itself, a number a number; within
    other text it becomes its words. ``{{prompt}}`` means ``{prompt}``. Other braces are
    left as they are: they have a meaning of their own in prompts.
"""

from __future__ import annotations

import base64
import mimetypes
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from otio_genai.errors import ProviderError
from otio_genai.providers.protocol import Request

__all__ = ["NAMES", "data_url", "filled", "named", "unknown", "values"]

#: What a request may be asked for.
NAMES = (
    "prompt",
    "negative",
    "seed",
    "seconds",
    "frames",
    "rate",
    "width",
    "height",
    "slot",
    "first_frame",
    "last_frame",
)
_ONE = re.compile(r"\{\{([a-z_]+)\}\}|\{([a-z_]+)\}")


def values(request: Request) -> dict[str, Any]:
    """Return what a request says; pictures are given by those who send them."""
    wide, high = request.size or (None, None)
    rate = request.rate
    return {
        "prompt": request.prompt,
        "negative": request.negative,
        "seed": request.seed,
        "seconds": _number(request.seconds),
        "frames": round(request.seconds * rate) if rate else None,
        "rate": _number(float(rate)) if rate else None,
        "width": wide,
        "height": high,
        "slot": request.slot,
    }


def filled(document: Any, known: Mapping[str, Any], *, optional: bool = False) -> Any:
    """Return a document with its placeholders filled in.

    Parameters
    ----------
    document
        As JSON or TOML holds it.
    known
        Value by name; None for what the request does not say.
    optional
        Whether an entry that is one placeholder of an unsaid value is left out.

    Raises
    ------
    ProviderError
        It asks for what is not said; all of it is named.
    """
    unsaid = {name for name in named(document) if known.get(name) is None}
    missing = sorted(unsaid & set(_within(document)) if optional else unsaid)
    if missing:
        raise ProviderError(
            "The provider's workflow asks for what this request does not say.",
            items=[f"{{{name}}}" for name in missing],
            remedy="Say it in the request, or write a value into the workflow.",
        )
    return _put(document, known)


def named(document: Any) -> Iterator[str]:
    """Give the name of every placeholder, as often as it stands there."""
    for text in _texts(document):
        for found in _ONE.finditer(text):
            if found[2]:
                yield found[2]


def unknown(document: Any, also: Sequence[str] = ()) -> list[str]:
    """Return the placeholders that nothing is known for, each once."""
    return sorted(set(named(document)) - set(NAMES) - set(also))


def data_url(path: Path) -> str:
    """Return a small file as a ``data:`` URL.

    Raises
    ------
    ProviderError
        It cannot be read.
    """
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    try:
        data = base64.b64encode(path.read_bytes()).decode("ascii")
    except OSError as error:
        raise ProviderError(
            f"The picture may not be read ({error.strerror}).", place=str(path)
        ) from error
    return f"data:{kind};base64,{data}"


def _put(document: Any, known: Mapping[str, Any]) -> Any:
    if isinstance(document, Mapping):
        made = {key: _put(value, known) for key, value in document.items()}
        # What is null in the document itself stays so.
        return {
            key: value
            for key, value in made.items()
            if value is not None or document[key] is None
        }
    if isinstance(document, list):
        return [_put(value, known) for value in document]
    if not isinstance(document, str):
        return document
    whole = _ONE.fullmatch(document)
    if whole and whole[2]:
        return known.get(whole[2])
    return _ONE.sub(
        lambda one: f"{{{one[1]}}}" if one[1] else str(known.get(one[2], "")), document
    )


def _texts(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, Mapping):
        for value in document.values():
            yield from _texts(value)
    elif isinstance(document, list):
        for value in document:
            yield from _texts(value)


def _within(document: Any) -> Iterator[str]:
    """Give the placeholders that stand within other text."""
    for text in _texts(document):
        if not _ONE.fullmatch(text):
            yield from named(text)


def _number(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value
