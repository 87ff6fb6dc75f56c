"""Lists of times that people and programs write: beats and markers.

Conventions
    One time per line, in seconds with a decimal point; a second column may count the
    beats of a bar from 1. Columns are parted by commas, semicolons, tabs or spaces; a
    first line of words names them. Audacity's labels (start, end, text) are read by
    their start. Empty lines and those that begin with ``#`` are passed over.

Aim
    A list that is wrong is refused whole, with every faulty line. A list in another
    unit is asked about: the pace of its beats and the length of the music tell.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from otio_genai.errors import MediaError

__all__ = [
    "FASTEST_BPM",
    "SLOWEST_BPM",
    "TimeList",
    "decoded",
    "read_beats",
    "read_markers",
]

#: Slowest and fastest pulse that is taken for a beat.
SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0

_TIME_COLUMNS = ("time", "times", "second", "seconds", "sec", "s", "start", "onset")
_NUMBER_COLUMNS = ("beat", "number", "position", "label", "count", "bar_beat")
_OTHER_UNITS = {
    "ms": "milliseconds",
    "milliseconds": "milliseconds",
    "msec": "milliseconds",
    "samples": "samples",
    "sample": "samples",
    "frames": "frames",
    "frame": "frames",
    "bar": "bar numbers",
    "bars": "bar numbers",
    "measure": "bar numbers",
}
_DECIMAL_COMMA = re.compile(r"\s*-?\d+,\d+(?:\s*$|[;\t ])")
_MOST_BEATS = 32
_BEYOND_S = 1.0
_FRAME_RATES = (24.0, 25.0, 30.0, 50.0, 60.0)


@dataclass(frozen=True, slots=True)
class TimeList:
    """Times in seconds, ascending, and the number each has in its bar, if told."""

    times_s: tuple[float, ...]
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    fields: tuple[str, ...]


def read_beats(path: Path, length_s: float, sample_rate: int) -> TimeList:
    """Return the beats that a file lists.

    Parameters
    ----------
    path
        The list.
    length_s, sample_rate
        Of the music, by which a wrong unit is told.

    Raises
    ------
    MediaError
        It cannot be read, some lines are faulty (all are named), or its numbers are
        no seconds.
    """
    found = _read(path)
    times = found.times_s
    if len(times) < 2:
        raise _refused(path, "A beat list needs two beats or more.")
    step = median(b - a for a, b in pairwise(times))
    if not 60 / FASTEST_BPM <= step <= 60 / SLOWEST_BPM:
        looks = _unit(times, step, length_s, sample_rate)
        raise _unit_asked(path, looks, f"the usual step from beat to beat is {step:g}")
    return _within(path, found, length_s)


def read_markers(path: Path, length_s: float) -> TimeList:
    """Return the markers that a file lists.

    Raises
    ------
    MediaError
        It cannot be read, some lines are faulty (all are named), or its numbers are
        no seconds.
    """
    found = _read(path)
    if not found.times_s:
        raise _refused(path, "It lists no times.")
    return TimeList(_within(path, found, length_s).times_s)


def decoded(path: Path) -> str:
    """Return the text of a file, whichever of the usual encodings it has.

    Raises
    ------
    MediaError
        It cannot be read.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _refused(path, f"It may not be read ({error.strerror}).") from error
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _read(path: Path) -> TimeList:
    lines = decoded(path).splitlines()
    rows = _rows(path, lines)
    time_at, number_at = _columns(path, rows)
    if rows and _number(rows[0].fields[0]) is None and _is_header(rows[0]):
        rows = rows[1:]
    faults: list[str] = []
    kept: list[tuple[float, int | None]] = []
    before = -math.inf
    for row in rows:
        text = row.fields[time_at] if time_at < len(row.fields) else ""
        time, fault = _number(text), ""
        if time is None:
            fault = f"{text!r} is no number"
        elif time < 0:
            fault = f"{text} is before the music begins"
        elif time == before:
            fault = f"{text} is there twice"
        elif time < before:
            fault = f"{text} comes after {before:g}"
        if fault or time is None:
            faults.append(f"line {row.line}: {fault}")
            continue
        before = time
        kept.append((time, _count(row, number_at)))
    if faults:
        many = f"{len(faults)} lines are" if len(faults) > 1 else "One line is"
        raise _refused(path, f"{many} no times in ascending order.", faults)
    numbers = [number for _, number in kept if number is not None]
    told = len(numbers) == len(kept) and 1 in numbers
    return TimeList(tuple(time for time, _ in kept), tuple(numbers) if told else ())


def _rows(path: Path, lines: Sequence[str]) -> list[_Row]:
    # Audacity continues a label with a line that begins with a backslash.
    meant = [
        (number, line.strip())
        for number, line in enumerate(lines, start=1)
        if line.strip() and not line.lstrip().startswith(("#", "\\"))
    ]
    pointed = any("." in line for _, line in meant)
    headed = bool(meant) and _is_words(meant[0][1])
    commas = [number for number, line in meant if _DECIMAL_COMMA.match(line)]
    if commas and not (pointed or headed):
        raise _refused(
            path,
            "It seems to write decimals with a comma; the point parts them here.",
            [f"line {number}: {dict(meant)[number]}" for number in commas[:20]],
            "Write 1.5 instead of 1,5.",
        )
    return [_Row(number, _fields(line)) for number, line in meant]


def _fields(line: str) -> tuple[str, ...]:
    for separator in ("\t", ";", ","):
        if separator in line:
            return tuple(field.strip() for field in line.split(separator))
    return tuple(line.split())


def _columns(path: Path, rows: Sequence[_Row]) -> tuple[int, int]:
    """Return where the times and where the numbers of the beats stand."""
    if not rows:
        return 0, 1
    first = rows[0]
    names = [field.strip('"').casefold() for field in first.fields]
    if _number(names[0]) is None and _is_header(first):
        known = [name.removesuffix("_s") for name in names]
        at = next((n for n, name in enumerate(known) if name in _TIME_COLUMNS), None)
        if at is None:
            other = [
                _OTHER_UNITS[part] for part in _parts(names) if part in _OTHER_UNITS
            ]
            if other:
                raise _unit_asked(path, other[0], "its first line says so")
            at = 0
        numbers = [n for n, name in enumerate(known) if name in _NUMBER_COLUMNS]
        return at, next((n for n in numbers if n != at), len(names))
    return 0, 2 if _are_labels(rows) else 1


def _parts(names: Sequence[str]) -> list[str]:
    return [part for name in names for part in re.split(r"[^a-z]+", name)]


def _are_labels(rows: Sequence[_Row]) -> bool:
    pairs = [row.fields for row in rows if len(row.fields) > 1]
    ends = [(_number(fields[0]), _number(fields[1])) for fields in pairs]
    return bool(ends) and all(
        a is not None and b is not None and b >= a and "." in fields[1]
        for (a, b), fields in zip(ends, pairs, strict=True)
    )


def _count(row: _Row, at: int) -> int | None:
    text = row.fields[at] if at < len(row.fields) else ""
    number = _number(text)
    if number is None or number != int(number) or not 1 <= number <= _MOST_BEATS:
        return None
    return int(number)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _is_words(line: str) -> bool:
    return _number(_fields(line)[0]) is None and _is_header(_Row(0, _fields(line)))


def _is_header(row: _Row) -> bool:
    return all(re.match(r'"?[A-Za-z_]', field) for field in row.fields if field)


def _within(path: Path, found: TimeList, length_s: float) -> TimeList:
    last = found.times_s[-1]
    if last > length_s + _BEYOND_S:
        beyond = sum(time > length_s for time in found.times_s)
        raise _refused(
            path,
            f"{beyond} of its {len(found.times_s)} times lie beyond the music, which "
            f"lasts {length_s:.1f} s (the last is {last:g}): are they seconds?",
            remedy="Give seconds from the start of the music, of the same version.",
        )
    inside = sum(time < length_s for time in found.times_s)
    return TimeList(found.times_s[:inside], found.numbers[:inside])


def _unit(
    times: Sequence[float], step: float, length_s: float, sample_rate: int
) -> str:
    whole = all(time == int(time) for time in times)
    if _fits(times, step, 1000.0, length_s):
        return "milliseconds"
    if whole and _fits(times, step, float(sample_rate), length_s):
        return f"samples at {sample_rate} Hz"
    for rate in _FRAME_RATES if whole else ():
        if _fits(times, step, rate, length_s):
            return "frames of a film"
    if whole and step == 1:
        return "the numbers of bars or beats"
    if _fits(times, step, 1 / 60, length_s):
        return "minutes"
    return "something else"


def _fits(times: Sequence[float], step: float, per_s: float, length_s: float) -> bool:
    paced = 60 / FASTEST_BPM <= step / per_s <= 60 / SLOWEST_BPM
    return paced and times[-1] / per_s <= length_s + _BEYOND_S


def _unit_asked(path: Path, looks: str, why: str) -> MediaError:
    return _refused(
        path,
        f"Are these times seconds? They look like {looks}: {why}.",
        remedy="Give seconds from the start of the music, with a decimal point.",
    )


def _refused(
    path: Path, sentence: str, items: Sequence[str] = (), remedy: str | None = None
) -> MediaError:
    return MediaError(
        sentence,
        place=str(path),
        items=items,
        remedy=remedy or "Correct the file, or take it away to have it measured.",
    )
