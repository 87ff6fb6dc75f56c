"""The reference page of the film file, made from its records."""

from __future__ import annotations

from otio_genai.assemble import settings as schema
from otio_genai.assemble.filmtoml.arrays import ARRAYS
from otio_genai.assemble.filmtoml.filmfile import FilmFile
from otio_genai.assemble.filmtoml.reading import places
from otio_genai.assemble.style import Style

__all__ = ["ABOUT", "RECORDS", "reference_markdown"]

#: Every record whose settings are keys of a film file.
RECORDS = (FilmFile, Style, *(record for record, _ in ARRAYS.values()))


def reference_markdown() -> str:
    """Return the reference page of the film file, made from its records."""
    parts = [_HEAD]
    tables = {table for table, _ in places(RECORDS)}
    for table in sorted(tables, key=list(ABOUT).index):
        head = f"[[{table}]]" if table in ARRAYS else f"[{table}]"
        example = f"\n{_EXAMPLES[table]}" if table in _EXAMPLES else ""
        keys = schema.markdown(table, RECORDS)
        parts.append(f"## {head}\n\n{ABOUT[table]}\n{example}\n{keys}\n")
    return "\n".join([*parts, _MEDIA, _SHOTS, _AGAIN, _EDITORS])


#: What each table is for, in the order of the page.
ABOUT = {
    "film": "What the film is.",
    "style": (
        "How it is cut. What the shares of dry cuts, carries, dissolves and dips leave "
        "over are joins across which motion should continue."
    ),
    "fractures": (
        "How joins behave. A *match* is a cut across which motion continues, a *dry* "
        "cut seeks contrast; a *carry* accelerates along the motion that both sides "
        "share, without overlap. Scores go from 0, motions opposed, to 1, the same "
        "motion."
    ),
    "order": "Which take follows which.",
    "pins": "Takes with a place of their own. Say `slot` or `at_s`.",
    "locks": "Takes that follow one another, wherever in the film they come.",
    "joins": (
        "Single joins, whatever the shares say. Name the join by its `number`, as the "
        "report counts them, or by the takes it is between."
    ),
    "stills": "How single pictures move.",
    "colour": "Colours from shot to shot.",
    "music": (
        "What you know of the music. It overrules what is measured, so a rubato solo "
        "can be cut on the places you mark."
    ),
    "voice": "What is said in the voice-over, so that cuts find its sentences.",
    "sound": (
        "How loud the film is. Ducking turns the music down under speech; its depth "
        "follows from the loudness of both."
    ),
    "weights": (
        "How much each wish counts against the others; 0 takes no notice of it. Pins, "
        "locks and lengths are no wishes: they hold."
    ),
    "media": "What files are for, where their names and their content mislead.",
}

_HEAD = """# The film file

A film file, `film.toml`, says what a film is to be. Every key may be left out, and a
folder of media without a film file is a film with every default. A key that does not
exist, a value of a wrong type or beyond its limits is refused with its line; before
making a film, `otio-genai check film.toml` says what is wrong with it; what only the
media can tell, such as takes too short for their pins, making the film says.

```toml
[film]
title = "Brises"
length_s = 60

[style]
mean_shot_s = 2.6
dry_share = 0.3

[order]
first = "dune_1"

[music]
bed = "violin.wav"
markers_s = [12.4, 31.0, 47.5]

[[pins]]
take = "hand_2"
at_s = 31

[[joins]]
number = 3
kind = "carry"

[media]
"sound/take 3.wav" = "voice"
"tests/*" = "skip"
```

Takes are named by clip name, file name, or as much of the end of the path as tells
them apart. `media_folder` and `list` start from the folder of the film file, all other
paths from the media folder.
"""

_EXAMPLES = {
    "pins": """```toml
[[pins]]
take = "sea_4"
slot = -1        # the last shot
in_s = 1.5
length_s = 4
```
""",
    "locks": """```toml
[[locks]]
from = "hand_1"
to = "hand_2"
```
""",
    "joins": """```toml
[[joins]]
from = "hand_2"  # whatever comes after it
kind = "dissolve"
length_s = 1.5
```
""",
}

_MEDIA = f"""## [media]

{ABOUT["media"]} A key is the path of a
file relative to the media folder, a folder, or a glob; it needs quotes whenever it
holds more than letters, digits, `-` and `_`. The value is `"take"`, `"still"`,
`"music"`, `"voice"` or `"skip"`. The path of a file comes before a folder, that before
a glob, and of several globs the first counts. A key that fits no file is refused.

Without a word here, moving pictures are takes (with or without sound), single pictures
stills. Of sounds, those named by ElevenLabs are voice; else the folders decide, the
nearest first, then the file name (`voice`, `vo`, `narration`, `music`, `score`,
`violin` and their like); else the sound itself: whoever speaks, pauses.
"""

_SHOTS = """## Shot lists

`[order] list` names a file of shots: these, in this order, and no others.

A CSV has a line for each shot and a header, in any case and order, parted by commas,
semicolons or tabs. Columns: `take` (or `file`, `clip`, `shot`; empty or `*` is any
take), `in`, `length` (or `duration`, or `out`), and `join` (or `transition`), the join
before the shot. Times are seconds (`2.5`), `1:02.5`, or timecodes if `[film] rate` is
said. Columns of other names are passed over, and so are lines that begin with `#`.

```csv
take,     in,  length, join
dune_3,   1.2, 2.5,
hand_1,   ,    ,       dry
,         ,    3,      dissolve
```

In a Fountain screenplay a note that names a take is a shot, and a scene without such a
note is a shot that any take may fill. A note may also say a length, `in:` and a kind of
join; transitions say the join to the next shot. `CUT TO:` leaves to the style which
kind of cut it is.

```fountain
EXT. DUNE - DAY

The wind lifts the first grains. [[take: dune_3, in: 1.2, 2.5s]]

A hand closes. [[hand_1]]

DISSOLVE TO:

EXT. SEA - NIGHT

Whatever there is of foam.
```

Kinds of join: `match`, `dry`, `carry`, `dissolve`, `dip`; also understood are
`MATCH CUT`, `SMASH CUT`, `HARD CUT`, `JUMP CUT`, `WHIP PAN`, `CROSS FADE` and
`FADE TO BLACK`.
"""

_AGAIN = """## Changing a film that is there

`otio-genai joins out/film.otio` lists the joins with their numbers, scores and reasons.
Change the film file, or set aside a take, and plan again: what need not change stays
(`keep` under `[weights]` says how much that counts), and locked joins stay whatever
happens.

```
otio-genai make my-film --replan --lock 3,7
```
"""

_EDITORS = """## In your editor

`otio-genai schema -o film.schema.json` writes this page as a JSON Schema
([the file](film.schema.json)). With the line below on top of the film file, editors
that know TOML schemas (VS Code with Even Better TOML, and whatever uses taplo) complete
keys, show their meaning and mark what is wrong while you write.

```toml
#:schema ./film.schema.json
```
"""
