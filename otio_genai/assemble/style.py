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

from otio_genai.assemble.clashes import conflicts
from otio_genai.assemble.settings import accepted, fault, normal, setting, settings
from otio_genai.errors import AssembleError

__all__ = ["Style"]


_SHARE: dict[str, Any] = {"low": 0, "high": 1}
_WEIGHT: dict[str, Any] = {"low": 0, "high": 100}


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
        empty="as long as the music, or as three quarters of what the takes last",
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
        "Share of the joins that are carries: both shots gather speed into one "
        "movement and cut in its midst.",
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
    dissolve_share: float = setting(
        0.0, "style", "Share of the joins that are cross-dissolves.", **_SHARE
    )
    dip_share: float = setting(
        0.0, "style", "Share of the joins that dip to black.", **_SHARE
    )
    dissonance: float = setting(
        0.0,
        "fractures",
        "What joins that are no dry cuts aim at: 0 motion that continues, 1 motion "
        "deliberately opposed, between them motion that misses by so much.",
        **_SHARE,
    )
    fall_on: Literal["auto", "phrases", "sentences", "even"] = setting(
        "auto",
        "fractures",
        "Where dry cuts and transitions are drawn to: starts of musical phrases, "
        "breaks between sentences, both (`auto`), or nothing but an even spread.",
    )
    spacing: int = setting(
        1,
        "fractures",
        "Least number of plain joins between two that are planned as dry cuts or "
        "transitions, where the shares leave room for it.",
        low=0,
        high=100,
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
    dissolve_s: float = setting(
        1.0, "fractures", "Length of a cross-dissolve.", unit="s", low=0.1, high=10
    )
    dip_s: float = setting(
        1.0, "fractures", "Length of a dip to black.", unit="s", low=0.1, high=10
    )
    still_moves: Literal["match", "push", "hold"] = setting(
        "match",
        "stills",
        "Camera on stills: `match` plans pans and zooms so that the joins match, "
        "`push` moves slowly in or out, `hold` stands still.",
        key="moves",
    )
    still_zoom_per_s: float = setting(
        0.065,
        "stills",
        "Speed of zooms.",
        unit="of the size a second",
        low=0,
        high=1,
        key="zoom_per_s",
    )
    still_pan_fw_s: float = setting(
        0.04,
        "stills",
        "Speed of pans along the frame's long side.",
        unit="frame widths a second",
        low=0,
        high=0.5,
        key="pan_fw_s",
    )
    colour: Literal["kind", "continuity", "contrast", "free"] = setting(
        "kind",
        "colour",
        "`continuity` seeks like colours across joins, `contrast` unlike ones, `kind` "
        "the first where motion continues and the second across dry cuts.",
        key="across",
    )
    tint: str | None = setting(
        None,
        "colour",
        "Signature colour that takes should be near, `#rrggbb`.",
        empty="none",
        pattern="#[0-9a-fA-F]{6}",
        like='"#d8a0a8"',
    )
    order: Literal["free", "given"] = setting(
        "free",
        "order",
        "`free` finds the order in which motion continues best; `given` keeps the "
        "order of the file names, or of the shot list.",
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
        "changes nothing. Peaks are ridden down first (`ride_db`); a true peak never "
        "passes -1 dBTP, so a film of great contrasts may stay below its aim.",
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
    ride_db: float = setting(
        6.0,
        "sound",
        "Most by which short peaks are turned down, by level keyframes as a hand on "
        "the fader would, so that the programme reaches its loudness; 0 leaves them.",
        unit="dB",
        low=0,
        high=12,
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
    takes_sound: Literal["drop", "mix", "keep"] = setting(
        "drop",
        "sound",
        "The takes' own sound: `drop` leaves it out, `mix` lays it under music and "
        "voice, `keep` levels it to the programme.",
    )
    takes_below_lu: float = setting(
        12.0,
        "sound",
        "How far below the programme the takes' sound lies when mixed.",
        unit="LU",
        low=0,
        high=40,
    )
    takes_fade_s: float = setting(
        0.08,
        "sound",
        "Cross-fade between the sounds of two takes.",
        unit="s",
        low=0,
        high=2,
    )
    split_s: float = setting(
        0.0,
        "sound",
        "Split edits of the takes' sound: above 0 the outgoing sound goes on so long "
        "under the new picture (L cut), below 0 the incoming one begins so much "
        "before it (J cut).",
        unit="s",
        low=-3,
        high=3,
    )
    bed_fade_in_s: float = setting(
        0.0, "sound", "Fade of the music at the start.", unit="s", low=0, high=60
    )
    bed_fade_out_s: float = setting(
        2.0, "sound", "Fade of the music at the end.", unit="s", low=0, high=60
    )

    weight_motion: float = setting(
        1.0,
        "weights",
        "Motion that continues, or breaks where it should.",
        key="motion",
        **_WEIGHT,
    )
    weight_length: float = setting(
        1.0, "weights", "Shots near their mean length.", key="length", **_WEIGHT
    )
    weight_music: float = setting(
        1.0, "weights", "Cuts on musical places.", key="music", **_WEIGHT
    )
    weight_voice: float = setting(
        1.0, "weights", "Cuts between sentences, not on words.", key="voice", **_WEIGHT
    )
    weight_colour: float = setting(
        0.15,
        "weights",
        "Like or unlike colours across joins, and the signature colour.",
        key="colour",
        **_WEIGHT,
    )
    weight_energy: float = setting(
        0.1,
        "weights",
        "Lively takes where the music is loud, calm ones where it is soft.",
        key="energy",
        **_WEIGHT,
    )
    weight_steadiness: float = setting(
        0.3,
        "weights",
        "Cuts away from moments where a take wobbles, morphs or freezes.",
        key="steadiness",
        **_WEIGHT,
    )
    weight_repetition: float = setting(
        0.3,
        "weights",
        "Takes of one picture kept apart, and repeats far from each other.",
        key="repetition",
        **_WEIGHT,
    )
    weight_rest: float = setting(
        0.15,
        "weights",
        "Joins of stillness with stillness avoided, which match by "
        "having nothing to match.",
        key="rest",
        **_WEIGHT,
    )
    weight_keep: float = setting(
        0.15,
        "weights",
        "Shots left as they were, when a film is planned again.",
        key="keep",
        **_WEIGHT,
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
