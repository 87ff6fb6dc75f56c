"""Films with carries, of takes that are textures on the move."""

from fractions import Fraction

import numpy as np
import opentimelineio as otio

from otio_genai import maps, metadata, rates
from tests.render.building import clip, timeline

R = Fraction(24)
SIZE = (192, 108)
MOTIONS = ((-0.2, 0.1, 0, 0.1), (-0.44, 0.2, 0.2, 0.12))


def carry(half=6, rate=R, offsets=(6, 6), motions=MOTIONS):
    """A carry as assembly makes it."""
    made = otio.schema.Transition(
        "carry",
        "SMPTE_Dissolve",
        rates.time(offsets[0], rate),
        rates.time(offsets[1], rate),
    )
    recipe = maps.carry.recipe(
        *motions, aspect=SIZE[1] / SIZE[0], half_frames=half, rate=rate
    )
    metadata.put(made, "carry", recipe)
    return made


def carried(takes, *, upper=(), lengths=(30, 30, 30), half=6, offsets=(6, 6)):
    """A film of three clips with a carry at each cut, and tracks above it."""
    first, second, third = takes[:3]
    items = [
        clip(first, 8, lengths[0]),
        carry(half, offsets=offsets),
        clip(second, 8, lengths[1]),
        carry(half, offsets=offsets, motions=MOTIONS[::-1]),
        clip(third, 8, lengths[2]),
    ]
    return timeline(items, *upper, audio=[[clip(first, 0, 60)]], size=SIZE)


def psnr(one, other):
    """Peak signal to noise of two pictures, dB; 99 for equal ones."""
    error = np.mean((one.astype(np.float64) - other.astype(np.float64)) ** 2)
    return 99.0 if error == 0 else 10 * np.log10(255**2 / error)


def seen(film):
    """What each record frame shows, without the clips' identities."""
    return [
        tuple((a.url, a.source_frame, a.weight, a.sweep) for a in layers)
        for layers in maps.picture_map(film)
    ]
