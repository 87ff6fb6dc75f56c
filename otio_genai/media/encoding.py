"""How pictures and sound become packets: everything that decides their bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

__all__ = ["Encoding", "SoundEncoding"]


@dataclass(frozen=True, slots=True)
class Encoding:
    """How pictures are encoded.

    Threads are a number and never "as many as there are": x264's bytes depend on
    them, and a film must be the same wherever it is rendered.
    """

    codec: str = "libx264"
    "FFmpeg's name of the encoder."
    pix_fmt: str = "yuv420p"
    "Pixel format it is given."
    options: tuple[tuple[str, str], ...] = (("crf", "18"), ("preset", "veryfast"))
    "Its own options, sorted by name."
    gop_frames: int = 48
    "Largest distance of keyframes."
    bframes: int | None = None
    "Most B-frames in a row; None for the encoder's own."
    threads: int = 4
    "Threads of the encoder."
    tag: str = ""
    "Four characters that name the codec in the file; empty for the muxer's own."

    def to_json(self) -> dict[str, Any]:
        """Return the same as JSON holds it."""
        return {**asdict(self), "options": [list(pair) for pair in self.options]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        options = tuple((str(name), str(value)) for name, value in kept["options"])
        return cls(**{**kept, "options": options})


@dataclass(frozen=True, slots=True)
class SoundEncoding:
    """How sound is encoded."""

    codec: str = "aac"
    "``aac`` or ``pcm_s24le``."
    bit_rate: int = 192_000
    "Bits per second of AAC."
