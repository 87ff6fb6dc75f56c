"""Notes of takes that are wanted, for a person to read."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from otio_genai import rates
from otio_genai.media.files import write_beside
from otio_genai.providers.protocol import Request

__all__ = ["remove", "text", "write"]


def write(folder: Path, job_id: str, request: Request) -> Path:
    """Write a note and the pictures it speaks of into a folder.

    Raises
    ------
    OutputError
        Nothing can be written there.
    OSError
        A picture cannot be read.
    """
    pictures: dict[str, str] = {}
    given = {"first": request.first_frame, "last": request.last_frame}
    given |= {f"like-{n}": path for n, path in enumerate(request.refs, start=1)}
    for use, path in given.items():
        if path is not None:
            copied = folder / f"{job_id}-{use}{path.suffix.lower()}"
            with write_beside(copied, force=True) as beside:
                shutil.copyfile(path, beside)
            pictures[use] = copied.name
    note = folder / f"{job_id}.txt"
    with write_beside(note, force=True) as beside:
        beside.write_text(text(job_id, request, pictures), "utf-8")
    return note


def remove(folder: Path, job_id: str) -> None:
    """Take a note and its pictures away; what is not there is no matter."""
    with contextlib.suppress(OSError):
        for path in list(folder.iterdir()):
            if path.name == f"{job_id}.txt" or path.name.startswith(f"{job_id}-"):
                path.unlink(missing_ok=True)


def text(job_id: str, request: Request, pictures: dict[str, str]) -> str:
    """Return a note: the prompt alone on its lines, so that it can be copied.

    Examples
    --------
    >>> print(text("dune-001", Request("dune", "A dune", seconds=5, seed=7), {}))
    A take is wanted for the slot dune
    <BLANKLINE>
    A dune
    <BLANKLINE>
    Length: 5 s
    Seed: 7
    <BLANKLINE>
    Put the file into the folder above this one. If several takes are wanted,
    have dune-001 in its name.
    <BLANKLINE>
    """
    lines = [f"A take is wanted for the slot {request.slot}", "", request.prompt, ""]
    if request.negative:
        lines += ["Not wanted:", request.negative, ""]
    lines.append(f"Length: {request.seconds:g} s")
    if request.size:
        lines.append("Size: {}x{}".format(*request.size))
    if request.rate:
        lines.append(f"Frames per second: {rates.text(request.rate)}")
    lines.append(f"Seed: {request.seed}")
    named = {"first": "First frame", "last": "Last frame"}
    lines += [f"{named.get(use, 'Like')}: {file}" for use, file in pictures.items()]
    lines += [
        "",
        "Put the file into the folder above this one. If several takes are wanted,",
        f"have {job_id} in its name.",
        "",
    ]
    return "\n".join(lines)
