"""What the rules of whole films leave: how long films are, which takes, how soon all.

Method
    A take that no film drawn shows is sought by itself, among its longest films and its
    shortest ones, too (`otio_genai.field.showing.seeking`). In how many showings all
    takes come is tried: those of a new book, by a seed, are a proof that so many do.
"""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

import numpy as np

from otio_genai.assemble.sound import mix
from otio_genai.errors import FieldError
from otio_genai.field.bounds import Bound
from otio_genai.field.drawing import Conditions, Drawing, Space, draw_many
from otio_genai.field.model import Chosen, Field
from otio_genai.field.showing import Book, unseen
from otio_genai.field.showing.mesh import Pair
from otio_genai.field.showing.seeking import Draft, sought
from otio_genai.field.showing.session import Alone

__all__ = ["RARE", "advice", "forbidden", "spoken", "tried"]

#: Share of films below which showings may look for one in vain.
RARE = 0.05

_DRAWN = 200
# Takes that are sought one by one; takes of a field whose showings are tried.
_MOST_SOUGHT, _MOST_TRIED = 200, 600


def spoken(field: Field, ends: Sequence[Bound]) -> int:
    """Return how many record frames any film has for its voices, at the least.

    Parameters
    ----------
    field
        The field.
    ends
        When each slot can begin (`otio_genai.field.bounds`).
    """
    passed = {
        slot
        for branch in field.branches
        for slot in range(branch.at + 1, min(branch.to, len(field.slots)))
    }
    least = 0
    for voice in sorted(field.audio.voices, key=lambda one: one.slot):
        slot = field.slots[voice.slot]
        if voice.slot in passed or slot.requires is not None or slot.policy == "once":
            continue
        begin = ends[voice.slot].earliest + voice.pad
        frames = mix.length_frames(voice.clip, field.rate)
        # Voices whose slots change places may be heard in any order.
        loose = any(
            voice.slot in group.slots and group.order != "fixed"
            for group in field.groups
        )
        least = max(least, begin + frames if loose else max(begin, least) + frames)
    return least


def forbidden(
    field: Field,
    whole: Space,
    shown: Mapping[int, Sequence[bool]],
    seen: frozenset[Pair],
    seed: int,
) -> Iterator[tuple[int, int, str]]:
    """Yield slot, take and reason of takes that no film shows that keeps all rules.

    Parameters
    ----------
    field, whole
        The field, and its films.
    shown
        Which takes of each slot some film shows, before these rules.
    seen
        Takes of films that keep them.
    seed
        Of the films that are drawn.
    """
    alone, rng = Alone(), np.random.default_rng(seed)
    alone.look(field, Conditions())
    draft = Draft(field, Conditions(), whole, Drawing(whole), alone)
    known = set(seen)
    wanted = [
        (slot, take)
        for slot, row in shown.items()
        for take, can in enumerate(row)
        if can and field.slots[slot].policy == "shuffle"
    ]
    for slot, take in [pair for pair in wanted if pair not in known][:_MOST_SOUGHT]:
        if (slot, take) in known:
            continue
        refused: Counter[str] = Counter()
        film = sought(draft, rng, ((slot, take),), refused, covering=False)
        if film is not None:
            known |= {(one.slot, one.option) for one in film}
        elif refused:
            yield (
                slot,
                take,
                f"all of {refused.total()} films drawn that show it, the longest and "
                f"the shortest among them, break a rule, most of them this: "
                f"{refused.most_common(1)[0][0]}",
            )


def tried(field: Field, can: Mapping[int, Sequence[bool]], seed: int) -> int | None:
    """Return after how many showings of a new book all takes were shown.

    None where it was not tried: nothing is to be covered, or it would take too long; or
    where they were not.
    """
    wanted = {
        (slot, take)
        for slot, row in can.items()
        for take, there in enumerate(row)
        if there and field.slots[slot].policy == "shuffle"
    }
    if not field.coverage.bag or not 0 < len(wanted) <= _MOST_TRIED:
        return None
    give, left = np.random.default_rng(seed).bytes, set(wanted)
    with (
        tempfile.TemporaryDirectory() as folder,
        Book.make(Path(folder) / "tried.book", "ledger", give) as book,
    ):
        for number in range(1, len(wanted) + 1):
            try:
                showing = unseen(field, book, give)
            except FieldError:
                return None
            while (one := showing.next()) is not None:
                left.discard((one.slot, one.option))
            showing.close()
            if not left:
                return number
    return None


def advice(field: Field, whole: Space, seed: int) -> tuple[str, ...]:
    """Return what would let more films keep the rules, by the films there are."""
    films = draw_many(whole, np.random.default_rng(seed), _DRAWN)
    rate, runtime = field.rate, field.runtime
    lengths = [sum(one.frames for one in film) for film in films]
    middle = median(lengths)
    each = middle / median(map(len, films))
    needs = [_needed(field, film) for film in films]
    short = median(a - b for a, b in zip(needs, lengths, strict=True))
    found = []
    if short > 0:
        more, longer = math.ceil(short / each), short * each / middle
        slots = f"{more} slot{'' if more == 1 else 's'} more"
        said = (
            f"half of the films end {float(short / rate):.1f} s or more too soon: give "
            f"it {slots} (`otio-genai field open --slots`) or longer takes, let every "
            f"shot last {float(longer / rate):.1f} s longer (shortest_s)"
        )
        if runtime.shortest is not None and middle < runtime.shortest:
            said += f", lower min_s to {float(middle / rate):.1f}"
        found.append(f"{said}, or have less spoken")
    if runtime.longest is not None and middle > runtime.longest:
        more = math.ceil((middle - runtime.longest) / each)
        found.append(
            f"half of the films last {float(middle / rate):.1f} s or more: raise max_s "
            f"to that, or leave out {more} slot{'' if more == 1 else 's'}"
        )
    if not found and len(field.audio.voices) > 1:
        found.append(
            "let the slots between two voices last longer (shortest_s), or speak the "
            "later one from a later slot"
        )
    return tuple(found) or ("loosen the rule that most films break",)


def _needed(field: Field, film: Sequence[Chosen]) -> int:
    """Return how many record frames a film must have at the least."""
    ends, at = [field.runtime.shortest or 0], 0
    for one in film:
        ends += [
            at + voice.pad + mix.length_frames(voice.clip, field.rate)
            for voice in field.audio.voices
            if voice.slot == one.slot
        ]
        at += one.frames
    return max(ends)
