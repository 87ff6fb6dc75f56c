"""Everything that can be wrong, and what is left behind then: nothing."""

import shutil
import signal
import subprocess
import sys
import time

import opentimelineio as otio
import pytest

from otio_genai import maps
from tests.support import project
from tests.support.marks import later


def test_nothing_is_overwritten_unasked(run, folder, tmp_path):
    (tmp_path / "film.otio").write_text("mine")
    code, _, said = run("make", folder, "-o", tmp_path, "--no-render")
    assert code == 2
    assert "film.otio" in said
    assert "--force" in said
    assert (tmp_path / "film.otio").read_text() == "mine"
    assert list(tmp_path.iterdir()) == [tmp_path / "film.otio"]


def test_missing_folder(run, tmp_path):
    code, _, said = run("make", tmp_path / "nowhere")
    assert code == 2
    assert "nowhere" in said


def test_empty_folder(run, tmp_path):
    (tmp_path / "empty").mkdir()
    code, _, said = run("make", tmp_path / "empty")
    assert code == 1
    assert "help:" in said
    assert list((tmp_path / "empty").iterdir()) == []


def test_no_takes_only_music(run, tmp_path):
    project.bowed(tmp_path / "film/music/bed.wav", 4)
    code, _, said = run("make", tmp_path / "film")
    assert code == 1
    assert "help:" in said


def test_a_voice_longer_than_the_takes_says_what_is_missing(run, tmp_path):
    project.small_project(tmp_path / "film", takes=2, music_s=0, voice_s=30)
    code, _, said = run("make", tmp_path / "film", "--no-render")
    assert code == 1
    assert "voice" in said
    assert "help:" in said


def test_broken_files_are_all_listed_and_the_others_go_on(run, tmp_path):
    folder = project.small_project(tmp_path / "film", takes=3)
    (folder / "takes/zero.mp4").write_bytes(b"")
    whole = (folder / "takes/take 0.mp4").read_bytes()
    (folder / "takes/cut short.mp4").write_bytes(whole[: len(whole) // 2])
    (folder / "takes/words.mp4").write_text("this is no film")
    code, _, said = run("make", folder, "--no-render")
    assert code == 1
    for name in ("zero.mp4", "cut short.mp4", "words.mp4"):
        assert name in said
    assert (folder / "out/film.otio").exists()


def test_a_faulty_film_file_says_all_of_it(run, folder, tmp_path):
    shutil.copytree(folder, tmp_path / "film")
    (tmp_path / "film/film.toml").write_text(
        '[film]\ntitel = "x"\nlength_s = "long"\n[style]\ndry_share = 25\n'
    )
    code, _, said = run("make", tmp_path / "film")
    assert code == 1
    for part in ("titel", "title", "length_s", "dry_share", "line"):
        assert part in said
    assert not (tmp_path / "film/out").exists()


def test_an_output_that_cannot_be_written(run, folder, tmp_path):
    (tmp_path / "file").write_text("in the way")
    code, _, said = run("make", folder, "-o", tmp_path / "file/out", "--no-render")
    assert code == 2
    assert "help:" in said


def test_a_misspelt_verb_and_target(run, folder, tmp_path):
    code, _, said = run("mak", folder)
    assert code == 2
    assert "make" in said
    film = tmp_path / "film.otio"
    film.write_text(otio.schema.Timeline("t").to_json_string())
    code, _, said = run("export", film, "-o", tmp_path / "x", "--to", "premier")
    assert code == 2
    assert "'premiere'" in said


def test_not_a_timeline(run, tmp_path):
    path = tmp_path / "film.otio"
    path.write_text("not json")
    code, _, said = run("render", path, "-o", tmp_path / "film.mp4")
    assert code == 1
    assert "help:" in said


def test_originals_are_never_replaced_even_by_force(run, tmp_path):
    folder = project.small_project(tmp_path / "film", takes=3)
    shutil.copy(folder / "takes/take 0.mp4", folder / "film.mp4")
    before = (folder / "film.mp4").read_bytes()
    code, _, said = run("make", folder, "-o", folder, "--force")
    assert code == 2
    assert "never replaced" in said
    assert (folder / "film.mp4").read_bytes() == before
    assert run("make", folder, "--no-render")[0] == 0
    film = folder / "out/film.otio"
    shown = maps.clips(otio.adapters.read_from_file(str(film)))[0]
    take = folder / "takes" / f"{shown.name}.mp4"
    before = take.read_bytes()
    assert run("render", film, "-o", take, "--force")[0] == 2
    assert run("export", film, "-o", take, "--to", "premiere", "--force")[0] == 2
    assert take.read_bytes() == before


@pytest.mark.parametrize(
    "wrong",
    [
        ("--size", "641x360"),
        ("--size", "0x0"),
        ("--crf", "99"),
        ("--preset", "warp"),
    ],
)
def test_wrong_numbers_are_wrong_use(run, tmp_path, wrong):
    film = tmp_path / "film.otio"
    film.write_text(otio.schema.Timeline("t").to_json_string())
    assert run("render", film, "-o", tmp_path / "film.mp4", *wrong)[0] == 2
    assert run("make", tmp_path, "--seed", "-1")[0] == 2


@pytest.mark.parametrize("name", later(["SIGINT", "SIGTERM", "SIGHUP"], 1))
def test_a_stopped_run_leaves_nothing_half_written(folder, tmp_path, name):
    """Stopped as soon as it has begun to work in its output folder."""
    code = "from otio_genai.cli import main; main()"
    command = [sys.executable, "-c", code, "make", str(folder), "-o"]
    run = subprocess.Popen([*command, str(tmp_path / "out")], stderr=subprocess.PIPE)
    while run.poll() is None and not list(tmp_path.glob("out/.making-*")):
        time.sleep(0.02)
    run.send_signal(getattr(signal, name))
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert b"stopped" in said
    assert list(tmp_path.iterdir()) == []
