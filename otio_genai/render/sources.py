"""The files of a film: what they are, and whether they are what the timeline says."""

from __future__ import annotations

from collections.abc import Iterator

import opentimelineio as otio

from otio_genai import maps, metadata
from otio_genai.errors import MediaError, RenderError
from otio_genai.media import locate
from otio_genai.media.identity import Known, known
from otio_genai.render.plan import Plan

__all__ = ["Sources"]


class Sources:
    """What is known of the files a plan names.

    Parameters
    ----------
    timeline
        Where the plan comes from: it may keep what its files were like.
    plan
        The film.
    strict
        Refuse what would be a note.

    Attributes
    ----------
    pictures, sounds
        Hash of what decides a file's pictures or its sound, by URL.
    notes
        What is not as the timeline says, one sentence each.

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
