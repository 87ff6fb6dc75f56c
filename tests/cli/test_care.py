"""The verbs that care for timelines and media, as a person types them."""

import importlib
import json
from fractions import Fraction

import opentimelineio as otio
import pytest

from otio_genai import rates
from otio_genai.media import locate
from tests.support import bins
from tests.support.marks import later

DISSOLVE = ("--fractures", "dissolve")

RATE = Fraction(24)


def film(folder, *lengths):
    made = otio.schema.Timeline("film", global_start_time=rates.time(0, RATE))
    track = otio.schema.Track("V1", kind="Video")
    for number, length in enumerate(lengths):
        path = folder / f"take {number}.mp4"
        path.write_bytes(b"x" * (number + 1))
        reference = otio.schema.ExternalReference(
            locate.url(path), rates.span(0, 100, RATE)
        )
        span = rates.span(5, length, RATE)
        track.append(otio.schema.Clip(path.stem, reference, span))
    made.tracks.append(track)
    return made


@pytest.fixture
def edit(tmp_path):
    otio.adapters.write_to_file(film(tmp_path, 40, 30, 20), str(tmp_path / "a.otio"))
    otio.adapters.write_to_file(film(tmp_path, 40, 24, 20), str(tmp_path / "b.otio"))
    return tmp_path


def test_diff_says_what_was_edited(run, edit):
    assert run("diff", edit / "a.otio", edit / "a.otio") == (
        0,
        "Nothing changed.\n",
        "",
    )
    code, said, _ = run("diff", edit / "a.otio", edit / "b.otio")
    assert code == 1
    assert "take 1 · 00:00:01:16: trimmed: 6 frames off its end" in said
    code, said, _ = run("diff", edit / "a.otio", edit / "b.otio", "--json")
    assert json.loads(said)["counts"] == {"trimmed": 1, "shifted": 1}


@pytest.mark.parametrize(
    "to", later(["premiere", "edl", "resolve", "finalcut", "aaf", "kdenlive"], 2)
)
def test_diff_finds_no_edit_in_what_an_editor_s_file_cannot_hold(run, edit, to):
    suffix = {"edl": ".edl", "aaf": ".aaf", "kdenlive": ".kdenlive"}.get(to, ".xml")
    sent = edit / f"sent{suffix}"
    if to in ("edl", "aaf", "kdenlive"):
        pytest.importorskip(
            f"otio_{to}_adapter" if to != "edl" else "otio_cmx3600_adapter"
        )
    assert run("export", edit / "a.otio", "-o", sent, "--to", to)[0] == 0
    assert run("diff", edit / "a.otio", sent) == (0, "Nothing changed.\n", "")
    code, said, _ = run("diff", edit / "b.otio", sent)
    assert code == 1
    assert "6 frames more" in said


def test_diff_says_where_a_format_s_losses_count_as_edits(run, edit, monkeypatch):
    pytest.importorskip("otio_cmx3600_adapter")
    sent = edit / "sent.edl"
    assert run("export", edit / "a.otio", "-o", sent, "--to", "edl")[0] == 0
    through = importlib.import_module("otio_genai.export.through")
    monkeypatch.setattr(through, "as_given", lambda film, *_, **__: film)
    assert "counted as edits" in run("diff", edit / "a.otio", sent)[2]
    assert run("diff", edit / "a.otio", edit / "a.otio")[2] == ""


@pytest.mark.parametrize("to", ["premiere", "resolve", "otio"])
def test_lint_knows_a_file_by_what_it_holds(run, edit, to):
    sent = edit / "sent.timeline"
    assert run("export", edit / "a.otio", "-o", sent, "--to", to)[0] == 0
    assert run("lint", sent)[0] == 0
    text = sent.read_text("utf-8").replace("take%20", "tak%20")
    sent.write_text(text, encoding="utf-8")
    code, said, _ = run("lint", sent, "--media")
    assert code == 1
    assert "tak%20" in said
    code, said, _ = run("lint", sent, "--media", "--json")
    assert json.loads(said)[str(sent)]


def test_lint_says_what_it_has_no_rules_for(run, edit):
    (edit / "list.edl").write_text("TITLE: x\n")
    code, _, said = run("lint", edit / "list.edl")
    assert code == 1
    assert "no rules" in said


def test_a_collected_film_goes_to_editors_and_comes_back(run, edit):
    out = edit / "out"
    code, said, _ = run(
        "collect", edit / "a.otio", "-o", out, "--to", "premiere", "--to", "resolve"
    )
    assert code == 0
    assert "3 media files" in said
    assert run("diff", edit / "a.otio", out / "film.otio")[0] == 0
    for name in ("film.otio", "film.premiere.xml", "film.resolve.xml"):
        found = otio.adapters.read_from_file if name.endswith("otio") else None
        if found:
            clip = next(iter(found(str(out / name)).find_clips()))
            assert clip.media_reference.target_url == "media/take_0.mp4"
        else:
            code, said, _ = run("lint", out / name, "--media")
            assert code == 0, said
    code, _, said = run("collect", edit / "a.otio", "-o", out)
    assert code == 2
    assert "--force" in said


def test_collect_names_all_that_is_missing(run, edit):
    (edit / "take 0.mp4").unlink()
    (edit / "take 2.mp4").unlink()
    code, _, said = run("collect", edit / "a.otio", "-o", edit / "out")
    assert code == 1
    assert "take 0.mp4" in said and "take 2.mp4" in said
    assert not (edit / "out").exists()
    found = run("collect", edit / "a.otio", "-o", edit / "out", "--allow-missing")
    assert found[0] == 0


def test_relink_finds_what_was_moved(run, edit):
    elsewhere = edit / "elsewhere"
    assert run("collect", edit / "a.otio", "-o", elsewhere)[0] == 0
    for number in range(2):
        (edit / f"take {number}.mp4").unlink()
    linked = edit / "linked.otio"
    code, said, _ = run("relink", edit / "a.otio", "-o", linked)
    assert code == 1
    assert "2 still missing, 1 were there" in said
    code, said, _ = run(
        "relink",
        edit / "a.otio",
        "-o",
        linked,
        "--force",
        "--map",
        f"{edit}={elsewhere / 'media'}",
        "--json",
    )
    # Their names there are others: a map of paths alone does not find them.
    assert code == 1
    assert len(json.loads(said)["missing"]) == 2
    code, _, said = run("relink", edit / "a.otio", "-o", linked, "--map", "nonsense")
    assert code == 2
    assert "nonsense" in said


def test_an_edited_film_is_assembled_around_what_was_done(run, tmp_path):
    made = bins.bin_of(*bins.pool(9, seed=2), bins.music(12))
    otio.adapters.write_to_file(made, str(tmp_path / "bin.otio"))
    film, sent = tmp_path / "film.otio", tmp_path / "sent.xml"
    assert run("assemble", tmp_path / "bin.otio", "-o", film)[0] == 0
    assert run("export", film, "-o", sent, "--to", "resolve", *DISSOLVE)[0] == 0
    new = tmp_path / "new.otio"
    both = ("--from", sent, "--previous", film)
    code, said, _ = run("assemble", tmp_path / "bin.otio", "-o", new, *both)
    assert code == 0
    assert said.startswith("Nothing changed.")
    again = run("assemble", tmp_path / "bin.otio", "-o", new, "--from", sent, "--force")
    assert again[0] == 0
    code, _, said = run(
        "assemble", tmp_path / "bin.otio", "-o", new, *both, "--lock", 1, "--force"
    )
    assert code == 2
    assert "--lock" in said
    code, _, said = run(
        "assemble", tmp_path / "bin.otio", "-o", new, "--sequence", "x", "--force"
    )
    assert code == 2
    assert "--from" in said


def test_a_copy_that_collect_renamed_is_no_edit(run, tmp_path):
    made = otio.schema.Timeline("two", global_start_time=rates.time(0, RATE))
    made.tracks.append(otio.schema.Track("V1", kind="Video"))
    for folder in ("n1", "n2"):
        path = tmp_path / folder / "take.mp4"
        path.parent.mkdir()
        path.write_bytes(folder.encode())
        reference = otio.schema.ExternalReference(
            locate.url(path), rates.span(0, 48, RATE)
        )
        made.tracks[0].append(
            otio.schema.Clip("take", reference, rates.span(0, 24, RATE))
        )
    sent, out = tmp_path / "two.otio", tmp_path / "out"
    otio.adapters.write_to_file(made, str(sent))
    assert run("collect", sent, "-o", out, "--to", "premiere")[0] == 0
    for name in ("two.otio", "two.premiere.xml"):
        assert run("diff", sent, out / name) == (0, "Nothing changed.\n", "")
        assert run("diff", out / name, sent)[0] == 0
    (out / "collected.json").unlink()
    code, said, _ = run("diff", sent, out / "two.otio")
    assert code == 1
    assert "replaced by take_2.mp4 (it was take.mp4)" in said


def test_an_edited_film_of_collected_copies_is_known(run, tmp_path):
    made = bins.bin_of(*bins.pool(9, seed=2), bins.music(12))
    otio.adapters.write_to_file(made, str(tmp_path / "bin.otio"))
    film, sent = tmp_path / "film.otio", tmp_path / "sent.otio"
    assert run("assemble", tmp_path / "bin.otio", "-o", film)[0] == 0
    edited = otio.adapters.read_from_file(str(film))
    told = {}
    for clip in edited.find_clips():
        reference = clip.media_reference
        if getattr(reference, "target_url", None):
            path = locate.path(reference)
            name = f"media/copy_{len(told)}{path.suffix}"
            told[name] = {"original": str(path)}
            reference.target_url = name
            reference.metadata.get("otio_genai", {}).pop("hash", None)
    otio.adapters.write_to_file(edited, str(sent))
    (tmp_path / "collected.json").write_text(json.dumps(told))
    code, said, _ = run(
        "assemble",
        *(tmp_path / "bin.otio", "-o", tmp_path / "new.otio"),
        *("--from", sent, "--previous", film),
    )
    assert code == 0
    assert said.startswith("Nothing changed.")
