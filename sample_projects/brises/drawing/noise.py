"""Periodic noise, and the few curves every picture here is made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Floats", "cells", "fractal", "smoothstep"]

Floats = NDArray[np.float32]


def smoothstep(low: float, high: float, x: Floats) -> Floats:
    """The cubic step from 0 at `low` to 1 at `high`.

    Parameters
    ----------
    low, high : float
        Where the step begins and ends; `low` may be above `high`.
    x : float32 array

    Returns
    -------
    float32 array of the shape of `x`.
    """
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def fractal(
    shape: tuple[int, int],
    seed: int,
    *,
    power: float = 2.0,
    low: float = 1.0,
    high: float = 1e9,
    stretch: float = 1.0,
) -> Floats:
    """Noise that wraps on both axes, by shaping the spectrum of white noise.

    Parameters
    ----------
    shape : (rows, columns)
    seed : int
    power : float
        The amplitude falls as frequency**-power: 1 is rough, 3 is soft.
    low, high : float
        The band kept, in cycles per tile.
    stretch : float
        Above 1 draws the grain out along the columns' axis (streaks).

    Returns
    -------
    float32 (rows, columns), mean 0, standard deviation 1.
    """
    rng = np.random.default_rng(seed)
    rows, columns = shape
    spectrum = np.fft.rfft2(rng.standard_normal(shape, np.float32))
    fy = np.fft.fftfreq(rows, 1 / rows)[:, None]
    fx = np.fft.rfftfreq(columns, 1 / columns)[None] * stretch
    radius = np.hypot(fy, fx)
    gain = np.where(
        (radius >= low) & (radius <= high), np.maximum(radius, 1e-6) ** -power, 0
    )
    field = np.fft.irfft2(spectrum * gain, shape)
    return np.asarray((field - field.mean()) / field.std(), np.float32)


def cells(size: int, count: int, seed: int) -> tuple[Floats, NDArray[np.int32]]:
    """A wrapping Voronoi diagram: how far each texel is from its cell's edge, and the
    cell.

    Parameters
    ----------
    size : int
        Texels on each side.
    count : int
        How many cells.
    seed : int

    Returns
    -------
    (float32 (size, size), int32 (size, size))
        Second-nearest minus nearest distance, in texels (0 on an edge); the cell's
        number.
    """
    from scipy.spatial import cKDTree

    points = np.random.default_rng(seed).random((count, 2)) * size
    tree = cKDTree(points, boxsize=size)
    grid = np.stack(np.meshgrid(np.arange(size), np.arange(size), indexing="ij"), -1)
    distance, owner = tree.query(grid.reshape(-1, 2) + 0.0, k=2)
    edge = (distance[:, 1] - distance[:, 0]).reshape(size, size)
    return edge.astype(np.float32), owner[:, 0].reshape(size, size).astype(np.int32)
