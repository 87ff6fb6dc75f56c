"""Pieces onto tracks: which track each lies on, and the names of the tracks.

Conventions
    Pictures lie on tracks by their lanes, the lowest first. Sounds of one role share a
    track, those without a role one for each lane; sound connected below comes in the
    order of its lanes. Where pieces of a track overlap, further tracks take them.

    Documents of our own writer list the names of their tracks in the sequence's
    metadata: there picture lane n is track n + 1, sound lane -n is track n, and the
    role of a sound within its picture is the name of its track.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from otio_genai.errors import InterchangeError
from otio_genai.interchange.account import clean
from otio_genai.interchange.fcpxml.scene import Piece, Scene

__all__ = ["Row", "kept", "sorted_rows"]

# No editor has as many tracks; finding them takes time for each.
_MOST_ROWS = 500
_DEFAULT_ROLES = ("", "video")


@dataclass(slots=True)
class Row:
    """A track to be: its pieces in order of time."""

    kind: str
    name: str
    pieces: list[Piece] = field(default_factory=list)

    def add(self, piece: Piece) -> bool:
        """Take a piece, unless it overlaps one that is there."""
        for other in reversed(self.pieces):
            if piece.start_s < other.end_s and other.start_s < piece.end_s:
                return False
            if other.end_s <= piece.start_s:
                break
        self.pieces.append(piece)
        return True


def kept(sequence: Element, key: str) -> list[str] | None:
    """Return what our own writer lists in a sequence's metadata, where it does."""
    for md in sequence.findall("metadata/md"):
        if md.get("key") != f"otio_genai.{key}":
            continue
        if md.find("array") is not None:
            return [clean(text.text or "") for text in md.findall("array/string")]
        return (md.get("value") or "").split()
    return None


def sorted_rows(scene: Scene) -> list[Row]:
    """Return the tracks of a scene: pictures from the bottom, then sounds.

    Raises
    ------
    InterchangeError
        More clips lie over each other than any editor has tracks.
    """
    pictures = [piece for piece in scene.pieces if piece.kind == "Video"]
    sounds = [piece for piece in scene.pieces if piece.kind == "Audio"]
    video = _by_lane(pictures, scene.video_tracks)
    return [*video, *_by_role(sounds, scene.audio_tracks)]


def _spread(kind: str, pieces: Sequence[Piece]) -> list[Row]:
    """Return as few rows as hold the pieces without overlaps."""
    rows: list[Row] = []
    for piece in sorted(pieces, key=lambda piece: (piece.start_s, piece.end_s)):
        if not any(row.add(piece) for row in rows):
            rows.append(Row(kind, "", [piece]))
        if len(rows) > _MOST_ROWS:
            raise InterchangeError(
                f"More than {_MOST_ROWS} clips lie over each other in one lane.",
                remedy="Export it again from the editor.",
            )
    return rows


def _by_lane(pieces: Sequence[Piece], names: Sequence[str] | None) -> list[Row]:
    lanes: dict[int, list[Piece]] = {}
    for piece in pieces:
        lanes.setdefault(piece.lane, []).append(piece)
    for number in range(len(names or ())):
        lanes.setdefault(number, [])
    found: list[Row] = []
    for lane in sorted(lanes):
        rows = _spread("Video", lanes[lane]) or [Row("Video", "")]
        named = names is not None and 0 <= lane < len(names)
        for number, row in enumerate(rows):
            if named and names is not None and not number:
                row.name = names[lane]
            elif not named:
                row.name = _common_role(row)
        found += rows
    return _numbered(found, "V") if names is None else found


def _common_role(row: Row) -> str:
    """Return the role that all of a row have, when it is not the usual one."""
    roles = {piece.role for piece in row.pieces}
    role = roles.pop() if len(roles) == 1 else ""
    return "" if role.lower() in _DEFAULT_ROLES else clean(role)


def _numbered(rows: list[Row], letter: str) -> list[Row]:
    """Give every row a name of its own."""
    taken: set[str] = set()
    for number, row in enumerate(rows, 1):
        if not row.name or row.name in taken:
            row.name = f"{letter}{number}"
        while row.name in taken:
            row.name += "'"
        taken.add(row.name)
    return rows


def _by_role(pieces: Sequence[Piece], names: Sequence[str] | None) -> list[Row]:
    if names is not None:
        return _as_listed(pieces, names)
    groups: dict[str, list[Piece]] = {}
    for piece in pieces:
        role = clean(piece.role).partition(".")[0]
        groups.setdefault(role or f"\0{piece.lane}", []).append(piece)
    order = sorted(
        groups, key=lambda name: min(_depth(piece) for piece in groups[name])
    )
    found: list[Row] = []
    for name in order:
        rows = _spread("Audio", groups[name])
        if len(rows) > 1:
            rows = _lane_by_lane(groups[name])
        for row in rows:
            row.name = "" if name.startswith("\0") else name
        found += rows
    return _numbered(found, "A")


def _depth(piece: Piece) -> tuple[int, Fraction]:
    """Return where a sound comes: under its picture first, then by lanes down."""
    lane = 2 * piece.lane if piece.lane > 0 else -2 * piece.lane
    return lane + (piece.lane > 0), piece.start_s


def _lane_by_lane(pieces: Sequence[Piece]) -> list[Row]:
    lanes: dict[int, list[Piece]] = {}
    for piece in sorted(pieces, key=_depth):
        lanes.setdefault(piece.lane, []).append(piece)
    return [row for group in lanes.values() for row in _spread("Audio", group)]


def _as_listed(pieces: Sequence[Piece], names: Sequence[str]) -> list[Row]:
    rows = [Row("Audio", name) for name in names]
    extra: list[Piece] = []
    for piece in sorted(pieces, key=lambda piece: (piece.start_s, piece.end_s)):
        if 0 < -piece.lane <= len(rows):
            wanted = [rows[-piece.lane - 1]]
        else:
            # A compound clip states no role: its sound lies where there is room.
            role = clean(piece.role)
            wanted = [row for row in rows if row.name == role or not role]
        if not any(row.add(piece) for row in wanted):
            extra.append(piece)
    return [*rows, *_numbered(_spread("Audio", extra), "A+")]
