"""What an editor's render of the kit shows, and what its faults suggest."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from otio_genai import rates
from otio_genai.errors import MediaError
from otio_genai.kit.causes import causes
from otio_genai.kit.coded import code_box, read_blend, read_code, tone_strength
from otio_genai.kit.expected import SAMPLE_RATE, Layers, Part, heard
from otio_genai.kit.making import EXPECTED, VERSION
from otio_genai.kit.media import TAKES
from otio_genai.media import sound
from otio_genai.media.frames import FrameReader

__all__ = ["Judged", "Verdict", "verify"]

_WIDTH = 480
_BLACK, _DIM = 24, 80
#: A picture of a smaller share is too dark to be read.
_FAINT = 0.15
#: Editors count a dissolve's shares at a frame's beginning or in its middle.
_SHARE = 0.12
_PLACE = 0.02
#: Amplitudes within two decibels.
_LEVEL = 1.26


@dataclass(frozen=True)
class Judged:
    """One section: frames compared, wrong ones, what they suggest, what was declared.

    ``wrong`` are record frames; ``silent`` the seconds at which the sound is wrong.
    """

    name: str
    frames: int
    wrong: tuple[int, ...]
    silent: tuple[float, ...]
    suggests: tuple[str, ...]
    declared: tuple[str, ...]

    @property
    def right(self) -> bool:
        """True when nothing is wrong."""
        return not self.wrong and not self.silent

    def to_json(self) -> dict[str, Any]:
        """Return the section as what JSON holds."""
        return {
            "name": self.name,
            "right": self.right,
            "frames": self.frames,
            "wrong": list(self.wrong),
            "sound_wrong_s": list(self.silent),
            "suggests": list(self.suggests),
            "declared": list(self.declared),
        }


@dataclass(frozen=True)
class Verdict:
    """Every section of a render, and what is wrong with the whole of it."""

    sections: tuple[Judged, ...]
    notes: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """True when all is right but what the format was said to lose."""
        return all(s.right or s.declared for s in self.sections)

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as what JSON holds."""
        return {
            "right": self.right,
            "notes": list(self.notes),
            "sections": [section.to_json() for section in self.sections],
        }

    def readable(self) -> str:
        """Return the verdict as lines of text, one section each."""
        lines = [*self.notes]
        for section in self.sections:
            bad = len(section.wrong)
            state = "right" if section.right else "declared"
            if not section.right and not section.declared:
                state = "WRONG"
            said = f"{state:<8}  {section.name:<13} {bad} of {section.frames} wrong"
            if section.silent:
                said += f", sound wrong at {section.silent[0]:.1f} s"
            lines.append("; ".join([said, *section.suggests]))
            lines += [f"          said to be lost: {d}" for d in section.declared]
        return "\n".join(lines)


def verify(
    render: str | os.PathLike[str],
    kit: str | os.PathLike[str],
    *,
    to: str | None = None,
) -> Verdict:
    """Say which frames of an editor's render are wrong, and what that suggests.

    Parameters
    ----------
    render
        The film the editor exported of the kit's whole film.
    kit
        The kit's folder.
    to
        The target whose file the editor read; what that format was said to lose does
        not count against it.

    Raises
    ------
    MediaError
        The render cannot be read, or the folder is no kit of this version.
    """
    told = _told(Path(kit))
    parts = [Part.from_json(part) for part in told["parts"]]
    rate = rates.rate(told["rate"])
    known = told["declared"].get(to, {}) if to else {}
    with FrameReader(render) as film:
        notes = _whole(film, rate, int(told["frames"]))
        pictures = [
            [_seen(film, part, k) for k in range(len(part.frames))] for part in parts
        ]
        near = _Near(film)
        judged = []
        tones = _tones(Path(render))
        end = film.frames
        for part, seen in zip(parts, pictures, strict=True):
            wrong = [k for k, right in enumerate(seen) if not right]
            there = [k for k in wrong if part.start + k < end]
            silent = [s for s in _silent(part, tones) if s < end / (film.rate or rate)]
            found = causes(part, there, near.code) if there else ()
            if silent and not wrong:
                found = ("the sound is missing, of another take, or at another level",)
            judged.append(
                Judged(
                    part.name,
                    len(part.frames),
                    tuple(part.start + k for k in wrong),
                    tuple(silent),
                    (*_absent(part, end), *found),
                    tuple(known.get(part.name, ())),
                )
            )
    return Verdict(tuple(judged), tuple(notes))


def _absent(part: Part, end: int) -> tuple[str, ...]:
    """Return what is to be said of frames after the render's last."""
    count = len(part.frames)
    missing = min(count, part.start + count - end)
    if missing <= 0:
        return ()
    if missing == count:
        return ("not there: the render ends before it",)
    gone = "frame is" if missing == 1 else f"{missing} frames are"
    return (f"its last {gone} not there: the render ends before",)


def _told(folder: Path) -> dict[str, Any]:
    place = folder / EXPECTED
    try:
        told: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
        known = told["version"] == VERSION
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MediaError(
            "This folder is no kit.",
            place=str(folder),
            remedy="Make one: `otio-genai kit FOLDER`.",
        ) from error
    if not known:
        raise MediaError(
            f"This kit is of version {told['version']!r}, not {VERSION}.",
            place=str(folder),
            remedy="Make it again.",
        )
    return told


def _whole(film: FrameReader, rate: Fraction, frames: int) -> list[str]:
    notes = []
    if film.rate != rate:
        shown = "none" if film.rate is None else f"{float(film.rate):.3f}"
        notes.append(
            f"The render has {shown} frames per second, not {float(rate):.3f}."
        )
    if film.frames < frames:
        notes.append(f"The render has {film.frames} frames, not {frames}.")
    return notes


class _Near:
    """Codes of a film's frames, read when they are asked for."""

    def __init__(self, film: FrameReader) -> None:
        self._film = film

    def code(self, frame: int) -> tuple[int, int] | str | None:
        """Return (take, number), ``"black"``, or None when neither is certain."""
        if not 0 <= frame < self._film.frames:
            return None
        picture = _picture(self._film, frame)
        return "black" if picture.max() <= _BLACK else read_code(picture)


def _picture(film: FrameReader, frame: int) -> np.ndarray[Any, Any]:
    high = 2 * round(_WIDTH * film.height / film.width / 2)
    return film.rgb(frame, _WIDTH, high)


def _seen(film: FrameReader, part: Part, k: int) -> bool:
    frame = part.start + k
    if frame >= film.frames:
        return False
    picture = _picture(film, frame)
    if part.box is not None:
        found = code_box(picture)
        if found is None or not np.allclose(found, part.box, atol=_PLACE):
            return False
    if not part.frames[k] and _beside_fade(part, k):
        # Half a frame into the fade, in editors that count so.
        return int(picture.max()) <= _DIM
    return _fits(picture, part.frames[k])


def _fits(picture: np.ndarray[Any, Any], layers: Layers) -> bool:
    if not layers:
        return int(picture.max()) <= _BLACK
    if len(layers) == 1 and layers[0][2] == 1:
        return read_code(picture) == layers[0][:2]
    if sum(share for _, _, share in layers) <= _FAINT and picture.max() <= _DIM:
        return bool(picture.max() > 0)
    codes = [(take, number) for take, number, _ in layers]
    for shown in (picture, _light(picture)):
        found = read_blend(shown, codes)
        if found is not None and all(
            abs(found[code] - share) <= _SHARE
            for code, (_, _, share) in zip(codes, layers, strict=True)
        ):
            return True
    return False


def _beside_fade(part: Part, k: int) -> bool:
    """Tell whether a black frame stands beside one that fades."""
    beside = [n for n in (k - 1, k + 1) if 0 <= n < len(part.frames)]
    return any(share < 1 for n in beside for _, _, share in part.frames[n])


def _light(picture: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return a picture's light: some editors mix in it (BT.709, inverse)."""
    value = picture.astype(np.float64) / 255
    curve = ((value + 0.099) / 1.099) ** (1 / 0.45)
    light: np.ndarray[Any, Any] = np.where(value < 0.081, value / 4.5, curve) * 255
    return light


def _tones(render: Path) -> np.ndarray[Any, Any] | None:
    try:
        return sound.read(render, SAMPLE_RATE, 2)[:, 0]
    except MediaError:
        return None


def _silent(part: Part, tones: np.ndarray[Any, Any] | None) -> list[float]:
    """Return the seconds at which the sound is not what it should be."""
    wrong = []
    for start, wanted in part.sound:
        piece = heard(tones, start) if tones is not None else np.zeros(0, np.float32)
        for take in (take.number for take in TAKES.values()):
            want = wanted.get(take, 0.0)
            got = tone_strength(piece, take, SAMPLE_RATE) if len(piece) else 0.0
            close = want / _LEVEL - 0.01 <= got <= want * _LEVEL + 0.01
            if not close:
                wrong.append(start / SAMPLE_RATE)
                break
    return wrong
