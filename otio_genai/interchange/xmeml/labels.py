"""Colours of clips as the label names Premiere knows.

The names are those of real files; the shades are the ones Premiere sets out with,
which a user may have changed.
"""

from __future__ import annotations

import opentimelineio as otio

__all__ = ["LABELS", "color_of", "label_of"]

#: Name and (red, green, blue) of 0 to 255 of each label.
LABELS: dict[str, tuple[int, int, int]] = {
    "Violet": (166, 144, 224),
    "Iris": (114, 154, 203),
    "Caribbean": (41, 214, 152),
    "Lavender": (227, 132, 227),
    "Cerulean": (47, 191, 222),
    "Forest": (81, 184, 88),
    "Rose": (247, 111, 164),
    "Mango": (237, 166, 59),
    "Purple": (151, 0, 151),
    "Blue": (60, 60, 255),
    "Teal": (0, 128, 128),
    "Magenta": (231, 50, 231),
    "Tan": (206, 193, 149),
    "Green": (29, 112, 33),
    "Brown": (139, 69, 19),
    "Yellow": (226, 226, 100),
}
_GREY = (128, 128, 128)
# Half a step of the 8 bits the shades are known in.
_SAME = 0.003


def label_of(color: otio.core.Color) -> tuple[str, bool]:
    """Return the label nearest to a colour, and whether it is that colour."""
    parts = [255 * float(value) for value in (color.r, color.g, color.b)]

    def apart(name: str) -> float:
        shade = LABELS.get(name, _GREY)
        return sum((a - b) ** 2 for a, b in zip(parts, shade, strict=True))

    # A label of another name than Premiere's own was read as grey.
    own = color.name or ""
    if own and own not in LABELS and apart(own) < _SAME * 255:
        return own, True
    found = min(LABELS, key=apart)
    return found, apart(found) < 3 * (_SAME * 255) ** 2


def color_of(label: str) -> otio.core.Color:
    """Return the colour of a label; grey when it is not one of Premiere's."""
    red, green, blue = (part / 255 for part in LABELS.get(label, _GREY))
    return otio.core.Color(red, green, blue, 1.0, label)
