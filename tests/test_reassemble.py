"""A film goes to an editor and comes back changed: her changes stay."""

import copy
import dataclasses

import opentimelineio as otio
import pytest

from otio_genai import line, maps, metadata, rates
from otio_genai.assemble import Style, assemble
from otio_genai.assemble.filmtoml.filmfile import default_film_file
from otio_genai.export import export, read_timeline
from otio_genai.interchange.urls import base_name
from tests.support import bins as made
from tests.support.films import clips, joins, names, shown

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


def nothing(track):
    return None


@pytest.mark.parametrize("to", ["premiere", "resolve", "finalcut"])
def test_what_came_back_untouched_stays(pool, film, film_file, tmp_path, to):
    path = edited(film, tmp_path / "cut.xml", to, nothing)
    again, found = line.reassemble(pool, film_file, path, before=film)
    assert found.same
    assert shown(again) == shown(film)
    assert [j["kind"] for j in joins(again)] == [j["kind"] for j in joins(film)]


@pytest.mark.parametrize("change", [swap, trim])
def test_her_changes_stay_and_so_does_the_rest(pool, film, film_file, tmp_path, change):
    path = edited(film, tmp_path / "cut.xml", "premiere", change)
    hers = read_timeline(path)
    again, found = line.reassemble(pool, film_file, path, before=film)
    assert not found.same
    # A shot beside hers may be one that suits it better.
    others = zip(names(again), names(hers), strict=True)
    assert sum(mine != theirs for mine, theirs in others) <= 1
    assert [s.frames for s in shown(again)] == [
        int(c.source_range.duration.value) for c in clips(hers)
    ]


def test_without_the_film_of_before_all_is_hers(pool, film, film_file, tmp_path):
    path = edited(film, tmp_path / "cut.xml", "premiere", swap)
    again, found = line.reassemble(pool, film_file, path)
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
    again, found = line.reassemble(pool, film_file, path, before=film)
    assert [c.what for c in found.changes] == ["level"]
    kept = again.audio_tracks()[0][0]
    ((_, level),) = metadata.read(kept, "levels")
    assert level == pytest.approx(-9.0, abs=0.01)
    assert rates.seconds(kept.duration()) == rates.seconds(bed.duration())
