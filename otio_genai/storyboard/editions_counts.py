"""How often each take of each slot came, counted over the films of a sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from PIL import Image, ImageDraw

from otio_genai.field.model import Field
from otio_genai.storyboard.editions_facts import Facts, letter
from otio_genai.storyboard.editions_strips import Scale
from otio_genai.storyboard.ink import FAINT, INK, font, short

__all__ = ["MOST", "draw_counts", "height_px"]

_MARGIN_PX, _COLUMN_PX, _LINE_PX, _HEAD_PX, _GAP_PX = 22, 140, 26, 44, 14
#: Takes of a slot that have a line of their own.
MOST = 12
_DIM = 0.35
_BAR, _NONE = "#5c5a64", "#e4574c"


class Pictures(Protocol):
    """Whoever has a picture of a take."""

    def any(self, take: tuple[int, int]) -> Image.Image | None:
        """Return a picture of a take, if there is one."""
        ...


def _columns(field: Field, scale: Scale) -> int:
    room = scale.width_px - 2 * _MARGIN_PX
    return max(1, min(len(field.slots), room // _COLUMN_PX))


def _lines(field: Field) -> int:
    return max(min(len(slot.options), MOST + 1) for slot in field.slots)


def height_px(field: Field, scale: Scale) -> int:
    """Return how high the counts of a field are."""
    bands = -(-len(field.slots) // _columns(field, scale))
    return bands * (_HEAD_PX + _lines(field) * _LINE_PX + _GAP_PX)


def draw_counts(
    sheet: Image.Image,
    top: int,
    field: Field,
    facts: Sequence[Facts],
    scale: Scale,
    pictures: Pictures,
) -> None:
    """Draw for each slot its takes, and how often each came in some films.

    Of more than twelve takes the others are summed up in a line.
    """
    often = Counter(take for one in facts for take in one.takes)
    columns = _columns(field, scale)
    wide = (scale.width_px - 2 * _MARGIN_PX) // columns
    high = _HEAD_PX + _lines(field) * _LINE_PX + _GAP_PX
    for slot in range(len(field.slots)):
        x = _MARGIN_PX + slot % columns * wide
        y = top + slot // columns * high
        _slot(sheet, (x, y, x + wide - _GAP_PX), field, slot, often, pictures)


def _slot(
    sheet: Image.Image,
    place: tuple[int, int, int],
    field: Field,
    slot: int,
    often: Counter[tuple[int, int]],
    pictures: Pictures,
) -> None:
    draw = ImageDraw.Draw(sheet)
    left, y, right = place
    this = field.slots[slot]
    draw.line([(left, y), (right, y)], fill=_BAR)
    draw.text((left, y + 5), f"{slot + 1}", fill=INK, font=font(15))
    room = left + 10 + int(draw.textlength(f"{slot + 1}", font=font(15)))
    draw.text((room, y + 8), short(this.id, 16), fill=FAINT, font=font(12))
    draw.text((left, y + 24), this.policy, fill=FAINT, font=font(11))
    most = max((often[slot, k] for k in range(len(this.options))), default=0)
    for k in range(min(len(this.options), MOST)):
        line = y + _HEAD_PX + k * _LINE_PX
        count = often[slot, k]
        picture = pictures.any((slot, k))
        _line(sheet, (left, line, right), k, count, most, picture)
    rest = len(this.options) - MOST
    if rest > 0:
        count = sum(often[slot, k] for k in range(MOST, len(this.options)))
        line = y + _HEAD_PX + MOST * _LINE_PX
        text = f"{rest} more: {count}"
        draw.text((left, line + 4), text, fill=FAINT, font=font(12))


def _line(
    sheet: Image.Image,
    place: tuple[int, int, int],
    option: int,
    count: int,
    most: int,
    picture: Image.Image | None,
) -> None:
    draw = ImageDraw.Draw(sheet)
    left, y, right = place
    high = _LINE_PX - 4
    wide = 40
    if picture is not None:
        small = picture.resize((wide, high), Image.Resampling.BOX)
        sheet.paste(small if count else _dimmed(small), (left, y))
    else:
        draw.rectangle((left, y, left + wide - 1, y + high - 1), outline=_BAR)
    colour = INK if count else _NONE
    draw.text((left + wide + 6, y + 3), letter(option), fill=colour, font=font(13))
    bar = left + wide + 24
    room = right - bar - 22
    reach = bar + round(room * count / most) if most else bar
    if count:
        draw.rectangle((bar, y + 5, reach, y + high - 6), fill=_BAR)
    draw.text(
        (reach + 6 if count else bar, y + 3), f"{count}", fill=colour, font=font(13)
    )


def _dimmed(picture: Image.Image) -> Image.Image:
    return picture.point(lambda level: level * _DIM)
