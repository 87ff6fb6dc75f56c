"""The picture of the joins shows the frames that are rendered, and their motion."""

import math
from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest
from PIL import Image, ImageDraw

from otio_genai import metadata, rates
from otio_genai.errors import OutputError, TimelineError
from otio_genai.maps import carry
from otio_genai.media import locate
from otio_genai.storyboard.flow import describe, draw_flow, flow_at
from otio_genai.storyboard.joins import KIND_COLOURS, draw_joins, find_joins
from tests.support import project
from tests.support.marks import later

R = Fraction(24)


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    folder = tmp_path_factory.mktemp("takes")
    track = otio.schema.Track("Picture", kind="Video")
    for index in range(3):
        path = project.drifting(folder / f"t{index}.mp4", 48, R, seed=index)
        reference = otio.schema.ExternalReference(
            locate.url(path), rates.span(0, 48, R)
        )
        clip = otio.schema.Clip(f"t{index}", reference, rates.span(12, 24, R))
        if index == 1:
            join = {
                "kind": "match",
                "score": 0.9,
                "motion_out": [-0.1, 0.0, 0.0, 0.0],
                "motion_in": [-0.1, 0.0, 0.0, 0.0],
            }
            metadata.put(clip, "join", join)
        if index == 2:
            half = rates.time(6, R)
            track.append(otio.schema.Transition(in_offset=half, out_offset=half))
        track.append(clip)
    made = otio.schema.Timeline("Brisés 沙", global_start_time=rates.time(0, R))
    made.tracks.append(track)
    return made


def test_joins_are_found_with_the_frames_around_them(film):
    first, second = find_joins(film)
    assert (first.record_frame, second.record_frame) == (24, 48)
    assert first.shown_frames == (18, 23, 24, 30)
    # Around a transition the outer frames lie beyond it.
    assert second.shown_frames == (36, 45, 47, 48, 51, 60)
    assert (first.kind, second.kind) == ("match", "dissolve")
    assert first.facts["kind"] == "match"
    assert second.facts == {}


def test_the_picture_shows_kind_and_motion(film, tmp_path):
    path = draw_joins(film, tmp_path / "joins.png")
    picture = np.asarray(Image.open(path).convert("RGB")).astype(int)
    colour = KIND_COLOURS["match"]
    teal = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
    assert (np.abs(picture - teal).max(axis=2) < 8).sum() > 500


@pytest.mark.parametrize("kind", later(["carry", "dip", "fade", 7], 2))
def test_a_transition_shows_its_inside(film, tmp_path, kind):
    made = film.deepcopy()
    recipe = {"kind": kind}
    if kind == "carry":
        recipe = carry.recipe(
            (-0.1, 0, 0, 0), (0.1, 0, 0, 0), aspect=9 / 16, half_frames=8, rate=R
        )
    metadata.put(made.video_tracks()[0][2], "carry", recipe)
    join = find_joins(made)[1]
    assert join.kind == (kind if kind in ("carry", "dip") else "dissolve")
    reach = 8 if kind == "carry" else 6
    inner = (48 - reach // 2, 47, 48, 48 + reach // 2)
    assert join.shown_frames == (42 - reach, *inner, 54 + reach)
    picture = np.asarray(Image.open(draw_joins(made, tmp_path / "joins.png")))
    colour = KIND_COLOURS[join.kind]
    shade = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
    assert (np.abs(picture.astype(int) - shade).max(axis=2) < 8).sum() > 300


def test_the_same_film_is_the_same_picture(film, tmp_path):
    one = draw_joins(film, tmp_path / "1.png").read_bytes()
    assert one == draw_joins(film, tmp_path / "2.png").read_bytes()


def test_one_clip_has_no_joins_but_a_picture(film, tmp_path):
    alone = otio.schema.Timeline("one", global_start_time=rates.time(0, R))
    track = otio.schema.Track("Picture", kind="Video")
    track.append(film.video_tracks()[0][0].deepcopy())
    alone.tracks.append(track)
    assert find_joins(alone) == []
    assert draw_joins(alone, tmp_path / "one.png").exists()


def test_nothing_is_overwritten_and_nothing_drawn_of_nothing(film, tmp_path):
    (tmp_path / "there.png").write_bytes(b"mine")
    with pytest.raises(OutputError):
        draw_joins(film, tmp_path / "there.png")
    assert (tmp_path / "there.png").read_bytes() == b"mine"
    empty = otio.schema.Timeline("empty", global_start_time=rates.time(0, R))
    with pytest.raises(TimelineError):
        draw_joins(empty, tmp_path / "empty.png")


@pytest.mark.parametrize("aspect", [9 / 16, 16 / 9, 1.0])
def test_the_vectors_length_is_the_rms_flow(aspect):
    rng = np.random.default_rng(3)
    for motion in rng.normal(size=(5, 4)):
        xs = np.linspace(-0.5, 0.5, 201)
        ys = np.linspace(-aspect / 2, aspect / 2, 201)
        flows = [flow_at(motion, x, y, aspect) for x in xs[::10] for y in ys[::10]]
        rms = math.sqrt(np.mean([vx * vx + vy * vy for vx, vy in flows]))
        assert rms == pytest.approx(np.linalg.norm(motion), rel=0.12)


@pytest.mark.parametrize(
    ("motion", "said"),
    [
        ((-0.12, 0, 0, 0), "left 0.12"),
        ((0, 0.2, 0, 0), "down 0.20"),
        ((0, 0, 0.1, 0), "in 0.10"),
        ((0, 0, 0, -0.1), "roll ccw 0.10"),
        ((0.1, -0.1, 0, 0), "right + up 0.14"),
        ((0.01, 0, 0, 0), "still"),
    ],
)
def test_motion_in_words(motion, said):
    assert describe(motion) == said


def test_arrows_stay_in_their_picture():
    sheet = Image.new("RGB", (300, 200))
    draw_flow(ImageDraw.Draw(sheet), (100, 50, 200, 106), (5, 3, 2, 1), "#ffffff")
    pixels = np.asarray(sheet).sum(axis=2)
    outside = pixels.copy()
    outside[40:116, 90:210] = 0
    assert pixels.any()
    assert not outside.any()
