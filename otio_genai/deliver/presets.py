"""The delivery presets: what platforms, festivals and editors ask for, as data.

Each states who says so, when that was read, and what we chose where nobody says.
"""

from __future__ import annotations

import difflib
from fractions import Fraction

from otio_genai.deliver.preset import (
    Limits,
    Loudness,
    Picture,
    Preset,
    Raster,
    Rates,
    Rung,
)
from otio_genai.errors import RenderError
from otio_genai.media.encoding import SoundEncoding

__all__ = ["PRESETS", "names", "preset"]

_READ = "November 2026"
_M = 1_000_000
_720, _1080, _1440, _2160 = (1280, 720), (1920, 1080), (2560, 1440), (3840, 2160)
_UPRIGHT, _PORTRAIT, _SQUARE = (1080, 1920), (1080, 1350), (1080, 1080)

_TALL, _QUAD, _WIDE = Fraction(9, 16), Fraction(1), Fraction(16, 9)
_SOCIAL = Rates(between=(23, 60))
# Films for television run a thousandth slower than their rate's name.
_CINEMA = Rates(
    named=tuple(
        Fraction(*pair)
        for pair in ((24_000, 1001), (24, 1), (25, 1), (30_000, 1001), (30, 1))
    )
)

# The thorough middle of x264: under a cap, care is what quality is bought with.
_CAREFUL = (("preset", "medium"), ("profile", "high"))
_YOUTUBE = (
    Rung(_1080, 8 * _M, 12 * _M),
    Rung(_1440, 16 * _M, 24 * _M),
    Rung(_2160, 40 * _M, 60 * _M),
)
_WEB = Loudness(-14.0, -1.0)
_HEURISTIC = "Nobody publishes a loudness; -14 LUFS and -1 dBTP are a rule of thumb."
_BURN = "burnt in"

_YOUTUBE_PAGE = "support.google.com/youtube/answer/1722171"

PRESETS: tuple[Preset, ...] = (
    Preset(
        name="youtube",
        title="YouTube",
        purpose="A film in its own ratio and rate.",
        suffix=".mp4",
        raster=Raster(),
        rates=Rates(between=(1, 60)),
        picture=Picture(_CAREFUL, crf=17, rungs=_YOUTUBE, bframes=2),
        sound=SoundEncoding("aac", 384_000),
        loudness=_WEB,
        limits=Limits(),
        captions="beside, as SRT",
        source=_YOUTUBE_PAGE,
        read=_READ,
        sure="official",
        own=(
            "Sizes under 1080p may use its bit rate; 2160p means the middle of 35 to "
            "45 Mb/s.",
            "Busy pictures may take half as much again as is recommended.",
            _HEURISTIC,
        ),
    ),
    Preset(
        name="shorts",
        title="YouTube Shorts",
        purpose="An upright or square film of at most three minutes.",
        suffix=".mp4",
        raster=Raster(fixed=(_UPRIGHT, _SQUARE), ratios=(_TALL, _QUAD)),
        rates=Rates(between=(1, 60)),
        picture=Picture(_CAREFUL, crf=17, rungs=_YOUTUBE, bframes=2),
        sound=SoundEncoding("aac", 384_000),
        loudness=_WEB,
        limits=Limits(longest_s=180),
        captions=_BURN,
        source=f"{_YOUTUBE_PAGE}; ratios and length from other pages, unverified",
        read=_READ,
        sure="secondary",
        own=("Encoded as for YouTube.", _HEURISTIC),
    ),
    Preset(
        name="reels",
        title="Instagram Reels",
        purpose="An upright film of three seconds to a quarter of an hour.",
        suffix=".mp4",
        raster=Raster(
            fixed=(_UPRIGHT,),
            least=(540, 960),
            most=(1920, 16_384),
            between=(Fraction(1, 100), Fraction(10)),
        ),
        rates=_SOCIAL,
        picture=Picture(
            _CAREFUL,
            crf=17,
            rungs=(Rung(_1080, 8 * _M, 12 * _M),),
            ceiling=25 * _M,
            bframes=2,
        ),
        sound=SoundEncoding("aac", 128_000),
        loudness=_WEB,
        limits=Limits(shortest_s=3, longest_s=900, largest_bytes=300 * _M),
        captions=_BURN,
        source="circleboom, contentstudio, swat.io, ayrshare",
        read=_READ,
        sure="secondary",
        own=(
            "Bit rates, B-frames and keyframes as for YouTube: the limit of 25 Mb/s is "
            "no recommendation.",
            "300 MB, although older pages say 1 GB.",
            _HEURISTIC,
        ),
        codecs=("h264", "hevc"),
    ),
    Preset(
        name="instagram-feed",
        title="Instagram feed",
        purpose="A film in the feed, 4:5 or square; it is posted as a Reel.",
        suffix=".mp4",
        raster=Raster(
            fixed=(_PORTRAIT, _SQUARE),
            most=(1920, 16_384),
            between=(Fraction(4, 5), Fraction(191, 100)),
        ),
        rates=_SOCIAL,
        picture=Picture(
            _CAREFUL,
            crf=17,
            rungs=(Rung(_1080, 8 * _M, 12 * _M),),
            ceiling=25 * _M,
            bframes=2,
        ),
        sound=SoundEncoding("aac", 128_000),
        loudness=_WEB,
        limits=Limits(shortest_s=3, longest_s=60, largest_bytes=100 * _M),
        captions=_BURN,
        source="circleboom, contentstudio, swat.io, ayrshare",
        read=_READ,
        sure="secondary",
        own=(
            "60 s and 100 MB are of the feed's old way in; as a Reel more is taken, "
            "and the preset reels says how much.",
            "Bit rates, B-frames and keyframes as for YouTube.",
            _HEURISTIC,
        ),
        codecs=("h264", "hevc"),
    ),
    Preset(
        name="tiktok",
        title="TikTok",
        purpose="An upright film of three seconds to ten minutes.",
        suffix=".mp4",
        raster=Raster(
            fixed=(_UPRIGHT,),
            least=(360, 360),
            most=(4096, 4096),
            ratios=(_TALL, _WIDE),
        ),
        rates=_SOCIAL,
        picture=Picture(
            _CAREFUL,
            crf=18,
            rungs=(Rung(_2160, 6 * _M, 6 * _M),),
            ceiling=10 * _M,
            bframes=2,
        ),
        sound=SoundEncoding("aac", 192_000),
        loudness=_WEB,
        limits=Limits(shortest_s=3, longest_s=600),
        captions=_BURN,
        source="ayrshare, developers.tiktok.com",
        read=_READ,
        sure="secondary",
        own=(
            "6 Mb/s, to keep well below the 10 Mb/s or so that its interface refuses.",
            "B-frames, keyframes and the bit rate of the sound.",
            "16:9 is taken too: --size 1920x1080.",
            _HEURISTIC,
        ),
    ),
    Preset(
        name="vimeo",
        title="Vimeo",
        purpose="A film in its own ratio, at a higher quality.",
        suffix=".mp4",
        raster=Raster(),
        rates=_CINEMA,
        picture=Picture(
            _CAREFUL,
            crf=15,
            rungs=(
                Rung(_720, 7_500_000, 7_500_000),
                Rung(_1080, 15 * _M, 15 * _M),
                Rung(_2160, 45 * _M, 45 * _M),
            ),
            headroom=Fraction(4, 3),
            bframes=2,
        ),
        sound=SoundEncoding("aac", 320_000),
        loudness=_WEB,
        limits=Limits(),
        captions="beside, as VTT",
        source="copies of Vimeo's page",
        read=_READ,
        sure="secondary",
        own=(
            "The middle of 5 to 10 Mb/s at 720p and of 10 to 20 Mb/s at 1080p, capped "
            "at their upper ends; above 1080p 45 Mb/s (what its page says of 4K could "
            "not be verified).",
            "23.976 and 29.97 count as 24 and 30; B-frames and keyframes as for "
            "YouTube.",
            _HEURISTIC,
        ),
        codecs=("h264", "prores"),
    ),
    Preset(
        name="festival",
        title="Festival, ProRes",
        purpose="The screening file: ProRes 422 HQ, 10 bits, sound uncompressed.",
        suffix=".mov",
        raster=Raster(within=(_1080, (1998, 1080), (2048, 858))),
        rates=_CINEMA,
        picture=Picture(
            (("profile", "hq"), ("vendor", "apl0")),
            codec="prores_ks",
            pix_fmt="yuv422p10le",
            gop="all intra",
            # Apple's figure for 422 HQ: 220 Mb/s at 1920x1080 and 29.97.
            bits_per_pixel=Fraction(7, 2),
        ),
        sound=SoundEncoding("pcm_s24le", 0),
        loudness=Loudness(None, -3.0),
        limits=Limits(),
        captions="burnt in where the festival asks for them, else beside as SRT",
        source="kortfilmfestivalen.no, artdocfest.com",
        read=_READ,
        sure="secondary",
        own=(
            "A smaller film is not enlarged unless --size asks for it.",
            "23.976 and 29.97 count as 24 and 30.",
            "The loudness of a film for the cinema is measured, not changed, and its "
            "true peak kept under -3 dBTP; one festival (artdocfest) asks for -18 to "
            "-21 LUFS.",
        ),
        codecs=("prores",),
    ),
    Preset(
        name="festival-h264",
        title="Festival, H.264",
        purpose="The same for festivals that want a small file.",
        suffix=".mov",
        raster=Raster(within=(_1080, (1998, 1080), (2048, 858))),
        rates=_CINEMA,
        picture=Picture(
            _CAREFUL,
            crf=10,
            rungs=(Rung(_1080, 25 * _M, 25 * _M),),
            headroom=Fraction(6, 5),
            bframes=2,
        ),
        sound=SoundEncoding("pcm_s24le", 0),
        loudness=Loudness(None, -3.0),
        limits=Limits(),
        captions="burnt in where the festival asks for them, else beside as SRT",
        source="kortfilmfestivalen.no, artdocfest.com",
        read=_READ,
        sure="secondary",
        own=(
            "20 to 30 Mb/s is what they ask for: the upper end is kept, calm films "
            "fall below the lower.",
            "MOV, since PCM is no part of MP4 everywhere.",
            "Rates, sizes and loudness as for festival.",
        ),
    ),
    Preset(
        name="proxy",
        title="Proxy",
        purpose="A small film to cut with, quick to wind through.",
        suffix=".mp4",
        raster=Raster(longest_px=1280),
        rates=Rates(),
        picture=Picture(
            (("preset", "veryfast"), ("tune", "fastdecode")),
            crf=24,
            bframes=0,
            bits_per_pixel=Fraction(1, 8),
        ),
        sound=SoundEncoding("aac", 128_000),
        loudness=Loudness(),
        limits=Limits(),
        captions="none",
        source="nobody: made for this program",
        read=_READ,
        sure="our choice",
        own=(
            "Keyframes every half second, no B-frames, and x264's tune for quick "
            "decoding: keyframes alone would take 3.3 times the room (measured).",
        ),
    ),
    Preset(
        name="mezzanine",
        title="Mezzanine",
        purpose="A film to go on with in an editor or a live show, visually lossless.",
        suffix=".mov",
        raster=Raster(),
        rates=Rates(),
        picture=Picture(
            (
                ("preset", "veryfast"),
                ("profile", "high"),
                # Fixed, that files made at different presets can be joined.
                ("refs", "2"),
                ("sc_threshold", "0"),
                ("weightp", "none"),
            ),
            crf=14,
            bframes=0,
            bits_per_pixel=Fraction(3, 10),
        ),
        sound=SoundEncoding("pcm_s24le", 0),
        loudness=Loudness(),
        limits=Limits(),
        captions="none",
        source="nobody: made for this program",
        read=_READ,
        sure="our choice",
        own=(
            "A closed group every half second, without B-frames: a shot can begin at "
            "each and end anywhere.",
        ),
    ),
)


def names() -> list[str]:
    """Return the presets' names."""
    return [preset.name for preset in PRESETS]


def preset(name: str) -> Preset:
    """Return a preset by its name.

    Raises
    ------
    RenderError
        There is none of that name; the remedy names the one meant, or all.
    """
    for found in PRESETS:
        if found.name == name:
            return found
    near = difflib.get_close_matches(name.lower(), names(), n=1, cutoff=0.5)
    raise RenderError(
        f"There is no delivery preset {name!r}.",
        remedy=f"Did you mean {near[0]!r}?"
        if near
        else f"One of: {', '.join(names())}.",
    )
