"""A film in another shape shows what matters, where it was, in every editor."""

from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest
from PIL import Image

from otio_genai import export, maps, metadata
from otio_genai.deliver.rasters import raster
from otio_genai.deliver.reframe import reframe, reframed
from otio_genai.errors import RenderError, TimelineError
from otio_genai.export import read_timeline
from otio_genai.render import render_frame
from tests.render.building import clip, dissolve, gap, timeline
from tests.support import blobs

SHAPES = ("9:16", "4:5", "1:1", "270x480")
PLACES = (0.12, 0.4, 0.9)
SIZE = (640, 360)


@pytest.fixture(scope="module")
def takes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("takes")
    found = {x: blobs.bobbing(folder / f"at {x}.mp4", x) for x in PLACES}
    found["texture"] = blobs.bobbing(folder / "t.mp4", 0.75, ground="texture")
    found["mirrored"] = blobs.bobbing(
        folder / "m.mp4", 0.75, ground="texture", mirrored=True
    )
    found["tall"] = blobs.bobbing(folder / "tall.mp4", 0.5, y=0.2, size=(180, 320))
    return found


def one(path, length=24, **kept):
    return timeline([clip(path, 6, length, **kept)], size=SIZE)


def first(made):
    return next(iter(made.timeline.find_clips()))


def place(made, index=0):
    """The middle of the window, in parts of the picture's width."""
    crop = made.crops[index]
    return float(crop.camera.window(crop.clip_frame)[0][0])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("x", [*PLACES, "texture"])
def test_the_window_holds_what_moves_at_every_ratio(takes, x, shape):
    made = reframed(one(takes[x]), shape)
    crop = made.crops[0]
    middle, size = crop.camera.window(0)
    where = 0.75 if x == "texture" else x
    left, right = max(0.0, where - 0.06), min(1.0, where + 0.06)
    assert middle[0] - size[0] / 2 <= left
    assert middle[0] + size[0] / 2 >= right
    assert crop.camera.fills
    assert crop.way == "chosen"
    assert crop.kept >= crop.kept_centre - 0.01
    film = metadata.read(made.timeline, "film")
    assert (film["width"], film["height"]) == made.size == raster(shape, SIZE)


@pytest.mark.parametrize("x", PLACES)
def test_what_is_rendered_is_the_window(takes, x):
    shown = render_frame(reframe(one(takes[x]), "9:16"), 0)
    assert shown.shape == (640, 360, 3)
    bright = shown.mean(axis=2) > 150
    # The square is a quarter of an upright frame wide, and whole.
    assert bright.mean() == pytest.approx((0.08 * 256 / 81) ** 2 * 9 / 16, abs=0.003)
    columns = np.flatnonzero(bright.any(axis=0))
    if 0.2 < x < 0.8:
        assert abs(columns.mean() / 360 - 0.5) < 0.15


def test_upwards_and_downwards_are_found_too(takes):
    made = reframed(timeline([clip(takes["tall"], 0, 24)], size=(360, 640)), "16:9")
    middle, size = made.crops[0].camera.window(0)
    assert made.size == (640, 360)
    assert middle[1] - size[1] / 2 < 0.16 and middle[1] < 0.35


@pytest.mark.parametrize("shape", SHAPES)
def test_a_mirrored_film_has_the_mirrored_window(takes, shape):
    straight, turned = (
        place(reframed(one(takes[name]), shape)) for name in ("texture", "mirrored")
    )
    assert straight == pytest.approx(1 - turned, abs=0.02)
    assert straight > 0.55


def test_where_everything_is_alike_the_middle_is_taken(tmp_path):
    path = blobs.write(tmp_path / "plain.mp4", [np.full((180, 320, 3), 90)] * 24)
    made = reframed(one(path, 12), "9:16")
    assert place(made) == pytest.approx(0.5, abs=0.01)


def test_only_what_a_clip_shows_of_its_take_is_looked_at(tmp_path):
    shown = [
        blobs.picture((0.15 if k < 96 else 0.85) + 0.01 * np.sin(k)) for k in range(192)
    ]
    path = blobs.write(tmp_path / "take.mp4", shown)
    parts = [clip(path, 0, 72), gap(4), clip(path, 120, 72)]
    made = reframed(timeline(parts, size=SIZE), "9:16")
    assert place(made, 0) < 0.3 and place(made, 1) > 0.7


def test_one_shot_cut_in_two_does_not_jump(tmp_path):
    shown = [
        blobs.picture((0.15 if k < 96 else 0.85) + 0.01 * np.sin(k)) for k in range(192)
    ]
    path = blobs.write(tmp_path / "take.mp4", shown)
    halves = [clip(path, 0, 96), clip(path, 96, 96)]
    made = reframed(timeline(halves, size=SIZE), "9:16")
    assert place(made, 0) == place(made, 1)
    said = [clip(path, 0, 96), clip(path, 96, 96, reframe={"x": 0.85})]
    made = reframed(timeline(said, size=SIZE), "9:16")
    assert place(made, 0) < 0.3 and place(made, 1) > 0.7


@pytest.mark.parametrize("x", [0.3, 0.5, 0.62])
def test_what_a_clip_says_of_itself_wins(takes, x):
    for film, at in (
        (one(takes[0.12], reframe={"x": x}), None),
        (one(takes[0.12], name="square"), {"square": {"x": x}}),
    ):
        made = reframed(film, "9:16", at=at, pad="black")
        assert made.crops[0].way == "by hand"
        assert place(made) == pytest.approx(x, abs=0.002)
        assert metadata.read(first(made), "reframe") == {"x": x}
    edge = reframed(one(takes[0.4], reframe={"x": 0.0}), "9:16")
    assert place(edge) == pytest.approx((9 / 16) ** 2 / 2, abs=0.002)
    assert edge.crops[0].camera.fills


def test_a_clip_can_be_shown_whole_or_cut_against_the_rest(takes):
    parts = [
        clip(takes[0.4], 0, 12, reframe={"fit": "contain"}),
        clip(takes[0.9], 0, 12),
        clip(takes[0.12], 0, 12, reframe={"fit": "cover"}),
    ]
    film = timeline(parts, size=SIZE)
    assert [c.way for c in reframed(film, "9:16").crops] == [
        "padded",
        "chosen",
        "chosen",
    ]
    padded = reframed(film, "9:16", pad="#102030")
    assert [c.way for c in padded.crops] == ["padded", "padded", "chosen"]
    assert padded.background == "#102030"
    assert metadata.read(padded.timeline, "film")["background"] == "#102030"
    whole = metadata.read(padded.crops[1].clip, "framing")
    assert whole == {"fit": "contain", "keys": []}


def test_a_films_own_colour_is_that_of_its_shadows(tmp_path):
    shown = np.zeros((180, 320, 3), np.uint8)
    shown[:, :] = (200, 180, 150)
    shown[:80] = (60, 30, 20)
    path = blobs.write(tmp_path / "take.mp4", [shown] * 12)
    made = reframed(one(path, 12), "9:16", pad="own")
    found = [int(made.background[k : k + 2], 16) for k in (1, 3, 5)]
    assert found == pytest.approx([60, 30, 20], abs=6)


def test_the_callers_timeline_stays_as_it_is(takes):
    film = one(takes[0.12], framing={"fit": "cover", "keys": []})
    before = film.to_json_string()
    reframe(film, "9:16", pad="own", at={"at 0.12": {"x": 0.4}})
    assert film.to_json_string() == before


def test_the_same_film_gives_the_same_timeline(takes):
    film = timeline([clip(takes[x], 0, 12) for x in PLACES], size=SIZE)
    assert (
        reframe(film, "4:5").to_json_string() == reframe(film, "4:5").to_json_string()
    )


def test_joins_dissolves_and_everything_else_stay(takes):
    parts = [
        clip(takes[0.12], 12, 24, levels=[[0, -6.0]]),
        dissolve(6, 6),
        clip(takes[0.9], 12, 24, join={"kind": "dissolve", "score": 0.4}),
    ]
    film = timeline(parts, size=SIZE)
    made = reframe(film, "9:16")
    told = [
        {k: v for k, v in metadata.get(c).items() if k != "framing"}
        for t in (film, made)
        for c in t.find_clips()
    ]
    assert told[:2] == told[2:]
    pictures = [
        [[(a.url, a.source_frame, a.weight) for a in layers] for layers in found]
        for found in map(maps.picture_map, (film, made))
    ]
    assert pictures[0] == pictures[1]
    assert render_frame(made, 24).shape == (640, 360, 3)


def test_carries_are_made_for_the_new_frame(takes):
    leaving = [0.2, 0.0, 0.0, 0.0]
    recipe = maps.carry.recipe(
        leaving, leaving, aspect=9 / 16, half_frames=6, rate=Fraction(24)
    )
    over = dissolve(6, 6)
    metadata.put(over, "carry", recipe | {"fallback": "cut"})
    parts = [clip(takes[0.4], 12, 24), over, clip(takes[0.9], 12, 24)]
    made = reframe(timeline(parts, size=SIZE), "9:16")
    kept = metadata.read(made.video_tracks()[0][1], "carry")
    assert kept["fallback"] == "cut"
    assert kept["aspect"] == pytest.approx(16 / 9, abs=1e-6)
    # The same picture is 256/81 times as many frames wide: so many times faster.
    assert kept["own_out"][0] == pytest.approx(0.2 * 256 / 81, rel=1e-4)
    wanted = maps.carry.recipe(
        *[[0.2 * 256 / 81, 0, 0, 0]] * 2,
        aspect=16 / 9,
        half_frames=6,
        rate=Fraction(24),
    )
    assert np.array(kept["keys_out"]) == pytest.approx(
        np.array(wanted["keys_out"]), abs=1e-3
    )
    assert render_frame(made, 23).shape == (640, 360, 3)


def test_camera_moves_keep_their_way(tmp_path):
    path = tmp_path / "still.png"
    Image.fromarray(blobs.picture(0.8, size=(640, 360))).save(path)
    keys = [[0, 1.1, -0.04, 0.0, 0.0], [24, 1.1, 0.04, 0.0, 0.0]]
    film = one(path, framing={"fit": "cover", "keys": keys})
    made = reframed(film, "9:16")
    crop = made.crops[0]
    assert crop.way == "camera"
    assert place(made) > 0.7
    told = metadata.read(crop.clip, "framing")["keys"]
    assert [key[:2] for key in told] == [[0, 1.1], [24, 1.1]]
    # As far in widths of the picture, which is 256/81 times as wide a part now.
    assert told[1][2] - told[0][2] == pytest.approx(0.08 * 256 / 81, abs=1e-4)
    laid = [[0, 1.5, 0.2, 0.0, 0.0], [24, 1.6, 0.2, 0.0, 0.0]]
    mine = reframed(one(path, framing={"keys": laid}), "9:16")
    assert mine.crops[0].way == "camera"
    wanted = 0.5 - 0.2 / ((1.5 + 1.6) / 2)
    assert place(mine) == pytest.approx(wanted, abs=0.01)


def test_pictures_laid_into_the_frame_and_letterboxes_stay(takes):
    inset = clip(takes[0.4], 0, 12, framing={"keys": [[0, 0.4, 0.2, -0.1, 0.0]]})
    boxed = clip(takes["tall"], 0, 12, framing={"fit": "contain", "keys": []})
    made = reframed(timeline([boxed], [inset], size=SIZE), "9:16")
    assert [c.way for c in made.crops] == ["whole", "placed"]
    box = metadata.read(made.crops[0].clip, "framing")
    assert box == {"fit": "contain", "keys": []}
    scale, x, y = metadata.read(made.crops[1].clip, "framing")["keys"][0][1:4]
    wide = scale * (640 / 360) * (16 / 9)
    assert (wide, x) == pytest.approx((0.4, 0.2), abs=1e-5)
    assert y / (16 / 9) == pytest.approx(-0.1 / (9 / 16), abs=1e-5)


def test_takes_of_the_new_shape_are_shown_whole(takes):
    made = reframed(timeline([clip(takes["tall"], 0, 12)], size=SIZE), "9:16")
    assert made.crops[0].way == "whole"
    assert metadata.read(first(made), "framing") is None


@pytest.mark.parametrize(
    "to", ["premiere", "resolve", "finalcut", "otio-resolve", "otio-premiere"]
)
@pytest.mark.parametrize("x", [0.12, 0.9])
def test_editors_get_a_plain_position(takes, tmp_path, to, x):
    made = reframe(one(takes[x]), "9:16")
    suffix = "fcpxml" if to == "finalcut" else "otio" if "otio" in to else "xml"
    path = tmp_path / f"film.{suffix}"
    export(made, path, to=to, with_captions=False)
    assert "<keyframe" not in path.read_text("utf-8")
    back = read_timeline(path)
    film = metadata.read(back, "film")
    assert (film["width"], film["height"]) == (360, 640)
    mine, theirs = (
        metadata.read(next(iter(t.find_clips())), "framing") for t in (made, back)
    )
    assert len(mine["keys"]) == len(theirs["keys"]) == 1
    for wanted, got in zip(mine["keys"][0][1:4], theirs["keys"][0][1:4], strict=True):
        assert abs(wanted - got) * 360 < 1
    pictures = [render_frame(t, 5).astype(int) for t in (made, back)]
    assert np.abs(pictures[0] - pictures[1]).mean() < 1


def test_a_colour_beside_pictures_that_an_editor_does_not_get_is_said(takes, tmp_path):
    film = one(takes[0.4])
    for pad, to, said in (
        ("#203040", "premiere", ["background"]),
        ("black", "premiere", []),
        ("#203040", "otio", []),
    ):
        made = reframe(film, "9:16", pad=pad)
        path = tmp_path / f"{pad.strip('#')}-{to}.{'otio' if to == 'otio' else 'xml'}"
        lost = export(made, path, to=to, with_captions=False)
        assert [i.feature for i in lost.items if i.outcome == "dropped"] == said
    assert (
        "#203040"
        in export(
            reframe(film, "9:16", pad="#203040"),
            tmp_path / "again.xml",
            to="resolve",
            with_captions=False,
        ).readable()
    )


def test_shapes():
    assert raster("9:16", (1280, 720)) == (720, 1280)
    assert raster("1:1", (1920, 1080)) == (1080, 1080)
    assert raster("4:5", (1280, 720)) == (720, 900)
    assert raster("16:9", (1080, 1920)) == (1920, 1080)
    assert raster("1080X1350", (16, 9)) == raster((1080, 1350), (16, 9)) == (1080, 1350)
    for wrong in ("9/16", "0:1", "1081x1920", "8x8", (3, 4), "x", "1:9999"):
        with pytest.raises(RenderError, match="shape"):
            raster(wrong, (1920, 1080))


def test_every_fault_is_named_at_once(takes, tmp_path):
    lost = clip(takes[0.4], 0, 12, name="lost")
    lost.media_reference.target_url = (tmp_path / "gone.mp4").as_uri()
    wrong = clip(takes[0.4], 0, 12, name="wrong", reframe={"x": 3})
    odd = clip(takes[0.4], 0, 12, name="odd", framing={"fit": "stretch"})
    film = timeline([lost, wrong, odd, clip(takes[0.4], 0, 12)], size=SIZE)
    with pytest.raises(TimelineError) as refused:
        reframe(film, "9:16")
    assert [line.split(":")[0] for line in sorted(refused.value.items)] == [
        "lost",
        "odd",
        "wrong",
    ]
    said = one(takes[0.4], name="lost", reframe={"x": 0.7})
    first_of = next(iter(said.find_clips()))
    first_of.media_reference.target_url = lost.media_reference.target_url
    made = reframed(said, "9:16")
    assert made.crops[0].kept is None and place(made) == pytest.approx(0.7, abs=0.01)
    with pytest.raises(TimelineError, match="called so"):
        reframe(film, "9:16", at={"none": {"x": 0.5}})
    with pytest.raises(RenderError, match="colour"):
        reframe(film, "9:16", pad="blue")
    with pytest.raises(TimelineError, match="no picture"):
        reframe(otio.schema.Timeline("empty"), "9:16")
