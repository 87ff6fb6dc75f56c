"""Which takes are of one shot, and how many slots they should fill."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import opentimelineio as otio

from otio_genai import metadata
from otio_genai.assemble.planning.candidates import family
from otio_genai.assemble.planning.tables import Material
from otio_genai.errors import GenaiError
from otio_genai.media import locate

__all__ = ["TAKES_OF_SLOT", "chosen", "shots_of", "slots_wanted"]

#: So many takes a slot has on average, where nothing else is said.
TAKES_OF_SLOT = 3

_NUMBERED = re.compile(
    r"(?:shot|scene|slot|plan|sc|sh)?[ _.-]*\d+(?:\D.*)?", re.IGNORECASE
)


def shots_of(clips: Sequence[otio.schema.Clip]) -> list[str]:
    """Return what each take is a take of; empty where nothing tells.

    Folders whose names begin with a number, ``03 columns`` or ``shot_12``, are shots
    if every take lies in one and there are several. Otherwise it is the prompt, or the
    shot that the file's name tells.
    """
    folders = [_folder(clip) for clip in clips]
    numbered = all(_NUMBERED.fullmatch(name) for name in folders)
    if numbered and len(set(folders)) > 1:
        return [f"folder:{name}" for name in folders]
    return [family(_kept(clip)) for clip in clips]


def _folder(clip: otio.schema.Clip) -> str:
    try:
        return locate.path(clip.media_reference).parent.name
    except (GenaiError, ValueError):
        return ""


def _kept(clip: otio.schema.Clip) -> dict[str, object]:
    return {"slate": metadata.read(clip.media_reference, "slate")}


def slots_wanted(shots: Sequence[str]) -> int:
    """Return how many slots takes should fill, so that each has about three.

    Every shot of several takes has one slot, or one for every three of them if they
    are many; takes that are alone of their shot share slots by three. Shots that are
    folders have a slot each.
    """
    counts = Counter(shots)
    if all(shot.startswith("folder:") for shot in shots):
        return max(1, len(counts))
    alone = counts.pop("", 0) + sum(n for n in counts.values() if n == 1)
    many = sum(max(1, round(n / TAKES_OF_SLOT)) for n in counts.values() if n > 1)
    return max(1, many + (max(1, round(alone / TAKES_OF_SLOT)) if alone else 0))


def chosen(pool: Sequence[Material], shots: Sequence[str], slots: int) -> list[int]:
    """Return the takes that the film of active takes is sought among.

    Of a shot with several takes those that can be shown longest, as many as its share
    of the slots; moving ones before stills. All of them where that would be too few.
    """
    found: list[int] = []
    counts = Counter(shots)
    folders = all(shot.startswith("folder:") for shot in shots)
    for shot in dict.fromkeys(shots):
        own = [k for k in range(len(pool)) if shots[k] == shot]
        if not shot or counts[shot] == 1:
            found += own
            continue
        own.sort(key=lambda k: (pool[k].still, -min(pool[k].usable_frames, 10**6), k))
        share = 1 if folders else max(1, round(len(own) / TAKES_OF_SLOT))
        found += own[:share]
    return sorted(found) if len(found) >= slots else list(range(len(pool)))
