"""``make``: the whole line in one command."""

from __future__ import annotations

from pathlib import Path

import click

from otio_genai.cli import console, notes

__all__ = ["make"]


@click.command()
@click.argument("project", type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder for what is made; 'out' in the project by default.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=None,
    help="Another seed, another film.",
)
@click.option(
    "--replan",
    is_flag=True,
    help="Plan the film that is there again, changing as little as possible.",
)
@notes.lock
@click.option("--force", is_flag=True, help="Replace what is there.")
@click.option("--dry-run", is_flag=True, help="Plan and report; write nothing.")
@click.option("--no-render", is_flag=True, help="Leave out the MP4.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def make(
    project: Path,
    output: Path | None,
    seed: int | None,
    replan: bool,
    locked: tuple[int, ...],
    force: bool,
    dry_run: bool,
    no_render: bool,
    as_json: bool,
) -> None:
    r"""Make a film of a PROJECT: a film.toml, or a folder of generated files.

    Leaves bin.otio, film.otio, film.premiere.xml, film.resolve.xml, film.mp4,
    joins.png and report.json. Files that cannot be read are listed and left out,
    and the exit code is then 1.

    \b
    Example:
      otio-genai make my-film
      otio-genai make my-film --replan --lock 3,7
    """
    from otio_genai import line

    notes.need_earlier(locked, replan, "--replan")
    with console.progress() as bar:
        made = line.make(
            project,
            output,
            seed=seed,
            force=force,
            dry_run=dry_run,
            with_render=not no_render,
            replan=replan,
            locked=locked,
            progress=bar,
        )
    if as_json:
        console.echo_json(made.report)
    else:
        for text in made.notes:
            click.echo(text, err=True)
        click.echo("\n".join(made.summary))
    if made.report["faults"]:
        raise click.exceptions.Exit(1)
