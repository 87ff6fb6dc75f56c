"""What each adapter is called, where it comes from, and what it carries.

Sources
    Measured: timelines of one feature each, written and read back by the adapter.
"""

from __future__ import annotations

from dataclasses import dataclass

from otio_genai.errors import InterchangeError

__all__ = ["EDITORS", "Editor", "editor"]


@dataclass(frozen=True, slots=True)
class Editor:
    """One adapter.

    Parameters
    ----------
    name
        Name of the target.
    adapter
        Name of the adapter in OpenTimelineIO.
    package
        The package it is installed by.
    holds
        Items it can be given, in the words of `otio_genai.interchange.layout`.
    carries
        What else it writes and reads: ``sound``, ``tracks`` (several), ``dissolves``,
        ``crossfades``, ``fades`` (to and from black), ``disabled`` clips, ``names`` of
        tracks, ``markers`` of the timeline, ``clip markers``, ``start`` timecode
        and ``drop`` frame, the ``media start`` and ``media length``, the ``raster``,
        ``reels`` (with comments and colour decisions).
    one_rate
        Every time must be counted at the film's rate.
    reads
        It reads what it writes.
    """

    name: str
    adapter: str
    package: str
    holds: frozenset[str]
    carries: frozenset[str]
    one_rate: bool = False
    reads: bool = True


def _of(*words: str) -> frozenset[str]:
    return frozenset(words)


EDITORS = {
    "edl": Editor(
        "edl",
        "cmx_3600",
        "otio-cmx3600-adapter",
        # A reel and timecodes are all it asks: the media may be anything.
        _of("speed", "freeze", "missing", "generator", "image sequence"),
        _of("dissolves", "clip markers", "start", "media start", "drop", "reels"),
        one_rate=True,
    ),
    "aaf": Editor(
        "aaf",
        "AAF",
        "otio-aaf-adapter",
        _of(),
        _of(
            "sound",
            "tracks",
            "dissolves",
            "crossfades",
            "names",
            "start",
            "media start",
            "media length",
        ),
        one_rate=True,
    ),
    "kdenlive": Editor(
        "kdenlive",
        "kdenlive",
        "otio-kdenlive-adapter",
        _of(),
        _of("sound", "tracks", "names", "markers", "raster", "media length"),
        one_rate=True,
    ),
    "mlt": Editor(
        "mlt",
        "mlt_xml",
        "otio-mlt-adapter",
        _of("speed", "freeze"),
        _of("sound", "tracks", "dissolves", "crossfades", "raster", "media length"),
        one_rate=True,
        reads=False,
    ),
}


def editor(name: str) -> Editor:
    """Return an editor by its name.

    Raises
    ------
    InterchangeError
        There is none of that name.
    """
    if name not in EDITORS:
        raise InterchangeError(
            f"There is no adapter for {name!r}.",
            remedy=f"Use one of: {', '.join(EDITORS)}.",
        )
    return EDITORS[name]
