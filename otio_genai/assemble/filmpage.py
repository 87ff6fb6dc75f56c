"""The reference page of the film file, made from its schema."""

from __future__ import annotations

from otio_genai.assemble import settings as schema
from otio_genai.assemble.filmfile import FilmFile, table_names
from otio_genai.assemble.style import Style

__all__ = ["reference_markdown"]


def reference_markdown() -> str:
    """Return the reference page of the film file, made from its schema."""
    parts = [_HEAD]
    for table in table_names():
        keys = schema.markdown(table, (FilmFile, Style))
        parts.append(f"## [{table}]\n\n{_ABOUT[table]}\n\n{keys}\n")
    return "\n".join([*parts, _MEDIA])


_ABOUT = {
    "film": "What the film is.",
    "style": "How it is cut.",
    "fractures": (
        "How joins behave. A *dry* cut seeks contrast, a *match* is a cut where motion "
        "continues, a *carry* a transition across which the "
        "motion goes on (in this version a dissolve between the takes' handles). "
        "Scores go from 0, motions opposed, to 1, the same motion."
    ),
    "order": "Which take follows which.",
    "sound": (
        "Music and voice-over. Ducking turns the music down under speech; its depth "
        "follows from the loudness of both."
    ),
}

_HEAD = """# The film file

A film file, `film.toml`, says what a film is to be. Every key may be left out, and a
folder of media without a film file is a film with every default. A key that does not
exist, a value of a wrong type or beyond its limits is refused with its line.

```toml
[film]
title = "Brises"
length_s = 60

[style]
mean_shot_s = 2.6

[order]
first = "dune_1"

[media]
"sound/take 3.wav" = "voice"
"tests/*" = "skip"
```
"""

_MEDIA = """## [media]

What files are for, where their names and their content mislead. A key is the path of a
file relative to the media folder, a folder, or a glob; it needs quotes whenever it
holds more than letters, digits, `-` and `_`. The value is `"take"`, `"still"`,
`"music"`, `"voice"` or `"skip"`. The path of a file comes before a folder, that before
a glob, and of several globs the first counts. A key that fits no file is refused.

Without a word here, moving pictures are takes (with or without sound), single pictures
stills. Of sounds, those named by ElevenLabs are voice; else the folders decide, the
nearest first, then the file name (`voice`, `vo`, `narration`, `music`, `score`,
`violin` and their like); else the sound itself: whoever speaks, pauses.
"""
