"""To an editor and from one: files written for it, and files of it read.

``targets`` writes, ``reading`` reads.
"""

from __future__ import annotations

from otio_genai.export.reading import read_timeline
from otio_genai.export.targets import TARGETS, export

__all__ = ["TARGETS", "export", "read_timeline"]
