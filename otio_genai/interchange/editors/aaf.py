"""AAF for Avid: sources by numbers of ours, dissolves as Avid defines them.

Conventions
    Mobs that stand for a file are numbered by the order of first use, so that two
    uses of a file are one source. The adapter makes the identifiers of other mobs,
    and dates, anew each time: two files of one film differ in those.
"""

from __future__ import annotations

import io
import traceback
from pathlib import Path
from typing import Any

import opentimelineio as otio

from otio_genai import rates
from otio_genai.interchange.editors.adapter import module
from otio_genai.interchange.editors.plain import Plain
from otio_genai.interchange.editors.table import Editor
from otio_genai.interchange.urls import from_pathurl

__all__ = ["read", "write"]

# SMPTE 377M operation definitions.
_VIDEO = "0c3bea40-fc05-11d2-8a29-0050040ef7d2"
_AUDIO = "0c3bea41-fc05-11d2-8a29-0050040ef7d2"
_UMID = "urn:smpte:umid:060a2b34.01010105.01010f20.13000000.{:08x}.00000000.{}"
_MATERIAL = "00000000.0000000{:x}"


def read(editor: Editor, path: Path) -> Any:
    """Return what the adapter makes of an AAF; one that it refuses is closed again."""
    try:
        return module(editor).read_from_file(str(path.resolve()))
    except Exception as error:
        # A file that cannot be opened as an AAF is known to nobody but the frames of
        # the attempt, and would stay open for as long as the error is looked at.
        for frame, _ in traceback.walk_tb(error.__traceback__):
            opened = getattr(frame.f_locals.get("self"), "f", None)
            if isinstance(opened, io.IOBase):
                opened.close()
        raise


def write(plain: Plain, editor: Editor, path: Path) -> None:
    """Write an AAF; media are named by it, not embedded in it."""
    numbers: dict[str, int] = {}
    for clip in plain.timeline.find_clips():
        url = from_pathurl(clip.media_reference.target_url)
        clip.media_reference.target_url = url
        number = numbers.setdefault(url, len(numbers) + 1)
        mob = _UMID.format(number, _MATERIAL.format(1))
        clip.metadata["AAF"] = {"MobID": mob, "SourceID": mob}
    for track in plain.timeline.tracks:
        for child in track:
            if isinstance(child, otio.schema.Transition):
                child.metadata["AAF"] = _dissolve(child, track.kind)
    module(editor).write_to_file(plain.timeline, str(path), use_empty_mob_ids=True)


def _dissolve(transition: otio.schema.Transition, kind: str) -> dict[str, Any]:
    sound = kind == otio.schema.TrackKind.Audio
    name = "Mono Audio Dissolve" if sound else "Video Dissolve"
    cut = rates.frames_at(
        rates.seconds(transition.in_offset), rates.of(transition.in_offset)
    )
    return {
        "CutPoint": cut,
        "PointList": [{"Time": 0, "Value": 0}, {"Time": 1, "Value": 1}],
        "OperationGroup": {
            "Operation": {
                "Identification": _AUDIO if sound else _VIDEO,
                "Name": name,
                "Description": name,
                "IsTimeWarp": False,
                "Bypass": 0,
                "NumberInputs": 2,
                "OperationCategory": "OperationCategory_Effect",
                "DataDefinition": {"Name": "Sound" if sound else "Picture"},
            }
        },
    }
