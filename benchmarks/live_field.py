"""The field that the benchmarks of the live show are given: coded takes, any size."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.support import fields

FRAMES = 144


def coded(folder: Path, slots: int, takes: int, share: float) -> Path:
    """Write a field of coded takes of which so many joins are carries.

    Their pictures are small and are scaled to the show's size; a show costs the same.
    """
    path = folder / "field.otio"
    if not path.exists():
        kinds, owed = [], 0.0
        for _ in range(slots - 1):
            owed += share
            kinds.append("carry" if owed >= 1 else "match")
            owed -= owed >= 1
        # A code has room for 256 takes of ten a slot.
        made = fields.coded(
            folder / "takes", slots, takes, frames=FRAMES, kinds=kinds,
            lengths=(1.0, 3.0),
        )  # fmt: skip
        path.write_text(made.to_json_string(), encoding="utf-8")
    return path
