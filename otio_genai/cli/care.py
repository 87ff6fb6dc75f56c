"""Care of timelines and their media: what changed, what is wrong, where files are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from otio_genai.cli import console

__all__ = ["collect", "diff", "lint", "relink"]

_THERE = click.Path(exists=True, path_type=Path)
_NEW = click.Path(path_type=Path)

_as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print the report as JSON."
)
_force = click.option(
    "--force", is_flag=True, help="Replace the output if it is there."
)


@click.command()
@click.argument("before", type=_THERE)
@click.argument("after", type=_THERE)
@click.option(
    "--through/--as-it-is",
    "through",
    default=True,
    show_default=True,
    help="Compare with BEFORE as the format of AFTER gives it back, so that what the "
    "format cannot hold is not taken for an edit.",
)
@click.option(
    "--sequence",
    metavar="NAME",
    default=None,
    help="Which sequence of AFTER; by default its first.",
)
@_as_json
def diff(
    before: Path, after: Path, through: bool, sequence: str | None, as_json: bool
) -> None:
    r"""Say what an editor changed from one timeline to another, of any kinds.

    Exit 1 if anything did.

    \b
    Example:
      otio-genai diff film.otio edited.xml
    """
    from otio_genai.export import read, read_timeline
    from otio_genai.export.originals import as_originals
    from otio_genai.export.through import as_given, holds_all
    from otio_genai.interchange.diff import diff as compare

    one = as_originals(read_timeline(before), before)
    other = as_originals(read(after, sequence=sequence)[0], after)
    if through:
        given = as_given(one, after, sequence=sequence)
        if given is one and not holds_all(after):
            said = "What the format of AFTER cannot hold is counted as edits here."
            click.echo(f"note: {said}", err=True)
        one = given
    found = compare(one, other, exact=not through)
    if as_json:
        console.echo_json(found.to_json())
    else:
        click.echo(found.readable())
    if not found.same:
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("files", nargs=-1, required=True, type=_THERE)
@click.option("--media", is_flag=True, help="Also ask whether each media file is here.")
@_as_json
def lint(files: tuple[Path, ...], media: bool, as_json: bool) -> None:
    r"""Say which rules of editors an XML, FCPXML or .otio file breaks.

    They are those that importers enforce in silence. Exit 1 if any is broken.

    \b
    Example:
      otio-genai lint film.premiere.xml film.fcpxml film.otio --media
    """
    from otio_genai.export.linting import lint_file

    found = {str(file): lint_file(file, media=media) for file in files}
    if as_json:
        told = {
            file: [{"rule": f.rule, "place": f.place, "text": f.text} for f in findings]
            for file, findings in found.items()
        }
        console.echo_json(told)
    for file, findings in {} if as_json else found.items():
        for finding in findings:
            place = f"{finding.place}: " if finding.place else ""
            click.echo(f"{file}: {finding.rule}: {place}{finding.text}")
        if not findings:
            click.echo(f"{file}: no rule is broken")
    if any(found.values()):
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("timeline_file", metavar="TIMELINE", type=_THERE)
@click.option(
    "-o",
    "--output",
    type=_NEW,
    required=True,
    help="The folder to make, or an archive if it ends in .otioz.",
)
@click.option(
    "--to",
    multiple=True,
    metavar="TARGET",
    help="An editor to write a file for as well; may be given several times.",
)
@click.option("--takes", is_flag=True, help="Bring other takes of every shot along.")
@click.option(
    "--allow-missing", is_flag=True, help="Go on without files that are not there."
)
@_force
@_as_json
def collect(
    timeline_file: Path,
    output: Path,
    to: tuple[str, ...],
    takes: bool,
    allow_missing: bool,
    force: bool,
    as_json: bool,
) -> None:
    r"""Copy a TIMELINE and its media into one folder, under names all editors take.

    Originals stay where and as they are.

    \b
    Example:
      otio-genai collect film.otio -o to-edit --to premiere --to resolve
      otio-genai collect film.otio -o film.otioz
    """
    from otio_genai.export import read_timeline
    from otio_genai.export.collect import collect as gather

    with console.progress() as bar:
        found = gather(
            read_timeline(timeline_file),
            output,
            to=to,
            takes=takes,
            allow_missing=allow_missing,
            force=force,
            progress=bar,
        )
    if as_json:
        told: dict[str, Any] = {
            "place": str(found.place),
            "media": {name: str(path) for name, path in found.media.items()},
            "bytes": found.bytes,
            "missing": list(found.missing),
            "losses": {name: loss.to_json() for name, loss in found.losses.items()},
        }
        console.echo_json(told)
        return
    size_mb = found.bytes / 1e6
    click.echo(f"{found.place}: {len(found.media)} media files, {size_mb:.1f} MB")
    for path in found.missing:
        click.echo(f"  missing: {path}")
    for name, loss in found.losses.items():
        click.echo(f"{name}: {loss.readable()}")


def _pairs(
    context: click.Context, option: click.Parameter, values: tuple[str, ...]
) -> list[tuple[str, str]]:
    found = []
    for value in values:
        there, equals, here = value.partition("=")
        if not (there and equals and here):
            said = f"{value!r} is not like D:\\Film=/mnt/film."
            raise click.BadParameter(said, context, option)
        found.append((there, here))
    return found


@click.command()
@click.argument("timeline_file", metavar="TIMELINE", type=_THERE)
@click.argument(
    "folders",
    metavar="[FOLDER]...",
    nargs=-1,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option(
    "--map",
    "paths",
    multiple=True,
    metavar="THERE=HERE",
    callback=_pairs,
    help=r"What a drive or share is called here: D:\Film=/mnt/film.",
)
@click.option("--every", is_flag=True, help="Look for all media, not only missing.")
@click.option(
    "--to", default="otio", show_default=True, help="The editor the output is for."
)
@click.option("-o", "--output", type=_NEW, required=True, help="The file to make.")
@_force
@_as_json
def relink(
    timeline_file: Path,
    folders: tuple[Path, ...],
    paths: list[tuple[str, str]],
    every: bool,
    to: str,
    output: Path,
    force: bool,
    as_json: bool,
) -> None:
    r"""Find a TIMELINE's missing media in FOLDERs: by content, then name and length.

    Exit 1 if any is still missing.

    \b
    Example:
      otio-genai relink film.otio /mnt/takes -o linked.otio
      otio-genai relink edit.xml --map 'D:\Film=/mnt/film' -o linked.otio
    """
    from otio_genai.export import export, read_timeline
    from otio_genai.export.relink import relink as find

    timeline = read_timeline(timeline_file)
    found = find(timeline, folders, paths=paths, every=every)
    loss = export(found.timeline, output, to=to, with_captions=False, force=force)
    if as_json:
        told = {
            address: {"file": str(path), "by": how}
            for address, (path, how) in found.found.items()
        }
        console.echo_json(
            {
                "output": str(output),
                "found": told,
                "missing": found.missing,
                "kept": found.kept,
                "loss": loss.to_json(),
            }
        )
    else:
        click.echo(
            f"{output}: {len(found.found)} media found, {len(found.missing)} still "
            f"missing, {found.kept} were there"
        )
        for address, (path, how) in found.found.items():
            click.echo(f"  {address}: {path} (by {how})")
        for address, why in found.missing.items():
            click.echo(f"  {address}: {why}")
        if loss.lossy:
            click.echo(loss.readable())
    if found.missing:
        raise click.exceptions.Exit(1)
