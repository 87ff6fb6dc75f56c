"""A camera means the same picture in every raster, and never shows an edge."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.deliver.camera import Camera
from otio_genai.errors import TimelineError
from otio_genai.maps.carry import cover_scale

SIZES = st.sampled_from(
    [(1920, 1080), (1280, 720), (720, 480), (1080, 1920), (512, 512), (1504, 608)]
)
RASTERS = st.sampled_from([(1920, 1080), (1080, 1920), (1080, 1080), (1080, 1350)])


@st.composite
def keys(draw, most_turn=0.0):
    count = draw(st.integers(1, 4))
    number = st.floats(-0.4, 0.4)
    return [
        [
            12 * k,
            draw(st.floats(0.6, 2.0)),
            draw(number),
            draw(number),
            draw(st.floats(-most_turn, most_turn)),
        ]
        for k in range(count)
    ]


def rows(framing):
    return np.array(framing["keys"], float)


@given(keys(30.0), SIZES, RASTERS, st.sampled_from(["cover", "contain", "native"]))
def test_a_camera_tells_its_framing_again(said, picture, film, fit):
    camera = Camera.read({"fit": fit, "keys": said}, picture, film)
    told = camera.framing(fit)
    assert told["fit"] == fit
    wanted = np.array(said if camera.moves else said[:1], float)
    assert rows(told) == pytest.approx(wanted, abs=1e-3 if not camera.moves else 2e-6)


@given(keys(), SIZES, RASTERS, RASTERS)
def test_a_covering_camera_covers_every_raster(said, picture, before, after):
    camera = Camera.read({"keys": said}, picture, before)
    moved = camera.refilling(after).within()
    low, high = moved.shifts()
    assert (low <= high + 1e-12).all()
    for part in (0.0, 0.5, 1.0):
        there = moved.shifted(low + part * (high - low))
        assert there.fills
        aspect = after[1] / after[0]
        for _, scale, x, y, _ in there.framing()["keys"]:
            # Independent of the class: the law by which carries cover the frame.
            cover = max(after[0] / picture[0], after[1] / picture[1])
            wide = picture[0] * cover * scale / after[0]
            high_fw = picture[1] * cover * scale / after[0]
            assert wide >= 1 + 2 * abs(x) - 1e-4
            assert high_fw >= aspect + 2 * abs(y) - 1e-4


@given(keys(20.0), RASTERS, RASTERS)
def test_a_turned_picture_covers_too(said, before, after):
    moved = Camera.read({"keys": said}, after, before).refilling(after).within()
    low, high = moved.shifts()
    there = moved.shifted((low + high) / 2)
    for _, scale, x, y, degrees in there.framing()["keys"]:
        least = cover_scale(x, y, np.radians(degrees), after[1] / after[0])
        assert scale >= least - 1e-3


@given(keys(), SIZES, RASTERS, RASTERS)
def test_aims_zoom_and_way_stay_where_there_is_room(said, picture, before, after):
    camera = Camera.read({"keys": said}, picture, before)
    moved = camera.refilling(after)
    assert (moved.aims == camera.aims).all()
    ratio = moved.widths / camera.widths
    assert ratio == pytest.approx(ratio[0])
    inside = moved.within()
    if moved.fills:
        # As much as a picture that fills the frame may lack.
        assert inside.aims == pytest.approx(moved.aims, abs=1e-4)
    ways = np.diff(inside.aims, axis=0), np.diff(moved.aims, axis=0)
    assert (np.abs(ways[0]) <= np.abs(ways[1]) + 1e-9).all()
    assert (ways[0] * ways[1] >= -1e-12).all()


def test_the_same_raster_changes_nothing():
    said = {"fit": "cover", "keys": [[0, 1.2, 0.05, -0.02, 0], [30, 1.4, -0.1, 0, 0]]}
    camera = Camera.read(said, (1920, 1080), (1280, 720))
    assert rows(camera.refilling((1280, 720)).within().framing()) == pytest.approx(
        np.array(said["keys"]), abs=1e-6
    )
    assert rows(camera.keeping_place((1280, 720)).framing()) == pytest.approx(
        np.array(said["keys"]), abs=1e-6
    )


def test_the_picture_of_a_push_in_is_as_high_in_an_upright_frame():
    said = {"keys": [[0, 1.02, 0, 0, 0], [48, 1.12, 0, 0, 0]]}
    camera = Camera.read(said, (1920, 1080), (1920, 1080)).refilling((1080, 1920))
    for frame, scale in ((0, 1.02), (24, 1.07), (48, 1.12)):
        middle, size = camera.window(frame)
        assert middle == pytest.approx([0.5, 0.5])
        wanted = [(9 / 16) ** 2 / scale, 1 / scale]
        assert size == pytest.approx(wanted, rel=3e-3)


def test_a_picture_laid_into_the_frame_keeps_its_place():
    said = {"fit": "cover", "keys": [[0, 0.4, 0.2, -0.1, 0]]}
    camera = Camera.read(said, (1920, 1080), (1920, 1080))
    assert not camera.fills
    moved = camera.keeping_place((1080, 1920))
    assert moved.widths[0] == pytest.approx(0.4)
    _, _, x, y, _ = moved.framing()["keys"][0]
    # As far from the middle in parts of the height: 0.1 fw of 9/16 before.
    assert (x, y) == pytest.approx((0.2, -0.1 / (9 / 16) * (16 / 9)), abs=1e-5)


def test_still_positions_lie_on_whole_pixels_and_uncover_nothing():
    for aim in np.linspace(-0.5, 0.5, 41):
        camera = Camera.read(None, (1280, 718), (1080, 1920))
        low, high = camera.shifts()
        there = camera.shifted(np.clip(np.array([aim, 0]), low, high)).on_pixels()
        x = there.framing()["keys"][0][2] * 1080
        assert x == pytest.approx(round(x), abs=1e-3)
        assert there.fills


def test_rounding_where_there_is_no_room_stops_no_camera():
    said = [[0, 1, 1e-14, 0, 0], [12, 1.25, 0.125, 0, 0], [24, 1, 0, 0, 0]]
    camera = Camera.read({"keys": said}, (1920, 1080), (1920, 1080))
    assert camera.within().aims == pytest.approx(camera.aims)


@pytest.mark.parametrize(
    "said",
    [
        {"keys": [[0, 1, 0, 0]]},
        {"keys": [[0, 0, 0, 0, 0]]},
        {"keys": [[0, 1, float("nan"), 0, 0]]},
        {"fit": "stretch"},
        {"keys": "no"},
        [1],
    ],
)
def test_what_is_no_framing_is_said(said):
    with pytest.raises(TimelineError, match="cannot be read"):
        Camera.read(said, (16, 9), (9, 16))
