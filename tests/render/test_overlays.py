"""Pictures with holes over others: alpha, crops, small pictures; exact blends."""

from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from otio_genai import maps, metadata
from otio_genai.media import colour
from otio_genai.render import frame_source, render_film
from otio_genai.render.compose import Composer
from otio_genai.render.layers import opacities
from otio_genai.render.over import cropped, laid_over, overlay
from otio_genai.render.plan import make_plan
from otio_genai.render.planes import blank, ground
from otio_genai.render.shown import Shown
from tests.render.building import clip, dissolve, gap, timeline
from tests.support.coded import decoded, read_code, write_take


@pytest.fixture(scope="module")
def takes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("takes under others")
    options = {"preset": "ultrafast", "crf": "8"}
    return [
        write_take(folder / f"take{n}.mp4", n, 48, 24, options=options) for n in (1, 2)
    ]


@pytest.fixture(scope="module")
def veil(tmp_path_factory):
    """A PNG: half an orange above on the left, opaque blue below, else nothing."""
    picture = np.zeros((108, 192, 4), np.uint8)
    picture[:54, :96] = 240, 120, 40, 128
    picture[54:, :96] = 30, 60, 200, 255
    picture[..., :3][picture[..., 3] == 0] = 0, 255, 0
    path = tmp_path_factory.mktemp("stills") / "veil.png"
    Image.fromarray(picture).save(path)
    return path


def pictures(made):
    plan = make_plan(made)
    with frame_source(made) as picture:
        return [picture(number).astype(int) for number in range(plan.frames)]


def planes(made):
    """Every record frame as it goes to the encoder, its planes as numbers."""
    plan = make_plan(made)
    with Composer(plan.size, plan.rate, background=plan.background) as composer:
        return [
            [plane.astype(float) for plane in colour.planes(composer.frame(frame))]
            for span in plan.spans
            for frame in span.frames
        ]


def mixed(below, rgb, share):
    """Planes under a colour that covers a share of them."""
    levels = ground(rgb, "yuv420p")
    return [
        plane * (1 - share) + level * share
        for plane, level in zip(below, levels, strict=True)
    ]


def part(frame, rows, columns):
    """A part of each plane, halved chroma at half the places."""
    return [
        plane[rows.start // k : rows.stop // k, columns.start // k : columns.stop // k]
        for plane, k in zip(frame, (1, 2, 2), strict=True)
    ]


def off(seen, wanted):
    return max(np.abs(a - b).max() for a, b in zip(seen, wanted, strict=True))


ABOVE, BELOW = (slice(0, 52), slice(0, 94)), (slice(56, 108), slice(0, 94))
ORANGE, BLUE = (240, 120, 40), (30, 60, 200)


def foreign(made):
    """Take our facts away, as in another program's timeline."""
    for one in made.find_clips():
        metadata.put(one.media_reference, "media", None)
    return made


@pytest.mark.parametrize("ours", [True, False])
def test_a_still_with_alpha_gives_the_exact_blend(takes, veil, ours, tmp_path):
    made = timeline([clip(takes[0], 0, 8)], [gap(3), clip(veil, 0, 3)])
    if ours:
        metadata.put(
            made.tracks[1][1].media_reference, "media", {"kind": "still", "alpha": True}
        )
        assert [len(layers) for layers in maps.picture_map(made)] == [
            *[1] * 3, *[2] * 3, *[1] * 2,
        ]  # fmt: skip
    else:
        made = foreign(made)
    seen = planes(made)
    below = planes(timeline([clip(takes[0], 0, 8)]))
    for number in (3, 4, 5):
        for place, rgb, share in ((ABOVE, ORANGE, 128 / 255), (BELOW, BLUE, 1)):
            wanted = mixed(part(below[number], *place), rgb, share)
            assert off(part(seen[number], *place), wanted) <= 1.5
        right = (slice(0, 108), slice(98, 192))
        assert off(part(seen[number], *right), part(below[number], *right)) == 0
    for number in (0, 2, 6, 7):
        assert off(seen[number], below[number]) == 0
    record = render_film(made, tmp_path / "film.mp4", cache=False)
    assert record.plain_frames == 5
    assert [read_code(frame) for frame in decoded(record.path)][:3] == [
        (1, 0), (1, 1), (1, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("size", "alpha", "layers"),
    [((192, 108), 255, 1), ((192, 108), 128, 2), ((108, 108), 255, 2)],
)
def test_what_the_file_is_counts_whatever_the_timeline_says(
    takes, tmp_path, size, alpha, layers
):
    path = tmp_path / "logo.png"
    Image.new("RGBA", size, (*ORANGE, alpha)).save(path)
    upper = clip(path, 0, 3, framing={"fit": "contain"})
    for said in (
        {"width": 192, "height": 108, "pix_fmt": "rgb24", "alpha": False},
        {"width": 108, "height": 108, "pix_fmt": "rgba", "alpha": True},
        None,
    ):
        metadata.put(upper.media_reference, "media", said)
        made = timeline([clip(takes[0], 0, 3)], [upper.clone()])
        shown = [frame for span in make_plan(made).spans for frame in span.frames]
        assert [len(frame) for frame in shown] == [layers] * 3


def test_alone_it_lies_on_black_or_the_films_colour(veil):
    made = timeline([clip(veil, 0, 2)])
    seen = pictures(made)[0]
    assert np.abs(seen[20, 20] - [120, 60, 20]).max() <= 2
    assert seen[:, 100:].max() <= 1
    assert make_plan(made).spans[0].plain
    film = metadata.read(made, "film")
    metadata.put(made, "film", {**film, "background": "#204060"})
    made.tracks.insert(0, made.tracks[0].deepcopy())
    made.tracks[0].enabled = False
    seen = pictures(made)[0]
    assert np.abs(seen[:, 100:] - [32, 64, 96]).max() <= 1
    assert np.abs(seen[20, 20] - [136, 92, 68]).max() <= 2


def test_a_small_picture_shows_the_one_below_around_it(takes):
    upper = clip(takes[1], 10, 4)
    metadata.put(upper, "framing", {"fit": "cover", "keys": [[0, 0.5, 0.25, 0, 0]]})
    seen = pictures(timeline([clip(takes[0], 0, 4)], [upper]))
    below = pictures(timeline([clip(takes[0], 0, 4)]))
    for number in range(4):
        assert np.array_equal(seen[number][:, :94], below[number][:, :94])
        small = seen[number][28:80, 96:192].astype(np.uint8)
        large = np.asarray(Image.fromarray(small).resize((192, 108)))
        assert read_code(large) == (2, 10 + number)


def test_a_crop_opens_a_clip_and_one_that_covers_hides_all(takes):
    upper = clip(takes[1], 10, 4)
    metadata.put(upper, "crop", [[0, 0.5, 0, 0, 0], [3, 0.25, 0, 0, 0]])
    made = timeline([clip(takes[0], 0, 4)], [upper])
    seen = pictures(made)
    below = pictures(timeline([clip(takes[0], 0, 4)]))
    above = pictures(timeline([clip(takes[1], 10, 4)]))
    for number, cut in ((0, 96), (3, 48)):
        left, right = slice(0, cut - 2), slice(cut + 2, 192)
        assert np.array_equal(seen[number][:, left], below[number][:, left])
        assert np.abs(seen[number][:, right] - above[number][:, right]).max() <= 8
    metadata.put(upper, "crop", None)
    metadata.put(upper, "framing", {"fit": "cover", "keys": [[0, 1.2, 0.05, 0, 0]]})
    shown = make_plan(made).spans[0].frames[0]
    assert [one.over for one in shown] == [False]


def test_order_opacity_and_dissolves(takes, veil):
    half = clip(veil, 0, 4)
    metadata.put(half, "opacity", [[0, 0.5]])
    seen = planes(timeline([clip(takes[0], 0, 4)], [half]))[1]
    below = planes(timeline([clip(takes[0], 0, 4)]))[1]
    wanted = mixed(part(below, *BELOW), BLUE, 0.5)
    assert off(part(seen, *BELOW), wanted) <= 1.5
    # A take above what has holes hides both; one that is half there, half of both.
    top = clip(takes[1], 5, 4)
    metadata.put(top, "opacity", [[0, 0.5]])
    seen = planes(timeline([clip(takes[0], 0, 4)], [clip(veil, 0, 4)], [top]))[1]
    both = planes(timeline([clip(takes[0], 0, 4)], [clip(veil, 0, 4)]))[1]
    above = planes(timeline([clip(takes[1], 5, 4)]))[1]
    assert off(seen, [(a + b) / 2 for a, b in zip(both, above, strict=True)]) <= 1.5
    faded = [gap(4), dissolve(0, 4), clip(veil, 0, 8)]
    seen = planes(timeline([clip(takes[0], 0, 12)], faded))
    below = planes(timeline([clip(takes[0], 0, 12)]))
    for number, share in ((4, 0), (5, 0.25), (7, 0.75), (9, 1)):
        wanted = mixed(part(below[number], *BELOW), BLUE, share)
        assert off(part(seen[number], *BELOW), wanted) <= 1.5


shares = st.lists(
    st.tuples(st.fractions(0, 1, max_denominator=8), st.booleans()), max_size=6
)


@given(shares)
def test_opacities_give_every_layer_its_weight(parts):
    """Laid over one another from the lowest, each shows its weight of the frame."""
    left, layers = Fraction(1), []
    for part, over in reversed(parts):
        weight = part * left
        if weight:
            layers.append(Shown("a", 0, weight=weight, over=over))
            left -= 0 if over else weight
    layers.reverse()
    given_opacities = opacities(tuple(layers))
    assert all(0 < one <= 1 for one in given_opacities)
    free = Fraction(1)
    for layer, opacity in zip(layers[::-1], given_opacities[::-1], strict=True):
        assert opacity * free == layer.weight
        free *= 1 if layer.over else 1 - opacity


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(["yuv420p", "yuv422p10le", "yuv444p12le", "yuv420p10le"]),
    st.tuples(*[st.integers(0, 255)] * 3),
    st.tuples(*[st.integers(0, 255)] * 4),
    st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1, 256)]),
)
def test_flat_colours_blend_as_they_should_in_every_format(fmt, low, high, opacity):
    under = blank((16, 8), fmt, ground(low, fmt))
    picture = np.zeros((8, 16, 4), np.uint8)
    picture[2:6, 4:12] = high
    laid = overlay(picture, fmt)
    if high[3] == 0:
        assert laid is None
        return
    before = [plane.copy() for plane in colour.planes(under)]
    made = laid_over(under, laid, opacity)
    assert all(
        np.array_equal(a, b) for a, b in zip(before, colour.planes(under), strict=True)
    )
    full = blank((16, 8), fmt, ground(high[:3], fmt))
    share = float(opacity) * high[3] / 255
    deep = 2 ** (made.format.components[0].bits - 8)
    for got, a, b in zip(
        *map(colour.planes, (made, under, full)), strict=True
    ):  # fmt: skip
        wanted = float(a[0, 0]) * (1 - share) + float(b[0, 0]) * share
        middle = got[got.shape[0] // 2, got.shape[1] // 2]
        assert abs(float(middle) - wanted) <= 1.5 * deep
        assert got[0, 0] == a[0, 0] and got[-1, -1] == a[-1, -1]


def test_an_edge_has_no_fringe_of_what_is_see_through():
    """Green that nobody sees must not colour the edge of a white square."""
    picture = np.zeros((12, 12, 4), np.uint8)
    picture[..., 1] = 255
    picture[3:9, 3:9] = 255
    grey = VideoFrame.from_ndarray(np.full((12, 12, 3), 128, np.uint8), format="rgb24")
    under = colour.converted(grey, 12, 12, _scaler(), "yuv420p")
    made = laid_over(colour.stamped(under), overlay(picture, "yuv420p"))
    for plane in colour.planes(made)[1:]:
        assert np.abs(plane.astype(int) - 128).max() <= 1


def _scaler():
    from av.video.reformatter import VideoReformatter

    return VideoReformatter()


def test_crops_are_cut_at_whole_pixels():
    picture = np.full((10, 20, 4), 9, np.uint8)
    seen = cropped(picture, (0.25, 0.1, 0.5, 0.0))[..., 3]
    assert seen.any(axis=0).nonzero()[0].tolist() == list(range(5, 10))
    assert seen.any(axis=1).nonzero()[0].tolist() == list(range(1, 10))
    assert not cropped(picture, (0.6, 0, 0.6, 0)).any()


@pytest.mark.parametrize("fmt", ["yuv420p", "yuv422p10le", "yuv444p12le"])
@pytest.mark.parametrize("background", [(0, 0, 0), (200, 40, 90)])
@pytest.mark.parametrize("turn", [0.0, 20.0])
def test_small_pictures_have_clean_edges(takes, fmt, background, turn, tmp_path):
    """White on white shows no edge, whatever the film's background is."""
    path = tmp_path / "white.png"
    Image.new("RGB", (192, 108), (255, 255, 255)).save(path)
    upper = clip(path, 0, 3)
    keys = [[0, 0.4, 0.1, 0.05, turn], [2, 0.6, -0.1, 0.0, turn]]
    metadata.put(upper, "framing", {"fit": "cover", "keys": keys})
    plan = make_plan(timeline([clip(path, 0, 3)], [upper]))
    with Composer(plan.size, plan.rate, pix_fmt=fmt, background=background) as composer:
        (span,) = plan.spans
        for frame in span.frames:
            assert frame[1].over
            seen = composer.frame(frame)
            deep = 2 ** (seen.format.components[0].bits - 8)
            for plane, level in zip(
                colour.planes(seen), ground((255, 255, 255), fmt), strict=True
            ):
                assert np.abs(plane.astype(int) - level).max() <= 4 * deep


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [("a.mov", "qtrle", "argb"), ("a.webm", "libvpx-vp9", "yuva420p")],
)
def test_a_video_with_alpha_shows_each_frames_own(
    takes, tmp_path, name, codec, pix_fmt
):
    path = tmp_path / name
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=24)
        stream.width, stream.height, stream.pix_fmt = 192, 108, pix_fmt
        stream.codec_context.time_base = Fraction(1, 24)
        if codec == "libvpx-vp9":
            stream.codec_context.options = {"crf": "4", "cpu-used": "8"}
        for number in range(20):
            picture = np.zeros((108, 192, 4), np.uint8)
            picture[:] = *BLUE, 10 * number
            frame = av.VideoFrame.from_ndarray(picture, format="rgba")
            frame = frame.reformat(format=pix_fmt, dst_colorspace=5)
            frame.pts, frame.time_base = number, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    made = foreign(timeline([clip(takes[0], 0, 12)], [gap(2), clip(path, 7, 8)]))
    for one in made.find_clips():
        metadata.put(one.media_reference, "media", {"rate": "24/1"})
    seen = planes(made)
    below = planes(timeline([clip(takes[0], 0, 12)]))
    for number in range(12):
        share = 10 * (number + 5) / 255 if 2 <= number < 10 else 0
        assert off(seen[number], mixed(below[number], BLUE, share)) <= 4
