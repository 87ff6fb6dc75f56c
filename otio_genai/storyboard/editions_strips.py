"""One film of a field as a strip of pictures, as wide as it is long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from PIL import Image, ImageDraw

from otio_genai import rates
from otio_genai.field.model import Chosen, Field
from otio_genai.storyboard.editions_facts import Facts, letter
from otio_genai.storyboard.ink import FAINT, INK, PAPER, font, short
from otio_genai.storyboard.joins import KIND_COLOURS

__all__ = ["ALONE", "Pictures", "Scale", "draw_row"]

#: Colour of what no other edition has.
ALONE = "#f4d35e"

_HEAD_PX, _MARGIN_PX, _WIDTH_PX, _ROW_PX = 190, 22, 1800, 76
_EMPTY = "#26262c"
_PLATE = (16, 16, 20)
_OUTLINE_PX = 3
_LABEL_LEAST_PX = 24


class Pictures(Protocol):
    """Whoever has the pictures of takes."""

    def picture(self, take: tuple[int, int], at: int) -> Image.Image | None:
        """Return a take at one of its record frames; None if it cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class Scale:
    """How time lies on the sheet."""

    longest: int
    "Record frames that fill the width."
    rate: Fraction
    thumb_px: int
    "Width of a picture that is not cut."
    row_px: int = _ROW_PX
    width_px: int = _WIDTH_PX
    "Width of the sheet."

    @classmethod
    def of(cls, longest: int, field: Field) -> Scale:
        """Return how films up to a length in record frames are drawn."""
        return cls(longest, field.rate, max(8, round(_ROW_PX / field.aspect)))

    @property
    def strip_px(self) -> int:
        """Width of the longest film."""
        return self.width_px - _HEAD_PX - 2 * _MARGIN_PX

    def px(self, frames: Fraction | int) -> float:
        """Return how wide some record frames are."""
        return float(frames) * self.strip_px / self.longest

    def x(self, frame: Fraction | int) -> int:
        """Return where a record frame lies."""
        return _MARGIN_PX + _HEAD_PX + round(self.px(frame))

    def parts(self, shot: Chosen) -> int:
        """Return how many pictures show a shot."""
        return max(1, round(self.px(shot.frames) / self.thumb_px))

    def shown(self, shot: Chosen) -> list[int]:
        """Return the frames of its take that show a shot, evenly over its length."""
        parts = self.parts(shot)
        return [
            shot.way + shot.frames * (2 * part + 1) // (2 * parts)
            for part in range(parts)
        ]


def draw_row(
    sheet: Image.Image,
    top: int,
    facts: Facts,
    field: Field,
    scale: Scale,
    pictures: Pictures,
) -> None:
    """Draw one film: what is said of it, its shots, and its joins over them."""
    draw = ImageDraw.Draw(sheet)
    _head(draw, (_MARGIN_PX, top), facts, field)
    foot = top + scale.row_px
    cuts = []
    for shot, left, right in _placed(facts, scale):
        _shot(sheet, (left, top, right, foot), shot, scale, pictures)
        take = shot.slot, shot.option
        if take in facts.alone:
            box = (left + 1, top, right - 2, foot - 1)
            draw.rectangle(box, outline=ALONE, width=_OUTLINE_PX)
        if right - left >= _LABEL_LEAST_PX:
            _label(draw, (left + 5, foot - 5), f"{shot.slot + 1}{letter(shot.option)}")
        cuts.append((left, shot.slot))
    for (x, slot), kind in zip(cuts[1:], facts.kinds, strict=True):
        _join(draw, (x, top, foot), kind, scale.px(field.slots[slot].half))


def _placed(facts: Facts, scale: Scale) -> Iterator[tuple[Chosen, int, int]]:
    clock = 0
    for shot in facts.edition.film:
        left, clock = scale.x(clock), clock + shot.frames
        yield shot, left, scale.x(clock)


def _head(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], facts: Facts, field: Field
) -> None:
    x, y = at
    draw.text((x, y - 2), short(facts.edition.label, 20), fill=INK, font=font(18))
    said = f"{rates.timecode(facts.frames, field.rate)}"
    if facts.match is not None:
        said += f"   match {facts.match:.2f}"
    draw.text((x, y + 25), said, fill=INK, font=font(13))
    count = len(facts.alone)
    said = f"{count} take{'' if count == 1 else 's'} of its own"
    draw.text((x, y + 43), said, fill=ALONE if count else FAINT, font=font(12))
    if facts.overlap is not None:
        said = f"{facts.overlap:.0%} as above"
        draw.text((x, y + 59), said, fill=FAINT, font=font(12))


def _shot(
    sheet: Image.Image,
    box: tuple[int, int, int, int],
    shot: Chosen,
    scale: Scale,
    pictures: Pictures,
) -> None:
    left, top, right, foot = box
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((left, top, right - 1, foot - 1), fill=_EMPTY)
    shown = scale.shown(shot)
    for part, at in enumerate(shown):
        begin = left + (right - left) * part // len(shown)
        end = left + (right - left) * (part + 1) // len(shown)
        picture = pictures.picture((shot.slot, shot.option), at)
        if picture is None:
            continue
        if end - begin > picture.width:
            high = round(picture.height * (end - begin) / picture.width)
            picture = picture.resize((end - begin, high))
        x, y = (picture.width - end + begin) // 2, (picture.height - foot + top) // 2
        cut = picture.crop((x, y, x + end - begin, y + foot - top))
        sheet.paste(cut, (begin, top))


def _label(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str) -> None:
    wide = int(draw.textlength(text, font=font(12)))
    x, foot = at
    draw.rectangle((x - 3, foot - 15, x + wide + 3, foot + 1), fill=_PLATE)
    draw.text((x, foot - 15), text, fill=INK, font=font(12))


def _join(
    draw: ImageDraw.ImageDraw, at: tuple[int, int, int], kind: str, half_px: float
) -> None:
    x, top, foot = at
    colour = KIND_COLOURS.get(kind, FAINT)
    draw.rectangle((x - 2, top - 4, x + 1, foot + 3), fill=colour, outline=PAPER)
    if half_px >= 1:
        reach = round(half_px)
        draw.rectangle((x - reach, foot + 1, x + reach, foot + 3), fill=colour)
