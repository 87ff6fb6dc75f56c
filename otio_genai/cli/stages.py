"""The stages as verbs: each reads the last one's file and writes its own."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from otio_genai.cli import console, notes, rendering, workers

__all__ = ["analyse", "assemble", "check", "ingest", "nearest"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_NEW = click.Path(path_type=Path)


def nearest(word: str, known: Sequence[str]) -> str | None:
    """Return the known word most like ``word``, if any is like it."""
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return found[0] if found else None


def _output(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option(
        "--force", is_flag=True, help="Replace the output if it is there."
    )(command)
    return click.option(
        "-o", "--output", type=_NEW, required=True, help="The file to make."
    )(command)


def _as_json(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--json", "as_json", is_flag=True, help="Print the report as JSON."
    )(command)


@click.command()
@click.argument("folder", type=_FOLDER)
@_output
@_as_json
def ingest(folder: Path, output: Path, force: bool, as_json: bool) -> None:
    r"""Read a FOLDER of generated files into a bin.

    A film.toml in it is followed for what files are for, and for what it knows of
    music and voice. Broken files are listed with the reason; the others go on, and
    the exit code is 1.

    \b
    Example:
      otio-genai ingest my-film -o bin.otio
    """
    import otio_genai
    from otio_genai.assemble import project
    from otio_genai.ingest import bin as bins
    from otio_genai.media import files, locate

    film = project.film_file(folder)
    with console.progress() as bar:
        made = otio_genai.ingest(
            film.folder,
            rate=film.rate,
            kinds=film.kinds,
            cues=film.cues,
            progress=bar,
        )
    files.spare_originals([output], locate.originals(made))
    with files.write_beside(output, force=force) as beside:
        beside.write_text(made.to_json_string(), encoding="utf-8")
    faults = [list(fault) for fault in bins.faults(made)]
    kinds = {
        kind: len(bins.entries(made, kind))
        for kind in ("take", "still", "music", "voice")
    }
    if as_json:
        console.echo_json({"bin": str(output), "entries": kinds, "faults": faults})
    else:
        said = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)
        click.echo(f"{output}: {said}")
        for clip in bins.entries(made):
            click.echo(f"  {bins.kind(clip):<6} {clip.name}")
        for name, reason in faults:
            click.echo(f"  {name}: {reason}")
    if faults:
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("bin_file", metavar="BIN", type=_FILE)
@workers.others
@_output
def analyse(
    bin_file: Path,
    jobs: int | None,
    cluster: str | None,
    media: tuple[str, ...],
    output: Path,
    force: bool,
) -> None:
    r"""Measure motion, music, voices and loudness of a BIN.

    \b
    Example:
      otio-genai analyse bin.otio -o bin.otio --force
    """
    import otio_genai
    from otio_genai.ingest import bin as bins
    from otio_genai.media import files

    by = workers.executor(jobs, cluster, media)
    with console.progress() as bar:
        made = otio_genai.analyse(
            bins.read(bin_file), progress=bar, map=by.map if by else None
        )
    with files.write_beside(output, force=force) as beside:
        beside.write_text(made.to_json_string(), encoding="utf-8")
    click.echo(f"{output}: {len(made)} files measured")


@click.command()
@click.argument("bin_file", metavar="BIN", type=_FILE)
@click.option("--style", "style_file", type=_FILE, help="A film.toml to follow.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=None,
    help="Another seed, another film.",
)
@click.option(
    "--previous",
    type=_FILE,
    default=None,
    help="An earlier film of this bin; as little of it as possible changes. With "
    "--from, the film that went to the editor.",
)
@click.option(
    "--from",
    "edited",
    type=click.Path(exists=True, path_type=Path),
    default=None,
    help="The film as it came back from an editor: what was done to it stays. With "
    "--previous, shots that were left alone stay as they were in that film, and so do "
    "title, size, rate, seed and style unless --style or --seed say otherwise; if "
    "nothing was changed, that film comes back itself.",
)
@click.option(
    "--sequence",
    metavar="NAME",
    default=None,
    help="Which sequence of the --from file; by default its first.",
)
@notes.lock
@_output
def assemble(
    bin_file: Path,
    style_file: Path | None,
    seed: int | None,
    previous: Path | None,
    edited: Path | None,
    sequence: str | None,
    locked: tuple[int, ...],
    output: Path,
    force: bool,
) -> None:
    r"""Edit an analysed BIN into a timeline.

    \b
    Example:
      otio-genai assemble bin.otio -o film.otio --style film.toml --seed 7
      otio-genai assemble bin.otio -o new.otio --previous film.otio --lock 3,7
      otio-genai assemble bin.otio -o new.otio --from edited.xml --previous film.otio
    """
    from otio_genai.assemble import project
    from otio_genai.assemble.filmtoml.filmfile import default_film_file
    from otio_genai.export import read_timeline
    from otio_genai.ingest import bin as bins
    from otio_genai.media import files

    notes.need_earlier(locked, previous, "--previous")
    if sequence is not None and edited is None:
        raise click.UsageError("--sequence needs --from: it is one of that file.")

    film = (
        project.film_file(style_file)
        if style_file
        else default_film_file(bin_file.resolve().parent)
    )
    before = read_timeline(previous) if previous else None
    if edited is not None:
        if locked:
            raise click.UsageError("--lock does not go with --from: all of hers stays.")
        from otio_genai import reassembly

        made, changes = reassembly.reassemble(
            bins.read(bin_file),
            film,
            edited,
            before=before,
            seed=seed,
            sequence=sequence,
        )
        if changes is not None:
            click.echo(changes.readable())
    else:
        made = project.assemble_film(
            bins.read(bin_file), film, seed=seed, previous=before, locked=locked
        )
    with files.write_beside(output, force=force) as beside:
        beside.write_text(made.to_json_string(), encoding="utf-8")
    click.echo(f"{output}: {made.name}, {len(made.video_tracks()[0])} items")


@click.command()
@click.argument("file", metavar="TIMELINE_OR_FILM_FILE", type=_FILE)
@rendering.deliver_option("Say also what would be refused there, such as reels.")
@_as_json
def check(file: Path, deliver: str | None, as_json: bool) -> None:
    r"""Say everything that is wrong with a timeline or a film.toml.

    Exit 1 if anything is. Media are looked for, not opened: what has changed in
    them, `render --strict` says.

    \b
    Example:
      otio-genai check film.otio
      otio-genai check film.otio --for reels
      otio-genai check film.toml
    """
    import otio_genai
    from otio_genai.export import read_timeline

    if file.suffix.lower() == ".toml":
        if deliver is not None:
            raise click.UsageError("--for needs a timeline, not a film file.")
        found = notes.faults(file)
    else:
        found = otio_genai.check(read_timeline(file), base=file.parent, deliver=deliver)
    if as_json:
        console.echo_json([problem.to_dict() for problem in found])
    for problem in [] if as_json else found:
        click.echo(f"{problem.severity}: {problem.place}: {problem.text}")
        click.echo(f"  help: {problem.remedy}")
    if not found and not as_json:
        click.echo(f"{file}: nothing wrong")
    if found:
        raise click.exceptions.Exit(1)
