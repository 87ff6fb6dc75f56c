"""One showing: a film that comes into being while it is shown.

Conventions
    Before each cut the rest of the film is drawn, until it keeps all rules, and only
    its next shot is decided; so the law of the film is that of the field, given its
    rules, and weights, bans and new takes steer all that is not decided yet. A showing
    always holds one film that goes on as it began, was never shown and is held by no
    other showing: it can neither be caught in a film that was, nor lose its way. Where
    a field asks for coverage the rest is kept from cut to cut, unless it is steered:
    what it will have shown must be known to the showings beside it.

    There its takes are shared out among it and the showings after it
    (`otio_genai.field.showing.block`), and the law of the film is that of the field
    given these takes, exactly; that of the takes is near to, but not, the field's law
    of films that show all takes together, and somewhat closer joined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import opentimelineio as otio
from numpy.random import Generator

from otio_genai.errors import FieldError
from otio_genai.field.drawing import Chance, Conditions, Drawing, space
from otio_genai.field.model import Chosen, Field
from otio_genai.field.realise_film import timeline_of
from otio_genai.field.showing.block import expected
from otio_genai.field.showing.merged import carried, found_in, merged
from otio_genai.field.showing.planning import Draft, planned, redrawn
from otio_genai.field.showing.session import Outcome, Session

__all__ = ["Showing"]

_STEERED = frozenset(("weights", "pinned", "banned", "dissonance"))


class Showing:
    """A film being shown; `otio_genai.field.showing` makes them.

    It belongs to one thread.
    """

    def __init__(
        self,
        field: Field,
        rng: Generator,
        session: Session,
        *,
        asked: Conditions | None = None,
        film: Sequence[Chosen] | None = None,
        told: Mapping[str, int] | None = None,
    ) -> None:
        self._field, self._rng, self._session = field, rng, session
        self._asked = asked or Conditions()
        self._settled = film is not None
        self._told = dict(told or {})
        self._decided: list[Chosen] = []
        # What was shown, by place, where it was not what was decided.
        self._aired: dict[int, Chosen | None] = {}
        self._known: list[Chance] | None = None
        self._over = self._closed = False
        self.stems = _stems(field, rng)
        "Which stems of the field are heard, by index."
        if film is not None:
            self._film: tuple[Chosen, ...] = tuple(film)
            return
        try:
            self._draft = self._drafted(field, self._asked)
            self._film = planned(self._draft, rng)
        except BaseException:
            session.end("not begun")
            raise

    @property
    def field(self) -> Field:
        """The field that what is decided belongs to."""
        return self._field

    @property
    def decided(self) -> tuple[Chosen, ...]:
        """The film so far; nothing once the showing is closed."""
        return tuple(self._decided)

    @property
    def over(self) -> bool:
        """Whether the end is decided."""
        return self._over

    @property
    def remarks(self) -> tuple[str, ...]:
        """What could not be kept, in words."""
        return tuple(self._session.remarks)

    def next(self) -> Chosen | None:
        """Decide the next shot; None when the film is over.

        Raises
        ------
        FieldError
            The showing is closed.
        """
        self._refuse_closed()
        if self._over:
            return None
        if self._decided and not self._settled and not self._field.coverage.bag:
            self._film = redrawn(self._draft, self._rng) or self._film
        if len(self._film) == len(self._decided):
            self._over = True
            return None
        one = self._film[len(self._decided)]
        if not self._settled:
            self._draft.drawing.take(one)
        self._decided.append(one)
        self._known = None
        return one

    def chances(self) -> list[Chance]:
        """Return what may come next, likeliest first, to whoever knows what came.

        Rules that only a whole film can break are not reckoned with. Where takes are
        shared out among showings the chances of those of a slot are estimated: they are
        shared out anew a hundred times. Which slot comes, where several may, is then
        told as the field has it.
        """
        if self._closed or self._over:
            return []
        if not self._settled:
            if self._known is None:
                found = self._draft.drawing.chances()
                if self._session.covers:
                    found = expected(self._draft.space, self._decided, found)
                self._known = found
            return list(self._known)
        if len(self._film) == len(self._decided):
            return [Chance(len(self._field.slots), 0, 1.0)]
        one = self._film[len(self._decided)]
        return [Chance(one.slot, one.option, 1.0)]

    def steer(self, **changes: Any) -> None:
        """Let other conditions hold for all that is not decided.

        Parameters
        ----------
        **changes
            ``weights``, ``pinned``, ``banned``, ``dissonance``, as
            `otio_genai.field.drawing.Conditions` has them, each instead of what was
            asked for before.

        Raises
        ------
        FieldError
            No film goes on like that, or this showing's film is settled. Nothing has
            changed then.
        """
        self._refuse_closed()
        strange = sorted(set(changes) - _STEERED)
        if strange:
            raise FieldError(
                f"A showing is not steered by {', '.join(strange)}.",
                remedy=f"Use {', '.join(sorted(_STEERED))}.",
            )
        if self._settled:
            raise FieldError(
                "This showing's film is settled by its number.",
                remedy="Steer a showing from a ledger.",
            )
        self._change(self._field, replace(self._asked, **changes), self._decided)
        self._told = {}

    def renew(self, field: Field) -> None:
        """Go on with a field whose takes came or went.

        What is decided stays, whatever became of its takes: `field` has a place for it,
        and `decided` says where. A film that is settled by its number goes on as it is.

        Raises
        ------
        FieldError
            The field has other slots, or no film goes on like that. Nothing has changed
            then.
        """
        self._refuse_closed()
        if self._settled:
            return
        new, decided = merged(self._field, field, self._decided)
        aired = {
            place: one and found_in(self._field, new, one)
            for place, one in self._aired.items()
        }
        self._change(new, carried(self._asked, self._field, new), decided)
        self._aired, self._told = aired, {}

    def instead(self, one: Chosen) -> None:
        """Let another shot stand for the last one decided, which cannot be shown.

        What follows is drawn anew, and the book remembers the film with it.

        Raises
        ------
        FieldError
            It is of another slot, or no film goes on like that. Nothing has changed
            then.
        """
        self._refuse_closed()
        if not self._decided or self._decided[-1].slot != one.slot:
            raise FieldError("Only the last shot decided can become another.")
        if self._settled:
            raise FieldError("This showing's film is settled by its number.")
        self._change(self._field, self._asked, [*self._decided[:-1], one])
        self._told = {}

    def aired(self, one: Chosen | None) -> None:
        """Take note of what was shown in place of the last shot decided.

        What follows is drawn as if that shot had been shown; the book and the timeline
        hold what was.

        Parameters
        ----------
        one
            Another of its slot that cannot be decided `instead`; None where nothing was
            shown.

        Raises
        ------
        FieldError
            Nothing is decided, or the showing is closed.
        """
        self._refuse_closed()
        if not self._decided:
            raise FieldError("Nothing is decided that could have been shown.")
        self._aired[len(self._decided) - 1] = one
        self._told = {}

    def timeline(self) -> otio.schema.Timeline:
        """Return the film so far as a timeline; it ends where the film is over.

        Raises
        ------
        FieldError
            Nothing is decided, or the showing is closed.
        """
        self._refuse_closed()
        done = len(self._decided) == len(self._film)
        return timeline_of(
            self._field,
            self._shown(),
            stems=self.stems,
            ended=done,
            told=self._told if done else None,
        )

    def close(self, witness: bool = False) -> otio.schema.Timeline | None:
        """End the showing, and forget its film.

        Its book keeps the digest of the film; of one broken off, that of the film it
        held. Nothing was begun, nothing is kept.

        Parameters
        ----------
        witness
            Whether to return the film as a timeline.

        Raises
        ------
        OutputError
            The book cannot be written.
        """
        if self._closed:
            return None
        shown = self._shown()
        made = self.timeline() if witness and shown else None
        whole = len(self._decided) == len(self._film)
        outcome: Outcome = "shown" if whole else "broken off"
        self._closed, self._over = True, True
        try:
            if whole and self._aired:
                self._session.aired(shown)
            self._session.end(outcome if shown else "not begun")
        finally:
            self._decided, self._film, self._aired = [], (), {}
            # What it was drawn with knows it, too.
            self.__dict__.pop("_draft", None)
        return made

    def _shown(self) -> list[Chosen]:
        found = (self._aired.get(n, one) for n, one in enumerate(self._decided))
        return [one for one in found if one is not None]

    def _refuse_closed(self) -> None:
        if self._closed:
            raise FieldError("This showing is over, and its film forgotten.")

    def _drafted(
        self, field: Field, asked: Conditions, decided: Sequence[Chosen] = ()
    ) -> Draft:
        conditions = self._session.look(field, asked)
        found = space(field, conditions)
        drawing = Drawing(found)
        for one in decided:
            drawing.take(one)
        return Draft(field, conditions, found, drawing, self._session)

    def _change(
        self, field: Field, asked: Conditions, decided: Sequence[Chosen]
    ) -> None:
        if self._over:
            return
        before = self._field, self._asked
        try:
            draft = self._drafted(field, asked, decided)
            film = planned(draft, self._rng)
        except BaseException:
            # What was held before still is; only the rules are looked up again.
            self._session.look(*before)
            raise
        self._field, self._asked, self._decided = field, asked, list(decided)
        self._draft, self._film, self._known = draft, film, None


def _stems(field: Field, rng: Generator) -> tuple[int, ...]:
    drawn = rng.random(len(field.audio.stems))
    return tuple(
        index
        for index, (stem, chance) in enumerate(
            zip(field.audio.stems, drawn, strict=True)
        )
        if chance < stem.chance
    )
