"""How every picture of one show is encoded, so that all can follow each other.

Aim
    A player is told once what to expect (``avcC``: size, profile, level, parameter
    sets) and is then given pieces that were encoded at different times, some long
    before, some just now. They may follow each other because everything those
    parameter sets say is fixed here, whatever the preset: reference frames, weighted
    prediction, transforms, the clock. A shot may begin at any keyframe and, without
    B-frames, end after any frame.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Self

from otio_genai.errors import LiveError
from otio_genai.media.encoding import Encoding

__all__ = ["Format", "gop_of"]

# Level, macroblocks a second, macroblocks a frame: ITU-T H.264, table A-1.
_LEVELS = (
    ("31", 108_000, 3_600),
    ("40", 245_760, 8_192),
    ("42", 522_240, 8_704),
    ("51", 983_040, 36_864),
    ("52", 2_073_600, 36_864),
)
_LEAST_TICKS = 10_000


def gop_of(rate: Fraction) -> int:
    """Return the record frames from keyframe to keyframe.

    A quarter of a second where that parts the half seconds, on which in-points lie, in
    two: a carry of half a second then ends at a keyframe, and no frame after it must
    be rendered. Else half a second.
    """
    half = max(1, round(rate / 2))
    return half // 2 if half % 2 == 0 else half


@dataclass(frozen=True, slots=True)
class Format:
    """The pictures of a show.

    Parameters
    ----------
    size
        Width and height in pixels, both even.
    rate
        Record frames per second.
    crf, preset
        x264's quality and speed of what is prepared beforehand.
    gop_frames
        Record frames from keyframe to keyframe; as `gop_of` by default.

    Raises
    ------
    LiveError
        A side is odd or not over 0, or no level of H.264 holds such pictures.
    """

    size: tuple[int, int]
    rate: Fraction
    crf: float = 21.0
    preset: str = "veryfast"
    gop_frames: int = 0

    def __post_init__(self) -> None:
        wide, high = self.size
        if wide < 2 or high < 2 or wide % 2 or high % 2:
            raise LiveError(
                f"A show of {wide}x{high} pixels cannot be encoded: both sides must "
                "be even and over 0.",
                remedy=f"Ask for {max(2, wide // 2 * 2)}x{max(2, high // 2 * 2)}.",
            )
        if self.gop_frames < 1:
            object.__setattr__(self, "gop_frames", gop_of(self.rate))
        self._level()

    def quick(self) -> Self:
        """Return the same for pictures that must be ready soon.

        Nobody begins amid them: half as many keyframes.
        """
        return replace(self, preset="ultrafast", gop_frames=2 * self.gop_frames)

    @property
    def encoding(self) -> Encoding:
        """How pictures become packets: one thread, closed groups, no B-frames.

        Each shows one reference, as the quick presets do; the smoothing of edges and
        the sharing out of bits that the quickest leaves out cost little and are worth
        one dB.
        """
        gop = self.gop_frames
        fixed = (
            f"keyint={gop}:min-keyint={gop}:scenecut=0:open-gop=0:bframes=0:ref=1:"
            "weightp=0:8x8dct=1:cabac=1:deblock=0,0:aq-mode=1:stitchable=1:"
            "force-cfr=1:"
            f"level={self._level()}"
        )
        options = (
            ("crf", f"{self.crf:g}"),
            ("preset", self.preset),
            ("profile", "high"),
            ("x264-params", fixed),
        )
        return Encoding(options=options, gop_frames=gop, bframes=0, threads=1)

    @property
    def timescale(self) -> int:
        """Ticks per second of the video's clock, in which every frame is whole."""
        return self.rate.numerator * self._multiple()

    @property
    def ticks(self) -> int:
        """Ticks of one frame."""
        return self.rate.denominator * self._multiple()

    def _multiple(self) -> int:
        if self.rate.denominator == 1:
            return 1000
        return -(-_LEAST_TICKS // self.rate.numerator)

    def _level(self) -> str:
        wide, high = (-(-side // 16) for side in self.size)
        blocks = wide * high
        for level, a_second, a_frame in _LEVELS:
            if blocks <= a_frame and blocks * self.rate <= a_second:
                return level
        raise LiveError(
            f"No level of H.264 holds {self.size[0]}x{self.size[1]} pixels at "
            f"{float(self.rate):g} frames a second.",
            remedy="Ask for a smaller show.",
        )
