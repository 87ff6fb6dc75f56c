"""What each kind of file is asked, and the media fetched to answer it.

Conventions
    An answer is a dictionary of metadata keys. Frames of a take count from its first
    picture; sound is measured as it will be heard, in stereo at 48 kHz. What somebody
    says of a sound is part of the question: said otherwise, it is asked again.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from otio_genai.analyse import (
    features,
    looks,
    loudness,
    motion,
    music,
    palette,
    sentences,
    steady,
    voice,
)
from otio_genai.analyse.cache import Cache, Question
from otio_genai.analyse.cues import Told
from otio_genai.analyse.hearing import Hearing
from otio_genai.errors import GenaiError
from otio_genai.media.index import NUMBERING

__all__ = ["KEYS", "Answers", "Measure", "Subject", "ask", "each"]

#: Every key that analysis writes on a media reference.
KEYS = ("motion", "steady", "palette", "loudness", "beats", "speech", "fault")

_PICTURE = Question(
    "picture",
    f"{motion.VERSION}.{steady.VERSION}.{palette.VERSION}.{NUMBERING}",
)
_STILL = Question("still", f"{palette.VERSION}")
_LOUDNESS = Question("loudness", f"{loudness.VERSION}")
_BEATS = Question("beats", f"{music.VERSION}")
_SPEECH = Question("speech", f"{voice.VERSION}")

_ASKED = {
    "take": (_PICTURE,),
    "still": (_STILL,),
    "music": (_BEATS, _LOUDNESS),
    "voice": (_SPEECH, _LOUDNESS),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A file, and what is known of it before it is asked."""

    path: Path
    "Where it lies."
    kind: str
    "``take``, ``still``, ``music`` or ``voice``; others are asked nothing."
    digest: str
    "Hash of its bytes."
    has_audio: bool = False
    "Whether a take has sound."
    cues: Mapping[str, Any] | None = None
    "What is said of music (`otio_genai.analyse.cues`)."
    script: Mapping[str, Any] | None = None
    "What is said by a voice (`otio_genai.ingest.words`)."

    @property
    def said(self) -> dict[str, Mapping[str, Any]]:
        """What somebody says of it, by the name of the question."""
        return {"beats": self.cues or {}, "speech": self.script or {}}

    def questions(self) -> tuple[Question, ...]:
        """Return what it is asked."""
        asked = _ASKED.get(self.kind, ())
        if self.kind == "take" and self.has_audio:
            asked = (*asked, _LOUDNESS)
        return tuple(_about(question, self.said) for question in asked)


@dataclass(frozen=True, slots=True)
class Answers:
    """Metadata found for one file, and why some of it is missing."""

    found: dict[str, Any]
    faults: tuple[str, ...]


#: Called with a question's name; returns its answer.
Measure = Callable[[str], Mapping[str, Any]]


def ask(subject: Subject, cache: Cache, measure: Measure | None = None) -> Answers:
    """Return what is known of one file, measuring only what was never measured.

    Parameters
    ----------
    subject
        The file.
    cache
        Where answers are kept.
    measure
        Who answers; by default the file is opened here.
    """
    found: dict[str, Any] = {}
    faults: list[str] = []
    for _, answer in each(subject, cache, measure):
        if isinstance(answer, GenaiError):
            faults += [] if answer.sentence in faults else [answer.sentence]
        else:
            found |= answer
    return Answers(found, tuple(faults))


def each(
    subject: Subject, cache: Cache, measure: Measure | None = None
) -> Iterator[tuple[str, dict[str, Any] | GenaiError]]:
    """Yield every question's name, and its answer or why there is none; as `ask`."""
    measure = measure or _Source(subject.path, subject.said).measure
    for question in subject.questions():
        asked = functools.partial(measure, question.name)
        try:
            yield question.name, cache.answer(subject.digest, question, asked)
        except GenaiError as error:
            yield question.name, error


def _about(question: Question, said: Mapping[str, Mapping[str, Any]]) -> Question:
    told = said.get(question.name)
    if not told:
        return question
    text = json.dumps(told, sort_keys=True).encode()
    digest = hashlib.sha256(text).hexdigest()
    return dataclasses.replace(question, parameters=(("said", digest),))


class _Source:
    """One file, decoded at most once for its picture and once for its sound."""

    def __init__(self, path: Path, said: Mapping[str, Mapping[str, Any]]) -> None:
        self._path, self._said = path, said
        self._hearing = Hearing(path)

    def measure(self, name: str) -> dict[str, Any]:
        """Return the answer to a question."""
        ways = {
            "picture": self.picture,
            "still": self.still,
            "loudness": self.loudness,
            "beats": self.beats,
            "speech": self.speech,
        }
        return ways[name]()

    def picture(self) -> dict[str, Any]:
        return looks.picture(self._path)

    def still(self) -> dict[str, Any]:
        return looks.still(self._path)

    def loudness(self) -> dict[str, Any]:
        return {"loudness": self._hearing.loudness().to_metadata()}

    def beats(self) -> dict[str, Any]:
        told = Told.from_metadata(self._said["beats"])
        series = features.features_of(self._hearing.mono(features.SAMPLE_RATE))
        length_s = float(self._hearing.length_s)
        return {"beats": music.of_features(series, length_s, told).to_metadata()}

    def speech(self) -> dict[str, Any]:
        sound = np.concatenate(list(self._hearing.mono(voice.SAMPLE_RATE)))
        spans = voice.speech_spans(sound, voice.SAMPLE_RATE)
        length_s = float(self._hearing.length_s)
        said = sentences.spoken(self._said["speech"], spans, length_s)
        return {"speech": voice.to_metadata(spans, said)}
