"""MLT XML, which melt plays; it can be written only."""

from __future__ import annotations

from pathlib import Path

from otio_genai.interchange.dialects.media import bare_path
from otio_genai.interchange.editors.adapter import module
from otio_genai.interchange.editors.plain import Plain
from otio_genai.interchange.editors.table import Editor

__all__ = ["write"]

_DEFAULT_SIZE = (1920, 1080)


def write(plain: Plain, editor: Editor, path: Path) -> None:
    """Write MLT XML with plain paths, and producers named one per file."""
    numbers: dict[tuple[str, str], int] = {}
    for track in plain.timeline.tracks:
        for clip in track.find_clips():
            reference = clip.media_reference
            reference.target_url = bare_path(reference.target_url)
            # Producers are told apart by name: two files of one name would be one.
            key = (track.kind, reference.target_url)
            number = numbers.setdefault(key, len(numbers) + 1)
            reference.name = f"producer{number}"
    rate = plain.rate
    size = plain.size or _DEFAULT_SIZE
    text = module(editor).write_to_string(
        plain.timeline,
        frame_rate_num=str(rate.numerator),
        frame_rate_den=str(rate.denominator),
        width=str(size[0]),
        height=str(size[1]),
    )
    path.write_text(text, encoding="utf-8", newline="\n")
