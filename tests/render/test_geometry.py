"""Fits and camera moves, against positions known by formula."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from otio_genai.errors import RenderError
from otio_genai.render import render_frame
from otio_genai.render.geometry import (
    Framing,
    Grid,
    framing,
    moved,
)
from otio_genai.render.shown import Look, Pose
from tests.render.building import clip, timeline

FILM = (192, 108)


def blob(x, y, size, sigma=6.0):
    """A white spot at a continuous position on black."""
    across = np.exp(-((np.arange(size[0]) + 0.5 - x) ** 2) / (2 * sigma**2))
    down = np.exp(-((np.arange(size[1]) + 0.5 - y) ** 2) / (2 * sigma**2))
    grey = np.rint(255 * down[:, None] * across[None, :]).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def centre(picture):
    grey = picture[..., 1].astype(float)
    total = grey.sum()
    x = (grey.sum(axis=0) * (np.arange(grey.shape[1]) + 0.5)).sum() / total
    y = (grey.sum(axis=1) * (np.arange(grey.shape[0]) + 0.5)).sum() / total
    return x, y


def still(*poses):
    return Framing("cover", tuple(range(len(poses))), poses)


def predicted(point, source, pose, fit):
    turn = math.radians(pose.rotation_deg)
    dx, dy = point[0] - source[0] / 2, point[1] - source[1] / 2
    scale = fit * pose.scale
    x = scale * (math.cos(turn) * dx - math.sin(turn) * dy)
    y = scale * (math.sin(turn) * dx + math.cos(turn) * dy)
    return (
        FILM[0] / 2 + pose.x_fw * FILM[0] + x,
        FILM[1] / 2 + pose.y_fw * FILM[0] + y,
    )


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([(192, 108), (384, 216), (300, 200), (108, 192), (97, 61)]),
    st.floats(1, 2.5),
    st.floats(-0.08, 0.08),
    st.floats(-0.04, 0.04),
    st.sampled_from([0.0, 7.0, -3.5]),
)
def test_a_point_lands_where_the_pose_says(source, scale, x, y, turn):
    pose = Pose(scale, x, y, turn)
    point = (source[0] / 2 + 3.3, source[1] / 2 - 2.1)
    fit = max(FILM[0] / source[0], FILM[1] / source[1])
    picture = blob(*point, source, sigma=5 / fit / scale)
    got = centre(moved(picture, FILM, still(pose).look(), still(pose).at(0)))
    wanted = predicted(point, source, pose, fit)
    assert got == pytest.approx(wanted, abs=0.12)


@given(
    st.sampled_from([(192, 108), (384, 216), (300, 200), (108, 192), (97, 61)]),
    st.floats(1, 4),
    st.floats(-1, 1),
    st.floats(-1, 1),
)
def test_within_the_cover_nothing_is_bare(source, scale, right, down):
    fit = max(FILM[0] / source[0], FILM[1] / source[1])
    spare_x = (source[0] * fit * scale - FILM[0]) / 2 / FILM[0]
    spare_y = (source[1] * fit * scale - FILM[1]) / 2 / FILM[0]
    pose = Pose(scale, right * spare_x, down * spare_y)
    white = np.full((source[1], source[0], 3), 255, np.uint8)
    assert moved(white, FILM, still(pose).look(), still(pose).at(0)).min() == 255


@pytest.mark.parametrize(("turn", "near_px"), [(0.0, 0.03), (2.0, 0.06)])
def test_a_slow_move_has_no_jitter(turn, near_px):
    # A twentieth of a pixel a frame, over a still of eight times the pixels.
    source = (544, 306)
    how = Framing(
        "cover",
        (0.0, 60.0),
        (Pose(1.2, -3 / 192 / 2, 0, turn), Pose(1.2, 3 / 192 / 2, 0, turn)),
    )
    picture = blob(272, 153, source, sigma=14)
    path = [centre(moved(picture, FILM, how.look(), how.at(k)))[0] for k in range(61)]
    line = np.linspace(96 - 1.5, 96 + 1.5, 61)
    assert np.abs(np.array(path) - line).max() < near_px


def test_zooming_out_shows_black_outside():
    white = np.full((108, 192, 3), 255, np.uint8)
    shown = moved(white, FILM, still(Pose(0.5)).look(), still(Pose(0.5)).at(0))[..., 0]
    # The picture's edge is as soft as the sampler is wide.
    assert (shown[29:79, 50:142] == 255).all()
    assert not shown[:25].any() and not shown[:, :46].any() and not shown[:, 146:].any()
    assert not moved(
        white, FILM, still(Pose(1, 3)).look(), still(Pose(1, 3)).at(0)
    ).any()


def test_a_native_picture_keeps_its_own_pixels():
    source = blob(48, 27, (96, 54))
    seen = moved(source, FILM, Look("native"), Pose())
    top, left = (FILM[1] - 54) // 2, (FILM[0] - 96) // 2
    assert np.array_equal(seen[top : top + 54, left : left + 96], source)
    assert seen.sum() == source.sum()


def test_between_keys_all_is_linear_and_outside_constant():
    how = Framing("cover", (10.0, 20.0), (Pose(1, 0, 0, 0), Pose(2, 0.1, -0.2, 10)))
    assert how.at(-5) == how.at(10) == Pose()
    assert how.at(15) == Pose(1.5, 0.05, -0.1, 5)
    assert how.at(99) == Pose(2, 0.1, -0.2, 10)


@pytest.mark.parametrize("source", [(192, 108), (160, 160), (90, 160), (320, 90)])
@pytest.mark.parametrize("moving", [False, True])
def test_fits_agree_moved_or_not(tmp_path, source, moving):
    path = tmp_path / "still.png"
    spot = (source[0] / 2 + 4, source[1] / 2 - 3)
    Image.fromarray(blob(*spot, source)).save(path)
    for fit, choose in (("cover", max), ("contain", min)):
        keys = [[0, 1, 0, 0, 0], [1000, 1.0001, 0, 0, 0]] if moving else []
        made = timeline([clip(path, 0, 3, framing={"fit": fit, "keys": keys})])
        scale = choose(FILM[0] / source[0], FILM[1] / source[1])
        wanted = predicted(spot, source, Pose(), scale)
        # Put down at even offsets, an unmoved picture may be a pixel off.
        near = 0.1 if moving else 1.05
        assert centre(render_frame(made, 1)) == pytest.approx(wanted, abs=near)


def test_contained_pictures_have_black_beside_them(tmp_path):
    Image.new("RGB", (120, 120), (255, 255, 255)).save(tmp_path / "s.png")
    made = timeline([clip(tmp_path / "s.png", 0, 2, framing={"fit": "contain"})])
    shown = render_frame(made, 0)
    assert shown[:, :40].max() <= 1 and shown[:, 152:].max() <= 1
    assert shown[:, 44:148].min() >= 253


@pytest.mark.parametrize(
    "kept",
    [
        "cover",
        {"fit": "fill"},
        {"keys": [[0, 1, 0, 0]]},
        {"keys": [[0, 0, 0, 0, 0]]},
        {"keys": [[0, "big", 0, 0, 0]]},
        {"keys": 4},
        {"keys": [4]},
    ],
)
def test_what_is_no_framing_is_refused(takes, kept):
    with pytest.raises(RenderError, match="framing cannot be read") as caught:
        framing(clip(takes[0], 0, 2, framing=kept))
    assert caught.value.remedy


def test_halved_chroma_lies_where_its_pixels_do_to_the_very_edge():
    """Of a ramp of 4:4:4, samples of 4:2:0 are every second one (H.273, type 0)."""
    plane = np.tile(np.arange(192, dtype=np.uint8), (108, 1))
    grids = Grid(1, 1), Grid(2, 2)
    shown = moved(plane, FILM, Look(moves=True), Pose(), ground=128, grids=grids)
    assert np.abs(shown.astype(int) - np.arange(0, 192, 2)).max() <= 1


@pytest.mark.parametrize("finer", [1, 2, 5, 8])
@pytest.mark.parametrize("grid", [Grid(1, 1), Grid(2, 1), Grid(2, 2)])
def test_no_ground_gets_into_the_chroma_of_a_picture_that_fills_the_frame(finer, grid):
    size = (192 * finer, 108 * finer)
    plane = np.full((size[1] // grid.down, size[0] // grid.across), 200, np.uint8)
    whole = {"ground": 128, "source": size, "grids": (grid, Grid(2, 2))}
    assert (moved(plane, FILM, Look(moves=True), Pose(), **whole) == 200).all()
    # Beside a smaller one there is ground again.
    beside = moved(plane, FILM, Look(moves=True), Pose(0.5), **whole)
    assert (beside[:, :22] == 128).all()
    assert (beside[17:37, 27:69] == 200).all()
    assert (beside[:, 74:] == 128).all()
