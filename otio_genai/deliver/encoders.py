"""The same picture by another encoder: a device's, or x265.

Aim
    What was said for x264 (quality, cap, keyframes, B-frames) said to each encoder in
    its own words.

Conventions
    Quality is x264's ``crf``. Devices count otherwise, so theirs is a near number and
    no promise. Their bytes depend on the device and its driver: such films are not
    the same wherever they are rendered.

Left out
    ``vaapi``: PyAV's own builds lack it. ``v4l2m2m``: knows bit rates alone, and ours
    are caps. ``amf``: nobody could try it here. None of the devices' encoders below
    could be tried on a device either: their options are those that FFmpeg documents.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from otio_genai.errors import RenderError
from otio_genai.media.encoding import Encoding

__all__ = ["AUTO", "ENCODERS", "HARDWARE", "encoder_names", "encoders", "encoding_by"]

#: The first device that works, x264 where there is none.
AUTO = "auto"

WhyNot = Callable[[Encoding], str]
_Words = Callable[[int, "int | None"], dict[str, str]]

# libavcodec's quality scale: a quantiser's worth (FF_QP2LAMBDA).
_LAMBDA = 118
# x265's 28 is meant to look like x264's 23.
_HEVC_STEP = 5
# Devices that keep a bit rate aim at this part of the cap.
_MEAN_OF_CAP = 2 / 3


def _nvenc(crf: int, cap: int | None) -> dict[str, str]:
    said = {"rc": "vbr", "cq": str(crf), "b": "0", "preset": "p5", "tune": "hq"}
    return said | _capped(cap)


def _videotoolbox(crf: int, cap: int | None) -> dict[str, str]:
    if cap is not None:
        # Constant quality knows no cap there.
        return {"b": str(int(cap * _MEAN_OF_CAP))} | _capped(cap)
    quality = min(max(100 - 2 * crf, 1), 100)
    return {"flags": "+qscale", "global_quality": str(quality * _LAMBDA)}


def _qsv(crf: int, cap: int | None) -> dict[str, str]:
    said = {"global_quality": str(max(crf, 1)), "preset": "medium"}
    mean = {} if cap is None else {"b": str(int(cap * _MEAN_OF_CAP))}
    return said | mean | _capped(cap)


def _x265(crf: int, cap: int | None) -> dict[str, str]:
    # Its bytes depend on how many frames are encoded side by side; under a cap nothing
    # is, as for x264.
    side_by_side = "frame-threads=2" if cap is None else "frame-threads=1:wpp=0"
    return {"crf": str(crf), "x265-params": side_by_side} | _capped(cap)


def _capped(cap: int | None) -> dict[str, str]:
    return {} if cap is None else {"maxrate": str(cap), "bufsize": str(cap)}


_DEVICES: Mapping[str, tuple[_Words, str]] = {
    "videotoolbox": (_videotoolbox, "yuv420p"),
    "nvenc": (_nvenc, "yuv420p"),
    "qsv": (_qsv, "nv12"),
}

_X265: tuple[_Words, str] = (_x265, "yuv420p")

#: Devices' encoders, in the order in which they are tried.
HARDWARE = tuple(
    f"{codec}_{device}" for codec in ("h264", "hevc") for device in _DEVICES
)
#: Every encoder that can be asked for by name.
ENCODERS = ("libx264", "libx265", *HARDWARE)


def encoder_names() -> list[str]:
    """Return what ``--encoder`` takes."""
    return [AUTO, *ENCODERS]


def encoders(why_not: WhyNot | None = None) -> dict[str, str]:
    """Return every encoder with why it does not work here; empty if it does.

    Parameters
    ----------
    why_not
        Tells that of an encoding; by default each is tried, see
        `otio_genai.media.encoders`.
    """
    tried = why_not or _tried
    return {name: tried(_by(Encoding(), name)) for name in ENCODERS}


def encoding_by(
    encoding: Encoding,
    encoder: str,
    *,
    taken: Sequence[str] = ("h264", "hevc"),
    why_not: WhyNot | None = None,
) -> Encoding:
    """Return an encoding of x264's done by another encoder.

    Parameters
    ----------
    encoding
        As a preset gives it. What is not x264's can only stay as it is.
    encoder
        ``auto`` or one of `ENCODERS`.
    taken
        Codecs that are taken where the film goes.
    why_not
        As for `encoders`.

    Raises
    ------
    RenderError
        There is no such encoder, what it makes is not taken, or it does not work on
        this computer.
    """
    tried = why_not or _tried
    if encoder == AUTO:
        return _first(encoding, taken, tried)
    if encoder not in ENCODERS:
        near = difflib.get_close_matches(encoder, encoder_names(), n=1, cutoff=0.5)
        every = f"There are {', '.join(encoder_names())}."
        raise RenderError(
            f"There is no encoder {encoder!r}.",
            remedy=f"Did you mean {near[0]!r}?" if near else every,
        )
    codec = _codec(encoder)
    if encoding.codec != "libx264" or codec not in taken:
        made = "ProRes" if encoding.codec != "libx264" else _spoken(taken)
        raise RenderError(
            f"This film is to be {made}; {encoder} makes {_spoken([codec])}.",
            remedy="Leave --encoder out, or deliver it otherwise.",
        )
    found = _by(encoding, encoder)
    reason = tried(found)
    if reason:
        here = [name for name in ENCODERS if not tried(_by(encoding, name))]
        raise RenderError(
            f"The encoder {encoder} does not work on this computer: {reason}.",
            remedy=f"Here are {', '.join(here)}." if here else "Leave --encoder out.",
        )
    return found


def _first(encoding: Encoding, taken: Sequence[str], tried: WhyNot) -> Encoding:
    if encoding.codec != "libx264" or "h264" not in taken:
        return encoding
    # H.264 alone: whoever asks for no encoder in particular asks for what plays.
    roads = (_by(encoding, name) for name in HARDWARE if _codec(name) == "h264")
    return next((road for road in roads if not tried(road)), encoding)


def _by(encoding: Encoding, encoder: str) -> Encoding:
    if encoder == encoding.codec:
        return encoding
    options = dict(encoding.options)
    crf = round(float(options.get("crf", 18)))
    cap = int(options["maxrate"]) if "maxrate" in options else None
    codec = _codec(encoder)
    hevc = codec == "hevc"
    words, pix_fmt = _DEVICES.get(encoder.partition("_")[2], _X265)
    if hevc:
        crf += _HEVC_STEP
    said = {"profile": "main" if hevc else "high"} | words(crf, cap)
    if encoder == "libx265":
        said["preset"] = options.get("preset", "medium")
    return replace(
        encoding,
        codec=encoder,
        pix_fmt=pix_fmt,
        options=tuple(sorted(said.items())),
        # Else Apple's players do not show it.
        tag="hvc1" if hevc else encoding.tag,
    )


def _codec(encoder: str) -> str:
    return "hevc" if encoder == "libx265" or encoder.startswith("hevc") else "h264"


def _spoken(codecs: Sequence[str]) -> str:
    words = {"h264": "H.264", "hevc": "HEVC", "prores": "ProRes"}
    return " or ".join(words[codec] for codec in codecs)


def _tried(encoding: Encoding) -> str:
    from otio_genai.media import encoders as media_encoders

    return media_encoders.why_not(encoding)
