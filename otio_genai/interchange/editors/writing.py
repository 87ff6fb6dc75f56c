"""Writing by an adapter: given what it carries, checked by reading it back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import opentimelineio as otio

from otio_genai.errors import GenaiError, InterchangeError
from otio_genai.interchange.editors import aaf, edl, kdenlive, mlt, reels
from otio_genai.interchange.editors.adapter import call, module
from otio_genai.interchange.editors.plain import Plain, plain_timeline
from otio_genai.interchange.editors.reading import read
from otio_genai.interchange.editors.table import Editor
from otio_genai.interchange.editors.table import editor as editor_of
from otio_genai.interchange.loss import Loss, LossItem
from otio_genai.interchange.proof import unspoken

__all__ = ["write"]

_WRITERS = {
    "edl": edl.write,
    "aaf": aaf.write,
    "kdenlive": kdenlive.write,
    "mlt": mlt.write,
}


def write(timeline: otio.schema.Timeline, name: str, path: Path) -> Loss:
    """Write a timeline by an adapter; see `otio_genai.interchange.editors`."""
    editor = editor_of(name)
    if not isinstance(timeline, otio.schema.Timeline):
        raise InterchangeError(
            f"A {type(timeline).__name__} is not a timeline.",
            remedy="Put it on a track of a timeline.",
        )
    module(editor)
    if name == "edl":
        # What the adapter noted when it read is written again from the common form.
        timeline = timeline.deepcopy()
        reels.settle(timeline)
    plain = plain_timeline(timeline, editor)
    call(editor, "write this", lambda: _WRITERS[name](plain, editor, path))
    loss = plain.account.loss()
    if not editor.reads:
        return loss
    return loss + Loss(_read_back(timeline, plain, path, loss))


def _read_back(
    timeline: otio.schema.Timeline, plain: Plain, path: Path, loss: Loss
) -> tuple[LossItem, ...]:
    name = plain.editor.name
    try:
        back, told = read(name, path, float(plain.rate))
    except GenaiError as error:
        raise InterchangeError(
            f"What the adapter for {name} wrote, it cannot read: {error.sentence}",
            remedy="Try another format, such as Premiere XML.",
        ) from error
    if not timeline.name:
        # One without a name is given one: nothing is lost.
        back.name = ""
    found = unspoken(timeline, back, loss + told)
    return tuple(_spelt(item, plain.editor) for item in found)


def _spelt(item: LossItem, editor: Editor) -> LossItem:
    """Return what only reading back has found as a loss of the format."""
    gets = f"what {editor.package} reads again of it, which is less"
    remedy = "Keep the .otio of the film beside it."
    return replace(item, target_gets=gets, remedy=remedy)
