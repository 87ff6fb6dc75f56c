"""What makes a film this film, and digests that tell nothing without their key.

Conventions
    Two films are the same when the same parts of the same pictures meet by the same
    transitions, whatever their slots are called and in whatever place of the document
    their takes lie. So a digest stays true when the field changes. Sound is not part
    of it: another stem under the same pictures makes no other film.

Source
    BLAKE2b with key and personalisation, RFC 7693.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import numpy as np

from otio_genai import rates
from otio_genai.assemble.planning.stills import Still
from otio_genai.field.model import Chosen, Field

__all__ = ["DIGEST_BYTES", "digest", "marks", "noise", "recipe"]

#: Length of a digest.
DIGEST_BYTES = 16

# Digests for one purpose are of no use for another.
_FILM, _TAKE, _NOISE = b"genai film", b"genai take", b"genai noise"


def recipe(field: Field, film: Sequence[Chosen]) -> bytes:
    """Return the canonical recipe of a film: pictures, source ranges, transitions."""
    shots = []
    for place, one in enumerate(film):
        slot = field.slots[one.slot]
        option = slot.options[one.option]
        way: object = one.way
        if isinstance(option.material, Still):
            move = option.material.moves[one.way]
            way = [move.zoom_per_s, move.x_fw_s, move.y_fw_s]
        # A match and a dry cut show the same frames.
        half = slot.half if place else 0
        join = slot.kind if half else "cut"
        shots.append([option.content, way, one.frames, join, half])
    said = {"rate": rates.text(field.rate), "shots": shots}
    return json.dumps(said, separators=(",", ":"), sort_keys=True).encode()


def digest(key: bytes, field: Field, film: Sequence[Chosen]) -> bytes:
    """Return the keyed digest of a film, 16 bytes."""
    return _hash(recipe(field, film), key, _FILM)


def marks(key: bytes, field: Field) -> tuple[tuple[bytes, ...], ...]:
    """Return what every take of every slot is remembered by: keyed digests.

    A take is known by the id of its slot and by its content.
    """
    return tuple(
        tuple(
            _hash(json.dumps([slot.id, option.content]).encode(), key, _TAKE)
            for option in slot.options
        )
        for slot in field.slots
    )


def noise(key: bytes, *purpose: object) -> np.random.Generator:
    """Return random numbers that belong to a key and a purpose."""
    said = json.dumps([str(part) for part in purpose]).encode()
    return np.random.default_rng(int.from_bytes(_hash(said, key, _NOISE), "big"))


def _hash(said: bytes, key: bytes, person: bytes) -> bytes:
    return hashlib.blake2b(
        said, digest_size=DIGEST_BYTES, key=key, person=person
    ).digest()
