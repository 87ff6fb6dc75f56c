"""Transitions of a document as OpenTimelineIO's."""

from __future__ import annotations

from fractions import Fraction
from xml.etree.ElementTree import Element

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.account import clean
from otio_genai.interchange.fcpxml.document import Document
from otio_genai.interchange.fcpxml.reports import Reports
from otio_genai.interchange.fcpxml.scene import Joint
from otio_genai.interchange.fcpxml.sources import kept_effect
from otio_genai.interchange.fcpxml.values import (
    AUDIO_CROSSFADE,
    CROSS_DISSOLVE,
    FADE_TO_COLOR,
    color_values,
)

__all__ = ["transition"]


def transition(
    joint: Joint,
    kind: str,
    rate: Fraction,
    document: Document,
    reports: Reports,
) -> otio.schema.Transition | None:
    """Return what a transition does to pictures or to sounds; None when nothing.

    One that states no filter at all is a cross dissolve of both.
    """
    filters = [c for c in joint.element if c.tag in ("filter-video", "filter-audio")]
    wanted = "filter-video" if kind == "Video" else "filter-audio"
    mine = [child for child in filters if child.tag == wanted]
    if filters and not mine:
        return None
    element = mine[0] if mine else None
    effect = None if element is None else document.effects.get(element.get("ref", ""))
    cut = rates.frames_at(joint.cut_s, rate)
    first = rates.frames_at(joint.cut_s - joint.in_s, rate)
    last = rates.frames_at(joint.cut_s + joint.out_s, rate)
    if first == last:
        reports.add("transition", "dropped", "a cut", joint.element)
        return None
    name = joint.element.get("name") or (element is not None and element.get("name"))
    made = otio.schema.Transition(
        clean(name or "Cross Dissolve"),
        otio.schema.TransitionTypes.SMPTE_Dissolve,
        rates.time(cut - first, rate),
        rates.time(last - cut, rate),
    )
    if kind == "Video":
        _picture(made, element, effect, reports)
    else:
        _sound(made, element, effect, reports)
    return made


def _known(element: Element | None, effect: Element | None, *names: str) -> bool:
    """Tell whether an effect is one of Final Cut's own, by its uid or its name."""
    if element is None:
        return True
    said = {element.get("name") or ""}
    if effect is not None:
        said |= {effect.get("uid") or "", effect.get("name") or ""}
    return bool(said & set(names))


def _picture(
    made: otio.schema.Transition,
    element: Element | None,
    effect: Element | None,
    reports: Reports,
) -> None:
    if element is None or _known(element, effect, *CROSS_DISSOLVE):
        return
    if _known(element, effect, *FADE_TO_COLOR):
        colors = [color_values(p.get("value")) for p in element.findall("param")
                  if p.get("name") == "Color"]  # fmt: skip
        color = next((found[:3] for found in colors if found), [0, 0, 0])
        metadata.put(made, "carry", {"kind": "dip", "colour": color})
        return
    made.transition_type = otio.schema.TransitionTypes.Custom
    metadata.put(made, "effect", kept_effect(element, effect))


def _sound(
    made: otio.schema.Transition,
    element: Element | None,
    effect: Element | None,
    reports: Reports,
) -> None:
    # Final Cut's own crossfade is of equal power.
    metadata.put(made, "curve", "power")
    if not _known(element, effect, *AUDIO_CROSSFADE):
        metadata.put(
            made,
            "effect",
            kept_effect(element, effect) if element is not None else None,
        )
