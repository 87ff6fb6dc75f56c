"""A broken mirror: another scene, seen in pieces that slip apart in jolts."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .camera import Pose, bands
from .noise import Floats, smoothstep

__all__ = ["Scene", "Shards"]


class Scene(Protocol):
    """Whatever can be photographed."""

    def frame(
        self, pose: Pose, width: int, height: int, t_s: float
    ) -> tuple[NDArray[np.uint8], Floats]:
        """One picture: uint8 (height, width, 3), and small light to add (or zeros)."""
        ...


class Shards:
    """A mirror that shows `scene`.

    Parameters
    ----------
    scene : Scene
    jolts_s : tuple of float
        When the pieces slip, in seconds.
    seed : int
        How it broke.
    count : int
        Into how many pieces.
    """

    def __init__(
        self,
        scene: Scene,
        *,
        jolts_s: tuple[float, ...] = (1.2, 2.9),
        seed: int = 4,
        count: int = 58,
    ) -> None:
        self.scene, self.jolts_s, self.seed, self.count = scene, jolts_s, seed, count
        self.size = (0, 0)

    def _break(self, width: int, height: int) -> None:
        """Cut the mirror, for one size of picture, by straight lines that start at the
        blow."""
        rng = np.random.default_rng(self.seed)
        centre = np.array((0.60 * width, 0.44 * height))
        x, y = np.meshgrid(
            np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
        )
        x, y = (
            (x - centre[0]).astype(np.float32).ravel(),
            (y - centre[1]).astype(np.float32).ravel(),
        )
        owner = np.zeros(width * height, np.intp)
        edge = np.full(width * height, 1e4, np.float32)
        for piece in range(1, self.count):
            if piece < 12:  # the first lines all pass close to the blow
                sector = np.bincount(owner).argmax()
                px, py = rng.normal(0, 0.012 * width, 2)
                angle = piece * 1.94 + rng.normal(0, 0.2)
            else:  # later ones cut the largest piece across, sooner near the blow
                size = np.maximum(np.bincount(owner), 1)
                reach = np.bincount(owner, np.hypot(x, y)) / size + 0.05 * width
                sector = (size / reach).argmax()
                px, py = (
                    np.bincount(owner, a)[sector] / np.bincount(owner)[sector]
                    for a in (x, y)
                )
                angle = (
                    np.arctan2(py, px)
                    + rng.choice((0.5, 1.0)) * np.pi
                    + rng.normal(0, 0.35)
                )
            inside = np.flatnonzero(owner == sector)
            away = (y[inside] - py) * np.cos(angle) - (x[inside] - px) * np.sin(angle)
            edge[inside] = np.minimum(edge[inside], np.abs(away))
            owner[inside[away > 0]] = piece
        size = np.maximum(np.bincount(owner, minlength=self.count), 1)
        points = np.stack(
            [np.bincount(owner, a, self.count) / size for a in (x, y)], -1
        )
        radius = np.hypot(*points.T)
        outward = points / np.maximum(radius, 1)[:, None]
        self.edge, self.owner = (
            edge.reshape(height, width),
            owner.reshape(height, width),
        )
        self.x, self.y = x.reshape(height, width), y.reshape(height, width)
        self.centre, self.size = centre.astype(np.float32), (width, height)
        self.slip = (
            (outward * 12 + rng.normal(0, 20, (self.count, 2))) * (width / 1280)
        ).astype(np.float32)
        self.tilt = rng.normal(0, 0.05, self.count).astype(np.float32)
        self.shine = rng.normal(1.0, 0.09, self.count).astype(np.float32)

    def frame(
        self, pose: Pose, width: int, height: int, t_s: float
    ) -> tuple[NDArray[np.uint8], Floats]:
        """One picture: uint8 (height, width, 3), and the scene's small glow."""
        if self.size != (width, height):
            self._break(width, height)
        rgb, light = self.scene.frame(pose, width, height, t_s)
        open_ = 0.55 + sum(0.55 * _jolt(t_s - at) for at in self.jolts_s)
        packed = np.zeros((height, width, 4), np.uint8)
        packed[..., :3] = rgb
        seen = np.empty((height, width, 3), np.float32)
        for band in bands(height):
            owner, x, y = self.owner[band], self.x[band], self.y[band]
            tilt = (self.tilt * open_).take(owner)
            column = (
                x - tilt * y + (self.slip[:, 0] * open_ + self.centre[0]).take(owner)
            )
            row = y + tilt * x + (self.slip[:, 1] * open_ + self.centre[1]).take(owner)
            # Beyond its border the picture goes on reflected; no jolt shows that it
            # ends.
            column = width - 1 - np.abs(width - 1 - np.abs(column.astype(np.int32)))
            row = height - 1 - np.abs(height - 1 - np.abs(row.astype(np.int32)))
            pieces = (
                packed.view(np.uint32).ravel().take(row * width + column, mode="clip")
            )
            pieces = pieces.view(np.uint8).reshape(*owner.shape, 4)[..., :3]
            seen[band] = pieces * self.shine.take(owner)[..., None]
        return self._edges(seen, float(open_)), light

    def _edges(self, seen: Floats, open_: float) -> NDArray[np.uint8]:
        scale = self.size[0] / 1280
        near = np.flatnonzero(self.edge < 14 * scale * open_)
        edge = self.edge.ravel().take(near) / scale
        flat = seen.reshape(-1, 3)
        gap = smoothstep(0.6 + 1.3 * open_, 1.3 * open_ - 0.4, edge)[:, None]
        bevel = smoothstep(5.0 * open_, 2.0 * open_, edge)[:, None]
        halo = np.exp(-edge / (4.5 * open_))[:, None]
        piece = flat[near] * (1 - 0.30 * bevel) + halo * np.array(
            (8, 52, 56), np.float32
        )
        lip = smoothstep(1.0, 0.0, np.abs(edge - 2.0 * open_) / 0.9)[:, None]
        piece += lip * np.array((70, 110, 108), np.float32)
        flat[near] = piece * (1 - gap) + gap * np.array((6, 40, 46), np.float32)
        return np.asarray(np.clip(seen, 0, 255), np.uint8)


def _jolt(t_s: float) -> float:
    """0 before, then a quick slip that overshoots a little and settles at 1."""
    if t_s < 0:
        return 0.0
    return float(1 - np.exp(-t_s * 14) * np.cos(t_s * 16))
