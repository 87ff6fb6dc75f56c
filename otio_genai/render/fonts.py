"""Fonts by name or file, and which letters they have.

Conventions
    A font that draws a film is a file, known by its content: a computer without it must
    not draw other letters under the same name. Without one, or where it lacks letters,
    it is Pillow's own (Aileron, Latin letters), else the first font of the system that
    has what is written.
"""

from __future__ import annotations

import functools
import hashlib
import unicodedata
from pathlib import Path

from PIL import ImageFont

from otio_genai.errors import RenderError

__all__ = ["Font", "drawable", "font_file", "font_hash", "load", "wider_font"]

Font = ImageFont.FreeTypeFont

_SUFFIXES = ("", ".ttf", ".otf", ".ttc", "-Regular.ttf", "-Regular.otf")
#: Fonts of many letters, as systems call their files; the first that has all is taken.
_WIDE = (
    "NotoSans-Regular.ttf",
    "DejaVuSans.ttf",
    "segoeui.ttf",
    "Arial Unicode.ttf",
    "arial.ttf",
    "NotoSansArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "msyh.ttc",
    "PingFang.ttc",
    "NotoEmoji-Regular.ttf",
)
_PROBE_PX = 24
# No font has a letter there.
_NO_LETTER = "\U000ffffd"


def font_file(name: str) -> Path | None:
    """Return the file of a font; None when this computer has none of that name.

    Parameters
    ----------
    name
        A file, or a family as its file is called.
    """
    bare = name.replace(" ", "")
    for start in dict.fromkeys((name, bare)):
        for suffix in _SUFFIXES:
            try:
                found = ImageFont.truetype(start + suffix, _PROBE_PX)
            except (OSError, ValueError):
                continue
            return Path(str(found.path)).resolve()
    return None


def font_hash(file: Path) -> str:
    """Return the SHA-256 of a font's file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


@functools.lru_cache(maxsize=16)
def load(file: str, digest: str, size_px: int) -> Font:
    """Return a font of a size; Pillow's own when no file is named.

    Raises
    ------
    RenderError
        The file is not there, is another than the digest says, or is no font.
    """
    if not file:
        found = ImageFont.load_default(size_px)
        if not isinstance(found, ImageFont.FreeTypeFont):
            raise RenderError(
                "Pillow was built without FreeType: titles cannot be drawn.",
                remedy="Install Pillow from its published wheels.",
            )
        return found
    try:
        if font_hash(Path(file)) != digest:
            raise OSError("it is not the font that the title was planned with")
        return ImageFont.truetype(file, size_px)
    except OSError as error:
        raise RenderError(
            f"A title's font cannot be used: {error}.",
            place=file,
            remedy="Install the font under the same path on every computer.",
        ) from None


def drawable(text: str) -> str:
    r"""Return a text without what no font draws: controls, joiners, variants.

    Examples
    --------
    >>> drawable("a\u200db\ufe0f\tc")
    'ab c'
    """
    kept = []
    for sign in text.replace("\r\n", "\n").replace("\r", "\n"):
        if sign == "\t":
            sign = " "
        variant = 0xFE00 <= ord(sign) <= 0xFE0F
        if sign == "\n" or not (variant or unicodedata.category(sign)[0] == "C"):
            kept.append(sign)
    return unicodedata.normalize("NFC", "".join(kept))


def wider_font(text: str, first: Path | None) -> tuple[Path | None, str]:
    """Return a font that has the letters of a text, and the letters it lacks.

    Parameters
    ----------
    text
        As `drawable` leaves it.
    first
        The font to prefer; None for Pillow's own.
    """
    best, lacking = first, _lacking(text, first)
    if not lacking:
        return best, lacking
    for name in _WIDE:
        file = font_file(name)
        if file is not None and len(left := _lacking(text, file)) < len(lacking):
            best, lacking = file, left
            if not left:
                break
    return best, lacking


def _lacking(text: str, file: Path | None) -> str:
    font = ImageFont.truetype(str(file), _PROBE_PX) if file else load("", "", _PROBE_PX)
    box = bytes(font.getmask(_NO_LETTER))
    letters = sorted({sign for sign in text if not sign.isspace()})
    return "".join(
        sign
        for sign in letters
        if not unicodedata.combining(sign) and bytes(font.getmask(sign)) == box
    )
