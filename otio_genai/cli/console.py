"""What the terminal shows: progress, lists and JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

__all__ = ["Progress", "echo_json", "progress"]

_WIDTH = 24
_EVERY_S = 0.1


class Progress:
    """A bar on standard error, silent when that is no terminal."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._what = ""
        self._since_s = self._drawn_s = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` parts of ``what`` are finished."""
        if not self._live:
            return
        now_s = time.monotonic()
        if what != self._what:
            self.finish()
            self._what, self._since_s, self._drawn_s = what, now_s, 0.0
        if done < total and now_s - self._drawn_s < _EVERY_S:
            return
        self._drawn_s = now_s
        share = done / total if total else 1.0
        bar = "█" * round(share * _WIDTH)
        line = f"\r{what:<9} {bar:·<{_WIDTH}} {done}/{total}"
        spent_s = now_s - self._since_s
        if 0 < share < 1 and spent_s > 1:
            end = time.strftime("%H:%M:%S", time.localtime(_end_s(spent_s, share)))
            line += f"  {done / spent_s:.1f}/s, done at {end}"
        click.echo(f"{line}\033[K", err=True, nl=False)

    def finish(self) -> None:
        """End the bar's line."""
        if self._what:
            click.echo("", err=True)
        self._what = ""


def _end_s(spent_s: float, share: float) -> float:
    return time.time() + spent_s * (1 - share) / share


@contextmanager
def progress() -> Iterator[Progress]:
    """Give a progress bar that ends its line whatever happens."""
    bar = Progress()
    try:
        yield bar
    finally:
        bar.finish()


def echo_json(value: Any) -> None:
    """Print ``value`` as JSON on standard output."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
