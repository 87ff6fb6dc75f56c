"""What a director asks of a film: its joins, its film file, what stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from otio_genai.cli import console

if TYPE_CHECKING:
    from otio_genai.check import Problem

__all__ = ["faults", "joins", "lock", "need_earlier", "schema"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _numbers(
    context: click.Context, option: click.Parameter, values: Sequence[str]
) -> tuple[int, ...]:
    """Return the numbers that all the options say, in order."""
    words = [word.strip() for value in values for word in value.split(",")]
    for word in words:
        if not (word.isascii() and word.isdecimal() and int(word)):
            said = f"{word!r} is no number of a join, such as 3 or 3,7."
            raise click.BadParameter(said, context, option)
    return tuple(sorted(set(map(int, words))))


def lock(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option ``--lock``."""
    return click.option(
        "--lock",
        "locked",
        multiple=True,
        metavar="N",
        callback=_numbers,
        help="A join of the earlier film that stays, by number; or several: 3,7.",
    )(command)


def need_earlier(locked: Sequence[int], earlier: object, option: str) -> None:
    """Refuse locks where there is no earlier film whose joins they are."""
    if locked and not earlier:
        said = f"--lock needs {option}: it keeps joins of an earlier film."
        raise click.UsageError(said)


@click.command()
@click.argument("timeline_file", metavar="TIMELINE", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print the joins as JSON.")
def joins(timeline_file: Path, as_json: bool) -> None:
    r"""List the joins of a TIMELINE: kind, score, motion, place and reason of each.

    Their numbers are those that --lock and the film file's [[joins]] count by.

    \b
    Example:
      otio-genai joins film.otio
    """
    from otio_genai.assemble import table
    from otio_genai.export import read_timeline

    found = table.joins(read_timeline(timeline_file))
    if as_json:
        console.echo_json(found)
    else:
        click.echo(table.joins_text(found) if found else "no joins")


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="The file to make; standard output by default.",
)
@click.option("--force", is_flag=True, help="Replace the output if it is there.")
def schema(output: Path | None, force: bool) -> None:
    r"""Write the JSON Schema of film files, by which editors complete and check them.

    Put the line "#:schema ./film.schema.json" on top of the film.toml beside it.

    \b
    Example:
      otio-genai schema -o my-film/film.schema.json
    """
    from otio_genai.assemble.filmtoml.schema import schema_text
    from otio_genai.media import files

    if output is None:
        click.echo(schema_text(), nl=False)
        return
    with files.write_beside(output, force=force) as beside:
        beside.write_text(schema_text(), encoding="utf-8")
    click.echo(f"{output}: written")


def faults(film_file: Path) -> list[Problem]:
    """Return everything that is wrong with a film file."""
    from otio_genai.assemble.filmtoml.filmfile import read_film_file
    from otio_genai.assemble.filmtoml.strays import strays
    from otio_genai.check import Problem
    from otio_genai.errors import FilmFileError

    try:
        film = read_film_file(film_file)
    except FilmFileError as error:
        remedy = error.remedy or ""
        found = []
        for item in error.items:
            line, _, text = item.partition(": ")
            found.append(Problem("error", f"{film_file}, {line}", text, remedy))
        place = error.place or str(film_file)
        return found or [Problem("error", place, error.sentence, remedy)]
    remedy = "Correct the name, or put the file into the media folder."
    return [Problem("error", place, text, remedy) for place, text in strays(film)]
