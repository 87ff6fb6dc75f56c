"""What becomes of a field in the file of an editor, which holds one film of it.

Aim
    Every statement of a field is spoken of, each at its place: its other takes, which
    some formats have a form for, and its rules, which none has. Of a timeline that is
    no field nothing is said.

Conventions
    What a field leaves out it means as the tables of `otio_genai.field.keys` have it,
    and is spoken of as if it were written out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.field.keys import NEEDED, TABLES
from otio_genai.field.opening_film import film_style
from otio_genai.interchange.account import Account, clean, place_of, start_frames
from otio_genai.interchange.loss import Loss
from otio_genai.maps.layout import Placed, layout

__all__ = ["fielded"]

_KEEP = "Keep the field's .otio beside it: this file is one film of it."
# Points of a take that are told before they are only counted.
_MOST = 6

_Facts = Mapping[str, Any]


def fielded(
    timeline: otio.schema.Timeline,
    *,
    takes: str = "",
    keeps: frozenset[str] = frozenset(),
) -> Loss:
    """Return what an editor's file does not hold of a field; nothing if it is none.

    Parameters
    ----------
    timeline
        Any timeline.
    takes
        How other takes lie in the file, as ``on disabled tracks``; empty where they
        are dropped, which its writer tells.
    keeps
        Features of slots that the file holds: of ``weights``, ``policy``,
        ``condition``, ``pin``, ``points``, ``length``, ``review`` and ``prompt``.

    Raises
    ------
    TimelineError
        The timeline is a field and states no rate.
    MetadataError
        It was written by a later version than this one knows.
    """
    field = metadata.read(timeline, "field")
    if not isinstance(field, dict):
        return Loss()
    rate = maps.record_rate(timeline)
    film = _facts(metadata.read(timeline, "film"))
    drop = bool(film.get("drop_frame")) and rates.is_drop_rate(rate)
    account = Account(rate, start_frames(timeline, rate), drop)
    for feature, gets in _of_all(_meant("field", field)):
        account.add(f"field: {feature}", "dropped", gets, _KEEP)
    style = film_style(timeline)
    usual = {
        "fixed": frozenset(map(str, _list(field.get("fixed")))),
        "shortest_s": style.min_shot_s,
        "longest_s": style.max_shot_s,
    }
    pictures = [
        track for track in timeline.tracks if track.kind == otio.schema.TrackKind.Video
    ]
    for track in pictures[:1]:
        for spot in layout(track, rate)[0]:
            if isinstance(spot.item, otio.schema.Clip):
                _tell_slot(spot, place_of(track), takes, keeps, usual, account)
    return account.loss()


def _tell_slot(
    spot: Placed,
    track: str,
    takes: str,
    keeps: frozenset[str],
    usual: _Facts,
    account: Account,
) -> None:
    clip = spot.item
    where: dict[str, Any] = {
        "track": track,
        "item": clean(clip.name),
        "span": (spot.record_in, spot.record_out),
    }
    others = metadata.takes(clip)
    if others and takes:
        names = _listed([clean(take.name) for take in others])
        account.add("other takes", "exact", f"{names}, {takes}", **where)
    slot = dict(_meant("slot", metadata.read(clip, "slot")))
    if str(slot.get("id")) in usual["fixed"]:
        slot["policy"] = "fixed"
    for key in ("shortest_s", "longest_s"):
        slot[key] = usual[key] if slot[key] is None else slot[key]
    options = [_meant("take", metadata.read(take, "take")) for take in (clip, *others)]
    for feature, gets in _of_slot(slot, options):
        if feature not in keeps:
            account.add(f"field: {feature}", "dropped", gets, _KEEP, **where)


def _of_slot(slot: _Facts, takes: Sequence[_Facts]) -> Iterator[tuple[str, str]]:
    """Give (feature, what the editor gets) of all that a slot says."""
    weights = [take["weight"] for take in takes]
    if any(weight != weights[0] for weight in weights):
        yield "weights", f"takes without their weights {_listed(weights)}"
    policy = str(slot["policy"])
    if policy != "fixed" and (len(takes) > 1 or policy == "once"):
        yield "policy", f"the active take whenever it is shown, not {policy!r}"
    yield from _conditions(slot, takes)
    if slot.get("at_s") is not None:
        gets = f"the place it has in this film, not pinned to {_said(slot['at_s'])} s"
        yield "pin", gets
    for told in dict.fromkeys(_points(_meant("cuts", take["cuts"])) for take in takes):
        yield "points", f"one range of each take, not {told}"
    lengths = _range(slot["shortest_s"], slot["longest_s"])
    yield "length", f"the length it has in this film, not {lengths}"
    prompts = sum(bool(take.get("prompt")) for take in takes)
    if prompts:
        yield "prompt", f"takes without the prompts that ask for more ({prompts})"
    unseen = sum(take["review"] != "ok" for take in takes)
    if unseen:
        yield "review", f"{unseen} of the takes as if they were approved"
    if slot.get("tags"):
        yield "tags", f"a clip without {_listed(slot['tags'])}"


def _conditions(slot: _Facts, takes: Sequence[_Facts]) -> Iterator[tuple[str, str]]:
    if slot.get("requires"):
        yield "condition", f"a clip that is there always, not if {slot['requires']}"
    flags = dict.fromkeys(
        str(name) for told in (slot, *takes) for name in _facts(told.get("sets"))
    )
    if flags:
        yield "condition", f"a clip that sets no flags: {_listed(list(flags))}"


def _of_all(field: _Facts) -> Iterator[tuple[str, str]]:
    """Give (feature, what the editor gets) of what holds for the whole field."""
    runtime = _meant("runtime", field["runtime"])
    if runtime["exact_ticks"] is not None:
        told = f"always {runtime['exact_ticks']} ticks"
        yield "runtime", f"the length of this film, not {told}"
    bounds = runtime["min_s"], runtime["max_s"]
    if bounds != (None, None):
        yield "runtime", f"the length of this film, not {_range(*bounds)}"
    grid = _facts(field.get("grid"))
    if grid.get("bpm"):
        yield (
            "grid",
            f"cuts where they are, held to no beat of {_said(grid['bpm'])} BPM",
        )
    elif field.get("ticks_per_s"):
        told = f"{field['ticks_per_s']} ticks a second"
        yield "grid", f"cuts where they are, held to none of {told}"
    for said in _each(field["groups"]):
        group = _meant("group", said)
        if group["order"] != "fixed":
            slots = _listed(_list(group["slots"]))
            gets = f"the order of this film, not {group['order']!r} of {slots}"
            yield "group", gets
    for said in _each(field["branches"]):
        branch = _meant("branch", said)
        when = f" if {branch['when']}" if branch["when"] else ""
        way = f"from {branch['at']} to {branch['to']}{when}"
        gets = f"all the slots of the track, not the way {way}"
        yield "branch", f"{gets} (weight {_said(branch['weight'])})"
    if field.get("flags"):
        names = _listed(list(_facts(field["flags"])))
        yield "flags", f"a film without flags: {names}"
    yield from _rules(field)
    yield from _heard(_facts(field.get("audio")))


def _rules(field: _Facts) -> Iterator[tuple[str, str]]:
    motion = _meant("motion", field["motion"])
    most = motion["hard_max"]
    told = f"tau {_said(motion['tau'])}"
    told += "" if most is None else f", most {_said(most)}"
    yield "motion", f"joins as they are, by no rule of motion ({told})"
    most_de = _meant("palette", field["palette"])["most_de"]
    if most_de is not None:
        gets = f"joins as they are, by no rule of colour (most {_said(most_de)})"
        yield "palette", gets
    policy = _meant("policy", field["policy"])
    # Only what holds a showing back is a rule.
    idle = {"bag": False, "cooldown": 0, "max_overlap": 1}
    kept = [name for name in idle if policy[name] != idle[name]]
    kept += ["over"] if "max_overlap" in kept else []
    if kept:
        told = ", ".join(f"{name} {_said(policy[name])}" for name in kept)
        yield "coverage", f"one film, by no rule between showings ({told})"


def _heard(audio: _Facts) -> Iterator[tuple[str, str]]:
    for said in _each(audio.get("stems")):
        stem = _meant("stem", said)
        name = clean(getattr(stem["clip"], "name", "") or "stem")
        chance = stem["chance"]
        share = f"{chance:.0%}" if isinstance(chance, (int, float)) else "some"
        yield "stem", f"what this film has of {name}, not in {share} of films"
    for voice in _each(audio.get("voice")):
        name = clean(getattr(voice.get("clip"), "name", "") or "voice")
        gets = f"{name} where it lies in this film, not tied to {voice.get('slot')}"
        yield "voice", gets


def _points(cuts: _Facts) -> str:
    """Return where takes may begin and end, in words."""
    into, out = _list(cuts["in"]), _list(cuts["out"])
    first = _listed(into) if into else "any of its grid"
    last = _listed(out) if out else "any"
    return f"in-points {first} and out-points {last}"


def _range(shortest_s: Any, longest_s: Any) -> str:
    low = "" if shortest_s is None else f"from {_said(shortest_s)} s"
    high = "" if longest_s is None else f"up to {_said(longest_s)} s"
    return " ".join(part for part in (low, high) if part)


def _listed(values: Sequence[Any]) -> str:
    said = [_said(value) for value in values]
    if len(said) > _MOST:
        return f"{', '.join(said[: _MOST - 1])} and {len(said) - _MOST + 1} more"
    return ", ".join(said)


def _said(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _meant(table: str, said: Any) -> _Facts:
    """Return what a table says, right or wrong, and means where it says nothing."""
    found = {
        key.name: None if key.default is NEEDED else key.default
        for key in TABLES[table]
    }
    return found | dict(_facts(said))


def _facts(value: Any) -> _Facts:
    return value if isinstance(value, dict) else {}


def _each(value: Any) -> Iterator[_Facts]:
    yield from (_facts(item) for item in _list(value))


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()
