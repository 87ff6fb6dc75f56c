"""The sheet of editions is true to time, and shows takes as they are cut."""

import itertools

import numpy as np
import pytest
from PIL import Image

from otio_genai.errors import FieldError, OutputError
from otio_genai.field.document import read_field
from otio_genai.field.drawing import draw_many, join_score, space
from otio_genai.field.model import Chosen
from otio_genai.storyboard.editions import Edition, draw_editions
from otio_genai.storyboard.editions_facts import compare, letter
from otio_genai.storyboard.editions_strips import ALONE, Scale
from otio_genai.storyboard.editions_thumbs import Thumbs
from otio_genai.storyboard.joins import KIND_COLOURS
from tests.support import coded, fields

KINDS = ["match", "dry", "carry"]


@pytest.fixture(scope="module")
def field(tmp_path_factory):
    folder = tmp_path_factory.mktemp("takes")
    return read_field(fields.coded(folder, 4, 3, kinds=KINDS, lengths=(1.0, 2.0)))


@pytest.fixture(scope="module")
def films(field):
    drawn = draw_many(space(field), np.random.default_rng(3), 5)
    return [Edition(f"No. {n}", tuple(film)) for n, film in enumerate(drawn)]


def rgb(colour):
    return np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)])


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def shots(edition, scale):
    clock = 0
    for shot in edition.film:
        yield shot, scale.x(clock), scale.x(clock + shot.frames)
        clock += shot.frames


def test_letters_go_on_after_z():
    assert [letter(k) for k in (0, 25, 26, 51, 52, 701, 702)] == [
        *("a", "z", "aa", "az", "ba", "zz", "aaa")
    ]
    assert len({letter(k) for k in range(2000)}) == 2000


def test_facts_are_those_of_sets(field, films):
    found = compare(field, films)
    takes = [{(s.slot, s.option) for s in one.film} for one in films]
    for at, facts in enumerate(found):
        others = set().union(*takes[:at], *takes[at + 1 :])
        assert facts.alone == takes[at] - others
        assert facts.frames == sum(s.frames for s in films[at].film)
        assert len(facts.kinds) == len(films[at].film) - 1
        assert facts.kinds[1:] == ("dry", "carry") or "open" in facts.kinds
        film = films[at].film
        sought = [
            join_score(field, a, b)
            for a, b in itertools.pairwise(film)
            if KINDS[b.slot - 1] == "match"
        ]
        assert facts.match == pytest.approx(np.mean(sought))
        common = at and len(takes[at] & takes[at - 1]) / len(takes[at])
        assert facts.overlap == (common if at else None)


def test_films_that_are_alike_have_nothing_of_their_own(field, films):
    one, two = compare(field, [films[0], films[0]])
    assert one.alone == two.alone == frozenset() and two.overlap == 1
    (alone,) = compare(field, films[:1])
    assert alone.alone == frozenset() and alone.overlap is None


def test_strips_are_as_wide_as_films_are_long(field, films, tmp_path):
    path = draw_editions(field, films, tmp_path / "e.png", said="seed 3")
    sheet = pixels(path)
    facts = compare(field, films)
    longest = max(one.frames for one in facts)
    scale = Scale.of(longest, field)
    paper = sheet[2, 2]
    for row, one in enumerate(facts):
        line = sheet[82 + row * (scale.row_px + 12) + 4]
        drawn = np.flatnonzero(np.abs(line - paper).max(axis=1) > 40)
        drawn = drawn[drawn >= scale.x(0)]
        width = drawn[-1] + 1 - scale.x(0)
        assert abs(width - scale.strip_px * one.frames / longest) <= 3


def test_pictures_are_frames_of_the_takes_shown(field, films):
    """Coded takes say in their own picture which they are, and which frame."""
    scale = Scale.of(60, field)
    thumbs = Thumbs(field, [one.film for one in films], scale)
    read = set()
    for shot in {shot for one in films for shot in one.film}:
        parts = scale.shown(shot)
        assert len(parts) == scale.parts(shot)
        assert parts == sorted(parts)
        for at in parts:
            assert shot.way <= at < shot.way + shot.frames
            picture = thumbs.picture((shot.slot, shot.option), at)
            assert picture.size == (scale.thumb_px, scale.row_px)
            code = coded.read_code(np.asarray(picture))
            assert code == (10 * shot.slot + shot.option, at)
            read.add(code)
    assert len(read) > 10


def test_pictures_fill_their_place_whatever_their_shape(field):
    scale = Scale(100, field.rate, 40, row_px=80)
    film = (Chosen(0, 0, 0, 24),)
    (at,) = scale.shown(film[0])[:1]
    assert Thumbs(field, [film], scale).picture((0, 0), at).size == (40, 80)


def test_joins_and_takes_alone_are_marked(field, films, tmp_path):
    sheet = pixels(draw_editions(field, films, tmp_path / "e.png"))
    facts = compare(field, films)
    scale = Scale.of(max(one.frames for one in facts), field)
    for row, (edition, one) in enumerate(zip(films, facts, strict=True)):
        top = 82 + row * (scale.row_px + 12)
        placed = list(shots(edition, scale))
        for (_, cut, _), kind in zip(placed[1:], one.kinds, strict=True):
            assert (sheet[top + 3, cut - 1] == rgb(KIND_COLOURS[kind])).all()
        for shot, left, right in placed:
            edge = (sheet[top + 1, (left + right) // 2] == rgb(ALONE)).all()
            assert edge == ((shot.slot, shot.option) in one.alone)


def test_the_sheet_is_the_same_twice_and_never_replaces(field, films, tmp_path):
    seen = []
    for name in ("a.png", "b.png"):
        seen.append(draw_editions(field, films[:2], tmp_path / name).read_bytes())
    assert seen[0] == seen[1]
    with pytest.raises(OutputError):
        draw_editions(field, films, tmp_path / "a.png")
    draw_editions(field, films, tmp_path / "a.png", force=True)
    assert (tmp_path / "a.png").read_bytes() != seen[0]


@pytest.mark.parametrize("none", [[], [Edition("No. 0", ())]])
def test_nothing_is_no_sheet(field, none, tmp_path):
    with pytest.raises(FieldError, match="no film to draw"):
        draw_editions(field, none, tmp_path / "e.png")
    assert not (tmp_path / "e.png").exists()


def test_takes_that_cannot_be_read_leave_a_plain_place(tmp_path):
    field = fields.field(2, 2, bed=False)
    (film,) = draw_many(space(field), np.random.default_rng(1), 1)
    path = draw_editions(field, [Edition("沙", tuple(film))], tmp_path / "e.png")
    assert pixels(path).shape[1] == 1800


def test_many_takes_are_summed_up(tmp_path):
    field = fields.field(2, [20, 2])
    films = draw_many(space(field), np.random.default_rng(1), 4)
    editions = [Edition(f"{n}", tuple(film)) for n, film in enumerate(films)]
    told = []
    path = draw_editions(
        field, editions, tmp_path / "e.png", progress=lambda *a: told.append(a)
    )
    assert told == [("editions", n + 1, 4) for n in range(4)]
    # Title, ruler, four strips, twelve takes and a line for the eight others.
    assert pixels(path).shape[0] < 900
