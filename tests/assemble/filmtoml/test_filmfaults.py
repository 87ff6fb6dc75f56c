"""What is wrong with a film file, and where."""

import pytest

from otio_genai.assemble.filmtoml.filmfile import default_film_file, read_film_file
from otio_genai.errors import FilmFileError
from tests.support.filmfiles import refused


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
