"""Every kind of segment a film can have, as pieces of a timeline of coded takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.maps import carry
from tests.render.building import clip, dissolve, gap

__all__ = ["SIZE", "STILL", "Section", "every_kind"]

SIZE = (192, 108)
#: The take number that the still carries.
STILL = 200


@dataclass(frozen=True)
class Section:
    """A piece of the film that shows one kind of segment."""

    kind: str
    frames: int
    lower: Sequence[Any]
    upper: Sequence[Any]


def every_kind(takes: list[Path], still: Path, rate: Fraction) -> list[Section]:
    """Return a section for every kind; each begins and ends in a plain frame or black.

    Parameters
    ----------
    takes
        takeN.mp4 at different rates, of 12 seconds.
    still
        The same as a still.
    """

    def piece(take: int, start: int, length: int, **kept: Any) -> otio.schema.Clip:
        return clip(takes[take], start, length, rate, **kept)

    def section(
        kind: str, frames: int, lower: Sequence[Any], upper: Sequence[Any] = ()
    ) -> Section:
        return Section(kind, frames, lower, upper or [gap(frames, rate)])

    dip = dissolve(4, 4, rate)
    metadata.put(dip, "carry", {"kind": "dip", "colour": [0, 0, 0]})
    sweep = dissolve(1, 1, rate)
    motions = (0.3, 0.1, 0.05, 0.02), (0.1, -0.2, 0, 0.05)
    aspect = SIZE[1] / SIZE[0]
    made = carry.recipe(*motions, aspect=aspect, half_frames=4, rate=rate)
    metadata.put(sweep, "carry", made)
    moves = {"fit": "cover", "keys": [[0, 0.6, -0.05, 0.02, 0], [11, 0.9, 0.02, 0, 0]]}
    reaches = [[0, 0.25], [7, 0.75]]
    every = range(len(takes))
    return [
        section("cut", 7 * len(takes), [piece(n, 2 + n, 7) for n in every]),
        section(
            "dissolve", 24, [piece(2, 4, 12), dissolve(3, 4, rate), piece(5, 9, 12)]
        ),
        section(
            "to itself", 24, [piece(6, 4, 12), dissolve(3, 3, rate), piece(6, 30, 12)]
        ),
        section("dip", 24, [piece(0, 5, 12), dip, piece(3, 8, 12)]),
        section("fade in", 14, [gap(4, rate), dissolve(0, 5, rate), piece(4, 6, 10)]),
        section("fade out", 14, [piece(1, 6, 10), dissolve(5, 0, rate), gap(4, rate)]),
        section("carry", 26, [piece(2, 3, 12), sweep, piece(3, 2, 14)]),
        section("still", 10, [clip(still, 0, 10, rate)]),
        section("camera", 12, [piece(4, 3, 12, framing=moves)]),
        section("see-through", 16, *_over(piece, reaches, rate)),
        section("title", 12, [piece(2, 20, 12)], [_title(12, rate)]),
        section(
            "retimed",
            20,
            [_retimed(piece(2, 4, 10), "3/2"), _retimed(piece(5, 4, 10), "1/2")],
        ),
        section("reversed", 12, [_retimed(piece(3, 10, 12), "-1")]),
        section("frozen", 8, [_frozen(piece(6, 10, 8))]),
        section("gap", 6, [gap(6, rate)]),
        section("cut", 7, [piece(2, 40, 7)]),
    ]


def _over(piece: Any, reaches: list[list[float]], rate: Fraction) -> tuple[Any, Any]:
    upper = [gap(4, rate), piece(5, 12, 8, opacity=reaches), gap(4, rate)]
    return [piece(2, 30, 16)], upper


def _retimed(made: otio.schema.Clip, factor: str) -> otio.schema.Clip:
    made.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(Fraction(factor))))
    return made


def _frozen(made: otio.schema.Clip) -> otio.schema.Clip:
    made.effects.append(otio.schema.FreezeFrame())
    return made


def _title(frames: int, rate: Fraction) -> otio.schema.Clip:
    written = {"text": "title", "position": [0.5, 0.75], "size": 300}
    written["color"] = [1.0, 0.2, 0.0]
    drawn = otio.schema.GeneratorReference("title", "title", parameters=written)
    return otio.schema.Clip("title", drawn, rates.span(0, frames, rate))
