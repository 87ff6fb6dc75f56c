"""What PyAV copies from frame to frame and cannot state is stated by a filter.

Frames that were made anew do not say where halved chroma lies, and the scaler takes it
half a pixel further right than in those from a decoder. Frames that a decoder flags as
interlaced are scaled field by field, which combs what a film shows as one picture.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from av.filter import Graph
from av.video.frame import VideoFrame

__all__ = ["Siting"]

_CLOCK = Fraction(1, 24)


class Siting:
    """States how the samples of frames lie; the pictures are shared."""

    def __init__(self) -> None:
        self._graphs: dict[tuple[int, int, str, str], Any] = {}

    def left(self, frame: VideoFrame) -> VideoFrame:
        """Return a frame with its chroma on the left, as MPEG-2 has it.

        Given RGB, what it is converted to has its chroma there.
        """
        return self._stated(frame, "chroma_location=left")

    def whole(self, frame: VideoFrame) -> VideoFrame:
        """Return a frame as one picture; itself unless it is flagged as two fields."""
        if not frame.interlaced_frame:
            return frame
        return self._stated(frame, "field_mode=prog")

    def _stated(self, frame: VideoFrame, what: str) -> VideoFrame:
        key = (frame.width, frame.height, frame.format.name, what)
        if key not in self._graphs:
            self._graphs[key] = _graph(*key)
        _, source, sink = self._graphs[key]
        pts, clock = frame.pts, frame.time_base
        source.push(frame)
        stated: VideoFrame = sink.pull()
        stated.pts = pts
        if clock is not None:
            stated.time_base = clock
        return stated


def _graph(wide: int, high: int, pix_fmt: str, what: str) -> tuple[Any, Any, Any]:
    graph: Any = Graph()
    source = graph.add_buffer(width=wide, height=high, format=pix_fmt, time_base=_CLOCK)
    place = graph.add("setparams", what)
    sink = graph.add("buffersink")
    source.link_to(place)
    place.link_to(sink)
    graph.configure()
    # The graph is kept, for its filters do not keep it.
    return graph, source, sink
