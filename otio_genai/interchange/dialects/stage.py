"""What reading either dialect needs everywhere: the editor, the rate, the account."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.interchange.account import Account
from otio_genai.interchange.dialects.keys import space_of
from otio_genai.interchange.dialects.premiere_values import SPACE as PREMIERE
from otio_genai.interchange.dialects.resolve_values import SPACE as RESOLVE
from otio_genai.interchange.dialects.sizes import Size
from otio_genai.interchange.rebuild import Place

__all__ = ["Stage"]

_MOST_CHANNELS = 64
_SAID = {
    "offline": "{} clips were offline in Resolve; their media are addressed as it "
    "remembered them.",
    "off": "{} effects that are switched off were left out.",
}


@dataclass(slots=True)
class Stage:
    """The dialect, the record rate, the film's size, and the account."""

    space: str
    rate: Fraction
    account: Account
    size: Size | None
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def premiere(self) -> bool:
        """True for Premiere's dialect."""
        return self.space == PREMIERE

    @property
    def format(self) -> str:
        """The name under which foreign effects are kept."""
        return "otio-premiere" if self.premiere else "otio-resolve"

    def count(self, what: str) -> None:
        """Count something that is said once for all."""
        self.counts[what] += 1

    def say_counts(self) -> None:
        """Put what was counted into the account."""
        for what, number in sorted(self.counts.items()):
            self.account.note(_SAID[what].format(number))

    def marker(self, marker: otio.schema.Marker) -> None:
        """Bring a marker's note to its comment, in place."""
        kept = space_of(marker, RESOLVE)
        note = kept.get("Note") if isinstance(kept, dict) else None
        if isinstance(note, str) and note and not marker.comment:
            marker.comment = note
        for space in (RESOLVE, PREMIERE):
            if space in marker.metadata:
                del marker.metadata[space]

    def clip_space(self, kept: dict[str, Any]) -> tuple[list[int], str | None]:
        """Return the channels, from 1, and the link of a clip."""
        if self.premiere:
            held = kept.get("AudioChannels")
            listed = (
                held.get("SecondaryAssignments") if isinstance(held, dict) else None
            )
            return _numbers(listed, "SecondaryChannelIndex"), _text(kept.get("LinkID"))
        link = _text(kept.get("Link Group ID"))
        return _numbers(kept.get("Channels"), "Source Channel ID"), link

    def keep(self, effect: otio.schema.Effect, name: str, data: Any) -> None:
        """Keep a foreign effect so that the same format is given it again, in place."""
        kept = {"format": self.format, "effect_name": effect.effect_name, "data": data}
        effect.effect_name = name
        metadata.put(effect, "effect", kept)
        for space in (RESOLVE, PREMIERE):
            if space in effect.metadata:
                del effect.metadata[space]

    def lose(self, feature: str, gets: str, place: Place, *, some: bool) -> None:
        """Report what of a clip could not be read, or only in part."""
        outcome = "approximated" if some else "dropped"
        self.account.add(feature, outcome, gets, **place.report())  # type: ignore[arg-type]

    def transition(self, made: otio.schema.Transition, sound: bool) -> None:
        """Bring a transition to our form, in place."""
        kept = space_of(made, self.space)
        for space in (RESOLVE, PREMIERE):
            if space in made.metadata:
                del made.metadata[space]
        kept = kept if isinstance(kept, dict) else {}
        kind = str(kept.get("Transition Type") or made.name or "")
        if sound and ("+3" in kind or kind == "Constant Power"):
            metadata.put(made, "curve", "power")
        effect = kept.get("Effects")
        inner = effect.get("Effect Name") if isinstance(effect, dict) else None
        name = str(inner or kept.get("Transition Type") or "")
        if name and not name.startswith(("Cross Dissolve", "Cross Fade")):
            made.transition_type = otio.schema.TransitionTypes.Custom
            data = {"format": self.format, "name": name, "data": kept}
            metadata.put(made, "effect", data)


def _numbers(listed: Any, key: str) -> list[int]:
    found: list[int] = []
    for given in listed if isinstance(listed, list) else ():
        number = given.get(key) if isinstance(given, dict) else None
        if not isinstance(number, int) or not 0 <= number < _MOST_CHANNELS:
            continue
        if number + 1 not in found:
            found.append(number + 1)
    return found


def _text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (int, str)) or value == "":
        return None
    return str(value)
