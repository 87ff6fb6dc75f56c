"""XML read with bounds: no entities, no outside documents, no bottomless nesting."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from otio_genai.errors import InterchangeError

__all__ = ["LARGEST_COUNT", "LARGEST_DEPTH", "LARGEST_SIZE", "tree"]

#: Characters of the largest document that is read.
LARGEST_SIZE = 128 * 1024 * 1024
#: Elements within each other; real nested sequences need some forty per level.
LARGEST_DEPTH = 400
#: Elements in all: 30,000 clips need some four million.
LARGEST_COUNT = 8_000_000


def tree(text: str) -> Element:
    """Return the root element of an XML document.

    Raises
    ------
    InterchangeError
        It is not well-formed, too large, too deep or of too many elements, or
        declares entities.
    """
    if len(text) > LARGEST_SIZE:
        raise InterchangeError(
            f"The document has more than {LARGEST_SIZE} characters.",
            remedy="Export one sequence at a time.",
        )
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise _broken(f"character {error.start} is no character", error) from error
    return _parsed(data)


def _broken(what: str, error: Exception) -> InterchangeError:
    line = getattr(error, "lineno", None)
    return InterchangeError(
        f"This is not well-formed XML: {what}.",
        place=f"line {line}" if line else None,
        remedy="Export it again from the editor.",
    )


def _parsed(data: bytes) -> Element:
    builder = TreeBuilder()
    depth = count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth += 1
        count += 1
        if depth > LARGEST_DEPTH:
            raise InterchangeError(
                f"Elements lie more than {LARGEST_DEPTH} deep.",
                remedy="Export it again from the editor.",
            )
        if count > LARGEST_COUNT:
            raise InterchangeError(
                f"The document has more than {LARGEST_COUNT} elements.",
                remedy="Export one sequence at a time.",
            )
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def refuse(*_: Any) -> int:
        raise InterchangeError(
            "The document declares XML entities, which no editor writes.",
            remedy="Remove its document type, or export it again.",
        )

    # The encoding is given: the text was decoded before, whatever it declares.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise _broken(expat.errors.messages[error.code], error) from error
    return builder.close()
