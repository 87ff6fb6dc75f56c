"""OpenTimelineIO adapter `genai`: a film file, or a folder of takes, as a timeline.

Reading ingests the folder, analyses what is new in it and assembles the film.
"""

from typing import Any


def read_from_file(filepath: str, seed: int | str | None = None) -> Any:
    """Return the film of a ``film.toml`` or a folder as a timeline.

    Parameters
    ----------
    filepath
        The film file or the folder.
    seed
        Instead of the film file's; text, as ``otioconvert -a seed=7`` gives it, or
        a number.

    Raises
    ------
    GenaiError
        No film can be made of it.
    """
    from otio_genai.assemble.project import from_project

    return from_project(filepath, seed=None if seed is None else int(seed))
