"""Draw the sample edit's media, and write it for every editor.

    python sample_projects/convert/build.py

Everything lands in ``sample_projects/convert/out``: ``edit.otio``, a folder per editor
with the file it imports, and ``losses.md``, which says what each could not hold.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from edit import edit
from media import draw

import otio_genai
from otio_genai.errors import GenaiError
from otio_genai.export import TARGETS

HERE = Path(__file__).resolve().parent
OUT = HERE / "out"


def main() -> None:
    """Build, convert, and say what became of it."""
    print("Drawing four takes, a still and a tune ...", flush=True)
    draw(OUT / "media")
    film = edit(OUT / "media")
    otio_genai.export(film, OUT / "edit.otio", to="otio", force=True)
    told = ["# What each editor's file holds of `edit.otio`", ""]
    for name in TARGETS:
        if name != "otio":
            told += convert(film, name)
    (OUT / "losses.md").write_text("\n".join(told) + "\n", encoding="utf-8")
    print(f"Every item: {OUT / 'losses.md'}")


def convert(film, name: str) -> list[str]:
    """Write the film for one target, and tell what became of it."""
    path = OUT / name / f"edit{TARGETS[name]}"
    path.parent.mkdir(exist_ok=True)
    try:
        loss = otio_genai.export(film, path, to=name, force=True)
    except GenaiError as error:
        print(f"{name:>14}: {error} {error.remedy or ''}")
        return [f"## {name}", "", f"{error} {error.remedy or ''}", ""]
    counts = Counter(item.outcome for item in loss.items)
    told = [f"{counts[kind]} {kind}" for kind in ("baked", "approximated", "dropped")]
    print(f"{name:>14}: {path.name}: {', '.join(told)}")
    return [f"## {name}", "", "```", loss.readable(), "```", ""]


if __name__ == "__main__":
    main()
