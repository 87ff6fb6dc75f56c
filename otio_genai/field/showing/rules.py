"""What only a whole film can break: its length, its voices, what it has in common.

Such rules are kept by rejection: a film is drawn until it breaks none. So films that
keep them are as likely, one against the other, as they were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from otio_genai import rates
from otio_genai.assemble.sound import mix
from otio_genai.errors import FieldError
from otio_genai.field.model import Chosen, Field

__all__ = ["Rules", "none_left"]


@dataclass(frozen=True, slots=True)
class _Voice:
    slot: int
    pad: int
    frames: int
    name: str


class Rules:
    """The rules of a field that a whole film may break.

    Parameters
    ----------
    field
        The field.
    rests
        Takes of the last showings, the latest first, as (slot, option).
    free
        Slots that can show more than one take: only these count as overlap.
    """

    def __init__(
        self,
        field: Field,
        rests: Sequence[frozenset[tuple[int, int]]] = (),
        free: frozenset[int] = frozenset(),
    ) -> None:
        self._field, self._free = field, free
        coverage = field.coverage
        self._rests = rests[: coverage.over] if coverage.max_overlap < 1 else ()
        self._voices = [
            _Voice(
                one.slot,
                one.pad,
                mix.length_frames(one.clip, field.rate),
                str(one.clip.name),
            )
            for one in field.audio.voices
        ]

    def broken(self, film: Sequence[Chosen]) -> str | None:
        """Return the first rule that a film breaks, in words; None if it keeps all."""
        checks: tuple[Callable[[Sequence[Chosen]], str | None], ...] = (
            self._runtime,
            self._spoken,
            self._overlap,
        )
        return next((said for check in checks if (said := check(film))), None)

    def _runtime(self, film: Sequence[Chosen]) -> str | None:
        runtime, rate = self._field.runtime, self._field.rate
        length = sum(one.frames for one in film)
        if runtime.shortest is not None and length < runtime.shortest:
            return f"the film lasts at least {_clock(runtime.shortest, rate)}"
        if runtime.longest is not None and length > runtime.longest:
            return f"the film lasts at most {_clock(runtime.longest, rate)}"
        return None

    def _spoken(self, film: Sequence[Chosen]) -> str | None:
        if not self._voices:
            return None
        begins, at = {}, 0
        for one in film:
            begins[one.slot] = at
            at += one.frames
        heard = sorted(
            (begins[voice.slot] + voice.pad, voice.frames, voice.name)
            for voice in self._voices
            if voice.slot in begins
        )
        for (first, frames, name), (second, _, _) in zip(
            heard, heard[1:], strict=False
        ):
            if first + frames > second:
                return f"{name} ends before the next voice begins"
        if heard and heard[-1][0] + heard[-1][1] > at:
            return f"{heard[-1][2]} ends before the film does"
        return None

    def _overlap(self, film: Sequence[Chosen]) -> str | None:
        mine = {(one.slot, one.option) for one in film if one.slot in self._free}
        most = self._field.coverage.max_overlap
        for rest in self._rests:
            if mine and len(mine & rest) > most * len(mine):
                return (
                    f"no more than {most:.0%} of the takes are those of one of the "
                    f"last {self._field.coverage.over} showings"
                )
        return None


def none_left(refused: Counter[str], tries: int) -> FieldError:
    """Return the error of a field of which no film was accepted.

    Parameters
    ----------
    refused
        How many films broke each rule.
    tries
        How many films were drawn.
    """
    often = [
        f"{said}: {count} of {tries} films break it"
        for said, count in refused.most_common()
    ]
    rule = refused.most_common(1)[0][0] if refused else "any rule"
    return FieldError(
        f"Of {tries} films drawn none was accepted; most broke this rule: {rule}.",
        remedy="Loosen the rule, or give the field more takes or more lengths.",
        items=often if len(often) > 1 else (),
    )


def _clock(frames: int, rate: Fraction) -> str:
    return rates.timecode(frames, rate)
