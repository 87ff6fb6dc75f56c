"""How far pairs of small pictures are shifted, by phase correlation.

Aim
    One shift per pair, to a fraction of a pixel, for a whole stack of pairs at once.

Conventions
    Patches are stacks ``(n, height, width)`` of grey levels. A shift ``(x, y)`` in
    pixels, y down, says where the content of ``a`` is found in ``b``.

Source
    Kuglin and Hines, *The phase correlation image alignment method* (1975); the
    Gaussian low-pass widens the peak so that a parabola through the logarithms of
    three neighbours gives its sub-pixel place.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import fft

__all__ = ["Floats", "hann", "shifts"]

Floats = npt.NDArray[np.floating]

# Width of the low-pass in cycles per pixel: the peak then covers about one pixel.
_LOWPASS_CYCLES_PER_PX = 0.15
# Keeps frequencies that carry no energy from voting with a random phase.
_WHITENING_FLOOR = 1e-3


@lru_cache(maxsize=64)
def hann(length_px: int) -> Floats:
    """Return a Hann window of ``length_px`` whose zero ends are left out."""
    return np.hanning(length_px + 2)[1:-1].astype(np.float32)


@lru_cache(maxsize=64)
def _lowpass(height_px: int, width_px: int) -> Floats:
    fy = np.fft.fftfreq(height_px)[:, None]
    fx = np.fft.rfftfreq(width_px)[None, :]
    gain = np.exp(-(fx**2 + fy**2) / (2 * _LOWPASS_CYCLES_PER_PX**2))
    return np.asarray(gain, np.float32)


def shifts(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return where the content of each patch of ``a`` lies in its patch of ``b``.

    Parameters
    ----------
    a, b
        Stacks of patches, shape ``(n, height, width)``.

    Returns
    -------
    shift_px : ndarray, shape (n, 2)
        ``(x, y)`` per pair, between minus and plus half the patch size.
    quality : ndarray, shape (n,)
        Peak over mean of the correlation; 0 for patches without any texture.

    Examples
    --------
    >>> patch = np.random.default_rng(1).normal(size=(1, 32, 32))
    >>> np.round(shifts(patch, np.roll(patch, (2, -3), (1, 2)))[0]).tolist()
    [[-3.0, 2.0]]
    """
    surface = _correlation(a, b)
    n, height, width = surface.shape
    flat = surface.reshape(n, -1)
    peak = flat.argmax(axis=1)
    rows, columns = np.divmod(peak, width)
    each = np.arange(n)
    height_at_peak = flat[each, peak]
    mean = np.abs(flat).mean(axis=1)
    quality = np.where(mean > 0, height_at_peak / np.where(mean > 0, mean, 1), 0)
    left = surface[each, rows, (columns - 1) % width]
    right = surface[each, rows, (columns + 1) % width]
    above = surface[each, (rows - 1) % height, columns]
    below = surface[each, (rows + 1) % height, columns]
    x = _unwrapped(columns, width) + _vertex(left, height_at_peak, right)
    y = _unwrapped(rows, height) + _vertex(above, height_at_peak, below)
    return np.stack([x, y], axis=1), quality


def _correlation(a: Floats, b: Floats) -> Floats:
    height, width = a.shape[1:]
    window = hann(height)[:, None] * hann(width)[None, :]
    spectra = [
        fft.rfft2((p - p.mean(axis=(1, 2), keepdims=True)) * window) for p in (a, b)
    ]
    cross = spectra[1] * np.conj(spectra[0])
    size = np.abs(cross)
    floor = _WHITENING_FLOOR * size.mean(axis=(1, 2), keepdims=True) + 1e-9
    cross *= _lowpass(height, width) / (size + floor)
    surface: Floats = fft.irfft2(cross, s=(height, width))
    return surface


def _unwrapped(index: npt.NDArray[np.intp], size: int) -> Floats:
    return np.where(index > size // 2, index - size, index).astype(np.float64)


def _vertex(before: Floats, at: Floats, after: Floats) -> Floats:
    # The peak is nearly Gaussian: its logarithm is the parabola we look for.
    low, mid, high = (
        np.log(np.maximum(v, 1e-9).astype(np.float64)) for v in (before, at, after)
    )
    bend = low - 2 * mid + high
    safe = np.where(bend < -1e-9, bend, -1.0)
    return np.where(bend < -1e-9, np.clip(0.5 * (low - high) / safe, -0.5, 0.5), 0.0)
