"""Speeds that a format does not know reach it as the very frames the film shows."""

import copy
from fractions import Fraction

import opentimelineio as otio
import pytest

from otio_genai import maps, metadata, rates
from otio_genai.export import export, read
from otio_genai.export.retimed import bake_speeds
from tests.render.building import clip, dissolve, timeline
from tests.support.coded import read_code, write_take
from tests.support.marks import later

R = Fraction(24)
LACKING = {"speed", "reverse", "freeze frame", "variable speed"}
KEYS = [["0", "10/24"], ["10", "14/24"], ["20", "34/24"]]
SPEEDS = {
    "speed": [otio.schema.LinearTimeWarp(time_scalar=1.5)],
    "reverse": [otio.schema.LinearTimeWarp(time_scalar=-0.5)],
    "freeze frame": [otio.schema.FreezeFrame()],
    "variable speed": [otio.schema.LinearTimeWarp(time_scalar=1.2)],
}
metadata.put(SPEEDS["variable speed"][0], "retime", {"keys": KEYS})


@pytest.fixture(scope="module", params=[R, Fraction(30)], ids=["24", "30"])
def take(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("coded") / "take1.mp4"
    return write_take(path, 1, 90, request.param)


def film(take, kind):
    retimed = clip(take, 10, 20)
    retimed.effects.extend(copy.deepcopy(SPEEDS[kind]))
    where = rates.span(15, 1, R)
    retimed.markers.append(otio.schema.Marker("here", where))
    items = [clip(take, 20, 10), dissolve(3, 3), retimed, clip(take, 0, 10)]
    return timeline(items)


def frames(made, wanted):
    """The take's frames that a film shows, by what is coded in the pictures."""
    from otio_genai.render import frame_source

    with frame_source(made) as picture:
        return [read_code(picture(k)) for k in wanted]


@pytest.mark.parametrize("kind", later(SPEEDS, 4))
def test_every_frame_is_the_one_the_film_shows(take, tmp_path, kind):
    before = film(take, kind)
    made = copy.deepcopy(before)
    loss, files = bake_speeds(made, LACKING, (tmp_path, tmp_path))
    (item,) = loss.items
    assert (item.feature, item.outcome) == (kind, "baked")
    assert (item.record_in, item.record_out) == ("00:00:00:10", "00:00:01:06")
    assert len(files) == 1
    slowed = made.video_tracks()[0][2]
    assert not slowed.effects
    (marker,) = slowed.markers
    offset = marker.marked_range.start_time - slowed.source_range.start_time
    assert offset.value == 5
    seen = maps.picture_map(before)
    wanted = [(1, seen[k][-1].source_frame) for k in range(13, 40)]
    assert frames(made, range(13, 40)) == wanted
    # The dissolve has the same pictures, too.
    assert len(seen[8]) == len(maps.picture_map(made)[8]) == 2


@pytest.mark.parametrize("kind", SPEEDS)
def test_what_the_format_knows_is_not_touched(take, tmp_path, kind):
    before = film(take, kind)
    made = copy.deepcopy(before)
    loss, files = bake_speeds(made, LACKING - {kind}, (tmp_path, tmp_path))
    assert not loss.items
    assert not files
    assert made.to_json_string() == before.to_json_string()


@pytest.mark.parametrize("kind", later(SPEEDS, 4))
def test_resolve_shows_the_frames_of_the_film(take, tmp_path, kind):
    before = film(take, kind)
    planned = export(before, tmp_path / "a.xml", to="resolve", plan=True)
    assert not list(tmp_path.iterdir())
    loss = export(before, tmp_path / "a.xml", to="resolve")
    assert loss == planned
    assert [i.outcome for i in loss.items if i.feature == kind] == ["baked"]
    found, _ = read(tmp_path / "a.xml")
    seen = maps.picture_map(before)
    wanted = [(1, seen[k][-1].source_frame) for k in range(13, 30)]
    assert frames(found, range(13, 30)) == wanted


def test_without_baking_or_media_it_is_left_to_the_writer(take, tmp_path):
    before = film(take, "speed")
    loss = export(before, tmp_path / "a.xml", to="resolve", fractures="dissolve")
    assert [i.outcome for i in loss.items if i.feature == "speed"] == ["dropped"]
    for item in before.find_clips():
        item.media_reference.target_url = (tmp_path / "gone.mp4").as_uri()
    loss, files = bake_speeds(before, LACKING, (tmp_path, tmp_path))
    assert not files
    assert not loss.items
