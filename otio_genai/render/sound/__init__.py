"""The sound of a film: mixed block by block, brought to its loudness, encoded once.

Conventions
    float32, two channels, full scale ±1, samples counted from the film's start at
    48 kHz. Levels are amplitude factors, linear from key to key, exact at every sample.
    A mix is never clipped. With no loudness asked for, one constant gain turns the
    whole programme down where its true peak would pass -1 dBTP, and nothing is turned
    up; else one constant gain brings it to its loudness and a limiter holds its peaks.
"""

from __future__ import annotations

from otio_genai.render.sound.blocks import Folder, Keeper
from otio_genai.render.sound.loudness import AS_IT_IS, LoudnessTarget, target_for
from otio_genai.render.sound.mixer import Mixer, gains
from otio_genai.render.sound.peaks import CEILING_DBTP, safe_gain, true_peak
from otio_genai.render.sound.programme import Programme, programme
from otio_genai.render.sound.stems import Stems, stem_names, stems

__all__ = [
    "AS_IT_IS",
    "CEILING_DBTP",
    "Folder",
    "Keeper",
    "LoudnessTarget",
    "Mixer",
    "Programme",
    "Stems",
    "gains",
    "programme",
    "safe_gain",
    "stem_names",
    "stems",
    "target_for",
    "true_peak",
]
