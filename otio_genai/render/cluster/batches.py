"""Neighbouring segments put together until they are worth a task."""

from __future__ import annotations

from collections.abc import Sequence

from otio_genai.render.workers import Job

__all__ = ["batches", "cost_px"]


def cost_px(job: Job) -> int:
    """Return the pixels that a segment encodes."""
    width, height = job.recipe["size"]
    return job.frames * int(width) * int(height)


def batches(costs: Sequence[int], enough: int) -> list[list[int]]:
    """Return places in order, put together until their costs are enough.

    Neighbours, since they read the same files.

    Examples
    --------
    >>> batches([3, 3, 3, 9, 1], 5)
    [[0, 1], [2, 3], [4]]
    """
    found: list[list[int]] = []
    held = enough
    for place, cost in enumerate(costs):
        if held >= enough:
            found.append([])
            held = 0
        found[-1].append(place)
        held += cost
    return found
