"""What was watched is what the render of its witness shows, and what it sounds like."""

import asyncio

import numpy as np
import opentimelineio as otio
import pytest

from benchmarks import live_field, live_witness
from otio_genai import maps, metadata
from otio_genai.errors import OutputError
from otio_genai.export import read_timeline
from otio_genai.field.drawing import draw_many, space
from otio_genai.field.realise import starts, timeline_of
from otio_genai.live import witness
from tests.support import fields

SIZE = (192, 108)


@pytest.fixture(scope="module")
def drawn():
    """A field with joins of every kind, and a film of it."""
    field = fields.field(6, 2, kinds=["carry", "dissolve", "dip", "match", "carry"])
    return field, draw_many(space(field), np.random.default_rng(3), 1)[0]


def transitions(timeline):
    return [name for name, _ in live_witness.joins_of(timeline)]


def shown(timeline):
    return [
        [(one.url, one.source_frame, one.weight, one.sweep) for one in layers]
        for layers in maps.picture_map(timeline)
    ]


def test_without_dry_joins_it_is_the_film(drawn):
    field, film = drawn
    made = witness.witnessed(field, film, (), ())
    assert made.to_json_string() == timeline_of(field, film).to_json_string()


@pytest.mark.parametrize("number", range(5))
def test_a_join_that_was_dry_is_a_cut_and_the_others_stay(drawn, number):
    field, film = drawn
    whole = timeline_of(field, film)
    kinds = dict(zip((0, 1, 2, 4), transitions(whole), strict=True))
    assert kinds == {0: "carry", 1: "dissolve", 2: "dip", 4: "carry"}
    cut = starts(film)[number + 1]
    made = witness.witnessed(field, film, (), [(cut - 8, cut + 10)])
    kinds.pop(number, None)
    assert transitions(made) == list(kinds.values())
    assert maps.length_frames(made) == maps.length_frames(whole)
    plain = maps.picture_map(made)[cut - 6 : cut + 6]
    assert all(len(layers) == 1 and layers[0].weight == 1 for layers in plain)
    clips = [c for c in made.video_tracks()[0] if isinstance(c, otio.schema.Clip)]
    said = metadata.read(clips[number + 1], "join", {})
    if number != 3:
        assert said["kind"] == "dry"
        assert "not ready" in said["why"]


def test_it_is_written_beside_what_is_there(drawn, tmp_path):
    field, film = drawn
    made = witness.witnessed(field, film, (), ())
    path = tmp_path / "showing.otio"
    names = []
    for _ in range(3):
        free = witness.free_name(path)
        witness.write(made, free)
        names.append(free.name)
    assert names == ["showing.otio", "showing 2.otio", "showing 3.otio"]
    with pytest.raises(OutputError):
        witness.write(made, path)
    assert free.read_text(encoding="utf-8") == made.to_json_string()
    assert isinstance(read_timeline(free), otio.schema.Timeline)


def test_of_a_film_that_was_left_only_what_was_shown_is_written(drawn):
    field, film = drawn
    whole = timeline_of(field, film, ended=False)
    reach = 2 * max(slot.half for slot in field.slots)
    cuts, total = starts(film), sum(one.frames for one in film)
    assert witness.until(field, film, 0) == ()
    assert witness.until(field, film, total + 9) == tuple(film)
    for frames in (1, cuts[1] - 2, cuts[1] + 1, cuts[2] + 30, cuts[4] - 1, total - 1):
        kept = witness.until(field, film, frames)
        made = witness.witnessed(field, kept, (), (), ended=False)
        assert len(shown(made)) >= frames
        # The shot on the screen, and at most the one its transition leads to.
        assert len(kept) <= 1 + sum(cut < frames + reach for cut in cuts[1:6])
        assert shown(made)[:frames] == shown(whole)[:frames]


@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 1])
def test_what_was_watched_is_what_its_render_shows(tmp_path, workers):
    path = live_field.mixed(tmp_path, 9, 1)
    taken = asyncio.run(
        live_witness.watched(path, tmp_path, SIZE, workers, browser=False)
    )
    report = live_witness.proven(taken, tmp_path, SIZE)
    assert report["other_picture"] == []
    assert report["read_by_us_unlike"] == report["read_by_otio_unlike"] == []
    assert report["codes_read"] > report["frames"] / 2
    assert report["psnr_plain_db"]["least"] > 38
    assert report["sound_gain_db"] == pytest.approx(0, abs=0.05)
    assert report["sound_error"] < 0.05 * report["sound_level"]
    if workers == 0:
        assert report["joins_rendered"] == 0
        assert report["dry_instead"] >= 4
    else:
        assert report["joins_rendered"] + report["dry_instead"] >= 6
        assert report["psnr_joins_db"]["least"] > 35
