"""Frame n is frame n: coded takes, read in any order, in any container."""

import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from otio_genai.errors import MediaError
from otio_genai.media.frames import FrameReader
from otio_genai.media.probe import probe
from tests.support import coded
from tests.support.marks import later

F = Fraction
RATES = [
    F(8), F(16), F(24000, 1001), F(24), F(25), F(30000, 1001), F(30), F(50),
    F(60000, 1001), F(60), F(500, 31), F(29120, 961),
]  # fmt: skip
SMALL = (96, 64)
VP9 = {"codec": "libvpx-vp9", "gop": 10}
OPEN_GOP = {"x264-params": "open-gop=1:keyint=8:min-keyint=8:scenecut=0", "bf": "3"}
HIDDEN = {"auto-alt-ref": "1", "lag-in-frames": "16", "b": "1M"}
NO_SHIFT = {"avoid_negative_ts": "disabled"}


def numbers(reader, order):
    return [coded.read_code(reader.rgb(n))[1] for n in order]


def assert_exact(path, take, count, rate, first=0):
    """Probe, plain decode, random and sequential reading all agree."""
    facts = probe(path)
    assert (facts.frames, facts.rate) == (count, rate)
    assert not facts.variable and not facts.damage
    expected = list(range(first, first + count))
    if path.suffix != ".webp":
        assert coded.read_film(path) == [(take, n) for n in expected]
    order = list(range(count))
    random.Random(count).shuffle(order)
    with FrameReader(path) as reader:
        assert (reader.frames, reader.rate) == (count, rate)
        assert numbers(reader, order) == [first + n for n in order]
        assert numbers(reader, range(count)) == expected


@pytest.mark.parametrize("suffix", later(["mp4", "mov", "mkv"], 1))
@pytest.mark.parametrize("rate", RATES, ids=str)
def test_every_rate_in_every_container(tmp_path, rate, suffix):
    path = tmp_path / f"take.{suffix}"
    coded.write_take(path, 3, 30, rate, size=SMALL, gop=9, bframes=3)
    assert_exact(path, 3, 30, rate)


@pytest.mark.parametrize(
    ("suffix", "kwargs"),
    later(
        [
            ("mp4", {"gop": 250}),
            ("mp4", {"gop": 1}),
            ("mp4", {"options": OPEN_GOP}),
            ("mkv", {"options": OPEN_GOP}),
            ("mp4", {"start_frames": 7, "gop": 12}),
            ("mov", {"start_frames": 7, "gop": 12}),
            ("mkv", {"start_frames": 7, "gop": 12}),
            ("mp4", {"pix_fmt": "yuv420p10le", "gop": 12}),
            ("mp4", {"pix_fmt": "yuv444p", "gop": 12}),
            ("webm", VP9),
            ("mkv", VP9),
            ("webm", {"codec": "libvpx", "gop": 10, "options": HIDDEN}),
            ("avi", {"codec": "mpeg4", "bframes": 2}),
            ("ts", {"bframes": 2, "gop": 10}),
            ("mov", {"codec": "prores_ks", "pix_fmt": "yuv422p10le"}),
            ("h264", {"bframes": 2, "gop": 10}),
        ],
        8,
    ),
    ids=str,
)
def test_every_structure(tmp_path, suffix, kwargs):
    path = tmp_path / f"take.{suffix}"
    coded.write_take(path, 4, 40, 24, size=SMALL, **kwargs)
    assert_exact(path, 4, 40, F(24))


@pytest.mark.parametrize("suffix", ["mp4", "mov"])
@pytest.mark.parametrize("hidden", [1, 9, 21])
def test_an_edit_list_hides_frames(tmp_path, suffix, hidden):
    path = tmp_path / f"take.{suffix}"
    coded.write_take(
        path, 4, 40, F(30000, 1001), size=SMALL, start_frames=-hidden, gop=15,
        bframes=2, container_options=NO_SHIFT,
    )  # fmt: skip
    assert_exact(path, 4, 40 - hidden, F(30000, 1001), first=hidden)


@pytest.mark.parametrize("rate", [F(100, 13), F(8), F(25), F(100, 3)], ids=str)
def test_gif(tmp_path, rate):
    path = tmp_path / "take.gif"
    coded.write_take(path, 9, 16, rate, codec="gif", pix_fmt="gray")
    assert_exact(path, 9, 16, rate)


@pytest.mark.parametrize("rate", [F(1000, 41), F(1000, 62), F(25)], ids=str)
def test_animated_webp_through_its_copy(tmp_path, rate):
    path = tmp_path / "take.webp"
    coded.write_take(path, 9, 12, rate)
    before = path.read_bytes()
    assert_exact(path, 9, 12, rate)
    assert path.read_bytes() == before
    with FrameReader(path) as reader:
        for n in range(12):
            assert np.array_equal(reader.rgb(n), coded.coded_frame(9, n))


@pytest.fixture(scope="module")
def long_take(tmp_path_factory):
    path = tmp_path_factory.mktemp("long") / "take.mp4"
    return coded.write_take(path, 6, 120, 24, size=SMALL, gop=15, bframes=3)


@pytest.fixture(scope="module")
def long_reader(long_take):
    with FrameReader(long_take) as reader:
        yield reader


@given(order=st.lists(st.integers(0, 119), min_size=1, max_size=12))
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_order_of_reading(long_reader, order):
    assert numbers(long_reader, order) == order


def test_frames_handed_out_outlive_the_reader(long_take):
    with FrameReader(long_take) as reader:
        luma, frame = reader.luma(40), reader.frame(40)
    assert coded.read_code(luma) == (6, 40)
    assert coded.read_code(frame.to_ndarray(format="gray")) == (6, 40)


@pytest.mark.parametrize("number", [-1, 120, 10**9])
def test_no_frame_outside(long_reader, number):
    with pytest.raises(MediaError, match="There is no frame"):
        long_reader.frame(number)


def test_a_closed_reader_says_so(long_take):
    reader = FrameReader(long_take)
    reader.close()
    reader.close()
    with pytest.raises(MediaError, match="closed"):
        reader.frame(0)


def test_a_changed_file_is_read_anew(tmp_path):
    path = coded.write_take(tmp_path / "a.mp4", 1, 5, size=SMALL)
    assert probe(path).frames == 5
    coded.write_take(path, 1, 9, size=SMALL)
    assert probe(path).frames == 9


# Geometry and colour.


@pytest.mark.parametrize("counterclockwise", [0, 90, 180, -90])
@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv420p10le"])
def test_rotation_is_undone(tmp_path, counterclockwise, pix_fmt):
    path = tmp_path / "turned.mp4"
    turned = np.rot90(coded.coded_frame(5, 0), -counterclockwise // 90)
    facts = write_picture(
        path, turned, pix_fmt=pix_fmt, display_rotation=counterclockwise
    )
    assert facts.rotation == -counterclockwise % 360
    assert (facts.width, facts.height) == (192, 108)
    with FrameReader(path) as reader:
        assert (reader.width, reader.height) == (192, 108)
        assert (reader.frame(0).width, reader.frame(0).height) == (192, 108)
        assert coded.read_code(reader.rgb(0)) == (5, 0)
        assert coded.read_code(reader.luma(0)) == (5, 0)


@pytest.mark.parametrize(
    ("sar", "size"), [(F(4, 3), (256, 108)), (F(1, 2), (192, 216)), (F(1), (192, 108))]
)
def test_pixels_become_square(tmp_path, sar, size):
    path = coded.write_take(tmp_path / "a.mp4", 5, 3, sar=sar)
    facts = probe(path)
    assert (facts.width, facts.height, facts.sar) == (*size, sar)
    with FrameReader(path) as reader:
        assert reader.rgb(2).shape == (size[1], size[0], 3)
        assert reader.luma(2).shape == (size[1], size[0])
        assert coded.read_code(reader.rgb(2)) == (5, 2)


def test_scaled_reading(long_reader):
    assert long_reader.rgb(30, 48, 32).shape == (32, 48, 3)
    assert coded.read_code(long_reader.rgb(30, 48, 32)) == (6, 30)
    assert coded.read_code(long_reader.rgb(30, 300, 200)) == (6, 30)
    assert coded.read_code(long_reader.luma(30, 48, 32)) == (6, 30)


def write_picture(path, picture, frames=1, *, pix_fmt, display_rotation=0, **tags):
    """Write a picture whose YUV is what ``tags`` say, losslessly."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "1"})
        stream.height, stream.width = picture.shape[:2]
        stream.pix_fmt = pix_fmt
        if display_rotation:
            stream.set_display_rotation(display_rotation)
        for name, value in tags.items():
            setattr(stream.codec_context, name, value)
        for n in range(frames):
            frame = yuv_frame(picture, tags)
            frame = frame.reformat(format=pix_fmt) if "10" in pix_fmt else frame
            frame.pts, frame.time_base = n, F(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return probe(path)


# Luma weights of red and blue, ITU-R BT.601-7, BT.709-6, BT.2020-2.
WEIGHTS = {
    1: (0.2126, 0.0722),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    9: (0.2627, 0.0593),
}


def yuv_frame(rgb, tags):
    """Convert by the formula of the standard, independently of any library."""
    import av

    kr, kb = WEIGHTS[tags.get("colorspace", 6)]
    r, g, b = np.moveaxis(rgb.astype(np.float64) / 255, -1, 0)
    y = kr * r + (1 - kr - kb) * g + kb * b
    u, v = (b - y) / (2 - 2 * kb), (r - y) / (2 - 2 * kr)
    if tags.get("color_range") == 2:
        planes = y * 255, u * 255 + 128, v * 255 + 128
    else:
        planes = y * 219 + 16, u * 224 + 128, v * 224 + 128
    y, u, v = (np.clip(np.rint(p), 0, 255).astype(np.uint8) for p in planes)
    frame = av.VideoFrame(rgb.shape[1], rgb.shape[0], "yuv420p")
    for plane, values in zip(frame.planes, (y, u[::2, ::2], v[::2, ::2]), strict=True):
        padded = np.zeros((plane.height, plane.line_size), np.uint8)
        padded[:, : plane.width] = values
        plane.update(padded.tobytes())
    return frame


def bars(width=192, height=108):
    picture = np.zeros((height, width, 3), np.uint8)
    colours = [(200, 40, 40), (40, 180, 60), (50, 60, 210), (230, 210, 90),
               (128, 128, 128), (250, 250, 250), (5, 5, 5), (190, 80, 200)]  # fmt: skip
    step = width // len(colours)
    for n, colour in enumerate(colours):
        picture[:, n * step : (n + 1) * step] = colour
    return picture, [(n * step + step // 2, c) for n, c in enumerate(colours)]


@pytest.mark.parametrize(
    ("size", "tags"),
    [
        ((192, 108), {}),
        ((1280, 64), {"colorspace": 1}),
        ((192, 108), {"colorspace": 1}),
        ((192, 108), {"colorspace": 6}),
        ((192, 108), {"colorspace": 9}),
        ((192, 108), {"colorspace": 1, "color_range": 2}),
        ((192, 108), {"colorspace": 1, "color_range": 1}),
        ((1280, 64), {"colorspace": 6}),
    ],
)
def test_colours_come_back_as_tagged(tmp_path, size, tags):
    picture, places = bars(*size)
    path = tmp_path / "bars.mp4"
    write_picture(path, picture, pix_fmt="yuv420p", **tags)
    with FrameReader(path) as reader:
        seen = reader.rgb(0)
    for x, colour in places:
        assert np.abs(seen[size[1] // 2, x].astype(int) - colour).max() <= 4


def test_untagged_high_definition_is_709(tmp_path):
    import av

    picture, places = bars(1280, 64)
    path = tmp_path / "hd.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "1"})
        stream.width, stream.height, stream.pix_fmt = 1280, 64, "yuv420p"
        frame = yuv_frame(picture, {"colorspace": 1})
        frame.pts, frame.time_base = 0, F(1, 24)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert probe(path).color.matrix is None
    with FrameReader(path) as reader:
        assert reader.frame(0).colorspace == 1
        assert reader.frame(0).color_range == 1
        seen = reader.rgb(0)
    for x, colour in places:
        assert np.abs(seen[32, x].astype(int) - colour).max() <= 4


def test_a_still_has_one_frame(tmp_path):
    Image.fromarray(coded.coded_frame(8, 8)).save(tmp_path / "a.png")
    with FrameReader(tmp_path / "a.png") as reader:
        assert (reader.frames, reader.rate) == (1, None)
        assert np.array_equal(reader.rgb(0), coded.coded_frame(8, 8))
        assert coded.read_code(reader.luma(0)) == (8, 8)
        with pytest.raises(MediaError, match="There is no frame 1"):
            reader.frame(1)


@pytest.mark.parametrize("level", [0, 60, 128, 200, 255])
def test_scaling_and_depth_keep_a_flat_grey(tmp_path, level):
    picture = np.full((108, 192, 3), level, np.uint8)
    for pix_fmt in ("yuv420p", "yuv420p10le"):
        path = tmp_path / f"{pix_fmt}.mp4"
        write_picture(path, picture, pix_fmt=pix_fmt, colorspace=1)
        with FrameReader(path) as reader:
            stored = 16 + 219 * level / 255
            for size in ((None, None), (96, 54), (300, 200)):
                assert np.abs(reader.rgb(0, *size).astype(int) - level).max() <= 1
                assert np.abs(reader.luma(0, *size) - stored).max() <= 1
