"""A show from a field's document: everything prepared, and the doors opened."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from otio_genai.errors import LiveError
from otio_genai.field.showing import listed
from otio_genai.live.deskwork import Deskwork
from otio_genai.live.ending import Ending, ending
from otio_genai.live.hall import Hall, Limits
from otio_genai.live.house import House
from otio_genai.live.newcomers import Newcomers, door
from otio_genai.live.newtakes import NewTakes
from otio_genai.live.notes import Kept, Notes
from otio_genai.live.picture import render_request
from otio_genai.live.picture.fmp4 import (
    audio_codec,
    audio_init,
    video_codec,
    video_init,
)
from otio_genai.live.programme import Programme
from otio_genai.live.schedule import Scheduler
from otio_genai.live.sound.sounding import Sounding
from otio_genai.live.stock import Stock, prepared
from otio_genai.live.workers import Process

if TYPE_CHECKING:
    from aiohttp import web

    from otio_genai.live.web.lists import Opening

__all__ = ["Doors", "Settings", "serve", "show"]

Progress = Callable[[str, int, int], None]

_LOOK_S = 2.0
_THREADS = 4
_SPARES = 4
_FAREWELL_S = 1.0
# An address of documentation, which is nobody's (RFC 5737).
_ELSEWHERE = "192.0.2.1"


@dataclass(frozen=True, slots=True)
class Settings:
    """How a show is given.

    Parameters
    ----------
    host, port
        Where it listens; port 0 is any that is free.
    mode
        One film for all, or each viewer his own.
    size
        Of the pictures; the field's own, up to 1280x720, by default.
    lead_s
        How far ahead shots are decided.
    workers
        Processes that render joins; none, and all cuts are dry.
    trace
        Write every film, beside others of that name; by default only those that the
        desk asks for, beside the field.
    pause_s
        Black between two films.
    atlas_mb
        What joins that were rendered may take on the disk.
    beforehand
        Whether the likeliest joins are rendered before the doors open.
    cache
        Folder of what is prepared; the user's own by default.
    book
        What remembers the films; beside the field by default.
    desk_from_anywhere
        Whether the desk opens to other computers.
    names
        By which a proxy on this computer is known to who asks it for the show.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    mode: Literal["shared", "private"] = "shared"
    size: tuple[int, int] | None = None
    lead_s: float = 8.0
    workers: int = 2
    trace: Path | None = None
    pause_s: float = 3.0
    atlas_mb: float = 500.0
    beforehand: bool = False
    cache: Path | None = None
    book: Path | None = None
    desk_from_anywhere: bool = False
    names: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Doors:
    """Where a show is to be found."""

    screen: str
    desk: str
    "With its token: whoever has it may steer."


def show(
    field_path: str | os.PathLike[str],
    settings: Settings | None = None,
    *,
    opened: Callable[[Doors], None] = lambda doors: None,
    progress: Progress | None = None,
    jobs: int = 1,
    new_takes: NewTakes | None = None,
) -> None:
    """Give a show until it is interrupted.

    Parameters
    ----------
    field_path
        The field's document.
    settings
        How.
    opened
        Called once viewers may come.
    progress
        Told what is prepared, and how much of how much.
    jobs
        Processes that prepare.
    new_takes
        How new takes come while it goes on; none do by default.

    Raises
    ------
    LiveError, FieldError, OutputError, ProviderError
        It cannot be given.
    """
    path, settings = Path(field_path), settings or Settings()
    if importlib.util.find_spec("aiohttp") is None:
        raise LiveError(
            "A show needs a package that is not there: aiohttp.",
            remedy="Install it: pip install 'otio-genai[live]'",
        )
    stock = prepared(
        path,
        size=settings.size,
        cache=settings.cache,
        book=settings.book,
        atlas_mb=settings.atlas_mb,
        beforehand=settings.beforehand,
        progress=progress,
        jobs=jobs,
    )
    trace = settings.trace or path.with_name(f"{path.stem} showing.otio")
    notes = Notes()
    with (
        ending() as told,
        contextlib.closing(stock),
        _rendering(stock, settings, notes) as scheduler,
    ):
        # Numbers cannot be steered, and say nothing once the field has other takes.
        listed(stock.field, stock.book)
        house = House(
            stock,
            scheduler,
            time.monotonic,
            lead_s=settings.lead_s,
            trace=trace,
            always=settings.trace is not None,
            notes=notes,
        )
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(serve(house, stock, settings, opened, new_takes, told))


@contextlib.contextmanager
def _rendering(stock: Stock, settings: Settings, notes: Notes) -> Iterator[Scheduler]:
    with contextlib.ExitStack() as begun:
        workers = []
        for _ in range(settings.workers):
            workers.append(Process(render_request, notes.tell))
            begun.callback(workers[-1].close)
        kept = Kept(stock.atlas, notes)
        scheduler = Scheduler(workers, time.monotonic, made=kept.keep)
        begun.pop_all()
        with contextlib.closing(scheduler):
            yield scheduler


async def serve(
    house: House,
    stock: Stock,
    settings: Settings,
    opened: Callable[[Doors], None],
    new_takes: NewTakes | None = None,
    told: Ending | None = None,
) -> None:
    """Serve a show until this is cancelled, or told to end.

    Raises
    ------
    LiveError, FieldError, OutputError
        There is no film to be shown, or nobody can be let in.
    """
    from aiohttp import web

    from otio_genai.live.web.door import Runner, room
    from otio_genai.live.web.server import application

    if told is not None:
        told.serving()
    room()
    with ThreadPoolExecutor(_THREADS, "film") as pool:
        hall = Hall(
            house,
            settings.mode,
            pool,
            time.monotonic,
            limits=settings.limits,
            pause_s=settings.pause_s,
            spares=_SPARES,
        )
        # The first film of a field takes longest, and there may be none; nobody has
        # come yet to wait for it.
        await asyncio.to_thread(house.warm)
        comers = _comers(house, hall, new_takes)
        token = secrets.token_urlsafe(24)
        app = application(
            hall,
            opening_of(stock),
            time.monotonic,
            house=Deskwork(house, lambda: comers),
            token=token,
            desk_from_anywhere=settings.desk_from_anywhere,
            names=settings.names,
        )
        runner = Runner(app, access_log=None, shutdown_timeout=_FAREWELL_S)
        await runner.setup()
        try:
            site = web.TCPSite(runner, settings.host, settings.port)
            try:
                await site.start()
            except OSError as error:
                raise _no_door(settings, error) from error
            opened(_doors(runner, settings, token))
            while True:
                await asyncio.to_thread(house.look)
                await asyncio.sleep(_LOOK_S)
        finally:
            if comers is not None:
                await comers.close()
            await runner.cleanup()


def _comers(house: House, hall: Hall, how: NewTakes | None) -> Newcomers | None:
    if how is None:
        return None

    def playing(_: House) -> Programme | None:
        # Of private films no one decides what is too late.
        shared = hall.screenings if hall.mode == "shared" else []
        return shared[0].programme if shared else None

    return door(how, seed=secrets.randbits(32), playing=playing)(house)


def opening_of(stock: Stock) -> Opening:
    """Return what players must have before the first piece."""
    from otio_genai.live.web.lists import Opening

    form, avcc = stock.mezzanines.form, stock.mezzanines.avcc
    config = Sounding(stock.field, folder=stock.sound_folder, prepared=stock.sound).init
    return Opening(
        form.size,
        form.rate,
        video_init(form, avcc),
        audio_init(config),
        video_codec(avcc),
        audio_codec(config),
    )


def _doors(runner: web.AppRunner, settings: Settings, token: str) -> Doors:
    port = runner.addresses[0][1]
    host = settings.host
    screen = desk = host if ":" not in host else f"[{host}]"
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        screen = _seen_as()
        desk = screen if settings.desk_from_anywhere else "127.0.0.1"
    return Doors(f"http://{screen}:{port}/", f"http://{desk}:{port}/desk?token={token}")


def _seen_as() -> str:
    """Return the address under which other computers most likely find this one."""
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
    ):
        # Nothing is sent: the system only says from where it would be.
        one.connect((_ELSEWHERE, 9))
        return str(one.getsockname()[0])
    return "127.0.0.1"


def _no_door(settings: Settings, error: OSError) -> LiveError:
    return LiveError(
        f"Nobody can be let in at {settings.host}:{settings.port} ({error.strerror}).",
        remedy="Give another --port, or --host an address of this computer.",
    )
