"""Stills of every kind: upright, over black, eight bits."""

import numpy as np
import pytest
from PIL import Image

from otio_genai.media.frames import FrameReader
from otio_genai.media.probe import probe
from tests.support import coded

CODE = (77, 4242)


def still(path):
    with FrameReader(path) as reader:
        return reader.rgb(0)


@pytest.fixture
def picture():
    return Image.fromarray(coded.coded_frame(*CODE))


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("a.png", "RGB"), ("a.png", "P"), ("a.png", "L"), ("a.png", "1"),
        ("a.png", "RGBA"), ("a.png", "LA"), ("a.jpg", "RGB"), ("a.jpg", "L"),
        ("a.jpg", "CMYK"), ("a.webp", "RGB"), ("a.bmp", "RGB"), ("a.tiff", "RGB"),
        ("a.tiff", "CMYK"),
    ],
)  # fmt: skip
def test_every_mode(tmp_path, picture, name, mode):
    picture.convert(mode).save(tmp_path / name)
    facts = probe(tmp_path / name)
    assert (facts.kind_hint, facts.frames, facts.rate) == ("still", 1, None)
    assert (facts.width, facts.height) == (192, 108)
    seen = still(tmp_path / name)
    assert seen.dtype == np.uint8 and seen.shape == (108, 192, 3)
    assert coded.read_code(seen) == CODE


def test_sixteen_bits(tmp_path):
    ramp = np.linspace(0, 65535, 192).astype(np.uint16)
    Image.fromarray(np.tile(ramp, (20, 1))).save(tmp_path / "a.png")
    seen = still(tmp_path / "a.png")[10, :, 0].astype(int)
    assert np.abs(seen - ramp / 257).max() <= 1


def test_transparency_lies_over_black(tmp_path):
    rgba = np.full((16, 16, 4), 200, np.uint8)
    rgba[:8, :, 3], rgba[8:, :, 3] = 0, 128
    Image.fromarray(rgba).save(tmp_path / "a.png")
    Image.fromarray(rgba).save(tmp_path / "a.webp", lossless=True, exact=True)
    palette = Image.new("P", (16, 16))
    palette.putdata([0, 1] * 128)
    palette.putpalette([250, 10, 20, 30, 220, 60])
    palette.save(tmp_path / "p.png", transparency=0)
    for name in ("a.png", "a.webp"):
        seen = still(tmp_path / name)
        assert seen[0, 0].tolist() == [0, 0, 0]
        assert np.abs(seen[12, 3].astype(int) - 100).max() <= 1
    assert still(tmp_path / "p.png")[0, :2].tolist() == [[0, 0, 0], [30, 220, 60]]


def test_a_transparent_gif_lies_over_black(tmp_path):
    frames = []
    for n in range(2):
        frame = Image.new("P", (20, 20), n % 2)
        frame.putpalette([250, 10, 20, 30, 220, 60])
        frames.append(frame)
    frames[0].save(
        tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=100,
        transparency=0, disposal=2,
    )  # fmt: skip
    with FrameReader(tmp_path / "a.gif") as reader:
        seen = [reader.rgb(n)[5, 5].tolist() for n in range(reader.frames)]
        assert reader.frame(0).format.name == "rgb24"
    assert seen == [[0, 0, 0], [30, 220, 60]]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_orientation_is_honoured(tmp_path, picture, orientation, name):
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = picture.transpose(undo[orientation]) if orientation > 1 else picture
    stored.save(tmp_path / name, exif=exif)
    facts = probe(tmp_path / name)
    assert (facts.width, facts.height) == (192, 108)
    assert coded.read_code(still(tmp_path / name)) == CODE


def test_an_animated_png_moves(tmp_path):
    frames = [Image.fromarray(coded.coded_frame(1, n)) for n in range(6)]
    frames[0].save(
        tmp_path / "a.png", save_all=True, append_images=frames[1:], duration=125
    )
    facts = probe(tmp_path / "a.png")
    assert (facts.kind_hint, facts.frames, facts.rate) == ("video", 6, 8)
    with FrameReader(tmp_path / "a.png") as reader:
        codes = [coded.read_code(reader.rgb(n)) for n in (5, 0, 3)]
    assert codes == [(1, 5), (1, 0), (1, 3)]
