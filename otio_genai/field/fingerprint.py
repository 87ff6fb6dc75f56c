"""The digest of all that decides which films a field holds, and in which order.

What goes in
    Rate, size and clock; of every slot its policy, lengths, join, condition, flags and
    pinned time; of every take, in order, its content, length, usable part, cut points,
    flags, motion, steadiness and colours; groups with their names (a ``shuffle-once``
    order is drawn by name), branches, flags, runtime, ``hard_max`` and ``most_de``; the
    settings of the style by which joins are measured; voices with their lengths and
    pads.

What stays out
    Titles, names and tags of slots and takes, weights of takes and branches, ``tau``,
    what holds between showings, beds, stems and gains, prompts, takes under
    quarantine, markers, and where files lie.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from otio_genai import rates
from otio_genai.assemble.planning.stills import Still
from otio_genai.field.model import Field, Option, Slot

__all__ = ["fingerprint"]

_DECIMALS = 9
_STYLE = (
    "dissonance",
    "colour",
    "weight_motion",
    "weight_colour",
    "weight_rest",
)


def fingerprint(field: Field) -> str:
    """Return the digest of a field as 32 hexadecimal digits."""
    digest = hashlib.blake2b(digest_size=16)
    facts: list[Any] = [
        "otio_genai.field/1",
        rates.text(field.rate),
        field.size,
        [getattr(field.style, name) for name in _STYLE],
        None
        if field.clock is None
        else (str(field.clock.ticks_per_s), str(field.clock.offset_s)),
        (field.runtime.shortest, field.runtime.longest, field.runtime.exact),
        field.motion.hard_max,
        field.palette.most_de,
        sorted(field.flags.items()),
        [(group.id, group.slots, group.order) for group in field.groups],
        [
            (branch.at, branch.to, branch.when.text if branch.when else None)
            for branch in field.branches
        ],
        [
            (
                voice.slot,
                voice.pad,
                str(rates.seconds(voice.clip.media_reference.available_range.duration)),
            )
            for voice in field.audio.voices
        ],
    ]
    digest.update(repr(facts).encode())
    for slot in field.slots:
        digest.update(repr(_slot(slot)).encode())
        for option in slot.options:
            digest.update(repr(_option(option)).encode())
            _measured(option, digest.update)
    return digest.hexdigest()


def _slot(slot: Slot) -> tuple[Any, ...]:
    return (
        slot.policy,
        slot.shortest,
        slot.longest,
        slot.kind,
        slot.half,
        slot.requires.text if slot.requires else None,
        sorted(slot.sets.items()),
        slot.at,
        len(slot.options),
    )


def _option(option: Option) -> tuple[Any, ...]:
    material = option.material
    colours = material.colours
    return (
        option.content,
        option.ins,
        option.outs,
        sorted(option.sets.items()),
        (material.first, material.last, material.end),
        [_rounded(lab).tolist() for lab in (colours.entry, colours.leaving)],
    )


def _measured(option: Option, update: Callable[[bytes], None]) -> None:
    material = option.material
    if isinstance(material, Still):
        update(_rounded(material.vectors).tobytes())
        return
    update(repr((str(material.source), material.aspects)).encode())
    for measured in (material.samples, material.cuts, material.unsteady):
        update(repr(measured.shape).encode() + _rounded(measured).tobytes())


def _rounded(measured: Any) -> NDArray[np.float64]:
    # OTIO reads a number from a file as the one beside it, now and then.
    return np.asarray(np.round(np.asarray(measured, float), _DECIMALS) + 0.0)
