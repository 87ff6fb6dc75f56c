"""What a director asks of a film at the command line."""

import json
import shutil

import opentimelineio as otio
import pytest
from jsonschema import Draft202012Validator

from otio_genai.assemble import table
from otio_genai.cli import main
from tests.support import project

FAULTY = '[film]\ntitel = "x"\n[[pins]]\ntake = "a"\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return project.small_project(tmp_path_factory.mktemp("film"), voice_s=0)


@pytest.fixture(scope="module")
def made(folder, tmp_path_factory):
    """The bin and the film of a small project."""
    out = tmp_path_factory.mktemp("made")
    for words in (
        ("ingest", folder, "-o", out / "found.otio"),
        ("analyse", out / "found.otio", "-o", out / "bin.otio"),
        ("assemble", out / "bin.otio", "-o", out / "film.otio"),
    ):
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        assert not ended.value.code
    return out


def test_check_says_everything_that_is_wrong_with_a_film_file(run, tmp_path):
    file = tmp_path / "film.toml"
    file.write_text(FAULTY)
    code, said, _ = run("check", file)
    assert code == 1
    assert "line 2: [film] titel is no key; did you mean title?" in said
    assert "line 3: [[pins]] 1: needs slot or at_s" in said
    assert said.count("help:") == 2
    code, said, _ = run("check", file, "--json")
    assert code == 1
    assert [problem["severity"] for problem in json.loads(said)] == ["error"] * 2
    file.write_text("[film\n")
    code, said, _ = run("check", file)
    assert code == 1 and "line 1: This is not TOML" in said
    file.write_text("")
    assert run("check", file) == (0, f"{file}: nothing wrong\n", "")
    assert run("check", file, "--json")[:2] == (0, "[]\n")
    assert run("check", tmp_path / "none.toml")[0] == 2


def test_check_finds_names_that_no_file_has(run, folder, tmp_path):
    (tmp_path / "takes").mkdir()
    for name in ("dune_1.mp4", "Été (1).mp4"):
        (tmp_path / "takes" / name).write_bytes(b"")
    (tmp_path / "shots.csv").write_text("take\ndune_1\nhand\n")
    file = tmp_path / "film.toml"
    right = """[order]
first = ["takes/dune_1.mp4", "DUNE_1", "\u00e9t\u00e9 (1)"]
[[locks]]
from = "dune_1.mp4"
to = "E\u0301te\u0301 (1).mp4"
"""
    file.write_text(right, encoding="utf-8")
    assert run("check", file)[0] == 0
    wrong = right.replace("DUNE_1", "dune_2").replace("dune_1.mp4", "dune_9.mp4")
    wrong = wrong.replace("[order]", '[order]\nlist = "shots.csv"')
    wrong += '[music]\nbed = "violin"\n[[pins]]\ntake = "x"\nslot = 1\n'
    file.write_text(wrong, encoding="utf-8")
    code, said, _ = run("check", file, "--json")
    assert code == 1
    assert [(p["place"].split(", ")[-1], p["text"]) for p in json.loads(said)] == [
        (
            "[order] first",
            "No file is called 'takes/dune_9.mp4'; did you mean takes/dune_1.mp4?",
        ),
        ("[order] first", "No file is called 'dune_2'; did you mean dune_1?"),
        ("[music] bed", "No file is called 'violin'."),
        ("line 9", "No file is called 'x'."),
        ("line 4", "No file is called 'dune_9.mp4'; did you mean dune_1.mp4?"),
        ("line 3", "No file is called 'hand'."),
    ]


def test_schema(run, tmp_path):
    code, said, _ = run("schema")
    assert code == 0
    Draft202012Validator.check_schema(json.loads(said))
    file = tmp_path / "film.schema.json"
    assert run("schema", "-o", file)[0] == 0
    assert file.read_text("utf-8") == said
    code, _, told = run("schema", "-o", file)
    assert code == 2 and "--force" in told
    assert run("schema", "-o", file, "--force")[0] == 0
    assert run("schema", "-o", tmp_path / "none" / "x")[0] in (0, 2)


def test_joins(run, made, tmp_path):
    film = otio.adapters.read_from_file(str(made / "film.otio"))
    code, said, _ = run("joins", made / "film.otio", "--json")
    assert code == 0
    found = json.loads(said)
    assert found == table.joins(film) and found
    code, said, _ = run("joins", made / "film.otio")
    assert code == 0
    assert said == table.joins_text(found) + "\n"
    assert found[0]["why"] in said
    empty = tmp_path / "empty.otio"
    empty.write_text(otio.schema.Timeline("t").to_json_string())
    assert run("joins", empty)[:2] in ((0, "no joins\n"), (1, ""))
    (tmp_path / "no.otio").write_text("no json")
    code, _, said = run("joins", tmp_path / "no.otio")
    assert code == 1 and "help:" in said


@pytest.mark.parametrize("wrong", ["0", "x", "1,,2", "-1", "1.5", "٣"])
def test_locks_are_numbers_of_joins(run, made, tmp_path, wrong):
    film = ("--previous", made / "film.otio")
    arguments = ("assemble", made / "bin.otio", "-o", tmp_path / "f.otio", *film)
    code, _, said = run(*arguments, f"--lock={wrong}")
    assert code == 2 and "3,7" in said
    assert not list(tmp_path.iterdir())


def test_locks_need_an_earlier_film(run, made, tmp_path):
    code, _, said = run(
        "assemble", made / "bin.otio", "-o", tmp_path / "f.otio", "--lock", "1"
    )
    assert code == 2 and "--previous" in said


def pairs(path):
    found = table.joins(otio.adapters.read_from_file(str(path)))
    return [(join["from"], join["to"]) for join in found]


def test_a_film_is_planned_again_around_its_locks(run, made, tmp_path):
    there = made / "film.otio"
    again = ("--previous", there, "-o", tmp_path / "f.otio")
    before = pairs(there)
    for locks in (["--lock", "1"], ["--lock", "1,2"], ["--lock", "2", "--lock", "1"]):
        code, _, said = run("assemble", made / "bin.otio", *again, *locks, "--force")
        assert code == 0, said
        count = len(",".join(locks[1::2]).split(","))
        assert set(before[:count]) <= set(pairs(tmp_path / "f.otio"))
    code, _, said = run("assemble", made / "bin.otio", *again, "--force", "--lock", 999)
    assert code == 1 and "help:" in said


def test_make_plans_again_from_its_own_film(run, folder, tmp_path):
    shutil.copytree(folder, tmp_path / "film")
    film = tmp_path / "film"
    code, _, said = run("make", film, "--no-render", "--replan")
    assert code != 0 and "help:" in said
    assert run("make", film, "--no-render")[0] == 0
    before = pairs(film / "out/film.otio")
    (film / "film.toml").write_text("[film]\nseed = 5\n")
    code, _, said = run("make", film, "--no-render", "--replan", "--lock", "2")
    assert code == 0, said
    assert before[1] in pairs(film / "out/film.otio")
    assert run("make", film, "--no-render", "--lock", "1")[0] == 2
