"""The colour beside a padded picture."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from otio_genai.analyse.palette import hex_colour
from otio_genai.analyse.profiles import Profile
from otio_genai.errors import RenderError

__all__ = ["own", "padding"]

_HEX = re.compile(r"#[0-9a-f]{6}", re.ASCII)
_BLACK = "#000000"


def padding(said: str) -> str | None:
    """Return the colour that is asked for as ``#rrggbb``; None for the film's own.

    Raises
    ------
    RenderError
        It is no colour.
    """
    word = said.strip().lower()
    if word == "own":
        return None
    if word == "black":
        return _BLACK
    if _HEX.fullmatch(word):
        return word
    raise RenderError(
        f"{said!r} is no colour to pad with.",
        remedy="Ask for own, black or a colour such as #1a1416.",
    )


def own(shown: Iterable[tuple[int, Iterable[Profile]]]) -> str:
    """Return a film's own colour, as ``#rrggbb``.

    The mean, in Lab, of the darkest quarter of every sampled picture: dark in a film
    that has darkness, tinted as its shadows are, and never louder than the picture.

    Parameters
    ----------
    shown
        For each clip its record frames, by which it is weighed, and its profiles.
    """
    colours, weights = [], []
    for length, profiles in shown:
        darks = [profile.dark_lab for profile in profiles]
        if darks and length:
            colours.append(np.mean(darks, axis=0))
            weights.append(length)
    if not colours:
        return _BLACK
    return hex_colour([float(v) for v in np.average(colours, axis=0, weights=weights)])
