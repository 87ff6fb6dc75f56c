"""render, presets and check --for, as they are typed."""

import json
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from otio_genai import metadata
from otio_genai.media.probe import probe
from otio_genai.media.write import write_wav
from tests.render.building import clip, timeline
from tests.support.coded import read_film, write_take


@pytest.fixture(scope="module")
def film_file(tmp_path_factory):
    """A film of one second: frames 5 to 16 of a take, then 20 to 31."""
    folder = tmp_path_factory.mktemp("film")
    take = write_take(folder / "take3.mp4", 3, 48, options={"preset": "ultrafast"})
    made = timeline([clip(take, 5, 12), clip(take, 20, 12, name="again")])
    path = folder / "film.otio"
    path.write_text(made.to_json_string())
    return path


CODES = [(3, n) for n in (*range(5, 17), *range(20, 32))]


def test_a_film_and_its_record(run, film_file, tmp_path):
    path = tmp_path / "a.mp4"
    code, said, _ = run("render", film_file, "-o", path, "--json")
    assert code == 0
    held = json.loads(said)
    assert (held["frames"], held["rate"], held["size"]) == (24, "24", [192, 108])
    assert held["path"] == str(path)
    assert held["made"] <= held["segments"]
    assert read_film(path) == CODES
    assert run("render", film_file, "-o", path)[0] == 2
    code, said, _ = run("render", film_file, "-o", path, "--force")
    assert code == 0
    assert "24 frames, 192x108, 24 fps; 0 of" in said


def test_nothing_kept_when_asked(run, film_file, tmp_path):
    again = ("--no-cache", "--json", "--force")
    for _ in range(2):
        said = run("render", film_file, "-o", tmp_path / "a.mp4", *again)[1]
        held = json.loads(said)
        assert held["made"] == held["segments"] > 0
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_progress_as_json(run, film_file, tmp_path):
    told = ("--progress", "json", "--no-cache")
    said = run("render", film_file, "-o", tmp_path / "a.mp4", *told)[2]
    steps = [json.loads(line) for line in said.splitlines()]
    assert {"what", "done", "total"} <= set(steps[0])
    made = [step for step in steps if step["what"] == "render"]
    assert made[-1]["done"] == made[-1]["total"] == 24
    assert {step["shot"] for step in made} <= {"take3", "again"}


def test_one_frame_and_all_of_them(run, film_file, tmp_path):
    still = tmp_path / "a.png"
    assert run("render", film_file, "-o", still, "--frame", "13")[0] == 0
    assert run("render", film_file, "-o", still, "--frame", "13")[0] == 2
    code, said, _ = run(
        *("render", film_file, "-o", tmp_path / "b.tif"),
        *("--frame", "00:00:00:13", "--json"),
    )
    assert code == 0
    assert json.loads(said) == {"path": str(tmp_path / "b.tif"), "frame": 13}
    with Image.open(still) as one, Image.open(tmp_path / "b.tif") as other:
        assert one.size == (192, 108)
        assert one.tobytes() == other.convert("RGB").tobytes()
    code, said, _ = run("render", film_file, "-o", tmp_path / "all/%03d.png")
    assert code == 0
    assert "24 images, 192x108" in said
    assert (tmp_path / "all/013.png").read_bytes() == still.read_bytes()


@pytest.mark.parametrize(
    "wrong",
    [
        ("--frame", "soon"),
        ("--frame", "24"),
        ("--frame", "3", "--crf", "18"),
        ("--frame", "3", "--loudness", "web"),
        ("--frame", "3", "--stems", "stems"),
        ("--frame", "3", "--captions", "beside"),
        ("--loudness", "loud"),
        ("--loudness", "3"),
        ("--captions", "above"),
        ("--encoder", "nvenc"),
        ("--jobs", "0"),
        ("--jobs", "2", "--cluster", "local"),
        ("--media", "/a=/b"),
        ("--progress", "dots"),
        ("--for", "reel"),
        ("--for", "reels"),
    ],
)
def test_wrong_use_leaves_nothing(run, film_file, tmp_path, wrong):
    path = tmp_path / ("a.png" if "--frame" in wrong else "a.mp4")
    code, _, said = run("render", film_file, "-o", path, *wrong)
    assert code in (1, 2)
    assert said
    assert list(tmp_path.iterdir()) == []


def test_a_delivery_refuses_before_any_work(run, film_file, tmp_path):
    code, _, said = run("render", film_file, "-o", tmp_path / "a.mp4", "--for", "reels")
    assert code == 1
    assert "It lasts 1 s; Instagram Reels takes 3 s at least." in said
    assert "help:" in said


def test_check_says_what_a_delivery_refuses(run, film_file, tmp_path):
    assert run("check", film_file)[0] == 0
    assert run("check", film_file, "--for", "youtube")[0] == 0
    code, said, _ = run("check", film_file, "--for", "reels", "--json")
    assert code == 1
    assert [problem["code"] for problem in json.loads(said)] == ["short", "crop"]
    code, _, said = run("check", film_file, "--for", "reel")
    assert code == 2
    assert "Did you mean 'reels'?" in said
    (tmp_path / "film.toml").write_text("")
    assert run("check", tmp_path / "film.toml", "--for", "reels")[0] == 2


def test_delivered_as_promised(run, film_file, tmp_path):
    path = tmp_path / "a.mp4"
    code, _, said = run(
        *("render", film_file, "-o", path, "--for", "tiktok", "--no-cache"),
        *("--size", "406x720", "--pad", "#000000", "--preset", "ultrafast"),
    )
    assert code == 1 and "3 s at least" in said
    code, *_ = run("render", film_file, "-o", path, "--for", "youtube")
    assert code == 0
    facts = probe(path)
    assert (facts.width, facts.height, facts.rate) == (192, 108, Fraction(24))
    with av.open(str(path)) as film:
        assert film.streams.video[0].codec_context.profile == "High"


def test_a_prores_film_goes_into_a_mov(run, film_file, tmp_path):
    code, _, said = run(
        "render", film_file, "-o", tmp_path / "a.mp4", "--for", "festival"
    )
    assert code == 2
    assert "Festival, ProRes is delivered as .mov." in said
    assert "Write a.mov." in said
    path = tmp_path / "a.mov"
    assert run("render", film_file, "-o", path, "--for", "festival")[0] == 0
    with av.open(str(path)) as film:
        context = film.streams.video[0].codec_context
        assert (context.name, context.profile) == ("prores", "HQ")
    assert read_film(path) == CODES


@pytest.fixture(scope="module")
def spoken_file(tmp_path_factory):
    """The same with a voice that says something."""
    folder = tmp_path_factory.mktemp("spoken")
    take = write_take(folder / "take3.mp4", 3, 30, options={"preset": "ultrafast"})
    write_wav(folder / "voice.wav", np.full((48_000, 2), 0.1, np.float32), 48_000)
    voice = clip(folder / "voice.wav", 0, 24)
    said = {"source": "srt", "sentences": [[0.0, 0.9, "Wind, and sand."]]}
    metadata.put(voice.media_reference, "speech", said)
    made = timeline([clip(take, 5, 24)], audio=[[voice]])
    made.audio_tracks()[0].name = "Voice"
    (folder / "film.otio").write_text(made.to_json_string())
    return folder / "film.otio"


def test_stems_and_captions_lie_beside(run, spoken_file, tmp_path):
    code, said, _ = run(
        *("render", spoken_file, "-o", tmp_path / "a.mp4", "--captions", "vtt"),
        *("--stems", tmp_path / "stems", "--json"),
    )
    assert code == 0
    held = json.loads(said)
    assert held["stems"] == [str(tmp_path / "stems/voice.wav")]
    assert probe(tmp_path / "stems/voice.wav").samples == 48_000
    text = (tmp_path / "a.vtt").read_text("utf-8")
    assert text.startswith("WEBVTT\n\n1\n00:00:00.000 --> ")
    assert "Wind, and sand." in text
    before = sorted(tmp_path.rglob("*"))
    again = ("render", spoken_file, "-o", tmp_path / "b.mp4")
    assert run(*again, "--stems", tmp_path / "stems")[0] == 2
    assert sorted(tmp_path.rglob("*")) == before


def test_captions_burnt_into_a_frame(run, spoken_file, tmp_path):
    bare, burnt = tmp_path / "a.png", tmp_path / "b.png"
    one = ("render", spoken_file, "--frame", "6", "-o")
    assert run(*one, bare)[0] == 0
    assert run(*one, burnt, "--captions", "burn")[0] == 0
    assert bare.read_bytes() != burnt.read_bytes()


def test_presets_are_told(run):
    code, said, _ = run("presets")
    assert code == 0
    assert len(said.splitlines()) == 10
    code, said, _ = run("presets", "reels", "--json")
    (held,) = json.loads(said)
    assert held["limits"]["longest_s"] == 900
    assert held["encoding_of_24_fps"]["gop_frames"] == 12
    code, said, _ = run("presets", "youtube")
    assert "support.google.com" in said
    assert run("presets", "betamax")[0] == 1
