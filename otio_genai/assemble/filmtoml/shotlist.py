"""Shot lists: which take comes when, from a CSV or a Fountain file.

Conventions
    A line of a CSV is a shot. Its header names the columns, in any case and order; a
    comma, a semicolon or a tab parts them. Lines that begin with ``#`` are comments.
    Columns of other names are passed over. Fountain:
    `otio_genai.assemble.filmtoml.fountain`.
"""

from __future__ import annotations

import csv
import difflib
import os
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from otio_genai.assemble.filmtoml import fountain
from otio_genai.assemble.filmtoml.shotwords import COLUMNS, shot_of, unstarted
from otio_genai.assemble.notes import ShotNote
from otio_genai.errors import FilmFileError

__all__ = ["read_shot_list"]

_TABLES = (".csv", ".tsv", ".txt")
_NEAR = 0.8

_Faults = list[tuple[int, str]]


def read_shot_list(
    path: str | os.PathLike[str], *, rate: Fraction | None = None
) -> tuple[ShotNote, ...]:
    """Return the shots of a list, in order.

    Parameters
    ----------
    path
        A CSV (``.csv .tsv .txt``) or a Fountain file (``.fountain``), in UTF-8.
    rate
        Frames per second of timecodes in it; without one they cannot count frames.

    Raises
    ------
    FilmFileError
        It cannot be read, lists nothing, or says what cannot be meant: every faulty
        line is named.

    Examples
    --------
    >>> [shot.take for shot in read_shot_list("shots.csv")]   # doctest: +SKIP
    ['dune_3', 'hand_1']
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix not in (*_TABLES, ".fountain"):
        raise FilmFileError(
            f"A shot list is a CSV or a Fountain file, not {file.suffix or 'this'}.",
            place=str(file),
            remedy="Save it as .csv or .fountain.",
        )
    text = _text_of(file)
    read = fountain.shots if suffix == ".fountain" else _table
    shots, faults = read(text, rate)
    if not shots and not faults:
        raise FilmFileError(
            "It lists no shot.", place=str(file), remedy="Write a line for each shot."
        )
    faults += unstarted(shots)
    # By line; faults of one line stay in the order they were found.
    ordered = sorted(faults, key=lambda fault: fault[0])
    if ordered:
        raise FilmFileError(
            "This shot list cannot be meant.",
            place=str(file),
            items=[f"line {line}: {text}" for line, text in ordered],
            remedy="Correct these lines; docs/film-file.md shows what they may say.",
        )
    return tuple(shots)


def _text_of(file: Path) -> str:
    why = "it is no text in UTF-8"
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    except (OSError, ValueError) as error:
        text, why = "\0", getattr(error, "strerror", None) or "it has no such name"
    if "\0" in text:
        raise FilmFileError(
            f"This shot list cannot be read: {why}.",
            place=str(file),
            remedy="Check its name, and save it as UTF-8.",
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _table(text: str, rate: Fraction | None) -> tuple[list[ShotNote], _Faults]:
    lines = text.split("\n")
    if found := re.fullmatch(r"sep=([,;|\t])", lines[0].strip(" "), re.IGNORECASE):
        # Spreadsheets of some countries say so in a line of its own.
        lines[0] = ""
    head = next((one for one in lines if not _passed_over(one)), "")
    mark = found[1] if found else max(",;\t", key=lambda one: _likely(head, one))
    shots: list[ShotNote] = []
    faults: _Faults = []
    columns: dict[str, int] = {}
    count = 0
    for line, cells in _records(lines, mark):
        if isinstance(cells, str):
            faults.append((line, cells))
        elif not columns:
            columns, wrong = _header(cells)
            count = len(cells)
            if wrong:
                return [], [(line, one) for one in wrong]
        elif any(cell.strip() for cell in cells):
            if any(cell.strip() for cell in cells[count:]):
                faults.append((line, "has more cells than the header has names"))
                continue
            said = {name: cells[at] for name, at in columns.items() if at < len(cells)}
            shot, wrong = shot_of(said, line, rate)
            shots.append(shot)
            faults += [(line, one) for one in wrong]
    return shots, faults


def _passed_over(line: str) -> bool:
    return not line.strip() or line.lstrip(" ").startswith("#")


def _records(lines: Sequence[str], mark: str) -> Iterator[tuple[int, list[str] | str]]:
    """Yield (line, cells) of each record, or what is wrong with it in their place."""
    at = 0
    while at < len(lines):
        if _passed_over(lines[at]):
            at += 1
            continue
        rest = (lines[k] + "\n" for k in range(at, len(lines)))
        reader = csv.reader(rest, delimiter=mark, strict=True, skipinitialspace=True)
        try:
            cells: list[str] | str = next(reader)
        except csv.Error as error:
            # A quotation mark that is never closed takes the rest with it.
            yield at + 1, f"its quotation marks do not match: {error}"
            at += 1 if reader.line_num <= 1 else len(lines)
            continue
        yield at + 1, cells
        at += reader.line_num


def _plain(name: str) -> str:
    """Return a header as the names are written: ``Length (s)`` is ``length_s``."""
    return re.sub(r"[^a-z]+", "_", name.lower()).strip("_")


def _likely(head: str, mark: str) -> tuple[int, int]:
    known = {name for names in COLUMNS.values() for name in names}
    cells = [_plain(cell) for cell in head.split(mark)]
    return len(known.intersection(cells)), head.count(mark)


def _header(cells: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Return the place of each column by what it says, and what is wrong."""
    names = [_plain(cell) for cell in cells]
    every = [name for known in COLUMNS.values() for name in known]
    wrong = []
    for cell, name in zip(cells, names, strict=True):
        near = difflib.get_close_matches(name, every, n=1, cutoff=_NEAR)
        if near and name not in every:
            wrong.append(
                f"no column is called {cell.strip()!r}; did you mean {near[0]}?"
            )
        elif name in every and names.count(name) > 1:
            wrong.append(f"two columns are called {cell.strip()!r}")
    columns = {
        said: names.index(present[0])
        for said, known in COLUMNS.items()
        if (present := [name for name in known if name in names])
    }
    if "take" not in columns and not wrong:
        wrong.append("no column says which take; the first line names the columns")
    return columns, list(dict.fromkeys(wrong))
