"""When each sentence is spoken, from the best that is known of it.

Aim
    A cut falls just before a sentence, never just after its beginning. Times come, in
    order of trust, from what lies beside the voice (`otio_genai.ingest.words`), from
    its text laid along its pauses, or from the pauses alone.

Method
    A sentence is expected to last as long as it has syllables, a little more for each
    comma. The spans of speech are dealt out to the sentences in order, so that these
    lengths are met and long pauses fall between sentences: the least sum, by dynamic
    programming, of half the squared error of the log length over 0.18, less 0.6 times
    the log of each pause between sentences over a quarter of a second.

Conventions
    Seconds from the start of the sound, half-open, ascending.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from otio_genai.analyse.phase import Floats
from otio_genai.ingest.words import sentence_spans

__all__ = ["Sentence", "Spoken", "align", "expected", "spoken"]

Span = tuple[float, float]
Sentence = tuple[float, float, str]
#: Where the sentences come from, what they are, and what does not fit.
Spoken = tuple[str, list[Sentence], list[str]]

_PAUSE_S = 0.35
_SHORTEST_S = 0.08
_SPREAD = 0.18
_GAP_WEIGHT, _USUAL_GAP_S = 0.6, 0.25
_LEAST_GAP_S = 0.01
_COMMA = 1.2
_MOST_SPANS = 64
_OFF = 0.35
_BEYOND_S = 0.1
_LEAST_HEARD = 0.2
_SHOWN = 40
_MARKS = re.compile(r"[,;:،、，；：—–]")
_WORDS = re.compile(r"[^\W_]+")
_VOWELS = frozenset("aeiouyæøœıаеёиоуыэюяіїєαεηιουω")
# Ideographs, kana and Hangul are a syllable each.
_SYLLABIC = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def spoken(
    script: Mapping[str, Any], spans_s: Sequence[Span], length_s: float
) -> Spoken:
    """Return the sentences of a voice.

    Parameters
    ----------
    script
        What a media reference carries under ``script``; empty if nothing is known.
    spans_s
        Where speech is heard.
    length_s
        Length of the sound.

    Returns
    -------
    Spoken
        The source, ``"elevenlabs" "srt" "vtt" "script"`` or ``"pauses"``; (start, end,
        text) of each sentence, the text empty with bare pauses; and warnings, one
        sentence each, of what does not fit.
    """
    if script.get("sentences"):
        told = [(float(a), float(b), str(text)) for a, b, text in script["sentences"]]
        kept = [(a, min(b, length_s), text) for a, b, text in told if a < length_s]
        return str(script["source"]), kept, _misfits(told, spans_s, length_s)
    text = str(script.get("text", ""))
    texts = [" ".join(text[a:b].split()) for a, b in sentence_spans(text)]
    if texts and spans_s:
        return "script", *align(texts, spans_s)
    warnings = ["Nobody is heard to speak this script."] if texts else []
    return "pauses", [(a, b, "") for a, b in _runs(spans_s)], warnings


def align(
    texts: Sequence[str], spans_s: Sequence[Span]
) -> tuple[list[Sentence], list[str]]:
    """Return when each of some sentences is spoken, and warnings.

    Parameters
    ----------
    texts
        The sentences, in order.
    spans_s
        Spans of speech.
    """
    spans = [span for span in spans_s if span[1] - span[0] >= _SHORTEST_S]
    spans = spans or list(spans_s)
    lengths = np.array([expected(text) for text in texts])
    if len(texts) > len(spans):
        warning = (
            f"The script has {len(texts)} sentences, but the voice makes only "
            f"{len(spans) - 1} pauses: their times are guessed."
        )
        return _shared_out(texts, lengths, spans), [warning]
    pauses = sorted(b[0] - a[1] for a, b in pairwise(spans))
    between = sum(pauses[len(pauses) - len(texts) + 1 :])
    per_unit = (spans[-1][1] - spans[0][0] - between) / float(lengths.sum())
    # The pace is known better once the pauses within sentences are.
    for _ in range(2):
        ends = _dealt(lengths * per_unit, spans)
        firsts = [0, *(end + 1 for end in ends[:-1])]
        times = [(spans[a][0], spans[b][1]) for a, b in zip(firsts, ends, strict=True)]
        per_unit = sum(b - a for a, b in times) / float(lengths.sum())
    found = [(a, b, text) for (a, b), text in zip(times, texts, strict=True)]
    return found, _off(found, lengths * per_unit)


def expected(text: str) -> float:
    """Return how long a text should last, in units of about one syllable.

    Examples
    --------
    >>> expected("Do not mend it."), round(expected("Well, yes."), 1)
    (5.0, 4.2)
    """
    syllables = sum(_syllables(word) for word in _WORDS.findall(text))
    return syllables + _COMMA * len(_MARKS.findall(text)) + 1.0


def _syllables(word: str) -> int:
    signs = len(_SYLLABIC.findall(word))
    digits = sum(letter.isdigit() for letter in word)
    groups, inside = 0, False
    for letter in unicodedata.normalize("NFD", word.casefold()):
        if unicodedata.combining(letter):
            continue
        vowel = letter in _VOWELS
        groups += vowel and not inside
        inside = vowel
    return max(1, signs + digits + groups)


def _dealt(lengths_s: Floats, spans: Sequence[Span]) -> list[int]:
    """Return the last span of each sentence, at the least cost."""
    start, end = np.array(spans).T
    count, sentences = len(spans), len(lengths_s)
    gaps = np.maximum(start[1:] - end[:-1], _LEAST_GAP_S)
    # What it costs to begin a sentence at each span, but for the first.
    fresh = np.concatenate([[0.0], -_GAP_WEIGHT * np.log(gaps / _USUAL_GAP_S)])
    best = np.full(count + 1, np.inf)
    best[0] = 0.0
    taken = np.zeros((sentences, count), np.intp)
    longest = max(_MOST_SPANS, 4 * math.ceil(count / sentences))
    for n, length_s in enumerate(lengths_s):
        cost = np.full(count, np.inf)
        for many in range(1, min(count, longest) + 1):
            first = np.arange(count - many + 1)
            log = np.log((end[many - 1 :] - start[first]) / length_s)
            this = best[first] + fresh[first] + 0.5 * (log / _SPREAD) ** 2
            better = this < cost[many - 1 :]
            cost[many - 1 :][better] = this[better]
            taken[n, many - 1 :][better] = many
        best = np.concatenate([[np.inf], cost])
    ends = [count - 1]
    for n in range(sentences - 1, 0, -1):
        ends.append(ends[-1] - int(taken[n, ends[-1]]))
    return ends[::-1]


def _shared_out(
    texts: Sequence[str], lengths: Floats, spans: Sequence[Span]
) -> list[Sentence]:
    """Give every sentence its share of the time in which there is speech."""
    talk = np.concatenate([[0.0], np.cumsum([b - a for a, b in spans])])
    edges = np.concatenate([[0.0], np.cumsum(lengths)]) / lengths.sum() * talk[-1]
    found = []
    for text, a, b in zip(texts, edges[:-1], edges[1:], strict=True):
        first = min(int(np.searchsorted(talk, a, "right")), len(spans)) - 1
        last = max(int(np.searchsorted(talk, b, "left")), 1) - 1
        start_s = spans[first][0] + a - talk[first]
        found.append((float(start_s), float(spans[last][0] + b - talk[last]), text))
    return found


def _runs(spans: Sequence[Span]) -> list[Span]:
    runs: list[Span] = []
    for a, b in spans:
        if runs and a - runs[-1][1] < _PAUSE_S:
            runs[-1] = (runs[-1][0], b)
        else:
            runs.append((a, b))
    return runs


def _off(found: Sequence[Sentence], expected_s: Floats) -> list[str]:
    return [
        f"Sentence {n} ({_shown(text)}) lasts {b - a:.1f} s where {due:.1f} s are "
        "expected: script and voice may differ."
        for n, ((a, b, text), due) in enumerate(
            zip(found, expected_s.tolist(), strict=True), start=1
        )
        if abs((b - a) / due - 1) > _OFF
    ]


def _misfits(
    told: Sequence[Sentence], spans: Sequence[Span], length_s: float
) -> list[str]:
    warnings = []
    for n, (a, b, text) in enumerate(told, start=1):
        heard = sum(max(0.0, min(b, y) - max(a, x)) for x, y in spans)
        if b > length_s + _BEYOND_S:
            warnings.append(
                f"Sentence {n} ({_shown(text)}) ends at {b:.1f} s, but the voice is "
                f"over after {length_s:.1f} s."
            )
        elif heard < _LEAST_HEARD * (b - a):
            warnings.append(
                f"Sentence {n} ({_shown(text)}) is said to be at {a:.1f} s, but "
                "nothing is heard there."
            )
    return warnings


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1].rstrip() + "…"
