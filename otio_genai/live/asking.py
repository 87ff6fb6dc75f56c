"""Which takes of a film are asked for: each slot once, and not too many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from otio_genai.field.model import Field
from otio_genai.live.commissions import Commissions
from otio_genai.live.newtakes import NewTakes, OnAir
from otio_genai.live.wishes import READY_S, Prompted, prompts_of, wishes

__all__ = ["Asker"]


class Asker:
    """Asks one provider for the takes that a film could use.

    Parameters
    ----------
    name
        The provider's.
    commissions
        Who asks it.
    how
        How many takes may be asked for, and when they are too late.
    clock
        Returns seconds that only rise.
    """

    def __init__(
        self,
        name: str,
        commissions: Commissions,
        how: NewTakes,
        clock: Callable[[], float],
    ) -> None:
        self.name, self.commissions = name, commissions
        self._how, self._clock = how, clock
        self._film: object = None
        self._done: set[str] = set()
        self._read: tuple[Field, Mapping[int, Prompted]] | None = None

    async def ask(self, given: Field, on_air: OnAir | None) -> None:
        """Ask for the next takes of a film, as many as may be.

        Parameters
        ----------
        given
            What films are drawn from.
        on_air
            The film that all see; None where there is none, and nothing is too late.
        """
        how, asking = self._how, self.commissions
        most = min(how.most, len(asking.open) + how.most_in_all - asking.asked)
        if most <= len(asking.open):
            return
        film = on_air.film if on_air else None
        if self._film != film:
            self._film, self._done = film, set()
        began_s = on_air.began_s if on_air else None
        decided = on_air.decided if on_air else ()
        after_s = 0.0
        if began_s is not None and how.mode == "auto":
            after_s = self._clock() - began_s + READY_S
        # In a thread: a field may have thousands of takes.
        ahead = await asyncio.to_thread(
            lambda: wishes(
                given,
                decided,
                after_s=after_s,
                provider=self.name,
                told=self._prompts(given),
            )
        )
        for wish in ahead:
            slot = given.slots[wish.slot].id
            if slot in self._done or len(asking.open) >= most:
                continue
            # Whatever becomes of it: nothing is paid for twice.
            self._done.add(slot)
            await asking.ask(given, [wish], began_s=began_s, known=how.known, most=most)

    def _prompts(self, given: Field) -> Mapping[int, Prompted]:
        if self._read is None or self._read[0] is not given:
            self._read = (given, prompts_of(given))
        return self._read[1]
