import dataclasses
import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.assemble import filmfile
from otio_genai.assemble.filmfile import (
    FilmFile,
    default_film_file,
    read_film_file,
)
from otio_genai.assemble.filmpage import reference_markdown
from otio_genai.assemble.settings import fault, settings
from otio_genai.assemble.style import Style, conflicts
from otio_genai.errors import AssembleError, FilmFileError
from otio_genai.ingest import kinds

DOCS = Path(__file__).parents[2] / "docs" / "film-file.md"

WHOLE = """
[film]
title = "Brises"
length_s = 60
rate = 23.976
width = 1280
height = 720
seed = 7
start_timecode = "01:00:00:00"
media_folder = "takes"

[style]
mean_shot_s = 3
dry_share = 0.5
carry_share = 0.1
cut_on = "phrases"
use_stills = false

[fractures]
carry_s = 0.4

[order]
mode = "given"
first = "dune_1"
last = ["end_1", "end_2"]

[sound]
profile = "broadcast"
duck = false
voice_at_s = 4

[media]
"./a b.wav" = "voice"
"tests/*" = "skip"
violin = "music"
"""


@pytest.fixture
def write(tmp_path):
    def save(text, name="film.toml"):
        data = text if isinstance(text, bytes) else text.encode("utf-8")
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return save


def refused(path):
    with pytest.raises(FilmFileError) as raised:
        read_film_file(path)
    return raised.value


def test_every_table_is_read(write, tmp_path):
    (tmp_path / "takes").mkdir()
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
    )
    assert film.kinds == {"a b.wav": "voice", "tests/*": "skip", "violin": "music"}
    assert film == read_film_file(tmp_path)


def test_an_empty_film_file_is_a_bare_folder(write, tmp_path):
    bare = default_film_file(tmp_path)
    assert read_film_file(tmp_path) == bare
    assert bare.title == tmp_path.name
    said = read_film_file(write(""))
    assert dataclasses.replace(said, path=None) == bare
    assert bare.style == Style() and bare.rate is None


def test_windows_files_are_read(write):
    text = "\ufeff[film]\r\ntitle = \"Ère\"\r\nseed = 'x'\r\n"
    assert refused(write(text)).items[0].startswith("line 3: [film] seed")


def test_the_product_goes_beside_the_film_file(write, tmp_path, monkeypatch):
    write("[film]\nseed = 1")
    monkeypatch.chdir(tmp_path)
    film = read_film_file("film.toml")
    assert (film.home, film.title) == (Path(), tmp_path.name)


def test_everything_wrong_is_said_at_once_with_its_line(write):
    error = refused(
        write(
            """dry_share = 1
film_title = "x"
[film]
titel = "x"
rate = "fast"
width = 1280
[styl]
[style]
mean_shot_s = true
carry_s = 0.5
cut_on = "beat"
[sound]
duck_attack_s = 0
profile = ["web"]
[media]
a.wav = "voice"
"b=c.wav" = "vioce"
[order]
first = [1]
"""
        )
    )
    assert list(error.items) == [
        "line 1: dry_share stands outside every table; it belongs under [style]",
        "line 2: film_title stands outside every table",
        "line 4: [film] titel is no key; did you mean title?",
        'line 5: [film] rate is no frame rate: "fast"',
        "line 6: [film] width needs a height beside it",
        "line 7: [styl] is no table of a film file; did you mean style?",
        "line 9: [style] mean_shot_s must be above 0, at most 600 s, not true",
        "line 10: [style] carry_s is no key of this table; it belongs under "
        "[fractures]",
        'line 11: [style] cut_on must be "auto", "beats", "phrases", "onsets" or '
        '"free", not "beat"',
        "line 13: [sound] duck_attack_s must be above 0, at most 5 s, not 0",
        'line 14: [sound] profile must be "web", "broadcast", "podcast" or "cinema", '
        'not ["web"]',
        'line 16: [media] a must be one of "take", "still", "music", "voice", "skip"; '
        "put quotes around a name that holds a dot",
        'line 17: [media] b=c.wav must be one of "take", "still", "music", "voice", '
        '"skip"; did you mean voice?',
        "line 19: [order] first must be a text or a list of texts, not [1]",
    ]
    assert "18" not in error.sentence and "14 things" in error.sentence
    assert error.place.endswith("film.toml") and error.remedy


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[film]\nwidth = 641\nheight = 480", "line 2: [film] width must be even"),
        ("[film]\nrate = 0", "line 2: [film] rate is no frame rate: 0"),
        ("[film]\nrate = true", "line 2: [film] rate must be a rate such as"),
        ("[film]\nrate = nan", "line 2: [film] rate is no frame rate"),
        ("[film]\nrate = 1000", "line 2: [film] rate must be 1 to 240"),
        ("[film]\nlength_s = inf", "line 2: [film] length_s must be"),
        ("[film]\nseed = 1.5", "line 2: [film] seed must be a whole number"),
        ("[film]\nseed = -1", "line 2: [film] seed must be a whole number"),
        ("[film]\nstart_timecode = '1h'", "line 2: [film] start_timecode must look"),
        ("[film]\nmedia_folder = 'none'", "line 2: [film] media_folder is no folder"),
        ('[film]\nmedia_folder = "a\\u0000"', "line 2: [film] media_folder holds"),
        ("[style]\nmin_shot_s = 9", "line 2: min_shot_s, mean_shot_s and max_shot_s"),
        ("[style]\ndry_share = 0.8\ncarry_share = 0.4", "line 2: dry_share and"),
        ("[fractures]\nmatch_floor = 0.2", "line 2: contrast_ceiling 0.35 is above"),
        ("[film]\nlength_s = 0.5", "line 2: length_s 0.5 is shorter than one shot"),
        ("style = 3", "line 1: [style] must be a table"),
        ("[[film]]\nseed = 1", "line 1: [film] must be a table"),
        ("film = { sed = 1 }", "line 1: [film] sed is no key; did you mean seed?"),
        ("film.sed = 1", "line 1: [film] sed is no key"),
        ('[film]\n\n"sed" = 1', "line 3: [film] sed is no key"),
        ('[film]\ntitle = """\nsed = 1\n"""\nsed = 2', "line 5: [film] sed is no key"),
        ("[film.more]\nx = 1", "line 1: [film] more is no key"),
        ("[media]\n'a.wav' = 3", "line 2: [media] a.wav must be one of"),
    ],
)
def test_one_thing_wrong(write, text, said):
    error = refused(write(text))
    assert len(error.items) == 1
    assert error.items[0].startswith(said)


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("[film]\ntitle = Brises", "line 2", "This is not TOML"),
        ("[film]\ntitle = 'x", "line 2", "This is not TOML"),
        ("[film\n", "line 1", "This is not TOML"),
        ("[film]\n[film]\n", "line 2", "This is not TOML"),
        ("a = " + "[" * 5000, "", "nested too deeply"),
        (b"[film]\ntitle = '\xe9'", "film.toml", "no text in UTF-8"),
    ],
)
def test_what_is_no_toml(write, text, place, said):
    error = refused(write(text))
    assert place in error.place
    assert said in error.sentence


def test_no_film_file(tmp_path):
    assert "cannot be read" in refused(tmp_path / "film.toml").sentence
    with pytest.raises(FilmFileError, match="no such folder"):
        default_film_file(tmp_path / "none")
    (tmp_path / "a.mp4").touch()
    with pytest.raises(FilmFileError, match="no folder"):
        default_film_file(tmp_path / "a.mp4")
    with pytest.raises(FilmFileError):
        read_film_file(tmp_path / "none")


TABLES = ["[film]", "[media]", "[style]\n", "title", "rate", "first", "é", "\0"]
MARKS = ["=", "'a'", '"""', "1", "\n", "{", "}", "[", "]", ".", ",", "true", "#", " "]
TOML_WORDS = st.sampled_from(TABLES + MARKS)


@given(text=st.lists(TOML_WORDS, max_size=25).map("".join) | st.text(max_size=80))
def test_any_text_is_read_or_refused(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp()
    (folder / "any.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        film = read_film_file(folder / "any.toml")
    except FilmFileError as error:
        assert error.place and str(error)
    else:
        assert isinstance(film, FilmFile)


@pytest.mark.parametrize("record", [FilmFile, Style])
def test_every_default_is_within_its_own_limits(record):
    for name, found in settings(record):
        default = record.__dataclass_fields__[name].default
        assert fault(record, name, default) is None, name
        assert found.doc.endswith(".") and found.table


def test_no_two_settings_share_a_key():
    keys = [
        (found.table, found.key)
        for record in (FilmFile, Style)
        for _, found in settings(record)
    ]
    assert len(set(keys)) == len(keys)


@given(data=st.data())
def test_a_style_goes_through_json_unchanged(data):
    share = st.floats(0, 0.5)
    style = Style(
        mean_shot_s=data.draw(st.floats(0.8, 6) | st.integers(1, 6)),
        dry_share=data.draw(share),
        carry_share=data.draw(share),
        first=data.draw(st.lists(st.text()).map(tuple)),
        use_stills=data.draw(st.sampled_from([True, False, "auto"])),
        voice_at_s=data.draw(st.none() | st.floats(0, 60)),
    )
    kept = json.dumps(style.to_dict(), sort_keys=True)
    again = Style.from_dict(json.loads(kept))
    assert again == style
    assert json.dumps(again.to_dict(), sort_keys=True) == kept


def test_equal_styles_are_the_same_bytes():
    assert json.dumps(Style(mean_shot_s=3).to_dict()) == json.dumps(
        Style(mean_shot_s=3.0).to_dict()
    )
    assert Style(first="a") == Style(first=["a"]) == Style(first=("a",))


def test_a_style_of_later_days_is_read_as_far_as_known():
    assert Style.from_dict({"repeats": True, "unheard_of": 1}) == Style(repeats=True)


def test_an_impossible_style_names_every_fault():
    with pytest.raises(AssembleError) as raised:
        Style(dry_share=2, cut_on="beat", repeats=1, length_s=float("nan"))
    assert [item.split()[0] for item in raised.value.items] == [
        "length_s",
        "dry_share",
        "cut_on",
        "repeats",
    ]
    with pytest.raises(AssembleError, match="min_shot_s, mean_shot_s and max_shot_s"):
        Style(min_shot_s=5)
    values = Style().to_dict()
    assert conflicts(values) == []
    assert len(conflicts(values | {"dry_share": 1.0, "carry_share": 1.0})) == 1


def test_the_reference_page_is_what_the_code_says():
    assert DOCS.read_text("utf-8") == reference_markdown()


def test_the_example_of_the_reference_page_can_be_read(write):
    example = reference_markdown().split("```toml\n")[1].split("```")[0]
    assert read_film_file(write(example)).title == "Brises"


def test_every_kind_ingest_knows_can_be_said():
    assert (*kinds.KINDS, kinds.SKIP) == filmfile.MEDIA_KINDS
