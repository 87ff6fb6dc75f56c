"""A field's document read in the plainest way: what its reader is compared with."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.assemble.planning.candidates import read_take
from otio_genai.assemble.planning.stills import stills
from otio_genai.assemble.style import Style
from otio_genai.field import model
from otio_genai.field.flags import parse
from otio_genai.ingest import bin as bin_room

__all__ = ["SIZE", "materials", "plain"]

SIZE = (192, 108)


def plain(timeline: otio.schema.Timeline) -> model.Field:
    """Return what a document without faults says, read in the plainest way."""
    told = metadata.read(timeline, "field")
    film = metadata.read(timeline, "film")
    rate = rates.rate(film["rate"])
    style = Style.from_dict(film["style"])
    clips = [c for c in timeline.video_tracks()[0] if isinstance(c, otio.schema.Clip)]
    ids = [metadata.read(clip, "slot")["id"] for clip in clips]
    index = {name: k for k, name in enumerate(ids)} | {"end": len(ids)}
    slots = tuple(_slot(clip, rate, style) for clip in clips)
    fixed = set(told["fixed"])
    slots = tuple(s if s.id not in fixed else replace(s, policy="fixed") for s in slots)
    clock = None
    if told.get("grid"):
        tps = Fraction(told["grid"]["bpm"]).limit_denominator(1000) / 60
        offset = Fraction(told["grid"].get("offset_s", 0)).limit_denominator(10**6)
        clock = model.Clock(tps, offset % (1 / tps), rate)
    elif told.get("ticks_per_s"):
        clock = model.Clock(Fraction(told["ticks_per_s"]), Fraction(0), rate)
    runtime = told["runtime"]
    low, high = (
        None if runtime.get(k) is None else round(Fraction(runtime[k]) * rate)
        for k in ("min_s", "max_s")
    )
    audio = told["audio"]
    return model.Field(
        timeline=timeline,
        title=film["title"],
        rate=rate,
        size=(film["width"], film["height"]),
        style=style,
        slots=slots,
        groups=tuple(
            model.Group(g["id"], tuple(index[s] for s in g["slots"]), g["order"])
            for g in told["groups"]
        ),
        branches=tuple(
            model.Branch(
                b["id"],
                index[b["at"]],
                index[b["to"]],
                parse(b["when"]) if b.get("when") else None,
                float(b["weight"]),
            )
            for b in told["branches"]
        ),
        flags=dict(told["flags"]),
        runtime=model.Runtime(low, high, runtime.get("exact_ticks")),
        clock=clock,
        motion=model.Motion(**told["motion"]),
        palette=model.Palette(**told["palette"]),
        coverage=model.Coverage(**told["policy"]),
        audio=model.Audio(
            audio["bed"],
            tuple(model.Stem(**stem) for stem in audio["stems"]),
            tuple(
                model.Spoken(
                    index[v["slot"]], v["clip"], round(Fraction(v["pad_s"]) * rate)
                )
                for v in audio["voice"]
            ),
            model.Gains(**audio["gains"]),
        ),
        fingerprint=str(hash(timeline.to_json_string())),
    )


def _slot(clip, rate, style):
    said = metadata.read(clip, "slot")
    low = max(1, math.floor(Fraction(said["shortest_s"]) * rate + Fraction(1, 2)))
    high = max(low, math.floor(Fraction(said["longest_s"]) * rate + Fraction(1, 2)))
    kind = said["join"]["kind"]
    seconds = said["join"].get("length_s", getattr(style, f"{kind}_s", 0))
    half = max(1, round(Fraction(seconds) * rate / 2)) if seconds else 0
    options = []
    for one in [clip, *metadata.read(clip, "takes", [])]:
        take = metadata.read(one, "take")
        if take["review"] != "ok":
            continue
        (material,) = materials([one], rate, style)
        options.append(_option(one, take, material, low, rate))
    at = said.get("at_s")
    return model.Slot(
        said["id"],
        tuple(options),
        said["policy"],
        low,
        high,
        kind,
        half,
        parse(said["requires"]) if said.get("requires") else None,
        dict(said.get("sets", {})),
        None if at is None else round(Fraction(at) * rate),
        tuple(said.get("tags", ())),
    )


def _option(clip, take, material, low, rate):
    ins, outs = take["cuts"]["in"], take["cuts"]["out"]
    if material.still:
        ins = range(len(material.moves)) if ins == "grid" else ins
    elif ins == "grid":
        step = round(rate / 2)
        grid = range(0, material.end, step)
        ins = [k for k in grid if material.first <= k <= material.last - low]
        ins = ins or [k for k in grid if k <= material.end - low] or [0]
    return model.Option(
        clip,
        material,
        str(
            metadata.read(clip.media_reference, "hash", {}).get("bytes")
            or clip.media_reference.target_url
        ),
        float(take["weight"]),
        tuple(sorted(ins)),
        None if outs == "any" else tuple(sorted(outs)),
        dict(take.get("sets", {})),
    )


def materials(row, rate, style):
    aspect = SIZE[1] / SIZE[0]
    found = []
    for clip in row:
        if metadata.fact(clip.media_reference, "kind") == "still":
            found += stills(bin_room.make([clip.clone()]), rate, aspect, style)
        else:
            found.append(read_take(clip, rate, aspect))
    return found
