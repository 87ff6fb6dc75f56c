"""A timeline made into a film: frames counted, nothing encoded twice.

``plan`` cuts the timeline into spans (``looks``: how its clips look), ``segments``
those into pieces with a recipe and a key each, ``work`` makes one from its recipe,
``making`` those that ``cache`` does not have: ``here``, in ``workers`` or on a
``cluster``. ``pictures`` fetches frames by number and lays them in place
(``placing``, ``geometry``); ``compose`` puts layers together: sums on ``planes``,
carries by ``carry`` and ``warp``, what has holes by ``layers``, moviepy's ``effects``.
``sound`` mixes and measures, ``film`` joins. ``bridge`` gives single frames,
``filmclip`` the film to moviepy.
"""

from __future__ import annotations

from otio_genai.render.bridge import frame_source, moviepy_clip, render_frame
from otio_genai.render.film import Rendered, render, render_film

__all__ = [
    "Rendered",
    "frame_source",
    "moviepy_clip",
    "render",
    "render_film",
    "render_frame",
]
