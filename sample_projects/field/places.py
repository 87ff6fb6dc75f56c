"""The places of the film, each with the takes that may show it.

What *Brisés* draws anyway is taken over from it; the rest is drawn the same way, under
other generators' odd names, sizes and rates. Nothing here was made by a generator.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from sample_projects.brises.drawing import places, shots
from sample_projects.brises.drawing.camera import Move, Pose, glide, orbit, whip
from sample_projects.brises.drawing.corridor import Corridor
from sample_projects.brises.drawing.ground import Ground
from sample_projects.brises.drawing.shards import Scene
from sample_projects.brises.drawing.shots import Shot
from sample_projects.brises.drawing.veil import Veil

__all__ = ["PLACES", "Place"]

_BRISES = {shot.name: shot for shot in (*shots.TAKES, *shots.STILLS)}


@dataclass(frozen=True, slots=True)
class Place:
    """What one slot of the film may show."""

    folder: str
    "Where its takes lie, below `takes`."
    takes: tuple[Shot, ...]


def _known(start: str) -> Shot:
    """Return the file of Brisés whose name begins so."""
    (found,) = (shot for name, shot in _BRISES.items() if name.startswith(start))
    return found


def _new(
    name: str,
    scene: Callable[[], Scene],
    camera: str,
    move: Move,
    size: str,
    rate: str = "24",
    frames: int = 97,
) -> Shot:
    width, height = (int(n) for n in size.split("x"))
    still = (0, 0, 0, 0)
    return Shot(name, scene, move, camera, still, width, height, Fraction(rate), frames)


def _still(name: str, start: str) -> Shot:
    """Return a still of what one of Brisés shows, under a name of its own."""
    shot = _known(start)
    pose = shot.move(0.0)
    return replace(shot, name=name, move=glide(pose, pose))


def _torn() -> Veil:
    return Veil(tear=True)


_WALKER, _ALONE = (32.0, 318.0), (152.0, 560.0)
_DOOR = (505.0, 128.0)

PLACES: tuple[Place, ...] = (
    Place(
        "01 crest",
        (
            _known("kling_20260603_Image_to_Video_rose_deser"),
            _new(
                "kling_20260611_Text_to_Video_dune_after_1204_0.mp4",
                places.crest,
                "crane down, to the sun",
                glide(
                    Pose(-20, 56, 118, 72, -16, 0, 56),
                    Pose(34, 36, 134, 74, -5, 0, 56),
                ),
                "960x540",
                "30",
                121,
            ),
            _new(
                "wan_rose_dunes_00001.mp4",
                places.crest,
                "track right",
                glide(
                    Pose(4, 36, 158, 64, -5, 0, 52), Pose(18, 36, 132, 64, -5, 0, 52)
                ),
                "832x480",
                "16",
                81,
            ),
            _new(
                "Hailuo_Video_Dune behind dune at first light_437120884410392581.mp4",
                places.crest,
                "track left",
                glide(
                    Pose(16, 35, 128, 80, -4, 0, 50), Pose(11, 35, 156, 80, -4, 0, 50)
                ),
                "960x540",
                "25",
                125,
            ),
        ),
    ),
    Place(
        "02 walker",
        (
            _known("Gen-4 Turbo  4006709044"),
            _known("Hailuo_Video_A lone walker"),
            _known("ComfyUI_00003_"),
            _new(
                "Gen-4 Turbo around the walker, slowly, 2208815573.mp4",
                places.walker,
                "orbit to the right",
                orbit(*_WALKER, 46, 34, 8, y=33.5, pitch=-3, fov=46),
                "960x540",
            ),
            _new(
                "LTX_alone_on_the_sand_00002_.mp4",
                places.alone,
                "dolly in",
                glide(
                    Pose(149, 11, 516, 3, -5, 0, 50), Pose(152, 8, 540, 1, -3, 0, 50)
                ),
                "768x512",
                "30",
                121,
            ),
            _still(
                "field_one_walker_on_a_rose_dune_--ar_169_4c8a1d90-7e52-4b36-9f0d-63a2c5e817fb.png",
                "brises_rose_desert_at_dusk",
            ),
        ),
    ),
    Place(
        "03 columns",
        (
            _known("20260604_1422_Broken Columns"),
            _known("AnimateDiff_00002"),
            _new(
                "20260612_0915_Columns_simple_compose_01jxh2m7r4ck8v3b9n5w0dq6te.mp4",
                places.ruin,
                "orbit to the right",
                orbit(*places.RUIN, 25, 58, 16, y=4.6, pitch=2, fov=54),
                "848x480",
                "30",
                121,
            ),
            _new(
                "ComfyUI_00021_.mp4",
                places.ruin,
                "crane up",
                glide(
                    Pose(236, 3.2, 112, 22, 3, 0, 56),
                    Pose(236, 13, 109, 22, -13, 0, 56),
                ),
                "832x480",
                "16",
                81,
            ),
        ),
    ),
    Place(
        "04 sun",
        (
            _known("video_ComfyUI_00006_"),
            _known("ComfyUI_00011_"),
            _new(
                "video_ComfyUI_00022_.mp4",
                places.ruin,
                "dolly in, between columns",
                glide(
                    Pose(213, 4.6, 137, 77, 1, 0, 58), Pose(231, 4.4, 141, 77, 2, 0, 58)
                ),
                "1280x704",
            ),
            _new(
                "kling_20260611_Image_to_Video_sun_behind_1251_0.mp4",
                places.ruin,
                "track right, against the sun",
                glide(
                    Pose(221, 4.8, 148, 76, 1, 0, 54), Pose(218, 4.8, 134, 76, 1, 0, 54)
                ),
                "960x540",
                "24",
                121,
            ),
        ),
    ),
    Place(
        "05 doors",
        (
            _known("ComfyUI_00002_"),
            _new(
                "ComfyUI_00023_.mp4",
                places.doorways,
                "dolly out",
                glide(
                    Pose(505.2, 3.4, 127, 0, 2, 0, 56),
                    Pose(505.2, 4.8, 104, 0, 0, 0, 56),
                ),
                "832x480",
                "16",
                81,
            ),
            _new(
                "Hailuo_Video_Doors without walls_437131902256418816.mp4",
                places.doorways,
                "track right",
                glide(
                    Pose(494, 4.0, 106, 10, 1, 0, 54), Pose(511, 4.0, 105, 10, 1, 0, 54)
                ),
                "960x540",
                "25",
                125,
            ),
            _new(
                "freepik__doors-in-a-desert__41877.mp4",
                places.doorways,
                "orbit to the left",
                orbit(*_DOOR, 24, -54, -22, y=4.2, pitch=1, fov=52),
                "848x480",
                "30",
                121,
            ),
        ),
    ),
    Place(
        "06 corridor",
        (
            _known("kling_20260603_Image_to_Video_corridor_o"),
            _known("ComfyUI_00001_"),
            _new(
                "wan_corridor_00002.mp4",
                Corridor,
                "dolly in, looking up",
                glide(Pose(0, 1.2, 1.6, 0, 15, 0, 74), Pose(0, 1.3, 6.2, 0, 9, 0, 74)),
                "832x480",
                "16",
                81,
            ),
            _still(
                "field_corridor_sun_through_arches_--ar_169_b7d02e6f-1a94-4c58-8e3b-90f4ad6125c7.png",
                "brises_corridor_of_arches",
            ),
        ),
    ),
    Place(
        "07 colonnade",
        (
            _known("Gen-4 Turbo slow pull back"),
            _known("20260604_1506_Colonnade Drift"),
            _new(
                "Gen-4 Turbo pull back, leaning, 3391760042.mp4",
                Corridor,
                "dolly out, rolling right",
                glide(
                    Pose(0, 1.6, 9.4, 0, 2, -16, 66), Pose(0, 1.9, 5.0, 0, 3, 12, 70)
                ),
                "960x540",
            ),
            _new(
                "LTX_colonnade_00004_.mp4",
                Corridor,
                "track left, from pillar to pillar",
                glide(
                    Pose(1.2, 1.5, 4.2, -5, 3, 0, 62),
                    Pose(-1.1, 1.5, 4.2, -5, 3, 0, 62),
                ),
                "768x512",
                "30",
                121,
            ),
        ),
    ),
    Place(
        "08 arches",
        (
            _known("Hailuo_Video_Sunlit arches"),
            _known("ComfyUI_00010_"),
            _new(
                "Hailuo_Video_Arches the other way_437140115380854792.mp4",
                Corridor,
                "track right, looking out",
                glide(
                    Pose(1.45, 1.6, -1.2, -84, 1, 0, 62),
                    Pose(1.45, 1.6, 2.8, -84, 1, 0, 62),
                ),
                "960x540",
                "25",
                125,
            ),
            _new(
                "ComfyUI_00024_.mp4",
                Corridor,
                "dolly in, out into the light",
                glide(
                    Pose(1.6, 1.6, 1.75, -92, 2, 0, 66),
                    Pose(-0.7, 1.7, 1.65, -89, 3, 0, 62),
                ),
                "832x480",
                "24",
            ),
        ),
    ),
    Place(
        "09 ground",
        (
            _known("ComfyUI_00004_"),
            _known("video_ComfyUI_00005_"),
            _new(
                "ComfyUI_00025_.mp4",
                Ground,
                "looking down, rolling left",
                glide(
                    Pose(0.4, 5.2, 26, 0, -89, 24, 58),
                    Pose(0.2, 6.4, 24.6, 0, -89, -22, 58),
                ),
                "832x480",
                "16",
                81,
            ),
            _new(
                "magnific_cracked-earth-tracking_8830416.mp4",
                Ground,
                "track right",
                glide(
                    Pose(-1.1, 1.7, 12, 2, -24, 0, 60),
                    Pose(1.3, 1.7, 12, 2, -24, 0, 60),
                ),
                "960x540",
                "30",
                121,
            ),
            _still(
                "field_cracked_earth_glowing_teal_--ar_169_0e95f3b2-d647-4a1c-b08e-27c6d1f94a53.png",
                "brises_cracked_earth",
            ),
        ),
    ),
    Place(
        "10 veil",
        (
            _known("AnimateDiff_00001"),
            _new(
                "AnimateDiff_00003.mp4",
                Veil,
                "track right",
                glide(
                    Pose(-0.9, 1.6, -2.5, 0, 0, 0, 58),
                    Pose(0.9, 1.6, -2.5, 0, 0, 0, 58),
                ),
                "720x480",
                "8",
                49,
            ),
            _new(
                "20260612_1002_Veil in the Wind_remix_01jxh5d9s2fa7k4m8p1z6gr3ye.mp4",
                Veil,
                "dolly in",
                glide(
                    Pose(-0.2, 1.5, -3.2, 0, 2, 0, 56),
                    Pose(0.1, 1.5, -1.8, 0, 1, 0, 56),
                ),
                "848x480",
                "30",
                121,
            ),
            _new(
                "wan_veil_00003.mp4",
                Veil,
                "crane down",
                glide(
                    Pose(0.3, 2.6, -2.6, 0, 0, 0, 58), Pose(0.3, 1.1, -2.6, 0, 0, 0, 58)
                ),
                "832x480",
                "16",
                81,
            ),
        ),
    ),
    Place(
        "11 tear",
        (
            _known("ComfyUI_00009_"),
            _new(
                "ComfyUI_00026_.mp4",
                _torn,
                "dolly out",
                glide(
                    Pose(0.0, 1.5, -1.4, 0, 0, 0, 56),
                    Pose(-0.2, 1.6, -3.0, 0, 0, 0, 56),
                ),
                "832x480",
                "500/31",
                81,
            ),
            _new(
                "kling_20260611_Image_to_Video_torn_cloth_1322_0.mp4",
                _torn,
                "track left",
                glide(
                    Pose(0.7, 1.5, -2.2, 0, 0, 0, 58),
                    Pose(-0.6, 1.5, -2.2, 0, 0, 0, 58),
                ),
                "960x540",
                "24",
                121,
            ),
            _new(
                "Gen-4 Turbo the tear turns, 1190334872.mp4",
                _torn,
                "dolly in, rolling right",
                glide(
                    Pose(0.1, 1.55, -2.6, 0, 0, -14, 58),
                    Pose(0.05, 1.5, -1.8, 0, 0, 16, 58),
                ),
                "960x540",
            ),
        ),
    ),
    Place(
        "12 mirror",
        (
            _known("ComfyUI_00012_"),
            _new(
                "ComfyUI_00027_.mp4",
                places.mirror,
                "dolly in, in shards",
                glide(
                    Pose(214, 6, 108, 46, 0, 0, 54), Pose(227, 4.6, 121, 46, 2, 0, 54)
                ),
                "832x480",
                "16",
                81,
            ),
            _new(
                "video_ComfyUI_00028_.mp4",
                places.mirror,
                "orbit to the left, in shards",
                orbit(*places.RUIN, 26, 20, 46, y=4.4, pitch=3, fov=52),
                "832x480",
                "24",
                81,
            ),
            _new(
                "AnimateDiff_00004.mp4",
                places.mirror,
                "whip pan right, in shards",
                whip(
                    Pose(232, 5.0, 116, 2, 1, 0, 56), Pose(232, 5.0, 116, 60, 1, 0, 56)
                ),
                "720x480",
                "12",
                61,
            ),
        ),
    ),
)
