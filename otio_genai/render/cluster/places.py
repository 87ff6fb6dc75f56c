"""Where a worker finds the media that a film names, and whether they are the same.

Conventions
    A *place* is a pair: how the start of a path reads where the film was planned, and
    what it reads on the worker: another path, or the URL of a store that fsspec can
    open (``s3://…``), from which files are fetched once. A file counts as the same
    when its pictures or its bytes have the hash it is known by
    (`otio_genai.media.identity`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from otio_genai.errors import MediaError, RenderError
from otio_genai.media import files, locate, store
from otio_genai.media.identity import known

__all__ = ["Places"]

_SCHEME = "://"


@dataclass(frozen=True, slots=True)
class Places:
    """Starts of paths, and what they are on the worker.

    Examples
    --------
    >>> places = Places.of(["/films=/mnt/films", "/films/music=s3://music"])
    >>> places.there("/films/a b.mp4")
    '/mnt/films/a b.mp4'
    >>> places.there("/films/music/bed.wav")
    's3://music/bed.wav'
    >>> places.there("/filmstock/a.mp4")
    '/filmstock/a.mp4'
    """

    pairs: tuple[tuple[str, str], ...] = ()
    "(here, there), with forward slashes and none at the end."

    @classmethod
    def of(cls, given: Iterable[str]) -> Self:
        """Return the places that texts like ``/here=/there`` name.

        Raises
        ------
        RenderError
            Some text is no such pair; all of these are named.
        """
        texts = list(given)
        split = [text.partition("=") for text in texts]
        wrong = [
            text
            for text, (here, _, there) in zip(texts, split, strict=True)
            if not (here and there)
        ]
        if wrong:
            raise RenderError(
                "These do not say where media lie on a worker:",
                remedy="Write HERE=THERE, such as /films=/mnt/films or "
                "/films=s3://bucket/films.",
                items=wrong,
            )
        return cls(tuple((_plain(here), _plain(there)) for here, _, there in split))

    def there(self, path: str) -> str:
        """Return a path of the planner as the worker has it; the longest pair wins."""
        path = path.replace("\\", "/")
        fitting = [
            (here, there)
            for here, there in self.pairs
            if path == here or path.startswith(f"{here}/")
        ]
        if not fitting:
            return path
        here, there = max(fitting, key=lambda pair: len(pair[0]))
        return there + path[len(here) :]

    def local(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Return a recipe or a question with the worker's own files in it.

        Parameters
        ----------
        item
            JSON whose ``sources`` have ``url``, ``name`` and ``identity``. What has no
            identity is drawn, not read.

        Raises
        ------
        MediaError
            Files are not there or differ from what was planned; all are named.
        """
        found, faults = [], []
        for source in item["sources"]:
            try:
                found.append(self._own(source) if source["identity"] else source)
            except MediaError as error:
                faults.append(error)
        if len(faults) > 1:
            raise MediaError(
                f"{len(faults)} files cannot be used on this worker.",
                remedy=faults[0].remedy,
                items=[str(fault) for fault in faults],
            )
        if faults:
            raise faults[0]
        return {**item, "sources": found}

    def _own(self, source: Mapping[str, Any]) -> dict[str, Any]:
        there = self.there(str(locate.path(source["url"])))
        wanted = source["identity"]
        if _SCHEME in there:
            file = _fetched(there, wanted)
        else:
            file = Path(there)
            if not file.is_file():
                raise MediaError(
                    "This file is not on the worker.",
                    place=there,
                    remedy="Share the folder of the media with every worker, or say "
                    "where it is there: --media HERE=THERE.",
                )
            if not _is(file, wanted):
                raise _stranger(there)
        return {**source, "url": locate.url(file)}


def _plain(text: str) -> str:
    return text.replace("\\", "/").rstrip("/")


def _stranger(place: str) -> MediaError:
    return MediaError(
        "This file is not the one the film was planned with: its content differs.",
        place=place,
        remedy="Copy the film's own file there, or plan the film anew with this one.",
    )


def _is(file: Path, wanted: str) -> bool:
    try:
        facts = known(file)
    except MediaError:
        # No media at all, so not the film's.
        return False
    return wanted in (facts.pictures, facts.bytes)


def _fetched(address: str, wanted: str) -> Path:
    """Return this worker's own copy of a file in a store, fetched if need be."""
    folder = store.cache_folder() / "media"
    folder.mkdir(exist_ok=True)
    own = folder / (wanted + Path(address).suffix.lower())
    if own.is_file() and _is(own, wanted):
        return own
    with files.write_beside(own, force=True) as beside:
        try:
            import fsspec

            with fsspec.open(address, "rb") as stream, beside.open("wb") as copy:
                shutil.copyfileobj(stream, copy)
        except Exception as error:  # every store has errors of its own
            raise MediaError(
                f"This file cannot be fetched ({type(error).__name__}: {error}).",
                place=address,
                remedy="See whether the worker can reach that store, and has fsspec's "
                "package for it.",
            ) from error
    if not _is(own, wanted):
        own.unlink(missing_ok=True)
        raise _stranger(address)
    return own
