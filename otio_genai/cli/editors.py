"""To editors and between them: what is written, and what it cannot carry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from otio_genai.cli import console
from otio_genai.cli.stages import nearest
from otio_genai.errors import GenaiError

__all__ = ["convert", "ensure_rate", "export"]

_ANY = click.Path(path_type=Path)
_ROADS = ("native", "bake", "dissolve", "cut")


def _shared(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options of both."""
    for option in (
        click.option(
            "--json", "as_json", is_flag=True, help="Print the report as JSON."
        ),
        click.option(
            "--force", is_flag=True, help="Replace the output if it is there."
        ),
        click.option("--every", is_flag=True, help="Print every item on its own."),
        click.option("--strict", is_flag=True, help="Exit 1 if anything was lost."),
        click.option("--plan", is_flag=True, help="Print the report, write nothing."),
        click.option(
            "--sequence",
            metavar="NAME",
            default=None,
            help="Which sequence of the file; by default its first.",
        ),
        click.option(
            "--rate",
            metavar="FPS",
            default=None,
            help="Of an EDL, which states none; by default what fits.",
        ),
        click.option(
            "--fractures",
            type=click.Choice(_ROADS),
            default=None,
            help="What becomes of carries; by default what suits the target.",
        ),
        click.option(
            "-o", "--output", type=_ANY, default=None, help="The file to make."
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("timeline_file", metavar="TIMELINE", type=_ANY)
@click.option("--to", required=True, help="premiere, resolve, finalcut, otio, edl, …")
@_shared
def export(timeline_file: Path, to: str, **wishes: Any) -> None:
    r"""Write a TIMELINE (any that can be read) for an editor.

    Carries are keyframed (native), rendered onto a track of their own (bake), or made
    dissolves or cuts; what voices say goes beside as .srt. Whatever the format cannot
    hold is named.

    \b
    Example:
      otio-genai export film.otio -o film.xml --to premiere
      otio-genai export film.otio -o film.fcpxml --to finalcut --fractures dissolve
    """
    _ensure_output(**wishes)
    _go(timeline_file, _known(to), **wishes)


@click.command()
@click.argument("timeline_file", metavar="TIMELINE", type=_ANY)
@click.option(
    "--to", default=None, help="As of export; by default what -o is the suffix of."
)
@_shared
def convert(timeline_file: Path, to: str | None, **wishes: Any) -> None:
    r"""Turn a TIMELINE of one editor into that of another.

    Says both what the file holds that was not understood and what the other editor
    does not get.

    \b
    Example:
      otio-genai convert edit.xml --to resolve --plan
      otio-genai convert edit.fcpxml -o edit.otio --strict
    """
    _ensure_output(**wishes)
    if to is None:
        to = _of_suffix(wishes["output"])
    _go(timeline_file, _known(to), **wishes)


def _ensure_output(output: Path | None, plan: bool, **_: Any) -> None:
    if output is None and not plan:
        raise click.UsageError("Say with -o which file to make, or ask for a --plan.")


def _known(to: str) -> str:
    from otio_genai.export import TARGETS

    if to not in TARGETS:
        meant = nearest(to, list(TARGETS))
        hint = f" Did you mean {meant!r}?" if meant else ""
        known = ", ".join(TARGETS)
        raise click.BadParameter(f"{to!r} is none of {known}.{hint}", param_hint="--to")
    return to


def ensure_rate(rate: str | None) -> None:
    """Refuse as wrong use what is no rate; None is none asked for."""
    from otio_genai import rates

    try:
        if rate is not None:
            rates.rate(rate)
    except GenaiError as error:
        raise click.BadParameter(error.sentence, param_hint="--rate") from error


def _of_suffix(output: Path | None) -> str:
    from otio_genai.export import target_of

    to = None if output is None else target_of(output)
    if to is None:
        known = "premiere or resolve" if output is not None else "premiere"
        raise click.UsageError(f"Say what it is for: --to {known}, for instance.")
    return to


def _go(
    timeline_file: Path,
    to: str,
    *,
    output: Path | None,
    fractures: Any,
    sequence: str | None,
    rate: str | None,
    plan: bool,
    strict: bool,
    every: bool,
    force: bool,
    as_json: bool,
) -> None:
    import otio_genai
    from otio_genai.export import TARGETS, read

    if not timeline_file.exists():
        raise click.BadParameter(f"There is no {timeline_file}.", param_hint="TIMELINE")
    ensure_rate(rate)
    timeline, missed = read(timeline_file, sequence=sequence, rate=rate)
    place = output or timeline_file.with_suffix(TARGETS[to])
    suffix = f".{TARGETS[to].rpartition('.')[2]}"
    if place.suffix.lower() != suffix:
        click.echo(
            f"warning: Editors choose how to read a file by its suffix: for {to} it is "
            f"{suffix}, not {place.suffix or 'none'}.",
            err=True,
        )
    with console.progress() as bar:
        lost = otio_genai.export(
            timeline,
            place,
            to=to,
            fractures=fractures,
            plan=plan,
            force=force,
            progress=bar,
        )
    whole = missed + lost
    if as_json:
        told = {"output": None if plan else str(place), "to": to, **whole.to_json()}
        parts = {"reading": missed.to_json(), "writing": lost.to_json()}
        console.echo_json({**told, **parts})
    else:
        click.echo(
            f"{timeline_file}: planned for {to}, nothing written"
            if plan
            else f"{place}: written for {to}"
        )
        click.echo(whole.readable(every=every))
    if strict and whole.lossy:
        raise click.exceptions.Exit(1)
