"""Where Premiere and Resolve differ, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from otio_genai.errors import InterchangeError
from otio_genai.interchange.urls import Dialect

__all__ = [
    "FILTERS",
    "JOIN_COLORS",
    "LARGEST_GAIN",
    "MARKER_COLORS",
    "TRANSITIONS",
    "Table",
    "table",
]

#: Amplitude factor above which Premiere plays silence: +12 dB.
LARGEST_GAIN = 3.98109

#: Ids of the filters that a timeline has a form for.
FILTERS = frozenset(
    ("audiolevels", "audiopan", "basic", "crop", "opacity", "timeremap")
)

#: Ids of the transitions that a timeline has a form for.
TRANSITIONS = frozenset(
    (
        "Cross Dissolve",
        "Dip to Color Dissolve",
        "KGAudioTransCrossFade0dB",
        "KGAudioTransCrossFade3dB",
    )
)

#: OpenTimelineIO's marker colours in Premiere's 0xAABBGGRR; green has no tag. The
#: layout is Premiere's, the shades are ours, one each so that they read back.
MARKER_COLORS: dict[str, int] = {
    "RED": 0xFF2B2BD2,
    "PINK": 0xFFB67FE4,
    "ORANGE": 0xFF2980E8,
    "YELLOW": 0xFF24C4E3,
    "CYAN": 0xFFC7B52A,
    "BLUE": 0xFFE59B38,
    "PURPLE": 0xFFDF5B9C,
    "MAGENTA": 0xFFB43CC8,
    "BLACK": 0xFF202020,
    "WHITE": 0xFFF2F2F2,
}

#: The marker colour of each kind of join.
JOIN_COLORS: dict[str, str] = {
    "dry": "ORANGE",
    "match": "GREEN",
    "carry": "PURPLE",
    "dissolve": "BLUE",
    "dip": "BLACK",
    "rest": "CYAN",
    "open": "WHITE",
}


@dataclass(frozen=True, slots=True)
class Table:
    """What one editor expects where the two differ.

    Parameters
    ----------
    extensions
        Elements and attributes beyond the format's own grammar are written.
    media_rate
        In and out of a clip count frames of its media, not of the sequence.
    exploded_stereo
        A stereo sound takes two linked tracks.
    silence, level_low, level_high
        Texts of the level parameter.
    holds
        What a layout may leave to the writer (`otio_genai.interchange.layout`).
    """

    name: Dialect
    version: int
    extensions: bool
    media_rate: bool
    exploded_stereo: bool
    silence: str
    level_low: str
    level_high: str
    holds: frozenset[str] = frozenset()


# Resolve is known to ignore Time Remap and to show other frames without a word.
# Premiere's own exports name a sequence of images by its first image, and Premiere is
# reported to read that as a still (AcademySoftwareFoundation/OpenTimelineIO#69).
_BOTH = frozenset(("nested", "generator", "missing", "effects", "colour"))
_SPEEDS = frozenset(("speed", "reverse", "freeze", "retime"))
_PREMIERE = _BOTH | _SPEEDS | {"first image"}
_RESOLVE = _BOTH | {"image sequence"}
_TABLES = {
    "premiere": Table("premiere", 4, True, False, True, "0", "0", "3.98109", _PREMIERE),
    "resolve": Table(
        "resolve", 5, False, True, False, "0.00001", "0.00001", "31.6228", _RESOLVE
    ),
}


def table(dialect: str) -> Table:
    """Return the table of a dialect.

    Raises
    ------
    InterchangeError
        There is no such dialect.
    """
    if dialect not in _TABLES:
        raise InterchangeError(
            f"There is no dialect {dialect!r} of xmeml.",
            remedy=f"Use one of: {', '.join(get_args(Dialect))}.",
        )
    return _TABLES[dialect]
