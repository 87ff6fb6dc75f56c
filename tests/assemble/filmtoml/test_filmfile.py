import dataclasses
import json
from fractions import Fraction
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.assemble.clashes import conflicts
from otio_genai.assemble.filmtoml import filmfile
from otio_genai.assemble.filmtoml.arrays import ARRAYS, JoinTable
from otio_genai.assemble.filmtoml.filmfile import (
    FilmFile,
    default_film_file,
    read_film_file,
)
from otio_genai.assemble.filmtoml.page import RECORDS, reference_markdown
from otio_genai.assemble.notes import KINDS, JoinNote, Lock, Notes, Pin
from otio_genai.assemble.settings import accepted, fault, settings
from otio_genai.assemble.style import Style
from otio_genai.errors import AssembleError, FilmFileError
from otio_genai.ingest import kinds
from otio_genai.ingest.cues import Cues
from tests.support import filmvalues

DOCS = Path(__file__).parents[3] / "docs" / "film-file.md"

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

[music]
bed = "violin.wav"
tempo_bpm = 72
markers_s = [31, 12.5]

[voice]
script = "words.txt"

[sound]
profile = "broadcast"
duck = false
voice_at_s = 4

[weights]
motion = 2

[[pins]]
take = "dune_3"
slot = -1

[[pins]]
take = "hand_1"
at_s = 31
in_s = 1.5
length_s = 4

[[locks]]
from = "a"
to = "b"

[[joins]]
number = 3
kind = "carry"
length_s = 0.4

[[joins]]
from = "hand_1"
kind = "dry"

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


def test_arrays_of_tables_say_everything_wrong_with_their_lines(write):
    error = refused(
        write(
            """[[pins]]
take = "a"
[[pins]]
slot = 0
tak = "b"
[[pins]]
take = ""
slot = 1
at_s = 3
[[locks]]
from = "a"
[[joins]]
number = 1
kind = "cary"
to = "x"
[[joins]]
kind = "dry"
length_s = 1
[[join]]
kind = "dry"
"""
        )
    )
    assert list(error.items) == [
        "line 1: [[pins]] 1: needs slot or at_s",
        "line 3: [[pins]] 2: needs take",
        "line 4: [[pins]] 2: slot must be a whole number, -100000 to 100000 but not "
        "0, not 0",
        "line 5: [[pins]] 2: tak is no key; did you mean take?",
        "line 7: [[pins]] 3: take must not be empty",
        "line 9: [[pins]] 3: at_s cannot stand beside slot: one of them says which",
        "line 10: [[locks]] 1: needs to",
        'line 14: [[joins]] 1: kind must be "match", "dry", "carry", "dissolve" or '
        '"dip", not "cary"',
        "line 15: [[joins]] 1: to cannot stand beside number: one of them says which",
        "line 16: [[joins]] 2: needs number, from or to",
        'line 18: [[joins]] 2: length_s has no meaning where kind is "dry"',
        "line 19: [join] is no table of a film file; did you mean joins?",
    ]


def test_arrays_written_in_one_line_have_lines_too(write):
    error = refused(write('pins = [{take = "a", slot = 1},\n\n {take = 3, slot = 2}]'))
    assert list(error.items) == ["line 3: [[pins]] 2: take must be a text, not 3"]


def test_named_files_must_be_there(write, tmp_path):
    error = refused(
        write(
            '[music]\nbeats = "b.txt"\n[voice]\nscript = "v\\u0000"\n'
            f'[order]\nlist = "{"x" * 5000}.csv"'
        )
    )
    assert [item.split(":")[0] for item in error.items] == [
        "line 2",
        "line 4",
        "line 6",
    ]
    (tmp_path / "m").mkdir()
    (tmp_path / "m/b.txt").write_text("1\n2\n")
    text = '[film]\nmedia_folder = "m"\n[music]\nbeats = "b.txt"'
    assert read_film_file(write(text)).cues.beats == "b.txt"


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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[music]\nmarkers_s = [1, -1]", "line 2: [music] markers_s must be a number"),
        ("[music]\nmarkers_s = ['1']", "line 2: [music] markers_s must be a number"),
        ("[music]\nmarkers_s = [true]", "line 2: [music] markers_s must be a number"),
        ("[music]\ntempo_bpm = 5", "line 2: [music] tempo_bpm must be 20 to 400"),
        ("[music]\nbed = ''", "line 2: [music] bed must not be empty"),
        ("[colour]\ntint = 'pink'", "line 2: [colour] tint must look like"),
        ("[pins]\ntake = 'a'", "line 1: [[pins]] must be tables, each headed"),
        ("pins = [1]", "line 1: [[pins]] 1: must be a table, not 1"),
        ("[order]\npins = []", "line 2: [order] pins is no key; write [[pins]]"),
        ("[order]\nfrom = 'a'", "line 2: [order] from is no key of this table; it"),
        ("[film]\nwidth = 641\nheight = 480", "line 2: [film] width must be even"),
        ("[film]\nrate = 0", "line 2: [film] rate is no frame rate: 0"),
        ("[film]\nrate = true", "line 2: [film] rate must be a rate such as"),
        ("[film]\nrate = nan", "line 2: [film] rate is no frame rate"),
        ("[film]\nrate = 1000", "line 2: [film] rate must be 1 to 240"),
        ("[film]\nlength_s = inf", "line 2: [film] length_s must be"),
        ("[film]\nseed = 1.5", "line 2: [film] seed must be a whole number"),
        ("[film]\nseed = -1", "line 2: [film] seed must be a whole number"),
        ("[film]\nstart_timecode = '1h'", "line 2: [film] start_timecode must look"),
        (
            "[film]\nrate = 24\nstart_timecode = '01:00:00:24'",
            "line 3: [film] start_timecode cannot be: '01:00:00:24' is no timecode",
        ),
        ("[film]\nmedia_folder = 'none'", "line 2: [film] media_folder is no folder"),
        ('[film]\nmedia_folder = "a\\u0000"', "line 2: [film] media_folder holds"),
        ("[style]\nmin_shot_s = 9", "line 2: min_shot_s, mean_shot_s and max_shot_s"),
        ("[style]\ndry_share = 0.8\ncarry_share = 0.4", "line 2: dry_share, "),
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


@hypothesis.settings(deadline=None)
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


@pytest.mark.parametrize("record", RECORDS)
def test_every_default_is_within_its_own_limits(record):
    for name, found in settings(record):
        default = record.__dataclass_fields__[name].default
        assert found.required or fault(record, name, default) is None, name
        assert found.doc.endswith((".", ",")) and found.table


def test_no_two_settings_share_a_key():
    keys = [
        (found.table, found.key) for record in RECORDS for _, found in settings(record)
    ]
    assert len(set(keys)) == len(keys)


def test_every_key_of_every_record_is_on_the_page():
    sections = dict(
        part.split("\n", 1) for part in reference_markdown().split("\n## ")[1:]
    )
    for record in RECORDS:
        for _, found in settings(record):
            head = f"[[{found.table}]]" if found.table in ARRAYS else f"[{found.table}]"
            assert f"| `{found.key}` |" in sections[head]


def test_every_kind_of_join_can_be_asked_for():
    kinds_of_join, _ = accepted(JoinTable)["kind"]
    assert kinds_of_join.__args__ == KINDS


@hypothesis.settings(deadline=None)
@given(document=filmvalues.documents())
def test_any_subset_of_keys_goes_through_a_file(document, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    path = folder / "subset.toml"
    path.write_text(filmvalues.toml_text(document), encoding="utf-8")
    try:
        film = read_film_file(path)
    except FilmFileError as error:
        # Settings that are right alone may be wrong together.
        assert not any("[" in item for item in error.items)
        return
    for table, content in document.items():
        if table in ARRAYS:
            record, _ = ARRAYS[table]
            found = getattr(film.notes, table)
            assert len(found) == len(content)
            pairs = [(record, *pair) for pair in zip(found, content, strict=True)]
        else:
            pairs = [(FilmFile, film, content), (Style, film.style, content)]
        for record, held, said in pairs:
            for name, limits in settings(record):
                if limits.table == table and limits.key in said:
                    value = said[limits.key]
                    value = value if isinstance(value, list) else [value]
                    kept = getattr(held, name)
                    assert list(kept if isinstance(kept, tuple) else [kept]) == value


PIECES = st.sampled_from(
    [
        *("", "\n", "=", '"', "[", "]", "{", "}", "#", "0", "-1", "1e999", "nan"),
        *("'", "[[pins]]", "[order]", '"""', "slot = 1", "é", ",", ".", "\t", "x"),
    ]
)


@hypothesis.settings(deadline=None)
@given(data=st.data())
def test_a_damaged_film_file_is_read_or_refused(data, tmp_path_factory):
    text = WHOLE
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 12))
        text = text[:start] + data.draw(PIECES) + text[end:]
    path = tmp_path_factory.getbasetemp() / "damaged.toml"
    path.write_text(text, encoding="utf-8")
    try:
        assert isinstance(read_film_file(path), FilmFile)
    except FilmFileError as error:
        assert error.place and str(error) and error.remedy
        last = text.count("\n") + 1
        for item in error.items:
            assert 1 <= int(item.removeprefix("line ").split(":")[0]) <= last


@hypothesis.settings(deadline=None)
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
