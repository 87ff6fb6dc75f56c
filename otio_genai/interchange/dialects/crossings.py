"""Transitions as either dialect spells them."""

from __future__ import annotations

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.dialects import resolve_out
from otio_genai.interchange.dialects.names import SPACES, Dialect, strip
from otio_genai.interchange.layout import Fade
from otio_genai.interchange.rebuild import Laid, Place

__all__ = ["dress_transition"]

_DISSOLVE = otio.schema.TransitionTypes.SMPTE_Dissolve


def dress_transition(
    made: otio.schema.Transition,
    fade: Fade,
    laid: Laid,
    dialect: Dialect,
    account: Account,
) -> None:
    """Give a transition the dialect's metadata, in place.

    What came from this very format is given back; any other kind becomes a dissolve.
    """
    span = (fade.cut - fade.before, fade.cut + fade.after)
    place = Place(laid.name, clean(made.name), span)
    sound = laid.track.kind == otio.schema.TrackKind.Audio
    foreign = metadata.read(made, "effect") or {}
    carry = metadata.read(made, "carry") or {}
    curve = str(metadata.read(made, "curve") or "gain")
    strip(made)
    made.name = clean(made.name)
    if foreign.get("format") == f"otio-{dialect}" and foreign.get("data"):
        made.metadata[SPACES[dialect]] = foreign["data"]
        return
    kind = str(carry.get("kind") or "dissolve")
    other = made.transition_type != _DISSOLVE
    if kind not in ("dissolve", "fade") or (other and not carry):
        named = kind if carry else made.name or made.transition_type
        account.add(
            f"transition {named!r}",
            "approximated",
            "a crossfade" if sound else "a cross dissolve",
            "Render it, or choose a dissolve.",
            **place.report(),
        )
    made.transition_type = _DISSOLVE
    if sound:
        _crossfade(made, curve, dialect, account)
    elif not made.name or other:
        made.name = "Cross Dissolve"


def _crossfade(
    made: otio.schema.Transition, curve: str, dialect: Dialect, account: Account
) -> None:
    if dialect == "resolve":
        space = resolve_out.transition_space(curve)
        made.metadata[SPACES[dialect]] = space
        made.name = space["Transition Type"].replace("DB", " dB")
        return
    made.name = "Constant Power" if curve == "power" else "Constant Gain"
    account.note(
        "Whether Premiere reads the kind of a crossfade from .otio is not established."
    )
