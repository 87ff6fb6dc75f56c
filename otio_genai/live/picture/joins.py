"""Pictures that no take has: joins and fades, rendered while the film plays.

Aim
    The frames are those of the renderer: the same plan of the same timeline, the same
    composer, so that a film that was watched and its render differ by their encoding
    alone. What has to be known is told in a recipe that another process can read.
"""

from __future__ import annotations

import functools
import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from otio_genai.errors import LiveError
from otio_genai.live.picture.packets import Packets
from otio_genai.render.segments import key as key_of
from otio_genai.render.work import Maker

__all__ = ["Before", "Job", "job_of", "render_request"]

# Milliseconds of one processor for a megapixel, measured at 720p with grain: a frame
# decoded and encoded, each further layer of it, a layer that is swept. A first guess.
_FRAME_MS, _LAYER_MS, _SWEEP_MS = 12.0, 5.0, 11.0
# Where a layer of a recipe tells its sweep.
_SWEEP = 6


@dataclass(frozen=True, slots=True)
class Before:
    """Prepared pictures with which a rendered stretch begins."""

    key: str
    "Of the file they lie in."
    path: str
    places: tuple[tuple[int, int], ...]
    "Offset and size of each."


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A stretch that can be rendered."""

    key: str
    "Hash of all that decides it."
    request: dict[str, Any]
    "What a process needs to render it; goes through pickle and JSON."
    dry: tuple[memoryview, ...] = field(repr=False)
    "The same record frames as they are prepared: a cut where the join would be."
    estimate_hint: float
    "About how many seconds of one processor it takes."


def job_of(
    recipe: Mapping[str, Any],
    before: Before | None,
    avcc: bytes,
    dry: Sequence[memoryview],
) -> Job:
    """Return a stretch that can be rendered.

    Parameters
    ----------
    recipe
        What its rendered frames show, as `otio_genai.render.segments.recipe` tells it.
    before
        The prepared pictures that go before them.
    avcc
        What the player was told.
    dry
        What is shown when it is not ready.
    """
    known = json.dumps([key_of(recipe), before and [before.key, before.places]])
    return Job(
        key=hashlib.sha256(known.encode()).hexdigest(),
        request={
            "recipe": dict(recipe),
            "before": before and [before.path, [list(one) for one in before.places]],
            "avcc": avcc.hex(),
        },
        dry=tuple(dry),
        estimate_hint=_work_s(recipe),
    )


def _work_s(recipe: Mapping[str, Any]) -> float:
    wide, high = recipe["size"]
    layers = [layer for frame in recipe["frames"] for layer in frame]
    swept = sum(len(one) > _SWEEP and one[_SWEEP] is not None for one in layers)
    frames = len(recipe["frames"])
    more = max(0, len(layers) - frames)
    spent_ms = _FRAME_MS * frames + _LAYER_MS * more + _SWEEP_MS * swept
    return float(spent_ms * wide * high * 1e-9)


def render_request(request: Mapping[str, Any]) -> list[bytes]:
    """Return the pictures of a stretch, each a sample.

    The process keeps what it has open for the next; it is meant for one thread.

    Parameters
    ----------
    request
        A job's.

    Raises
    ------
    LiveError
        They cannot follow what the player was told, or nothing can be written here.
    MediaError
        A take can no longer be read.
    RenderError
        The request is of another version.
    """
    maker = _maker()
    # For one join alone: whoever is late is killed, and leaves as little as can be.
    with tempfile.TemporaryDirectory(prefix="otio-genai-join-") as folder:
        path = Path(folder) / "join.mp4"
        maker.make(request["recipe"], nullcontext(path))
        maker.settle()
        made = Packets.of(path)
        avcc = made.avcc
        samples = [bytes(sample) for sample in made.samples(0, len(made))]
    if avcc.hex() != request["avcc"]:
        raise LiveError(
            "A join was encoded in another way than the takes.",
            remedy="Prepare the takes again with this version.",
        )
    return [*_before(request["before"]), *samples]


def _before(told: Sequence[Any] | None) -> list[bytes]:
    if not told:
        return []
    path, places = told
    first, last = places[0][0], sum(places[-1])
    try:
        with Path(path).open("rb") as stream:
            stream.seek(first)
            whole = stream.read(last - first)
    except OSError as error:
        raise LiveError(
            f"The prepared pictures cannot be read ({error.strerror}).", place=path
        ) from error
    return [whole[at - first : at - first + size] for at, size in places]


@functools.cache
def _maker() -> Maker:
    return Maker()
