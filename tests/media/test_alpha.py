"""Transparency: found in files, kept where it is asked for, over black elsewhere."""

from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from otio_genai.media.frames import FrameReader
from otio_genai.media.probe import probe

WIDE, HIGH, COUNT = 64, 48, 30
CODECS = [
    ("a.mov", "prores_ks", "yuva444p10le", {"profile": "4"}),
    ("a.mov", "qtrle", "argb", {}),
    ("a.mov", "png", "rgba", {}),
    ("a.mkv", "ffv1", "yuva420p", {}),
    ("a.webm", "libvpx-vp9", "yuva420p", {"crf": "10", "cpu-used": "8"}),
    ("a.webm", "libvpx", "yuva420p", {"auto-alt-ref": "0", "cpu-used": "8"}),
]


def drawn(number):
    """Orange: opaque on the left, half there above on the right, gone below."""
    picture = np.zeros((HIGH, WIDE, 4), np.uint8)
    picture[..., :3] = 200, 100, 20
    picture[:, : WIDE // 2, 3] = 255
    picture[: HIGH // 2, WIDE // 2 :, 3] = 100 + number
    return picture


def written(path, codec, pix_fmt, options):
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=24)
        stream.width, stream.height, stream.pix_fmt = WIDE, HIGH, pix_fmt
        stream.codec_context.options = options
        stream.codec_context.time_base = Fraction(1, 24)
        for number in range(COUNT):
            frame = av.VideoFrame.from_ndarray(drawn(number), format="rgba")
            frame = frame.reformat(format=pix_fmt, dst_colorspace=5)
            frame.pts, frame.time_base = number, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(("name", "codec", "pix_fmt", "options"), CODECS)
def test_alpha_by_number_in_any_order(tmp_path, name, codec, pix_fmt, options):
    path = written(tmp_path / name, codec, pix_fmt, options)
    facts = probe(path)
    assert (facts.alpha, facts.frames) == (True, COUNT)
    with FrameReader(path) as reader:
        assert reader.alpha
        for number in (0, COUNT - 1, 13, 5):
            seen = reader.rgba(number).astype(int)
            wanted = drawn(number).astype(int)
            places = (slice(4, -4, 8), slice(4, -4, 8))
            off = np.abs(seen - wanted)[places]
            assert off[..., 3].max() <= 3
            assert off[..., :3].max() <= 4
            flat = reader.rgb(number)[10, 50].astype(int)
            assert np.abs(flat - wanted[10, 50, :3] * wanted[10, 50, 3] / 255).max() < 4
        assert reader.frame(3).format.name == "rgb24"


def test_what_is_opaque_has_no_alpha_whatever_its_format(tmp_path):
    Image.new("RGBA", (8, 8), (9, 8, 7, 255)).save(tmp_path / "a.png")
    Image.new("RGBA", (8, 8), (9, 8, 7, 254)).save(tmp_path / "b.png")
    frames = [Image.new("P", (8, 8), n) for n in (1, 2)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    seen = [probe(tmp_path / name).alpha for name in ("a.png", "b.png", "a.gif")]
    assert seen == [False, True, False]
    with FrameReader(tmp_path / "a.png") as reader:
        assert not reader.alpha
        assert reader.rgba(0)[0, 0].tolist() == [9, 8, 7, 255]


def test_an_animated_webp_keeps_its_alpha(tmp_path):
    frames = [Image.fromarray(drawn(n)) for n in (0, 1, 2)]
    path = tmp_path / "a.webp"
    frames[0].save(path, save_all=True, append_images=frames[1:], lossless=True)
    assert probe(path).alpha
    with FrameReader(path) as reader:
        assert reader.alpha
        assert reader.rgba(1)[10, 50].tolist() == [200, 100, 20, 101]
        assert reader.rgb(1)[10, 50].tolist() == [79, 40, 8]
