"""What stands for a medium in a format that knows nothing but addresses."""

from __future__ import annotations

import math

import opentimelineio as otio

from otio_genai import rates
from otio_genai.interchange.account import Account
from otio_genai.interchange.layout import Spot
from otio_genai.interchange.rebuild import Place

__all__ = ["address"]


def address(
    reference: otio.core.MediaReference, spot: Spot, account: Account, place: Place
) -> str:
    """Return the address of a medium; empty for one that is offline or generated.

    What is more than a file is told: a generated picture, a sequence of images.
    """
    if isinstance(reference, otio.schema.GeneratorReference):
        if reference.generator_kind != "SMPTEBars" or dict(reference.parameters):
            gets = "an offline clip of its name"
            remedy = "Render it to a file and place that."
            account.add("generator", "approximated", gets, remedy, **place.report())
        return ""
    if isinstance(reference, otio.schema.ImageSequenceReference):
        gets = "the images that are used, by their first and last number"
        account.add("image sequence", "approximated", gets, **place.report())
        return _images(reference, spot)
    return getattr(reference, "target_url", None) or ""


def _images(reference: otio.schema.ImageSequenceReference, spot: Spot) -> str:
    """Return the address of the images that a clip uses, as EDLs spell them."""
    step = max(1, int(reference.frame_step))
    rate = rates.rate(reference.rate) / step
    low_s, high_s = spot.reach_s()
    first, last = math.floor(low_s * rate), math.ceil(high_s * rate) - 1
    numbers = (reference.start_frame + k * step for k in (first, max(first, last)))
    padding = max(0, int(reference.frame_zero_padding))
    span = "-".join(f"{number:0{padding}d}" for number in numbers)
    base = reference.target_url_base
    base += "" if not base or base.endswith("/") else "/"
    return f"{base}{reference.name_prefix}[{span}]{reference.name_suffix}"
