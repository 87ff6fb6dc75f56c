"""Verbs that write for editors: what they print, and how they end."""

import json

import pytest

from otio_genai.export import export as write
from otio_genai.export import read
from otio_genai.media import locate
from tests.export.building import carried
from tests.render.building import clip, timeline
from tests.support import project
from tests.support.project import drifting


@pytest.fixture(scope="module")
def takes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("takes")
    return [drifting(folder / f"take {k}.mp4", 48, 24, seed=k) for k in range(3)]


@pytest.fixture
def film(takes, tmp_path):
    write(carried(takes), tmp_path / "film.otio", to="otio")
    return tmp_path / "film.otio"


def test_export_bakes_carries_and_says_so(run, film):
    out = film.with_name("film.xml")
    code, said, _ = run("export", film, "-o", out, "--to", "premiere")
    assert code == 0
    assert f"{out}: written for premiere" in said
    assert "baked" in said
    assert len(list(film.with_name("carries").iterdir())) == 2


def test_the_road_of_carries_can_be_chosen(run, film):
    for road, outcome in (("dissolve", "approximated"), ("cut", "dropped")):
        arguments = ("--to", "finalcut", "--fractures", road, "--force", "--json")
        code, said, _ = run("export", film, "-o", film.with_name("x"), *arguments)
        told = json.loads(said)
        carries = [i for i in told["items"] if i["feature"] == "carry"]
        assert code == 0
        assert [item["outcome"] for item in carries] == [outcome] * 2
    assert not film.with_name("carries").exists()
    code, _, said = run("export", film, "-o", "x", "--to", "edl", "--fractures", "fly")
    assert code == 2
    assert "native" in said


@pytest.mark.parametrize("verb", ["export", "convert"])
def test_a_plan_writes_nothing(run, film, verb):
    before = sorted(film.parent.iterdir())
    code, said, _ = run(verb, film, "--to", "resolve", "--plan")
    assert code == 0
    assert "nothing written" in said
    assert "baked" in said
    assert sorted(film.parent.iterdir()) == before


def test_strict_ends_with_one_when_anything_is_lost(run, film, takes):
    arguments = ("--to", "premiere", "--plan", "--strict")
    assert run("convert", film, *arguments)[0] == 1
    plain = timeline([clip(takes[0], 0, 20)], size=(192, 108))
    write(plain, film, to="otio", force=True)
    assert run("convert", film, *arguments)[0] == 0


def test_convert_tells_both_ways_apart(run, film):
    xml, out = film.with_name("a.xml"), film.with_name("a.fcpxml")
    assert run("convert", film, "-o", xml, "--to", "premiere")[0] == 0
    code, said, _ = run("convert", xml, "-o", out, "--json")
    told = json.loads(said)
    assert code == 0
    assert told["to"] == "finalcut"
    assert told["output"] == str(out)
    assert set(told) >= {"lossy", "warnings", "unsupported", "reading", "writing"}
    both = told["reading"]["items"] + told["writing"]["items"]
    assert told["items"] == both
    assert len(read(out)[0].video_tracks()) == 2


def test_a_sequence_is_chosen_by_name(run, film):
    out = film.with_name("a.xml")
    assert run("convert", film, "-o", out, "--to", "premiere")[0] == 0
    code, _, said = run("convert", out, "--to", "otio", "--plan", "--sequence", "no")
    assert code == 1
    assert "'no'" in said


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("export", "FILM", "--to", "premiere"), "-o"),
        (("export", "FILM", "-o", "x"), "--to"),
        (("export", "FILM", "-o", "x", "--to", "premier"), "Did you mean 'premiere'?"),
        (("export", "gone.otio", "-o", "x", "--to", "edl"), "There is no gone.otio"),
        (("convert", "FILM"), "--plan"),
        (("export", "FILM", "--to", "premiere"), "--plan"),
        (("convert", "FILM", "-o", "x.xml"), "premiere or resolve"),
        (("convert", "FILM", "--plan"), "--to"),
        (("convert", "FILM", "-o", "FILM"), "exists already"),
    ],
)
def test_wrong_use_is_told(run, film, arguments, why):
    given = [film if word == "FILM" else word for word in arguments]
    code, _, said = run(*given)
    assert code == 2
    assert why in said


@pytest.mark.slow
def test_what_make_bakes_lies_where_its_files_say(run, tmp_path):
    folder = project.small_project(tmp_path / "film", takes=4, music_s=6.0, voice_s=0)
    style = "[style]\ncarry_share = 0.6\ndry_share = 0\n"
    (folder / "film.toml").write_text(style, "utf-8")
    out = tmp_path / "out"
    for force in ((), ("--force",)):
        code, _, said = run("make", folder, "-o", out, *force)
        assert code == 0, said
        made = read(out / "film.premiere.xml")[0]
        rendered = [
            locate.path(held.media_reference)
            for track in made.video_tracks()
            for held in track.find_clips()
            if locate.path(held.media_reference).name.startswith("carry_")
        ]
        assert rendered
        assert all(path.parent == out / "carries" for path in rendered)
        assert all(path.is_file() for path in rendered)
        assert not list(out.glob(".making*"))


def test_a_suffix_that_its_editor_does_not_read_is_warned_of(run, film):
    for name, to, warned in (
        ("a.otio", "premiere", True),
        ("a.xml", "premiere", False),
        ("a.XML", "resolve", False),
        ("a.fcpxml", "finalcut", False),
    ):
        out = film.with_name(name)
        options = ("--to", to, "--fractures", "cut")
        code, _, said = run("export", film, "-o", out, *options)
        assert code == 0
        assert ("warning: Editors choose" in said) is warned


def test_a_rate_that_is_none_is_wrong_use(run, film):
    for rate in ("abc", "0"):
        options = ("--to", "premiere", "--plan", "--rate", rate)
        code, _, said = run("convert", film, *options)
        assert code == 2
        assert "not a frame rate" in said


def test_a_kit_at_a_rate_that_is_none_is_wrong_use(run, tmp_path):
    code, _, said = run("kit", tmp_path / "kit", "--rate", "fast")
    assert code == 2
    assert "--rate" in said
    assert not (tmp_path / "kit").exists()
