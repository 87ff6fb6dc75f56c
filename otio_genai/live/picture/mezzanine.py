"""A prepared take, looked at picture by picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from otio_genai.live.picture.packets import Packets
from otio_genai.live.picture.whole import Run
from otio_genai.media import locate
from otio_genai.render.shown import Frame

__all__ = ["Mezzanine"]


@dataclass(frozen=True, slots=True, eq=False)
class Mezzanine:
    """A prepared take: record frames from ``first`` to its end."""

    path: Path
    key: str
    first: int
    "Record frame of the take that its first sample shows."
    run: Run
    "What each sample shows."
    gop_frames: int
    _open: Callable[[Path], Packets]

    @property
    def frames(self) -> int:
        """Record frame of the take after the last that is prepared."""
        return self.first + len(self.run)

    @property
    def keys(self) -> range:
        """Record frames of the take at which a shot may begin."""
        return range(self.first, self.frames, self.gop_frames)

    @property
    def url(self) -> str:
        """Address of the file."""
        return locate.url(self.path)

    def sample(self, frame: int) -> memoryview:
        """Return the picture of a record frame of the take.

        Raises
        ------
        LiveError
            The file can no longer be opened.
        """
        return self._open(self.path).sample(frame - self.first)

    def samples(self, first: int, last: int) -> tuple[memoryview, ...]:
        """Return the pictures of record frames [first, last); errors as `sample`."""
        packets = self._open(self.path)
        return packets.samples(first - self.first, last - self.first)

    def places(self, first: int, last: int) -> tuple[tuple[int, int], ...]:
        """Return (offset, size) of the same in the file; errors as `sample`."""
        packets = self._open(self.path)
        return packets.places(first - self.first, last - self.first)

    def shows(self, frame: int) -> Frame:
        """Return what a record frame of the take shows, as plans have it."""
        return self.run.frame(frame - self.first)
