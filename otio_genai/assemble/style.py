"""How a film is cut: every choice that is a matter of taste, with its limits.

Conventions
    `Style` is a record of settings. Each field carries a `Setting`: the table and key
    under which ``film.toml`` gives it, its limits, its unit and its description. The
    film file's reader, its checks and its reference page all follow from these.

Sources
    Lengths, shares and thresholds are proposals, no findings about perception. The
    loudness of ``web`` is a habit of platforms that publish none; ``broadcast`` is EBU
    R 128, ``podcast`` AES TD1008.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from otio_genai.errors import AssembleError

__all__ = [
    "Setting",
    "Style",
    "conflicts",
    "fault",
    "markdown",
    "setting",
    "settings",
    "shown",
    "wanted",
]


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of ``film.toml``."""

    table: str
    key: str
    doc: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    above: float | None = None
    "Like ``low``, but itself not allowed."
    empty: str = ""
    "What ``None`` means."


def setting(default: Any, table: str, doc: str, *, key: str = "", **limits: Any) -> Any:
    """Return a dataclass field that is a key of ``film.toml``."""
    return dataclasses.field(
        default=default, metadata={"setting": Setting(table, key, doc, **limits)}
    )


_SHARE: dict[str, Any] = {"low": 0, "high": 1}


@dataclass(frozen=True, slots=True)
class Style:
    """How a film is cut.

    Every field is a key of ``film.toml``; its meaning, unit and limits stand beside it
    here and in the film file's reference page.

    Raises
    ------
    AssembleError
        A value is of the wrong type or beyond its limits; all of them are named.

    Examples
    --------
    >>> Style(mean_shot_s=1.8, dry_share=0.5).max_shot_s
    6.0
    """

    length_s: float | None = setting(
        None,
        "film",
        "Length of the film.",
        unit="s",
        above=0,
        high=14_400,
        empty="as long as the music, or as the takes last",
    )
    mean_shot_s: float = setting(
        2.6, "style", "Length that shots tend to.", unit="s", above=0, high=600
    )
    min_shot_s: float = setting(
        0.8, "style", "No shot is shorter.", unit="s", above=0, high=600
    )
    max_shot_s: float = setting(
        6.0, "style", "No shot is longer.", unit="s", above=0, high=3600
    )
    dry_share: float = setting(
        0.25,
        "style",
        "Share of the joins that are dry cuts, seeking contrast.",
        **_SHARE,
    )
    carry_share: float = setting(
        0.0,
        "style",
        "Share of the joins that are carries, accelerating through the cut.",
        **_SHARE,
    )
    cut_on: Literal["auto", "beats", "phrases", "onsets", "free"] = setting(
        "auto",
        "style",
        "Where in the music cuts fall; `auto` takes beats when they are sure, "
        "else onsets and phrases.",
    )
    use_stills: bool | Literal["auto"] = setting(
        "auto",
        "style",
        "Whether stills become shots; `auto` when takes alone do not fill the film.",
    )
    repeats: bool = setting(False, "style", "Whether a take may come more than once.")
    hold_end_s: float = setting(
        1.5, "style", "Least length of the last shot.", unit="s", low=0, high=60
    )
    fade_in_s: float = setting(
        0.0, "style", "Fade from black at the start.", unit="s", low=0, high=60
    )
    fade_out_s: float = setting(
        0.0, "style", "Fade to black at the end.", unit="s", low=0, high=60
    )
    match_floor: float = setting(
        0.75, "fractures", "Least score of a matched cut.", **_SHARE
    )
    contrast_ceiling: float = setting(
        0.35, "fractures", "Greatest score of a dry cut.", **_SHARE
    )
    carry_s: float = setting(
        0.5,
        "fractures",
        "Length of a carry, half of it on each side of the cut.",
        unit="s",
        low=0.1,
        high=2,
    )
    order: Literal["free", "given"] = setting(
        "free",
        "order",
        "`free` finds the order in which motion continues best; `given` keeps the "
        "order of the file names.",
        key="mode",
    )
    first: tuple[str, ...] = setting(
        (), "order", "Takes that open the film, by clip name, file name or path."
    )
    last: tuple[str, ...] = setting((), "order", "Takes that end the film.")
    profile: Literal["web", "broadcast", "podcast", "cinema"] = setting(
        "web",
        "sound",
        "Loudness of the film: `web` -14 LUFS, -1 dBTP; `broadcast` -23 LUFS, -1 dBTP; "
        "`podcast` -16 LUFS, -1 dBTP; `cinema` is measured, not changed.",
    )
    duck: bool = setting(True, "sound", "Whether the music steps back under the voice.")
    duck_distance_lu: float = setting(
        12.0, "sound", "How far below the voice it steps.", unit="LU", low=0, high=30
    )
    duck_max_db: float = setting(
        18.0, "sound", "It is never turned down further.", unit="dB", low=0, high=60
    )
    duck_attack_s: float = setting(
        0.28, "sound", "Time to step back.", unit="s", above=0, high=5
    )
    duck_hold_s: float = setting(
        0.5, "sound", "Time to stay back after a word.", unit="s", low=0, high=10
    )
    duck_release_s: float = setting(
        0.9, "sound", "Time to come forward again.", unit="s", above=0, high=10
    )
    voice_at_s: float | None = setting(
        None,
        "sound",
        "When the voice-over begins.",
        unit="s",
        low=0,
        high=14_400,
        empty="found, after a shot or two",
    )
    voice_gap_s: float = setting(
        0.8,
        "sound",
        "Pause between the files of a voice-over.",
        unit="s",
        low=0,
        high=600,
    )
    bed_fade_in_s: float = setting(
        0.0, "sound", "Fade of the music at the start.", unit="s", low=0, high=60
    )
    bed_fade_out_s: float = setting(
        2.0, "sound", "Fade of the music at the end.", unit="s", low=0, high=60
    )

    def __post_init__(self) -> None:
        """Refuse what is beyond the limits, all of it at once."""
        for name, accepted in _accepted(Style).items():
            object.__setattr__(self, name, _normal(getattr(self, name), accepted))
        values = {name: getattr(self, name) for name, _ in settings(Style)}
        items = [
            f"{name} {wrong}"
            for name, value in values.items()
            if (wrong := fault(Style, name, value))
        ] or conflicts(values)
        if items:
            raise AssembleError(
                "This style cannot be.", remedy="Change these values.", items=items
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON holds them."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, _ in settings(Style)
            for value in [getattr(self, name)]
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Style:
        """Return the style of what `to_dict` gave; keys that are unknown are left out.

        Raises
        ------
        AssembleError
            A value is beyond its limits.
        """
        known = {name for name, _ in settings(cls)}
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in kept.items()
            if name in known
        }
        return cls(**values)


def settings(record: type) -> list[tuple[str, Setting]]:
    """Return (field name, setting) of a record whose fields are keys, in order."""
    return [
        (field.name, dataclasses.replace(found, key=found.key or field.name))
        for field in dataclasses.fields(record)
        if (found := field.metadata.get("setting"))
    ]


def conflicts(values: Mapping[str, Any]) -> list[str]:
    """Return which settings of a style contradict each other.

    Parameters
    ----------
    values
        Value of every field of `Style`, each within its own limits.
    """
    found = []
    if not values["min_shot_s"] <= values["mean_shot_s"] <= values["max_shot_s"]:
        found.append(
            "min_shot_s, mean_shot_s and max_shot_s must not fall: they are "
            f"{values['min_shot_s']}, {values['mean_shot_s']}, {values['max_shot_s']}"
        )
    if values["dry_share"] + values["carry_share"] > 1:
        found.append(
            "dry_share and carry_share are more than all joins together: "
            f"{values['dry_share']} + {values['carry_share']}"
        )
    if values["contrast_ceiling"] > values["match_floor"]:
        found.append(
            f"contrast_ceiling {values['contrast_ceiling']} is above "
            f"match_floor {values['match_floor']}"
        )
    length_s = values["length_s"]
    if length_s is not None and length_s < values["min_shot_s"]:
        found.append(
            f"length_s {length_s} is shorter than one shot, {values['min_shot_s']}"
        )
    return found


def fault(record: type, name: str, value: object) -> str | None:
    """Return what is wrong with a value for a field, to follow its name; or ``None``.

    Examples
    --------
    >>> fault(Style, "dry_share", 25)
    'must be 0 to 1, not 25'
    >>> fault(Style, "cut_on", "beat")
    'must be "auto", "beats", "phrases", "onsets" or "free", not "beat"'
    """
    limits = dict(settings(record))[name]
    accepted = _accepted(record)[name]
    if not any(_is(value, one) for one in accepted):
        return f"must be {wanted(record, name)}, not {shown(value)}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        beyond = (
            not math.isfinite(value)
            or (limits.low is not None and value < limits.low)
            or (limits.above is not None and value <= limits.above)
            or (limits.high is not None and value > limits.high)
        )
        if beyond:
            return f"must be {wanted(record, name)}, not {shown(value)}"
    return None


def wanted(record: type, name: str) -> str:
    """Return in words what a field accepts: ``"0 to 1"``, ``"true or false"``."""
    limits = dict(settings(record))[name]
    words = [
        word
        for one in _accepted(record)[name]
        if one is not types.NoneType
        for word in _in_words(one, limits)
    ]
    *most, final = words
    return f"{', '.join(most)} or {final}" if most else final


def markdown(table: str, records: Sequence[type]) -> str:
    """Return the keys of one table of ``film.toml`` as a Markdown table."""
    rows = [
        (f"`{found.key}`", wanted(record, name), _default(record, name), found.doc)
        for record in records
        for name, found in settings(record)
        if found.table == table
    ]
    head = [("key", "accepts", "default", "meaning"), ("--",) * 4]
    lines = [
        " | ".join(cell.replace("|", "\\|") for cell in row) for row in head + rows
    ]
    return "\n".join(f"| {line} |" for line in lines)


def _default(record: type, name: str) -> str:
    found = {field.name: field for field in dataclasses.fields(record)}[name]
    default = found.default
    said = str(found.metadata["setting"].empty)
    return said or ("none" if default == () else f"`{shown(default)}`")


def shown(value: object) -> str:
    """Return a value as TOML writes it, for a message."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace('"', '\\"') + '"'
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(shown, value))}]"
    return str(value)


def _in_words(one: Any, limits: Setting) -> list[str]:
    if typing.get_origin(one) is Literal:
        return [shown(choice) for choice in typing.get_args(one)]
    if one in (int, float):
        unit = f" {limits.unit}" if limits.unit else ""
        whole = "a whole number, " if one is int else ""
        if limits.above is not None:
            least = f"above {_number(limits.above)}, at most "
        else:
            least = f"{_number(limits.low)} to "
        return [f"{whole}{least}{_number(limits.high)}{unit}"]
    return [_TYPES[one]]


def _number(value: float | None) -> str:
    return (
        str(int(value) if value == value // 1 else value) if value is not None else ""
    )


_TYPES = {
    str: "a text",
    bool: "true or false",
    tuple[str, ...]: "a text or a list of texts",
    Fraction: 'a rate such as 24 or "24000/1001"',
}


@functools.cache
def _accepted(record: type) -> dict[str, tuple[Any, ...]]:
    hints = typing.get_type_hints(record)
    return {name: _members(hints[name]) for name, _ in settings(record)}


def _members(hint: Any) -> tuple[Any, ...]:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return typing.get_args(hint)
    return (hint,)


def _normal(value: object, accepted: tuple[Any, ...]) -> object:
    """Return ``value`` in its one form, so that equal styles are the same bytes."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if whole and float in accepted:
        return float(value)  # type: ignore[arg-type]
    if tuple[str, ...] in accepted and isinstance(value, (str, list)):
        return (value,) if isinstance(value, str) else tuple(value)
    return value


def _is(value: object, one: Any) -> bool:
    if typing.get_origin(one) is Literal:
        return isinstance(value, str) and value in typing.get_args(one)
    if typing.get_origin(one) is tuple:
        return isinstance(value, tuple) and all(isinstance(v, str) for v in value)
    if isinstance(value, bool):
        return one is bool
    if one is float:
        return isinstance(value, (int, float))
    return isinstance(value, one)
