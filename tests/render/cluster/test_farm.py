"""A film as a job for a render farm is the film as it is made here."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from otio_genai.errors import GenaiError, MediaError, OutputError, RenderError
from otio_genai.render import render_film
from otio_genai.render.cluster import farm
from otio_genai.render.cluster.farm import join_job, make_part, openjd
from otio_genai.render.cluster.places import Places
from tests.render.cluster.making import sha256

WISHES = {"crf": 20, "size": (160, 90)}
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def here(film, tmp_path_factory):
    """Hash of the film as this process makes it."""
    path = tmp_path_factory.mktemp("here") / "film.mp4"
    render_film(film, path, cache=False, **WISHES)
    return sha256(path)


@pytest.fixture(scope="module")
def whole(film, tmp_path_factory):
    """A job in three parts, none of them made."""
    folder = tmp_path_factory.mktemp("farm") / "a job"
    openjd(film, folder, parts=3, **WISHES)
    return folder


@pytest.fixture
def job(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "job é"))


def lose_media(job, few):
    """Let a job be planned where its media were in another folder."""
    for path in (job / "timeline.otio", *(job / "parts").iterdir()):
        text = path.read_text("utf-8")
        gone = text.replace(few[0].parent.as_uri(), "file:///gone%20media")
        assert gone != text
        path.write_text(gone, "utf-8")


def parts(job):
    return range(len(list((job / "parts").iterdir())))


def test_parts_in_any_order_give_the_film(job, here, tmp_path):
    for part in reversed(parts(job)):
        assert make_part(job, part) > 0
    made = join_job(job, tmp_path / "film.mp4")
    assert sha256(made.path) == here
    # What is there is not made again, by nobody.
    assert [make_part(job, part) for part in parts(job)] == [0 for _ in parts(job)]
    assert sha256(join_job(job, tmp_path / "again.mp4").path) == here


def test_parts_share_all_segments(job, whole):
    assert len(parts(job)) >= 3
    told = [json.loads((job / f"parts/{n:06d}.json").read_text()) for n in parts(job)]
    keys = [one["key"] for part in told for one in part]
    assert len(keys) == len(set(keys))


def test_missing_and_damaged_segments_are_named_and_made_again(job, here, tmp_path):
    for part in parts(job):
        make_part(job, part)
    lost, hurt, *_ = sorted((job / "segments").iterdir())
    lost.unlink()
    hurt.write_bytes(hurt.read_bytes()[:-1])
    with pytest.raises(RenderError, match=r"2 of \d+ segments") as caught:
        join_job(job, tmp_path / "film.mp4")
    assert len(caught.value.items) == 2
    for path, line in zip((lost, hurt), sorted(caught.value.items), strict=True):
        assert path.name[:12] in line
    assert not list(tmp_path.glob("*.mp4"))
    assert sum(make_part(job, part) for part in parts(job)) == 2
    assert sha256(join_job(job, tmp_path / "film.mp4").path) == here


def test_media_may_lie_elsewhere(job, few, here, tmp_path):
    there = tmp_path / "there"
    there.mkdir()
    for path in few:
        shutil.copy(path, there)
    lose_media(job, few)
    with pytest.raises(MediaError):
        make_part(job, 0)
    places = Places.of([f"/gone media={there}"])
    for part in parts(job):
        make_part(job, part, places)
    assert sha256(join_job(job, tmp_path / "film.mp4", places).path) == here


def test_another_medium_is_refused(job, few, tmp_path):
    for path in few:
        shutil.copy(few[-1], tmp_path / path.name)
    places = Places.of([f"{few[0].parent}={tmp_path}"])
    with pytest.raises(MediaError, match="content differs"):
        make_part(job, 0, places)
    told = json.loads((job / "parts/000000.json").read_text("utf-8"))
    black = {one["key"] for one in told if not one["recipe"]["sources"]}
    assert {path.name.split(".")[0] for path in (job / "segments").iterdir()} <= black


def test_other_versions_make_and_join_nothing(job, monkeypatch, tmp_path):
    monkeypatch.setattr(farm.task, "here", lambda: "release 9")
    for call in (lambda: make_part(job, 0), lambda: join_job(job, tmp_path / "f.mp4")):
        with pytest.raises(RenderError, match="release 9"):
            call()


def test_what_cannot_be_is_told(job, film, tmp_path):
    with pytest.raises(RenderError, match="no part 99"):
        make_part(job, 99)
    with pytest.raises(GenaiError, match="no folder of a job"):
        make_part(tmp_path, 0)
    with pytest.raises(OutputError, match="already"):
        openjd(film, job)
    with pytest.raises(RenderError, match="cannot be told"):
        openjd(film, tmp_path / "new", effects={"blur": lambda clip: clip})
    assert {path.name for path in tmp_path.iterdir()} == {job.name}


def test_the_template_is_of_open_job_description(whole):
    from openjd.model import decode_job_template

    told = json.loads((whole / "template.json").read_text("utf-8"))
    template = decode_job_template(template=told)
    assert [str(step.name) for step in template.steps] == ["segments", "film"]


@pytest.mark.slow
def test_the_job_runs_as_a_farm_runs_it(film, few, here, tmp_path):
    folder = tmp_path / "a job"
    template = openjd(film, folder, parts=3, **WISHES)
    checked = subprocess.run(
        [BIN / "openjd", "check", template], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout
    lose_media(folder, few)
    rules = {
        "version": "pathmapping-1.0",
        "path_mapping_rules": [
            {
                "source_path_format": "POSIX",
                "source_path": "/gone media",
                "destination_path": str(few[0].parent),
            }
        ],
    }
    ran = subprocess.run(
        [
            *(BIN / "openjd", "run", template, "--step", "film", "--run-dependencies"),
            *("-p", f"Program={BIN / 'otio-genai'}"),
            *("--path-mapping-rules", json.dumps(rules)),
        ],
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert sha256(folder / "film.mp4") == here
    assert "part 2" in ran.stdout
