"""``kit`` and ``verify``: whether an editor reads our files right."""

from __future__ import annotations

from pathlib import Path

import click

from otio_genai.cli import console
from otio_genai.cli.editors import ensure_rate

__all__ = ["kit", "verify"]


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--rate", default="24", show_default=True, help="Frames per second.")
@click.option("--force", is_flag=True, help="Replace what is there.")
def kit(folder: Path, rate: str, force: bool) -> None:
    r"""Write a coded project into FOLDER that any editor can be tried with.

    Its checklist.html says what to do; `verify` reads what the editor rendered.

    \b
    Example:
      otio-genai kit my-kit
    """
    from otio_genai.kit import TARGETS
    from otio_genai.kit import kit as make

    ensure_rate(rate)
    with console.progress() as progress:
        page = make(folder, rate=rate, progress=progress, force=force)
    click.echo(f"{page}: open this first, and follow it")
    click.echo("Then, in the editor that is tried, one of:")
    for to, suffix in TARGETS.items():
        click.echo(f"  {to:<13} {folder / to / f'kit{suffix}'}")


@click.command()
@click.argument("render", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", help="The target whose file the editor read.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def verify(render: Path, folder: Path, to: str | None, as_json: bool) -> None:
    r"""Say which frames of an editor's RENDER of the kit in FOLDER are wrong.

    Exit 1 if any are that the format was not said to lose.

    \b
    Example:
      otio-genai verify render.mp4 my-kit --to premiere
    """
    from otio_genai.kit import TARGETS
    from otio_genai.kit import verify as judge

    if to is not None and to not in TARGETS:
        known = ", ".join(TARGETS)
        raise click.BadParameter(f"{to!r} is none of {known}.", param_hint="--to")
    verdict = judge(render, folder, to=to)
    if as_json:
        console.echo_json(verdict.to_json())
    else:
        click.echo(verdict.readable())
    if not verdict.right:
        raise click.exceptions.Exit(1)
