"""What a record frame shows, told without its timeline.

Aim
    A `Shown` holds everything that decides how one picture looks in one record frame,
    and nothing that does not: no clip, no record frame, no place in the film. So the
    same pictures are known again after the film around them was cut anew, may be
    encoded on another machine, and have a hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from otio_genai.maps import SCHEME, Sweep

__all__ = ["NO_CROP", "Effect", "Frame", "Look", "Pose", "Shown"]

#: Parts of the picture cut away at left, top, right and bottom: none.
NO_CROP = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Pose:
    """One place of the camera."""

    scale: float = 1.0
    "Size of the picture, 1 being its fit."
    x_fw: float = 0.0
    "Shift of its centre to the right, in frame widths."
    y_fw: float = 0.0
    "Shift of its centre downwards, in frame widths."
    rotation_deg: float = 0.0
    "Clockwise turn in degrees."


@dataclass(frozen=True, slots=True)
class Effect:
    """A moviepy effect on a clip."""

    name: str
    "Its name, as the timeline has it."
    parameters: str = "{}"
    "Its arguments by name, as canonical JSON."
    code: str = ""
    "Hash of the caller's function of that name; empty for moviepy's own."


@dataclass(frozen=True, slots=True)
class Look:
    """What is alike in all frames of a clip."""

    fit: str = "cover"
    "``cover``, ``contain`` or ``native``."
    moves: bool = False
    "Whether the pose changes within the clip."
    turns: bool = False
    "Whether it is turned anywhere in the clip."
    largest: float = 1.0
    "Largest scale within the clip."
    effects: tuple[Effect, ...] = ()
    "In the order they are laid on."
    length_frames: int = 0
    "Record frames of the clip where it has effects, else 0."


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture in one record frame."""

    url: str
    "Target URL of its file."
    number: int
    "Frame of the file, counted from its first."
    look: Look = Look()
    "How its clip looks."
    weight: Fraction = Fraction(1)
    "Share of the record frame, over 0 and at most 1."
    pose: Pose = Pose()
    "Where it lies in this frame."
    crop: tuple[float, float, float, float] = NO_CROP
    "Parts of the picture cut away at left, top, right, bottom."
    sweep: Sweep | None = None
    "How a carry displaces it; None for a picture that stays."
    clip_frame: int = 0
    "Record frames since its clip's first where it has effects, else 0."
    over: bool = False
    "Whether it may have holes that show the layers below."
    name: str = "clip"
    "The clip's name, for messages alone."

    @property
    def drawn(self) -> bool:
        """Whether it is no file's picture but is drawn."""
        return self.url.startswith(SCHEME)


#: The layers of a record frame, lowest first; empty is black.
Frame = tuple[Shown, ...]
