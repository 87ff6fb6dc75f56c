"""What a render farm calls: verbs that people have no use for, so not listed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from otio_genai.cli import console

__all__ = ["join_segments", "render_segments"]

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _placed(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options that say where media lie on this computer."""
    command = click.option(
        "--path-mapping",
        type=_FILE,
        help="Rules of the farm, a pathmapping-1.0 of Open Job Description.",
    )(command)
    return click.option(
        "--media",
        multiple=True,
        metavar="HERE=THERE",
        help="Where a folder of media lies on this computer.",
    )(command)


@click.command("render-segments", hidden=True)
@click.argument("folder", type=_FOLDER)
@click.option("--part", type=click.IntRange(0), required=True, help="Which part.")
@_placed
def render_segments(
    folder: Path, part: int, path_mapping: Path | None, media: tuple[str, ...]
) -> None:
    r"""Make one part of the segments of a job's FOLDER.

    \b
    Example:
      otio-genai render-segments film-job --part 0
    """
    from otio_genai.render.cluster import farm

    with console.progress() as bar:
        fresh = farm.make_part(folder, part, _places(path_mapping, media), bar)
    click.echo(f"{folder}: part {part}, {fresh} segments made now")


@click.command("join-segments", hidden=True)
@click.argument("folder", type=_FOLDER)
@_placed
@click.option("--force", is_flag=True, help="Replace the film if it is there.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="The film to make.",
)
def join_segments(
    folder: Path,
    path_mapping: Path | None,
    media: tuple[str, ...],
    force: bool,
    output: Path,
) -> None:
    r"""Join the film of a job's FOLDER, all parts of which are made.

    \b
    Example:
      otio-genai join-segments film-job -o film.mp4
    """
    from otio_genai.render.cluster import farm

    places = _places(path_mapping, media)
    with console.progress() as bar:
        made = farm.join_job(folder, output, places, progress=bar, force=force)
    click.echo(f"{made.path}: {made.frames} frames of {made.segments} segments")


def _places(path_mapping: Path | None, media: tuple[str, ...]) -> Any:
    from otio_genai.render.cluster.places import Places

    rules = []
    if path_mapping is not None:
        told = json.loads(path_mapping.read_text("utf-8"))
        rules = [
            f"{rule['source_path']}={rule['destination_path']}"
            for rule in told.get("path_mapping_rules", ())
        ]
    return Places.of([*rules, *media])
