"""One feature, by one road, through one program: what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from otio_genai import maps
from otio_genai.export import export
from tests.oracles import features
from tests.oracles.programs import PROGRAMS, Film, Program
from tests.oracles.seen import Verdict, compare, compare_drawn, heard, sound_faults
from tests.support.coded import decoded

#: Targets of ours, and the suffix by which their readers know them.
ROADS = {
    "premiere": ".xml",
    "resolve": ".xml",
    "finalcut": ".fcpxml",
    "otio-premiere": ".otio",
    "otio-resolve": ".otio",
    "kdenlive": ".kdenlive",
    "mlt": ".mlt",
}


@dataclass(frozen=True)
class Result:
    """Frames and tenths of a second of sound, compared and wrong.

    ``rounded`` frames show the neighbour of theirs at a rate whose frames the
    program's clock does not hold, or are the one that a program loses;
    ``renders`` were needed to tell.
    """

    program: str
    road: str
    feature: str
    rate: Fraction
    frames: int
    wrong: tuple[str, ...]
    rounded: int
    pieces: int
    sound_wrong: tuple[str, ...]
    renders: int


def cases() -> list[tuple[str, str, str]]:
    """Return every (program, road, feature) that can be asked."""
    return [
        (program.name, road, feature)
        for program in PROGRAMS.values()
        for road in ROADS
        for feature in features.FEATURES
        if feature in program.shows.get(road, ())
    ]


def trial(
    name: str, road: str, feature: str, media: features.Media, folder: Path
) -> Result:
    """Write a film, let the program render it, and compare."""
    program = PROGRAMS[name]
    timeline = features.FEATURES[feature](media)
    document = folder / f"{feature.replace(' ', '-')}.{road}{ROADS[road]}"
    export(timeline, document, to=road, force=True)
    return attempt(program, road, feature, timeline, document)


def attempt(
    program: Program,
    road: str,
    feature: str,
    timeline: otio.schema.Timeline,
    document: Path,
) -> Result:
    """Render a document and compare it with a timeline."""
    rate = maps.record_rate(timeline)
    film = Film(document, rate, maps.length_frames(timeline), features.SIZE)
    verdict: Verdict | None = None
    pieces, silent, renders = 0, [], 0
    while renders < program.renders:
        renders += 1
        made = program.render(replace(film, turn=renders - 1))
        if feature == "framing":
            seen = compare_drawn(decoded(made), timeline)
        else:
            seen = compare(decoded(made), timeline, program)
        verdict = seen if verdict is None else verdict.both(seen)
        if feature in ("sound", "levels"):
            pieces, silent = sound_faults(
                heard(made), timeline, features.TONES, levels=feature == "levels"
            )
        if not verdict.wrong and not verdict.near:
            break
    assert verdict is not None
    wrong, rounded = verdict.wrong | verdict.near, verdict.near
    uneven = program.even_rates is not None and rate not in program.even_rates
    if uneven:
        # Such a clock also ends a frame early or late, on black.
        ends = {k: t for k, t in wrong.items() if k >= film.frames - 1}
        rounded = rounded | ends
    elif feature != "own rate":
        rounded = {}
    if program.renders > 1 and len(wrong) == 1:
        # The frame it loses may be the same in every render; a second program,
        # which loses none, tells it from a fault of ours.
        rounded = wrong
    return Result(
        program.name,
        road,
        feature,
        rate,
        verdict.compared,
        tuple(text for k, text in wrong.items() if k not in rounded),
        len(rounded),
        pieces,
        tuple(silent),
        renders,
    )
