"""Stage by stage from the command line, and the verbs beside the line."""

import json
import shutil

import av
import opentimelineio as otio
import pytest

from otio_genai.cli import cli
from tests.support import project


def test_stage_by_stage_gives_the_film_of_make(run, folder, tmp_path):
    bin_file, film = tmp_path / "bin.otio", tmp_path / "film.otio"
    assert run("ingest", folder, "-o", bin_file)[0] == 0
    assert run("analyse", bin_file, "-o", bin_file)[0] == 2
    assert run("analyse", bin_file, "-o", bin_file, "--force")[0] == 0
    assert run("assemble", bin_file, "-o", film)[0] == 0
    assert run("check", film)[0] == 0
    assert run("export", film, "-o", tmp_path / "f.xml", "--to", "premiere")[0] == 0
    size = ("--size", "96x54")
    assert run("render", film, "-o", tmp_path / "film.mp4", *size)[0] == 0
    with av.open(str(tmp_path / "film.mp4")) as container:
        assert container.streams.video[0].width == 96


def test_check_finds_what_is_wrong(run, folder, tmp_path):
    shutil.copytree(folder, tmp_path / "film")
    assert run("make", tmp_path / "film", "--no-render")[0] == 0
    shutil.rmtree(tmp_path / "film/takes")
    code, said, _ = run("check", tmp_path / "film/out/film.otio", "--json")
    assert code == 1
    assert all(problem["severity"] == "error" for problem in json.loads(said))
    code, _, said = run(
        "render", tmp_path / "film/out/film.otio", "-o", tmp_path / "film.mp4"
    )
    assert code == 1
    assert "take" in said
    assert not (tmp_path / "film.mp4").exists()


def test_doctor_finds_this_machine_well(run):
    code, said, _ = run("doctor", "--json")
    assert code == 0
    assert all(finding["ok"] for finding in json.loads(said))


@pytest.mark.parametrize("verb", ["", *cli.commands])
def test_help(run, verb):
    code, said, _ = run(*([verb] if verb else []), "--help")
    assert code == 0
    example = said.split("  Example:\n")[1].split("\n\n")[0]
    assert all(line.startswith("    otio-genai ") for line in example.split("\n"))


def test_ingest_follows_the_film_file(run, tmp_path):
    folder = project.small_project(tmp_path / "film", takes=3)
    (folder / "film.toml").write_text('[media]\n"takes/take 1.mp4" = "skip"\n')
    code, said, _ = run("ingest", folder, "-o", tmp_path / "bin.otio")
    assert code == 0
    assert "take 0" in said
    assert "take 1" not in said


def test_an_earlier_runs_products_are_no_takes(run, tmp_path):
    folder = project.small_project(tmp_path / "film", takes=2, music_s=0, voice_s=0)
    assert run("make", folder, "-o", folder / "cut 1")[0] == 0
    _, said, _ = run("ingest", folder, "-o", tmp_path / "bin.otio", "--json")
    assert json.loads(said)["entries"] == {
        "take": 2,
        "still": 0,
        "music": 0,
        "voice": 0,
    }


def test_relative_media_are_found_beside_the_file(run, folder, tmp_path, monkeypatch):
    shutil.copytree(folder, tmp_path / "film")
    assert run("make", tmp_path / "film", "--no-render")[0] == 0
    path = tmp_path / "film/out/film.otio"
    film = otio.adapters.read_from_file(str(path))
    for clip in film.find_clips():
        name = clip.media_reference.target_url.split("/film/")[1]
        clip.media_reference.target_url = f"../{name}"
    path.write_text(film.to_json_string())
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert run("check", path)[0] == 0
    size = ("--size", "96x54")
    assert run("render", path, "-o", tmp_path / "film.mp4", *size)[0] == 0


def test_missing_media_are_noted_in_an_export(run, folder, tmp_path):
    shutil.copytree(folder, tmp_path / "film")
    assert run("make", tmp_path / "film", "--no-render")[0] == 0
    shutil.rmtree(tmp_path / "film/takes")
    film = tmp_path / "film/out/film.otio"
    code, said, _ = run("export", film, "-o", tmp_path / "x.xml", "--to", "premiere")
    assert code == 0
    assert "A file is missing" in said
