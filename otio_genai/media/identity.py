"""What a file is, whatever it is called: a hash of all that decides what it shows.

``identity`` is of the pictures: the packets, the decoder's parameters, and what the
container says about showing them. Other tags, another name, another container that
keeps its times leave it as it is. ``sound_identity`` is of the file's bytes.

Both are remembered on disk while a file is unchanged: a film names hundreds of files.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from otio_genai.errors import OutputError
from otio_genai.media import containers, files, kinds, store
from otio_genai.media.index import video_index

__all__ = ["identity", "sound_identity"]

_VERSION = 1


def identity(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256, in hexadecimal, of what decides a file's pictures.

    Of a still, an animated WebP or a file of sound alone, that of its bytes.

    Raises
    ------
    MediaError
        The file is missing or no media.
    """
    return _known(path)["pictures"]


def sound_identity(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256, in hexadecimal, of a file's bytes: it decides its sound.

    Raises
    ------
    MediaError
        The file is missing or no media.
    """
    return _known(path)["bytes"]


def _known(path: str | os.PathLike[str]) -> dict[str, str]:
    file = containers.existing(path).absolute()
    state = file.stat()
    # The inode's own time tells a change even where the file's was set back.
    head = [
        _VERSION,
        str(file),
        state.st_size,
        state.st_mtime_ns,
        state.st_ctime_ns,
        state.st_ino,
    ]
    place = _place(file)
    found = _read(place, head)
    if found is None:
        found = _measured(file)
        # A folder that cannot be written costs time, not the film.
        with contextlib.suppress(OSError, OutputError):
            place.parent.mkdir(parents=True, exist_ok=True)
            with files.write_beside(place, force=True) as beside:
                beside.write_text(json.dumps({"file": head, **found}), "utf-8")
    return found


def _place(file: Path) -> Path:
    name = hashlib.sha256(os.fsencode(file)).hexdigest()
    return store.cache_folder() / "identity" / name[:2] / f"{name}.json"


def _read(place: Path, head: list[Any]) -> dict[str, str] | None:
    try:
        kept = json.loads(place.read_text("utf-8"))
        if kept["file"] == head:
            return {name: str(kept[name]) for name in ("pictures", "bytes")}
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        pass
    return None


def _measured(file: Path) -> dict[str, str]:
    hashes = store.file_hashes(file)
    pictures = hashes["bytes"]
    if kinds.kind(file) is kinds.Kind.STREAM:
        shown = _shown(file)
        if shown:
            text = json.dumps([hashes["packets"], *shown])
            pictures = hashlib.sha256(text.encode()).hexdigest()
    return {"pictures": pictures, "bytes": hashes["bytes"]}


def _shown(file: Path) -> list[Any]:
    """Return what beside the packets decides which pictures are shown, and how."""
    with containers.opened(file) as container:
        stream = containers.video(container)
        if stream is None:
            return []
        parameters = bytes(stream.codec_context.extradata or b"")
    index = video_index(file)
    return [
        parameters.hex(),
        index.codec,
        index.pix_fmt,
        index.width,
        index.height,
        str(index.sar),
        index.rotation,
        list(index.colour),
        str(index.tick_s),
        str(index.rate),
        index.pts,
    ]
