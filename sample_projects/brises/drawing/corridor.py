"""A corridor whose left side opens in arches towards the sun.

Every surface is a plane, so a ray meets each of them by one division; what the planes
look like (worn plaster, flagstones, the patches of sun that fall through the arches) is
baked once.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .camera import Pose, bands, rays
from .noise import Floats, cells, fractal, smoothstep
from .palette import HAZE, STONE, ramp, table, to_rgb
from .sky import SMALL

__all__ = ["BAY_M", "Corridor"]

HALF_M, CEILING_M, WALL_M = 1.9, 4.7, 0.55
BAY_M = 3.2
LENGTH_M = 4 * BAY_M
"""The corridor repeats after this many metres, its wear included."""
LONG, ACROSS = 2048, 512
SUN_SIDE, SUN_UP, SUN_ALONG = 0.80, 0.33, -0.40
"""Towards the sun: leftwards out of the arches, upwards, and back along the
corridor."""
RIB_HALF_M, RIB_SPRING_M = 1.62, 2.75
WALL_LEFT, WALL_RIGHT, FLOOR, CEILING, RIB, RIB_BEYOND, RIB_BEFORE = range(7)
RIB_M = 0.38

Index = NDArray[np.int32]


def _open(y: Floats, z: Floats) -> Floats:
    """How open the left wall is at height y and length z: 0..1, soft at the edge."""
    across = np.abs((z % BAY_M) - BAY_M / 2)
    above = np.maximum(y - 2.15, 0)
    return smoothstep(0.98, 0.94, np.asarray(np.hypot(across, above), np.float32))


def _sunlit(x: Floats, y: Floats, z: Floats) -> Floats:
    """How much sun reaches a place inside, past both faces of the left wall."""
    reach = (x + HALF_M) / SUN_SIDE
    beyond = reach + WALL_M / SUN_SIDE
    inner = _open(y + SUN_UP * reach, z + SUN_ALONG * reach)
    return inner * _open(y + SUN_UP * beyond, z + SUN_ALONG * beyond)


@lru_cache(maxsize=1)
def _surfaces() -> NDArray[np.uint8]:
    """The light of every texel: (5 surfaces, ACROSS, LONG), 0..255."""
    z = ((np.arange(LONG, dtype=np.float32) + 0.5) / LONG * LENGTH_M)[None]
    s = ((np.arange(ACROSS, dtype=np.float32) + 0.5) / ACROSS)[:, None]
    x, y = s * 2 * HALF_M - HALF_M, s * CEILING_M
    shape = (ACROSS, LONG)
    worn = fractal(shape, 11, power=1.15, low=6, stretch=0.3)
    stain = fractal(shape, 12, power=2.2, low=2, high=40, stretch=0.3)
    crack = smoothstep(
        1.8, 0.5, cells(512, 46, 13)[0] + 1.5 * fractal((512, 512), 14, power=1.5)
    )
    crack = np.tile(crack, (1, 4)) * smoothstep(0.7, 1.6, stain)
    plaster = 0.028 * worn + 0.026 * stain - 0.15 * crack
    corner = 0.66 + 0.34 * smoothstep(0.0, 0.22, np.minimum(s, 1 - s))
    near_arch = np.exp(-(((z % BAY_M) - BAY_M / 2) ** 2) / 0.7)
    bounce = 0.16 * np.exp(-y / 1.7)
    joint = smoothstep(
        3.0, 1.2, cells(512, 44, 15)[0] + 0.8 * fractal((512, 512), 16, power=1.4)
    )
    sand = smoothstep(0.4, 1.7, fractal(shape, 17, power=2.0, low=2) + 1.5 * (1 - s))
    ground = plaster - 0.15 * np.tile(joint, (1, 4)) * (1 - sand) + 0.07 * sand
    up = z * (z < CEILING_M)  # ribs: their own height runs along the columns

    def rib(place: float, inside: float) -> Floats:
        sun = _sunlit(x + 0 * z, up + 0 * x, np.full(shape, place, np.float32))
        body = (
            0.33 + 0.11 * s + 0.13 * np.exp(-up / 1.5) + plaster + inside * np.sign(x)
        )
        return np.asarray(body + 0.42 * sun, np.float32)

    light = np.stack(
        [
            (0.25 + bounce) * corner + plaster,
            (0.37 + 0.07 * near_arch + bounce) * corner
            + plaster
            + 0.50 * _sunlit(0 * y + HALF_M, y, z),
            (0.30 + 0.12 * near_arch * (1 - s)) * corner
            + ground
            + 0.58 * _sunlit(x, 0 * x, z),
            (0.31 + 0.10 * near_arch) * corner + plaster,
            rib(0.0, 0.0),
            rib(RIB_M, 0.10),
            rib(-RIB_M, 0.10),
        ]
    )
    return np.asarray(np.clip(light * 255, 0, 255), np.uint8)


@lru_cache(maxsize=1)
def _outside() -> NDArray[np.uint8]:
    """What is seen through the arches, by direction: (512 elevations, 2048 azimuths,
    rgb)."""
    e = np.linspace(-0.4, 1.0, 512, dtype=np.float32)[:, None, None]
    high = np.clip(e / 0.9, 0, 1)
    colour = (
        np.array((1.0, 0.87, 0.76)) * (1 - high) + np.array((0.90, 0.72, 0.72)) * high
    )
    for k, (level, depth) in enumerate(((0.15, 0.20), (0.07, 0.5), (-0.04, 1.0))):
        line = (
            level
            + 0.035
            * fractal((8, 2048), 40 + k, power=1.5, low=2, high=90)[0][None, :, None]
        )
        streak = (
            0.022
            * fractal((512, 2048), 50 + k, power=1.1, low=4, stretch=3.0)[..., None]
        )
        body = np.array((0.98 - 0.12 * depth, 0.80 - 0.29 * depth, 0.73 - 0.25 * depth))
        body = body * (1 - 0.7 * np.clip(line - e, 0, 0.3)) + streak * depth
        colour = colour + (body - colour) * smoothstep(
            -0.002, 0.002, np.asarray(line - e, np.float32)
        )
    return np.asarray(np.clip(colour * 255, 0, 255), np.uint8)


class Corridor:
    """The corridor, to be photographed from inside.

    Parameters
    ----------
    haze_m : float
        At this distance half of the light is haze.
    shafts : float
        How brightly the dust shows the sun.
    """

    def __init__(self, *, haze_m: float = 17.0, shafts: float = 1.0) -> None:
        self.haze_m, self.shafts = haze_m, shafts
        self.lut = table(
            ramp(STONE, 256), HAZE * np.array((0.94, 0.90, 0.93), np.float32)
        )
        self.light = _surfaces().ravel()
        self.outside = np.zeros((512 * 2048, 4), np.uint8)
        self.outside[:, :3] = _outside().reshape(-1, 3)
        self.outside = self.outside.view(np.uint32).ravel()

    def frame(
        self, pose: Pose, width: int, height: int, t_s: float
    ) -> tuple[NDArray[np.uint8], Floats]:
        """One picture: uint8 (height, width, 3), and the small light of its dust."""
        rgb = np.empty((height, width, 3), np.uint8)
        stop = [
            self._band(rgb[band], pose, rays(pose, width, height, band))
            for band in bands(height)
        ]
        return rgb, self._dust(pose, width, height, np.concatenate(stop), t_s)

    def _band(
        self, rgb: NDArray[np.uint8], pose: Pose, ray: tuple[Floats, Floats, Floats]
    ) -> Floats:
        """Paint some rows, in place; returns how far every `SMALL`th ray goes."""
        dx, dy, dz = ray
        reach, surface = self._walls(pose, dx, dy)
        self._ribs(pose, dx, dy, dz, reach, surface)
        x, y, z = pose.x + reach * dx, pose.y + reach * dy, pose.z + reach * dz
        s = np.where(
            surface <= WALL_RIGHT,
            y * np.float32(1 / CEILING_M),
            x * np.float32(0.5 / HALF_M) + 0.5,
        )
        u = np.where(surface >= RIB, y, z)
        index = (u * np.float32(LONG / LENGTH_M) + 64 * LONG).astype(np.int32) & (
            LONG - 1
        )
        index += (np.clip(s, 0, 0.999) * ACROSS).astype(np.int32) << 11
        index += surface * np.int32(ACROSS * LONG)
        light = self.light.take(index).astype(np.float32)
        far = reach * np.float32(1 / self.haze_m)
        rgb[:] = to_rgb(self.lut, light, 1 - 1 / (1 + far * far))
        self._openings(rgb, pose, ray, np.flatnonzero(surface == WALL_LEFT), y, z)
        return reach[SMALL // 2 :: SMALL, SMALL // 2 :: SMALL]

    @staticmethod
    def _walls(pose: Pose, dx: Floats, dy: Floats) -> tuple[Floats, Index]:
        side, level = (
            np.where(np.abs(a) < 1e-6, np.float32(1e-6), a) for a in (dx, dy)
        )
        to_side = (
            np.where(side < 0, np.float32(-HALF_M), np.float32(HALF_M)) - pose.x
        ) / side
        to_level = (
            np.where(level < 0, np.float32(0), np.float32(CEILING_M)) - pose.y
        ) / level
        flat = to_level < to_side
        surface = np.where(flat, FLOOR + (level >= 0), (side >= 0) + 0).astype(np.int32)
        return np.minimum(np.minimum(to_side, to_level), 90), surface

    @staticmethod
    def _gap(y: Floats, z: Floats) -> NDArray[np.bool_]:
        bay = z * np.float32(1 / BAY_M)
        across = (bay - np.floor(bay) - np.float32(0.5)) * np.float32(BAY_M)
        above = np.maximum(y - np.float32(2.15), 0)
        return np.asarray(across * across + above * above < 0.96**2)

    @staticmethod
    def _ribs(
        pose: Pose, dx: Floats, dy: Floats, dz: Floats, reach: Floats, surface: Index
    ) -> None:
        """Let the arches across the corridor stop the rays that meet them, in place."""
        facing = 1 if math.cos(math.radians(pose.yaw)) > 0 else -1
        first = math.floor(pose.z / BAY_M) + (0 if facing > 0 else 1)
        live = dz * facing > 0.02
        planes = [
            (first + facing * k, far)
            for k in range(8)
            for far in ((False, True) if k < 4 else (False,))
        ]
        for number, far_face in planes:
            plane = number * BAY_M + facing * RIB_M * far_face - pose.z
            if plane * facing < 0.03 or not live.any():
                continue
            # What is still open is seen through the last arch, so a shrinking window
            # suffices.
            rows, columns = np.flatnonzero(live.any(1)), np.flatnonzero(live.any(0))
            w = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
            t = np.float32(plane) / dz[w]
            ahead = live[w] & (t < reach[w])
            x, y = pose.x + t * dx[w], pose.y - RIB_SPRING_M + t * dy[w]
            y = np.maximum(y, 0)
            hit = ahead & (x * x + y * y > RIB_HALF_M**2)
            np.copyto(reach[w], t, where=hit)
            np.copyto(
                surface[w],
                (RIB_BEYOND if facing > 0 else RIB_BEFORE) if far_face else RIB,
                where=hit,
            )
            live[w] = ahead & ~hit

    def _openings(
        self,
        rgb: NDArray[np.uint8],
        pose: Pose,
        ray: tuple[Floats, Floats, Floats],
        wall: NDArray[np.intp],
        y: Floats,
        z: Floats,
    ) -> None:
        """Paint what shows through the arches, in place: the wall's thickness, or
        outdoors."""
        at = wall[self._gap(y.ravel().take(wall), z.ravel().take(wall))]
        if not at.size:
            return
        dx, dy, dz = (a.ravel().take(at) for a in ray)
        t = (-HALF_M - WALL_M - pose.x) / dx
        beyond_y, beyond_z = pose.y + t * dy, pose.z + t * dz
        level = np.sqrt(dx * dx + dz * dz)
        row = np.clip((dy / level + 0.4) * (512 / 1.4), 0, 511).astype(np.intp)
        column = (np.arctan(dz / dx) * (2048 / math.pi) + 6 * pose.z).astype(
            np.intp
        ) & 2047
        seen = (
            self.outside.take(row * 2048 + column).view(np.uint8).reshape(-1, 4)[:, :3]
        )
        jamb = ~self._gap(beyond_y, beyond_z)
        worn = np.sin(beyond_y * 9 + np.sin(beyond_y * 23)) * np.sin(beyond_z * 7)
        lit = np.where(dz < 0, 92, 212) + 9 * worn
        far = np.abs(t) * np.float32(1 / self.haze_m)
        inner = to_rgb(
            self.lut, lit.astype(np.float32)[None], (1 - 1 / (1 + far * far))[None]
        )[0]
        rgb.reshape(-1, 3)[at] = np.where(jamb[:, None], inner, seen)

    def _dust(
        self, pose: Pose, width: int, height: int, stop: Floats, t_s: float
    ) -> Floats:
        """Sum the sunlit air along every ray of a small picture."""
        w, h = width // SMALL, height // SMALL
        dx, dy, dz = rays(pose, w, h)
        stop = np.minimum(stop[:h, :w], 26)
        total = np.zeros_like(dx)
        steps = 22
        jitter = np.random.default_rng(3).random((h, w), np.float32)
        for k in range(steps):
            t = stop * ((k + jitter) / steps)
            x, y, z = pose.x + t * dx, pose.y + t * dy, pose.z + t * dz
            beyond = (x + HALF_M) / SUN_SIDE
            lit = self._gap(y + SUN_UP * beyond, z + SUN_ALONG * beyond)
            total += (
                lit
                * np.exp(-t / self.haze_m)
                * (1 + 0.35 * np.sin(2.1 * z + 3 * y + 0.8 * t_s))
            )
        total = ndimage.gaussian_filter(total * stop / steps, 0.8)
        colour = np.array((0.085, 0.064, 0.050), np.float32) * self.shafts
        return np.asarray(np.clip(total, 0, 5)[..., None] * colour, np.float32)
