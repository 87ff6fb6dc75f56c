"""Subtitles: SubRip and WebVTT, read for when each line is spoken.

Conventions
    Times in seconds from the start of the sound. Hours may be missing, fractions have
    a comma or a point. Tags, cue settings, notes and styles are left out of the text.
    A cue that goes on in lower case where the one before has not ended its sentence
    is joined to it.

Sources
    SubRip's own matroska.org description; W3C *WebVTT: The Web Video Text Tracks
    Format*.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from otio_genai.errors import MediaError
from otio_genai.ingest.timelist import decoded

__all__ = ["Sentence", "read_subtitles"]

Sentence = tuple[float, float, str]

_TIME = r"(-?)(?:(\d+):)?(-?\d{1,2}):(\d{1,2})[,.](\d{1,3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?$")
_TAG = re.compile(r"<[^>]*>|\{\\[^}]*\}")
_ENDS = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_PASSED_BLOCKS = ("NOTE", "STYLE", "REGION", "WEBVTT")
# Written times are rounded to thousandths, each on its own.
_ROUNDING_S = 0.0015
_MINUTES = 60


@dataclass(frozen=True, slots=True)
class _Cue:
    name: str
    line: int
    start_s: float
    end_s: float
    text: str


def read_subtitles(path: Path) -> list[Sentence]:
    """Return (start, end, text) of what the subtitles of a voice say.

    Parameters
    ----------
    path
        An ``.srt`` or ``.vtt`` file.

    Raises
    ------
    MediaError
        It cannot be read, or some cues are wrong or overlap; every one is named.
    """
    cues, faults = _cues(decoded(path).splitlines())
    faults += _out_of_order(cues)
    if faults:
        many = f"{len(faults)} cues are" if len(faults) > 1 else "One cue is"
        raise MediaError(
            f"{many} wrong in these subtitles.",
            place=str(path),
            items=[fault for _, fault in sorted(faults)],
            remedy="Correct them, or export the subtitles again.",
        )
    spoken = [cue for cue in cues if cue.text]
    if not spoken:
        raise MediaError(
            "These subtitles hold no cues.",
            place=str(path),
            remedy="Export them again as SubRip or WebVTT.",
        )
    return _joined(spoken)


def _cues(lines: Sequence[str]) -> tuple[list[_Cue], list[tuple[int, str]]]:
    cues: list[_Cue] = []
    faults: list[tuple[int, str]] = []
    for first, block in _blocks(lines):
        at = next((n for n, line in enumerate(block) if "-->" in line), None)
        if at is None:
            if cues and not block[0].startswith(_PASSED_BLOCKS):
                # An empty line within the text of a cue.
                cues[-1] = _with_text(cues[-1], block)
            continue
        number = len(cues) + len(faults) + 1
        name = block[at - 1].strip() if at else str(number)
        line = first + at
        told = _TIMES.match(block[at])
        if told is None:
            faults.append((line, f"cue {name}, line {line}: {block[at].strip()!r}"))
            continue
        start, end = _seconds(told.groups()[:5]), _seconds(told.groups()[5:])
        text = _plain(block[at + 1 :])
        cues.append(_Cue(name, line, start, end, text))
    return cues, faults


def _blocks(lines: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Lines between empty ones with the number of the first, one timing in each."""
    found: list[tuple[int, list[str]]] = []
    fresh = True
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            fresh = True
            continue
        if "-->" in line and not fresh and any("-->" in told for told in found[-1][1]):
            # No empty line before this cue; its number may stand at the end.
            block = found[-1][1]
            named = [block.pop()] if block[-1].strip().isdigit() else []
            found.append((number - len(named), [*named, line]))
        elif fresh:
            found.append((number, [line]))
        else:
            found[-1][1].append(line)
        fresh = False
    return found


def _with_text(cue: _Cue, lines: Sequence[str]) -> _Cue:
    text = f"{cue.text} {_plain(lines)}".strip()
    return _Cue(cue.name, cue.line, cue.start_s, cue.end_s, text)


def _seconds(groups: Sequence[str | None]) -> float:
    sign, hours, minutes, seconds, fraction = groups
    below = abs(int(minutes or 0)) * 60 + int(seconds or 0)
    size = int(hours or 0) * 3600 + below + float(f"0.{fraction}")
    negative = bool(sign) or str(minutes).startswith("-")
    wrong = abs(int(minutes or 0)) >= _MINUTES or int(seconds or 0) >= _MINUTES
    return float("nan") if wrong else -size if negative else size


def _plain(lines: Sequence[str]) -> str:
    text = html.unescape(_TAG.sub("", " ".join(line.strip() for line in lines)))
    return re.sub(r"\s+", " ", text).strip()


def _out_of_order(cues: Sequence[_Cue]) -> list[tuple[int, str]]:
    faults = []
    before: _Cue | None = None
    for cue in cues:
        why = ""
        if math.isnan(cue.start_s + cue.end_s):
            why = "it has 60 minutes or seconds and more"
        elif cue.start_s < 0 or cue.end_s < 0:
            why = "it begins before the sound does"
        elif cue.end_s <= cue.start_s:
            why = "it ends before it begins"
        elif before is not None and cue.start_s < before.start_s:
            why = f"it begins before cue {before.name}"
        elif before is not None and cue.start_s < before.end_s - _ROUNDING_S:
            why = f"it begins while cue {before.name} is still there"
        if why:
            faults.append((cue.line, f"cue {cue.name}, line {cue.line}: {why}"))
        else:
            before = cue
    return faults


def _joined(cues: Sequence[_Cue]) -> list[Sentence]:
    # Without any full stop there are no sentences to be found: cues stand alone.
    stops = any(_ENDS.search(cue.text) for cue in cues)
    found: list[Sentence] = []
    for cue in cues:
        before = found[-1] if found else None
        if before and stops and cue.text[0].islower() and not _ENDS.search(before[2]):
            found[-1] = (before[0], cue.end_s, f"{before[2]} {cue.text}")
        else:
            found.append((cue.start_s, cue.end_s, cue.text))
    return found
