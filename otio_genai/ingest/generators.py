"""Which generator named a file so, and what the name says.

Aim
    A slate from a file name alone: generator, model, piece of the prompt, seed, date.
    A name can be changed by anyone, so it is evidence, never proof.

Conventions
    `RULES` is the table: per generator the extensions it writes, a pattern for the name
    without extension, and a reader per group (`otio_genai.ingest.decode`). Rules are
    tried in order; the broadest, a counter after any prefix, comes last.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from otio_genai.ingest import decode as read

__all__ = ["RULES", "Rule", "match", "slate_of"]

_HEX = "[0-9a-f]"
_UUID = "-".join(f"{_HEX}{{{length}}}" for length in (8, 4, 4, 4, 12))
_DAY = r"20[0-9]{6}"
_SECOND = r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}_[0-9]{2}_[0-9]{2}"
# What a browser adds to the second download of one name.
_COPY = r"(?:[ ]?\([0-9]+\))?"
_UPLOAD = r"(?:_(?P<upload_ms>[0-9]{13}))?"
_PICTURES = ("png", "jpg", "jpeg", "webp")
_COMFY = ("png", "webp", "webm", "mp4", "flac", "mp3", "gif")


@dataclass(frozen=True, slots=True)
class Rule:
    """How one generator names its files."""

    generator: str
    extensions: tuple[str, ...]
    pattern: re.Pattern[str]
    readers: Mapping[str, read.Reader]
    weak: bool = False
    """Other programs name files so too: the name alone is a weak hint."""


def _rule(
    generator: str,
    extensions: tuple[str, ...],
    pattern: str,
    readers: Mapping[str, read.Reader],
    *,
    weak: bool = False,
) -> Rule:
    compiled = re.compile(pattern, re.DOTALL | re.VERBOSE)
    return Rule(generator, extensions, compiled, readers, weak)


# In verbose patterns a literal space is written ``[ ]``.
RULES: tuple[Rule, ...] = (
    _rule(
        "kling",
        ("mp4", "mov", "png", "jpg", "jpeg"),
        rf"""kling_(?P<date>{_DAY})
        _(?P<mode>(?:Image|Text)_to_(?:Video|Image)|Lip_Sync|Motion_Control
            |Multi_Elements|[^\W\d_]+)
        _(?P<prompt>.{{10}}|.*?)  # ten characters, when there is a prompt at all
        _(?P<task>[0-9]{{1,6}})_(?P<index>[0-9]{{1,2}}){_UPLOAD}
        (?P<post>(?:[ ]?\([0-9]+\))?(?:_.+)?)  # a copy, then an upscaler's suffix
        """,
        {
            "date": read.day,
            "mode": read.spaced("mode"),
            "prompt": read.spaced("prompt"),
            "task": read.exactly("job"),
            "index": read.number("index"),
            "upload_ms": read.upload,
            "post": read.duplicate,
        },
    ),
    _rule(
        "elevenlabs",
        ("mp3", "wav"),
        rf"""ElevenLabs_(?P<ts>{_SECOND})_(?P<voice>.+?)_(?P<kind>[a-z]{{3}})
        (?:_sp(?P<speed>[0-9]+))?
        _s(?P<stability>[0-9]+)
        _sb(?P<similarity>[0-9]+)
        (?:_se(?P<style>[0-9]+))?
        (?:_(?P<boost>b))?
        _(?P<model>[a-z][a-z0-9_]*)
        (?:[-(].*)?
        """,
        {
            "ts": read.instant,
            "voice": read.exactly("voice"),
            "kind": read.exactly("mode"),
            "speed": read.parameter("speed"),
            "stability": read.parameter("stability"),
            "similarity": read.parameter("similarity"),
            "style": read.parameter("style"),
            "boost": read.switch("boost"),
            "model": read.exactly("model"),
        },
    ),
    _rule(
        "sora",
        ("mp4", "png", "webp", "gif"),
        rf"""(?P<date>{_DAY})_(?P<time>[0-9]{{4}})_(?P<title>.+?)
        _(?P<kind>simple_compose|remix|storyboard|blend|loop|recut)
        _(?P<ulid>0[0-9a-hjkmnp-tv-z]{{25}})(?:_(?P<index>[0-9]+))?{_COPY}
        """,
        {
            # The identifier knows the instant; the day in the name is the fallback.
            "date": read.day,
            "title": read.exactly("title"),
            "kind": read.spaced("mode"),
            "ulid": read.ulid,
            "index": read.number("index"),
        },
    ),
    _rule(
        "runway",
        ("mp4", "gif"),
        rf"""(?P<model>Gen-[0-9](?:\.[0-9])?(?:[ ]Alpha)?(?:[ ]Turbo)?)
        [ ]+(?P<seed>[0-9]{{5,10}})
        (?:,[ ](?P<parts>.*?))?
        (?:,[ ]M[ ](?P<motion>[0-9]+))?{_COPY}
        """,
        {
            "model": read.exactly("model"),
            "seed": read.number("seed"),
            "parts": read.runway_parts,
            "motion": read.parameter("motion"),
        },
    ),
    _rule(
        "hailuo",
        ("mp4", "png", "jpg", "jpeg", "mp3"),
        rf"""Hailuo_(?P<kind>Video|Image|Audio)_(?:(?P<prompt>.*?)_)?
        (?P<id>[0-9]{{15,21}}){_COPY}
        """,
        {
            "kind": read.exactly("mode"),
            "prompt": read.spaced("prompt"),
            "id": read.exactly("job"),
        },
    ),
    _rule(
        "freepik",
        (*_PICTURES, "mp4"),
        rf"(?:freepik|magnific)__(?P<prompt>.+?)(?:__(?P<id>[0-9]{{1,6}}))?"
        rf"{_UPLOAD}{_COPY}",
        {
            "prompt": read.tool_or_prompt,
            "id": read.exactly("job"),
            "upload_ms": read.upload,
        },
    ),
    _rule(
        "magnific",
        (*_PICTURES, "mp4"),
        rf"magnific_(?!_)(?P<prompt>.+?)_(?P<id>[0-9]{{6,}}|[A-Za-z0-9]{{10}}){_COPY}",
        {"prompt": read.tool_or_prompt, "id": read.exactly("job")},
    ),
    _rule(
        "midjourney",
        (*_PICTURES, "gif", "mp4"),
        rf"""(?!(?:freepik|magnific)__)(?:Upscaled_)?(?P<user>[^_]+)_(?P<prompt>.+)
        _(?P<job>{_UUID})(?:_(?P<index>[0-3]))?{_COPY}
        """,
        {
            "user": read.exactly("user"),
            "prompt": read.flags,
            "job": read.exactly("job"),
            "index": read.number("index"),
        },
    ),
    _rule(
        "google_flow",
        (*_PICTURES, "mp4"),
        rf"(?P<prompt>.+?)_+delpmaspu_*(?P<index>[0-9]*){_COPY}",
        {"prompt": read.flow_prompt, "index": read.number("index")},
    ),
    _rule(
        "a1111",
        _PICTURES,
        r"(?P<counter>[0-9]{5})-(?P<seed>[0-9]{1,10})(?:-(?P<prompt>.+))?",
        {
            "counter": read.number("index"),
            "seed": read.number("seed"),
            "prompt": read.exactly("prompt"),
        },
    ),
    # The native nodes end a name with an underscore, those of VideoHelperSuite do not.
    _rule(
        "comfyui",
        _COMFY,
        rf"(?P<prefix>.+)_(?P<counter>[0-9]{{5}})_{_COPY}",
        {"prefix": read.exactly("prefix"), "counter": read.number("index")},
    ),
    _rule(
        "comfyui",
        _COMFY,
        rf"(?P<prefix>.+)_(?P<counter>[0-9]{{5}})(?:-audio)?{_COPY}",
        {"prefix": read.exactly("prefix"), "counter": read.number("index")},
        weak=True,
    ),
)


def match(file_name: str) -> tuple[Rule, dict[str, str]] | None:
    """Return the rule a file name follows and the text of its groups, or ``None``.

    Examples
    --------
    >>> rule, groups = match("Gen-4 Turbo  4006709044.mp4")
    >>> rule.generator, groups["seed"]
    ('runway', '4006709044')
    """
    stem, dot, extension = file_name.rpartition(".")
    if not dot:
        return None
    for rule in RULES:
        if extension.lower() not in rule.extensions:
            continue
        found = rule.pattern.fullmatch(stem)
        if found:
            groups = found.groupdict()
            return rule, {name: text for name, text in groups.items() if text}
    return None


def slate_of(file_name: str) -> dict[str, Any]:
    """Return the slate that a file name tells; unknown entries are absent.

    Returns
    -------
    dict
        Always ``name``, the file name as it was found, and ``evidence``, a list. When
        a generator names its files so: ``generator`` and whatever the name holds of
        ``model prompt job seed date mode voice title index user input uploaded``, with
        the generator's own settings in ``parameters``. ``confidence`` is ``"low"`` when
        other programs name files so too.

    Examples
    --------
    >>> slate_of("kling_20250901_Image_to_Video_The_neon_b_900_0.mp4")["prompt"]
    'The neon b'
    """
    slate: dict[str, Any] = {"name": file_name, "evidence": []}
    found = match(file_name)
    if found is None:
        return slate
    rule, groups = found
    slate |= {"generator": rule.generator, "evidence": ["file name"]}
    if rule.weak:
        slate["confidence"] = "low"
    for name, reader in rule.readers.items():
        if name in groups:
            _merge(slate, reader(groups[name]))
    return slate


def _merge(slate: dict[str, Any], entries: dict[str, Any]) -> None:
    for key, value in entries.items():
        if key == "parameters":
            slate.setdefault(key, {}).update(value)
        elif value != "":
            slate[key] = value
