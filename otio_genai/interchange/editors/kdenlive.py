"""Kdenlive projects; Kdenlive itself reads .otio since 25.04."""

from __future__ import annotations

import re
from pathlib import Path

from otio_genai.errors import InterchangeError
from otio_genai.interchange.editors.adapter import module
from otio_genai.interchange.editors.plain import Plain
from otio_genai.interchange.editors.table import Editor
from otio_genai.interchange.urls import from_pathurl

__all__ = ["write"]

# The adapter knows the NTSC rates of these bases alone.
_BASES = (24, 30, 60)
_WIDTH = re.compile(r'(<profile [^>]*?)\bwidth="\d+"')
_HEIGHT = re.compile(r'(<profile [^>]*?)\bheight="\d+"')


def write(plain: Plain, editor: Editor, path: Path) -> None:
    """Write a project.

    Raises
    ------
    InterchangeError
        The film's rate is neither whole nor one that the adapter knows.
    """
    rate = plain.rate
    ntsc = any(rate * 1001 == base * 1000 for base in _BASES)
    if rate.denominator != 1 and not ntsc:
        raise InterchangeError(
            f"A project cannot have {float(rate):.3f} frames per second.",
            remedy="Assemble the film at a whole or NTSC rate, such as 24 or 25.",
        )
    for clip in plain.timeline.find_clips():
        reference = clip.media_reference
        reference.target_url = from_pathurl(reference.target_url)
    plain.account.note(
        "The adapter is no longer maintained; Kdenlive reads .otio since 25.04."
    )
    text = module(editor).write_to_string(plain.timeline)
    if plain.size is not None:
        # The adapter writes one size for all.
        wide, high = plain.size
        text = _WIDTH.sub(f'\\g<1>width="{wide}"', text, count=1)
        text = _HEIGHT.sub(f'\\g<1>height="{high}"', text, count=1)
    path.write_text(text, encoding="utf-8", newline="\n")
