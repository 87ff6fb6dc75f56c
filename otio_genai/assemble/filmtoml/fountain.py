"""The shots of a screenplay in Fountain.

Conventions
    A note ``[[dune_3]]``, ``[[take: dune_3, 2.5s, carry]]`` is a shot: a take, and in
    any order its length, ``in:`` and the kind of join before it. A scene without such a
    note is one shot that any take may fill, and so is action that stands before the
    first scene or after a transition. A transition (``DISSOLVE TO:``,
    ``FADE TO BLACK.``, ``> MATCH``) gives the kind of the join to the next shot;
    ``FADE IN:`` and a transition after which nothing comes are passed over, as are
    dialogue, sections, synopses and notes that are not like these.

Sources
    Syntax of screenplays: fountain.io/syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from otio_genai.assemble.filmtoml.shotwords import COLUMNS, join_kind, shot_of
from otio_genai.assemble.notes import ShotNote

__all__ = ["shots"]

_TITLE = re.compile(
    r"(title|credit|authors?|source|notes|(draft )?date|contact|copyright|revision)"
    r"\s*:",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"(int|ext|est|int\.?/ext|ext\.?/int|i/e)[. ]|\.(?=[^.\s])", re.IGNORECASE
)
_TRANSITION = re.compile(r"[^a-z]*TO:|(FADE|CUT|DIP) (IN|OUT|TO [A-Z]+)[.:]?")
_END = re.compile(r"(THE )?END\.?|FIN\.?")
_NOTE = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_BONEYARD = re.compile(r"/\*.*?(\*/|\Z)", re.DOTALL)
_KEY = re.compile(r"([A-Za-z_ ]+?)\s*:(.*)", re.DOTALL)
_KEYS = {name: said for said, names in COLUMNS.items() for name in names}


def shots(
    text: str, rate: Fraction | None
) -> tuple[list[ShotNote], list[tuple[int, str]]]:
    """Return the shots of a screenplay, and (line, what is wrong) of its faults.

    Parameters
    ----------
    text
        The screenplay, its lines ended by line feeds.
    rate
        Frames per second of timecodes, if known.
    """
    reading = _Reading(rate)
    for line, block in _blocks(text):
        reading.take_in(line, block)
    reading.end_scene()
    return reading.shots, reading.faults


@dataclass(slots=True)
class _Reading:
    """What of a screenplay was read so far."""

    rate: Fraction | None
    shots: list[ShotNote] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    scene: int = 0
    "Line on which a scene that named no shot yet began; 0 before, -1 after."
    pending: tuple[int, str] | None = None
    "Line and text of a transition that waits for its shot."

    def take_in(self, line: int, block: str) -> None:
        first = block.split("\n", 1)[0].strip()
        if first.startswith(("#", "=", "~")) or _END.fullmatch(block.strip()):
            return
        if _is_transition(block):
            self.end_scene()
            if not first.lstrip("> ").upper().startswith("FADE IN"):
                self.pending = (line, first.lstrip("> "))
            return
        if _HEADING.match(first):
            self.end_scene()
            self.scene = line
        elif not self.scene and not _is_spoken(block):
            self.scene = line
        self._read_notes(line, block)

    def _read_notes(self, line: int, block: str) -> None:
        if block.count("[[") != len(_NOTE.findall(block)):
            self.faults.append((line, "a note is not closed: [[ without ]]"))
        for note in _NOTE.finditer(block):
            at = line + block.count("\n", 0, note.start())
            said = _said(note[1])
            if said is not None:
                shot, wrong = shot_of(said, at, self.rate)
                self.faults += [(at, one) for one in wrong]
                self._put(shot)

    def end_scene(self) -> None:
        """Make a shot of a scene that named none."""
        if self.scene > 0:
            self._put(ShotNote("", line=self.scene))
        self.scene = 0

    def _put(self, shot: ShotNote) -> None:
        if self.pending:
            line, text = self.pending
            try:
                kind = join_kind(text)
            except ValueError as error:
                kind = ""
                self.faults.append((line, str(error)))
            if kind and shot.join and kind != shot.join:
                wrong = f"the note says {shot.join}, the transition before it {kind}"
                self.faults.append((shot.line, wrong))
            shot = replace(shot, join=shot.join or kind)
        self.pending = None
        self.scene = -1
        self.shots.append(shot)


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, text) of each paragraph after the title page."""
    text = _BONEYARD.sub(lambda found: "\n" * found[0].count("\n"), text)
    lines = text.split("\n")
    first = next((k for k, line in enumerate(lines) if line.strip()), 0)
    if _TITLE.match(lines[first]):
        end = next((k for k in range(first, len(lines)) if not lines[k].strip()), None)
        lines[first:end] = [""] * ((len(lines) if end is None else end) - first)
    block: list[str] = []
    for number, line in enumerate([*lines, ""]):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block) + 1, "\n".join(block)
            block = []


def _is_transition(block: str) -> bool:
    line = block.strip()
    if "\n" in line:
        return False
    forced = line.startswith(">") and not line.endswith("<")
    return forced or bool(_TRANSITION.fullmatch(line))


def _is_spoken(block: str) -> bool:
    """Return whether a paragraph is dialogue or a centred title: nothing to film."""
    first, _, rest = block.strip().partition("\n")
    if first.startswith("!"):
        return False
    cue = first.startswith("@") or (first.isupper() and bool(rest))
    return cue or (first.startswith(">") and first.endswith("<"))


def _said(note: str) -> dict[str, str] | None:
    """Return what a note says of a shot, or None if it speaks of something else."""
    parts = [" ".join(part.split()) for part in note.split(",")]
    first, *others = parts
    key = _KEY.match(first)
    if key and _keyed(key[1]) is None:
        return None
    plain = not key and " " in first and not _guess(first)
    if plain and not any(_guess(part) for part in others):
        return None
    said: dict[str, str] = {}
    for number, part in enumerate(parts):
        key = _KEY.match(part)
        name = _keyed(key[1]) if key else None
        if name and key:
            said[name] = key[2].strip()
            continue
        name = _guess(part)
        if not name or (number == 0 and part.isdecimal()):
            name = "take" if number == 0 else "join"
        said[name] = part
    return said


def _keyed(name: str) -> str | None:
    return _KEYS.get("_".join(name.lower().split()))


def _guess(part: str) -> str:
    """Return what a part of a note says by its look: a length, a kind, or nothing."""
    if not part:
        return ""
    if re.match(r"\d[\d.:;]*\s*(s|sec|seconds?)?$", part):
        return "length"
    try:
        join_kind(part)
    except ValueError:
        return ""
    return "join"
