"""Takes of known camera moves, and the faults of generated ones, made by formula.

Conventions
    Frames are ``uint8`` ``(height, width)``, 160 x 90 unless told otherwise. A camera
    is a function of the time in seconds that gives the flow ``(T_x, T_y, z, r)`` in
    fw/s, 1/s and rad/s. Everything is made from a seed.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from tests.support import synth

_STEPS_PER_S = 240


class Take(NamedTuple):
    """Frames, and the flow (T_x, T_y, z, r) at the instant of each."""

    frames: list
    truth: np.ndarray


class Shot(NamedTuple):
    """What a take is made of; every part but the camera is a nuisance."""

    camera: object
    haze: bool = False
    mover: bool = False
    parallax: bool = False
    exposure: float = 0.0
    grain: float = 1.0
    shutter: float = 0.0
    native: int = 24


def steady(tx=0.0, ty=0.0, z=0.0, r=0.0):
    """A camera that never changes its move."""
    return lambda t_s: (tx, ty, z, r)


def ramp(start, stop, length_s):
    """From one move to another, evenly."""
    a, b = np.array(start, float), np.array(stop, float)
    return lambda t_s: tuple(a + (b - a) * min(max(t_s / length_s, 0), 1))


def whip(tx, ty, at_s, length_s=0.5):
    """Stillness, a fast pan about ``at_s`` that swells and dies away, stillness."""

    def camera(t_s):
        phase = (t_s - at_s) / length_s
        swell = math.cos(math.pi * phase) ** 2 if abs(phase) < 0.5 else 0.0
        return tx * swell, ty * swell, 0.0, 0.0

    return camera


def handheld(seed, size=0.02):
    """A slow drift with the sway of a hand."""
    rng = np.random.default_rng(seed)
    hz, phase = rng.uniform(0.3, 2.2, (5, 4)), rng.uniform(0, 6.3, (5, 4))
    much = rng.normal(0, size, (5, 4)) * [1, 1, 1, 0.6]
    drift = rng.normal(0, 2 * size, 4)

    def camera(t_s):
        return tuple(drift + (much * np.sin(2 * np.pi * hz * t_s + phase)).sum(axis=0))

    return camera


def take(seed, shot, frames=48, rate=24, height=90, width=160):
    """Return the frames of a shot; one with a lower native rate is held."""
    count = max(1, math.ceil(frames * shot.native / rate))
    made = _native(seed, shot, count, shot.native, height, width)
    picked = [k * shot.native // rate for k in range(frames)]
    return Take([made.frames[n] for n in picked], made.truth[picked])


def _native(seed, shot, count, rate, height, width):
    rng = np.random.default_rng(seed + 1000)
    ground = _ground(seed, shot, height, width)
    near = ndimage.spline_filter(synth.texture(seed + 1, height, width))
    mask = ndimage.gaussian_filter(synth.texture(seed + 2, height, width), 9) > 136
    subject = synth.texture(seed + 3, height, width)
    path = _Path(shot.camera, count / rate)
    out, truth = [], []
    for k in range(count):
        t_s = k / rate
        subs = 8 if shot.shutter else 1
        # The shutter is open about the frame's instant.
        instants = t_s + shot.shutter * ((np.arange(subs) + 0.5) / subs - 0.5) / rate
        picture = np.mean(
            [_shown(ground, path(t), height, width) for t in instants], axis=0
        )
        if shot.parallax:
            picture = _with_front(picture, near, mask, path(t_s), height, width)
        if shot.mover:
            picture = _with_subject(picture, subject, t_s, height, width)
        picture = picture * (1 + shot.exposure * (t_s - 1) / 2)
        picture = picture + rng.normal(0, shot.grain, picture.shape)
        out.append(np.clip(np.rint(picture), 0, 255).astype(np.uint8))
        truth.append(shot.camera(t_s))
    return Take(out, np.array(truth))


def _ground(seed, shot, height, width):
    base = synth.texture(seed, height, width)
    if shot.haze:
        base = ndimage.gaussian_filter(base, 2)
        base = 150 + 14 * (base - base.mean()) / base.std()
    return ndimage.spline_filter(base)


class _Path:
    """Where the picture has got to: p' = s p + t, from the middle of the take."""

    def __init__(self, camera, length_s):
        margin = 0.1
        self.times = np.arange(-margin, length_s + margin, 1 / _STEPS_PER_S)
        linear, shift = [1 + 0j], [0j]
        for t_s in self.times[:-1]:
            tx, ty, z, r = camera(t_s + 0.5 / _STEPS_PER_S)
            grow = np.exp(complex(z, r) / _STEPS_PER_S)
            linear.append(linear[-1] * grow)
            step = complex(tx, ty) / _STEPS_PER_S
            shift.append(shift[-1] * grow + step * (1 + grow) / 2)
        s, t = np.array(linear), np.array(shift)
        # Begin so that the take is centred on the texture.
        middle = len(s) // 2
        self.linear, self.shift = s / s[middle], t - s / s[middle] * t[middle]

    def __call__(self, t_s):
        s = np.interp(t_s, self.times, self.linear)
        t = np.interp(t_s, self.times, self.shift)
        return s, t


def _shown(coefficients, move, height, width, order=3):
    s, t = move
    back = 1 / s
    swap = np.array([[back.real, back.imag], [-back.imag, back.real]])
    middle_out = np.array([(height - 1) / 2, (width - 1) / 2])
    middle_in = (np.array(coefficients.shape) - 1) / 2
    offset = middle_in - swap @ (middle_out + np.array([t.imag, t.real]) * width)
    return ndimage.affine_transform(
        coefficients,
        swap,
        offset,
        output_shape=(height, width),
        order=order,
        mode="mirror",
        prefilter=False,
    )


def _with_front(picture, near, mask, move, height, width):
    # The nearer layer moves half as far again.
    s, t = move
    front = (s**1.5, t * 1.5)
    over = _shown(near, front, height, width)
    shape = _shown(mask.astype(float), front, height, width, order=1)
    lower = np.linspace(-0.6, 1.1, height)[:, None] > 0.35
    share = shape * lower
    return picture * (1 - share) + over * share


def _with_subject(picture, subject, t_s, height, width):
    out = picture.copy()
    left = int(width * (0.1 + 0.25 * t_s))
    part = subject[30 : 30 + height // 2, 40 : 40 + width // 5]
    right = min(width, left + part.shape[1])
    if left < right:
        out[height // 3 : height // 3 + part.shape[0], left:right] = part[
            :, : right - left
        ]
    return out


# Faults of generated takes ---------------------------------------------------------


def morphing(frames, count=8, size_px=3.0, seed=0):
    """The first frames bend at random, most of all the first one."""
    rng = np.random.default_rng(seed)
    height, width = frames[0].shape
    y, x = np.mgrid[:height, :width].astype(float)
    out = list(frames)
    for k in range(count):
        share = size_px * (1 - k / count)
        bend = [
            ndimage.gaussian_filter(rng.normal(size=(height, width)), height / 10)
            for _ in range(2)
        ]
        dy, dx = (share * b / np.abs(b).std() for b in bend)
        out[k] = ndimage.map_coordinates(
            frames[k].astype(float), [y + dy, x + dx], order=1, mode="nearest"
        ).astype(np.uint8)
    return out


def blurred(frames, count=8, size_px=1.5):
    """The first frames are soft and come into focus."""
    out = list(frames)
    for k in range(count):
        sigma = size_px * (1 - k / (count + 2))
        soft = ndimage.gaussian_filter(frames[k].astype(float), sigma)
        out[k] = soft.astype(np.uint8)
    return out


def pale(frames, count=8):
    """The first frames lack contrast and light, most of all the first one."""
    out = list(frames)
    for k in range(count):
        share = 0.5 * (1 - k / (count + 2))
        out[k] = np.rint(frames[k] * (1 - share) + 70 * share).astype(np.uint8)
    return out


def wobbling(frames, count=10, size_px=2.0, hz=5.0, rate=24, seed=0):
    """The first frames shake to and fro."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 6.3)
    out = list(frames)
    for k in range(count):
        sway = size_px * math.sin(2 * math.pi * hz * k / rate + rng.uniform(0, 1))
        move = sway * np.array([math.sin(angle), math.cos(angle)])
        out[k] = ndimage.shift(
            frames[k].astype(float), move, order=1, mode="nearest"
        ).astype(np.uint8)
    return out


def frozen(frames, count=8):
    """The last frames are all the same."""
    return list(frames[:-count]) + [frames[-count - 1]] * count
