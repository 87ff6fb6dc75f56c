"""The sample field: its takes are told apart by their folders, and make many films."""

import json
from dataclasses import replace
from pathlib import Path

import opentimelineio as otio
import pytest

import otio_genai
from otio_genai import metadata
from otio_genai.ingest.generators import slate_of
from sample_projects.brises.drawing import shots
from sample_projects.brises.drawing.encode import Drawing
from sample_projects.field import making, opening
from sample_projects.field.places import PLACES

FOLDER = Path(making.__file__).parent


def test_every_place_has_takes_enough_and_none_twice():
    names = [shot.name for place in PLACES for shot in place.takes]
    assert len(PLACES) == 12 and all(4 <= len(p.takes) <= 6 for p in PLACES)
    assert len(set(names)) == len(names)
    assert {shot.name for shot in shots.TAKES} <= set(names)
    assert sum(shot.frames == 1 for p in PLACES for shot in p.takes) == 3


def test_names_rates_and_sizes_are_as_unlike_as_generators_are():
    every = [shot for place in PLACES for shot in place.takes]
    made_by = {slate_of(shot.name).get("generator") for shot in every}
    assert len(made_by - {None}) >= 7
    assert len({shot.rate for shot in every}) >= 6
    assert len({(shot.width, shot.height) for shot in every}) >= 8


@pytest.mark.parametrize("place", PLACES[3:11:4], ids=lambda place: place.folder)
def test_takes_of_a_place_show_it_otherwise(place):
    first = []
    for shot in place.takes:
        small = replace(shot, width=96, height=54, hand=0.0)
        first.append(Drawing(small, 1).frame(0).astype(int))
    for k, one in enumerate(first):
        assert one.std() > 12
        assert all(abs(one - other).mean() > 3 for other in first[:k])


@pytest.mark.slow
def test_what_is_there_is_not_made_again(tmp_path):
    todo = making.all_jobs(quick=True)
    line = next(job for job in todo if job.name == "line 3.flac")
    told = []
    making.run(tmp_path, [line], 1, told.append)
    assert told == [line]
    assert line not in making.stale(tmp_path, todo)
    assert making.stale(tmp_path, todo, force=True) == todo
    full = next(j for j in making.all_jobs() if j.name == line.name)
    assert making.stale(tmp_path, [full]) == [full]
    (tmp_path / line.folder / line.name).write_bytes(b"cut short")
    assert line in making.stale(tmp_path, todo)
    (tmp_path / making.STAMP).write_text(json.dumps([1]))
    assert making.stale(tmp_path, todo) == todo


@pytest.mark.slow
def test_the_folder_becomes_a_field_that_holds_together(tmp_path):
    for job in making.all_jobs(quick=True):
        making.make(job, tmp_path)
    path = opening.open_project(tmp_path, FOLDER / "film.toml")
    document = otio.adapters.read_from_file(str(path))
    field = otio_genai.read_field(document)
    for slot, place in zip(field.slots, PLACES, strict=True):
        stems = {Path(shot.name).stem for shot in place.takes}
        assert {option.clip.name for option in slot.options} == stems
    judged = otio_genai.judge(document, draws=40)
    assert judged.fine and judged.films > 10**20 and judged.showings_to_cover == 6
    films = [otio_genai.realise(document, seed=seed) for seed in (1, 2)]
    assert films[0].to_json_string() != films[1].to_json_string()
    for film in films:
        assert otio_genai.check(film) == []
        assert metadata.read(film, "field") is None
