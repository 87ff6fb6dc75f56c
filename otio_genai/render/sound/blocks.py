"""The mix block by block, and a key of each that says all that decides it.

The key says what sounds in a block and how, counted from the block's own start, so that
what lies elsewhere has no part in it. Blocks are not kept: a minute is mixed within a
second, and would take 23 MB.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np

from otio_genai.maps import SoundSpan
from otio_genai.media import locate, store
from otio_genai.render.plan import SAMPLE_RATE
from otio_genai.render.sound.mixer import Mixer, Samples, first_sample

__all__ = ["BLOCK_SAMPLES", "Blocks", "Folder", "Keeper", "digest"]

#: Length of a block.
BLOCK_SAMPLES = 10 * SAMPLE_RATE

#: Counts up whenever the same spans would sound differently.
_VERSION = 1


class Keeper(Protocol):
    """What results are kept in."""

    def find(self, key: str) -> Path | None:
        """Return the file kept under a key, if it is there and whole."""

    def put(self, key: str, suffix: str, make: Callable[[Path], object]) -> Path:
        """Have a file made at the path ``make`` is given, and keep it."""


class Folder:
    """Keeps results in a folder for as long as that is there.

    Parameters
    ----------
    folder
        It exists and nobody else writes there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, Path] = {}

    def find(self, key: str) -> Path | None:
        """Return the file kept under a key."""
        return self._kept.get(key)

    def put(self, key: str, suffix: str, make: Callable[[Path], object]) -> Path:
        """Have a file made, and keep it."""
        path = self._folder / f"{key}{suffix}"
        make(path)
        self._kept[key] = path
        return path


def digest(value: Any) -> str:
    """Return the SHA-256 of plain data, in hexadecimal."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


class Blocks:
    """A mix, block by block, as often as it is wanted; a context manager.

    Parameters
    ----------
    sounds, samples
        As `Mixer`.
    identities
        Content identity of each URL; of one that is not named its file is hashed.
    """

    def __init__(
        self,
        sounds: tuple[SoundSpan, ...],
        samples: int,
        identities: Mapping[str, str],
    ) -> None:
        self._mixer = Mixer(sounds, samples)
        self._identities = dict(identities)
        starts = range(0, samples, BLOCK_SAMPLES)
        self._ends = [(at, min(at + BLOCK_SAMPLES, samples)) for at in starts]
        #: Key of each block; None for silence.
        self.keys = [self._key(*ends) for ends in self._ends]

    def _key(self, start: int, stop: int) -> str | None:
        spans = [self._mixer.spans[n] for n in self._mixer.heard_in(start, stop)]
        heard = [self._said(span, start, stop) for span in spans if span.speed]
        return digest([_VERSION, stop - start, heard]) if heard else None

    def _said(self, span: SoundSpan, start: int, stop: int) -> list[Any]:
        begin, end = span.record_in_samples, span.record_out_samples
        first, last = max(start, begin), min(stop, end)
        step = 1 if span.speed > 0 else -1
        fades: list[Any] = [None, None]
        if first - begin < span.fade_in_samples:
            lies = begin - start
            fades[0] = lies, span.fade_in_samples, span.fade_in_curve
        if end - last < span.fade_out_samples:
            lies = end - start
            fades[1] = lies, span.fade_out_samples, span.fade_out_curve
        return [
            self._identity(span.url),
            span.channels,
            str(span.speed),
            first_sample(span) + step * (first - begin),
            (first - start, last - start),
            _levels(span, first - begin, last - begin, begin - start),
            fades,
        ]

    def _identity(self, url: str) -> str:
        if url not in self._identities:
            self._identities[url] = store.file_hashes(locate.path(url))["bytes"]
        return self._identities[url]

    def __iter__(self) -> Iterator[Samples]:
        """Yield the whole mix, (n, 2) at a time."""
        for (start, stop), key in zip(self._ends, self.keys, strict=True):
            if key is None:
                yield np.zeros((stop - start, 2), np.float32)
                continue
            yield self._mixer.block(start, stop - start)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the files that sound."""
        self._mixer.close()


def _levels(
    span: SoundSpan, first: int, last: int, shift: int
) -> list[tuple[int, float]] | float:
    """Return the keys that decide [first, last), by the block's clock."""
    keys = [key for key, _ in span.levels]
    low = max(bisect_right(keys, first) - 1, 0)
    high = bisect_left(keys, last - 1) + 1
    near = span.levels[low:high]
    flat = not near or all(level == near[0][1] for _, level in near)
    if flat:
        return near[0][1] if near else 1.0
    return [(key + shift, level) for key, level in near]
