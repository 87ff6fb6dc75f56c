"""One picture of how films drawn from a field differ: a row each, true to time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from otio_genai.errors import FieldError
from otio_genai.field.model import Field
from otio_genai.media import files
from otio_genai.storyboard import editions_counts, editions_strips
from otio_genai.storyboard.editions_facts import Edition, Facts, compare, letter
from otio_genai.storyboard.editions_strips import ALONE, Scale
from otio_genai.storyboard.editions_thumbs import Thumbs
from otio_genai.storyboard.ink import FAINT, INK, PAPER, font, short
from otio_genai.storyboard.joins import KIND_COLOURS

__all__ = ["Edition", "draw_editions"]

_TITLE_PX, _RULER_PX, _MARGIN_PX, _GAP_PX = 62, 20, 22, 12
_RULES = "#2a2a30"
_EVERY_S = (1, 2, 5, 10, 30, 60, 300, 600)
_RULE_LEAST_PX = 70

Progress = Callable[[str, int, int], None]


def draw_editions(
    field: Field,
    editions: Sequence[Edition],
    path: str | Path,
    *,
    said: str = "",
    force: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Draw films of a field below each other into one PNG.

    Every film is a strip as wide as it is long. A picture's letter is its take, the
    number before it its slot; takes that come in no other of these films are
    outlined. Below, each slot's takes are counted.

    Parameters
    ----------
    field
        The field.
    editions
        Films of it.
    path
        The PNG.
    said
        What the title says of them beside their number, such as their seed.
    force
        Replace what is there.
    progress
        Called as ``progress("editions", done, total)``.

    Raises
    ------
    FieldError
        There is no film to draw.
    OutputError
        The file is there already, or cannot be written.
    """
    if not editions or not all(edition.film for edition in editions):
        raise FieldError(
            "There is no film to draw.", remedy="Ask for at least one edition."
        )
    facts = compare(field, editions)
    scale = Scale.of(max(one.frames for one in facts), field)
    step = scale.row_px + _GAP_PX
    top = _TITLE_PX + _RULER_PX
    counts_top = top + len(facts) * step + _GAP_PX
    high = counts_top + editions_counts.height_px(field, scale) + _MARGIN_PX
    sheet = Image.new("RGB", (scale.width_px, high), PAPER)
    draw = ImageDraw.Draw(sheet)
    _title(draw, field, facts, said)
    _ruler(draw, scale, (_TITLE_PX, counts_top - _GAP_PX))
    thumbs = Thumbs(field, [edition.film for edition in editions], scale)
    for row, one in enumerate(facts):
        editions_strips.draw_row(sheet, top + row * step, one, field, scale, thumbs)
        if progress is not None:
            progress("editions", row + 1, len(facts))
    editions_counts.draw_counts(sheet, counts_top, field, facts, scale, thumbs)
    with files.write_beside(Path(path), force=force) as beside:
        sheet.save(beside, format="PNG", optimize=True)
    return Path(path)


def _title(
    draw: ImageDraw.ImageDraw, field: Field, facts: Sequence[Facts], said: str
) -> None:
    name = short(field.title or "untitled")
    draw.text((_MARGIN_PX, 14), name, fill=INK, font=font(22))
    x = _MARGIN_PX + 14 + int(draw.textlength(name, font=font(22)))
    count = len(facts)
    head = f"{count} edition{'s' if count > 1 else ''}"
    plain = short(said, 90)
    texts = [(f"{head}, {plain}" if said else head, FAINT)]
    kinds = [kind for one in facts for kind in one.kinds]
    texts += [
        (f"{kinds.count(kind)} {kind}", colour)
        for kind, colour in KIND_COLOURS.items()
        if kind in kinds
    ]
    for text, colour in texts:
        draw.text((x, 20), text, fill=colour, font=font(15))
        x += int(draw.textlength(text, font=font(15))) + 16
    draw.rectangle((x + 6, 21, x + 26, 35), outline=ALONE, width=3)
    text = f"in no other edition     3{letter(1)} is slot 3, take {letter(1)}"
    draw.text((x + 34, 20), text, fill=FAINT, font=font(15))


def _ruler(draw: ImageDraw.ImageDraw, scale: Scale, rows: tuple[int, int]) -> None:
    """Draw what time it is, across all rows."""
    top, foot = rows
    wide_px = scale.px(scale.rate)
    every_s = next((s for s in _EVERY_S if s * wide_px >= _RULE_LEAST_PX), _EVERY_S[-1])
    second = 0
    while (x := scale.x(second * scale.rate)) <= scale.width_px - _MARGIN_PX:
        draw.line([(x, top + 2), (x, foot)], fill=_RULES)
        text = f"{second // 60}:{second % 60:02d}"
        draw.text((x + 4, top), text, fill=FAINT, font=font(12))
        second += every_s
