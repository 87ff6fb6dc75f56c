"""Flat colours come out as they went in, plain or composed."""

from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.reformatter import VideoReformatter
from PIL import Image

from otio_genai.media import colour as tints
from otio_genai.media.frames import FrameReader
from otio_genai.render import moviepy_clip, render
from tests.render.building import clip, dissolve, timeline
from tests.support.marks import later

COLOURS = [(200, 40, 60), (30, 160, 90), (20, 60, 210), (235, 235, 235), (16, 16, 16)]
# name: pixel format, tags, the matrix the picture is stored with, full range
SOURCES = {
    "bt709": ("yuv420p", {"colorspace": 1, "color_range": 1}, "ITU709", "MPEG"),
    "bt601": ("yuv420p", {"colorspace": 6, "color_range": 1}, "ITU601", "MPEG"),
    "untagged SD": ("yuv420p", {}, "ITU601", "MPEG"),
    "full range": ("yuvj420p", {"colorspace": 1, "color_range": 2}, "ITU709", "JPEG"),
    "4:4:4": ("yuv444p", {"colorspace": 1, "color_range": 1}, "ITU709", "MPEG"),
    "10 bit": ("yuv420p10le", {"colorspace": 1, "color_range": 1}, "ITU709", "MPEG"),
}
KEEPS = {"fit": "cover", "keys": [[0, 1.0, 0, 0, 0], [99, 1.001, 0, 0, 0]]}


def flat(path, colour, source, frames=8):
    pix_fmt, tags, matrix, span = SOURCES[source]
    red, green, blue = (level / 255 for level in colour)
    # ITU-R BT.601-7, BT.709-6; ranges by ITU-T H.273, 8.3.
    kr, kb = {"ITU709": (0.2126, 0.0722), "ITU601": (0.299, 0.114)}[matrix]
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    low, span, chroma = {"MPEG": (16, 219, 224), "JPEG": (0, 255, 255)}[span]
    differences = (blue - luma) / (2 - 2 * kb), (red - luma) / (2 - 2 * kr)
    stored = [low + span * luma, *(128 + chroma * part for part in differences)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "4"})
        stream.width, stream.height, stream.pix_fmt = 192, 108, pix_fmt
        for name, value in tags.items():
            setattr(stream.codec_context, name, value)
        for n in range(frames):
            frame = av.VideoFrame(192, 108, pix_fmt)
            for plane, level in zip(tints.planes(frame), stored, strict=True):
                plane[:] = round(level * (4 if "10" in pix_fmt else 1))
            frame.pts, frame.time_base = n, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def middle(picture):
    return picture[30:78, 50:142].reshape(-1, 3).mean(axis=0)


@pytest.mark.parametrize("source", later(SOURCES, 3))
@pytest.mark.parametrize("colour", COLOURS, ids=str)
def test_a_flat_colour_survives(tmp_path, source, colour):
    path = flat(tmp_path / "flat.mp4", colour, source)
    made = timeline(
        [
            clip(path, 0, 4),
            dissolve(1, 2),
            clip(path, 1, 4, name="again"),
            clip(path, 0, 3, name="moves", framing=KEEPS),
        ]
    )
    film = render(made, tmp_path / "film.mp4")
    with FrameReader(film) as reader:
        seen = np.array([middle(reader.rgb(n)) for n in range(reader.frames)])
    assert np.abs(seen - colour).max() <= 3, seen.round(1)
    # Plain, dissolving and moving frames are one colour to the eye. What lies between
    # two levels of 8 bits is dithered, and the encoder takes one: two of red or blue.
    near = 2.5 if source == "10 bit" else 1.5
    assert np.ptp(seen, axis=0).max() <= near, seen.round(1)
    with moviepy_clip(made) as whole:
        bridged = np.array([middle(p) for p in whole.iter_frames(fps=24)])
    assert np.abs(bridged - colour).max() <= 3


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA"])
def test_stills_of_every_mode(tmp_path, mode):
    picture = Image.new("RGB", (192, 108), (120, 130, 140)).convert(mode)
    picture.save(tmp_path / "still.png")
    wanted = middle(np.asarray(picture.convert("RGB"), np.float64))
    made = timeline([clip(tmp_path / "still.png", 0, 3)])
    with FrameReader(render(made, tmp_path / "film.mp4")) as reader:
        assert np.abs(middle(reader.rgb(1)) - wanted).max() <= 3


@pytest.mark.parametrize(
    ("source", "film"),
    [
        ("yuvj420p", "yuv420p"),
        ("yuvj422p", "yuv422p10le"),
        ("yuvj444p", "yuv444p"),
        ("yuv420p", "yuv420p"),
    ],
)
def test_full_range_becomes_limited_to_the_nearest_level(source, film):
    frame = av.VideoFrame(512, 64, source)
    for plane in tints.planes(frame):
        plane[:] = np.arange(plane.shape[1]) * 256 // plane.shape[1]
    frame.colorspace, frame.color_range = 1, 2
    made = tints.converted(frame, 512, 64, VideoReformatter(), film)
    assert (made.format.name, made.color_range) == (film, 1)
    more = 2 ** (made.format.components[0].bits - 8)
    pairs = zip(tints.planes(made), tints.planes(frame), strict=True)
    for k, (plane, full) in enumerate(pairs):
        # ITU-T H.273, 8.3.
        low, span, zero = (128, 224, 128) if k else (16, 219, 0)
        wanted = (low + (full.astype(float) - zero) * span / 255) * more
        away = plane - wanted
        assert np.abs(away).max() <= 0.5
        assert abs(away.mean()) <= 0.05
