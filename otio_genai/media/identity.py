"""What a file is, whatever it is called: a hash of all that decides what it shows.

``identity`` is of the pictures: the packets and what they carry beside, the decoder's
parameters, and what the container says about showing them. Other tags, another name,
another container that keeps its times leave it as it is. ``sound_identity`` is of the
file's bytes. ``known`` tells both, the hash of the packets alone, and how many pictures
there are.

All is remembered on disk while a file is unchanged: a film names hundreds of files.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from av.container import InputContainer

from otio_genai.errors import MediaError, OutputError
from otio_genai.media import containers, files, kinds, still, store, webp
from otio_genai.media.colour import display_size
from otio_genai.media.index import video_index

__all__ = ["Known", "Stamp", "identity", "known", "sound_identity", "stamp"]

#: Size, time of change and inode of a file; all of them 0 where there is none.
Stamp = tuple[int, int, int]

_VERSION = 6


class Known(NamedTuple):
    """What was found out about a file."""

    pictures: str
    "SHA-256 of all that decides its pictures."
    bytes: str
    "SHA-256 of its bytes."
    packets: str
    "SHA-256 of its packets, as `otio_genai.media.store.file_hashes` has it."
    frames: int
    "How many there are; 1 of a still, 0 of a file of sound alone."
    width: int
    "In square pixels, upright; 0 of a file of sound alone."
    height: int
    "The same."
    alpha: bool
    "Whether its pictures may be transparent."
    unreadable: tuple[int, ...] = ()
    "Numbers of the frames whose pictures damage took; others stand for them."
    interlaced: bool = False
    "Whether its pictures are flagged as two fields each."


def identity(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256, in hexadecimal, of what decides a file's pictures.

    Of a still, an animated WebP or a file of sound alone, that of its bytes.

    Raises
    ------
    MediaError
        The file is missing or no media.
    """
    return known(path).pictures


def sound_identity(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256, in hexadecimal, of a file's bytes: it decides its sound.

    Raises
    ------
    MediaError
        The file is missing or no media.
    """
    return known(path).bytes


def known(path: str | os.PathLike[str]) -> Known:
    """Return what is known of a file, measured if it was not yet.

    Raises
    ------
    MediaError
        The file is missing or no media, or is being written.
    """
    file = containers.existing(path).absolute()
    head = _head(file)
    place = _place(file)
    found = _read(place, head)
    if found is None:
        found = _measured(file)
        if _head(file) != head:
            raise MediaError(
                "The file changed while it was read.",
                place=str(file),
                remedy="Try again when it is finished.",
            )
        # A folder that cannot be written costs time, not the film.
        with contextlib.suppress(OSError, OutputError):
            place.parent.mkdir(parents=True, exist_ok=True)
            with files.write_beside(place, force=True) as beside:
                text = json.dumps({"file": head, **found._asdict()})
                beside.write_text(text, "utf-8")
    return found


def stamp(path: str | os.PathLike[str]) -> Stamp:
    """Return what tells at little cost whether a file is still the one it was."""
    try:
        state = Path(path).stat()
    except OSError:
        return 0, 0, 0
    return state.st_size, state.st_mtime_ns, state.st_ino


def _head(file: Path) -> list[Any]:
    state = containers.existing(file).stat()
    # The inode's own time tells a change even where the file's was set back.
    return [_VERSION, str(file), *stamp(file), state.st_ctime_ns]


def _place(file: Path) -> Path:
    name = hashlib.sha256(os.fsencode(file)).hexdigest()
    return store.cache_folder() / "identity" / name[:2] / f"{name}.json"


def _read(place: Path, head: list[Any]) -> Known | None:
    try:
        kept = json.loads(place.read_text("utf-8"))
        if kept.pop("file") == head:
            return Known(**{**kept, "unreadable": tuple(kept["unreadable"])})
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        pass
    return None


def _measured(file: Path) -> Known:
    hashes = store.file_hashes(file)
    pictures, frames, size, alpha = hashes["bytes"], 0, (0, 0), False
    lost: tuple[int, ...] = ()
    fields = False
    kind = kinds.kind(file)
    if kind is kinds.Kind.STREAM:
        shown = _shown(file)
        if shown:
            text = json.dumps([hashes["packets"], *shown])
            pictures = hashlib.sha256(text.encode()).hexdigest()
            frames, size, alpha = _seen(file)
            index = video_index(file)
            lost, fields = tuple(sorted(index.lost)), index.interlaced
    elif kind is kinds.Kind.STILL:
        facts = still.still_facts(file)
        frames, size, alpha = 1, (facts.width, facts.height), facts.alpha
    else:
        frames, size, alpha = _seen(webp.mezzanine(file))
    told = hashes["bytes"], hashes["packets"]
    return Known(pictures, *told, frames, *size, alpha, lost, fields)


def _seen(file: Path) -> tuple[int, tuple[int, int], bool]:
    index = video_index(file)
    size = display_size(index.width, index.height, index.sar, index.rotation)
    return index.frames, size, index.alpha


def _shown(file: Path) -> list[Any]:
    """Return what beside the packets decides which pictures are shown, and how."""
    with containers.opened(file, containers.undecoded(file)) as container:
        stream = containers.video(container)
        if stream is None:
            return []
        parameters = bytes(stream.codec_context.extradata or b"")
        beside = _beside(container, stream)
    index = video_index(file)
    return [
        parameters.hex(),
        index.codec,
        index.pix_fmt,
        index.width,
        index.height,
        str(index.sar),
        index.rotation,
        index.mirrored,
        list(index.colour),
        str(index.tick_s),
        str(index.rate),
        index.pts,
        # Whether alpha is decoded is said elsewhere than the alpha itself.
        *([beside, index.alpha] if beside else []),
    ]


def _beside(container: InputContainer, stream: Any) -> str:
    """Return a hash of what packets carry beside their payloads; "" of nothing.

    Such are the alpha of VP8 and VP9 in Matroska, and palettes in QuickTime.
    """
    found, any_yet = hashlib.sha256(), False
    for number, packet in enumerate(containers.packets(container, stream)):
        for data in packet.iter_sidedata():
            any_yet = True
            found.update(f"{number} {data.data_type} {data.data_size}:".encode())
            found.update(bytes(data) if data.data_size else b"")
    return found.hexdigest() if any_yet else ""
