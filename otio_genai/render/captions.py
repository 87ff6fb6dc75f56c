"""Captions burnt in: each as a title that is drawn over its record frames.

Conventions
    At most two lines at a time of 42 letters, 37 in an upright frame (BBC subtitle
    guidelines: 37; Netflix timed text style guide: 42). A longer sentence is shown in
    parts one after the other, each for its share of letters. White on a soft dark
    edge, at the bottom of title-safe; in an upright frame above the fifth that the
    players of telephones lay their buttons over.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from otio_genai import maps, rates
from otio_genai.render import titles

__all__ = ["Burnt", "burnt"]

_LETTERS, _LETTERS_UPRIGHT = 42, 37
_LINES = 2
# At 1080 lines; wider letters in a narrow frame are made smaller to fit it.
_SIZE, _EDGE = 52.0, 4.0
_BOTTOM, _BOTTOM_UPRIGHT = 0.95, 0.78


@dataclass(frozen=True, slots=True)
class Burnt:
    """A caption on the film's frames."""

    first: int
    "First record frame that shows it."
    last: int
    "Record frame after the last."
    url: str
    "Address of its drawing."


def burnt(
    cues: Sequence[maps.Cue], rate: Fraction, size: tuple[int, int]
) -> tuple[list[Burnt], tuple[str, ...]]:
    """Return the captions of a film, and what is amiss with them.

    Parameters
    ----------
    cues
        What is said, in order, as `otio_genai.maps.cues` finds it.
    rate
        Record frames per second.
    size
        Width and height of the film.

    Returns
    -------
    list of Burnt
        In order; a caption ends where the next begins.
    tuple of str
        Letters that no font here has.
    """
    upright = size[1] > size[0]
    most = _LETTERS_UPRIGHT if upright else _LETTERS
    found: list[Burnt] = []
    notes: list[str] = []
    together = ""
    for number, (start_s, stop_s, text) in enumerate(cues):
        text = f"{together} {text}".strip()
        if number + 1 < len(cues):
            stop_s = min(stop_s, cues[number + 1][0])
        if rates.frames_at(start_s, rate) >= rates.frames_at(stop_s, rate):
            # Two voices at once: what has no frame of its own is said with the next.
            together = text
            continue
        together = ""
        for begin_s, end_s, part in _parts(start_s, stop_s, text, most):
            first, last = (rates.frames_at(t, rate) for t in (begin_s, end_s))
            if first < last:
                made, amiss = titles.settled(_drawing(part, upright=upright))
                found.append(Burnt(first, last, made.url))
                notes += amiss
    return found, tuple(dict.fromkeys(notes))


def _parts(
    start_s: Fraction, stop_s: Fraction, text: str, most: int
) -> list[tuple[Fraction, Fraction, str]]:
    """Return a sentence in parts of two lines, with when each is shown."""
    lines = _lines(text, most)
    parts = [lines[n : n + _LINES] for n in range(0, len(lines), _LINES)]
    letters = [sum(map(len, part)) for part in parts]
    found: list[tuple[Fraction, Fraction, str]] = []
    done, per_letter_s = 0, (stop_s - start_s) / max(1, sum(letters))
    for part, count in zip(parts, letters, strict=True):
        begin_s = start_s + done * per_letter_s
        done += count
        found.append((begin_s, start_s + done * per_letter_s, "\n".join(part)))
    return found


def _lines(text: str, most: int) -> list[str]:
    """Return a text in as few lines as can be, as even as they can be."""
    lines = textwrap.wrap(text, most, break_on_hyphens=False)
    for narrower in range(most - 1, 0, -1):
        even = textwrap.wrap(text, narrower, break_on_hyphens=False)
        if len(even) != len(lines):
            break
        lines = even
    return lines


def _drawing(text: str, *, upright: bool) -> maps.Drawing:
    down = _BOTTOM_UPRIGHT if upright else _BOTTOM
    said = {
        "anchor": "bottom",
        "edge": _EDGE,
        "position": [0.5, down],
        "size": _SIZE,
        "text": text,
    }
    return maps.Drawing("title", maps.Drawing.told(said))
