"""Questions about files, answered by other processes or other computers.

Conventions
    What is sent is JSON, and so is what comes back. A question names its file under
    ``sources`` as a segment's recipe does, by address and by the hash of its bytes, so
    that whoever answers can find the file where it lies and know that it is the one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from otio_genai.analyse.answers import Answers, Subject, ask, each
from otio_genai.analyse.cache import Cache
from otio_genai.errors import GenaiError, MediaError
from otio_genai.media import locate, store

__all__ = ["Map", "answer", "answers"]

#: Called with a function and what to call it with, item by item; yields (an item's
#: place, what came back) in any order.
Map = Callable[
    [Callable[[dict[str, Any]], Any], Sequence[Mapping[str, Any]]],
    Iterable[tuple[int, Any]],
]


def answers(
    subjects: Sequence[Subject], cache: Cache, map: Map
) -> Iterator[tuple[int, Answers]]:
    """Yield (a subject's place, its answers), in any order.

    What the cache knows is not sent; what comes back is kept in it.
    """
    unknown = []
    for place, subject in enumerate(subjects):
        kept = (cache.find(subject.digest, one) for one in subject.questions())
        if None in kept:
            unknown.append(place)
        else:
            yield place, ask(subject, cache)
    for sent, told in map(answer, [_item(subjects[place]) for place in unknown]):
        place = unknown[sent]
        yield place, ask(subjects[place], cache, _Told(told).measure)


def _item(subject: Subject) -> dict[str, Any]:
    url, name = locate.url(subject.path), subject.path.name
    return {
        "sources": [{"url": url, "name": name, "identity": subject.digest}],
        "kind": subject.kind,
        "has_audio": subject.has_audio,
        "cues": subject.cues,
        "script": subject.script,
    }


def answer(item: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what one file answers, each question by name: an answer or a fault."""
    (source,) = item["sources"]
    subject = Subject(
        Path(locate.path(source["url"])),
        item["kind"],
        source["identity"],
        item["has_audio"],
        item["cues"],
        item["script"],
    )
    kept = Cache(store.cache_folder() / "analysis")
    return {
        name: {"fault": found.sentence}
        if isinstance(found, GenaiError)
        else {"answer": found}
        for name, found in each(subject, kept)
    }


class _Told:
    """Answers that came back."""

    def __init__(self, told: Mapping[str, Mapping[str, Any]]) -> None:
        self._told = told

    def measure(self, name: str) -> Mapping[str, Any]:
        """Return the answer to a question, or say why there is none."""
        found = self._told[name]
        if "fault" in found:
            raise MediaError(found["fault"])
        answer: Mapping[str, Any] = found["answer"]
        return answer
