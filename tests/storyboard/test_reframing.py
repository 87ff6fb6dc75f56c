"""The sheet of a reframed film shows every clip, whatever became of it."""

import numpy as np
import pytest
from PIL import Image

from otio_genai.deliver.reframe import reframed
from otio_genai.errors import OutputError, TimelineError
from otio_genai.storyboard.reframing import WAY_COLOURS, draw_reframing
from tests.render.building import clip, timeline
from tests.support import blobs

SIZE = (640, 360)


@pytest.fixture(scope="module")
def take(tmp_path_factory):
    return blobs.bobbing(tmp_path_factory.mktemp("takes") / "take.mp4", 0.3, frames=24)


def drawn(made, path):
    return np.asarray(Image.open(draw_reframing(made, path)).convert("RGB"), int)


def has(part, colour):
    wanted = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
    return (part == wanted).all(axis=2).any()


def test_every_way_is_drawn_in_its_colour(take, tmp_path):
    inset = {"keys": [[0, 0.4, 0.2, -0.1, 0.0]]}
    parts = [
        clip(take, 0, 8),
        clip(take, 12, 8, reframe={"x": 0.6}),
        clip(take, 0, 8, reframe={"fit": "contain"}),
        clip(take, 0, 8, framing=inset),
        clip(take, 0, 8, framing={"fit": "contain", "keys": []}),
    ]
    made = reframed(timeline(parts, size=SIZE), "9:16")
    seen = drawn(made, tmp_path / "sheet.png")
    ways = [crop.way for crop in made.crops]
    assert ways == ["chosen", "by hand", "padded", "placed", "whole"]
    for index, way in enumerate(ways):
        left, top = 22 + index % 4 * 342, 64 + index // 4 * 266
        cell = seen[top : top + 244, left : left + 320]
        for other in WAY_COLOURS:
            assert has(cell, WAY_COLOURS[other]) == (other == way)
    # What is shown whole is not darkened at its edges.
    padded, chosen = (seen[64 + 170, left + 310].sum() for left in (706, 22))
    assert padded > 1.8 * chosen


def test_a_take_that_is_gone_has_an_empty_cell(take, tmp_path):
    film = timeline([clip(take, 0, 12, reframe={"x": 0.7})], size=SIZE)
    shot = next(iter(film.find_clips()))
    shot.media_reference.target_url = (tmp_path / "gone.mp4").as_uri()
    seen = drawn(reframed(film, "9:16"), tmp_path / "sheet.png")
    assert has(seen[64:244, 22:342], "#26262c")


def test_the_same_film_gives_the_same_sheet_and_spares_what_is_there(take, tmp_path):
    made = reframed(timeline([clip(take, 0, 12)], size=SIZE), "1:1")
    first, second = (draw_reframing(made, tmp_path / n) for n in ("a.png", "b.png"))
    assert first.read_bytes() == second.read_bytes()
    with pytest.raises(OutputError):
        draw_reframing(made, first)


def test_a_film_without_pictures_has_no_sheet(take, tmp_path):
    made = reframed(timeline([clip(take, 0, 12)], size=SIZE), "1:1")
    empty = type(made)(made.timeline, made.size, None, ())
    with pytest.raises(TimelineError):
        draw_reframing(empty, tmp_path / "sheet.png")
