"""What a delivery preset says, and what follows from it for one film.

Conventions
    Sizes are (width, height) in pixels, rates exact fractions, bit rates in bits per
    second, loudness in LUFS, peaks in dBTP.

Bit rates
    A film is encoded in pieces of two seconds and joined, so that no encoder sees it
    whole and none can keep an average. Every preset therefore asks for constant
    quality (``crf``) under a cap (``maxrate`` over ``bufsize``, one second of it): calm
    pictures need less than the platform recommends, busy ones are held at the cap. As
    each piece may spend the buffer it starts with, nothing but noise lies above
    ``maxrate``: by up to 22 % in pieces of two seconds, 42 % of one, 78 % of half a
    one (measured, x264 medium). Hard ceilings are set 45 % lower.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from otio_genai.media.encoding import Encoding, SoundEncoding

__all__ = [
    "Limits",
    "Loudness",
    "Picture",
    "Preset",
    "Raster",
    "Rates",
    "Rung",
    "Size",
]

Size = tuple[int, int]

# x264 starts a piece with its buffer, one second, nine tenths full.
_OVERSHOOT = 1 + Fraction(9, 10) / 2
# A cap made for a film's length moves in steps: a film that grows by a shot keeps its
# encoding, and with it the pieces that are there.
_STEP = 250_000
# Of a limit on bytes, the part that pictures and sound together may take.
_FILLED = Fraction(19, 20)
_FAST = 48
_THREADS = 4
_ALIKE = Fraction(1, 50)
_PCM_BITS = 2 * 24 * 48_000


@dataclass(frozen=True, slots=True)
class Raster:
    """Which sizes are taken, and which one a film gets."""

    fixed: tuple[Size, ...] = ()
    "A film of one of these ratios gets that size, any other film the first."
    within: tuple[Size, ...] = ()
    "A film keeps its ratio and is made to fit the one of these nearest in ratio."
    longest_px: int | None = None
    "A film keeps its ratio; its longer side is no longer than this."
    least: Size = (16, 16)
    "Fewest pixels across and down."
    most: Size | None = None
    "Most pixels across and down."
    ratios: tuple[Fraction, ...] = ()
    "Ratios of width to height that are taken; empty for any in ``between``."
    between: tuple[Fraction, Fraction] | None = None
    "Least and greatest ratio that is taken."

    def of(self, film: Size, *, upscale: bool = False) -> Size:
        """Return the size that a film of another is delivered in, both sides even."""
        if self.fixed:
            return next((s for s in self.fixed if _alike(s, film)), self.fixed[0])
        scale = Fraction(1)
        if self.within:
            box = min(self.within, key=lambda size: abs(_ratio(size) - _ratio(film)))
            scale = min(Fraction(a, b) for a, b in zip(box, film, strict=True))
        elif self.longest_px:
            scale = Fraction(self.longest_px, max(film))
        if not upscale:
            scale = min(scale, Fraction(1))
        return _even(film[0] * scale), _even(film[1] * scale)

    def takes(self, size: Size) -> bool:
        """Tell whether a film of this very size is taken."""
        sides = zip(size, self.least, self.most or size, strict=True)
        ratio = _ratio(size)
        return (
            all(least <= side <= most for side, least, most in sides)
            and (
                not self.ratios or any(abs(r / ratio - 1) < _ALIKE for r in self.ratios)
            )
            and (self.between is None or self.between[0] <= ratio <= self.between[1])
        )


@dataclass(frozen=True, slots=True)
class Rates:
    """Which frames per second are taken."""

    between: tuple[int, int] | None = None
    "Least and greatest; None for any."
    named: tuple[Fraction, ...] = ()
    "These alone; empty for any between."

    def take(self, rate: Fraction) -> bool:
        """Tell whether a film of this rate is taken."""
        low, high = self.between or (rate, rate)
        return low <= rate <= high and (not self.named or rate in self.named)


@dataclass(frozen=True, slots=True)
class Rung:
    """The bit rate that is meant for pictures up to a size."""

    size: Size
    "The largest, whichever way it stands."
    mean: int
    "Bits per second that the recommendation names."
    fast: int
    "The same from 48 frames per second."


@dataclass(frozen=True, slots=True)
class Picture:
    """How pictures are encoded, whatever their size and rate."""

    options: tuple[tuple[str, str], ...]
    "The encoder's own, without quality and caps."
    crf: int | None = None
    "Quality of x264; None for an encoder without."
    rungs: tuple[Rung, ...] = ()
    "By size, ascending; a larger picture takes the last. Empty: no cap."
    headroom: Fraction = Fraction(3, 2)
    "How far busy pictures may go above the mean."
    ceiling: int | None = None
    "Bits per second that no stretch of the film may exceed."
    codec: str = "libx264"
    pix_fmt: str = "yuv420p"
    gop: Literal["half a second", "all intra"] = "half a second"
    "Largest distance of keyframes."
    bframes: int | None = None
    tag: str = ""
    bits_per_pixel: Fraction = Fraction(0)
    "What a codec without caps writes, for judging the size of the file."


@dataclass(frozen=True, slots=True)
class Loudness:
    """How loud the sound is made."""

    integrated_lufs: float | None = None
    "None: measured and left as it is."
    true_peak_dbtp: float | None = None
    "None: left as it is, as long as it does not clip."


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused beyond."""

    shortest_s: int = 0
    longest_s: int | None = None
    largest_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Preset:
    """One way of delivering a film."""

    name: str
    "What ``--for`` calls it."
    title: str
    purpose: str
    suffix: str
    raster: Raster
    rates: Rates
    picture: Picture
    sound: SoundEncoding
    loudness: Loudness
    limits: Limits
    captions: str
    "Advice: burnt in or beside, and as what."
    source: str
    "Who says so."
    read: str
    "When that was read."
    sure: Literal["official", "secondary", "our choice"]
    "Whether the platform itself says so."
    own: tuple[str, ...] = ()
    "What the source is silent about and we chose, one sentence each."
    codecs: tuple[str, ...] = ("h264",)
    "Codecs that are taken."

    def size_for(self, film: Size, *, upscale: bool = False) -> Size:
        """Return the size in which a film is delivered.

        Parameters
        ----------
        film
            The film's own size.
        upscale
            Whether a film may be made larger where the preset keeps its ratio.
        """
        return self.raster.of(film, upscale=upscale)

    def encoding(
        self, size: Size, rate: Fraction, length_s: Fraction | None = None
    ) -> Encoding:
        """Return how a film of this size and rate is encoded.

        Parameters
        ----------
        length_s
            The film's length: the cap is lowered so that the file keeps below the
            largest that is taken.
        """
        picture = self.picture
        options = dict(picture.options)
        if picture.crf is not None:
            options["crf"] = str(picture.crf)
        cap = self.cap(size, rate, length_s)
        if cap is not None:
            options |= {"maxrate": str(cap), "bufsize": str(cap)}
        gop = 1 if picture.gop == "all intra" else max(1, round(rate / 2))
        return Encoding(
            codec=picture.codec,
            pix_fmt=picture.pix_fmt,
            options=tuple(sorted(options.items())),
            gop_frames=gop,
            bframes=picture.bframes,
            # Where a cap holds, x264 on several threads gives other bytes each time.
            threads=_THREADS if cap is None else 1,
            tag=picture.tag,
        )

    def mean(self, size: Size, rate: Fraction) -> int | None:
        """Return the recommended bits per second, None where nobody names any."""
        found = _rung(self.picture.rungs, size)
        if found is None:
            return None
        return found.fast if rate >= _FAST else found.mean

    def cap(
        self, size: Size, rate: Fraction, length_s: Fraction | None = None
    ) -> int | None:
        """Return the encoder's ``maxrate`` in bits per second; None for no cap."""
        mean = self.mean(size, rate)
        if mean is None:
            return None
        caps: list[Fraction] = [mean * self.picture.headroom]
        if self.picture.ceiling is not None:
            caps.append(Fraction(self.picture.ceiling) / _OVERSHOOT)
        if length_s and self.limits.largest_bytes:
            whole = _FILLED * self.limits.largest_bytes * 8 / length_s
            fitting = (whole - self.sound_bits()) / _OVERSHOOT
            # Something even where nothing would fit.
            caps.append(Fraction(max(fitting // _STEP, 1) * _STEP))
        return int(min(caps) / 1000) * 1000

    def sound_bits(self) -> int:
        """Return the bits per second of the sound."""
        coded = self.sound.bit_rate if self.sound.codec == "aac" else _PCM_BITS
        return int(coded)

    def estimated_bytes(self, size: Size, rate: Fraction, length_s: Fraction) -> int:
        """Return about how large the file becomes: at the recommended mean.

        Quality being constant, calm films are smaller and busy ones larger, up to
        the cap.
        """
        cap = self.cap(size, rate, length_s)
        mean = self.mean(size, rate)
        bits = Fraction(size[0] * size[1]) * rate * self.picture.bits_per_pixel
        if cap is not None and mean is not None:
            bits = Fraction(min(cap, mean))
        return int((bits + self.sound_bits()) * length_s / 8)


def _rung(rungs: Sequence[Rung], size: Size) -> Rung | None:
    pixels = size[0] * size[1]
    fitting = (rung for rung in rungs if pixels <= rung.size[0] * rung.size[1])
    return next(fitting, rungs[-1] if rungs else None)


def _ratio(size: Size) -> Fraction:
    return Fraction(*size)


def _alike(one: Size, other: Size) -> bool:
    return abs(_ratio(one) / _ratio(other) - 1) < _ALIKE


def _even(length: Fraction) -> int:
    return max(2, 2 * round(length / 2))
