"""What a film file says, read."""

import dataclasses
from fractions import Fraction
from pathlib import Path

from otio_genai.assemble.filmtoml.filmfile import default_film_file, read_film_file
from otio_genai.assemble.notes import JoinNote, Lock, Notes, Pin
from otio_genai.assemble.style import Style
from otio_genai.ingest.cues import Cues
from tests.support.filmfiles import WHOLE, refused


def test_every_table_is_read(write, tmp_path):
    (tmp_path / "takes").mkdir()
    (tmp_path / "takes/words.txt").write_text("So it begins.")
    film = read_film_file(write(WHOLE))
    assert (film.title, film.rate) == ("Brises", Fraction(24_000, 1001))
    assert (film.width, film.height, film.seed) == (1280, 720, 7)
    assert film.start_timecode == "01:00:00:00"
    assert (film.folder, film.home) == (tmp_path / "takes", tmp_path)
    assert film.style == Style(
        length_s=60,
        mean_shot_s=3,
        dry_share=0.5,
        carry_share=0.1,
        cut_on="phrases",
        use_stills=False,
        carry_s=0.4,
        order="given",
        first=("dune_1",),
        last=("end_1", "end_2"),
        profile="broadcast",
        duck=False,
        voice_at_s=4,
        weight_motion=2,
    )
    assert film.cues == Cues(
        bed="violin.wav", tempo_bpm=72, markers_s=(12.5, 31.0), script="words.txt"
    )
    lines = WHOLE.split("\n")
    at = [k for k, line in enumerate(lines, 1) if line.startswith("[[")]
    assert film.notes == Notes(
        pins=(
            Pin("dune_3", slot=-1, line=at[0]),
            Pin("hand_1", at_s=31, in_s=1.5, length_s=4, line=at[1]),
        ),
        locks=(Lock("a", "b", line=at[2]),),
        joins=(
            JoinNote("carry", number=3, length_s=0.4, line=at[3]),
            JoinNote("dry", before="hand_1", line=at[4]),
        ),
        source=str(tmp_path / "film.toml"),
    )
    assert film.kinds == {"a b.wav": "voice", "tests/*": "skip", "violin": "music"}
    assert film == read_film_file(tmp_path)


def test_an_empty_film_file_is_a_bare_folder(write, tmp_path):
    bare = default_film_file(tmp_path)
    assert read_film_file(tmp_path) == bare
    assert bare.title == tmp_path.name
    said = read_film_file(write(""))
    assert dataclasses.replace(said, path=None, notes=Notes()) == bare
    assert bare.style == Style() and bare.rate is None
    assert bare.cues == Cues() and said.notes == Notes(source=str(said.path))


def test_windows_files_are_read(write):
    text = "\ufeff[film]\r\ntitle = \"Ère\"\r\nseed = 'x'\r\n"
    assert refused(write(text)).items[0].startswith("line 3: [film] seed")


def test_the_product_goes_beside_the_film_file(write, tmp_path, monkeypatch):
    write("[film]\nseed = 1")
    monkeypatch.chdir(tmp_path)
    film = read_film_file("film.toml")
    assert (film.home, film.title) == (Path(), tmp_path.name)


def test_a_shot_list_is_the_order(write, tmp_path):
    (tmp_path / "shots.csv").write_text("take;length\na;2\nb;00:00:01:12\n")
    text = '[film]\nrate = 24\n[order]\nlist = "shots.csv"\n'
    film = read_film_file(write(text))
    assert [(s.take, s.length_s) for s in film.notes.shots] == [("a", 2), ("b", 1.5)]
    assert film.style.order == "given"
    assert refused(write(f'{text}mode = "free"')).items == (
        'line 4: [order] list has no meaning where mode is "free"',
    )
    error = refused(write(text.replace("rate = 24", "")))
    assert error.items == (
        "line 4: [order] list shots.csv: line 3: length '00:00:01:12' counts frames: "
        "say [film] rate",
    )
