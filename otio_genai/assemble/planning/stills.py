"""Stills as material: the camera moves they may be given, and how those move.

Conventions
    A still has no time of its own: it lasts as long as wished, and its motion is that
    of its camera move, known exactly. Moves are steady, so that the motion at both
    ends is the same; zooms grow by a constant share a second (``e^(z t)``), pans run
    at a constant speed. Keys are ``(record frame, scale, x, y, rotation)`` as
    `otio_genai.render.geometry` reads them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import opentimelineio as otio
from numpy.typing import NDArray

from otio_genai import metadata
from otio_genai.analyse.motion import kappa
from otio_genai.assemble.planning.candidates import Colours, colours, family
from otio_genai.assemble.style import Style
from otio_genai.ingest import bin as bins

__all__ = ["Move", "Still", "stills"]

# A little larger than the frame, so that no edge shows by rounding.
_MARGIN = 1.02
# Linear keys follow a constant zoom within a thousandth when it grows less than this.
_KEY_GROWTH = 0.1
# Less than a match missed, more than a dissolve between unlike moves: so moves change
# where the film dissolves.
_TASTE = 0.2
# A still shown for a day has handles longer than any transition.
_ENDLESS_S = 86_400


@dataclass(frozen=True, slots=True)
class Move:
    """A steady camera move."""

    name: str
    zoom_per_s: float = 0.0
    "Growth of the picture, in 1/s; positive moves in."
    x_fw_s: float = 0.0
    "Motion of the picture to the right, in frame widths a second."
    y_fw_s: float = 0.0
    "Motion of the picture downwards."

    def vector(self, aspect: float) -> tuple[float, float, float, float]:
        """Return its motion vector in a film of ``aspect``, in fw/s."""
        return (self.x_fw_s, self.y_fw_s, kappa(aspect) * self.zoom_per_s, 0.0)

    def keys(
        self,
        length: int,
        rate: Fraction,
        aspect: float,
        handles: tuple[int, int] = (0, 0),
    ) -> tuple[tuple[float, ...], ...]:
        """Return the framing keys of a shot of ``length`` record frames.

        Parameters
        ----------
        length
            Record frames from cut to cut.
        rate
            The film's rate.
        aspect
            Height over width of the film.
        handles
            Record frames shown before and after: a dissolve does not stop a camera.
        """
        head, tail = handles
        whole = head + length + tail
        length_s = float(whole / rate)
        growth = self.zoom_per_s * length_s
        reach_x, reach_y = self.x_fw_s * length_s / 2, self.y_fw_s * length_s / 2
        # Room to pan in: what the picture's edge must reach beyond the frame's.
        least = max(1 + 2 * abs(reach_x), 1 + 2 * abs(reach_y) / aspect, _MARGIN)
        start = least * math.exp(max(0.0, -growth))
        parts = max(1, math.ceil(abs(growth) / _KEY_GROWTH))
        # On whole frames, each as far on its way as its frame is.
        frames = [round(whole * part / parts) for part in range(parts + 1)]
        return tuple(
            (
                frame - head,
                round(start * math.exp(growth * frame / whole), 6),
                round(reach_x * (2 * frame / whole - 1), 6) + 0.0,
                round(reach_y * (2 * frame / whole - 1), 6) + 0.0,
                0.0,
            )
            for frame in dict.fromkeys(frames)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """One still of the bin, with the moves it may be given."""

    clip: otio.schema.Clip
    "The bin's clip."
    rate: Fraction
    "The film's rate."
    longest: int
    "Longest shot it may fill, in record frames."
    moves: tuple[Move, ...]
    "What the camera may do."
    aspect: float
    "Height over width of the film."
    colours: Colours
    "Its colours."
    family: str
    "What it has in common with other pictures of its kind."
    tastes: NDArray[np.float64]
    "What each move costs beside its joins, shape (moves,): a little, by chance."
    still = True
    confidence = 1.0

    @property
    def name(self) -> str:
        """Name of its clip."""
        return str(self.clip.name)

    @property
    def first(self) -> int:
        """First record frame worth using: any."""
        return 0

    @property
    def last(self) -> int:
        """Record frame after the last worth using."""
        return self.longest

    @property
    def end(self) -> int:
        """Record frame after the last that exists."""
        return math.floor(_ENDLESS_S * self.rate)

    @property
    def usable_frames(self) -> int:
        """Longest shot it can fill, in record frames."""
        return self.longest

    @property
    def energy(self) -> float:
        """How much moves in it, in fw/s."""
        return float(np.linalg.norm(self.vectors, axis=1).mean())

    @property
    def sketch(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Motion of its first move at both ends, shape (4,) each."""
        first = self.vectors[0]
        return first, first

    def way_of(self, keys: Sequence[Sequence[float]]) -> int:
        """Return the move that comes nearest to framing keys."""
        seen = np.zeros(4)
        if len(keys) > 1:
            (first, start, x, y, _), (last, end, to_x, to_y, _) = keys[0], keys[-1]
            length_s = float((last - first) / self.rate) or 1.0
            zoom = kappa(self.aspect) * math.log(end / start)
            seen = np.array([to_x - x, to_y - y, zoom, 0.0]) / length_s
        return int(np.linalg.norm(self.vectors - seen, axis=1).argmin())

    @property
    def vectors(self) -> NDArray[np.float64]:
        """Motion of each move, shape (moves, 4)."""
        return np.array([move.vector(self.aspect) for move in self.moves])


def stills(
    found: otio.schema.SerializableCollection,
    rate: Fraction,
    film_aspect: float,
    style: Style,
    seed: int = 0,
) -> tuple[Still, ...]:
    """Return the bin's stills, in its order.

    Parameters
    ----------
    found
        The bin.
    rate
        The film's rate.
    film_aspect
        Height over width of the film.
    style
        Its camera moves.
    seed
        Of the chance that keeps a film of stills from moving one way throughout.
    """
    rng = np.random.default_rng(seed)
    known = moves(style, film_aspect)
    longest = max(1, math.floor(Fraction(style.max_shot_s) * rate))
    return tuple(
        _still(clip, rate, longest, film_aspect, known, _TASTE * rng.random(len(known)))
        for clip in bins.entries(found, "still")
    )


def _still(
    clip: otio.schema.Clip,
    rate: Fraction,
    longest: int,
    aspect: float,
    known: tuple[Move, ...],
    tastes: NDArray[np.float64],
) -> Still:
    kept: dict[str, Any] = metadata.get(clip.media_reference)
    return Still(
        clip=clip,
        rate=rate,
        longest=longest,
        moves=known,
        aspect=aspect,
        colours=colours(kept),
        family=family(kept),
        tastes=tastes,
    )


def moves(style: Style, aspect: float) -> tuple[Move, ...]:
    """Return what the camera may do on stills, as the style has it.

    Across the frame's short side it moves so much slower that both ways cost the same
    share of the picture.
    """
    zoom, speed = style.still_zoom_per_s, style.still_pan_fw_s
    pan, tilt = speed * min(1.0, 1 / aspect), speed * min(1.0, aspect)
    held = Move("hold")
    pushes = (Move("push in", zoom), Move("pull out", -zoom))
    if style.still_moves == "hold":
        return (held,)
    if style.still_moves == "push":
        return pushes
    pans = (
        Move("pan right", x_fw_s=-pan),
        Move("pan left", x_fw_s=pan),
        Move("tilt down", y_fw_s=-tilt),
        Move("tilt up", y_fw_s=tilt),
    )
    return _distinct((*pushes, *pans, held))


def _distinct(found: Sequence[Move]) -> tuple[Move, ...]:
    # At speed 0 every move is a hold.
    kept: dict[tuple[float, float, float], Move] = {}
    for move in found:
        kept.setdefault((move.zoom_per_s, move.x_fw_s, move.y_fw_s), move)
    return tuple(kept.values())
