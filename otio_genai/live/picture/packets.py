"""The pictures of an encoded file as they lie in it: looked at, never copied.

What is prepared for a show is ordinary ``.mp4`` files of one track, as the renderer's
segments are; any player opens them. Here their index is read and their bytes are
mapped into memory. Every picture is one sample: length-prefixed units (ISO/IEC
14496-15), without parameter sets, which the player has from ``avcC``.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from otio_genai.errors import LiveError

__all__ = ["Packets", "is_key"]

_IDR = 5
_INSIDE = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
# What a sample entry of pictures has before its boxes (ISO/IEC 14496-12, 12.1.3).
_ENTRY_BYTES = 8 + 78


@dataclass(frozen=True, slots=True, eq=False)
class Packets:
    """An encoded file, open.

    Attributes
    ----------
    path
        The file.
    avcc
        What a decoder must know before the first sample.
    keys
        Numbers of the samples that look at no other, rising.
    """

    path: Path
    avcc: bytes
    keys: tuple[int, ...]
    _places: tuple[tuple[int, int], ...]
    _bytes: memoryview = field(repr=False)

    @classmethod
    def of(cls, path: Path) -> Packets:
        """Return the pictures of a file.

        Raises
        ------
        LiveError
            It is no such file, or cannot be opened.
        """
        try:
            with path.open("rb") as stream:
                # Pages that are in use stay, though the file be removed.
                mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
            whole = memoryview(mapped)
            return cls(path, *_index(whole), whole)
        except (OSError, ValueError, KeyError, IndexError, struct.error) as error:
            raise LiveError(
                f"The prepared pictures cannot be read ({error}).",
                place=str(path),
                remedy="Remove the file; it is made again.",
            ) from error

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self._places)

    def sample(self, number: int) -> memoryview:
        """Return one picture."""
        place, size = self._places[number]
        return self._bytes[place : place + size]

    def samples(self, first: int, last: int) -> tuple[memoryview, ...]:
        """Return pictures [first, last)."""
        return tuple(self.sample(number) for number in range(first, last))

    def places(self, first: int, last: int) -> tuple[tuple[int, int], ...]:
        """Return (offset, size) of pictures [first, last) in the file."""
        return self._places[first:last]


def is_key(sample: bytes | memoryview) -> bool:
    """Tell whether a picture can be decoded without any before it."""
    return any(kind == _IDR for kind, _ in _units(sample))


def _units(sample: bytes | memoryview) -> Iterator[tuple[int, memoryview]]:
    view, place = memoryview(sample), 0
    while place + 4 < len(view):
        (size,) = struct.unpack_from(">I", view, place)
        yield view[place + 4] & 31, view[place : place + 4 + size]
        place += 4 + size


def _index(
    whole: memoryview,
) -> tuple[bytes, tuple[int, ...], tuple[tuple[int, int], ...]]:
    found = dict(_boxes(whole, 0, len(whole)))
    sizes = _numbers(found[b"stsz"], 8)
    (alike,) = struct.unpack_from(">I", found[b"stsz"], 4)
    if alike:
        (count,) = struct.unpack_from(">I", found[b"stsz"], 8)
        # Of a harmed file it may be any number.
        sizes = [alike] * min(count, len(whole))
    chunks = _numbers(found[b"stco"], 4)
    runs = _numbers(found[b"stsc"], 4, 3)
    places = tuple(_places(sizes, chunks, runs))
    keys = tuple(n - 1 for n in _numbers(found[b"stss"], 4))
    entry = found[b"stsd"]
    inner = dict(_boxes(entry, 8 + _ENTRY_BYTES, len(entry)))
    avcc = bytes(inner[b"avcC"])
    if len(places) != len(sizes) or places[-1][0] + places[-1][1] > len(whole):
        raise ValueError("its index is not that of its samples")
    return avcc, keys, places


def _boxes(
    view: memoryview, place: int, last: int
) -> Iterator[tuple[bytes, memoryview]]:
    while place + 8 <= last:
        size, kind = struct.unpack_from(">I4s", view, place)
        if size < 8 or place + size > last:
            raise ValueError("a box is cut off")
        if kind in _INSIDE:
            yield from _boxes(view, place + 8, place + size)
        else:
            yield kind, view[place + 8 : place + size]
        place += size


def _numbers(box: memoryview, at: int, each: int = 1) -> list[int]:
    (count,) = struct.unpack_from(">I", box, at)
    return list(struct.unpack_from(f">{count * each}I", box, at + 4))


def _places(
    sizes: Sequence[int], chunks: Sequence[int], runs: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield offset and size of every sample: chunks of so many samples each."""
    firsts = [*runs[0::3], len(chunks) + 1]
    number = 0
    for (first, after), count in zip(pairwise(firsts), runs[1::3], strict=True):
        for chunk in chunks[first - 1 : after - 1]:
            place = chunk
            for size in sizes[number : number + count]:
                yield place, size
                place += size
            number += count
