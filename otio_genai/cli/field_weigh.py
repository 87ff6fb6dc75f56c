"""``field weigh``: branches that are taken as often as they shall be."""

from __future__ import annotations

from pathlib import Path

import click

from otio_genai.cli.field_files import FILE, output, read_document, write_timeline

__all__ = ["weigh"]


def _shares(told: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for one in told:
        name, _, share = one.rpartition("=")
        try:
            found[name] = float(share.rstrip("%")) / (100 if "%" in share else 1)
        except ValueError:
            raise click.BadParameter(
                f"{one!r} is no NAME=SHARE, such as 'by night=0.2'."
            ) from None
    return found


@click.command()
@click.argument("field_file", metavar="FIELD", type=FILE)
@click.option(
    "--share",
    "told",
    multiple=True,
    metavar="NAME=SHARE",
    help="How many of the films that come to this branch shall take it, 0 to 1; of "
    "others as the document has it.",
)
@output
def weigh(field_file: Path, told: tuple[str, ...], output: Path, force: bool) -> None:
    r"""Weigh the branches of a FIELD so that films take them as often as they shall.

    Joins pull films one way: by its weight alone a branch may be taken far more or
    less often than was meant, as `field check` tells. The weights found make up for it.

    \b
    Example:
      otio-genai field weigh field.otio -o field.otio --force
      otio-genai field weigh field.otio --share "by night=0.2" -o weighed.otio
    """
    from otio_genai.field.document import read_field
    from otio_genai.field.judge_branches import lines
    from otio_genai.field.odds import shares
    from otio_genai.field.weighing import weighed

    made = weighed(read_document(field_file), _shares(told))
    write_timeline(made, output, force=force)
    click.echo(f"{output}: {made.name}")
    for line in lines(shares(read_field(made))):
        click.echo(line)
