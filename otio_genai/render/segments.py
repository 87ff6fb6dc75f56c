"""A film cut into segments, each known by a hash of everything that decides it.

Aim
    A segment is a run of record frames that is encoded alone and may be kept, sent
    away, done again or used in another film. Its *recipe* is all that makes it, as
    JSON: the renderer is given nothing else. Its *key* is the hash of that recipe with
    files named by their content, so that a file may move and a film be cut anew.

Conventions
    Spans are cut on a grid of two seconds of the *source*, not of the film: trimming a
    clip changes its first or last segment alone. Pieces too short to be worth an
    encoder are joined to their neighbour.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from importlib import metadata as packages
from typing import Any

import av

from otio_genai import rates
from otio_genai.maps import Sweep
from otio_genai.maps.sweep import vector
from otio_genai.media.encoding import Encoding
from otio_genai.render.plan import GRID_S, Plan, Span
from otio_genai.render.shown import NO_CROP, Effect, Frame, Look, Pose, Shown

__all__ = ["ENGINE", "Segment", "engine", "key", "recipe", "segments", "shown"]

#: Counts up whenever the same recipe would give other pictures.
ENGINE = 2

# Shorter pieces join their neighbour, longer ones are cut, in parts of the grid.
_LEAST, _MOST = Fraction(1, 6), 2
# What a row of a recipe has after its first three parts.
_USUAL = ("1", [1.0, 0.0, 0.0, 0.0], list(NO_CROP), None, 0, False)
_OFTEN = ("weight", "pose", "crop", "sweep", "clip_frame", "over")
# What composed pictures are made with, besides FFmpeg.
_COMPOSERS = (
    "moviepy",
    "numpy",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
    "opencv-python",
    "opencv-python-headless",
    "pillow",
)


@dataclass(frozen=True, slots=True)
class Segment:
    """Record frames that are encoded together."""

    start_frames: int
    "First record frame."
    plain: bool
    "One clip, whole and unmoved."
    frames: tuple[Frame, ...]
    "What each record frame shows."


def segments(plan: Plan) -> list[Segment]:
    """Return the segments of a film, in order and without a gap."""
    return [piece for span in plan.spans for piece in _pieces(span, plan)]


def _pieces(span: Span, plan: Plan) -> Iterable[Segment]:
    cuts = [0, *_grid(span, plan), len(span.frames)]
    least = int(GRID_S * plan.rate * _LEAST)
    kept = [cuts[0]]
    for cut in cuts[1:-1]:
        if cut - kept[-1] >= least and cuts[-1] - cut >= least:
            kept.append(cut)
    for first, last in zip(kept, [*kept[1:], cuts[-1]], strict=True):
        yield Segment(span.start_frames + first, span.plain, span.frames[first:last])


def _grid(span: Span, plan: Plan) -> list[int]:
    """Return the offsets in a span at which its lowest picture crosses the grid."""
    longest = int(GRID_S * plan.rate) * _MOST
    cell_frames = _cell_frames(span, plan)
    found: list[int] = []
    last, cell = 0, _cell(span.frames[0], cell_frames)
    for offset, frame in enumerate(span.frames):
        now = _cell(frame, cell_frames)
        if now != cell or offset - last >= longest:
            found.append(offset)
            last, cell = offset, now
    return found


def _cell_frames(span: Span, plan: Plan) -> int:
    """Return the frames of the lowest picture's file between two lines of the grid.

    Those of `GRID_S`, doubled or halved as often as the picture runs twice or half as
    fast: so a segment has about one length whatever the speed, and the lines lie in
    one place wherever the clip begins.
    """
    first, last = span.frames[0], span.frames[-1]
    ran = abs(last[0].number - first[0].number) if first and last else 0
    if not ran:
        return 1 << 40
    usual = plan.grid_frames.get(first[0].url, 1 << 40)
    speed = GRID_S * plan.rate * ran / (len(span.frames) - 1) / usual
    return max(1, round(usual * 2.0 ** round(math.log2(speed))))


def _cell(frame: Frame, cell_frames: int) -> int:
    return frame[0].number // cell_frames if frame else 0


def recipe(
    segment: Segment,
    plan: Plan,
    encoding: Encoding,
    identities: Mapping[str, str],
) -> dict[str, Any]:
    """Return everything that decides a segment, as JSON holds it.

    Parameters
    ----------
    segment
        What its record frames show.
    plan
        The film: its rate, size and background.
    encoding
        How it is encoded.
    identities
        Hash of the content of every file, by URL; pictures that are drawn have none.
    """
    sources, looks = _Table(), _Table()
    names: dict[str, str] = {}
    rows = []
    for frame in segment.frames:
        for one in frame:
            names.setdefault(one.url, one.name)
        rows.append([_row(one, sources, looks) for one in frame])
    return {
        "engine": engine(composing=not segment.plain),
        "rate": rates.text(plan.rate),
        "size": list(plan.size),
        "background": list(plan.background),
        "encoding": encoding.to_json(),
        "sources": [
            {"url": url, "name": names[url], "identity": identities.get(url, "")}
            for url in sources.items
        ],
        "looks": [asdict(look) for look in looks.items],
        "frames": rows,
    }


def _row(one: Shown, sources: _Table, looks: _Table) -> list[Any]:
    row: list[Any] = [sources.place(one.url), one.number, looks.place(one.look)]
    pose = one.pose
    rest = (
        str(one.weight),
        [pose.scale, pose.x_fw, pose.y_fw, pose.rotation_deg],
        list(one.crop),
        one.sweep and [list(one.sweep.opening), list(one.sweep.closing)],
        one.clip_frame,
        one.over,
    )
    # Most pictures are whole and unmoved: what is as usual is left out at the end.
    count = len(rest)
    while count and rest[count - 1] == _USUAL[count - 1]:
        count -= 1
    row.extend(rest[:count])
    return row


def shown(made: Mapping[str, Any]) -> Iterator[Frame]:
    """Yield what each record frame of a recipe shows."""
    looks = [_look(kept) for kept in made["looks"]]
    for row in made["frames"]:
        yield tuple(_shown(one, made["sources"], looks) for one in row)


def _shown(row: Sequence[Any], sources: Sequence[Any], looks: Sequence[Look]) -> Shown:
    place, number, look, *rest = row
    source = sources[place]
    found = Shown(source["url"], number, looks[look], name=source["name"])
    given: dict[str, Any] = dict(zip(_OFTEN, rest, strict=False))
    if not given:
        return found
    given["weight"] = Fraction(given["weight"])
    if "pose" in given:
        given["pose"] = Pose(*given["pose"])
    if "crop" in given:
        given["crop"] = tuple(given["crop"])
    if given.get("sweep"):
        given["sweep"] = Sweep(*(vector(side) for side in given["sweep"]))
    return replace(found, **given)


def _look(kept: Mapping[str, Any]) -> Look:
    effects = tuple(Effect(**one) for one in kept["effects"])
    return Look(**{**kept, "effects": effects})


def key(made: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a recipe, whatever its files are called."""
    known = [one["identity"] or one["url"] for one in made["sources"]]
    text = json.dumps({**made, "sources": known}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@functools.cache
def engine(*, composing: bool) -> str:
    """Return what makes the pictures and their bytes, by name and version."""
    parts = [f"otio-genai {ENGINE}", f"av {av.__version__}"]
    libraries: Mapping[str, tuple[int, ...]] = av.library_versions
    for name in ("libavcodec", "libavutil", "libswscale"):
        parts.append(f"{name} {'.'.join(map(str, libraries[name]))}")
    for name in _COMPOSERS if composing else ():
        try:
            parts.append(f"{name} {packages.version(name)}")
        except packages.PackageNotFoundError:
            continue
    return ", ".join(parts)


class _Table:
    """Things by the order in which they were first seen."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self._places: dict[Any, int] = {}

    def place(self, item: Any) -> int:
        if item not in self._places:
            self._places[item] = len(self.items)
            self.items.append(item)
        return self._places[item]
