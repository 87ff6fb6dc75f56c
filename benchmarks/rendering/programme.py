"""A film of the benchmarks made ready, and one way of making it measured."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

from benchmarks.rendering import judging, material, peers
from benchmarks.rendering.material import Film
from benchmarks.rendering.measuring import cost

__all__ = ["measured", "prepare", "tell"]


def prepare(film: Film, folder: Path, *, raw: bool) -> Path:
    """Make material, timeline and what the ways want, and return their folder."""
    tell("making the material")
    material.make(film)
    wide, high = film.size
    work = folder / f"{wide}x{high}-{len(film.shots)}-{film.frames}"
    work.mkdir(exist_ok=True)
    timeline = material.timeline(film)
    timeline.to_json_file(str(work / "film.otio"))
    facts = {
        "material": str(film.folder),
        "size": film.size,
        "shots": [dataclasses.astuple(shot) for shot in film.shots],
    }
    (work / "facts.json").write_text(json.dumps(facts))
    (work / "needed.json").write_text(json.dumps(judging.needed(timeline)))
    reference = work / "reference.yuv"
    whole = film.frames * wide * high * 3 // 2
    if raw and not (reference.exists() and reference.stat().st_size == whole):
        judging.write_reference(timeline, reference)
    return work


def measured(name: str, film: Film, work: Path, preset: str) -> dict[str, object]:
    """Return what one way costs, in a fresh process."""
    log = work / f"{name}.log"
    found = cost(
        peers.command(name, film, work, preset),
        env={"OTIO_GENAI_CACHE": str(work / "cache")},
        log=log,
    )
    if found.code:
        tell(f"{name} ended with {found.code}: {log.read_text()[-600:]}")
    return dataclasses.asdict(found)


def tell(what: str) -> None:
    """Say how far it is, beside the report."""
    print(what, file=sys.stderr, flush=True)
