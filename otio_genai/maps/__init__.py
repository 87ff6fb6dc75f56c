"""What a timeline shows and sounds, frame by frame and sample by sample.

Aim
    One meaning for every timeline, ours or another editor's. `picture_map` and
    `sound_map` are what the renderer follows and what every round trip is held to.

Conventions
    Record frames are counted from 0 at the timeline's one rate (`record_rate`).
    Edges that fall between two record frames go to the nearest. A source frame is
    found by the one rule of `otio_genai.rates`; one beyond the media is the media's
    first or last frame, as editors hold it. In a dissolve of ``n = in + out`` record
    frames, the ``k``-th shows ``k / n`` of the incoming picture; in a dip the outgoing
    one is black by the middle, and the incoming one rises from there. A carry shows
    the outgoing picture up to the cut and the incoming one from it, both whole and
    swept (`otio_genai.maps.carry`). How a clip runs through its media, `speed` tells;
    a clip's opacity is part of its weight. Generators that are known are drawn
    (`Drawing`); titles, and pictures with alpha, lie over what is below them. Levels
    are amplitude factors, linear between keyframes.
"""

from otio_genai.maps import carry
from otio_genai.maps.cues import Cue, cues
from otio_genai.maps.drawn import SCHEME, Drawing, drawing, drawing_of
from otio_genai.maps.layout import clips, length_frames, record_rate
from otio_genai.maps.picture import STILL_SUFFIXES, Layer, picture_map
from otio_genai.maps.retime import Speed, speed
from otio_genai.maps.sound import SILENCE_DB, SoundSpan, gain, sound_map
from otio_genai.maps.sweep import Carry, Sweep

__all__ = [
    "SCHEME",
    "SILENCE_DB",
    "STILL_SUFFIXES",
    "Carry",
    "Cue",
    "Drawing",
    "Layer",
    "SoundSpan",
    "Speed",
    "Sweep",
    "carry",
    "clips",
    "cues",
    "drawing",
    "drawing_of",
    "gain",
    "length_frames",
    "picture_map",
    "record_rate",
    "sound_map",
    "speed",
]
