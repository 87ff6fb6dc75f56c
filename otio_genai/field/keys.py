"""Every key of a field's document: what it accepts, what it is without, what it means.

Reading, the sentences of faults and the reference page all follow from these tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from otio_genai.field.model import Order, Policy
from otio_genai.field.values import (
    clip,
    clip_or_none,
    flags,
    frames,
    mapping,
    number,
    one_of,
    rows,
    shown,
    table,
    text,
    texts,
    ticks,
    truth,
    whole,
)

__all__ = ["NEEDED", "TABLES", "Key", "markdown"]

#: In place of a default: nothing can stand in for the key.
NEEDED: Any = object()

# Longer than any film of one screening.
_LONGEST_S = 14_400.0
_MOST_SHOWINGS = 100_000


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table."""

    name: str
    accepts: str
    "In words, after «must be»."
    meant: Callable[[Any], Any]
    "Returns a value as it is meant; ValueError where it cannot be."
    default: Any
    doc: str
    otherwise: str = ""
    "What the default means, where it is nothing to be written."


def markdown(name: str) -> str:
    """Return the keys of one table as a Markdown table."""
    lines = [("key", "accepts", "default", "meaning"), ("--",) * 4]
    for key in TABLES[name]:
        default = key.otherwise or f"`{_json(key.default)}`"
        if key.default is NEEDED:
            default = "needed"
        lines.append((f"`{key.name}`", key.accepts, default, key.doc))
    cells = ([cell.replace("|", "\\|") for cell in line] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def _json(value: Any) -> str:
    if isinstance(value, (dict, list, tuple)) and not value:
        return "{}" if isinstance(value, dict) else "[]"
    return shown(value)


_SECONDS = "0 to 14400 s"
_POSITIVE_S = "above 0, at most 14400 s"
_FLAGS = "a dictionary of flags to true or false"
_CONDITION = "a condition: flags, `not`, `and`, `or`, parentheses"
_ORDERS, _POLICIES = get_args(Order), get_args(Policy)
_KINDS = ("match", "dry", "carry", "dissolve", "dip")


def _words(words: tuple[str, ...]) -> str:
    quoted = [f'"{word}"' for word in words]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"


_second = number(0, _LONGEST_S)
_span_s = number(0, _LONGEST_S, above=True, empty=True)
_decibel = number(-96, 24)

#: What a field, a slot, a take and their parts may say.
TABLES: dict[str, tuple[Key, ...]] = {
    "field": (
        Key("version", "1", whole(1, 1), NEEDED, "Version of the document."),
        Key("runtime", "a dictionary", mapping, {}, "How long films may be."),
        Key("grid", "a dictionary", table, None, "Beat on which every cut falls."),
        Key(
            "ticks_per_s",
            'a number such as "4" or "24000/1001"',
            ticks,
            None,
            "Ticks on which every cut falls, where no music gives them.",
        ),
        Key("fixed", "a list of slots", texts, (), "Slots that always show the "
            "active take."),
        Key("groups", "a list of dictionaries", rows, (), "Slots that may change "
            "places."),
        Key("branches", "a list of dictionaries", rows, (), "Ways that pass over "
            "slots."),
        Key("flags", _FLAGS, flags, {}, "Every flag, as a film begins."),
        Key("motion", "a dictionary", mapping, {}, "How much motion may break."),
        Key("palette", "a dictionary", mapping, {}, "How far colours may lie apart."),
        Key("policy", "a dictionary", mapping, {}, "What holds between showings."),
        Key("audio", "a dictionary", mapping, {}, "What is heard."),
    ),
    "runtime": (
        Key("min_s", _POSITIVE_S, _span_s, None, "Least length of a film.", "any"),
        Key("max_s", _POSITIVE_S, _span_s, None, "Greatest length.", "any"),
        Key("exact_ticks", "a whole number, 1 to 1000000", whole(1, 10**6, empty=True),
            None, "Ticks that every film lasts; needs `grid` or `ticks_per_s`.", "any"),
    ),
    "grid": (
        Key("bpm", "20 to 400 beats a minute", number(20, 400), NEEDED, "Tempo."),
        Key("offset_s", _SECONDS, _second, 0.0, "When the first beat falls."),
    ),
    "group": (
        Key("id", "a name", text, NEEDED, "Its name."),
        Key("slots", "a list of slots", texts, NEEDED, "Neighbours on the track, in "
            "their order there."),
        Key("order", _words(_ORDERS), one_of(*_ORDERS), "shuffle", "`shuffle`: any "
            "order, drawn for each showing; `shuffle-once`: drawn once, from the "
            "book's key; `fixed`: as they lie."),
    ),
    "branch": (
        Key("id", "a name", text, NEEDED, "Its name."),
        Key("at", 'a slot, or "start"', text, NEEDED, "Slot after which it may be "
            "taken; `start` before the first."),
        Key("to", 'a later slot, or "end"', text, NEEDED, "Where it leads."),
        Key("when", _CONDITION, text, None, "What must hold then.", "always"),
        Key("weight", "above 0, at most 10^12", number(0, 1e12, above=True), 1.0,
            "How readily it is taken; going on to the next slot has 1."),
        Key("share", "0.000001 to 0.999999, or null",
            number(1e-6, 1 - 1e-6, empty=True), None,
            "How many of the films that come to it shall take it: `field weigh` sets "
            "the weight by it.", "as the weight has it"),
    ),
    "motion": (
        Key("tau", "0.000001 to 100", number(1e-6, 100), 0.15,
            "Cost at which a join is drawn 0.61 times as often as one without."),
        Key("hard_max", "above 0, at most 1000, or null",
            number(0, 1000, above=True, empty=True), None,
            "Greatest cost of a join.", "any"),
    ),
    "palette": (
        Key("most_de", "above 0, at most 300, or null",
            number(0, 300, above=True, empty=True), None,
            "Greatest CIE 1976 ΔE across a join.", "any"),
    ),
    "policy": (
        Key("bag", "true or false", truth, True, "Whether every take of a slot is "
            "shown before any comes again."),
        Key("cooldown", "a whole number, 0 to 100000", whole(0, _MOST_SHOWINGS),
            0, "Showings for which a take rests after it was shown."),
        Key("max_overlap", "0 to 1", number(0, 1), 1.0, "Greatest share of takes in "
            "common with an earlier showing."),
        Key("over", "a whole number, 1 to 100000", whole(1, _MOST_SHOWINGS), 1,
            "How many showings back that holds."),
    ),
    "audio": (
        Key("bed", "a clip, or null", clip_or_none, None, "Music under everything."),
        Key("stems", "a list of dictionaries", rows, (), "Music that only some "
            "showings have."),
        Key("voice", "a list of dictionaries", rows, (), "Voices, in their order."),
        Key("gains", "a dictionary", mapping, {}, "Levels, the same in every "
            "showing."),
    ),
    "stem": (
        Key("clip", "a clip", clip, NEEDED, "The music."),
        Key("chance", "0 to 1", number(0, 1), 0.5, "How often it is heard."),
        Key("gain_db", "-96 to 24 dB", _decibel, 0.0, "Its level."),
    ),
    "voice": (
        Key("slot", "a slot", text, NEEDED, "Slot under which it begins."),
        Key("clip", "a clip", clip, NEEDED, "The voice."),
        Key("pad_s", _SECONDS, _second, 0.0, "From the slot's start to its own."),
    ),
    "gains": (
        Key("bed_db", "-96 to 24 dB", _decibel, 0.0, "Of the music."),
        Key("voice_db", "-96 to 24 dB", _decibel, 0.0, "Of the voices."),
        Key("duck_db", "-96 to 0 dB", number(-96, 0), 0.0, "By how much the music "
            "steps back under a voice."),
        Key("takes_db", "-96 to 24 dB", _decibel, 0.0, "Of the takes' own sound."),
        Key("levelled", "true or false", truth, False, "Whether each voice and each "
            "take is first brought to the style's loudness, by its own."),
    ),
    "slot": (
        Key("id", "a name", text, NEEDED, "Its name, by which all else means it."),
        Key("policy", _words(_POLICIES), one_of(*_POLICIES), "shuffle",
            "`shuffle`: any take, by weight; `fixed`: the active one; `cycle`: in "
            "turn from showing to showing; `once`: in turn, then the slot is left "
            "out; `stopping`: in turn, then always the last."),
        Key("shortest_s", _POSITIVE_S, _span_s, None, "Least length of its shot.",
            "the style's `min_shot_s`"),
        Key("longest_s", _POSITIVE_S, _span_s, None, "Greatest length.",
            "the style's `max_shot_s`"),
        Key("join", "a dictionary", mapping, {}, "The join before it."),
        Key("requires", _CONDITION, text, None, "Without it the slot is left out.",
            "nothing"),
        Key("sets", _FLAGS, flags, {}, "Flags that it sets, whatever it shows."),
        Key("at_s", _SECONDS, number(0, _LONGEST_S, empty=True), None,
            "When it must begin; needs `grid` or `ticks_per_s`.", "any time"),
        Key("tags", "a list of names", texts, (), "What you call it."),
    ),
    "join": (
        Key("kind", _words(_KINDS), one_of(*_KINDS), "match", "What it is meant to "
            "be."),
        Key("length_s", "above 0, at most 10 s",
            number(0, 10, above=True, empty=True), None,
            "Length of its transition.", "the style's for its kind"),
    ),
    "take": (
        Key("weight", "above 0, at most 1000000", number(0, 1e6, above=True), 1.0,
            "How readily it is drawn, against the others."),
        Key("cuts", "a dictionary", mapping, {}, "Where it may begin and end."),
        Key("sets", _FLAGS, flags, {}, "Flags that it sets when it is shown."),
        Key("review", '"ok" or "quarantine"', one_of("ok", "quarantine"), "ok",
            "What is under quarantine is kept and never shown."),
        Key("prompt", "a dictionary", mapping, {}, "How more takes like it are "
            "asked for."),
    ),
    "cuts": (
        Key("in", '"grid" or a list of frames', frames("grid"), None,
            "Record frames from the take's first at which the shot may begin; `grid` "
            "is every half second. Of a still: numbers of its camera moves.",
            '`"grid"`'),
        Key("out", '"any" or a list of frames', frames("any"), None,
            "Record frames before which it may end. Of a still: lengths.",
            '`"any"`'),
    ),
    "prompt": (
        Key("template", "a text", lambda value: value, "", "The prompt, with {names} "
            "of variables."),
        Key("negative", "a text", lambda value: value, "", "What is not wanted, "
            "alike."),
        Key("vars", "a dictionary", mapping, {}, "Variables and what they may be."),
        Key("provider", "a text", lambda value: value, "", "Who is asked."),
        Key("refs", "a list", lambda value: value, (), "Pictures that go with it."),
    ),
}  # fmt: skip
