"""The whole line from the command line, whatever there is to make a film of."""

import json
import shutil
from fractions import Fraction

import av
import opentimelineio as otio
import pytest
from PIL import Image

from otio_genai import maps
from tests.support import project
from tests.support.marks import later


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


def test_a_dry_run_writes_nothing(run, folder, tmp_path):
    code, said, _ = run("make", folder, "-o", tmp_path / "out", "--dry-run")
    assert code == 0
    assert "nothing written" in said
    assert not (tmp_path / "out").exists()


def test_json_is_json_and_nothing_else(run, folder, tmp_path):
    code, said, _ = run("make", folder, "-o", tmp_path / "out", "--dry-run", "--json")
    assert code == 0
    assert "joins" in json.loads(said)


@pytest.mark.slow
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


@pytest.mark.parametrize(
    ("takes", "music_s", "voice_s"),
    later([(1, 8, 2), (1, 0, 0), (3, 0, 0), (3, 0, 2), (3, 6, 0), (2, 60, 0)], 2),
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


@pytest.mark.slow
def test_takes_shorter_than_a_beat(run, tmp_path):
    for index in range(4):
        path = tmp_path / f"film/takes/short {index}.mp4"
        project.drifting(path, 5, Fraction(24), seed=index)
    project.bowed(tmp_path / "film/music/bed.wav", 4)
    code, _, said = run("make", tmp_path / "film", "--no-render")
    assert code == 0, said


@pytest.mark.slow
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


@pytest.mark.parametrize(
    "rate", later(["29.97", "500/31", "12", "16", "120", "59.94"], 1)
)
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
