"""Composed frames are the exact sums of plain ones, in every format."""

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from otio_genai.maps import Sweep
from otio_genai.media import colour, locate
from otio_genai.media.encoding import Encoding
from otio_genai.media.frames import FrameReader
from otio_genai.media.segment import SegmentWriter
from otio_genai.media.siting import Siting
from otio_genai.render.compose import Composer, plain
from otio_genai.render.planes import blank, ground, shares, summed
from otio_genai.render.shown import Effect, Look, Pose, Shown
from tests.render.test_carry import texture
from tests.render.test_geometry import blob, centre

SIZE = (192, 108)
R = Fraction(24)
FORMATS = ["yuv420p", "yuv422p10le", "yuv444p"]
# name: pixel format, tags
SOURCES = {
    "plain": ("yuv420p", {"colorspace": 1, "color_range": 1}),
    "bt601": ("yuv420p", {"colorspace": 6, "color_range": 1}),
    "full range": ("yuv420p", {"colorspace": 1, "color_range": 2}),
    "10 bit": ("yuv420p10le", {"colorspace": 1, "color_range": 1}),
    "10 bit 4:2:2": ("yuv422p10le", {"colorspace": 1, "color_range": 1}),
    "4:4:4": ("yuv444p", {"colorspace": 1, "color_range": 1}),
}
parts = st.lists(st.fractions(0, 1, max_denominator=60), min_size=1, max_size=4)


def lossless(path, pictures, pix_fmt="yuv420p", codec="ffv1", **tags):
    """A take whose decoded frames are exactly the ones given to the encoder."""
    siting = Siting()
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=24, options={"qp": "0"})
        stream.width, stream.height = pictures[0].shape[1::-1]
        stream.pix_fmt = pix_fmt
        for name, value in tags.items():
            setattr(stream.codec_context, name, value)
        for n, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame = siting.left(frame).reformat(
                format=pix_fmt,
                dst_colorspace="itu601" if tags["colorspace"] == 6 else "itu709",
                src_color_range=2,
                dst_color_range=tags["color_range"],
                interpolation=0x42004,
            )
            frame.pts, frame.time_base = n, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return locate.url(path)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """Two takes of three frames of every kind."""
    folder = tmp_path_factory.mktemp("sources")
    return {
        name: [
            lossless(
                folder / f"{number} {name.replace(':', '')}.mkv",
                [texture(SIZE, seed=number) for _ in range(3)],
                pix_fmt,
                **tags,
            )
            for number in (1, 2)
        ]
        for name, (pix_fmt, tags) in SOURCES.items()
    }


def levels(frame):
    """Copies of a frame's planes, in 8-bit levels."""
    per = 1 << (frame.format.components[0].bits - 8)
    return [plane.astype(float) / per for plane in colour.planes(frame)]


def psnr(one, other):
    """The luma's distance in dB."""
    return 10 * np.log10(255**2 / max(np.mean((one - other) ** 2), 1e-9))


@given(parts)
def test_shares_add_up_as_weights_do(weights):
    whole = max(sum(weights), Fraction(1))
    weights = [weight / whole for weight in weights]
    found = shares(weights, 256)
    assert sum(found) == round(sum(weights) * 256)
    for share, weight in zip(found, weights, strict=True):
        assert abs(share - weight * 256) <= 1


@settings(max_examples=30, deadline=None)
@given(parts, st.sampled_from(FORMATS), st.integers(0, 99))
def test_a_sum_is_at_most_a_level_off(weights, pix_fmt, seed):
    whole = max(sum(weights), Fraction(1))
    weights = [weight / whole for weight in weights]
    rng = np.random.default_rng(seed)
    ground_levels = ground((200, 30, 60), pix_fmt)
    frames = []
    for _ in weights:
        frame = av.VideoFrame(50, 34, pix_fmt)
        for plane in colour.planes(frame):
            top = 1024 if plane.itemsize > 1 else 256
            plane[:] = rng.integers(0, top, plane.shape)
        frames.append(frame)
    made = summed(list(zip(weights, frames, strict=True)), ground_levels)
    rest = float(1 - sum(weights))
    for index, plane in enumerate(colour.planes(made)):
        wanted = rest * ground_levels[index]
        for weight, frame in zip(weights, frames, strict=True):
            wanted = wanted + float(weight) * colour.planes(frame)[index]
        near = 0.502 if plane.itemsize > 1 else 1.5
        assert np.abs(plane - wanted).max() <= near * len(weights)
        if len(weights) == 2 and plane.itemsize == 1:
            # Parts of 256 go astray by half a part between two, and by two thirds of
            # one where the ground shows through as a third; rounding adds half a level.
            assert np.abs(plane - wanted).max() <= (1.17 if rest else 1.01)


@pytest.mark.parametrize("pix_fmt", FORMATS)
def test_equal_pictures_sum_to_themselves(pix_fmt):
    frame = blank((18, 10), pix_fmt, ground((13, 77, 201), pix_fmt))
    for n in range(1, 24):
        weight = Fraction(n, 24)
        made = summed([(1 - weight, frame), (weight, frame)], (0, 0, 0))
        for one, other in zip(colour.planes(made), colour.planes(frame), strict=True):
            assert (one == other).all()


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("pix_fmt", FORMATS)
def test_a_dissolve_begins_and_ends_as_its_pictures_are(sources, source, pix_fmt):
    one, other = sources[source]
    with Composer(SIZE, R, pix_fmt=pix_fmt) as composer:
        assert plain((Shown(one, 0),))
        for k in range(3):
            alone = [levels(composer.frame((Shown(url, k),))) for url in (one, other)]
            for n in (0, 1, 6, 11, 12):
                weight = Fraction(n, 12)
                frame = tuple(
                    Shown(url, k, weight=share)
                    for url, share in ((one, 1 - weight), (other, weight))
                    if share
                )
                made = levels(composer.frame(frame))
                for got, a, b in zip(made, *alone, strict=True):
                    wanted = a * float(1 - weight) + b * float(weight)
                    off = np.abs(got - wanted).max()
                    assert off <= (0 if n in (0, 12) else 1.01), (k, n)


def test_ten_bits_stay_ten_bits(tmp_path):
    ramp = np.linspace(64, 940, 192).astype(np.uint16)
    with av.open(str(tmp_path / "ramp.mkv"), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = 192, 108, "yuv420p10le"
        stream.codec_context.colorspace = stream.codec_context.color_range = 1
        frame = av.VideoFrame(192, 108, "yuv420p10le")
        for plane, level in zip(colour.planes(frame), (ramp, 512, 512), strict=True):
            plane[:] = level
        frame.pts, frame.time_base = 0, Fraction(1, 24)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    layer = Shown(locate.url(tmp_path / "ramp.mkv"), 0)
    with Composer(SIZE, R, pix_fmt="yuv422p10le") as composer:
        assert (colour.planes(composer.frame((layer,)))[0] == ramp).all()
        halves = tuple(Shown(layer.url, 0, weight=Fraction(1, 2)) for _ in range(2))
        assert (colour.planes(composer.frame(halves))[0] == ramp).all()
        moves = Shown(layer.url, 0, Look(moves=True), pose=Pose(1.0))
        assert (colour.planes(composer.frame((moves,)))[0] == ramp).all()


def test_a_film_is_near_what_was_composed(sources, tmp_path):
    one, other = sources["plain"]
    frames = [(Shown(one, 0),)] * 3
    frames += [
        (
            Shown(one, 1, weight=1 - Fraction(n, 6)),
            Shown(other, 1, weight=Fraction(n, 6)),
        )
        for n in range(1, 6)
    ]
    sweep = Sweep((0.02, 0, 0, 0), (0.05, 0, 0.01, 0))
    frames += [(Shown(other, 2, sweep=sweep),), (Shown(other, 2),)]
    path = tmp_path / "film.mp4"
    encoding = Encoding(options=(("crf", "10"), ("preset", "medium")))
    with Composer(SIZE, R) as composer:
        with SegmentWriter(path, SIZE, R, encoding) as writer:
            for frame in frames:
                writer.write(composer.frame(frame))
        wanted = [levels(composer.frame(frame))[0] for frame in frames]
    with FrameReader(path) as reader:
        seen = [reader.luma(n).astype(float) for n in range(reader.frames)]
    near = [psnr(a, b) for a, b in zip(seen, wanted, strict=True)]
    assert min(near) >= 45, near


def test_what_is_plain():
    whole = Shown("file:///a.mp4", 0)
    still = Shown("a", 0, Look("native"), pose=Pose(0.7, 0.1), crop=(0.1, 0, 0, 0))
    stays = Sweep((0, 0, 0, 0), (0, 0, 0, 0))
    composed = [
        (),
        (whole, whole),
        (Shown("a", 0, weight=Fraction(1, 2)),),
        (Shown("a", 0, sweep=stays),),
        (Shown("a", 0, Look(moves=True)),),
        (Shown("a", 0, Look(turns=True), pose=Pose(rotation_deg=3)),),
        (Shown("a", 0, Look(effects=(Effect("Painting"),))),),
        (Shown("a", 0, over=True),),
        (Shown("genai:bars?{}", 0),),
    ]
    assert plain((whole,)) and plain((still,))
    assert not any(plain(frame) for frame in composed)


@pytest.mark.parametrize("pix_fmt", FORMATS)
def test_the_ground_is_the_colour_asked_for(pix_fmt):
    with Composer(SIZE, R, pix_fmt=pix_fmt, background=(200, 120, 40)) as composer:
        seen = composer.rgb(())
    assert np.abs(seen.astype(int) - (200, 120, 40)).max() <= 2


# Where pictures lie --------------------------------------------------------------

FITS = {"cover": max, "contain": min, "native": lambda _: 1.0}


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("size", [(320, 180), (160, 200), (97, 61)], ids=str)
@pytest.mark.parametrize("moving", [False, True])
def test_a_point_lies_where_its_pose_says(tmp_path, fit, size, moving):
    path = tmp_path / "blob.png"
    spot = (size[0] / 2 + 5.3, size[1] / 2 - 4.2)
    Image.fromarray(blob(*spot, size, sigma=4)).save(path)
    scale = FITS[fit]((SIZE[0] / size[0], SIZE[1] / size[1]))
    with Composer(SIZE, R) as composer:
        for pose in (Pose(), Pose(1.0, 0.13, -0.04), Pose(0.83, -0.021, 0.033)):
            layer = Shown(locate.url(path), 0, Look(fit, moves=moving), pose=pose)
            assert plain((layer,)) is not moving
            luma, *chroma = colour.planes(composer.frame((layer,)))
            grey = np.repeat((luma.clip(16) - 16)[..., None], 3, axis=2)
            wanted = [
                half + shift * SIZE[0] + scale * pose.scale * (at - length / 2)
                for half, shift, at, length in zip(
                    (SIZE[0] / 2, SIZE[1] / 2),
                    (pose.x_fw, pose.y_fw),
                    spot,
                    size,
                    strict=True,
                )
            ]
            near = 0.12 if moving else 1.1
            assert centre(grey) == pytest.approx(wanted, abs=near)
            assert all(np.abs(plane.astype(int) - 128).max() <= 1 for plane in chroma)


@pytest.mark.parametrize("moving", [False, True])
def test_chroma_moves_with_luma(tmp_path, moving):
    # A red blob on black: where it is red is where it is bright.
    picture = blob(90.0, 52.0, SIZE, sigma=9)
    picture[..., 1:] = 0
    tags = {"codec": "libx264", "colorspace": 1, "color_range": 1}
    url = lossless(tmp_path / "red.mkv", [picture], **tags)
    with Composer(SIZE, R) as composer:

        def apart(layer):
            luma, _, red = levels(composer.frame((layer,)))
            bright = np.repeat((luma - 16).clip(0)[..., None], 3, axis=2)
            tint = np.repeat((red - 128).clip(0)[..., None], 3, axis=2)
            x, y = centre(tint)
            # Chroma lies on even columns, and between lines.
            return np.subtract((2 * x - 0.5, 2 * y), centre(bright))

        near = 0.1
        assert np.abs(apart(Shown(url, 0))).max() < near
        for pose in (Pose(1.4, 0.03, 0.02), Pose(0.8, -0.11, 0.05), Pose(2.2)):
            layer = Shown(url, 0, Look(moves=moving), pose=pose)
            assert np.abs(apart(layer)).max() < near * 2, pose
        for sweep in (
            Sweep((0.03, 0.01, 0, 0), (0.05, 0.02, 0, 0)),
            Sweep((0, 0, 0.1, 0.1), (0, 0, 0.15, 0.12)),
        ):
            assert np.abs(apart(Shown(url, 0, sweep=sweep))).max() < near * 2


@pytest.mark.parametrize("moving", [False, True])
def test_what_is_cropped_shows_the_ground(sources, moving):
    url = sources["plain"][0]
    look = Look(moves=moving)
    with Composer(SIZE, R, background=(0, 90, 0)) as composer:
        whole = composer.rgb((Shown(url, 0, look),)).astype(int)
        layer = Shown(url, 0, look, crop=(0.25, 0, 0.125, 0.5))
        shown = composer.rgb((layer,)).astype(int)
    # Chroma at the edges is seen a few pixels further in.
    assert np.abs(shown[:48, 56:160] - whole[:48, 56:160]).max() <= 1
    for bare in (shown[:, :44], shown[:, 172:], shown[58:]):
        assert np.abs(bare - (0, 90, 0)).max() <= 3
