"""The bin: the takes, stills, music and voice of a film, as OpenTimelineIO holds them.

Conventions
    A bin is a stock ``SerializableCollection`` of clips, one per file, in natural order
    of their paths. A clip's media reference carries the facts (``media``), the identity
    (``slate``) and the hashes (``hash``); its ``available_range`` is always set: takes
    in frames at their own rate from their start timecode, stills a nominal hour at 24,
    sound in samples. What is said of a sound is there too: ``cues`` of music
    (`otio_genai.ingest.cues`), ``script`` of a voice (`otio_genai.ingest.words`), and
    ``bed`` on the music under everything. On the bin itself lie ``faults`` and
    ``skipped``, lists of [relative path, reason], and ``rate`` when one was asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from os import PathLike
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.errors import MediaError
from otio_genai.ingest.facts import Known
from otio_genai.media import locate

__all__ = [
    "Bin",
    "entries",
    "faults",
    "film_rate",
    "film_size",
    "find",
    "kind",
    "make",
    "put_faults",
    "read",
    "reference",
    "skipped",
]

Bin: TypeAlias = otio.schema.SerializableCollection

#: Nominal length and rate of a still, which has neither.
STILL_FRAMES, STILL_RATE = 86_400, Fraction(24)
#: Rates at which editors cut; a film has one of these unless it says otherwise.
_FILM_RATES = (
    Fraction(24),
    Fraction(24_000, 1001),
    Fraction(25),
    Fraction(30),
    Fraction(30_000, 1001),
    Fraction(50),
    Fraction(60),
    Fraction(60_000, 1001),
)
_FALLBACK_SIZE = (1920, 1080)
_PICTURE = ("width", "height")
_MOVING = ("rate", "frames", "video_codec", "pix_fmt", "sar", "rotation")
_SOUND = ("sample_rate", "channels", "samples", "audio_codec")


def make(
    clips: Iterable[otio.schema.Clip],
    *,
    faults: Sequence[tuple[str, str]] = (),
    skipped: Sequence[tuple[str, str]] = (),
    rate: Fraction | None = None,
) -> Bin:
    """Return a bin of ``clips`` in the given order."""
    made = Bin(name="bin", children=list(clips))
    put_faults(made, faults)
    metadata.put(made, "skipped", [list(pair) for pair in skipped])
    metadata.put(made, "rate", rates.text(rate) if rate else None)
    return made


def put_faults(b: Bin, faults: Sequence[tuple[str, str]]) -> None:
    """Write (relative path, reason) of every file that is broken, in place."""
    metadata.put(b, "faults", [list(pair) for pair in faults])


def reference(
    known: Known, kind: str, slate: dict[str, Any], why: str
) -> otio.schema.ExternalReference:
    """Return the media reference of a file used as ``kind``.

    Parameters
    ----------
    known
        Its facts and hashes.
    kind
        One of `otio_genai.ingest.kinds.KINDS`.
    slate
        Its identity.
    why
        What the kind was told by.
    """
    facts = known.facts
    made = otio.schema.ExternalReference(
        target_url=locate.url(known.path),
        available_range=_available(kind, facts),
    )
    made.name = slate["name"]
    metadata.put(made, "media", {"kind": kind, "kind_by": why} | _facts(kind, facts))
    metadata.put(made, "slate", slate)
    metadata.put(made, "hash", known.hash)
    return made


def read(path: str | PathLike[str]) -> Bin:
    """Return the bin that a file holds.

    Raises
    ------
    MediaError
        The file cannot be read, or holds something else.
    """
    place = Path(path)
    try:
        found = otio.adapters.read_from_file(str(place))
    except (otio.exceptions.OTIOError, ValueError, OSError) as error:
        raise MediaError(
            f"It cannot be read as a bin: {error}",
            place=str(place),
            remedy="Make it again: `otio-genai ingest FOLDER -o bin.otio`.",
        ) from error
    if not isinstance(found, otio.schema.SerializableCollection):
        raise MediaError(
            f"It holds a {type(found).__name__}, not a bin.",
            place=str(place),
            remedy="Give the file that `otio-genai ingest` or `analyse` made.",
        )
    return found


def entries(b: Bin, kind: str | None = None) -> list[otio.schema.Clip]:
    """Return the clips of a bin in order, of one kind or of all."""
    clips = [child for child in b if isinstance(child, otio.schema.Clip)]
    return [clip for clip in clips if kind in (None, _kind(clip))]


def kind(clip: otio.schema.Clip) -> str:
    """Return ``"take"``, ``"still"``, ``"music"`` or ``"voice"``; ``""`` if unknown."""
    return _kind(clip)


# `entries` has a parameter of that name.
def _kind(clip: otio.schema.Clip) -> str:
    return str(_media(clip).get("kind", ""))


def find(b: Bin, name: str) -> otio.schema.Clip | None:
    """Return the clip that ``name`` means: its name, file name or end of its path.

    Letter case matters only where it tells two clips apart; ``None`` when no clip or
    more than one is meant.
    """
    for meant in (lambda text: text, str.casefold):
        wanted = meant(name)
        for of_clip in (_own_name, _file_name, _path_end(name)):
            found = [clip for clip in entries(b) if meant(of_clip(clip)) == wanted]
            if len(found) == 1:
                return found[0]
    return None


def faults(b: Bin) -> list[tuple[str, str]]:
    """Return (relative path, reason) of every file that is broken."""
    return [(name, reason) for name, reason in metadata.read(b, "faults", [])]


def skipped(b: Bin) -> list[tuple[str, str]]:
    """Return (relative path, reason) of every file that was left out on purpose."""
    return [(name, reason) for name, reason in metadata.read(b, "skipped", [])]


def film_rate(b: Bin) -> Fraction:
    """Return the rate a film of this bin should have.

    The one asked for at ingest, else the commonest among takes at a rate editors cut
    at, else 24. Generated takes at 8 or 16 frames per second do not make a film of 8.
    """
    asked = metadata.read(b, "rate")
    if asked:
        return rates.rate(asked)
    takes = [rates.rate(_media(clip)["rate"]) for clip in entries(b, "take")]
    found = Counter(rate for rate in takes if rate in _FILM_RATES)
    return found.most_common(1)[0][0] if found else Fraction(24)


def film_size(b: Bin) -> tuple[int, int]:
    """Return the (width, height) in pixels a film of this bin should have.

    The commonest size of its takes, the larger of two equally common, else of its
    stills; made even, since 4:2:0 video has no odd sizes.
    """
    clips = entries(b, "take") or entries(b, "still")
    sizes = Counter((_media(clip)["width"], _media(clip)["height"]) for clip in clips)
    if not sizes:
        return _FALLBACK_SIZE
    (width, height), _ = max(
        sizes.items(), key=lambda item: (item[1], item[0][0] * item[0][1], item[0])
    )
    return max(2, width - width % 2), max(2, height - height % 2)


def _available(kind: str, facts: dict[str, Any]) -> otio.opentime.TimeRange:
    if kind == "still":
        return rates.span(0, STILL_FRAMES, STILL_RATE)
    if kind == "take":
        start = facts["start_timecode_frames"] or 0
        return rates.span(start, facts["frames"], rates.rate(facts["rate"]))
    return rates.span(0, facts["samples"], Fraction(facts["sample_rate"]))


def _facts(kind: str, facts: dict[str, Any]) -> dict[str, Any]:
    keys: tuple[str, ...] = ()
    if kind in ("take", "still"):
        keys += _PICTURE
    if kind == "take":
        keys += (*_MOVING, "has_audio")
    if kind == "still":
        keys += ("video_codec", "pix_fmt")
    if kind in ("music", "voice") or (kind == "take" and facts["has_audio"]):
        keys += _SOUND
    told = {key: facts[key] for key in keys if facts[key] is not None}
    for key in ("variable", "damage"):
        if kind == "take" and facts[key]:
            told[key] = facts[key]
    if kind in ("take", "still") and facts["alpha"]:
        told["alpha"] = True
    if kind == "take":
        told["duration_s"] = _rounded(facts["frames"] / rates.rate(facts["rate"]))
    elif kind in ("music", "voice"):
        told["duration_s"] = _rounded(Fraction(facts["samples"], facts["sample_rate"]))
    return told


def _rounded(exact_s: Fraction) -> float:
    return round(float(exact_s), 6)


def _media(clip: otio.schema.Clip) -> dict[str, Any]:
    found: dict[str, Any] = metadata.read(clip.media_reference, "media", {})
    return found


def _own_name(clip: otio.schema.Clip) -> str:
    return str(clip.name)


def _file_name(clip: otio.schema.Clip) -> str:
    slate = metadata.read(clip.media_reference, "slate", {})
    return str(slate.get("name", ""))


def _path_end(name: str) -> Any:
    depth = len(PurePosixPath(name).parts)

    def end(clip: otio.schema.Clip) -> str:
        parts = locate.path(clip.media_reference).parts
        return "/".join(parts[-depth:]) if depth else ""

    return end
