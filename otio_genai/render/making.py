"""The segments of a film made, those that are not there yet, and only those."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from otio_genai.errors import OutputError
from otio_genai.media.encoding import Encoding, SoundEncoding
from otio_genai.render.cache import SegmentCache
from otio_genai.render.effects import Functions
from otio_genai.render.here import make_here
from otio_genai.render.plan import SAMPLE_RATE, Plan
from otio_genai.render.segments import Segment, key, recipe, segments
from otio_genai.render.sound.making import PCM
from otio_genai.render.sources import Sources
from otio_genai.render.workers import Executor, Job

__all__ = ["Made", "make"]

Progress = Callable[[str, int, int], None]

# Bits a pixel that encoders write at most, for judging the room a film needs.
_BITS_PER_PIXEL = {"libx264": 0.25, "libx265": 0.2, "prores_ks": 4.5}
_OTHERS = 0.5
# Two channels of 24 bits.
_PCM_BYTES = 6


@dataclass(frozen=True, slots=True)
class Made:
    """The segments of a film."""

    files: tuple[Path, ...]
    "In the film's order."
    plain_frames: int
    "Record frames that needed no composing."
    fresh: int
    "How many of them were made now."


def make(
    plan: Plan,
    encoding: Encoding,
    sources: Sources,
    cache: SegmentCache,
    executor: Executor | None,
    report: Progress,
    *,
    functions: Functions | None = None,
    sound: SoundEncoding | None = None,
) -> Made:
    """Return the segments of a film, made where the cache does not have them.

    There must be room for them, and for the sound that is made beside them.

    Raises
    ------
    MediaError, OutputError, RenderError
        As `otio_genai.render.work.encode`, or a file changed meanwhile; what was made
        before is kept.
    """
    pieces = segments(plan)
    jobs = [_job(piece, plan, encoding, sources.pictures) for piece in pieces]
    found = {job.key: cache.find(job.key) for job in jobs}
    missing = list({job.key: job for job in jobs if found[job.key] is None}.values())
    if missing:
        needed = _picture_bytes(missing, plan, encoding)
        cache.ensure_room(needed + _sound_bytes(plan, sound))
        # Other processes do not have the caller's functions.
        here = [job for job in missing if executor is None or _has_functions(job)]
        if here:
            unchanged = sources.ensure_unchanged
            make_here(here, cache, report, functions, unchanged=unchanged)
        rest = [job for job in missing if not _has_functions(job)]
        if rest and executor is not None:
            executor.run(rest, _Keeping(cache, sources), report)
        found |= {job.key: cache.find(job.key) for job in missing}
    files = [found[job.key] for job in jobs]
    lost = sum(file is None for file in files)
    if lost:
        raise OutputError(
            f"{lost} segments are gone from the cache that were there just now.",
            place=str(cache.folder),
            remedy="Render again.",
        )
    plain = sum(len(piece.frames) for piece in pieces if piece.plain)
    return Made(tuple(file for file in files if file), plain, len(missing))


def _job(
    piece: Segment, plan: Plan, encoding: Encoding, identities: Mapping[str, str]
) -> Job:
    made = recipe(piece, plan, encoding, identities)
    return Job(key(made), made, len(piece.frames))


def _picture_bytes(missing: Sequence[Job], plan: Plan, encoding: Encoding) -> int:
    frames = sum(job.frames for job in missing)
    bits = _BITS_PER_PIXEL.get(encoding.codec, _OTHERS)
    return int(frames * plan.size[0] * plan.size[1] * bits / 8)


def _sound_bytes(plan: Plan, sound: SoundEncoding | None) -> int:
    if sound is None or not plan.sounds:
        return 0
    if sound.codec == PCM:
        return plan.samples * _PCM_BYTES
    return plan.samples * sound.bit_rate // (8 * SAMPLE_RATE)


def _has_functions(job: Job) -> bool:
    return any(one["code"] for look in job.recipe["looks"] for one in look["effects"])


class _Keeping:
    """Puts what others made into the cache."""

    def __init__(self, cache: SegmentCache, sources: Sources) -> None:
        self._cache, self._sources = cache, sources

    def __call__(self, job: Job, path: Path) -> None:
        self._sources.ensure_unchanged(job.urls)
        with self._cache.adding(job.key, path.suffix) as place:
            shutil.move(path, place)
