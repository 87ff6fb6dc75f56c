"""Where caches live, and the two hashes that identify a file.

``bytes`` is the file as it lies there; ``packets`` is what the encoder wrote, without
the container: it stays the same when a file is remuxed or loses its tags.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from otio_genai.errors import OutputError
from otio_genai.media import containers, kinds

__all__ = ["cache_folder", "file_hashes"]

_BLOCK = 1 << 20


def cache_folder() -> Path:
    """Return the folder of our caches, made if need be.

    ``$OTIO_GENAI_CACHE`` if set, else ``otio-genai`` in the platform's user cache:
    ``$XDG_CACHE_HOME`` or ``~/.cache``, ``~/Library/Caches``, ``%LOCALAPPDATA%``.

    Raises
    ------
    OutputError
        The folder cannot be made.
    """
    named = os.environ.get("OTIO_GENAI_CACHE")
    folder = Path(named) if named else _platform_cache() / "otio-genai"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The cache folder cannot be made ({error.strerror}).",
            place=str(folder),
            remedy="Set OTIO_GENAI_CACHE to a folder that is yours.",
        ) from error
    return folder


def _platform_cache() -> Path:
    home = Path.home()
    if sys.platform == "darwin":  # pragma: no cover - macOS only
        return home / "Library" / "Caches"
    if sys.platform == "win32":  # pragma: no cover - Windows only
        return Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"))
    return Path(os.environ.get("XDG_CACHE_HOME", home / ".cache"))


def file_hashes(path: str | os.PathLike[str]) -> dict[str, str]:
    """Return ``{"bytes": …, "packets": …}``, two SHA-256 in hexadecimal.

    ``packets`` covers the payloads of the first video stream in file order, else of
    the sound stream; of a still or an animated WebP it equals ``bytes``.

    Raises
    ------
    MediaError
        The file is missing or no media.
    """
    file = containers.existing(path)
    whole = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            whole.update(block)
    if kinds.kind(file) is not kinds.Kind.STREAM:
        return {"bytes": whole.hexdigest(), "packets": whole.hexdigest()}
    return {"bytes": whole.hexdigest(), "packets": _packet_hash(file)}


def _packet_hash(file: Path) -> str:
    packets = hashlib.sha256()
    with containers.opened(file, containers.undecoded(file)) as container:
        stream = containers.video(container) or containers.sound(container)
        if stream is None:
            raise containers.no_streams(file)
        for packet in containers.packets(container, stream):
            packets.update(memoryview(packet))
    return packets.hexdigest()
