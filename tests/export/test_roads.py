"""Whatever road carries go, nothing else of the film changes, and each one is told."""

import copy
from fractions import Fraction

import opentimelineio as otio
import pytest

from otio_genai import maps, metadata, rates
from otio_genai.errors import InterchangeError, OutputError
from otio_genai.export.roads import FRACTURES, take_road
from otio_genai.render import frame_source
from tests.export.building import SIZE, carried, carry, psnr, seen
from tests.render.building import clip, dissolve, gap, timeline
from tests.support.marks import later

R = Fraction(24)
CUTS = (30, 60)


def go(film, road, folder, **wishes):
    made = copy.deepcopy(film)
    loss, files = take_road(made, road, (folder, folder), **wishes)
    return made, loss, files


def swept(half=6):
    return {cut + k for cut in CUTS for k in range(-half, half)}


def carries(film):
    return [
        child
        for child in film.find_children(otio.schema.Transition)
        if (metadata.read(child, "carry") or {}).get("kind") == "carry"
    ]


def sounds(film):
    return [
        (a.url, a.record_in_samples, a.record_out_samples, a.source_in_s, a.levels)
        for a in maps.sound_map(film)
    ]


@pytest.mark.parametrize("road", FRACTURES)
def test_a_road_alters_only_the_joins(takes, tmp_path, road):
    film = carried(takes)
    before = film.to_json_string()
    made, loss, _ = go(film, road, tmp_path / "carries")
    assert film.to_json_string() == before
    assert not carries(made)
    assert maps.length_frames(made) == maps.length_frames(film)
    assert sounds(made) == sounds(film)
    old, new = seen(film), seen(made)
    assert {k for k in range(90) if old[k] != new[k]} == swept()
    assert [item.feature for item in loss.items] == ["carry", "carry"]
    outcomes = {
        "native": "approximated",
        "bake": "baked",
        "dissolve": "approximated",
        "cut": "dropped",
    }
    assert {item.outcome for item in loss.items} == {outcomes[road]}
    places = [(item.record_in, item.record_out) for item in loss.items]
    assert places == [
        ("00:00:01:00", "00:00:01:12"),
        ("00:00:02:06", "00:00:02:18"),
    ]


def test_kept_carries_are_kept(takes, tmp_path):
    film = carried(takes)
    made, loss, files = go(film, "keep", tmp_path)
    assert made.to_json_string() == film.to_json_string()
    assert not loss.items
    assert not files


def test_a_road_nobody_built_is_refused(takes, tmp_path):
    with pytest.raises(InterchangeError, match="no road 'fly'"):
        go(carried(takes), "fly", tmp_path)


def test_a_cut_has_a_marker_on_its_first_frame(takes, tmp_path):
    made, _, _ = go(carried(takes), "cut", tmp_path)
    track = made.video_tracks()[0]
    assert [len(item.markers) for item in track] == [0, 1, 1]
    for item in track[1:]:
        (marker,) = item.markers
        assert marker.marked_range.start_time == item.source_range.start_time
        assert marker.name == "carry"


def test_without_frames_for_a_dissolve_it_is_a_cut(takes, tmp_path):
    film = carried(takes, offsets=(0, 0))
    _, loss, _ = go(film, "dissolve", tmp_path)
    assert {item.outcome for item in loss.items} == {"dropped"}


@pytest.mark.parametrize("half", later([1, 6, 30], 2))
def test_baked_files_show_the_film_frame_by_frame(takes, tmp_path, half):
    film = carried(takes, half=half)
    made, _, files = go(film, "bake", tmp_path / "carries")
    lower, upper = made.video_tracks()
    assert upper.name == "Carries"
    assert not any(isinstance(child, otio.schema.Transition) for child in lower)
    # Carries of 30 frames meet on the clip between: one file has them both.
    assert len(files) == len(upper.find_clips()) == (1 if half == 30 else 2)
    wanted = swept(half) & set(range(90))
    pictures = maps.picture_map(made)
    baked = {k for k in range(90) if pictures[k][-1].clip.parent() is upper}
    assert baked == wanted
    with frame_source(film) as old, frame_source(made) as new:
        for k in range(90):
            found = psnr(old(k), new(k))
            assert found > 38 if k in wanted else found == 99, k


def test_handles_go_on_as_the_film_does(takes, tmp_path):
    film = carried(takes)
    made, _, _ = go(film, "bake", tmp_path / "carries")
    first = made.video_tracks()[1].find_clips()[0]
    head = int(first.source_range.start_time.value)
    length = int(first.media_reference.available_range.duration.value)
    assert (head, length) == (12, 36)
    whole = timeline([copy.deepcopy(first)], size=SIZE)
    whole.tracks[0][0].source_range = first.media_reference.available_range
    with frame_source(film) as old, frame_source(whole) as new:
        assert min(psnr(old(24 - head + k), new(k)) for k in range(length)) > 38


def test_what_lies_above_and_below_stays_there(takes, tmp_path):
    above = [gap(22), clip(takes[3], 0, 8), gap(20), dissolve(4, 4)]
    above += [clip(takes[3], 20, 12)]
    film = carried(takes, upper=[above])
    base = otio.schema.Track("Base", kind="Video")
    base.append(clip(takes[2], 0, 70))
    film.tracks.insert(0, base)
    for item in film.video_tracks()[1].find_clips():
        metadata.put(item, "opacity", [[0, 0.6]])
    made, _, _ = go(film, "bake", tmp_path / "carries")
    names = [track.name for track in made.video_tracks()]
    assert names == ["Base", "Video 0", "Carries", "Video 1"]
    with frame_source(film) as old, frame_source(made) as new:
        assert min(psnr(old(k), new(k)) for k in range(90)) > 38


def test_an_unchanged_carry_is_not_rendered_again(takes, tmp_path):
    folder = tmp_path / "carries"
    one, _, files = go(carried(takes), "bake", folder)
    stamps = [path.stat().st_mtime_ns for path in files]
    two, _, again = go(carried(takes), "bake", folder)
    assert not again
    assert [path.stat().st_mtime_ns for path in files] == stamps
    assert one.to_json_string() == two.to_json_string()
    _, _, others = go(carried(takes, half=5), "bake", folder)
    assert not {*others} & {*files}


def test_another_file_of_that_name_is_not_replaced(takes, tmp_path):
    folder = tmp_path / "carries"
    _, _, files = go(carried(takes), "bake", folder)
    files[0].write_bytes(b"mine")
    with pytest.raises(OutputError, match="name of one to be rendered"):
        go(carried(takes), "bake", folder)
    assert files[0].read_bytes() == b"mine"


def test_a_changed_take_is_rendered_again(takes, tmp_path):
    copied = [tmp_path / path.name for path in takes]
    for old, new in zip(takes, copied, strict=True):
        new.write_bytes(old.read_bytes())
    _, _, files = go(carried(copied), "bake", tmp_path / "carries")
    copied[0].write_bytes(takes[3].read_bytes())
    _, _, again = go(carried(copied), "bake", tmp_path / "carries")
    assert len(again) == 1
    assert not {*again} & {*files}


def test_a_plan_tells_the_same_and_makes_nothing(takes, tmp_path):
    folder = tmp_path / "carries"
    planned, told, files = go(carried(takes), "bake", folder, plan=True)
    assert not files
    assert not folder.exists()
    made, real, _ = go(carried(takes), "bake", folder)
    assert told == real
    assert planned.to_json_string() == made.to_json_string()


def test_what_cannot_be_baked_is_dissolved_and_why_is_told(takes, tmp_path):
    film = carried(takes)
    last = film.video_tracks()[0].find_clips()[-1]
    last.media_reference.target_url = (tmp_path / "gone.mp4").as_uri()
    made, loss, files = go(film, "bake", tmp_path / "carries")
    assert len(files) == 1
    assert [item.outcome for item in loss.items] == ["baked", "approximated"]
    assert "there are no media of take 2" in loss.items[1].target_gets
    (left,) = made.find_children(otio.schema.Transition)
    assert left.transition_type == "SMPTE_Dissolve"


def test_a_recipe_of_the_future_is_dissolved(takes, tmp_path):
    film = carried(takes)
    for found in carries(film):
        recipe = metadata.read(found, "carry")
        metadata.put(found, "carry", {**recipe, "version": 99})
    for road in ("bake", "native"):
        made, loss, files = go(film, road, tmp_path / "carries")
        assert not files
        assert not carries(made)
        assert {item.outcome for item in loss.items} == {"approximated"}


def test_a_carry_without_its_movement_goes_the_road_that_is_left(takes, tmp_path):
    film = carried(takes)
    for found in carries(film):
        metadata.put(found, "carry", {"kind": "carry", "fallback": "dissolve"})
    for road in FRACTURES:
        made, loss, files = go(film, road, tmp_path / "carries")
        assert not files and not carries(made)
        assert len(loss.items) == len(CUTS)
        joins = list(made.find_children(otio.schema.Transition))
        assert len(joins) == (0 if road == "cut" else len(CUTS))
        untold = any("no movement" in item.target_gets for item in loss.items)
        assert untold == (road in ("bake", "native"))
        assert all("Assemble" in item.remedy for item in loss.items)


@pytest.mark.parametrize("road", FRACTURES)
def test_nested_sequences_take_the_same_road(takes, tmp_path, road):
    inner = carried(takes)
    stack = otio.schema.Stack("scene", source_range=rates.span(10, 70, R))
    stack.extend([copy.deepcopy(track) for track in inner.video_tracks()])
    film = timeline([clip(takes[3], 0, 5), stack], size=SIZE)
    made, loss, _ = go(film, road, tmp_path / "carries")
    assert not carries(made)
    assert [item.track for item in loss.items] == ["scene · Video 0"] * 2
    if road == "bake":
        with frame_source(film) as old, frame_source(made) as new:
            assert min(psnr(old(k), new(k)) for k in range(75)) > 38


@pytest.mark.parametrize("road", FRACTURES)
def test_a_carry_at_the_edge_of_a_track_is_told(takes, tmp_path, road):
    film = timeline([carry(), clip(takes[0], 8, 30), carry(), gap(9)], size=SIZE)
    made, loss, _ = go(film, road, tmp_path / "carries")
    assert not carries(made)
    assert len(loss.items) == 2
    assert all("black" in item.item for item in loss.items)
