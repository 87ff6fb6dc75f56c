"""Films drawn from a field: by seed, never seen before, and side by side."""

from __future__ import annotations

import contextlib
import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from otio_genai.cli import console
from otio_genai.cli.field_files import FILE, NEW, output, read_document, write_timeline

__all__ = ["editions", "realise", "show"]

_SEEDS = 2**32


@click.command()
@click.argument("field_file", metavar="FIELD", type=FILE)
@click.option(
    "--seed",
    type=click.IntRange(0, _SEEDS - 1),
    default=0,
    show_default=True,
    help="Another seed, another film; the same seed, the same film.",
)
@output
def realise(field_file: Path, seed: int, output: Path, force: bool) -> None:
    r"""Draw one film from a FIELD and write it as an ordinary timeline.

    \b
    Example:
      otio-genai field realise field.otio --seed 7 -o film.otio
    """
    import otio_genai

    made = otio_genai.realise(read_document(field_file), seed=seed)
    write_timeline(made, output, force=force)
    click.echo(f"{output}: {made.name}, seed {seed}, {_length(made)}")


@click.command()
@click.argument("field_file", metavar="FIELD", type=FILE)
@click.option(
    "--number",
    type=click.IntRange(0),
    default=None,
    help="This film of all there are, the first is 0, by the key of the book; it stays "
    "as unseen as it was.",
)
@click.option(
    "-o",
    "--output",
    type=NEW,
    default=None,
    help="Write the film there; without it only the book knows that it was shown.",
)
@click.option(
    "--book",
    "book_file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Where it is kept which films were shown; beside the field by default.",
)
@click.option("--force", is_flag=True, help="Replace the output if it is there.")
def show(
    field_file: Path,
    number: int | None,
    output: Path | None,
    book_file: Path | None,
    force: bool,
) -> None:
    r"""Draw the next film of a FIELD that was never shown.

    Its book keeps a digest of it, which says nothing to whoever lacks the book, and
    the film is gone unless -o says where to write it. With --number it is that one of
    all its films, in an order that the book's key gives: the same number is the same
    film while the field stays as it is. The book does not take it as shown.

    \b
    Example:
      otio-genai field show field.otio -o tonight.otio
      otio-genai field show field.otio --number 17 -o 17.otio
    """
    from otio_genai.field.document import read_field
    from otio_genai.media import files

    document = read_document(field_file)
    found = read_field(document)
    if output is not None:
        files.ensure_writable(output, force=force)
    path = book_file or field_file.with_suffix(".book.json")
    with _book(path, found, reading=number is not None) as book:
        showing = _showing(found, book, number)
        try:
            while showing.next() is not None:
                pass
            if output is not None:
                write_timeline(showing.timeline(), output, force=force)
        finally:
            remarks = showing.remarks
            showing.close()
        count = book.count
    for remark in remarks:
        click.echo(f"note: {remark}", err=True)
    said = f"{count} shown" if number is None else f"number {number}"
    click.echo(f"{output}: {found.title}, {said}" if output else f"{path}: {said}")


@contextlib.contextmanager
def _book(path: Path, found: Any, *, reading: bool) -> Iterator[Any]:
    """Open a field's book, or begin one that is there afterwards if all went well."""
    from otio_genai.field.showing import Book, mode_for

    if path.exists():
        with Book.open(path, reading=reading) as book:
            yield book
        return
    mode = mode_for(found)
    with Book.make(path, mode, os.urandom, fingerprint=found.fingerprint) as book:
        try:
            yield book
        except BaseException:
            # Nothing was shown: what is not there can keep nothing from being shown.
            path.unlink(missing_ok=True)
            raise


def _showing(found: Any, book: Any, number: int | None) -> Any:
    from otio_genai.field.showing import numbered, unseen

    if number is None:
        return unseen(found, book, os.urandom)
    return numbered(found, book, number)


@click.command()
@click.argument("field_file", metavar="FIELD", type=FILE)
@click.option(
    "--n",
    "count",
    type=click.IntRange(1, 500),
    default=12,
    show_default=True,
    help="How many films.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, _SEEDS - 501),
    default=0,
    show_default=True,
    help="Seed of the first; each next one has the next.",
)
@click.option(
    "--in-turn",
    is_flag=True,
    help="One after the other as a new book shows them, so that what was shown rests; "
    "otherwise each by a seed, as realise draws it.",
)
@click.option(
    "--write",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Write every film there, too.",
)
@output
def editions(
    field_file: Path,
    count: int,
    seed: int,
    in_turn: bool,
    folder: Path | None,
    output: Path,
    force: bool,
) -> None:
    r"""Draw films of a FIELD side by side: how they differ, and which takes come.

    \b
    Example:
      otio-genai field editions field.otio --n 20 -o editions.png
      otio-genai field editions field.otio --n 6 -o six.png --in-turn --write six
    """
    from otio_genai.field.document import read_field
    from otio_genai.field.judge_size import told
    from otio_genai.storyboard.editions import Edition, draw_editions

    if output.suffix.lower() != ".png":
        raise click.UsageError(
            f"A sheet is a PNG: -o {output.with_suffix('.png')}",
            click.get_current_context(),
        )
    found = read_field(read_document(field_file))
    drawn = _in_turn(found, count, seed) if in_turn else _by_seed(found, count, seed)
    shown = []
    with console.progress() as bar:
        for at, one in enumerate(drawn):
            shown.append(one)
            bar("drawing", at + 1, count)
        how = f"in turn, seed {seed}, " if in_turn else ""
        draw_editions(
            found,
            [Edition(name, film) for name, film, _ in shown],
            output,
            said=f"{how}of {told(_films(found)).split(', ')[0]} films",
            force=force,
            progress=bar,
        )
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, _, timeline in shown:
            path = folder / f"{name.replace(' ', '-')}.otio"
            write_timeline(timeline, path, force=force)
        click.echo(f"{folder}: {count} films")
    click.echo(f"{output}: {count} editions")


def _by_seed(found: Any, count: int, seed: int) -> Iterator[tuple[str, Any, Any]]:
    """Yield name, film and timeline of each of some seeds."""
    from otio_genai.field.showing import seeded

    for one in range(seed, seed + count):
        yield f"seed {one}", *_drawn(seeded(found, one))


def _in_turn(found: Any, count: int, seed: int) -> Iterator[tuple[str, Any, Any]]:
    """Yield the same of the first showings of a new book, which is then destroyed."""
    from otio_genai.field.showing import Book, unseen

    chance = random.Random(seed)  # noqa: S311  # nothing is kept secret by it
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.json"
        with Book.make(path, "ledger", chance.randbytes) as book:
            for number in range(1, count + 1):
                showing = unseen(found, book, chance.randbytes)
                yield f"showing {number}", *_drawn(showing)


def _drawn(showing: Any) -> tuple[Any, Any]:
    """Return a showing's film, and its timeline."""
    try:
        while showing.next() is not None:
            pass
        return showing.decided, showing.timeline()
    finally:
        showing.close()


def _films(found: Any) -> int:
    from otio_genai.field.drawing import Conditions, counted, space

    return counted(space(found, Conditions(uniform=True))).films


def _length(timeline: Any) -> str:
    from otio_genai import maps, rates

    return rates.timecode(maps.length_frames(timeline), maps.record_rate(timeline))
