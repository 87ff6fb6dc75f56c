"""Bringing what a provider made: under a harmless name, and only if it is a take."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path, PurePosixPath

from otio_genai.errors import OutputError, ProviderError
from otio_genai.media.files import write_beside
from otio_genai.providers.client import Client
from otio_genai.providers.inspecting import inspect

__all__ = ["fetched", "harmless"]

_SUFFIX = re.compile(r"\.(mp4|mov|m4v|webm|mkv|avi|gif|webp|png|jpe?g|apng|tiff?)$")
_LETTERS = 100


def harmless(name: str) -> str:
    r"""Return a name under which a file may be written, whoever gave it.

    Examples
    --------
    >>> harmless("../../etc/.a\nb.MP4"), harmless("..\\film"), harmless("")
    ('a b.mp4', 'film.mp4', 'take.mp4')
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(letter if letter.isprintable() else " " for letter in last)
    plain = re.sub(r'[<>:"|?*]', " ", plain).strip(" .")
    suffix = _SUFFIX.search(plain.lower())
    stem = plain[: suffix.start()] if suffix else plain
    kept = stem.encode("utf-8", "ignore")[:_LETTERS].decode("utf-8", "ignore")
    return f"{kept.strip(' .') or 'take'}{suffix[0] if suffix else '.mp4'}"


async def fetched(client: Client, address: str, dest: Path, name: str) -> Path:
    """Return the file of an address, written into a folder and opened once.

    Parameters
    ----------
    name
        As the provider calls it; a number is added where there is such a file.

    Raises
    ------
    ProviderError
        It does not come, is no take, or cannot be written.
    """
    target = _free(dest / harmless(name))
    try:
        dest.mkdir(parents=True, exist_ok=True)
        with write_beside(target) as beside:
            await client.download(address, beside)
            why = (await asyncio.to_thread(inspect, beside)).why
            if why:
                raise ProviderError(
                    f"What the provider made is no take. {why}",
                    place=str(PurePosixPath(name).name),
                    remedy="Try its workflow by hand; the film goes on.",
                )
    except (OSError, OutputError) as error:
        raise ProviderError(
            f"The take cannot be written ({error}).",
            place=str(dest),
            remedy="Make room, or name another folder.",
        ) from error
    return target


def _free(path: Path) -> Path:
    found, number = path, 1
    while found.exists():
        number += 1
        found = path.with_name(f"{path.stem} {number}{path.suffix}")
    return found
