"""What the terminal shows: progress, lists and JSON."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import click

__all__ = ["Pace", "Progress", "echo_json", "progress"]

_WIDTH = 24
_EVERY_S = 0.1
# What is foreseen follows the last of these seconds: what was kept from an earlier
# run goes by at once and says nothing of what is still to be made.
_SEEN_S = 20.0
_SPLIT = " · "
# Sound is counted in samples.
_IN_FRAMES = ("render", "images")

Style = Literal["bar", "json"]


@dataclass(frozen=True, slots=True)
class Pace:
    """How quickly something goes, and when it ends."""

    per_s: float
    "Parts done in a second, of late."
    ends_at_s: float
    "When the last is done, in seconds of the system's clock."


class Progress:
    """A bar on standard error, silent when that is no terminal; or a line of JSON each.

    What is done may name a part of itself after a dot in the middle, as a shot in
    ``render · sh010``: it is shown beside the bar of the whole.

    Parameters
    ----------
    style
        ``bar``, or ``json``: an object a line, whatever standard error is, with what,
        done, total, and where they are known shot, frames_per_s (per_s of what is not
        counted in frames) and ends_at.
    now_s, clock_s
        Give the seconds passed, and those of the system's clock.
    """

    def __init__(
        self,
        style: Style = "bar",
        *,
        now_s: Callable[[], float] = time.monotonic,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._style = style
        self._live = style == "json" or sys.stderr.isatty()
        self._now_s, self._clock_s = now_s, clock_s
        self._what = ""
        self._drawn_s: float | None = None
        self._seen: deque[tuple[float, int]] = deque()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` parts of ``what`` are finished."""
        if not self._live:
            return
        now_s = self._now_s()
        whole, _, shot = what.partition(_SPLIT)
        if whole != self._what:
            self.finish()
            self._what, self._drawn_s = whole, None
        self._seen.append((now_s, done))
        while len(self._seen) > 2 and now_s - self._seen[0][0] > _SEEN_S:
            self._seen.popleft()
        early = self._drawn_s is not None and now_s - self._drawn_s < _EVERY_S
        if done < total and early:
            return
        self._drawn_s = now_s
        draw = self._draw_json if self._style == "json" else self._draw_bar
        draw(shot, done, total, self._pace(done, total))

    def _pace(self, done: int, total: int) -> Pace | None:
        (since_s, before), (now_s, _) = self._seen[0], self._seen[-1]
        if now_s - since_s < 1 or done <= before:
            return None
        per_s = (done - before) / (now_s - since_s)
        return Pace(per_s, self._clock_s() + (total - done) / per_s)

    def _draw_bar(self, shot: str, done: int, total: int, pace: Pace | None) -> None:
        share = min(done / total, 1.0) if total else 1.0
        bar = "█" * round(share * _WIDTH)
        line = f"\r{self._what:<9} {bar:·<{_WIDTH}} {done}/{total}"
        if pace is not None and done < total:
            end = time.strftime("%H:%M:%S", time.localtime(pace.ends_at_s))
            line += f"  {pace.per_s:.1f}/s, done at {end}"
        if shot and done < total:
            line += f"  {shot}"
        # Wider than the window, it would leave a line behind each time.
        click.echo(f"{line[: _columns()]}\033[K", err=True, nl=False)

    def _draw_json(self, shot: str, done: int, total: int, pace: Pace | None) -> None:
        said: dict[str, Any] = {"what": self._what, "done": done, "total": total}
        if shot:
            said["shot"] = shot
        if pace is not None:
            ends = datetime.fromtimestamp(pace.ends_at_s).astimezone()
            unit = "frames_per_s" if self._what in _IN_FRAMES else "per_s"
            said[unit] = round(pace.per_s, 2)
            said["ends_at"] = ends.isoformat(timespec="seconds")
        click.echo(json.dumps(said, ensure_ascii=False), err=True)

    def finish(self) -> None:
        """End the bar's line."""
        if self._what and self._style == "bar":
            click.echo("", err=True)
        self._what = ""
        self._seen.clear()


def _columns() -> int:
    return shutil.get_terminal_size().columns


@contextmanager
def progress(style: Style = "bar") -> Iterator[Progress]:
    """Give a progress bar that ends its line whatever happens."""
    bar = Progress(style)
    try:
        yield bar
    finally:
        bar.finish()


def echo_json(value: Any) -> None:
    """Print ``value`` as JSON on standard output."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
