"""The command line: one verb per stage, each a thin call of the library.

Exit codes: 0 done, 1 problems found, 2 wrong use.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from typing import Any

import click

from otio_genai import __version__
from otio_genai.cli import (
    care,
    doctor,
    editors,
    farm,
    field,
    groups,
    kit,
    make,
    notes,
    reframe,
    rendering,
    show,
    stages,
)
from otio_genai.errors import GenaiError, OutputError

__all__ = ["cli", "main"]

_DEBUG = "OTIO_GENAI_DEBUG"


@click.group(cls=groups.Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="otio-genai")
def cli() -> None:
    r"""Turn generated takes, music and voice-over into edited film.

    \b
    Example:
      otio-genai make my-film
    """


for _command in (
    make.make,
    stages.ingest,
    stages.analyse,
    stages.assemble,
    stages.check,
    notes.joins,
    editors.export,
    editors.convert,
    care.diff,
    care.lint,
    care.collect,
    care.relink,
    reframe.reframe,
    rendering.render,
    rendering.presets,
    field.field,
    show.show,
    farm.render_segments,
    farm.join_segments,
    kit.kit,
    kit.verify,
    notes.schema,
    doctor.doctor,
):
    cli.add_command(_command)

groups.unescape(cli)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    _stop_cleanly()
    try:
        code = cli.main(args=arguments, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("otio-genai: stopped; nothing half-written was left.", err=True)
        sys.exit(130)
    except GenaiError as error:
        _show(error)
        sys.exit(2 if isinstance(error, OutputError) else 1)
    except BrokenPipeError:
        # The reader of our output has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"otio-genai: error: {where}{error.strerror}", err=True)
        click.echo("help: Look for room and rights there.", err=True)
        sys.exit(2)
    except Exception as error:
        _show_unexpected(error)
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _stop_cleanly() -> None:
    """Let a terminated run end as an interrupted one does: nothing half-written."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            # Windows has no SIGHUP.
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), stop)


def _show(error: GenaiError) -> None:
    click.echo(f"otio-genai: error: {error}", err=True)
    if error.remedy:
        click.echo(f"help: {error.remedy}", err=True)


def _show_unexpected(error: Any) -> None:
    if os.environ.get(_DEBUG):
        traceback.print_exc()
    said = f"{type(error).__name__}: {error}"
    click.echo(f"otio-genai: error: Something we did not foresee: {said}", err=True)
    click.echo(f"help: Run it again with {_DEBUG}=1 and report what it says.", err=True)
