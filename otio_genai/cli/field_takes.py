"""The takes of a field: which is active, which come in, which may be shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from otio_genai.cli import console
from otio_genai.cli.field_files import FILE, output, read_document, write_timeline

__all__ = ["add", "approve", "promote", "remove"]

_SHOWN = ("take", "still")


@click.command()
@click.argument("field_file", metavar="FIELD", type=FILE)
@click.argument("slot")
@click.argument("take")
@output
def promote(field_file: Path, slot: str, take: str, output: Path, force: bool) -> None:
    r"""Make a TAKE the one that other tools see in its SLOT of a FIELD.

    \b
    Example:
      otio-genai field promote field.otio slot-003 "dune 2" -o field.otio --force
    """
    from otio_genai.field.promote import promote as promoted

    document = read_document(field_file)
    made = promoted(document, slot, _named(document, slot, take))
    write_timeline(made, output, force=force)
    click.echo(f"{output}: {slot} shows {take}")


@click.command()
@click.argument("field_file", metavar="FIELD", type=FILE)
@click.argument("slot")
@click.argument("media", type=FILE)
@click.option(
    "--approved", is_flag=True, help="It may be shown at once, without approval."
)
@output
def add(
    field_file: Path,
    slot: str,
    media: Path,
    approved: bool,
    output: Path,
    force: bool,
) -> None:
    r"""Measure a file and add it to a SLOT of a FIELD as another take.

    It waits in quarantine until it is approved.

    \b
    Example:
      otio-genai field add field.otio slot-003 new.mp4 -o field.otio --force
    """
    from otio_genai.field.adding import add_take

    with console.progress() as bar:
        clip = _measured(media, bar)
    made = add_take(
        read_document(field_file),
        slot,
        clip,
        review="ok" if approved else "quarantine",
    )
    write_timeline(made, output, force=force)
    said = "" if approved else ", in quarantine"
    click.echo(f"{output}: {slot} has {clip.name}{said}")


@click.command()
@click.argument("field_file", metavar="FIELD", type=FILE)
@click.argument("slot")
@click.argument("take")
@output
def approve(field_file: Path, slot: str, take: str, output: Path, force: bool) -> None:
    r"""Let a TAKE that waits in quarantine be shown in its SLOT of a FIELD.

    \b
    Example:
      otio-genai field approve field.otio slot-003 new -o field.otio --force
    """
    from otio_genai.field.adding import approve as approved

    document = read_document(field_file)
    made = approved(document, slot, _named(document, slot, take))
    write_timeline(made, output, force=force)
    click.echo(f"{output}: {slot} may show {take}")


@click.command()
@click.argument("field_file", metavar="FIELD", type=FILE)
@click.argument("slot")
@click.argument("take")
@output
def remove(field_file: Path, slot: str, take: str, output: Path, force: bool) -> None:
    r"""Take a TAKE out of its SLOT of a FIELD; its file stays where it is.

    \b
    Example:
      otio-genai field remove field.otio slot-003 new -o field.otio --force
    """
    from otio_genai.field.adding import remove as removed

    document = read_document(field_file)
    made = removed(document, slot, _named(document, slot, take))
    write_timeline(made, output, force=force)
    click.echo(f"{output}: {slot} is without {take}")


def _named(document: Any, slot: str, take: str) -> str | int:
    """Return a take's name; its number, 1 the active one, where none is called so."""
    from otio_genai import metadata
    from otio_genai.field.writing import pictures

    if not (take.isascii() and take.isdecimal()):
        return take
    for clip in pictures(document):
        told = metadata.read(clip, "slot")
        if isinstance(told, dict) and told.get("id") == slot:
            others = metadata.read(clip, "takes") or ()
            if take in [getattr(one, "name", "") for one in (clip, *others)]:
                return take
    return int(take)


def _measured(media: Path, bar: console.Progress) -> Any:
    """Return a file as a clip, measured as those of a bin are."""
    import otio_genai
    from otio_genai.errors import MediaError
    from otio_genai.ingest import bin as bins
    from otio_genai.ingest.files import scan

    folder = media.resolve().parent
    others = [name for name in scan(folder).files if name != media.name]
    kinds = dict.fromkeys(others, "skip")
    try:
        found = otio_genai.ingest(folder, kinds=kinds, progress=bar)
        clips = [clip for clip in bins.entries(found) if bins.kind(clip) in _SHOWN]
        said: list[str] = []
    except MediaError as error:
        # What is said of the other files of its folder concerns nobody here.
        clips = []
        said = [item for item in error.items if item.startswith(f"{media.name}:")]
    if len(clips) != 1:
        raise MediaError(
            "This shows nothing.",
            place=str(media),
            remedy="Give a video or a still.",
            items=said,
        )
    return otio_genai.analyse(found, progress=bar)[0]
