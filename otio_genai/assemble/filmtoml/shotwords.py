"""The words of a shot list: times, kinds of join, and what a line says of its shot."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from fractions import Fraction

from otio_genai import rates
from otio_genai.assemble import settings as schema
from otio_genai.assemble.filmtoml.arrays import PinTable
from otio_genai.assemble.notes import ShotNote
from otio_genai.errors import TimelineError

__all__ = ["COLUMNS", "join_kind", "seconds", "shot_of", "unstarted"]

#: What a line may say of its shot, and the names that this may have, the first that
#: is there counting.
COLUMNS: dict[str, tuple[str, ...]] = {
    "take": (
        *("file", "file_name", "filename", "path"),
        *("clip", "clip_name", "take", "name", "shot"),
    ),
    "in": ("in_s", "in"),
    "length": ("length_s", "length", "duration_s", "duration", "dur"),
    "out": ("out_s", "out"),
    "join": ("join", "transition", "cut"),
}

_ANY = ("", "*")
_SAID: dict[str, tuple[str, ...]] = {
    # A plain cut leaves it to the style which kind of cut it is.
    "": ("", "cut"),
    "match": ("match", "match cut"),
    "dry": ("dry", "dry cut", "hard cut", "smash cut", "jump cut"),
    "carry": ("carry", "whip", "whip pan", "swish pan"),
    "dissolve": ("dissolve", "cross dissolve", "crossfade", "cross fade"),
    "dip": ("dip", "dip to black", "fade", "fade out", "fade to black"),
}
_KINDS = {word: kind for kind, words in _SAID.items() for word in words}

_SECONDS = re.compile(r"(\d{1,6}(?:[.,]\d{1,9})?)\s*(?:s|sec|seconds?)?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]?\d(?:[.,]\d{1,9})?)", re.ASCII)
_TIMECODE = re.compile(r"\d{1,2}:[0-5]\d:[0-5]\d[:;]\d{2,3}", re.ASCII)


def seconds(text: str, rate: Fraction | None) -> float:
    """Return the seconds that a text means.

    Parameters
    ----------
    text
        ``2.5``, ``2,5 s``, ``1:02.5`` or, of a known rate, ``00:00:02:12``.
    rate
        Frames per second of timecodes, if known.

    Raises
    ------
    ValueError
        It means none; the message follows the text's name.

    Examples
    --------
    >>> seconds("1:02,5", None), seconds("00:00:02:12", Fraction(24))
    (62.5, 2.5)
    """
    bare = text.strip().lower()
    if found := _SECONDS.fullmatch(bare):
        return float(found[1].replace(",", "."))
    if found := _CLOCK.fullmatch(bare):
        hours, minutes, rest = found.groups()
        return (
            int(hours or 0) * 3600 + int(minutes) * 60 + float(rest.replace(",", "."))
        )
    if _TIMECODE.fullmatch(bare):
        if rate is None:
            raise ValueError(f"{text!r} counts frames: say [film] rate")
        try:
            return float(rates.frame_of_timecode(bare.zfill(11), rate) / rate)
        except TimelineError as error:
            raise ValueError(f"{text!r}: {error.sentence}") from error
    raise ValueError(f"{text!r} is no time")


def join_kind(text: str) -> str:
    """Return the kind of join that a text means, empty when it leaves it open.

    Raises
    ------
    ValueError
        It means none.

    Examples
    --------
    >>> join_kind("DISSOLVE TO:"), join_kind("Hard-cut"), join_kind("CUT TO:")
    ('dissolve', 'dry', '')
    """
    bare = re.sub(r"[\s_-]+", " ", text.strip().lower().rstrip(".:")).strip()
    for word in (bare, bare.removesuffix(" to")):
        if word in _KINDS:
            return _KINDS[word]
    near = difflib.get_close_matches(bare, list(_KINDS), n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise ValueError(f"{text.strip()!r} is no kind of join{hint}")


def shot_of(
    said: Mapping[str, str], line: int, rate: Fraction | None
) -> tuple[ShotNote, list[str]]:
    """Return the shot of one line, and what is wrong with it.

    Parameters
    ----------
    said
        Texts by the keys of `COLUMNS`; those that are missing or empty say nothing.
    line
        Where it stands.
    rate
        Frames per second of timecodes, if known.
    """
    faults: list[str] = []
    times: dict[str, float | None] = {"in": None, "length": None, "out": None}
    for name in times:
        if text := said.get(name, "").strip():
            try:
                times[name] = seconds(text, rate)
            except ValueError as error:
                faults.append(f"{name} {error}")
    start_s, length_s = times["in"], times["length"]
    if length_s is None and times["out"] is not None:
        length_s = round(times["out"] - (start_s or 0.0), 9)
        if length_s <= 0 and not faults:
            faults.append("out is not after in")
    if not faults:
        for name, value in (("in_s", start_s), ("length_s", length_s)):
            if wrong := schema.fault(PinTable, name, value):
                faults.append(f"{name.removesuffix('_s')} {wrong}")
    kind = ""
    try:
        kind = join_kind(said.get("join", ""))
    except ValueError as error:
        faults.append(f"join {error}")
    take = said.get("take", "").strip()
    return ShotNote("" if take in _ANY else take, start_s, length_s, kind, line), faults


def unstarted(shots: list[ShotNote]) -> list[tuple[int, str]]:
    """Return the fault of a first shot that asks for a join before it, if it does."""
    if shots and shots[0].join:
        return [(shots[0].line, "the first shot has no join before it")]
    return []
