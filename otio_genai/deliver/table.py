"""The presets as the documents and the command line show them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from otio_genai import rates
from otio_genai.deliver.preset import Picture, Preset, Rates
from otio_genai.deliver.presets import PRESETS
from otio_genai.errors import GenaiError

__all__ = ["BEGIN", "END", "line", "markdown", "renewed", "to_json"]

#: What stands around the table in a page.
BEGIN, END = "<!-- presets: made by `make docs` -->", "<!-- end of presets -->"

_HD = (1920, 1080)
_CALM, _FAST = Fraction(24), Fraction(60)
_CODECS = {"libx264": "H.264", "prores_ks": "ProRes 422 HQ"}
_SURE = {
    "official": "the platform's own page",
    "secondary": "pages of others",
}


def markdown() -> str:
    """Return the table of presets and the notes on each, as Markdown."""
    head = (
        "preset", "picture", "frames/s", "codec", "bit rate at 1080p", "sound",
        "loudness", "limits",
    )  # fmt: skip
    rows = [head, ("--",) * len(head), *(_cells(preset) for preset in PRESETS)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return "\n\n".join([table, *(_notes(preset) for preset in PRESETS)]) + "\n"


def renewed(page: str) -> str:
    """Return a page with the table between its marks made anew.

    Raises
    ------
    GenaiError
        The page lacks the marks.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise GenaiError(
            "The page has no place for the table of presets.",
            remedy=f"Put {BEGIN} and {END} where it shall be.",
        )
    return f"{before}{BEGIN}\n\n{markdown()}\n{END}{after}"


def line(preset: Preset) -> str:
    """Return a preset as one line of text."""
    _, size, fps, codec, bits, *others = _cells(preset)
    said = (size, f"{fps} fps", codec, bits, *others)
    return f"{preset.name:<15} {'; '.join(part for part in said if part)}"


def to_json(preset: Preset) -> dict[str, Any]:
    """Return a preset as JSON holds it: what it says, and its encoding of 1080p24."""
    sound, loudness, limits = preset.sound, preset.loudness, preset.limits
    size = preset.size_for(_HD)
    return {
        "name": preset.name,
        "title": preset.title,
        "purpose": preset.purpose,
        "suffix": preset.suffix,
        "size_of_1920x1080": list(size),
        "rates": {
            "between": list(preset.rates.between or ()),
            "named": [rates.text(rate) for rate in preset.rates.named],
        },
        "encoding_of_24_fps": preset.encoding(size, _CALM).to_json(),
        "sound": {"codec": sound.codec, "bit_rate": preset.sound_bits()},
        "loudness": {
            "integrated_lufs": loudness.integrated_lufs,
            "true_peak_dbtp": loudness.true_peak_dbtp,
        },
        "limits": {
            "shortest_s": limits.shortest_s,
            "longest_s": limits.longest_s,
            "largest_bytes": limits.largest_bytes,
        },
        "captions": preset.captions,
        "source": preset.source,
        "read": preset.read,
        "sure": preset.sure,
        "own_choices": list(preset.own),
    }


def _cells(preset: Preset) -> tuple[str, ...]:
    return (
        f"`{preset.name}`",
        _size(preset),
        _rates(preset.rates),
        _codec(preset),
        _bits(preset),
        _sound(preset),
        _loudness(preset),
        _limits(preset),
    )


def _size(preset: Preset) -> str:
    raster = preset.raster
    if raster.fixed:
        return " or ".join(map(_by, raster.fixed))
    if raster.within:
        return f"the film's, within {', '.join(map(_by, raster.within))}"
    if raster.longest_px:
        return f"the film's, its longer side {raster.longest_px} at most"
    return "the film's"


def _by(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _rates(taken: Rates) -> str:
    if taken.named:
        exact = (f"{float(rate):.3f}" for rate in taken.named)
        return ", ".join(text.rstrip("0").rstrip(".") for text in exact)
    if taken.between is None:
        return "any"
    low, high = taken.between
    return f"up to {high}" if low == 1 else f"{low} to {high}"


def _codec(preset: Preset) -> str:
    return f"{_CODECS[preset.picture.codec]}, {preset.suffix[1:].upper()}"


def _bits(preset: Preset) -> str:
    picture = preset.picture
    calm, fast = preset.mean(_HD, _CALM), preset.mean(_HD, _FAST)
    if calm is None:
        return "" if picture.crf is None else f"crf {picture.crf}"
    mean = f"{calm / 1e6:g}"
    if fast is not None and fast != calm:
        mean += f" ({fast / 1e6:g} from 48 fps)"
    cap = (preset.cap(_HD, _CALM) or 0) / 1e6
    return f"{mean} Mb/s: crf {picture.crf}, {cap:.1f} at most"


def _sound(preset: Preset) -> str:
    if preset.sound.codec == "aac":
        return f"AAC {preset.sound.bit_rate // 1000} kb/s"
    return "PCM 24 bits"


def _loudness(preset: Preset) -> str:
    aim = preset.loudness
    if aim.true_peak_dbtp is None:
        return "as it is"
    peak = f"peak {aim.true_peak_dbtp:g} dBTP"
    if aim.integrated_lufs is None:
        return f"measured, {peak}"
    return f"{aim.integrated_lufs:g} LUFS, {peak}"


def _limits(preset: Preset) -> str:
    limits = preset.limits
    said = []
    if limits.longest_s is not None:
        low = f"{limits.shortest_s} to " if limits.shortest_s else "up to "
        said.append(f"{low}{limits.longest_s} s")
    if limits.largest_bytes is not None:
        said.append(f"{limits.largest_bytes // 1_000_000} MB")
    return ", ".join(said)


def _notes(preset: Preset) -> str:
    own = "".join(f"\n- {sentence}" for sentence in preset.own)
    said = "Made for this program"
    if preset.sure != "our choice":
        said = f"From {_SURE[preset.sure]}: {preset.source}"
    return (
        f"**{preset.title}.** {preset.purpose} {said}; {preset.read}. "
        f"Pictures: {_gop(preset.picture)}. Captions, in our view: {preset.captions}. "
        f"Our choice:\n{own}"
    )


def _gop(picture: Picture) -> str:
    if picture.gop == "all intra":
        return "every one a keyframe"
    between = (
        "no B-frames"
        if not picture.bframes
        else (f"at most {picture.bframes} B-frames in a row")
    )
    return f"closed groups of half a second, {between}"
