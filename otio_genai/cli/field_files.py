"""What the verbs of the field read and write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

__all__ = [
    "AS_JSON",
    "BIN",
    "FILE",
    "NEW",
    "SEED",
    "output",
    "read_document",
    "read_media",
    "read_source",
    "summary",
    "warn",
    "write_timeline",
]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW = click.Path(path_type=Path)
BIN = click.option(
    "--bin",
    "bin_file",
    type=FILE,
    default=None,
    help="An analysed bin of the films' files, where these come from an editor.",
)
AS_JSON = click.option(
    "--json", "as_json", is_flag=True, help="Print the report as JSON."
)
SEED = click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=None,
    help="Another seed, another film.",
)


def output(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb ``-o`` and ``--force``."""
    command = click.option(
        "--force", is_flag=True, help="Replace the output if it is there."
    )(command)
    return click.option(
        "-o", "--output", type=NEW, required=True, help="The file to make."
    )(command)


def read_document(path: Path) -> Any:
    """Return the document of a field.

    Raises
    ------
    FieldError
        The file holds a timeline, but no field.
    """
    from otio_genai.errors import FieldError
    from otio_genai.export import read_timeline
    from otio_genai.field.document import is_field

    timeline = read_timeline(path)
    if not is_field(timeline):
        raise FieldError(
            "This is a timeline, but no field.",
            place=str(path),
            remedy=f"Make one of it: otio-genai field open {path} -o field.otio",
        )
    return timeline


def read_source(path: Path, style_file: Path | None) -> tuple[Any, dict[str, Any]]:
    """Return the bin or timeline that a field is made of, and what is asked of it."""
    from otio_genai.assemble import project
    from otio_genai.assemble.filmtoml.filmfile import default_film_file
    from otio_genai.export import read_timeline
    from otio_genai.ingest import bin as bins

    film = project.film_file(style_file) if style_file else None
    if not _holds_bin(path):
        asked = {} if film is None else {"style": film.style, "title": film.title}
        return read_timeline(path), asked
    found = bins.read(path)
    film = film or default_film_file(path.resolve().parent)
    return found, {
        "style": film.style,
        "title": film.title,
        "rate": film.rate,
        "size": _size(bins.film_size(found), film.width, film.height),
        "notes": film.notes,
        "seed": film.seed,
    }


def read_media(path: Path | None) -> Any:
    """Return the bin that knows the files of films; None if there is none."""
    from otio_genai.ingest import bin as bins

    return None if path is None else bins.read(path)


def warn(document: Any) -> None:
    """Say what is worth knowing of a new field."""
    from otio_genai import metadata

    for sentence in metadata.read(document, "film", {}).get("warnings") or ():
        click.echo(f"note: {sentence}", err=True)


def _size(
    usual: tuple[int, int], width: int | None, height: int | None
) -> tuple[int, int]:
    """Return the picture's size; a side that is not said keeps the takes' shape."""
    if width and height:
        return width, height
    if width:
        return width, 2 * round(width * usual[1] / usual[0] / 2)
    if height:
        return 2 * round(height * usual[0] / usual[1] / 2), height
    return usual


def _holds_bin(path: Path) -> bool:
    with path.open("rb") as file:
        # An .otio says first what it holds.
        return b"SerializableCollection" in file.read(4096)


def write_timeline(timeline: Any, path: Path, *, force: bool) -> None:
    """Write a timeline, never over media of its own."""
    from otio_genai.media import files, locate

    files.spare_originals([path], locate.originals(timeline))
    with files.write_beside(path, force=force) as beside:
        beside.write_text(timeline.to_json_string(), encoding="utf-8")


def summary(document: Any) -> str:
    """Return what a field's document holds, in a few words."""
    from otio_genai.field.document import read_field

    made = read_field(document)
    takes = sum(len(slot.options) for slot in made.slots)
    return f"{made.title}, {len(made.slots)} slots, {takes} takes"
