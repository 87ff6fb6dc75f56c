"""``show``: a field as a film that is edited while it is watched."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from otio_genai.cli import console

if TYPE_CHECKING:
    from otio_genai.live import Doors
    from otio_genai.live.newtakes import NewTakes

__all__ = ["show"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _size(
    context: click.Context, option: click.Parameter, value: str | None
) -> tuple[int, int] | None:
    if value is None:
        return None
    found = re.fullmatch(r"(\d{1,5})x(\d{1,5})", value)
    if found is None:
        raise click.BadParameter(f"{value!r} is no size such as 1280x720.")
    return int(found[1]), int(found[2])


@click.command()
@click.argument("field_file", metavar="FIELD", type=_FILE)
@click.option("--private", is_flag=True, help="Give each viewer a film of his own.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Listen there.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@click.option("--size", callback=_size, metavar="WxH", help="Size of the pictures.")
@click.option(
    "--witness",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write every film that was shown there, the second as 'FILE 2'.",
)
@click.option("--prepare", is_flag=True, help="Only prepare what the show needs.")
@click.option("--atlas", is_flag=True, help="Render the likeliest joins beforehand.")
@click.option(
    "--atlas-mb",
    type=click.FloatRange(1),
    default=500.0,
    show_default=True,
    help="Megabytes of rendered joins that are kept.",
)
@click.option(
    "--lead",
    type=click.FloatRange(2, 60),
    default=8.0,
    show_default=True,
    help="Seconds before it is seen that a shot is decided.",
)
@click.option(
    "--pause",
    type=click.FloatRange(0, 3600),
    default=3.0,
    show_default=True,
    help="Seconds of black between two films.",
)
@click.option("--workers", type=click.IntRange(0, 64), default=2, show_default=True)
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option("--book", type=click.Path(path_type=Path), help="What remembers films.")
@click.option(
    "--inbox",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Watch it: a file dropped into FOLDER/slot-002 becomes a take of that slot.",
)
@click.option(
    "--provider",
    "providers",
    type=_FILE,
    multiple=True,
    metavar="FILE",
    help="Ask it for new takes; may be given again.",
)
@click.option(
    "--auto", is_flag=True, help="Let new takes be drawn without the artist's approval."
)
@click.option(
    "--desk-from-anywhere", is_flag=True, help="Open the desk to other computers."
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="NAME",
    help="Under which a proxy on this computer is known; may be given again.",
)
def show(field_file: Path, **options: Any) -> None:
    r"""Show films of FIELD, never the same twice, until Ctrl-C.

    Open the first address in a browser, on the screen that is to be the cinema; the
    second is the artist's desk. A film is decided while it is watched, and leaves no
    trace unless it is witnessed.

    \b
    Example:
      otio-genai show field.otio
      otio-genai show field.otio --private --port 8000
    """
    from otio_genai.live import Settings
    from otio_genai.live import show as give
    from otio_genai.live.stock import prepared

    settings = Settings(
        host=options["host"],
        port=options["port"],
        mode="private" if options["private"] else "shared",
        size=options["size"],
        lead_s=options["lead"],
        workers=options["workers"],
        trace=options["witness"],
        pause_s=options["pause"],
        atlas_mb=options["atlas_mb"],
        beforehand=options["atlas"],
        book=options["book"],
        desk_from_anywhere=options["desk_from_anywhere"],
        names=options["names"],
    )
    jobs = options["jobs"]
    if options["prepare"]:
        with console.progress() as progress:
            prepared(
                field_file,
                size=settings.size,
                book=settings.book,
                atlas_mb=settings.atlas_mb,
                beforehand=settings.beforehand,
                progress=progress,
                jobs=jobs,
            ).close()
        click.echo(f"{field_file}: prepared")
        return
    bar = console.Progress()
    try:
        give(
            field_file,
            settings,
            opened=lambda doors: _opened(doors, bar),
            progress=bar,
            jobs=jobs,
            new_takes=_new_takes(field_file, options),
        )
        click.echo("The show has ended.")
    finally:
        bar.finish()


def _new_takes(field_file: Path, options: dict[str, Any]) -> NewTakes | None:
    from otio_genai.live.newtakes import NewTakes
    from otio_genai.live.witness import free_name

    inbox, providers = options["inbox"], options["providers"]
    if inbox is None and not providers:
        if options["auto"]:
            raise click.UsageError("--auto needs --inbox or --provider.")
        return None
    if inbox is not None:
        inbox.mkdir(parents=True, exist_ok=True)
    return NewTakes(
        folder=field_file.with_name(f"{field_file.stem} takes"),
        inbox=inbox,
        providers=providers,
        document=free_name(field_file.with_name(f"{field_file.stem} new.otio")),
        mode="auto" if options["auto"] else "next-showing",
    )


def _opened(doors: Doors, bar: console.Progress) -> None:
    bar.finish()
    click.echo(f"screen  {doors.screen}")
    click.echo(f"desk    {doors.desk}")
    click.echo("Ctrl-C ends the show.")
