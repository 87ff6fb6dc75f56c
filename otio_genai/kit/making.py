"""The kit's folder: media, films for every editor, what they must show, a page."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from otio_genai import rates
from otio_genai.export import export
from otio_genai.kit.expected import expect
from otio_genai.kit.films import SECTIONS, Bench, film_of, whole_film
from otio_genai.kit.media import TAKES, make_media
from otio_genai.kit.page import checklist
from otio_genai.kit.whole import whole
from otio_genai.media import files

__all__ = ["EXPECTED", "PAGE", "TARGETS", "VERSION", "kit"]

#: Targets of the kit, and the names of their files' ends.
TARGETS = {
    "premiere": ".xml",
    "resolve": ".xml",
    "finalcut": ".fcpxml",
    "otio-premiere": ".otio",
    "otio-resolve": ".otio",
}
EXPECTED, PAGE = "expected.json", "checklist.html"
VERSION = 1

Progress = Callable[[str, int, int], None]


def kit(
    folder: str | os.PathLike[str],
    *,
    rate: Fraction | int | float | str = 24,
    progress: Progress | None = None,
    force: bool = False,
) -> Path:
    """Write a coded project, its films for each editor, and what they must show.

    Parameters
    ----------
    folder
        Where it goes; made if missing. Its media, the films with all features
        (``TARGET/kit.…``) and with one each, ``expected.json``, ``checklist.html``.
    rate
        The films' frames per second.
    progress
        Called with ``"kit"``, the files finished, and all of them.
    force
        Replace a kit that is there; what else lies in its folder stays.

    Returns
    -------
    Path
        The checklist page.

    Raises
    ------
    OutputError
        The folder's own folder is missing, or a kit, or something of the same
        names, is there already. Whatever goes wrong, all is as it was.
    InterchangeError
        No editor has films of this rate.
    """
    place = Path(folder)
    exact = rates.rate(rate)
    with whole(place, ("media", *TARGETS), (EXPECTED, PAGE), force=force):
        _make(place, exact, _Counter(progress))
    return place / PAGE


class _Counter:
    """Counts the files of a kit as they are finished."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._done = 0
        self._all = len(TAKES) + len(TARGETS) * (1 + len(SECTIONS))

    def __call__(self) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress("kit", self._done, self._all)


def _make(place: Path, rate: Fraction, count: _Counter) -> None:
    bench = Bench(make_media(place / "media", rate, finished=count), rate)
    film, spans = whole_film(bench)
    parts = [
        expect(film, span, section.name, section.about)
        for section, span in zip(SECTIONS, spans, strict=True)
    ]
    declared: dict[str, dict[str, list[str]]] = {}
    for to, suffix in TARGETS.items():
        export(film, place / to / f"kit{suffix}", to=to)
        count()
        declared[to] = {}
        for section in SECTIONS:
            file = place / to / f"{section.name.replace(' ', '-')}{suffix}"
            loss = export(film_of(section, bench), file, to=to)
            count()
            lost = [i for i in loss.items if i.outcome in ("approximated", "dropped")]
            if lost:
                declared[to][section.name] = [item.readable() for item in lost]
    told = {
        "version": VERSION,
        "rate": rates.text(rate),
        "frames": spans[-1][1],
        "parts": [part.to_json() for part in parts],
        "declared": declared,
    }
    _write(place / PAGE, checklist(parts, rate, declared, TARGETS))
    # The last: a kit is finished when it is there.
    _write(place / EXPECTED, json.dumps(told, separators=(",", ":")))


def _write(path: Path, text: str) -> None:
    with files.write_beside(path) as beside:
        beside.write_text(text + "\n", encoding="utf-8", newline="\n")
