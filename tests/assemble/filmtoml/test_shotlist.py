"""Shot lists: laws of the reading, and every way to write one."""

import csv
import io
from fractions import Fraction

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai import rates
from otio_genai.assemble.filmtoml.page import reference_markdown
from otio_genai.assemble.filmtoml.shotlist import read_shot_list
from otio_genai.assemble.filmtoml.shotwords import join_kind, seconds
from otio_genai.assemble.notes import KINDS, ShotNote
from otio_genai.errors import FilmFileError


@pytest.fixture
def read(tmp_path):
    def of(text, name="shots.csv", **options):
        data = text if isinstance(text, bytes) else text.encode("utf-8")
        (tmp_path / name).write_bytes(data)
        return read_shot_list(tmp_path / name, **options)

    return of


@pytest.fixture
def refused(read):
    def of(text, name="shots.csv"):
        with pytest.raises(FilmFileError) as raised:
            read(text, name)
        assert raised.value.remedy and raised.value.place.endswith(name)
        return raised.value

    return of


def takes(shots):
    return [shot.take for shot in shots]


NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zs", "Zl", "Zp"]),
    min_size=1,
    max_size=8,
).filter(lambda name: name != "*" and name.strip() == name)
TIMES = st.none() | st.integers(1, 3_600_000).map(lambda ms: ms / 1000)
SHOTS = st.lists(
    st.builds(
        ShotNote,
        NAMES,
        TIMES.map(lambda s: s and s / 2),
        TIMES,
        st.sampled_from(["", *KINDS]),
    ),
    min_size=1,
    max_size=6,
)


@hypothesis.settings(deadline=None)
@given(
    shots=SHOTS,
    mark=st.sampled_from(",;\t"),
    order=st.permutations(["take", "in", "length", "join"]),
    bom=st.booleans(),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_what_is_written_is_read(shots, mark, order, bom, ending, tmp_path_factory):
    written = io.StringIO()
    # Everything quoted, as a take may be called "#1" or "a;b".
    table = csv.writer(
        written, delimiter=mark, quoting=csv.QUOTE_ALL, lineterminator=ending
    )
    table.writerow(order)
    for number, shot in enumerate(shots):
        said = {
            "take": shot.take,
            "in": "" if shot.in_s is None else f"{shot.in_s:.6f}",
            "length": "" if shot.length_s is None else str(shot.length_s),
            "join": shot.join if number else "",
        }
        table.writerow([said[name] for name in order])
    path = tmp_path_factory.getbasetemp() / "law.csv"
    path.write_bytes(b"\xef\xbb\xbf" * bom + written.getvalue().encode("utf-8"))
    found = read_shot_list(path)
    assert takes(found) == takes(shots)
    assert [s.line for s in found] == list(range(2, len(shots) + 2))
    for one, shot in zip(found[1:], shots[1:], strict=True):
        assert (one.length_s, one.join) == (shot.length_s, shot.join)
        assert one.in_s == pytest.approx(shot.in_s)


@hypothesis.settings(deadline=None)
@given(frame=st.integers(0, 86_399 * 24), rate=st.sampled_from(["24", "29.97", "60"]))
def test_timecodes_are_the_seconds_of_their_frame(frame, rate):
    exact = rates.rate(rate)
    assert seconds(rates.timecode(frame, exact), exact) == float(frame / exact)


def test_times():
    assert seconds("2", None) == seconds(" 2.0 s", None) == seconds("00:02", None) == 2
    assert seconds("1:02:03,5", None) == 3723.5
    assert seconds("1:00:00:12", Fraction(24)) == 3600.5
    for wrong in ("", "2x", "-1", "1:99", "nan", "1e3", "01:00:00:30", "١:٢"):
        with pytest.raises(ValueError, match=r"time|timecode"):
            seconds(wrong, Fraction(24))
    with pytest.raises(ValueError, match=r"\[film\] rate"):
        seconds("00:00:01:12", None)


def test_kinds():
    for kind in KINDS:
        assert join_kind(kind) == join_kind(f" {kind.upper()} TO:") == kind
    assert join_kind("Fade to black.") == "dip"
    assert join_kind("cross-dissolve") == "dissolve"
    assert join_kind("cut to:") == join_kind("") == ""
    with pytest.raises(ValueError, match="did you mean dissolve"):
        join_kind("disolve")


def test_headers_of_every_kind(read):
    assert read("Clip;Duration (s);Transition\na;2,5;\n;1;Dissolve to\n") == (
        ShotNote("a", None, 2.5, "", 2),
        ShotNote("", None, 1.0, "dissolve", 3),
    )
    # The name of a file says more than the number of a take.
    wide = "scene,shot,take,file,description,length\n1,2,7,dune.mp4,wind,2\n"
    assert read(wide) == (ShotNote("dune.mp4", None, 2.0, "", 2),)
    assert read("take\tin\tout\na\t1\t3,5\n") == (ShotNote("a", 1.0, 2.5, "", 2),)
    assert takes(read('sep=;\ntake;prompt\na;"of, sand"\n')) == ["a"]
    assert takes(read("sep=|\ntake|length\na,b|2\n")) == ["a,b"]
    assert takes(read("length\ttake\n\t#b\n")) == ["#b"]
    assert takes(read("TAKE\na\n*\nb")) == ["a", "", "b"]


def test_comments_and_empty_lines_are_passed_over(read):
    text = '# mine\n\ntake,length\n  # "half\na,1\n,,\n\n"#b",2\n'
    assert read(text) == (
        ShotNote("a", None, 1.0, "", 5),
        ShotNote("#b", None, 2, "", 8),
    )


def test_every_faulty_line_is_named(refused):
    error = refused(
        "take,in,length,join\na,,,dry\nb,soon,0,\nc,,9999,wype\nd,1,2,,5\ne,,-1\nf,2,\n"
    )
    assert list(error.items) == [
        "line 2: the first shot has no join before it",
        "line 3: in 'soon' is no time",
        "line 4: length must be above 0, at most 3600 s, not 9999.0",
        "line 4: join 'wype' is no kind of join",
        "line 5: has more cells than the header has names",
        "line 6: length '-1' is no time",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("take,lenght\na,1", "did you mean length?"),
        ("dune_1,2.5\ndune_2,3", "no column says which take"),
        ("length\n2", "no column says which take"),
        ("take,take\na,b", "two columns are called 'take'"),
        ('take\n"a\nb\n', "line 2: its quotation marks do not match"),
        ("take,in,out\na,3,2", "line 2: out is not after in"),
    ],
)
def test_faulty_tables(refused, text, said):
    assert said in str(refused(text))


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        ("", "a.csv", "lists no shot"),
        ("take,length\n# a,1\n", "a.csv", "lists no shot"),
        ("Title: x\n\n# Act\n", "a.fountain", "lists no shot"),
        ("take\né".encode("latin-1"), "a.csv", "no text in UTF-8"),
        ("take\na".encode("utf-16"), "a.csv", "no text in UTF-8"),
        (b"PK\x03\x04\0\0", "a.xlsx", "is a CSV or a Fountain file, not .xlsx"),
        ("take\na", "shots", "is a CSV or a Fountain file, not this"),
    ],
)
def test_what_is_no_shot_list(refused, data, name, said):
    assert said in refused(data, name).sentence


def test_a_list_that_is_not_there(tmp_path):
    for name in ("none.csv", "x" * 5000 + ".csv"):
        with pytest.raises(FilmFileError, match="cannot be read"):
            read_shot_list(tmp_path / name)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(FilmFileError, match="cannot be read"):
        read_shot_list(tmp_path / "folder.csv")


SCREENPLAY = """Title: Brises
Author: nobody

FADE IN:

# Act one

= All that moves.

EXT. DUNE - DAY

The wind. [[take: dune_3, in: 1.5, 2.5s]] [[remember the light]]

DISSOLVE TO:

A hand. [[hand_1]] And
its shadow. [[hand_2, 1:02, carry]]

CUT TO:

.THE SEA

Foam /* and [[none]]
more */ here.

ANNA
Hello. [[kling: slow dolly-in]]

> DRY

A sail.

> THE END <

FADE TO BLACK.

FADE IN:

INT./EXT. ROOM

[[length: 4s]]

CUT TO BLACK.

THE END
"""


def test_a_screenplay(read):
    assert read(SCREENPLAY, "a.fountain") == (
        ShotNote("dune_3", 1.5, 2.5, "", 12),
        ShotNote("hand_1", None, None, "dissolve", 16),
        ShotNote("hand_2", None, 62.0, "carry", 17),
        ShotNote("", None, None, "", 21),
        ShotNote("", None, None, "dry", 31),
        ShotNote("", None, 4.0, "dip", 41),
    )


@pytest.mark.parametrize(
    ("note", "shot"),
    [
        ("dune_3", ("dune_3", None, None)),
        ("take: the red dune.mp4", ("the red dune.mp4", None, None)),
        ("dune 3, 2.5s", ("dune 3", None, 2.5)),
        ("2.5s", ("", None, 2.5)),
        ("7", ("7", None, None)),
        ("Clip : a , In : 2, duration: 3", ("a", 2.0, 3.0)),
        ("find a better light", None),
        ("veo: a dune, 5s", None),
        ("", ("", None, None)),
    ],
)
def test_notes(read, note, shot):
    shots = read(f"EXT. DUNE\n\nWind. [[{note}]]", "a.fountain")
    assert [(s.take, s.in_s, s.length_s) for s in shots] == [shot or ("", None, None)]


def test_every_faulty_line_of_a_screenplay_is_named(refused):
    error = refused(
        "INT. A\n\n[[take: a, 2.5x]]\n\nWIPE TO:\n\nINT. B\n\n[[b\n\n"
        "DISSOLVE TO:\n\nINT. C\n\n[[c, dry]] [[in: soon]]\n",
        "a.fountain",
    )
    assert list(error.items) == [
        "line 3: join '2.5x' is no kind of join",
        "line 5: 'WIPE TO:' is no kind of join",
        "line 9: a note is not closed: [[ without ]]",
        "line 15: the note says dry, the transition before it dissolve",
        "line 15: in 'soon' is no time",
    ]


def test_the_lists_of_the_page_can_be_read(read):
    page = reference_markdown()
    table = page.split("```csv\n")[1].split("```")[0]
    assert takes(read(table)) == ["dune_3", "hand_1", ""]
    screenplay = page.split("```fountain\n")[1].split("```")[0]
    found = read(screenplay, "a.fountain")
    assert takes(found) == ["dune_3", "hand_1", ""]
    assert [s.join for s in found] == ["", "", "dissolve"]


PIECES = st.sampled_from(
    [
        *(
            "take",
            "length",
            ",",
            ";",
            "\t",
            "\n",
            "\n\n",
            '"',
            "a",
            "2.5",
            "#",
            "sep=;",
        ),
        *("EXT. A", "[[", "]]", "take:", "> DRY", "DISSOLVE TO:", "/*", "*/", "=", ":"),
    ]
)


@hypothesis.settings(deadline=None)
@given(
    text=st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60),
    suffix=st.sampled_from(["csv", "fountain"]),
)
def test_any_text_is_read_or_refused(text, suffix, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / f"any.{suffix}"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        shots = read_shot_list(path)
    except FilmFileError as error:
        assert error.place and error.remedy
    else:
        assert shots and all(shot.line > 0 for shot in shots)
