"""Fields at the command line: opened, judged, drawn from, shown."""

import json
import shutil

import numpy as np
import opentimelineio as otio
import pytest
from PIL import Image

from otio_genai import metadata
from otio_genai.cli import cli
from otio_genai.cli.field import field as group
from otio_genai.errors import FieldError
from otio_genai.field import showing
from tests.support import coded, fields, project, sounds

FEW = {"in": [0, 12], "out": [24, 36]}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A field over files, which nobody changes."""
    folder = tmp_path_factory.mktemp("field")
    path = folder / "field.otio"
    document = fields.coded(folder / "takes", 3, 2, frames=48, cuts=FEW)
    path.write_text(document.to_json_string())
    return path


@pytest.fixture
def field(made, tmp_path):
    return shutil.copy(made, tmp_path / "field.otio")


def read(path):
    return otio.adapters.read_from_file(str(path))


def takes_of(path, slot):
    timeline = read(path)
    track = timeline.video_tracks()[0]
    clips = [c for c in track if isinstance(c, otio.schema.Clip)]
    return [clips[slot], *metadata.read(clips[slot], "takes")]


@pytest.mark.parametrize("verb", list(group.commands))
def test_every_verb_shows_an_example(run, verb):
    code, said, _ = run("field", verb, "--help")
    assert code == 0
    example = said.split("  Example:\n")[1].split("\n\n")[0]
    assert all(
        line.startswith(f"    otio-genai field {verb} ") for line in example.split("\n")
    )


def test_a_misspelt_verb_is_guessed(run):
    code, _, complaint = run("field", "edition", "x")
    assert code == 2 and "Did you mean 'editions'?" in complaint
    assert "field" in cli.commands


@pytest.mark.slow
def test_a_folder_becomes_a_field_and_the_field_a_film(run, tmp_path):
    folder = project.small_project(tmp_path / "film", takes=4)
    bin_file, opened, film = (tmp_path / f"{n}.otio" for n in ("bin", "field", "film"))
    assert run("ingest", folder, "-o", bin_file)[0] == 0
    assert run("analyse", bin_file, "-o", bin_file, "--force")[0] == 0
    code, said, _ = run("field", "open", bin_file, "-o", opened, "--slots", 2)
    assert code == 0 and said.startswith(f"{opened}: ") and "2 slots" in said
    code, said, _ = run("field", "check", opened, "--json")
    judged = json.loads(said)
    assert judged["slots"] == 2 and code == (0 if judged["fine"] else 1)
    assert run("field", "realise", opened, "--seed", 5, "-o", film)[0] == 0
    assert run("check", film)[0] == 0
    assert run("export", film, "-o", tmp_path / "f.xml", "--to", "premiere")[0] == 0


def test_cuts_are_merged_into_a_field(run, field, tmp_path):
    cuts = []
    for seed in (1, 2):
        cuts.append(tmp_path / f"{seed}.otio")
        run("field", "realise", field, "--seed", seed, "-o", cuts[-1])
    code, said, _ = run("field", "merge", *cuts, "-o", tmp_path / "both.otio")
    assert code == 0 and "3 slots" in said
    assert run("field", "check", tmp_path / "both.otio")[0] in (0, 1)


def test_check_says_what_a_field_holds(run, field):
    code, said, _ = run("field", "check", field)
    assert code == 0
    assert said.startswith("Field: 3 slots, 6 takes\nfilms ")
    code, told, _ = run("field", "check", field, "--json")
    assert code == 0 and json.loads(told)["takes"] == 6


def test_check_exits_1_when_something_is_wrong(run, tmp_path):
    path = tmp_path / "field.otio"
    wrong = fields.document(2, 2, facts={"motion": {"tau": 0}})
    path.write_text(wrong.to_json_string())
    code, said, _ = run("field", "check", path)
    assert code == 1 and "There is no film in it:" in said
    never = fields.document(
        2, 2, slot_facts={1: {"requires": "no"}}, flags={"no": False}
    )
    path.write_text(never.to_json_string())
    code, said, _ = run("field", "check", path)
    assert code == 1 and "never shown    2 takes" in said


def test_a_timeline_is_no_field(run, field, tmp_path):
    film = tmp_path / "film.otio"
    run("field", "realise", field, "-o", film)
    for verb in (("check", film), ("realise", film, "-o", tmp_path / "x.otio")):
        code, _, complaint = run("field", *verb)
        assert code == 1 and "no field" in complaint
        assert "help: Make one of it: otio-genai field open" in complaint


def test_a_seed_is_a_film_and_the_same_each_time(run, field, tmp_path):
    films = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2), ("d", 3)):
        path = tmp_path / f"{name}.otio"
        assert run("field", "realise", field, "--seed", seed, "-o", path)[0] == 0
        films.append(path.read_text())
    assert films[0] == films[1] and len(set(films)) > 1
    code, _, complaint = run("field", "realise", field, "-o", tmp_path / "a.otio")
    assert code == 2 and "exists already" in complaint


def test_nothing_is_said_of_a_showing_that_nobody_witnesses(run, field, tmp_path):
    before = set(tmp_path.iterdir())
    code, said, complaint = run("field", "show", field)
    assert code == 0 and complaint == ""
    book = tmp_path / "field.book.json"
    assert set(tmp_path.iterdir()) - before <= {book, *tmp_path.glob(".*")}
    assert said == f"{book}: 1 shown\n"
    names = [clip.name for k in range(3) for clip in takes_of(field, k)]
    assert not any(name in said + book.read_text() for name in names)


def test_a_field_is_shown_until_all_of_it_was(run, made, tmp_path):
    field = tmp_path / "field.otio"
    small = fields.document(2, 2, cuts={"in": [0], "out": [24]})
    field.write_text(small.to_json_string())
    seen = set()
    for number in range(4):
        out = tmp_path / f"{number}.otio"
        code, said, _ = run("field", "show", field, "-o", out)
        assert code == 0 and f"{number + 1} shown" in said
        film = read(out)
        clips = film.video_tracks()[0].find_clips()
        seen.add(tuple(clip.name for clip in clips))
    assert len(seen) == 4
    code, _, complaint = run("field", "show", field, "-o", tmp_path / "5.otio")
    assert code == 1 and complaint and not (tmp_path / "5.otio").exists()


def test_numbered_films_come_again_by_their_number(run, field, tmp_path):
    book = tmp_path / "numbers.json"
    films = []
    for name, number in (("a", 0), ("b", 0), ("c", 1)):
        path = tmp_path / f"{name}.otio"
        code, said, _ = run(
            *("field", "show", field, "--number", number),
            *("-o", path, "--book", book),
        )
        assert code == 0 and f"number {number}" in said
        films.append(path.read_text())
    assert films[0] == films[1] != films[2]
    code, _, complaint = run("field", "show", field, "--number", 10**9, "--book", book)
    assert code == 1 and "no film 1000000000" in complaint


def test_a_film_by_its_number_leaves_the_field_to_be_shown(run, field, tmp_path):
    book = tmp_path / "field.book.json"
    code, _, complaint = run("field", "show", field, "--number", 10**9)
    assert code == 1 and "no film 1000000000" in complaint
    assert not book.exists()
    for number in (0, 1):
        assert run("field", "show", field, "--number", number)[0] == 0
    kept = book.read_text()
    assert '"ledger"' in kept and '"films": []' in kept
    # It has a bag: what was drawn by number keeps no film from being shown.
    code, said, _ = run("field", "show", field)
    assert (code, said) == (0, f"{book}: 1 shown\n")


def test_a_field_without_a_film_is_given_no_book(run, field, tmp_path, monkeypatch):
    def refused(*given):
        raise FieldError("No film keeps the rules.")

    monkeypatch.setattr(showing, "unseen", refused)
    code, _, complaint = run("field", "show", field)
    assert code == 1 and "No film keeps the rules." in complaint
    assert not (tmp_path / "field.book.json").exists()


def test_nothing_is_shown_where_it_could_not_be_written(run, field, tmp_path):
    out = tmp_path / "there.otio"
    out.write_text("mine")
    assert run("field", "show", field, "-o", out)[0] == 2
    assert out.read_text() == "mine"
    assert not (tmp_path / "field.book.json").exists()


def test_editions_lie_side_by_side_and_are_written(run, field, tmp_path):
    sheet, folder = tmp_path / "e.png", tmp_path / "films"
    words = ("field", "editions", field, "--n", 3, "--seed", 4, "-o", sheet)
    code, said, _ = run(*words, "--write", folder)
    assert code == 0 and f"{sheet}: 3 editions" in said
    assert sorted(p.name for p in folder.iterdir()) == [
        *("seed-4.otio", "seed-5.otio", "seed-6.otio")
    ]
    one = tmp_path / "one.otio"
    run("field", "realise", field, "--seed", 5, "-o", one)
    assert one.read_text() == (folder / "seed-5.otio").read_text()
    with Image.open(sheet) as picture:
        assert np.asarray(picture).std() > 20
    assert run(*words)[0] == 2


def test_editions_in_turn_rest_what_was_shown(run, field, tmp_path):
    sheet, folder = tmp_path / "e.png", tmp_path / "films"
    words = ("field", "editions", field, "--n", 2, "--in-turn", "-o", sheet)
    assert run(*words, "--write", folder)[0] == 0
    shown = []
    for number in (1, 2):
        film = read(folder / f"showing-{number}.otio")
        clips = film.video_tracks()[0].find_clips()
        shown.append({clip.name for clip in clips})
    # Two takes a slot, and three slots: the second film has all the others.
    assert len(shown[0] | shown[1]) == 6
    before = sheet.read_bytes()
    assert run(*words, "--force")[0] == 0 and sheet.read_bytes() == before
    assert not list(tmp_path.glob("*.json"))


def test_another_take_becomes_the_one_that_tools_see(run, field):
    first, second = (clip.name for clip in takes_of(field, 1))
    words = ("-o", field, "--force")
    assert run("field", "promote", field, "slot-002", second, *words)[0] == 0
    assert [clip.name for clip in takes_of(field, 1)] == [second, first]
    assert run("field", "promote", field, "slot-002", "2", *words)[0] == 0
    assert [clip.name for clip in takes_of(field, 1)] == [first, second]
    code, _, complaint = run("field", "promote", field, "slot-2", second, *words)
    assert code == 1 and "slot-002" in complaint


def test_a_file_becomes_a_take_once_it_is_approved(run, field, tmp_path):
    new = coded.write_take(tmp_path / "new one.mp4", 77, 60, 24, size=fields.SIZE)
    coded.write_take(tmp_path / "neighbour.mp4", 78, 60, 24, size=fields.SIZE)
    words = ("-o", field, "--force")
    code, said, _ = run("field", "add", field, "slot-003", new, *words)
    assert code == 0 and "new one, in quarantine" in said
    assert [clip.name for clip in takes_of(field, 2)][2:] == ["new one"]
    _, told, _ = run("field", "check", field, "--json")
    assert json.loads(told)["quarantined"] == [["slot-003", "new one"]]
    assert run("field", "approve", field, "slot-003", "new one", *words)[0] == 0
    judged = json.loads(run("field", "check", field, "--json")[1])
    assert (judged["takes"], judged["quarantined"]) == (7, [])
    assert run("field", "remove", field, "slot-003", "new one", *words)[0] == 0
    assert len(takes_of(field, 2)) == 2


def test_what_shows_nothing_is_no_take(run, field, tmp_path):
    path = tmp_path / "notes.mp4"
    path.write_text("no film")
    out = tmp_path / "out.otio"
    code, _, complaint = run("field", "add", field, "slot-001", path, "-o", out)
    assert code == 1 and "help:" in complaint and not out.exists()


def test_a_take_under_no_quarantine_is_not_approved(run, field, tmp_path):
    out = tmp_path / "approved.otio"
    code, _, complaint = run("field", "approve", field, "slot-001", 1, "-o", out)
    assert code == 1 and "under no quarantine" in complaint and not out.exists()


def test_a_sound_is_no_take_and_other_files_are_not_spoken_of(run, field, tmp_path):
    folder = tmp_path / "said"
    folder.mkdir()
    (folder / "other.mp4").write_bytes(b"no film")
    sounds.sound(folder / "words.wav", sounds.chord(0.5, 1))
    code, _, complaint = run(
        *("field", "add", field, "slot-001", folder / "words.wav"),
        *("-o", tmp_path / "added.otio"),
    )
    assert code == 1 and "This shows nothing" in complaint
    assert "other.mp4" not in complaint and "Download" not in complaint


def test_a_sheet_that_is_no_png_is_refused(run, field, tmp_path):
    sheet = tmp_path / "sheet.jpg"
    code, _, complaint = run("field", "editions", field, "--n", 2, "-o", sheet)
    assert code == 2 and "sheet.png" in complaint and not sheet.exists()
