"""A timeline made into a film: frames counted, moviepy composing, one encode.

``plan`` cuts the timeline into spans, ``pictures`` fetches frames by number,
``compose`` lets moviepy put them together where there is more than one, ``sound``
mixes, ``film`` writes, ``bridge`` hands the whole film to moviepy. ``carry`` sweeps
pictures across a cut, by ``warp``.
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
