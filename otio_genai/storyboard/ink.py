"""What every sheet is drawn with: its colours and its letters."""

from __future__ import annotations

import unicodedata

from PIL import ImageFont

__all__ = ["FAINT", "INK", "PAPER", "font", "short"]

PAPER, INK, FAINT = "#18181c", "#f2ece6", "#8d8890"


def font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the built-in typeface, the only one that is everywhere."""
    return ImageFont.load_default(size_px)


def short(name: str, most: int = 52) -> str:
    """Return a name as the built-in typeface, which draws ASCII only, can show it."""
    bare = unicodedata.normalize("NFKD", name)
    kept = (a for a in bare if not unicodedata.combining(a))
    plain = "".join(a if " " <= a <= "~" else "?" for a in kept)
    return plain if len(plain) <= most else plain[: most - 1] + "…"
