"""The film that should come out, and how near to it one comes that did.

The reference is made without our renderer: takes decoded from their first frame to
their last, the frames the picture map names taken, cross-fades mixed in YUV, and all
of it written raw. It is also what the encoder alone is given.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
import opentimelineio as otio

from benchmarks.rendering.material import CODE, SAMPLE_RATE, Film, mix
from otio_genai import maps
from otio_genai.media import colour, locate, sound
from tests.support.coded import read_blend, read_code

__all__ = ["Forward", "audio_offset_ms", "judge", "needed", "shows", "write_reference"]

_HEARD_S = 0.5
_SEARCHED_S = 0.1
_AMISS = 0.1


class Forward:
    """The frames of a file by number, in rising order, by a plain decode."""

    def __init__(self, path: Path) -> None:
        self._container: Any = av.open(str(path))
        stream = self._container.streams.video[0]
        stream.thread_type = "AUTO"
        self._frames = enumerate(self._container.decode(stream))
        self._last: tuple[int, Any] = (-1, None)

    def at(self, number: int) -> Any:
        """Return frame ``number``; not before the last one asked for."""
        while self._last[0] < number:
            self._last = next(self._frames)
        return self._last[1]

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._container.close()


def needed(timeline: otio.schema.Timeline) -> list[tuple[str, list[int]]]:
    """Return file and frame numbers of each clip, in order of first appearance."""
    found: dict[int, tuple[str, list[int]]] = {}
    for layers in maps.picture_map(timeline):
        for layer in layers:
            path = str(locate.path(layer.url))
            numbers = found.setdefault(id(layer.clip), (path, []))[1]
            numbers.append(layer.source_frame)
    return list(found.values())


def write_reference(timeline: otio.schema.Timeline, path: Path) -> None:
    """Write the film raw: yuv420p planes, one frame after another."""
    pictures = maps.picture_map(timeline)
    last = {id(a.clip): k for k, layers in enumerate(pictures) for a in layers}
    readers: dict[int, Forward] = {}
    with path.open("wb") as raw:
        for k, layers in enumerate(pictures):
            planes = []
            for layer in layers:
                key = id(layer.clip)
                if key not in readers:
                    readers[key] = Forward(locate.path(layer.url))
                frame = readers[key].at(layer.source_frame)
                planes.append((colour.planes(frame), float(layer.weight)))
            for n in range(3):
                raw.write(_mixed([(parts[n], w) for parts, w in planes]))
            for key in [key for key in readers if last[key] == k]:
                readers.pop(key).__exit__(None, None, None)


def _mixed(parts: list[tuple[np.ndarray, float]]) -> bytes:
    if len(parts) == 1:
        return np.ascontiguousarray(parts[0][0]).tobytes()
    total = sum(part.astype(np.float32) * np.float32(weight) for part, weight in parts)
    return np.rint(total).astype(np.uint8).tobytes()


def judge(
    film: Film, timeline: otio.schema.Timeline, path: Path, reference: Path | None
) -> dict[str, object]:
    """Return what is right and wrong with a film.

    Returns
    -------
    dict
        ``frames``; ``wrong``, those that are not what the picture map asks for, with
        those missing or too many; ``psnr_mean_db`` and ``psnr_min_db`` of luma
        against the reference, and ``psnr_by_kind_db``, means of plain and mixed
        frames and of those at a join; ``audio_ms``, the largest offset of the sound;
        ``tags``, the colour tags; ``gop``, the largest distance of keyframes;
        ``size_mb``.
    """
    wide, high = film.size
    wanted = maps.picture_map(timeline)
    found, wrong, ratios = 0, 0, []
    keys: list[int] = []
    with av.open(str(path)) as container, open(reference or "/dev/null", "rb") as raw:  # noqa: PTH123
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        tags = sorted({tag or "none" for tag in colour.colour_of(stream.codec_context)})
        for frame in container.decode(stream):
            if frame.key_frame:
                keys.append(found)
            luma = colour.luma(frame)
            layers = wanted[found] if found < len(wanted) else ()
            wrong += not shows(luma[: CODE[1], : CODE[0]], layers)
            plane = raw.read(wide * high * 3 // 2)[: wide * high]
            if len(plane) == luma.size:
                ratios.append(_psnr(luma, np.frombuffer(plane, np.uint8)))
            found += 1
    keys.append(found)
    report: dict[str, object] = {
        "frames": found,
        "wrong": wrong + max(0, len(wanted) - found),
        "audio_ms": audio_offset_ms(film, path),
        "tags": "/".join(tags),
        "gop": max(b - a for a, b in zip(keys, keys[1:], strict=False)),
        "size_mb": round(path.stat().st_size / 1e6, 2),
    }
    if ratios:
        report["psnr_mean_db"] = round(float(np.mean(ratios)), 2)
        report["psnr_min_db"] = round(float(np.min(ratios)), 2)
        report["psnr_by_kind_db"] = _by_kind(ratios, wanted)
    return report


def _by_kind(
    ratios: list[float], wanted: list[tuple[maps.Layer, ...]]
) -> dict[str, float]:
    """Return the mean PSNR of plain frames, mixed ones, and those at a join."""
    clips = [tuple(id(layer.clip) for layer in layers) for layers in wanted]
    found: dict[str, list[float]] = {}
    for k, ratio in enumerate(ratios[: len(wanted)]):
        found.setdefault("plain" if len(clips[k]) == 1 else "mixed", []).append(ratio)
        if (
            clips[k] != clips[max(0, k - 1)]
            or clips[k] != clips[min(k + 1, len(clips) - 1)]
        ):
            found.setdefault("at joins", []).append(ratio)
    return {kind: round(float(np.mean(some)), 2) for kind, some in found.items()}


def _psnr(luma: np.ndarray, plane: np.ndarray) -> float:
    off = luma.ravel().astype(np.int16) - plane
    return float(10 * np.log10(255**2 / max(np.mean(off.astype(np.int32) ** 2), 1e-4)))


def shows(luma: np.ndarray, layers: tuple[maps.Layer, ...]) -> bool:
    """Tell whether a coded corner, limited luma, is what the picture map asks for."""
    grey = (luma.astype(np.float32) - 16) * (255 / 219)
    takes = [int(locate.path(a.url).stem.removeprefix("take")) for a in layers]
    codes = [(t, a.source_frame) for t, a in zip(takes, layers, strict=True)]
    if len(codes) == 1:
        return read_code(grey) == codes[0]
    shares = read_blend(grey, codes) if codes else None
    return shares is not None and all(
        abs(shares[code] - float(a.weight)) < _AMISS
        for code, a in zip(codes, layers, strict=True)
    )


def audio_offset_ms(film: Film, path: Path) -> float | None:
    """Return how far the sound lies from where it should, at its worst of four places.

    By correlation with the mix the film should have; None for a film without sound.
    """
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return None
    heard = sound.read(path).mean(axis=1)
    wanted = mix(film).mean(axis=1)
    length, around = int(_HEARD_S * SAMPLE_RATE), int(_SEARCHED_S * SAMPLE_RATE)
    worst = 0
    for share in (0.1, 0.4, 0.7, 0.95):
        start = min(int(share * len(wanted)), len(wanted) - length - around)
        part = wanted[start : start + length]
        field = heard[start - around : start + length + around]
        if len(field) < length + 2 * around:
            return float("nan")
        spectrum = np.fft.rfft(field) * np.conj(np.fft.rfft(part, len(field)))
        # By phase alone: else a hum that swells is found some periods late.
        spectrum /= np.maximum(np.abs(spectrum), 1e-9)
        found = np.fft.irfft(spectrum, len(field))[: 2 * around + 1]
        worst = max(worst, int(np.argmax(found)) - around, key=abs)
    return round(worst / SAMPLE_RATE * 1000, 2)
