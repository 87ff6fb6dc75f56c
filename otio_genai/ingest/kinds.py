"""What a file is for: take, still, music or voice.

The rule, in order of trust
    1. What the film file says under ``[media]``: a path, a folder or a glob.
    2. Content: moving pictures are a take, with or without sound; one picture a still.
    3. Of files that only sound: the generator named by the file name.
    4. The words of the folders, the nearest first, then those of the file name.
    5. How it sounds (`otio_genai.ingest.hearing`): whoever speaks pauses.

    Folders named for sound effects are skipped: the assembler places none, and taking
    them for music would be worse.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

__all__ = ["KINDS", "SKIP", "by_name", "by_picture", "declared"]

#: What a file can be.
KINDS = ("take", "still", "music", "voice")
#: Said of a file that is to be left out.
SKIP = "skip"

_BY_GENERATOR = {"elevenlabs": "voice", "suno": "music", "udio": "music"}
_VOICE = """voice voices vo voiceover voiceovers narration narrations narrator speech
    spoken dialogue dialog commentary tts elevenlabs stimme stimmen sprecher sprecherin
    erzähler voix narrateur voz voces"""
_MUSIC = """music musics score scores soundtrack bed beds song songs theme instrumental
    violin violins viola cello piano guitar strings orchestra harp flute oud suno udio
    musik geige violine klavier musique violon música musica"""
_EFFECTS = "sfx foley ambience ambiences atmo atmos"
_WORDS = {
    "voice": frozenset(_VOICE.split()),
    "music": frozenset(_MUSIC.split()),
    SKIP: frozenset(_EFFECTS.split()),
}
_CAMEL = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")
_WORD = re.compile(r"[^\W\d_]+")


def declared(relative: str, kinds: Mapping[str, str]) -> str | None:
    """Return which key of ``kinds`` speaks of a file, or ``None``.

    The path itself comes before a folder it lies in, and that before a glob; among
    globs the first given counts. A ``*`` reaches into folders.

    Examples
    --------
    >>> declared("sound/a.wav", {"*.wav": "music", "sound": "voice"})
    'sound'
    """
    if relative in kinds:
        return relative
    for key in kinds:
        if key.strip("/") and relative.startswith(key.rstrip("/") + "/"):
            return key
    return next((key for key in kinds if fnmatchcase(relative, key)), None)


def by_picture(kind_hint: str) -> str | None:
    """Return the kind of a file with pictures; ``None`` for one that only sounds."""
    return {"video": "take", "still": "still"}.get(kind_hint)


def by_name(relative: str, generator: str | None) -> tuple[str, str] | None:
    """Return (kind, why) of a sound as its names tell, or ``None``.

    Examples
    --------
    >>> by_name("03 Voice-Over/line_1.wav", None)
    ('voice', "folder '03 Voice-Over'")
    """
    if generator in _BY_GENERATOR:
        return _BY_GENERATOR[generator], f"generator {generator}"
    path = PurePosixPath(relative)
    for folder in reversed(path.parent.parts):
        kind = _of_words(folder)
        if kind:
            return kind, f"folder {folder!r}"
    kind = _of_words(path.stem)
    return (kind, "file name") if kind else None


def _of_words(text: str) -> str | None:
    apart = _CAMEL.sub(" ", unicodedata.normalize("NFKC", text))
    words = _WORD.findall(apart.casefold())
    said = [
        kind for kind, known in _WORDS.items() if any(word in known for word in words)
    ]
    # A folder "voice and music" tells nothing of the files in it.
    return said[0] if len(said) == 1 else None
