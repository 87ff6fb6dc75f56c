"""Pictures of high dynamic range, or of wide gamut, brought to BT.709.

Aim
    A film is SDR. PQ and HLG are tone-mapped by method A of ITU-R BT.2446-1, made for
    masters of 1000 cd/m2: diffuse white (203 cd/m2) becomes 69 % of the signal, what
    is brighter than the master is clipped, hues stay. BT.2020 and P3 without HDR lose
    by clipping what lies beyond BT.709's gamut.

Conventions
    All of it is one table, from the source's RGB signal to the film's, which FFmpeg's
    ``haldclut`` applies in 16 bits, tetrahedrally between its 64 levels.
"""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import Any

import numpy as np
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from otio_genai.media import colour

__all__ = ["Mapper", "kind"]

# ITU-T H.273: transfers and primaries by their numbers.
_TRANSFERS = {16: "pq", 18: "hlg"}
_BT709, _BT2020, _P3 = 1, 9, 12
_LEVELS, _SIDE = 64, 512
# Chromaticities x, y of red, green, blue; white is D65 in all (H.273, table 2).
_PRIMARIES = {
    _BT709: ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),
    _BT2020: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    _P3: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
_WHITE = (0.3127, 0.3290)
_PEAK, _SDR_PEAK = 1000.0, 100.0
# Displays follow BT.1886: a signal's light is its power of this.
_GAMMA = 2.4
# Luma of BT.2020 (BT.2020-2, table 4).
_LUMA = (0.2627, 0.6780, 0.0593)
_FULL, _LIMITED = 2, 1
_CLOCK = Fraction(1, 24)
_SWS_BT709, _CAREFUL = 1, 4 | 0xC2000
_DEEP = {(2, 2): "yuv420p10le", (2, 1): "yuv422p10le"}

Array = NDArray[np.float64]


def kind(frame: VideoFrame) -> tuple[str, int] | None:
    """Return a frame's transfer and primaries; None where they are as BT.709's.

    The transfer is ``pq``, ``hlg`` or ``sdr``; primaries are H.273's number.
    """
    transfer = _TRANSFERS.get(int(frame.color_trc), "sdr")
    primaries = int(frame.color_primaries)
    if primaries not in _PRIMARIES:
        primaries = _BT709 if transfer == "sdr" else _BT2020
    return None if (transfer, primaries) == ("sdr", _BT709) else (transfer, primaries)


class Mapper:
    """Brings the frames of one file to BT.709."""

    def __init__(self) -> None:
        self._scaler = VideoReformatter()
        self._graph: _Graph | None = None
        self._made_for: object = None

    def mapped(self, frame: VideoFrame) -> VideoFrame:
        """Return a frame as BT.709, 10 bits; itself where it is BT.709 already.

        Its matrix and range are set (`colour.tagged`).
        """
        what = kind(frame)
        if what is None:
            return frame
        made_for = (frame.width, frame.height, what)
        if self._graph is None or self._made_for != made_for:
            self._graph = _Graph((frame.width, frame.height), _table(*what))
            self._made_for = made_for
        matrix, span = colour.tags_of(frame)
        deep = self._scaler.reformat(
            frame,
            format="gbrp16le",
            src_colorspace=colour.scaler_matrix(matrix),
            src_color_range=span,
            dst_color_range=_FULL,
            interpolation=_CAREFUL,
            threads=colour.ONE_THREAD,
        )
        made = self._scaler.reformat(
            self._graph.through(deep),
            format=_chroma(frame),
            dst_colorspace=_SWS_BT709,
            src_color_range=_FULL,
            dst_color_range=_LIMITED,
            interpolation=_CAREFUL,
            threads=colour.ONE_THREAD,
        )
        return colour.stamped(colour.timed(made, frame))


def _chroma(frame: VideoFrame) -> str:
    if colour.is_rgb(frame):
        return "yuv444p10le"
    halves = (
        round(frame.width / frame.format.chroma_width(frame.width)),
        round(frame.height / frame.format.chroma_height(frame.height)),
    )
    return _DEEP.get(halves, "yuv444p10le")


class _Graph:
    """FFmpeg's filter with one table, for frames of one size, ``gbrp16le``."""

    def __init__(self, size: tuple[int, int], table: NDArray[np.uint16]) -> None:
        # The graph is kept, for its filters do not keep it.
        self._graph: Any = Graph()
        self._count = 0
        self._pictures = self._buffer(*size, "gbrp16le")
        levels = self._buffer(_SIDE, _SIDE, "rgb48le")
        apply = self._graph.add("haldclut", "clut=first:interp=tetrahedral:shortest=0")
        self._sink = self._graph.add("buffersink")
        self._pictures.link_to(apply, 0, 0)
        levels.link_to(apply, 0, 1)
        apply.link_to(self._sink)
        self._graph.configure()
        levels.push(self._stamped(VideoFrame.from_ndarray(table, format="rgb48le")))
        levels.push(None)

    def _buffer(self, wide: int, high: int, pix_fmt: str) -> Any:
        return self._graph.add_buffer(
            width=wide, height=high, format=pix_fmt, time_base=_CLOCK
        )

    def _stamped(self, frame: VideoFrame) -> VideoFrame:
        # The filter drops what goes back in time, as a reader may.
        frame.pts, frame.time_base = self._count, _CLOCK
        self._count += 1
        return frame

    def through(self, frame: VideoFrame) -> Any:
        self._pictures.push(self._stamped(frame))
        shown: Any = self._sink.pull()
        return shown


@functools.cache
def _order() -> list[int]:
    """Return which channel of a table gets into red, green and blue of a frame.

    FFmpeg 8.1 gives planes of planar formats the channels of others.
    """
    steps = np.arange(1, 4, dtype=np.uint16) << 12
    table = np.broadcast_to(steps, (_SIDE, _SIDE, 3))
    frame = _Graph((2, 2), np.ascontiguousarray(table)).through(
        VideoFrame.from_ndarray(np.zeros((2, 2, 3), np.uint16), format="gbrp16le")
    )
    found = [int(level) >> 12 for level in frame.to_ndarray()[0, 0]]
    return [found.index(channel) for channel in (1, 2, 3)]


@functools.cache
def _table(transfer: str, primaries: int) -> NDArray[np.uint16]:
    """Return the film's signal for every source's, red the fastest: (512, 512, 3)."""
    steps = np.linspace(0, 1, _LEVELS)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    signal = np.stack([red, green, blue], axis=-1).reshape(-1, 3)
    if transfer == "sdr":
        light = signal**_GAMMA
    else:
        nits = _pq(signal) if transfer == "pq" else _hlg(signal)
        light = _toned(nits) ** _GAMMA
    made = _in_gamut(light, primaries) ** (1 / _GAMMA)
    whole = np.rint(made * 65535).astype(np.uint16)
    return np.ascontiguousarray(whole.reshape(_SIDE, _SIDE, 3)[..., _order()])


def _pq(signal: Array) -> Array:
    """Return cd/m2 of a PQ signal (SMPTE ST 2084)."""
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    root = signal ** (1 / m2)
    return 10_000 * (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)


def _hlg(signal: Array) -> Array:
    """Return cd/m2 of an HLG signal on a display of 1000 (BT.2100-2, table 5)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    light = scene @ np.array(_LUMA)
    return np.asarray(_PEAK * light[:, None] ** 0.2 * scene)


def _toned(nits: Array) -> Array:
    """Return the SDR signal of HDR light, both BT.2020 (BT.2446-1, method A)."""
    signal = (np.clip(nits, 0, _PEAK) / _PEAK) ** (1 / _GAMMA)
    luma = signal @ np.array(_LUMA)
    high, low = (1 + 32 * (p / 10_000) ** (1 / _GAMMA) for p in (_PEAK, _SDR_PEAK))
    seen = np.log(1 + (high - 1) * luma) / np.log(high)
    bent = np.where(
        seen <= 0.7399,
        1.0770 * seen,
        np.where(
            seen < 0.9909,
            -1.1510 * seen**2 + 2.7811 * seen - 0.6302,
            0.5 * seen + 0.5,
        ),
    )
    toned = (low**bent - 1) / (low - 1)
    share = toned / np.maximum(1.1 * luma, 1e-9)
    blue = share * (signal[:, 2] - luma) / 1.8814
    red = share * (signal[:, 0] - luma) / 1.4746
    base = toned - np.maximum(0.1 * red, 0)
    r, b = base + 1.4746 * red, base + 1.8814 * blue
    g = (base - _LUMA[0] * r - _LUMA[2] * b) / _LUMA[1]
    return np.asarray(np.clip(np.stack([r, g, b], axis=-1), 0, 1))


def _in_gamut(light: Array, primaries: int) -> Array:
    """Return linear light of other primaries by those of BT.709, clipped."""
    turn = np.linalg.inv(_to_xyz(_BT709)) @ _to_xyz(primaries)
    return np.clip(light @ turn.T, 0, 1)


def _to_xyz(primaries: int) -> Array:
    """Return the XYZ of each primary, in columns, that together are white."""

    def xyz(x: float, y: float) -> list[float]:
        return [x / y, 1.0, (1 - x - y) / y]

    columns = np.array([xyz(*place) for place in _PRIMARIES[primaries]]).T
    parts: Array = np.linalg.solve(columns, np.array(xyz(*_WHITE)))
    return np.asarray(columns * parts, np.float64)
