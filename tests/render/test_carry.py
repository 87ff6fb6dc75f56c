"""A swept picture is its brute-force average, and everything around it is untouched."""

import importlib.util
import sys
from fractions import Fraction

import numpy as np
import pytest
from av.video.frame import VideoFrame
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

from otio_genai import maps, metadata
from otio_genai.maps import Carry, Sweep, carry
from otio_genai.media import colour
from otio_genai.render import frame_source, moviepy_clip, render_film, render_frame
from otio_genai.render.carry import swept, swept_planes
from otio_genai.render.warp import warper
from tests.render.building import clip, dissolve, take_number, timeline
from tests.support.coded import decoded, read_code
from tests.support.marks import later

R = Fraction(24)
ODD_RATES = [Fraction(16), R, Fraction(24_000, 1001), Fraction(30_000, 1001)]
SIZES = [(192, 108), (108, 192)]
# The fast way is tried where it is installed.
WAYS = [False, True] if importlib.util.find_spec("cv2") else [False]
speeds = st.floats(-0.5, 0.5)
motions = st.tuples(speeds, speeds, speeds, speeds)


@pytest.fixture(params=WAYS, ids=["pillow", "opencv"][: len(WAYS)])
def fast(request):
    return request.param


def texture(size, seed=1):
    """Blobs, edges and lines, in colour."""
    wide, high = size
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (high // 12 + 2, wide // 12 + 2, 3), np.uint8)
    image = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    picture = np.asarray(image).copy()
    picture[high // 3 : high // 3 + 20, wide // 4 : wide // 2] = 255
    picture[high // 2 :, wide // 2 : wide // 2 + 3] = 0
    return picture


def sweeps(a, b, size, half=6, rate=R):
    made = carry.recipe(a, b, aspect=size[1] / size[0], half_frames=half, rate=rate)
    law = Carry.read(made)
    return {k: law.sweep(k, rate) for k in range(-half, half)}


def brute(picture, sweep, count=40, halves=(1, 1)):
    """The mean of many bilinear samples with mirrored edges, in floats.

    ``halves`` are the frame's pixels to one of the picture, across and down.
    """
    whole, (high, wide) = picture.shape[1] * halves[0], picture.shape[:2]
    picture = picture.reshape(high, wide, -1)
    total = np.zeros(picture.shape)
    ys, xs = np.mgrid[:high, :wide].astype(np.float64)
    xs, ys = xs - (wide - 1) / 2, ys - (high - 1) / 2
    ends = np.array(sweep.opening), np.array(sweep.closing)
    for k in range(count):
        share = (k + 0.5) / count
        tx, ty, zoom, turn = ends[0] * (1 - share) + ends[1] * share
        x, y = xs * halves[0] - tx * whole, ys * halves[1] - ty * whole
        cos, sin = np.cos(turn) / np.exp(zoom), np.sin(turn) / np.exp(zoom)
        at = [
            (cos * y - sin * x) / halves[1] + (high - 1) / 2,
            (cos * x + sin * y) / halves[0] + (wide - 1) / 2,
        ]
        for c in range(picture.shape[2]):
            plane = picture[..., c].astype(np.float64)
            total[..., c] += ndimage.map_coordinates(plane, at, order=1, mode="mirror")
    return total / count


MOTIONS = {
    "pan": ((-0.2, 0, 0, 0), (-0.3, 0, 0, 0)),
    "pan and roll": ((-0.2, 0, 0, 0), (-0.44, 0.2, 0, 0.12)),
    "tilt": ((0, 0.2, 0, 0), (0, 0.1, 0, 0)),
    "dolly out": ((0.06, 0.02, -0.13, 0.03), (0, 0, 0, 0)),
    "roll": ((0, 0, 0, 0.3), (0, 0, 0, 0.1)),
    "still": ((0, 0, 0, 0), (0, 0, 0, 0)),
}


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", later(MOTIONS, 2))
def test_the_sweep_is_the_mean_of_many_samples(name, size):
    picture = texture(size)
    found = sweeps(*MOTIONS[name], size)
    for k in (-3, -1, 0, 2):
        wanted = brute(picture, found[k])
        for fast in WAYS:
            off = np.abs(swept(picture, found[k], fast=fast) - wanted)
            assert off.mean() < 1.2, (k, fast)
            assert np.percentile(off, 98) < 12, (k, fast)


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv444p", "yuv422p10le"])
@pytest.mark.parametrize(
    "name", later(["pan and roll", "tilt", "dolly out", "still"], 1)
)
def test_planes_are_swept_as_pictures_are(name, pix_fmt, fast):
    frame = VideoFrame.from_ndarray(texture((192, 108)), format="rgb24")
    frame = frame.reformat(format=pix_fmt)
    planes = colour.planes(frame)
    most = 1023 if pix_fmt.endswith("10le") else 255
    found = sweeps(*MOTIONS[name], (192, 108))
    for k in (-3, -1):
        made = swept_planes(planes, found[k], most=most, fast=fast)
        for plane, got in zip(planes, made, strict=True):
            assert (got.shape, got.dtype) == (plane.shape, plane.dtype)
            halves = 192 // plane.shape[1], 108 // plane.shape[0]
            wanted = brute(plane, found[k], halves=halves)[..., 0]
            off = np.abs(got - wanted) * 255 / most
            assert off.mean() < 1.2, k
            assert np.percentile(off, 98) < 12, k


def test_deep_planes_keep_to_their_range(fast):
    edges = np.where(np.indices((108, 192)).sum(0) // 7 % 2, 1023, 0).astype(np.uint16)
    planes = [edges, edges[:, ::2], edges[:, ::2]]
    sweep = Sweep((0.5 / 192, 0, 0, 0), (0.5 / 192, 0, 0, 0))
    made = swept_planes(planes, sweep, most=1023, fast=fast)
    assert max(plane.max() for plane in made) <= 1023


def test_a_picture_that_hardly_moves_stays_sharp(fast):
    picture = texture((192, 108))
    sweep = Sweep((0.5 / 192, 0, 0, 0), (0.5 / 192, 0, 0, 0))
    edges = [
        np.abs(np.diff(a.astype(float), axis=1)).mean()
        for a in (picture, swept(picture, sweep, fast=fast))
    ]
    assert edges[1] > 0.8 * edges[0]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", MOTIONS)
def test_both_ways_give_the_same_picture(name, size):
    pytest.importorskip("cv2")
    picture = texture(size, seed=7)
    for sweep in sweeps(*MOTIONS[name], size).values():
        one, other = (swept(picture, sweep, fast=f).astype(int) for f in (True, False))
        assert np.abs(one - other).mean() < 0.8
        assert np.percentile(np.abs(one - other), 99.9) <= 12


@settings(max_examples=15, deadline=None)
@given(motions, motions, st.sampled_from([*SIZES, (170, 98)]), st.sampled_from([2, 6]))
def test_nothing_is_uncovered(a, b, size, half):
    white = np.full((size[1], size[0], 3), 255, np.uint8)
    for k, sweep in sweeps(a, b, size, half).items():
        if k in (-half, -1, 0):
            for fast in WAYS:
                shown = swept(white, sweep, fast=fast)
                assert shown.shape == white.shape
                assert shown.min() == 255, (k, fast)


def test_without_opencv_pillow_does_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    warper.cache_clear()
    picture = texture((192, 108))
    sweep = sweeps((0.3, 0, 0, 0), (0, 0.2, 0, 0), (192, 108))[-2]
    assert (swept(picture, sweep) == swept(picture, sweep, fast=False)).all()
    with pytest.raises(ImportError):
        swept(picture, sweep, fast=True)
    warper.cache_clear()


def test_a_sweep_that_stays_changes_nothing(fast):
    picture = texture((192, 108))
    stays = Sweep((0, 0, 0, 0), (0, 0, 0, 0))
    off = np.abs(swept(picture, stays, fast=fast).astype(int) - picture)
    assert off.max() <= 1


def test_the_picture_given_is_not_written_to(fast):
    picture = texture((192, 108))
    kept = picture.copy()
    picture.setflags(write=False)
    planes = [picture[..., 0], picture[::2, ::2, 1], picture[::2, ::2, 2]]
    for sweep in sweeps((0.3, 0, 0, 0), (0, 0.2, 0, 0), (192, 108)).values():
        swept(picture, sweep, fast=fast)
        swept_planes(planes, sweep, fast=fast)
    assert (picture == kept).all()


# In a film -------------------------------------------------------------------------


def apart(one, other):
    """The mean distance of two pictures, in levels."""
    return np.abs(one.astype(int) - other).mean()


def carried(one, other, half, rate, size=(192, 108)):
    """Two takes joined by a carry, and the same joined by a cut."""
    made = carry.recipe(
        (0.3, 0.1, 0.05, 0.02),
        (0.1, -0.2, 0, 0.05),
        aspect=size[1] / size[0],
        half_frames=half,
        rate=rate,
    )
    items = [clip(one, 3, 12, rate), clip(other, 2, 14, rate)]
    plain = timeline(*[[item.deepcopy() for item in items]], rate=rate, size=size)
    joint = dissolve(1, 1, rate)
    metadata.put(joint, "carry", made)
    items.insert(1, joint)
    return timeline(items, rate=rate, size=size), plain


@pytest.mark.parametrize("rate", ODD_RATES, ids=lambda r: f"{float(r):.3f}")
@pytest.mark.parametrize("number", later([1, 6], 1))
def test_frames_around_a_carry_are_exact(takes, tmp_path, rate, number):
    half = 4
    made, plain = carried(takes[number], takes[number - 1], half, rate)
    done = render_film(made, tmp_path / "film.mp4")
    wanted = maps.picture_map(made)
    assert done.frames == 26 == len(wanted)
    assert done.plain_frames == 26 - 2 * half
    for k, picture in enumerate(decoded(done.path)):
        if not 12 - half <= k < 12 + half:
            (layer,) = wanted[k]
            assert read_code(picture) == (take_number(layer.url), layer.source_frame)
    with frame_source(made) as shown, frame_source(plain) as still:
        for k, (layer,) in enumerate(wanted):
            if layer.sweep is None:
                assert (shown(k) == still(k)).all()
            else:
                assert apart(shown(k), swept(still(k), layer.sweep)) < 1


def test_moviepy_and_render_show_the_same_carry(takes, tmp_path):
    made, _ = carried(takes[2], takes[3], 5, R)
    film = moviepy_clip(made)
    path = render_film(made, tmp_path / "film.mp4", crf=4).path
    pairs = zip(film.iter_frames(fps=film.fps), decoded(path), strict=True)
    far = [np.abs(a.astype(int) - b.astype(int)).mean() for a, b in pairs]
    film.close()
    assert max(far) < 2


def test_a_camera_move_is_carried_on(takes):
    made, plain = carried(takes[2], takes[3], 4, R)
    framing = {"fit": "cover", "keys": [[0, 1.2, 0.02, 0, 3], [12, 1.4, 0, 0.02, 0]]}
    for film in (made, plain):
        metadata.put(film.tracks[0][0], "framing", framing)
    sweep = maps.picture_map(made)[10][0].sweep
    wanted = swept(render_frame(plain, 10), sweep)
    assert apart(render_frame(made, 10), wanted) < 1


def test_a_dip_is_dark_in_the_middle(takes):
    dip = dissolve(4, 4)
    metadata.put(dip, "carry", {"kind": "dip", "colour": [0, 0, 0]})
    made = timeline([clip(takes[2], 5, 12), dip, clip(takes[3], 8, 12)])
    bright = [int(render_frame(made, k).max()) for k in range(7, 17)]
    assert bright[:2] == pytest.approx([255, 255], abs=4)
    assert bright[2:5] == pytest.approx([191, 128, 64], abs=5)
    assert bright[5] == 0
    assert bright[6:] == pytest.approx([64, 128, 191, 255], abs=5)
