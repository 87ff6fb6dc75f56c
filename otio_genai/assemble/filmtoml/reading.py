"""One reading of the tables of a film file, and everything that is wrong in them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from otio_genai import rates
from otio_genai.assemble import settings as schema
from otio_genai.assemble.filmtoml.arrays import ARRAYS, RULES
from otio_genai.assemble.filmtoml.lines import Place
from otio_genai.errors import FilmFileError, TimelineError

__all__ = ["HIGHEST_RATE", "MEDIA_KINDS", "Reading", "places"]

#: What ``[media]`` may say of a file; the last leaves it out.
MEDIA_KINDS = ("take", "still", "music", "voice", "skip")
#: Frames per second.
HIGHEST_RATE = 240

_Places = Mapping[tuple[str, str], tuple[type, str]]


class Reading:
    """One reading of the tables, and what was wrong in them.

    Parameters
    ----------
    lines
        Line of each place (`otio_genai.assemble.filmtoml.lines`).
    records
        The records whose settings are the keys of the single tables.
    """

    def __init__(self, lines: Mapping[Place, int], records: Iterable[type]) -> None:
        self.problems: list[tuple[int, str]] = []
        self.said: dict[type, dict[str, Any]] = {record: {} for record in records}
        self.kinds: dict[str, str] = {}
        self.notes: dict[str, list[Any]] = {table: [] for table in ARRAYS}
        self._lines = lines
        self._places = places(self.said)
        arrays = places(record for record, _ in ARRAYS.values())
        self._everywhere = {**self._places, **arrays}

    def line(self, place: Place) -> int:
        """Return the line of a place, or of the nearest around it that has one."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 1)

    def complain(self, place: Place, text: str) -> None:
        """Note what is wrong at a place."""
        self.problems.append((self.line(place), f"{_name(place)} {text}"))

    def refusal(self, file: str) -> FilmFileError:
        """Return the error that says everything that is wrong, by line."""
        count = len(self.problems)
        said = "One thing here cannot" if count == 1 else f"{count} things here cannot"
        # By line; problems of one line stay in the order they were found.
        ordered = sorted(self.problems, key=lambda problem: problem[0])
        return FilmFileError(
            f"{said} be meant.",
            place=file,
            items=[f"line {line}: {problem}" for line, problem in ordered],
            remedy="Correct these lines; docs/film-file.md lists every key.",
        )

    def read(self, tables: Mapping[str, Any]) -> None:
        """Read every table, into ``said``, ``kinds`` and ``notes``."""
        known = {table for table, _ in self._places}
        for table, content in tables.items():
            if table in ARRAYS:
                self._read_array(table, content)
            elif table not in (*known, "media"):
                self._unknown_table(table, content)
            elif not isinstance(content, dict):
                self.complain((table,), "must be a table, written as a line of its own")
            elif table == "media":
                self._read_media(content)
            else:
                self._read_keys((table,), content, self.said)

    def _read_array(self, table: str, content: object) -> None:
        if not isinstance(content, list):
            self.complain((table,), f"must be tables, each headed [[{table}]]")
            return
        record, note = ARRAYS[table]
        for number, row in enumerate(content):
            place = (table, number)
            before = len(self.problems)
            if not isinstance(row, dict):
                self.complain(place, f"must be a table, not {schema.shown(row)}")
                continue
            said: dict[type, dict[str, Any]] = {record: {}}
            self._read_keys(place, row, said)
            missing = [
                found.key
                for _, found in schema.settings(record)
                if found.required and found.key not in row
            ]
            for key in missing:
                self.complain(place, f"needs {key}")
            if len(self.problems) == before:
                self.notes[table].append(note(**said[record], line=self.line(place)))

    def _read_keys(
        self,
        place: Place,
        content: Mapping[str, Any],
        said: Mapping[type, dict[str, Any]],
    ) -> None:
        """Read the keys of one table into the record that each belongs to."""
        table = str(place[0])
        for key, value in content.items():
            if (table, key) not in self._everywhere:
                self.complain((*place, key), _stray(table, key, self._everywhere))
                continue
            record, name = self._everywhere[table, key]
            try:
                meant = _meant(record, name, value)
                wrong = schema.fault(record, name, meant) or _beyond(name, meant)
            except TimelineError:
                wrong = f"is no frame rate: {schema.shown(value)}"
            if wrong:
                self.complain((*place, key), wrong)
            else:
                said[record][name] = meant
        for rule in RULES.get(table, ()):
            if broken := rule.fault(content):
                key, text = broken
                self.complain((*place, key) if key else place, text)

    def _read_media(self, content: Mapping[str, Any]) -> None:
        for name, kind in content.items():
            if isinstance(kind, str) and kind in MEDIA_KINDS:
                self.kinds[name.removeprefix("./")] = kind
                continue
            known = ", ".join(f'"{one}"' for one in MEDIA_KINDS)
            hint = ""
            if isinstance(kind, dict):
                hint = "; put quotes around a name that holds a dot"
            elif isinstance(kind, str):
                hint = _near(kind, MEDIA_KINDS)
            self.complain(("media", name), f"must be one of {known}{hint}")

    def _unknown_table(self, table: str, content: object) -> None:
        tables = list(dict.fromkeys(table for table, _ in self._everywhere))
        many = isinstance(content, list) and any(isinstance(c, dict) for c in content)
        if isinstance(content, dict) or many:
            hint = _near(table, [*tables, "media"])
            self.complain((table,), f"is no table of a film file{hint}")
            return
        homes = [home for home, key in self._everywhere if key == table]
        hint = f"; it belongs under {_head(homes[0])}" if homes else ""
        line = self.line((table,))
        self.problems.append((line, f"{table} stands outside every table{hint}"))


def places(records: Iterable[type]) -> dict[tuple[str, str], tuple[type, str]]:
    """Return for each (table, key) the record and field it sets."""
    return {
        (found.table, found.key): (record, name)
        for record in records
        for name, found in schema.settings(record)
    }


def _head(table: str) -> str:
    return f"[[{table}]]" if table in ARRAYS else f"[{table}]"


def _name(place: Place) -> str:
    """Return a place as a message names it: ``[film] seed``, ``[[pins]] 2: slot``."""
    table, *rest = place
    words = [f"{one + 1}:" if isinstance(one, int) else one for one in rest]
    return " ".join([_head(str(table)), *words])


def _meant(record: type, name: str, value: Any) -> Any:
    """Return the value as the field holds it, or as it is when it cannot be."""
    if name == "rate" and isinstance(value, (int, float, str)):
        return value if isinstance(value, bool) else rates.rate(value)
    return schema.listed(value, schema.accepted(record)[name])


def _beyond(name: str, value: Any) -> str | None:
    """Return what is wrong with a value in ways that limits cannot say."""
    if name == "rate" and not 1 <= value <= HIGHEST_RATE:
        return f"must be 1 to {HIGHEST_RATE} frames per second, not {value}"
    if isinstance(value, str) and "\0" in value:
        return "holds a character that no name can have"
    return None


def _stray(table: str, key: str, known: _Places) -> str:
    if key in ARRAYS:
        return f"is no key; write [[{key}]] on a line of its own"
    homes = [home for home, name in known if name == key]
    if homes:
        return f"is no key of this table; it belongs under {_head(homes[0])}"
    here = [name for home, name in known if home == table]
    anywhere = [name for _, name in known]
    return "is no key" + (_near(key, here) or _near(key, anywhere))


def _near(text: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(text, list(known), n=1)
    return f"; did you mean {found[0]}?" if found else ""
