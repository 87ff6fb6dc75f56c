"""Pictures of the live show: prepared takes, joins made as they are needed.

``format`` says how all of them are encoded; ``mezzanines`` prepares every take once
(``whole``, ``making``), ``mezzanine`` and ``packets`` read them where they lie;
``reel`` makes one film of them as it is drawn (``cutting``, ``laid``), ``joins``
renders what no take has, ``atlas`` keeps it and ``beforehand`` fills it; ``fmp4``
wraps all of it for players.
"""

from __future__ import annotations

from otio_genai.live.picture.atlas import Atlas
from otio_genai.live.picture.beforehand import Built, build_atlas
from otio_genai.live.picture.format import Format
from otio_genai.live.picture.joins import Job, render_request
from otio_genai.live.picture.mezzanine import Mezzanine
from otio_genai.live.picture.mezzanines import Mezzanines, prepare
from otio_genai.live.picture.reel import Part, Reel

__all__ = [
    "Atlas",
    "Built",
    "Format",
    "Job",
    "Mezzanine",
    "Mezzanines",
    "Part",
    "Reel",
    "build_atlas",
    "prepare",
    "render_request",
]
