"""A prompt's fixed text and what its variables may stand for.

Conventions
    A recipe is kept as ``{template, negative?, vars}``; each of ``vars`` is a text, a
    list of texts, or texts with weights. They may speak of other variables in turn.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from otio_genai.errors import FieldError
from otio_genai.prompts import template

__all__ = ["Modulation", "Prompt", "Recipe", "read_recipe"]

_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Modulation:
    """One of the texts that a variable may stand for."""

    text: str
    weight: float = 1.0
    "How readily it is drawn, over 0."


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt ready to be sent."""

    text: str
    negative: str
    "What is not wanted."
    values: Mapping[str, str]
    "What each variable stood for."
    id: str
    "Short hash of what is sent."


@dataclass(frozen=True, slots=True)
class Recipe:
    """A fixed text with variables."""

    base: str
    variables: Mapping[str, tuple[Modulation, ...]] = field(default_factory=dict)
    negative: str = ""

    def fill(self, known: Mapping[str, str], seed: int) -> Prompt:
        """Return the prompt that a seed makes.

        Parameters
        ----------
        known
            What the show says of itself, such as ``hour`` and
            ``previous_slot.caption``; where the recipe has a variable of the same
            name, the recipe's counts.
        seed
            Decides what each variable stands for.

        Raises
        ------
        FieldError
            It speaks of variables that are not there, in a circle, with braces that
            do not close, or says nothing; every fault is named.

        Examples
        --------
        >>> weather = (Modulation("rain"),)
        >>> Recipe("{weather} at {hour}", {"weather": weather}).fill({"hour": "9"}, 1)
        Prompt(text='rain at 9', negative='', values={'weather': 'rain', 'hour': '9'}, \
id='500f83ad366e')
        """
        wrong = self.faults(known)
        if wrong:
            raise _refused(wrong)
        filling = _Filling(self.variables, known, seed)
        text = " ".join(template.filled(self.base, filling.value).split())
        negative = " ".join(template.filled(self.negative, filling.value).split())
        if not text:
            raise _refused(["the prompt is empty"])
        digest = hashlib.sha256(f"{text}\0{negative}".encode())
        return Prompt(text, negative, filling.values, digest.hexdigest()[:_DIGITS])

    def faults(self, known: Mapping[str, str] | Sequence[str] = ()) -> list[str]:
        """Return everything that keeps it from being filled, given what is known."""
        found = [
            f"{place}: {wrong}"
            for place, text in self._texts()
            for wrong in template.faults(text)
        ]
        spoken = {name for _, text in self._texts() for name in template.names(text)}
        absent = sorted(spoken - set(self.variables) - set(known))
        found += [f"there is no variable {{{name}}}" for name in absent]
        found += [
            f"{{{name}}}: its weights must be over 0, and there must be one"
            for name, choices in self.variables.items()
            if not choices or not all(0 < c.weight < math.inf for c in choices)
        ]
        circle = self._circle()
        if circle:
            found.append(" → ".join(f"{{{name}}}" for name in circle) + " is a circle")
        return found

    def _texts(self) -> Iterator[tuple[str, str]]:
        yield "the prompt", self.base
        yield "what is not wanted", self.negative
        for name, choices in self.variables.items():
            for choice in choices:
                yield f"{{{name}}}", choice.text

    def _circle(self) -> list[str]:
        done: set[str] = set()
        for start in self.variables:
            # Depth first; a variable met again on the way to itself is a circle.
            way: list[tuple[str, Iterator[str]]] = [(start, self._spoken_by(start))]
            while way and way[0][0] not in done:
                name, rest = way[-1]
                after = next((n for n in rest if n not in done), None)
                if after is None:
                    done.add(name)
                    way.pop()
                elif after in (on := [n for n, _ in way]):
                    return [*on[on.index(after) :], after]
                else:
                    way.append((after, self._spoken_by(after)))
        return []

    def _spoken_by(self, name: str) -> Iterator[str]:
        for choice in self.variables[name]:
            yield from (n for n in template.names(choice.text) if n in self.variables)


class _Filling:
    """One prompt being filled: every variable stands for one thing throughout."""

    def __init__(
        self,
        variables: Mapping[str, tuple[Modulation, ...]],
        known: Mapping[str, str],
        seed: int,
    ) -> None:
        self._variables, self._known, self._seed = variables, known, seed
        self.values: dict[str, str] = {}

    def value(self, name: str) -> str:
        if name not in self.values:
            choices = self._variables.get(name)
            self.values[name] = (
                template.filled(_drawn(choices, name, self._seed), self.value)
                if choices
                else str(self._known[name])
            )
        return self.values[name]


def _drawn(choices: Sequence[Modulation], name: str, seed: int) -> str:
    digest = hashlib.blake2b(f"{seed}\0{name}".encode(), digest_size=8).digest()
    left = int.from_bytes(digest, "big") / 2**64 * math.fsum(c.weight for c in choices)
    for choice in choices:
        left -= choice.weight
        if left < 0:
            return choice.text
    return choices[-1].text


def read_recipe(kept: Any) -> Recipe:
    """Return the recipe that a document keeps.

    Parameters
    ----------
    kept
        ``{template, negative?, vars?}``, or the template alone.

    Raises
    ------
    FieldError
        It is of another form; every fault is named.

    Examples
    --------
    >>> read_recipe({"template": "{w} dunes", "vars": {"w": {"red": 2, "blue": 1}}})
    Recipe(base='{w} dunes', variables={'w': (Modulation(text='red', weight=2.0), \
Modulation(text='blue', weight=1.0))}, negative='')
    """
    if isinstance(kept, str):
        kept = {"template": kept}
    if not isinstance(kept, Mapping):
        raise _refused(["it is no text and no table"])
    wrong = [
        f"{key} is no text"
        for key in ("template", "negative")
        if not isinstance(kept.get(key, ""), str)
    ]
    if "template" not in kept:
        wrong.append("it has no template")
    told = kept.get("vars") or {}
    if not isinstance(told, Mapping):
        wrong.append("vars is no table")
        told = {}
    found = {str(name): _choices(value) for name, value in told.items()}
    wrong += [
        f"vars.{name} is no text, list of texts, or table of texts and weights"
        for name, choices in found.items()
        if choices is None
    ]
    if wrong:
        raise _refused(wrong)
    variables = {name: choices for name, choices in found.items() if choices}
    return Recipe(kept["template"], variables, kept.get("negative", ""))


def _choices(value: Any) -> tuple[Modulation, ...] | None:
    if isinstance(value, str):
        return (Modulation(value),)
    if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
        return tuple(Modulation(text) for text in value)
    if (
        isinstance(value, Mapping)
        and value
        and all(_is_number(weight) for weight in value.values())
    ):
        return tuple(Modulation(str(t), float(w)) for t, w in value.items())
    return None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _refused(items: Sequence[str]) -> FieldError:
    return FieldError(
        "This prompt cannot be filled.",
        items=items,
        remedy="Give every variable a text under `vars`, and write {{ and }} for "
        "braces that are meant.",
    )
