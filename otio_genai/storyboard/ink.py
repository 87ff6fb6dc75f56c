"""What every sheet is drawn with: its colours and its letters."""

from __future__ import annotations

import functools
import unicodedata

from PIL import ImageFont

from otio_genai.render import fonts

__all__ = ["FAINT", "INK", "PAPER", "font", "short"]

PAPER, INK, FAINT = "#18181c", "#f2ece6", "#8d8890"
# A typeface that has these has most of what films and takes are called.
_WANTED = "éèçñüøßœłščžă×–…·≤αωдя"
_PROBE_PX = 24
# No font has a letter there.
_NO_LETTER = "\U000ffffd"


@functools.lru_cache(maxsize=1)
def _file() -> str:
    """Return the first typeface of this computer that has most letters, or none."""
    found, _ = fonts.wider_font(_WANTED, None)
    return "" if found is None else str(found)


@functools.lru_cache(maxsize=64)
def font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the typeface of sheets: one with many letters, else Pillow's own."""
    if not _file():
        return ImageFont.load_default(size_px)
    # Typefaces of systems are drawn larger than Pillow's own of the same size.
    return ImageFont.truetype(_file(), max(8, round(size_px * 0.92)))


@functools.lru_cache(maxsize=4096)
def _has(sign: str) -> bool:
    """Tell whether sheets can show a sign."""
    face = font(_PROBE_PX)
    return bytes(face.getmask(sign)) != bytes(face.getmask(_NO_LETTER))


def short(name: str, most: int = 52) -> str:
    """Return a name as sheets can show it: signs that they lack as `?`.

    Letters whose accents are lacking are shown without them.
    """
    plain = "".join(map(_shown, fonts.drawable(name).replace("\n", " ")))
    dots = "…" if _has("…") else "..."
    return plain if len(plain) <= most else plain[: most - len(dots)] + dots


def _shown(sign: str) -> str:
    if " " <= sign <= "~" or sign.isspace() or _has(sign):
        return sign
    bare = unicodedata.normalize("NFKD", sign)
    kept = "".join(a for a in bare if not unicodedata.combining(a))
    return kept if kept and all(" " <= a <= "~" for a in kept) else "?"
