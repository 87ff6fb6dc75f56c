"""``field``: a timeline with choices left open, and the films drawn from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from otio_genai.cli import console, field_films, field_takes, field_weigh
from otio_genai.cli.field_files import (
    AS_JSON,
    BIN,
    FILE,
    SEED,
    output,
    read_document,
    read_media,
    summary,
    warn,
    write_timeline,
)
from otio_genai.cli.groups import Verbs

__all__ = ["field"]


@click.group(cls=Verbs)
def field() -> None:
    r"""Leave a film's choices open, and draw films from them.

    A field is a timeline of takes that any tool opens; what each may be exchanged for
    lies in its metadata.

    \b
    Example:
      otio-genai field open bin.otio -o field.otio --slots 12
      otio-genai field check field.otio
      otio-genai field editions field.otio --n 20 -o editions.png
    """


@field.command("open")
@click.argument("source", metavar="BIN_OR_TIMELINE", type=FILE)
@click.option("--style", "style_file", type=FILE, help="A film.toml to follow.")
@click.option(
    "--slots",
    type=click.IntRange(1, 10_000),
    default=None,
    help="How many places the film has; by default as many as the takes tell.",
)
@click.option(
    "--share",
    is_flag=True,
    help="Let every slot show any take; otherwise each its own.",
)
@BIN
@SEED
@output
def open_(
    source: Path,
    style_file: Path | None,
    slots: int | None,
    share: bool,
    bin_file: Path | None,
    seed: int | None,
    output: Path,
    force: bool,
) -> None:
    r"""Open an analysed BIN, or a TIMELINE and its other takes, into a field.

    \b
    Example:
      otio-genai field open bin.otio -o field.otio --slots 12 --style film.toml
      otio-genai field open film.otio -o field.otio
      otio-genai field open film.fcpxml -o field.otio --bin bin.otio
    """
    import otio_genai
    from otio_genai.cli.field_files import read_source

    found, asked = read_source(source, style_file)
    if seed is not None:
        asked["seed"] = seed
    media = read_media(bin_file)
    made = otio_genai.open_field(found, slots=slots, share=share, media=media, **asked)
    write_timeline(made, output, force=force)
    warn(made)
    click.echo(f"{output}: {summary(made)}")


@field.command()
@click.argument("cuts", nargs=-1, required=True, type=FILE)
@BIN
@output
def merge(
    cuts: tuple[Path, ...], bin_file: Path | None, output: Path, force: bool
) -> None:
    r"""Make a field of several cuts of one film: what differs becomes takes.

    The first cut is the film that other tools see.

    \b
    Example:
      otio-genai field merge monday.otio tuesday.otio -o field.otio
      otio-genai field merge monday.xml tuesday.xml -o field.otio --bin bin.otio
    """
    import otio_genai
    from otio_genai.export import read_timeline

    films = [read_timeline(cut) for cut in cuts]
    made = otio_genai.open_field(films, media=read_media(bin_file))
    write_timeline(made, output, force=force)
    warn(made)
    click.echo(f"{output}: {summary(made)}")


@field.command()
@click.argument("field_file", metavar="FIELD", type=FILE)
@AS_JSON
def check(field_file: Path, as_json: bool) -> None:
    r"""Say how many films a FIELD holds, and what of it no film shows.

    Exit 1 if its rules contradict each other, hardly a film keeps them, or a take can
    never be shown.

    \b
    Example:
      otio-genai field check field.otio
    """
    from otio_genai.field.judge import judge

    with console.progress() as bar:
        found: Any = judge(read_document(field_file), progress=bar)
    if as_json:
        console.echo_json(found.to_dict())
    else:
        click.echo(found.readable())
    if not found.fine:
        raise click.exceptions.Exit(1)


for _command in (
    field_films.realise,
    field_films.show,
    field_films.editions,
    field_takes.promote,
    field_takes.add,
    field_takes.approve,
    field_takes.remove,
    field_weigh.weigh,
):
    field.add_command(_command)
