"""To an editor and from one: files written for it, and files of it read.

``targets`` exports, by the ``writers`` of each target; ``roads`` says what becomes of
carries on the way: ``bake`` renders those in ``windows``, ``native`` makes keyframes of
them, wherever ``sites`` finds one. ``retimed`` renders speeds that a format has not,
``rendered`` is what such files have in common. ``captions`` are written beside.
``reading`` reads what ``sniff`` tells apart.
"""

from __future__ import annotations

from otio_genai.export.reading import read, read_timeline
from otio_genai.export.roads import FRACTURES, Fractures
from otio_genai.export.targets import CARRIES, export
from otio_genai.export.writers import TARGETS, target_of

__all__ = [
    "CARRIES",
    "FRACTURES",
    "TARGETS",
    "Fractures",
    "export",
    "read",
    "read_timeline",
    "target_of",
]
