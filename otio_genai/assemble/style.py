"""How a film is cut: every choice that is a matter of taste, with its limits.

Conventions
    `Style` is a record of settings (`otio_genai.assemble.settings`): each field is a
    key of ``film.toml``.

Sources
    Lengths, shares and thresholds are proposals, no findings about perception. The
    loudness of ``web`` is a habit of platforms that publish none; ``broadcast`` is
    EBU R 128, ``podcast`` AES TD1008.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from otio_genai.assemble.settings import accepted, fault, normal, setting, settings
from otio_genai.errors import AssembleError

__all__ = ["Style", "conflicts"]


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
        "Share of the joins that are carries: transitions between takes' handles.",
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
        "Loudness to aim at: `web` -14 LUFS, `broadcast` -23, `podcast` -16; `cinema` "
        "changes nothing. A true peak never passes -1 dBTP, so a film of great "
        "contrasts stays below its aim: nothing is compressed.",
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
        for name, types_of in accepted(Style).items():
            object.__setattr__(self, name, normal(getattr(self, name), types_of))
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
