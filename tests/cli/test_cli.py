"""The whole line from the command line, and everything that can be wrong with it."""

import json
import shutil
import signal
import subprocess
import sys
import time
from fractions import Fraction

import av
import opentimelineio as otio
import pytest
from PIL import Image

from otio_genai import maps
from otio_genai.cli import cli, main
from tests.support import project


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return project.small_project(tmp_path_factory.mktemp("film"))


@pytest.fixture
def run(capsys):
    def call(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(a) for a in arguments])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return ended.value.code or 0, said.out, said.err

    return call


def test_make_leaves_everything_and_five_lines(run, folder, tmp_path):
    code, said, _ = run("make", folder, "-o", tmp_path / "out")
    assert code == 0
    assert len(said.strip().splitlines()) == 5
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == sorted(
        [
            "bin.otio",
            "film.mp4",
            "film.otio",
            "film.premiere.xml",
            "film.resolve.xml",
            "joins.png",
            "report.json",
        ]
    )
    film = otio.adapters.read_from_file(str(tmp_path / "out/film.otio"))
    with av.open(str(tmp_path / "out/film.mp4")) as container:
        frames = sum(1 for _ in container.decode(video=0))
    assert frames == maps.length_frames(film)
    with Image.open(tmp_path / "out/joins.png") as picture:
        assert picture.width > 500
    report = json.loads((tmp_path / "out/report.json").read_text("utf-8"))
    assert report["joins"]
    assert report["problems"] == []


def test_the_same_project_gives_the_same_bytes(run, folder, tmp_path):
    for name in ("one", "two"):
        code, _, _ = run("make", folder, "-o", tmp_path / name, "--no-render")
        assert code == 0
        assert not (tmp_path / name / "film.mp4").exists()
    for name in ("film.otio", "film.premiere.xml", "film.resolve.xml", "joins.png"):
        assert (tmp_path / "one" / name).read_bytes() == (
            tmp_path / "two" / name
        ).read_bytes()


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


def test_nothing_is_overwritten_unasked(run, folder, tmp_path):
    (tmp_path / "film.otio").write_text("mine")
    code, _, said = run("make", folder, "-o", tmp_path, "--no-render")
    assert code == 2
    assert "film.otio" in said
    assert "--force" in said
    assert (tmp_path / "film.otio").read_text() == "mine"
    assert list(tmp_path.iterdir()) == [tmp_path / "film.otio"]


def test_a_dry_run_writes_nothing(run, folder, tmp_path):
    code, said, _ = run("make", folder, "-o", tmp_path / "out", "--dry-run")
    assert code == 0
    assert "nothing written" in said
    assert not (tmp_path / "out").exists()


def test_json_is_json_and_nothing_else(run, folder, tmp_path):
    code, said, _ = run("make", folder, "-o", tmp_path / "out", "--dry-run", "--json")
    assert code == 0
    assert "joins" in json.loads(said)


def test_another_seed_is_another_film(run, folder, tmp_path):
    films = set()
    for seed in range(4):
        out = tmp_path / str(seed)
        assert run("make", folder, "-o", out, "--no-render", "--seed", seed)[0] == 0
        film = otio.adapters.read_from_file(str(out / "film.otio"))
        shown = [
            tuple((a.url, a.source_frame) for a in layers)
            for layers in maps.picture_map(film)
        ]
        films.add(tuple(shown))
    assert len(films) > 1


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


@pytest.mark.parametrize(
    ("takes", "music_s", "voice_s"),
    [(1, 0, 0), (1, 8, 2), (3, 0, 0), (3, 0, 2), (3, 6, 0), (2, 60, 0)],
)
def test_whatever_is_there_makes_a_sound_film(run, tmp_path, takes, music_s, voice_s):
    folder = tmp_path / "film"
    project.small_project(folder, takes=takes, music_s=music_s, voice_s=voice_s)
    code, _, said = run("make", folder)
    assert code == 0, said
    film = otio.adapters.read_from_file(str(folder / "out/film.otio"))
    with av.open(str(folder / "out/film.mp4")) as container:
        frames = sum(1 for _ in container.decode(video=0))
    assert frames == maps.length_frames(film) > 0


def test_silent_music(run, tmp_path):
    project.small_project(tmp_path / "film", takes=3, music_s=0, voice_s=0)
    project.bowed(tmp_path / "film/music/silence.wav", 6, level=0)
    assert run("make", tmp_path / "film", "--no-render")[0] == 0


def test_takes_shorter_than_a_beat(run, tmp_path):
    for index in range(4):
        path = tmp_path / f"film/takes/short {index}.mp4"
        project.drifting(path, 5, Fraction(24), seed=index)
    project.bowed(tmp_path / "film/music/bed.wav", 4)
    code, _, said = run("make", tmp_path / "film", "--no-render")
    assert code == 0, said


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


def test_names_of_every_kind(run, tmp_path):
    names = [
        'it\'s "quoted".mp4',
        "🎬 émoji ñ.mp4",
        "100 % & #1?.mp4",
        "沙漠 の 夢.mp4",
        "bell \a and tab\t.mp4",
    ]
    source = project.drifting(tmp_path / "source.mp4", 60, Fraction(24))
    for folder in ("takes", "more"):
        for name in names:
            path = tmp_path / "film" / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, path)
    code, _, said = run("make", tmp_path / "film", "--no-render")
    assert code == 0, said
    film = otio.adapters.read_from_file(str(tmp_path / "film/out/film.otio"))
    assert len({clip.name for clip in maps.clips(film)}) == len(maps.clips(film))


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


@pytest.mark.parametrize("rate", ["12", "16", "500/31", "120", "29.97", "59.94"])
def test_a_film_of_any_rate_is_made(run, tmp_path, rate):
    folder = project.small_project(tmp_path / "film", takes=2, music_s=0, voice_s=0)
    (folder / "film.toml").write_text(f'[film]\nrate = "{rate}"\nlength_s = 3\n')
    code, _, said = run("make", folder)
    assert code == 0, said
    film = otio.adapters.read_from_file(str(folder / "out/film.otio"))
    with av.open(str(folder / "out/film.mp4")) as container:
        frames = sum(1 for _ in container.decode(video=0))
    assert frames == maps.length_frames(film)
    whole = rate != "500/31"
    assert (folder / "out/film.premiere.xml").exists() == whole


def test_start_timecode_and_drop_frame(run, tmp_path):
    folder = project.small_project(tmp_path / "film", takes=2, music_s=0, voice_s=0)
    toml = folder / "film.toml"
    toml.write_text('[film]\nrate = "29.97"\nstart_timecode = "01:00:00;00"\n')
    assert run("make", folder, "--no-render")[0] == 0
    text = (folder / "out/film.premiere.xml").read_text("utf-8")
    assert "<string>01;00;00;00</string>" in text or "01:00:00;00" in text
    toml.write_text('[film]\nrate = 24\nstart_timecode = "01:00:00:24"\n')
    code, _, said = run("make", folder, "--no-render", "--force")
    assert code == 1
    assert "timecode" in said


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


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
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
