"""The files of a film: what they are, and whether they are what the timeline says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import opentimelineio as otio

from otio_genai import maps, metadata
from otio_genai.errors import MediaError, RenderError
from otio_genai.media import locate
from otio_genai.media.identity import Known, Stamp, known, stamp
from otio_genai.render.cache import SegmentCache
from otio_genai.render.plan import Plan

__all__ = ["Sources", "Watched"]


class Sources:
    """What is known of the files a plan names.

    Parameters
    ----------
    timeline
        Where the plan comes from: it may keep what its files were like.
    plan
        The film.
    strict
        Refuse files that are not what the timeline says.

    Attributes
    ----------
    pictures, sounds
        Hash of what decides a file's pictures or its sound, by URL.
    notes
        What is not as the timeline says, then what is interlaced, one sentence each.

    Raises
    ------
    MediaError
        Files cannot be read; all are named.
    RenderError
        ``strict``, and some are not what the timeline says; all are named.
    """

    def __init__(
        self, timeline: otio.schema.Timeline, plan: Plan, *, strict: bool = False
    ) -> None:
        # Before they are measured: whatever changes from here on is found out.
        self._stamps = {url: _stamp(url) for url in _urls(plan)}
        self._known = _all_known(plan)
        self.pictures = {url: facts.pictures for url, facts in self._known.items()}
        self.sounds = {url: facts.bytes for url, facts in self._known.items()}
        self.notes = (*self._changed(timeline), *self._short(plan))
        if strict and self.notes:
            raise RenderError(
                "Some media are not what the timeline says:",
                place=plan.name,
                remedy="Put the files back, trim the clips, or leave out --strict.",
                items=self.notes,
            )
        self.notes += tuple(self._fielded(plan))

    def ensure_unchanged(self, urls: Iterable[str]) -> None:
        """Make sure that files are still what the film was planned with.

        Asked before anything made of them is kept: it would be found under the
        content of the file as it was. Drawings and unknown URLs pass.

        Raises
        ------
        MediaError
            Some changed or are gone; all are named.
        """
        known = self._stamps
        others = [url for url in urls if url in known and _stamp(url) != known[url]]
        if others:
            raise MediaError(
                "The file changed while the film was rendered."
                if len(others) == 1
                else f"{len(others)} files changed while the film was rendered:",
                place=str(locate.path(others[0])) if len(others) == 1 else None,
                remedy="Render again when nothing writes there any more.",
                items=[str(locate.path(url)) for url in others[1:] and others],
            )

    def _changed(self, timeline: otio.schema.Timeline) -> Iterator[str]:
        seen = set()
        for clip in maps.clips(timeline):
            url = getattr(clip.media_reference, "target_url", None)
            facts = self._known.get(url or "")
            kept = metadata.read(clip.media_reference, "hash", {}).get("packets")
            if facts and kept and kept != facts.packets and url not in seen:
                seen.add(url)
                yield (
                    f"{clip.name or 'clip'}: the file's pictures or sound are others "
                    "than when it was read; it is shown as it is now."
                )

    def _fielded(self, plan: Plan) -> Iterator[str]:
        shown = (one for span in plan.spans for frame in span.frames for one in frame)
        for name, url in dict.fromkeys((one.name, one.url) for one in shown):
            facts = self._known.get(url)
            if facts and facts.interlaced:
                yield (
                    f"{name}: the file is flagged as interlaced; both fields of its "
                    "pictures are shown at once."
                )

    def _short(self, plan: Plan) -> Iterator[str]:
        held: dict[str, int] = {}
        lost: dict[str, int] = {}
        for span in plan.spans:
            for frame in span.frames:
                for one in frame:
                    facts = self._known.get(one.url)
                    if facts and one.number >= facts.frames:
                        held[one.name] = held.get(one.name, 0) + 1
                    elif facts and one.number in facts.unreadable:
                        lost[one.name] = lost.get(one.name, 0) + 1
        for name, count in held.items():
            yield (
                f"{name}: the file is shorter than the timeline says; "
                f"its last frame was held {count} frames longer."
            )
        for name, count in lost.items():
            yield (
                f"{name}: the file is damaged; in {count} of the film's frames the "
                "last readable picture before stands for one that is lost."
            )


class Watched:
    """Keeps what is made of files, unless they changed while it was made.

    Parameters
    ----------
    cache
        Where it is kept.
    unchanged
        Raises a MediaError if they did.
    """

    def __init__(self, cache: SegmentCache, unchanged: Callable[[], None]) -> None:
        self._cache, self._unchanged = cache, unchanged

    def find(self, key: str) -> Path | None:
        """Return the file kept under a key; see `SegmentCache.find`."""
        return self._cache.find(key)

    def put(self, key: str, suffix: str, make: Callable[[Path], object]) -> Path:
        """Have a file made and keep it; see `SegmentCache.put`.

        Raises
        ------
        MediaError
            A file it is made of changed; nothing is kept.
        """

        def made(path: Path) -> None:
            make(path)
            self._unchanged()

        return self._cache.put(key, suffix, made)


def _stamp(url: str) -> Stamp:
    try:
        return stamp(locate.path(url))
    except MediaError:
        return 0, 0, 0


def _all_known(plan: Plan) -> dict[str, Known]:
    found: dict[str, Known] = {}
    faults: list[str] = []
    for url in _urls(plan):
        try:
            found[url] = known(locate.path(url))
        except MediaError as error:
            faults.append(str(error))
    if faults:
        raise MediaError(
            "Some media cannot be read:",
            place=plan.name,
            remedy="Generate or download them again, or take the clips out.",
            items=faults,
        )
    return found


def _urls(plan: Plan) -> Iterator[str]:
    shown = {one.url for span in plan.spans for f in span.frames for one in f}
    heard = {span.url for span in plan.sounds}
    return (url for url in sorted(shown | heard) if maps.drawing(url) is None)
