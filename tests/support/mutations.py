"""Files of editors, broken in the ways that files break."""

from __future__ import annotations

import random
import re
from pathlib import Path

__all__ = ["READERS", "corpus", "mutated", "reader_of"]

#: Folder of the corpus: the reader of its files.
READERS = {"xmeml": "xmeml", "fcpxml": "fcpxml", "otio": "otio", "edl": "edl"}

_NUMBERS = (
    "0",
    "-1",
    "1",
    "",
    "1e400",
    "1e999999999",
    "-9999999999999",
    "99999999999999999999999999",
    "nan",
    "inf",
    "0.0000001",
    "1/0",
    "0/0s",
    "1001/0s",
    "-3600s",
    "9" * 400,
    "x",
    "²",
    "12.5",
    "null",
)
_TEXTS = (
    "&",
    "<",
    "\0",
    "\ud800",
    "é夜",
    "&#0;",
    "]]>",
    "%",
    "%zz",
    "\\\\server\\a",
    "C:\\a",
    "../..",
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:/\d+s?)?")
_ELEMENT = re.compile(r"<([A-Za-z][\w.-]*)[^<>]*>[^<>]*</\1>")
_PLACE = re.compile(r'[<>"{}\[\],:/=]|\n')


def corpus(shared: Path, *, largest: int = 10**9) -> list[tuple[str, str, str]]:
    """Return (reader, name, text) of every file of the corpus up to a size."""
    found = []
    for folder, reader in READERS.items():
        for path in sorted((shared / "corpus" / folder).iterdir()):
            if path.is_file() and path.stat().st_size <= largest:
                text = path.read_text(encoding="utf-8", errors="replace")
                found.append((reader, path.name, text))
    return found


def mutated(text: str, seed: int) -> str:
    """Return a text with one to five faults, the same for the same seed."""
    rng = random.Random(seed)
    for _ in range(rng.choice((1, 1, 2, 3, 5))):
        if text:
            text = rng.choice(_FAULTS)(text, rng)
    return text


def _cut(text: str, rng: random.Random) -> str:
    return text[: rng.randrange(len(text))]


def _drop(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text))
    return text[:at] + text[at + rng.randint(1, 200) :]


def _noise(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text))
    return text[:at] + rng.choice(_TEXTS) + text[at + rng.randint(0, 3) :]


def _number(text: str, rng: random.Random) -> str:
    found = _NUMBER.search(text, rng.randrange(len(text)))
    if found is None:
        return text
    return text[: found.start()] + rng.choice(_NUMBERS) + text[found.end() :]


def _same_number(text: str, rng: random.Random) -> str:
    """Give one number the value of another."""
    found = [_NUMBER.search(text, rng.randrange(len(text))) for _ in range(2)]
    if None in found:
        return text
    a, b = found
    return text[: a.start()] + b[0] + text[a.end() :]


def _element(text: str, rng: random.Random) -> str:
    found = _ELEMENT.search(text, rng.randrange(len(text)))
    if found is None:
        return _line(text, rng)
    kind = rng.randrange(3)
    again = ("", found[0] * 2, f"<{found[1]}></{found[1]}>")[kind]
    return text[: found.start()] + again + text[found.end() :]


def _line(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(3)
    if kind == 0:
        del lines[a]
    elif kind == 1:
        lines.insert(b, lines[a])
    else:
        lines[a], lines[b] = lines[b], lines[a]
    return "\n".join(lines)


def _rename(text: str, rng: random.Random) -> str:
    """Give every use of one word the name of another."""
    words = re.findall(r"[A-Za-z_][\w.-]{2,30}", text[: 1 << 16])
    if not words:
        return text
    return text.replace(rng.choice(words), rng.choice(words), rng.choice((1, 1, -1)))


def _block(text: str, rng: random.Random) -> str:
    """Copy a stretch between two signs to another sign."""
    marks = [_PLACE.search(text, rng.randrange(len(text))) for _ in range(3)]
    if None in marks:
        return text
    a, b, c = sorted(mark.start() for mark in marks)
    return text[:c] + text[a : min(b, a + 5000)] + text[c:]


_FAULTS = (
    _cut,
    _drop,
    _noise,
    _number,
    _number,
    _number,
    _same_number,
    _element,
    _element,
    _line,
    _rename,
    _block,
)


def reader_of(kind: str, folder: Path):
    """Return a function of a text that reads it as the kind of its file."""
    if kind == "xmeml":
        from otio_genai.interchange.xmeml import read_xmeml

        return read_xmeml
    if kind == "fcpxml":
        from otio_genai.interchange.fcpxml import read_fcpxml

        return read_fcpxml
    if kind == "otio":
        from otio_genai.interchange.dialects import read_otio

        return read_otio
    from otio_genai.interchange.editors import read_with

    def read(text: str):
        path = folder / "mutated.edl"
        path.write_text(text, encoding="utf-8", errors="replace")
        return read_with("edl", path)

    return read
