"""Transitions as items of the format, and back.

Conventions
    A cross dissolve, a dip to black, and the two crossfades of sounds have a form of
    their own in a timeline. Any other transition is a ``Custom_Transition`` whose
    metadata ``effect`` keeps what the file says of it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.layout import Fade
from otio_genai.interchange.xmeml.dialects import Table
from otio_genai.interchange.xmeml.effects import DIP_EFFECT
from otio_genai.interchange.xmeml.model import MediaType, Rate, TransitionItem

__all__ = ["CROSSFADES", "DISSOLVE", "fade_item", "kept_effect"]

DISSOLVE = "Cross Dissolve"
#: Effect id of the crossfade of each curve: of straight gains, of equal power.
CROSSFADES = {
    "gain": "KGAudioTransCrossFade0dB",
    "power": "KGAudioTransCrossFade3dB",
}
_CROSSFADE_NAMES = {"gain": "Cross Fade ( 0dB)", "power": "Cross Fade (+3dB)"}


def fade_item(
    fade: Fade,
    mediatype: MediaType,
    rate: Rate,
    rules: Table,
    account: Account | None,
    track: str,
) -> TransitionItem:
    """Return the item of a transition.

    Parameters
    ----------
    fade
        The transition where it stands.
    mediatype, rate
        Kind of its track, and rate of the sequence.
    rules
        The dialect.
    account, track
        Where to name what changes, and the track's name; None when it was named.
    """
    alignment = _alignment(fade)
    if account is not None:
        _report(fade, mediatype, alignment, rules, account, track)
    name, effect_id = _effect(fade, mediatype)
    kept = kept_effect(fade.transition) or {}
    ticks = rates.ticks(fade.before / rate.exact) if rules.extensions else None
    return TransitionItem(
        fade.cut - fade.before,
        fade.cut + fade.after,
        alignment or "center",
        rate,
        effect_id,
        name,
        mediatype,
        ticks,
        tree=kept.get("effect"),
    )


def kept_effect(transition: otio.schema.Transition) -> dict[str, Any] | None:
    """Return what a transition keeps of a file of this format."""
    kept = metadata.read(transition, "effect")
    ours = isinstance(kept, dict) and kept.get("format") == "xmeml" and kept.get("id")
    return kept if ours else None


def _carry(fade: Fade) -> str:
    kept = metadata.read(fade.transition, "carry")
    return str(kept.get("kind", "")) if isinstance(kept, dict) else ""


def _effect(fade: Fade, mediatype: MediaType) -> tuple[str, str]:
    """Return the (name, id) of a transition's effect."""
    kept = kept_effect(fade.transition)
    if kept is not None:
        return clean(str(kept.get("name") or kept["id"])), clean(str(kept["id"]))
    if mediatype == "audio":
        curve = metadata.read(fade.transition, "curve")
        curve = curve if curve in CROSSFADES else "gain"
        return _CROSSFADE_NAMES[curve], CROSSFADES[curve]
    # Between a picture and black a dissolve is a fade already.
    dip = _carry(fade) == "dip" and not fade.black
    return (DIP_EFFECT, DIP_EFFECT) if dip else (DISSOLVE, DISSOLVE)


def _alignment(fade: Fade) -> str:
    """Return the name of where the cut lies; empty when there is none."""
    if fade.black:
        return f"{fade.black}-black"
    if fade.before == 0:
        return "start"
    if fade.after == 0:
        return "end"
    return "center" if fade.before == (fade.before + fade.after) // 2 else ""


def _report(
    fade: Fade,
    mediatype: MediaType,
    alignment: str,
    rules: Table,
    account: Account,
    track: str,
) -> None:
    def add(feature: str, gets: str, remedy: str) -> None:
        account.add(
            feature,
            "approximated",
            gets,
            remedy,
            track=track,
            item=clean(fade.transition.name),
            span=(fade.cut - fade.before, fade.cut + fade.after),
        )

    kind = fade.transition.transition_type
    trusted = rules.extensions
    if _carry(fade) == "carry" and mediatype == "video":
        remedy = "Render the film to keep its movement."
        add("carry", "the carry as a cross dissolve", remedy)
    elif kept_effect(fade.transition) is not None:
        if not trusted:
            gets = "an effect that the editor may show as a cross dissolve"
            add("transition type", gets, "Render the join to keep it.")
    elif kind != otio.schema.TransitionTypes.SMPTE_Dissolve:
        gets = "a cross dissolve over the same frames"
        add("transition type", gets, "Render the join to keep it.")
    if _effect(fade, mediatype)[1] == DIP_EFFECT and not trusted:
        gets = "a dip that the editor may show as a cross dissolve"
        add("dip", gets, "Render the film to keep it.")
    if not alignment and not trusted:
        gets = "the same pictures, with the cut in the middle of the dissolve"
        add("transition's cut", gets, "Use equal offsets.")
    if mediatype == "audio" and not trusted:
        gets = "a crossfade the editor may drop"
        add("sound crossfade", gets, "Write the fade as levels.")


def offsets(item: TransitionItem, rate: Fraction) -> int:
    """Return the record frames of a transition before its cut."""
    length = item.end_frames - item.start_frames
    if item.cut_ticks is not None:
        ticks_s = Fraction(item.cut_ticks, rates.TICKS_PER_SECOND)
        before = rates.frames_at(ticks_s, rate)
    elif item.alignment.startswith("start"):
        before = 0
    elif item.alignment.startswith("end"):
        before = length
    else:
        before = length // 2
    return min(max(before, 0), length)
