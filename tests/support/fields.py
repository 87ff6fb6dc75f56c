"""Small fields of films: documents as a director's folder would give, and as read.

Everything is made up from a seed. `document` gives the timeline, `field` what is read
from it; both take the same parameters. `plain` reads it in the plainest way. `coded`
gives a document over files of coded takes, for whoever decodes pictures.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.assemble import sequence
from otio_genai.assemble.planning.places import Places
from otio_genai.assemble.sound import mix
from otio_genai.assemble.style import Style
from otio_genai.field import model
from otio_genai.field.document import read_field
from otio_genai.field.writing import mark
from tests.support import bins
from tests.support.coded import write_take
from tests.support.plainly import SIZE, materials, plain

__all__ = ["STYLE", "coded", "document", "field", "moving", "plain", "slot_id"]

STYLE = Style(min_shot_s=0.5, mean_shot_s=1.0, max_shot_s=2.0, voice_gap_s=0.5)


def slot_id(index: int) -> str:
    return f"slot-{index + 1:03d}"


def moving(name, seed, *, rate=Fraction(24), frames=96, family="", url=None):
    """A take that drifts and turns as it goes, analysed; the same for the same seed."""
    rng = np.random.default_rng(seed)
    step = max(1, round(Fraction(rate) / 12))
    at = np.arange(step, frames, step)
    base = rng.normal(size=4) * (0.15, 0.08, 0.08, 0.02)
    turn = rng.normal(size=4) * (0.10, 0.05, 0.05, 0.01)
    moves = base + np.outer(at / frames, turn)
    rows = [
        [int(k), *map(float, m), 0.001, 0.9] for k, m in zip(at, moves, strict=True)
    ]
    lab = (rng.normal(size=(3, 3)) * (12, 6, 6) + (50, 0, 0)).tolist()
    clip = bins.take(
        name,
        rate=rate,
        frames=frames,
        size=SIZE,
        rows=rows,
        lab=lab,
        ends=(2, 2),
        unsteady=[[int(rng.integers(frames)), float(rng.random())]],
    )
    reference = clip.media_reference
    metadata.put(reference, "hash", {"bytes": f"{name}-{seed}", "packets": ""})
    metadata.put(reference, "slate", {"name": name, "shot": family or name})
    if url is not None:
        reference.target_url = url
    return clip


def document(
    slots: int = 4,
    takes: int | Sequence[int] = 3,
    *,
    rate: Fraction | int = 24,
    seed: int = 0,
    style: Style = STYLE,
    frames: int = 96,
    length: int = 24,
    kinds: Sequence[str] | None = None,
    cuts: Mapping[str, object] | None = None,
    lengths: tuple[float, float] | None = None,
    policies: Mapping[int, str] | None = None,
    groups: Sequence[tuple[str, Sequence[int], str]] = (),
    branches: Sequence[tuple[str, int, int, str | None, float]] = (),
    flags: Mapping[str, bool] | None = None,
    clock: Mapping[str, object] | None = None,
    voices: Sequence[int] = (),
    bed: bool = False,
    stems: int = 0,
    still_slots: Sequence[int] = (),
    shared: bool = False,
    slot_facts: Mapping[int, Mapping[str, object]] | None = None,
    take_facts: Mapping[tuple[int, int], Mapping[str, object]] | None = None,
    facts: Mapping[str, object] | None = None,
    clips: Sequence[Sequence[otio.schema.Clip]] | None = None,
) -> otio.schema.Timeline:
    """Return the document of a field.

    Parameters
    ----------
    takes
        Takes of every slot, or of each.
    frames
        Length of each take; its rate is the film's.
    length
        Length of each shot of the active film, in record frames.
    kinds
        Planned kinds of the joins, one fewer than slots; ``match`` by default.
    cuts
        ``{"in": …, "out": …}`` of every take; the grid and any out-point by default.
    lengths
        Least and greatest length of every shot in seconds; the style's by default.
    groups
        (id, slots by index, order).
    branches
        (id, at, to, condition, weight), slots by index, `to` = `slots` for the end.
    flags
        Flags as a film begins.
    clock
        ``{"grid": {"bpm": …, "offset_s": …}}`` or ``{"ticks_per_s": "4"}``.
    voices
        Slots under which a voice of 0.8 s begins, a fifth of a second later.
    still_slots
        Slots whose takes are stills.
    shared
        Whether every slot has the same takes.
    slot_facts, take_facts, facts
        What else the metadata of a slot, a take, the field say; they go over all else.
    clips
        The takes themselves, slot by slot; made up by default.
    """
    rate = Fraction(rate)
    counts = [takes] * slots if isinstance(takes, int) else list(takes)
    clips = clips or _clips(counts, rate, seed, frames, set(still_slots), shared)
    slots = len(clips)
    pools = [materials(one, rate, style) for one in clips]
    kinds = list(kinds or ["match"] * (slots - 1))
    film = sequence.Film("Field", rate, SIZE, style, seed, Places.of({}, (), ()))
    shots = [_shot(pool[0], length) for pool in pools]
    halves = {
        kind: max(1, round(Fraction(getattr(style, f"{kind}_s")) * rate / 2))
        for kind in ("carry", "dissolve", "dip")
    }
    joins = [sequence.Join(kind, halves.get(kind, 0)) for kind in kinds]
    music = bins.music(60.0) if bed else None
    spoken = [(k, bins.voice([(0.1, 0.7)], 0.8, f"voice {k}")) for k in voices]
    placed = [_placed(clip, k * length + rate / 5, rate) for k, clip in spoken]
    made = sequence.build(film, shots, joins, music, placed, ())
    pictures = [c for c in made.video_tracks()[0] if isinstance(c, otio.schema.Clip)]
    for k, clip in enumerate(pictures):
        span = lengths or (style.min_shot_s, style.max_shot_s)
        kind = kinds[k - 1] if k else "match"
        said = {
            "id": slot_id(k),
            "policy": (policies or {}).get(k, "shuffle"),
            "shortest_s": float(span[0]),
            "longest_s": float(span[1]),
            "join": {"kind": kind},
        }
        metadata.put(clip, "slot", said | dict((slot_facts or {}).get(k, {})))
        others = [copy.deepcopy(one) for one in clips[k][1:]]
        for n, one in enumerate([clip, *others]):
            take = {"weight": 1.0, "cuts": cuts or {"in": "grid", "out": "any"}}
            take["review"] = "ok"
            metadata.put(one, "take", take | dict((take_facts or {}).get((k, n), {})))
            if n:
                one.source_range = _range(one, pools[k][n], length, rate)
        metadata.put(clip, "takes", others)
        mark(clip, rate)
    told = {
        "version": 1,
        "runtime": {},
        "grid": None,
        "fixed": [],
        "groups": [
            {"id": name, "slots": [slot_id(k) for k in of], "order": order}
            for name, of, order in groups
        ],
        "branches": [
            {
                "id": name,
                "at": slot_id(at),
                "to": "end" if to == slots else slot_id(to),
                "weight": weight,
            }
            | ({"when": when} if when else {})
            for name, at, to, when, weight in branches
        ],
        "flags": dict(flags or {}),
        "motion": {"tau": 0.6, "hard_max": None},
        "palette": {"most_de": None},
        "policy": {"bag": True, "cooldown": 0, "max_overlap": 1.0, "over": 1},
        "audio": {
            "bed": music,
            "stems": [
                {
                    "clip": bins.music(60.0, name=f"stem {k}"),
                    "chance": 0.5,
                    "gain_db": -6.0,
                }
                for k in range(stems)
            ],
            "voice": [
                {"slot": slot_id(k), "clip": clip, "pad_s": 0.2} for k, clip in spoken
            ],
            "gains": {"bed_db": 0.0, "voice_db": 0.0, "duck_db": -9.0, "takes_db": 0.0},
        },
    }
    metadata.put(made, "field", told | dict(clock or {}) | dict(facts or {}))
    return made


def field(*args, **kwargs) -> model.Field:
    """Return the field that `document` makes of the same parameters."""
    return read_field(document(*args, **kwargs))


def coded(
    folder: Path,
    slots: int = 3,
    takes: int = 2,
    *,
    rate: Fraction | int = 24,
    seed: int = 0,
    frames: int = 72,
    **kwargs,
) -> otio.schema.Timeline:
    """Return a document over files of coded takes, numbered slot · 10 + take.

    Take ``t`` of slot ``s`` is ``folder/take s-t.mp4``; its code is ``10 s + t``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    clips = []
    for s in range(slots):
        clips.append([])
        for t in range(takes):
            name = f"take {s}-{t}"
            path = write_take(
                folder / f"{name}.mp4", 10 * s + t, frames, rate, size=SIZE
            )
            number = 1000 * seed + 10 * s + t
            made = moving(name, number, rate=rate, frames=frames, family=f"shot {s}")
            made.media_reference.target_url = path.resolve().as_uri()
            clips[-1].append(made)
    return document(rate=rate, seed=seed, frames=frames, clips=clips, **kwargs)


def _clips(counts, rate, seed, frames, still, shared):
    found = []
    for s, count in enumerate(counts):
        row = []
        for t in range(count):
            name = f"take {t:02d}" if shared else f"take {s:02d}-{t:02d}"
            number = 100_000 * seed + 100 * (0 if shared else s) + t
            if s in still:
                row.append(bins.still(f"still {s:02d}-{t:02d}", size=SIZE))
            else:
                family = "" if shared else f"shot {s}"
                row.append(
                    moving(name, number, rate=rate, frames=frames, family=family)
                )
        found.append(row)
    return found


def _shot(material, length):
    if material.still:
        vector = tuple(map(float, material.vectors[0]))
        return sequence.Shot(material, length, 0, vector, vector)
    begin = int(material.ins(length)[0])
    leaving, _ = material.moves_at(np.array([begin + length]))
    _, entering = material.moves_at(np.array([begin]))
    return sequence.Shot(
        material,
        length,
        begin,
        tuple(map(float, leaving[0])),
        tuple(map(float, entering[0])),
    )


def _range(clip, material, length, rate):
    shot = _shot(material, length)
    begin_s = rates.seconds(clip.media_reference.available_range.start_time)
    start = otio.opentime.RationalTime(
        float(begin_s * rate + shot.record_in), float(rate)
    )
    return otio.opentime.TimeRange(start, rates.time(length, rate))


def _placed(clip, at, rate):
    spans = metadata.read(clip.media_reference, "speech")["spans_s"]
    begin_s = float(Fraction(int(at)) / rate)
    words = tuple((begin_s + a, begin_s + b) for a, b in spans)
    return mix.Sound(clip, int(at), mix.length_frames(clip, rate), words)
