"""Reading tables of a field's document: every fault is kept, with its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from otio_genai.field.flags import Condition, parse
from otio_genai.field.keys import NEEDED, TABLES
from otio_genai.field.values import shown

__all__ = ["Reading", "near"]


def near(name: str, known: Iterable[str]) -> str:
    """Return which known name is likely meant, as the end of a sentence."""
    found = difflib.get_close_matches(name[:200], list(known), n=1, cutoff=0.5)
    return f"; did you mean {found[0]!r}?" if found else ""


@dataclass(slots=True)
class Reading:
    """What was found to be wrong so far, and the names that there are."""

    problems: list[str] = field(default_factory=list)
    flags: Mapping[str, bool] = field(default_factory=dict)
    index: Mapping[str, int] = field(default_factory=dict)
    "Number of each slot by its name."

    def say(self, place: str, text: str) -> None:
        """Keep a fault."""
        self.problems.append(f"{place}: {text}")

    def table(self, name: str, said: Any, place: str) -> dict[str, Any]:
        """Return every key of a table, with defaults for what is absent or wrong."""
        keys = {key.name: key for key in TABLES[name]}
        found: dict[str, Any] = {
            key.name: None if key.default is NEEDED else key.default
            for key in keys.values()
        }
        if not isinstance(said, dict):
            self.say(place, f"must be a dictionary, not {shown(said)}")
            return found
        for word, value in said.items():
            if word not in keys:
                self.say(place, f"there is no key {word!r}{near(str(word), keys)}")
                continue
            try:
                found[word] = keys[word].meant(value)
            except (ValueError, TypeError, OverflowError):
                self.say(
                    f"{place}, {word}",
                    f"must be {keys[word].accepts}, not {shown(value)}",
                )
        for key in keys.values():
            if key.default is NEEDED and key.name not in said:
                self.say(place, f"needs {key.name!r}")
        return found

    def slot(self, name: str | None, place: str) -> int | None:
        """Return the number of a slot that is named."""
        if name is None or name in self.index:
            return None if name is None else self.index[name]
        self.say(place, f"there is no slot {name!r}{near(name, self.index)}")
        return None

    def condition(self, text: str | None, place: str) -> Condition | None:
        """Return what a text says of flags, all of which there are."""
        if text is None:
            return None
        try:
            found = parse(text)
        except ValueError as error:
            self.say(place, str(error).rstrip("."))
            return None
        self.known_flags(found.names, place)
        return found

    def known_flags(self, names: Iterable[str], place: str) -> None:
        """Keep a fault for each flag that the field does not have."""
        for name in sorted(names):
            if name not in self.flags:
                hint = near(name, self.flags) or "; name it under `flags`"
                self.say(place, f"there is no flag {name!r}{hint}")
