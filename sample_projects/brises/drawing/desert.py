"""The dunes seen by a camera that flies over them.

Every column of the picture walks its ray outwards over the map in growing steps. The
highest row reached so far hides what lies behind, so a running minimum of rows and a
histogram tell
for every pixel which step it shows (the "voxel space" idea, vectorised and with exact
interpolation between steps).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .camera import Pose, bands
from .noise import Floats
from .palette import SAND, ramp, table, to_rgb
from .props import Prop, place
from .sky import glow, sky, sun_disc
from .terrain import SIZE, TILE_M, bake

__all__ = ["Desert"]

STEPS = 380
NEAREST_M, FARTHEST_M = 4.0, 850.0
_DEPTHS = np.geomspace(NEAREST_M, FARTHEST_M, STEPS, dtype=np.float32)
BLEND_M = (130.0, 320.0)
RIPPLE_TEXELS_PER_M = 1024 / 12.0


@dataclass(frozen=True, slots=True)
class _View:
    """A camera's walk over the map.

    `sample` holds the row (real) and the light (imaginary) of every step and column,
    `top` the highest row reached so far, `step` for every pixel the step it shows; all
    ground lies below row `first`.
    """

    sample: NDArray[np.complex64]
    top: Floats
    step: NDArray[np.int16]
    first: int


class Desert:
    """A desert to be photographed.

    Parameters
    ----------
    seed : int
        Which desert.
    props : tuple of Prop
        What stands in it.
    haze_m : float
        At this distance half of the light is haze.
    mist : float
        How much haze lies in the hollows, 0..1.
    sun : float
        How strongly the haze glows around the sun.
    """

    def __init__(
        self,
        seed: int = 1,
        props: tuple[Prop, ...] = (),
        *,
        haze_m: float = 330.0,
        mist: float = 0.5,
        sun: float = 1.0,
    ) -> None:
        self.terrain = bake(seed, tuple((p.x, p.z, p.width, p.height) for p in props))
        self.props, self.haze_m, self.mist, self.sun = props, haze_m, mist, sun
        self.lut = table(ramp(SAND, 256))
        self.flat_ripples = np.concatenate([a.ravel() for a in self.terrain.ripples])

    def frame(
        self, pose: Pose, width: int, height: int, t_s: float
    ) -> tuple[NDArray[np.uint8], Floats]:
        """One picture: uint8 (height, width, 3), and its small glow."""
        if pose.y < 500:
            ground = self.terrain.height_at(pose.x, pose.z)
            pose = Pose(
                pose.x,
                max(pose.y, ground + 1.2),
                pose.z,
                pose.yaw,
                pose.pitch,
                0,
                pose.fov,
            )
        view = self._look(pose, width, height)
        rgb = np.empty((height, width, 3), np.uint8)
        depth = np.full((height, width), 1e5, np.float32)
        for band in bands(height - view.first):
            rows = slice(band.start + view.first, band.stop + view.first)
            self._paint(rgb[rows], depth[rows], view, pose, height, rows)
        air = np.array(sky(pose, width, height))
        open_sky = view.step == STEPS
        sun_disc(air, open_sky, pose)
        rgb[: view.first] = air[: view.first]
        mixed = slice(
            view.first, int(open_sky.any(1).sum()) + 1
        )  # rows of both sky and ground
        np.copyto(rgb[mixed], air[mixed], where=open_sky[mixed][..., None])
        _soften(rgb, view)
        for prop in sorted(self.props, key=lambda p: -_distance(p, pose)):
            place(
                rgb,
                prop,
                pose,
                depth,
                self.terrain.height_at(prop.x, prop.z),
                self.haze_m,
                self.lut,
                t_s,
            )
        return rgb, glow(pose, width, height, strength=self.sun)

    def _look(self, pose: Pose, width: int, height: int) -> _View:
        focal = pose.focal_px(width)
        horizon = height / 2 + focal * math.tan(math.radians(pose.pitch))
        z = _DEPTHS[:, None]
        sample = np.empty((STEPS, width), np.complex64)
        top = np.empty((STEPS, width), np.float32)
        count = np.empty((height + 1, width), np.int16)
        for block in bands(width, 160):
            dx, dz = _columns(pose, width, block)
            part = self._sample(z, pose.x + z * dx, pose.z + z * dz)
            part.real = horizon - focal * (part.real - pose.y) / z
            highest = np.minimum.accumulate(part.real, 0)
            cell = np.clip(np.ceil(highest - 0.5), 0, height).astype(np.intp)
            cell *= block.stop - block.start
            cell += np.arange(block.stop - block.start)
            size = (height + 1) * (block.stop - block.start)
            count[:, block] = np.bincount(cell.ravel(), minlength=size).reshape(
                height + 1, -1
            )
            sample[:, block], top[:, block] = part, highest
        first = int(np.clip(np.ceil(top[-1].min() - 0.5), 0, height))
        step = np.full((height, width), STEPS, np.int16)
        left = np.full(width, STEPS, np.int16)
        for y in range(first, height):
            left -= count[y]
            step[y] = left
        return _View(sample, top, step, first)

    def _paint(
        self,
        rgb: NDArray[np.uint8],
        depth: Floats,
        view: _View,
        pose: Pose,
        height: int,
        rows: slice,
    ) -> None:
        """Fill some rows of picture and depth, in place."""
        y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] + 0.5
        focal = pose.focal_px(rgb.shape[1])
        far, light = _meet(view, rows, y)
        rise = (height / 2 - y) / np.float32(focal) + np.float32(
            math.tan(math.radians(pose.pitch))
        )
        haze = self._haze(far, pose.y + rise * far)
        light = light * 255 + self._ripple(pose, far, light)
        rgb[:] = to_rgb(self.lut, light, haze)
        np.copyto(depth, far, where=view.step[rows] < STEPS)

    def _sample(self, z: Floats, x: Floats, along: Floats) -> NDArray[np.complex64]:
        """Height and light at every step, fading from the near map into the far one."""
        a, b = (int(n) for n in np.searchsorted(z[:, 0], BLEND_M))
        near = _bilinear(self.terrain.packed.ravel(), x[:b], along[:b])
        far = _bilinear(self.terrain.distant.ravel(), x[a:], along[a:])
        near[a:] += (far[: b - a] - near[a:]) * np.linspace(
            0, 1, b - a, dtype=np.float32
        )[:, None]
        return np.concatenate([near, far[b - a :]])

    def _haze(self, depth: Floats, ground: Floats) -> Floats:
        """How much haze lies before places at `depth`, of height `ground` (metres)."""
        far = depth * np.float32(1 / self.haze_m)
        amount = 1 - 1 / (1 + far * np.sqrt(far))
        low = np.exp(np.clip(ground * np.float32(-0.16), -8, 1.2)) * np.float32(
            self.mist
        )
        return np.asarray(
            amount + (1 - amount) * np.minimum(low * far * 1.6, 0.85), np.float32
        )

    def _ripple(self, pose: Pose, depth: Floats, light: Floats) -> Floats:
        dx, dz = _columns(pose, depth.shape[1])
        depth = np.minimum(depth, 400)
        per_px = depth * np.float32(
            RIPPLE_TEXELS_PER_M * 1.6 / pose.focal_px(depth.shape[1])
        )
        level = np.clip(np.log2(np.maximum(per_px, 1)), 0, 5).astype(np.int32)
        scale = np.float32(RIPPLE_TEXELS_PER_M)
        u = ((pose.x + depth * dx) * scale).astype(np.int32) & 1023
        v = ((pose.z + depth * dz) * scale).astype(np.int32) & 1023
        offset = np.array([0, *np.cumsum([4 ** (10 - k) for k in range(6)])], np.int32)
        index = offset.take(level) + ((v >> level) << (10 - level)) + (u >> level)
        return np.asarray(self.flat_ripples.take(index) * (0.35 + light), np.float32)


def _distance(prop: Prop, pose: Pose) -> float:
    return math.hypot(prop.x - pose.x, prop.z - pose.z)


def _columns(
    pose: Pose, width: int, block: slice = slice(None)
) -> tuple[Floats, Floats]:
    """World x and z gained per metre of depth, for every column."""
    a = math.radians(pose.yaw)
    across = (
        np.arange(width, dtype=np.float32)[block] + 0.5 - width / 2
    ) / pose.focal_px(width)
    dx = math.sin(a) + math.cos(a) * across
    dz = math.cos(a) - math.sin(a) * across
    return dx.astype(np.float32)[None], dz.astype(np.float32)[None]


def _bilinear(
    flat: NDArray[np.complex64], x: Floats, z: Floats
) -> NDArray[np.complex64]:
    scale = np.float32(SIZE / TILE_M)
    x, z = x * scale, z * scale
    fx, fz = np.floor(x), np.floor(z)
    j, i = fx.astype(np.int32), fz.astype(np.int32)
    x, z = x - fx, z - fz
    j0, j1 = j & (SIZE - 1), (j + 1) & (SIZE - 1)
    i0, i1 = (i & (SIZE - 1)) * SIZE, ((i + 1) & (SIZE - 1)) * SIZE
    a, b = flat.take(i0 + j0), flat.take(i0 + j1)
    c, d = flat.take(i1 + j0), flat.take(i1 + j1)
    a += (b - a) * x
    c += (d - c) * x
    a += (c - a) * z
    return a


def _meet(view: _View, rows: slice, y: Floats) -> tuple[Floats, Floats]:
    """Depth and light where the rays of some rows meet the ground, between two
    steps."""
    width = view.step.shape[1]
    flat = view.sample.ravel()
    after = np.clip(view.step[rows], 1, STEPS - 1).astype(np.intp)
    index = after * width + np.arange(width)
    b, a = flat.take(index), flat.take(index - width)
    t = np.clip((a.real - y) / np.maximum(a.real - b.real, 1e-4), 0, 1)
    near = _DEPTHS.take(after - 1)
    depth = near + t * (_DEPTHS.take(after) - near)
    return depth, a.imag + t * (b.imag - a.imag)


def _soften(rgb: NDArray[np.uint8], view: _View) -> None:
    """Blend the pixels a crest runs through, in place, by how much of them it
    covers."""
    start = max(view.first - 1, 0)
    y, x = np.nonzero(view.step[start:-1] - view.step[start + 1 :] > 3)
    y += start
    edge = view.top[view.step[y, x] - 1, x] - (
        y + 1
    )  # rows below the border of both pixels
    over = edge < 0
    above, below = rgb[y, x].astype(np.float32), rgb[y + 1, x].astype(np.float32)
    mixed = above + (below - above) * np.clip(-edge, 0, 1)[:, None]
    rgb[y[over], x[over]] = mixed[over]
    mixed = below + (above - below) * np.clip(edge, 0, 1)[:, None]
    rgb[y[~over] + 1, x[~over]] = mixed[~over]
