"""What a voice says and when, read from what lies beside it.

Conventions
    Beside ``voice.mp3`` may lie, in order of trust, ``voice.json`` (the answer of
    ElevenLabs *with timestamps*), ``voice.srt``, ``voice.vtt`` and ``voice.txt`` (the
    text alone). The best that can be read goes onto the media reference of the voice
    under ``script``: ``{source, file, sentences}`` with [start, end, text] in seconds,
    or ``{source: "script", file, text}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from otio_genai.errors import MediaError
from otio_genai.ingest.subtitles import Sentence, read_subtitles
from otio_genai.ingest.timelist import decoded

__all__ = ["SIDECARS", "beside", "read_script", "sentence_spans"]

#: Suffixes of what may lie beside a voice, the most trusted first.
SIDECARS = (".json", ".srt", ".vtt", ".txt")

_ALIGNMENTS = ("alignment", "normalized_alignment")
_STARTS = "character_start_times_seconds"
_ENDS = "character_end_times_seconds"
# A full stop ends a sentence when closing marks, then a gap or the end follow it.
_STOP = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[」』”’]*|\n\s*\n")
_BEFORE = r"(?:^|[\s(\"'“‘«])"
_TITLE = re.compile(
    _BEFORE + r"(?:mr|mrs|ms|mme|mlle|dr|prof|st|ste|vs|cf|ca|bzw|approx|e\.g|i\.e|z\.b"
    r"|p\.ex)\.$",
    re.IGNORECASE,
)
_BEFORE_NUMBER = re.compile(_BEFORE + r"(?:no|nr|fig|vol|p|pp)\.$", re.IGNORECASE)
_INITIALS = re.compile(_BEFORE + r"(?:[A-HJ-Z]|(?:[A-Za-z]\.)+[A-Za-z])\.$")


def beside(voice: Path) -> tuple[dict[str, Any], list[tuple[Path, MediaError]]]:
    """Return the best that is known of what a voice says, and what was no use.

    Parameters
    ----------
    voice
        The sound file.

    Returns
    -------
    dict
        What goes under ``script``; empty if there is nothing.
    list of (Path, MediaError)
        Files beside it that are wrong; the next in order of trust stands in.
    """
    there = {path.name.casefold(): path for path in _siblings(voice)}
    faults: list[tuple[Path, MediaError]] = []
    for suffix in SIDECARS:
        path = there.get((voice.stem + suffix).casefold())
        if path is None:
            continue
        try:
            found = read_script(path)
        except MediaError as error:
            faults.append((path, error))
            continue
        if found:
            return found, faults
    return {}, faults


def read_script(path: Path) -> dict[str, Any]:
    """Return what a file says of a voice, by its suffix; ``{}`` for other JSON.

    Raises
    ------
    MediaError
        It is not what its suffix promises.
    """
    suffix = path.suffix.casefold()
    told: dict[str, Any] = {"file": path.name}
    if suffix == ".json":
        sentences = _timestamps(path)
        if not sentences:
            return {}
        return told | {"source": "elevenlabs", "sentences": _rows(sentences)}
    if suffix in (".srt", ".vtt"):
        return told | {"source": suffix[1:], "sentences": _rows(read_subtitles(path))}
    text = decoded(path).replace("\r\n", "\n").strip()
    if not re.search(r"\w", text):
        raise _refused(path, "It holds no words.")
    return told | {"source": "script", "text": text}


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return where each sentence begins and ends, as half-open character ranges.

    Closing quotes belong to the sentence before them; abbreviations, initials and an
    ellipsis before a lower-case letter do not end one; an empty line does.

    Examples
    --------
    >>> text = 'Dr. No said "Go." We went... slowly.'
    >>> [text[a:b] for a, b in sentence_spans(text)]
    ['Dr. No said "Go."', 'We went... slowly.']
    """
    found, begin = [], 0
    for stop in _stops(text):
        found.append((begin, stop))
        begin = stop
    found.append((begin, len(text)))
    trimmed = (_trimmed(text, a, b) for a, b in found)
    return [(a, b) for a, b in trimmed if re.search(r"\w", text[a:b])]


def _stops(text: str) -> Iterator[int]:
    for match in _STOP.finditer(text):
        marks, after = match.group(), text[match.end() :].lstrip()
        if marks == "." and _is_short(text[: match.end()], after):
            continue
        if after[:1].islower() and marks.startswith(("…", "..")):
            continue
        yield match.end()


def _is_short(upto: str, after: str) -> bool:
    """Whether the full stop at the end of a text only shortens a word."""
    # No abbreviation is longer: a search through the whole text would be slow.
    near = upto[-12:]
    numbered = after[:1].isdigit() and _BEFORE_NUMBER.search(near)
    return bool(_TITLE.search(near) or _INITIALS.search(near) or numbered)


def _trimmed(text: str, begin: int, end: int) -> tuple[int, int]:
    inside = text[begin:end]
    return (
        begin + len(inside) - len(inside.lstrip()),
        end - (len(inside) - len(inside.rstrip())),
    )


def _timestamps(path: Path) -> list[Sentence]:
    try:
        told = json.loads(decoded(path))
    except (ValueError, RecursionError) as error:
        raise _refused(path, f"It cannot be read as JSON: {error}.") from error
    if not isinstance(told, dict):
        return []
    aligned = next((told[key] for key in _ALIGNMENTS if told.get(key)), told)
    if not isinstance(aligned, dict) or "characters" not in aligned:
        # Other generators leave their settings beside a sound as JSON too.
        return []
    letters, starts, ends = _checked(path, aligned)
    text = "".join(letters)
    owner = [n for n, letter in enumerate(letters) for _ in letter]
    return [
        (starts[owner[a]], ends[owner[b - 1]], re.sub(r"\s+", " ", text[a:b]))
        for a, b in sentence_spans(text)
    ]


def _checked(
    path: Path, aligned: dict[str, Any]
) -> tuple[list[str], list[float], list[float]]:
    letters, starts, ends = (aligned.get(key) for key in ("characters", _STARTS, _ENDS))
    lists = all(isinstance(part, list) for part in (letters, starts, ends))
    if not lists or not len(letters) == len(starts) == len(ends):  # type: ignore[arg-type]
        raise _refused(
            path, "Its characters, their start and their end times are not as many."
        )
    letters, starts, ends = list(letters or ()), list(starts or ()), list(ends or ())
    faults = [
        f"character {n + 1} ({letters[n]!r}): {starts[n]!r} to {ends[n]!r}"
        for n in range(len(letters))
        if not isinstance(letters[n], str)
        or not _is_time(starts[n])
        or not _is_time(ends[n])
        or ends[n] < starts[n]
    ]
    if not faults:
        faults = [
            f"character {n + 2} begins at {b:g} s, before character {n + 1} at {a:g} s"
            for n, (a, b) in enumerate(pairwise(starts))
            if b < a
        ]
    if faults:
        raise _refused(path, "Some of its times cannot be.", faults[:20])
    return letters, [float(time) for time in starts], [float(time) for time in ends]


def _is_time(value: object) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and 0 <= value < float("inf")  # type: ignore[operator]


def _rows(sentences: Sequence[Sentence]) -> list[list[Any]]:
    return [[round(a, 3), round(b, 3), text] for a, b, text in sentences]


def _siblings(voice: Path) -> list[Path]:
    try:
        return sorted(path for path in voice.parent.iterdir() if path.is_file())
    except OSError:
        return []


def _refused(path: Path, sentence: str, items: Sequence[str] = ()) -> MediaError:
    return MediaError(
        sentence,
        place=str(path),
        items=items,
        remedy="Correct the file, or take it away.",
    )
