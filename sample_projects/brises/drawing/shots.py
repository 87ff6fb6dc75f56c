"""The takes and stills of the film: what each shows, how its camera moves, what its
file is like.

The names, sizes and rates imitate what generators deliver, because that is what the
tool has to cope with. Nothing here was made by a generator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from . import places
from .camera import Move, Pose, glide, orbit, whip
from .corridor import Corridor
from .ground import Ground
from .shards import Scene
from .veil import Veil

__all__ = ["STILLS", "TAKES", "Shot"]

Motion = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Shot:
    """One file to draw.

    Parameters
    ----------
    name : str
        The file's name.
    scene : callable
        Makes what is photographed.
    move : callable
        The camera's pose for u in 0..1.
    camera : str
        The move in words.
    picture : (x, y, zoom, turn)
        The sign of what the picture itself does, 0 where it is not the point of the
        take: x to the right, y downwards, zoom growing, turn clockwise.
    width, height : int
        Pixels.
    rate : Fraction
        Frames a second.
    frames : int
    hand : float
        How unsteadily the camera is held; 1 is a calm hand.
    """

    name: str
    scene: Callable[[], Scene]
    move: Move
    camera: str
    picture: Motion
    width: int
    height: int
    rate: Fraction = Fraction(24)
    frames: int = 1
    hand: float = 1.0

    @property
    def seconds(self) -> float:
        """How long the take lasts."""
        return float(self.frames / self.rate)


def _take(
    name: str,
    scene: Callable[[], Scene],
    camera: str,
    picture: Motion,
    move: Move,
    size: str,
    rate: str = "24",
    frames: int = 121,
    hand: float = 1.0,
) -> Shot:
    width, height = (int(n) for n in size.split("x"))
    return Shot(
        name, scene, move, camera, picture, width, height, Fraction(rate), frames, hand
    )


TAKES: tuple[Shot, ...] = (
    _take(
        "kling_20260603_Image_to_Video_rose_deser_1843_0.mp4",
        places.crest,
        "dolly in, to the sun",
        (0, 0, 1, 0),
        glide(Pose(-40, 38, 112, 75, -5, 0, 58), Pose(95, 31, 148, 76, -4, 0, 58)),
        "1280x720",
    ),
    _take(
        "kling_20260603_Image_to_Video_corridor_o_2217_0.mp4",
        Corridor,
        "dolly in",
        (0, 0, 1, 0),
        glide(Pose(0.1, 1.55, 0.6, -1, 2, 0, 68), Pose(-0.1, 1.6, 7.4, 1, 2, 0, 68)),
        "1280x720",
    ),
    _take(
        "ComfyUI_00012_.mp4",
        places.mirror,
        "dolly out, in shards that stand still",
        (0, 0, 0, 0),
        glide(Pose(229, 4, 124, 47, 3, 0, 54), Pose(217, 5, 112, 47, 3, 0, 54)),
        "832x480",
        "16",
        81,
    ),
    _take(
        "Gen-4 Turbo  4006709044.mp4",
        places.walker,
        "track right",
        (-1, 0, 0, 0),
        glide(Pose(2, 32, 282, 22, -3, 0, 48), Pose(30, 33, 271, 22, -3, 0, 48)),
        "1280x720",
    ),
    _take(
        "Gen-4 Turbo slow pull back through a colonnade, 1187250931.mp4",
        Corridor,
        "dolly out",
        (0, 0, -1, 0),
        glide(Pose(0.35, 1.5, 12, -7, 3, 0, 60), Pose(0.2, 1.5, 6.4, -5, 3, 0, 64)),
        "1280x720",
    ),
    _take(
        "Hailuo_Video_A lone walker on a rose dune_433422596752072706.mp4",
        places.alone,
        "track left",
        (1, 0, 0, 0),
        glide(Pose(166, 9.5, 528, -14, -3, 0, 46), Pose(142, 9.5, 533, -14, -3, 0, 46)),
        "1280x720",
        "25",
        141,
    ),
    _take(
        "Hailuo_Video_Sunlit arches pass by_433428801195536389.mp4",
        Corridor,
        "track left, looking out",
        (1, 0, 0, 0),
        glide(
            Pose(1.45, 1.6, 2.2, -78, 1, 0, 62), Pose(1.45, 1.6, -1.6, -78, 1, 0, 62)
        ),
        "960x540",
        "25",
        141,
    ),
    _take(
        "ComfyUI_00001_.mp4",
        Corridor,
        "dolly in, rolling left",
        (0, 0, 1, 1),
        glide(Pose(0, 1.9, 1.0, 0, 3, 16, 74), Pose(0, 1.7, 5.6, 0, 2, -24, 70)),
        "832x480",
        "16",
        81,
    ),
    _take(
        "ComfyUI_00002_.mp4",
        places.doorways,
        "dolly in, through doors",
        (0, 0, 1, 0),
        glide(Pose(505.2, 3.6, 110, 0, 1, 0, 56), Pose(505.2, 3.6, 133, 0, 1, 0, 56)),
        "832x480",
        "16",
        81,
    ),
    _take(
        "ComfyUI_00003_.mp4",
        places.alone,
        "dolly out",
        (0, 0, -1, 0),
        glide(Pose(152, 8, 548, 1, -4, 0, 50), Pose(150, 14, 512, 3, -6, 0, 52)),
        "832x480",
        "16",
        81,
    ),
    _take(
        "ComfyUI_00004_.mp4",
        Ground,
        "looking down, rolling right",
        (0, 0, 0, -1),
        glide(
            Pose(0.2, 6.2, 20, 0, -89, -18, 58), Pose(0.1, 5.4, 21.2, 0, -89, 26, 58)
        ),
        "832x480",
        "16",
        81,
    ),
    _take(
        "AnimateDiff_00001.mp4",
        Veil,
        "track left",
        (1, 0, 0, 0),
        glide(Pose(0.8, 1.5, -2.6, 0, 0, 0, 58), Pose(-0.9, 1.5, -2.6, 0, 0, 0, 58)),
        "720x480",
        "8",
        49,
    ),
    _take(
        "AnimateDiff_00002.mp4",
        places.ruin,
        "pan right",
        (-1, 0, 0, 0),
        glide(Pose(236, 4.2, 112, -10, 1, 0, 54), Pose(236, 4.2, 112, 34, 1, 0, 54)),
        "720x480",
        "8",
        49,
    ),
    _take(
        "video_ComfyUI_00005_.mp4",
        Ground,
        "dolly in, low",
        (0, 0, 1, 0),
        glide(Pose(0.2, 1.25, 1, 3, -9, 0, 62), Pose(-0.3, 1.1, 6.2, 1, -8, 0, 62)),
        "1280x704",
        "24",
        97,
    ),
    _take(
        "video_ComfyUI_00006_.mp4",
        places.ruin,
        "tilt up, to the sun",
        (0, 1, 0, 0),
        glide(Pose(222, 5.4, 137, 74, -30, 0, 58), Pose(223, 5.0, 137, 76, 6, 0, 58)),
        "1280x704",
        "24",
        97,
    ),
    _take(
        "20260604_1422_Broken Columns_simple_compose_01jwxk3v7ye9m8z4t1q6h2rbda.mp4",
        places.ruin,
        "orbit to the left, turning right",
        (-1, 0, 0, 0),
        orbit(*places.RUIN, 22, -38, 12, y=3.4, pitch=4, fov=54),
        "1280x720",
        "30",
        121,
    ),
    _take(
        "20260604_1506_Colonnade Drift_simple_compose_01jwxnb0c5fk7t2p9s3gqz84hd.mp4",
        Corridor,
        "track right, from pillar to pillar",
        (-1, 0, 0, 0),
        glide(Pose(-1.25, 1.5, 0.9, 5, 3, 0, 62), Pose(1.2, 1.5, 0.9, 5, 3, 0, 62)),
        "848x480",
        "30",
        121,
    ),
    _take(
        "ComfyUI_00009_.mp4",
        lambda: Veil(tear=True),
        "dolly in",
        (0, 0, 1, 0),
        glide(Pose(0.25, 1.55, -3.1, 0, 0, 0, 56), Pose(0.06, 1.5, -1.5, 0, 0, 0, 56)),
        "832x480",
        "500/31",
        81,
    ),
    _take(
        "ComfyUI_00011_.mp4",
        places.ruin,
        "whip pan right",
        (-1, 0, 0, 0),
        whip(Pose(232, 4.0, 118, -30, 1, 0, 58), Pose(232, 4.0, 118, 62, 1, 0, 58)),
        "832x480",
        "24",
        97,
    ),
    _take(
        "ComfyUI_00010_.mp4",
        Corridor,
        "whip pan right",
        (-1, 0, 0, 0),
        whip(
            Pose(0.4, 1.6, 4.9, -72, 2, 0, 66), Pose(0.2, 1.6, 5.2, 4, 2, 0, 66), at=0.4
        ),
        "832x480",
        "16",
        65,
    ),
)

_STILL = "1456x816"
STILLS: tuple[Shot, ...] = (
    _take(
        "brises_rose_desert_at_dusk_one_walker_long_shadow_--ar_169_9b1f7c52-3c0e-4a6d-8f25-71d0e4b6a913.png",
        places.walker,
        "",
        (0, 0, 0, 0),
        glide(Pose(4, 33, 276, 26, -3, 0, 50), Pose()),
        _STILL,
        frames=1,
    ),
    _take(
        "brises_corridor_of_arches_light_shafts_haze_--ar_169_d4460a8e-51b7-4c39-9a02-0c6be81f2d77.png",
        Corridor,
        "",
        (0, 0, 0, 0),
        glide(Pose(0.5, 1.4, 1.2, -5, 3, 0, 70), Pose()),
        _STILL,
        frames=1,
    ),
    _take(
        "brises_cracked_earth_teal_light_--ar_169_27e9d3b4-8f61-4d0b-b7ce-5a90136fc248.png",
        Ground,
        "",
        (0, 0, 0, 0),
        glide(Pose(0.6, 1.7, 30, -4, -13, 0, 60), Pose()),
        _STILL,
        frames=1,
    ),
)
