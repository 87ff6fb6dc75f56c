"""How far pairs of small pictures are shifted, by phase correlation.

Aim
    One shift per pair, to a fraction of a pixel, for a whole stack of pairs at once.
    Spectra are handed out, since a picture is compared with the one before it and
    with the one after it.

Conventions
    Patches are stacks ``(n, height, width)`` of grey levels. A shift ``(x, y)`` in
    pixels, y down, says where the content of ``a`` is found in ``b``.

Source
    Kuglin and Hines, *The phase correlation image alignment method* (1975); the
    Gaussian low-pass widens the peak so that a parabola through the logarithms of
    three neighbours gives its sub-pixel place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = ["Floats", "Peaks", "Spectra", "curvature", "frequencies", "peaks", "spectra"]

Floats = npt.NDArray[np.floating]
Spectra = npt.NDArray[np.complexfloating]

# Width of the low-pass in cycles per pixel: the peak then covers about one pixel.
_LOWPASS_CYCLES_PER_PX = 0.12
# Where it lets through less than a hundredth, nothing is computed.
_HIGHEST_CYCLES_PER_PX = 0.375
# Keeps frequencies that carry no energy from voting with a random phase.
_WHITENING_FLOOR = 1e-3


@dataclass(frozen=True, slots=True)
class Peaks:
    """The best place of each pair, shapes ``(n, 2)``, ``(n,)`` and ``(n,)``.

    ``shift_px`` ``(x, y)`` between minus and plus half the patch; ``quality`` peak
    over mean of the correlation (about 4 for noise against noise, 0 for patches
    without any texture); ``likeness`` 1 for the same picture elsewhere, 0 for
    another one.
    """

    shift_px: Floats
    quality: Floats
    likeness: Floats


@lru_cache(maxsize=64)
def _window(height_px: int, width_px: int) -> Floats:
    """Return the product of two Hann windows whose zero ends are left out."""
    high, wide = (np.hanning(n + 2)[1:-1] for n in (height_px, width_px))
    return np.asarray(high[:, None] * wide, np.float32)


def frequencies(length_px: int) -> Floats:
    """Return the frequencies that `spectra` keeps of a side, in cycles per pixel."""
    return np.fft.fftfreq(_kept(length_px)) * _kept(length_px) / length_px


def _kept(length_px: int) -> int:
    """Return how many frequencies of a side the low-pass lets through."""
    return 2 * max(1, int(_HIGHEST_CYCLES_PER_PX * length_px))


@lru_cache(maxsize=64)
def _lowpass(height_px: int, width_px: int) -> tuple[Floats, float]:
    """Return the gain per frequency, and the highest peak that it lets through."""
    fy, fx = frequencies(height_px)[:, None], frequencies(width_px)[None, :]
    gain = np.exp(-(fx**2 + fy**2) / (2 * _LOWPASS_CYCLES_PER_PX**2))
    half = gain[:, : gain.shape[1] // 2 + 1].astype(np.float32)
    return half, float(gain.mean())


def spectra(patches: Floats) -> Spectra:
    """Return the spectrum of each windowed patch, up to 3/8 of a cycle per pixel.

    The window stands still: it must multiply curvature (`curvature`), not grey
    levels, whose slow part takes on its shape and pulls every shift to zero, by 3 %
    in natural textures and 20 % in haze.

    Parameters
    ----------
    patches
        Shape ``(n, height, width)``.

    Returns
    -------
    ndarray, shape (n, rows, columns)
        Rows are frequencies as `numpy.fft.fftfreq` orders them, columns from 0 up.
    """
    # Loading it takes three times as long as all the rest of this package.
    from scipy import fft

    height, width = patches.shape[1:]
    half = fft.rfft(patches * _window(height, width), axis=2)
    full = fft.fft(half[:, :, : _kept(width) // 2 + 1], axis=1)
    side = _kept(height) // 2
    return np.concatenate([full[:, :side], full[:, -side:]], axis=1)


def curvature(picture: Floats) -> Floats:
    """Return four times each pixel less its neighbours; 0 along the edges."""
    found = np.zeros_like(picture)
    middle = found[1:-1, 1:-1]
    np.multiply(picture[1:-1, 1:-1], 4, out=middle)
    for part in (picture[:-2, 1:-1], picture[2:, 1:-1]):
        middle -= part
    for part in (picture[1:-1, :-2], picture[1:-1, 2:]):
        middle -= part
    return found


def peaks(a: Spectra, b: Spectra, size: tuple[int, int]) -> Peaks:
    """Return where the content of each patch of ``a`` lies in its patch of ``b``.

    Parameters
    ----------
    a, b
        Spectra of the patches.
    size
        Height and width of the patches, in pixels.

    Examples
    --------
    >>> patch = np.random.default_rng(1).normal(size=(1, 32, 32))
    >>> moved = np.roll(patch, (2, -3), (1, 2))
    >>> found = peaks(spectra(patch), spectra(moved), (32, 32))
    >>> np.round(found.shift_px).tolist()
    [[-3.0, 2.0]]
    """
    gain, highest = _lowpass(*size)
    surface = _correlation(a, b, gain)
    n, height, width = surface.shape
    flat = surface.reshape(n, -1)
    rows, columns = np.divmod(flat.argmax(axis=1), width)
    each = np.arange(n)
    at_peak = surface[each, rows, columns]
    mean = np.abs(flat) @ np.full(flat.shape[1], 1 / flat.shape[1], np.float32)
    around = surface[
        each,
        np.stack([rows, rows - 1, rows, (rows + 1) % height]),
        np.stack([columns - 1, columns, (columns + 1) % width, columns]),
    ]
    whole = np.stack([columns, rows])
    length = np.array([[width], [height]])
    shift = np.where(whole > length // 2, whole - length, whole)
    shift = shift + _vertex(around[:2], at_peak, around[2:])
    return Peaks(
        (shift * (np.array([[size[1]], [size[0]]]) / length)).T,
        np.where(mean > 0, at_peak / np.where(mean > 0, mean, 1), 0),
        np.clip(at_peak / highest, 0, 1),
    )


def _correlation(a: Spectra, b: Spectra, gain: Floats) -> Floats:
    from scipy import fft

    cross = b * np.conj(a)
    length = np.abs(cross)
    length += _WHITENING_FLOOR * length.mean(axis=(1, 2), keepdims=True) + 1e-9
    cross *= gain / length
    height = gain.shape[0]
    width = 2 * (gain.shape[1] - 1)
    return np.asarray(fft.irfft2(cross, s=(height, width), overwrite_x=True))


def _vertex(before: Floats, at: Floats, after: Floats) -> Floats:
    # The peak is nearly Gaussian: its logarithm is the parabola we look for.
    low, mid, high = (
        np.log(np.maximum(v, 1e-9).astype(np.float64)) for v in (before, at, after)
    )
    bend = low - 2 * mid + high
    sharp = bend < -1e-9
    found = 0.5 * (low - high) / np.where(sharp, bend, -1.0)
    return np.where(sharp, np.clip(found, -0.5, 0.5), 0.0)
