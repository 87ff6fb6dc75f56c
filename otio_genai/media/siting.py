"""Where halved chroma lies is written into frames that are put together from planes.

PyAV copies the place of chroma from frame to frame and cannot state it; frames that
were made anew have none, and the scaler then takes it half a pixel further right than
in those from a decoder.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from av.filter import Graph
from av.video.frame import VideoFrame

__all__ = ["Siting"]

_CLOCK = Fraction(1, 24)


class Siting:
    """States that chroma lies on the left of its pixels, as MPEG-2 has it."""

    def __init__(self) -> None:
        self._graphs: dict[tuple[int, int, str], Any] = {}

    def left(self, frame: VideoFrame) -> VideoFrame:
        """Return a frame with its chroma on the left; the picture is shared.

        Given RGB, what it is converted to has its chroma there.
        """
        key = (frame.width, frame.height, frame.format.name)
        if key not in self._graphs:
            self._graphs[key] = _graph(*key)
        _, source, sink = self._graphs[key]
        pts, clock = frame.pts, frame.time_base
        source.push(frame)
        sited: VideoFrame = sink.pull()
        sited.pts = pts
        if clock is not None:
            sited.time_base = clock
        return sited


def _graph(wide: int, high: int, pix_fmt: str) -> tuple[Any, Any, Any]:
    graph: Any = Graph()
    source = graph.add_buffer(width=wide, height=high, format=pix_fmt, time_base=_CLOCK)
    place = graph.add("setparams", "chroma_location=left")
    sink = graph.add("buffersink")
    source.link_to(place)
    place.link_to(sink)
    graph.configure()
    # The graph is kept, for its filters do not keep it.
    return graph, source, sink
