"""What the violin plays: five phrases in D minor, slow and free in time.

Each phrase is a list of (pitch, beats) and a curve of how loud it is from its
beginning to its end; between two phrases the bow leaves the string.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PHRASES", "Phrase"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One bow-song.

    Parameters
    ----------
    notes : tuple of (MIDI pitch, beats)
    loud : tuple of float
        Dynamics (0..1) at even distances over the phrase.
    beat_s : float
        The length of a beat; every phrase breathes differently.
    rest_s : float
        Silence after it.
    bows : tuple of int
        The notes that begin a new bow; the others are slurred.
    """

    notes: tuple[tuple[int, float], ...]
    loud: tuple[float, ...]
    beat_s: float
    rest_s: float
    bows: tuple[int, ...]


A3, D4, E4, F4, G4, A4, B4F, C5S, D5, E5, F5, G5, A5, B5F, C6, D6, E6 = (
    57,
    62,
    64,
    65,
    67,
    69,
    70,
    73,
    74,
    76,
    77,
    79,
    81,
    82,
    84,
    86,
    88,
)

PHRASES: tuple[Phrase, ...] = (
    Phrase(
        (
            (A4, 1.6),
            (D5, 1.0),
            (E5, 0.6),
            (F5, 2.4),
            (E5, 0.5),
            (D5, 0.5),
            (C5S, 1.1),
            (D5, 2.2),
        ),
        (0.25, 0.42, 0.60, 0.52, 0.40, 0.22),
        1.02,
        1.25,
        (0, 3, 6),
    ),
    Phrase(
        (
            (D5, 0.7),
            (F5, 0.7),
            (A5, 2.1),
            (G5, 0.5),
            (F5, 0.5),
            (E5, 1.0),
            (B4F, 1.0),
            (A4, 2.3),
        ),
        (0.35, 0.62, 0.66, 0.50, 0.42, 0.24),
        0.98,
        1.10,
        (0, 2, 5, 6),
    ),
    Phrase(
        (
            (A4, 0.5),
            (B4F, 0.5),
            (C5S, 0.5),
            (E5, 0.7),
            (G5, 1.3),
            (F5, 0.4),
            (E5, 0.5),
            (F5, 0.5),
            (A5, 0.8),
            (D6, 3.0),
        ),
        (0.38, 0.50, 0.60, 0.72, 0.88, 1.00, 0.86),
        0.94,
        0.85,
        (0, 4, 7, 9),
    ),
    Phrase(
        (
            (E6, 0.5),
            (D6, 1.3),
            (C6, 0.5),
            (B5F, 1.2),
            (A5, 0.8),
            (G5, 0.5),
            (F5, 0.5),
            (G5, 0.5),
            (E5, 1.2),
            (C5S, 0.8),
            (A4, 1.8),
        ),
        (0.95, 1.00, 0.84, 0.68, 0.55, 0.42, 0.26),
        0.96,
        1.50,
        (0, 3, 5, 8),
    ),
    Phrase(
        ((D5, 1.1), (B4F, 1.0), (G4, 1.0), (A4, 1.4), (F4, 0.6), (E4, 0.8), (D4, 6.0)),
        (0.30, 0.44, 0.46, 0.42, 0.36, 0.30, 0.16, 0.05),
        1.08,
        0.0,
        (0, 3, 6),
    ),
)
"""About 53 seconds."""
