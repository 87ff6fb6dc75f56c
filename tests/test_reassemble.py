"""A film goes to an editor and comes back changed: her changes stay."""

import copy
import dataclasses

import opentimelineio as otio
import pytest

from otio_genai import maps, metadata, rates, reassembly
from otio_genai.assemble import Style, assemble
from otio_genai.assemble.filmtoml.filmfile import default_film_file
from otio_genai.export import export, read_timeline
from otio_genai.interchange.urls import base_name
from tests.support import bins as made
from tests.support.films import clips, joins, names, shown
from tests.support.marks import later

STYLE = Style(length_s=16, mean_shot_s=2.0, carry_share=0.4)


@pytest.fixture(scope="module")
def pool():
    return made.bin_of(*made.pool(14, seed=3), made.music(20))


@pytest.fixture(scope="module")
def film(pool):
    return assemble(pool, STYLE, seed=1)


@pytest.fixture
def film_file(tmp_path):
    return dataclasses.replace(default_film_file(tmp_path), style=STYLE, seed=1)


def edited(film, path, to, change):
    """Send the film to an editor, change it there, and save it again."""
    export(film, path, to=to, fractures="dissolve")
    timeline = read_timeline(path)
    change(timeline.video_tracks()[0])
    export(timeline, path, to=to, fractures="dissolve", force=True)
    return path


def swap(track):
    spots = [k for k, item in enumerate(track) if isinstance(item, otio.schema.Clip)]
    left = next(
        k for k in spots if k + 1 in spots and _free(track, k) and _free(track, k + 1)
    )
    one, other = (copy.deepcopy(track[k]) for k in (left, left + 1))
    track[left], track[left + 1] = other, one


def _free(track, index):
    near = [k for k in (index - 1, index + 1) if 0 <= k < len(track)]
    return not any(isinstance(track[k], otio.schema.Transition) for k in near)


def trim(track):
    index = next(
        k
        for k, item in enumerate(track)
        if isinstance(item, otio.schema.Clip) and _free(track, k)
    )
    span = track[index].source_range
    less = otio.opentime.RationalTime(10, span.duration.rate)
    track[index].source_range = otio.opentime.TimeRange(
        span.start_time, span.duration - less
    )


def carries(film):
    found = film.find_children(descended_from_type=otio.schema.Transition)
    recipes = [metadata.read(passage, "carry", {}) for passage in found]
    return [recipe for recipe in recipes if recipe.get("kind") == "carry"]


def nothing(track):
    return None


@pytest.mark.parametrize("to", later(["premiere", "resolve", "finalcut"], 1))
def test_what_came_back_untouched_stays(pool, film, film_file, tmp_path, to):
    path = edited(film, tmp_path / "cut.xml", to, nothing)
    again, found = reassembly.reassemble(pool, film_file, path, before=film)
    assert found.same
    assert again.to_json_string() == film.to_json_string()


def test_another_film_file_or_bin_is_another_film(pool, film, film_file, tmp_path):
    path = edited(film, tmp_path / "cut.xml", "premiere", nothing)
    told = dataclasses.replace(film_file, title="Second cut", width=1280, height=720)
    again, _ = reassembly.reassemble(pool, told, path, before=film)
    assert again.name == "Second cut"
    assert metadata.read(again, "film")["width"] == 1280
    assert shown(again) == shown(film)
    lost = names(film)[2]
    gone = made.bin_of(*(c.deepcopy() for c in pool if c.name != lost))
    again, found = reassembly.reassemble(gone, film_file, path, before=film)
    assert found.same
    others = zip(shown(again), shown(film), strict=True)
    assert [k for k, (mine, was) in enumerate(others) if mine != was] == [2]


@pytest.mark.parametrize("road", later(["dissolve", "cut", "native"], 1))
def test_shots_left_alone_stay_with_fades_carries_and_facts(pool, tmp_path, road):
    style = dataclasses.replace(STYLE, fade_out_s=1.0, dry_share=0.5, min_shot_s=1.0)
    sent = assemble(pool, style, seed=7, title="Tides", size=(1280, 720))
    path = tmp_path / "cut.xml"
    export(sent, path, to="premiere", fractures=road)
    hers = read_timeline(path)
    kinds = [None, *(join["kind"] for join in joins(sent)), None]
    index = next(k for k in range(len(kinds) - 1) if "carry" not in kinds[k : k + 2])
    clip = clips(hers)[index]
    span = clip.source_range
    less = rates.time(5, rates.of(span.duration))
    clip.source_range = otio.opentime.TimeRange(span.start_time, span.duration - less)
    export(hers, path, to="premiere", fractures="keep", force=True)
    plain = default_film_file(tmp_path)
    again, found = reassembly.reassemble(pool, plain, path, before=sent)
    assert found.counts()["trimmed"] == 1
    left = [s.frames - 5 * (k == index) for k, s in enumerate(shown(sent))]
    assert [s.frames for s in shown(again)] == left
    assert [(s.name, s.record_in) for s in shown(again)] == [
        (s.name, s.record_in) for s in shown(sent)
    ]
    assert again.name == "Tides"
    told, was = (metadata.read(one, "film") for one in (again, sent))
    for fact in ("width", "height", "seed", "style", "rate"):
        assert told[fact] == was[fact], fact
    last = again.video_tracks()[0][-1]
    assert isinstance(last, otio.schema.Transition)
    assert last.in_offset == sent.video_tracks()[0][-1].in_offset
    assert carries(again) == carries(sent) != []


def test_a_film_of_no_one_s_keeps_its_own_name_and_size(pool, film, tmp_path):
    sent = film.deepcopy()
    sent.name = "Tides"
    facts = metadata.read(sent, "film")
    metadata.put(sent, "film", facts | {"width": 1280, "height": 720})
    path = tmp_path / "cut.xml"
    export(sent, path, to="premiere", fractures="dissolve")
    again, _ = reassembly.reassemble(pool, default_film_file(tmp_path), path)
    told = metadata.read(again, "film")
    assert (again.name, told["width"], told["height"]) == ("Tides", 1280, 720)


@pytest.mark.parametrize("change", [swap, trim])
def test_her_changes_stay_and_so_does_the_rest(pool, film, film_file, tmp_path, change):
    path = edited(film, tmp_path / "cut.xml", "premiere", change)
    hers = read_timeline(path)
    again, found = reassembly.reassemble(pool, film_file, path, before=film)
    assert not found.same
    assert names(again) == names(hers)
    assert [s.frames for s in shown(again)] == [
        int(c.source_range.duration.value) for c in clips(hers)
    ]


def test_without_the_film_of_before_all_is_hers(pool, film, film_file, tmp_path):
    path = edited(film, tmp_path / "cut.xml", "premiere", swap)
    again, found = reassembly.reassemble(pool, film_file, path)
    assert found is None
    hers = [
        tuple((base_name(a.url), a.source_frame, a.weight) for a in layers)
        for layers in maps.picture_map(read_timeline(path))
    ]
    mine = [
        tuple((base_name(a.url), a.source_frame, a.weight) for a in layers)
        for layers in maps.picture_map(again)
    ]
    assert mine == hers[: len(mine)]


def test_sound_that_she_changed_stays(pool, film, film_file, tmp_path):
    path = tmp_path / "cut.xml"
    export(film, path, to="premiere", fractures="dissolve")
    timeline = read_timeline(path)
    bed = timeline.audio_tracks()[0][0]
    metadata.put(bed, "levels", [[0, -9.0]])
    export(timeline, path, to="premiere", fractures="dissolve", force=True)
    again, found = reassembly.reassemble(pool, film_file, path, before=film)
    assert [c.what for c in found.changes] == ["level"]
    kept = again.audio_tracks()[0][0]
    ((_, level),) = metadata.read(kept, "levels")
    assert level == pytest.approx(-9.0, abs=0.01)
    assert rates.seconds(kept.duration()) == rates.seconds(bed.duration())
