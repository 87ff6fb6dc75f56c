"""Playlists of a show, for players that come for its pieces themselves.

Conventions
    HTTP Live Streaming (RFC 8216), version 7: fragmented MP4, pictures and sound in
    lists of their own. Addresses are relative to the list that names them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from otio_genai.live.packing import LONGEST_S
from otio_genai.live.pieces import Piece

__all__ = ["LEAST_PIECES", "Opening", "master", "media"]

#: With fewer, players stall or give up.
LEAST_PIECES = 3

_BITS_A_PIXEL, _LEAST_BITS = 5.0, 300_000


@dataclass(frozen=True, slots=True)
class Opening:
    """What a player must have before the first piece; the same for all films."""

    size: tuple[int, int]
    rate: Fraction
    video: bytes
    audio: bytes
    video_codec: str
    audio_codec: str


def master(opening: Opening, folder: str) -> str:
    """Return the list of lists; ``folder`` is where they are."""
    wide, high = opening.size
    bits = max(_LEAST_BITS, round(wide * high * _BITS_A_PIXEL))
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="sound",DEFAULT=YES,'
        f'AUTOSELECT=YES,CHANNELS="2",URI="{folder}/audio.m3u8"',
        f"#EXT-X-STREAM-INF:BANDWIDTH={bits},RESOLUTION={wide}x{high},"
        f"FRAME-RATE={float(opening.rate):.3f},"
        f'CODECS="{opening.video_codec},{opening.audio_codec}",AUDIO="sound"',
        f"{folder}/video.m3u8",
    ]
    return "\n".join(lines) + "\n"


def media(pieces: Sequence[Piece], kind: str, *, ended: bool) -> str:
    """Return the list of the pieces of one kind.

    Parameters
    ----------
    pieces
        Those to be listed, in turn.
    kind
        ``video`` or ``audio``.
    ended
        Whether the film has no more of them.
    """
    longest = max((p.duration_s for p in pieces), default=Fraction(0))
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(LONGEST_S, math.ceil(longest))}",
        f"#EXT-X-MEDIA-SEQUENCE:{pieces[0].number if pieces else 0}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{kind}.mp4"',
    ]
    for piece in pieces:
        lines.append(f"#EXTINF:{float(piece.duration_s):.6f},")
        lines.append(f"{kind[0]}{piece.number}.m4s")
    if ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"
