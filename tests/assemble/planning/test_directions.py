"""What the director notes is what the film is, at every rate; or it is said why not."""

from fractions import Fraction

import pytest

from otio_genai import metadata, rates
from otio_genai.assemble import Style, assemble
from otio_genai.assemble.notes import JoinNote, Lock, Notes, Pin, ShotNote
from otio_genai.errors import AssembleError
from tests.support import bins as made
from tests.support.films import broken, faults, joins, names, shown
from tests.support.marks import later

pytestmark = pytest.mark.usefixtures("hurried")

RATES = [Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30), Fraction(60)]
TAKE_RATES = [8, 12, 16, 24, 25, 30, Fraction(500, 31), 60]
STYLE = Style(length_s=20)


def pool(count=12):
    return [
        made.take(
            f"t{k}",
            (0.1 * (-1) ** k, 0.03 * (k % 3), 0.0, 0.0),
            rate=TAKE_RATES[k % len(TAKE_RATES)],
            frames=int(5 * TAKE_RATES[k % len(TAKE_RATES)]),
        )
        for k in range(count)
    ]


def made_with(notes, rate=RATES[1], *, style=STYLE, clips=None, seed=0):
    given = made.bin_of(*(pool() if clips is None else clips))
    film = assemble(given, style, rate=rate, notes=notes, seed=seed)
    assert faults(film, style, rate) == []
    assert broken(film, notes, rate, repeats=style.repeats) == []
    return film


def refused(notes, *, style=STYLE, clips=None):
    with pytest.raises(AssembleError) as caught:
        made_with(notes, style=style, clips=clips)
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_pins_hold_by_number_by_moment_and_to_the_frame(rate):
    notes = Notes(
        pins=(
            Pin("t3", slot=2),
            Pin("t5", slot=-2),
            Pin("t7", at_s=9.3, length_s=1.7),
            Pin("t1", slot=1, in_s=1.3, length_s=2.1),
            Pin("t9", slot=-1, in_s=0.0),
        )
    )
    film = made_with(notes, rate, seed=1)
    assert names(film)[:2] == ["t1", "t3"]
    assert names(film)[-2:] == ["t5", "t9"]


@pytest.mark.parametrize("at_s", later([0.0, 0.04, 5.0, 7.77, 12.5, 19.96], 3))
def test_a_moment_is_on_screen_wherever_the_cuts_are(at_s):
    music = made.music(30, bpm=93)
    for rate in (RATES[0], RATES[4]):
        made_with(Notes(pins=(Pin("t4", at_s=at_s),)), rate, clips=[*pool(), music])


def test_moments_close_together_part_the_shots_between_them():
    pins = [Pin(f"t{k}", at_s=5 + 0.4 * k) for k in range(5)]
    film = made_with(Notes(pins=tuple(pins)))
    used = names(film)
    assert [n for n in used if n in {p.take for p in pins}] == [p.take for p in pins]


def test_a_moment_after_the_end_is_refused():
    error = refused(Notes(pins=(Pin("t2", at_s=20.0), Pin("t3", at_s=3.0))))
    assert error.items == ("t2 is on screen at 20.00 s",)
    assert "20.00" in error.sentence


def test_two_takes_at_one_moment_are_refused_by_name():
    error = refused(Notes(pins=(Pin("t2", at_s=4.0), Pin("t3", at_s=4.0))))
    assert sorted(item[:2] for item in error.items) == ["t2", "t3"]


def test_what_is_noted_may_lie_in_the_unsteady_ends():
    clips = [made.take(f"t{k}", (0.1, 0, 0, 0), ends=(12, 12)) for k in range(8)]
    notes = Notes(
        pins=(
            Pin("t0", slot=1, in_s=0.0, length_s=5.0),
            Pin("t1", slot=2, in_s=4.5),
            Pin("t2", slot=3, length_s=4.9),
            Pin("t3", slot=-1, in_s=4.9),
        )
    )
    made_with(notes, clips=clips, style=Style(length_s=22))


def test_locks_hold_in_runs_and_across_pins():
    locks = (Lock("t8", "t2"), Lock("t2", "t5"), Lock("t1", "t0"))
    film = made_with(Notes(pins=(Pin("t5", slot=4),), locks=locks))
    assert names(film)[1:4] == ["t8", "t2", "t5"]


def test_joins_get_their_kind_by_number_and_by_takes():
    notes = Notes(
        joins=(
            JoinNote("dry", number=1),
            JoinNote("dissolve", number=-1, length_s=0.5),
            JoinNote("carry", before="t4", after="t6"),
            JoinNote("dip", before="t2"),
            JoinNote("dry", after="t3"),
        ),
        pins=(Pin("t2", slot=3), Pin("t3", slot=6), Pin("t4", slot=4)),
    )
    film = made_with(notes)
    used, kinds = names(film), [join["planned"] for join in joins(film)]
    assert kinds[0] == "dry"
    assert kinds[-1] == "dissolve"
    assert used[4] == "t6"
    assert kinds[3] == "carry"
    assert kinds[2] == "dip"
    assert kinds[4] == "dry"


def test_a_join_that_the_film_does_not_have_is_said():
    film = made_with(Notes(joins=(JoinNote("dry", number=70),)))
    (said,) = metadata.read(film, "film")["warnings"]
    assert "no join 70" in said


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_a_shot_list_is_the_film(rate):
    listed = (
        ShotNote("t3", length_s=1.5),
        ShotNote("", length_s=2.0, join="dry"),
        ShotNote("t3", in_s=3.0, length_s=1.0, join="match"),
        ShotNote("t7", in_s=0.7),
        ShotNote(""),
        ShotNote("t1", join="dissolve"),
    )
    film = made_with(Notes(shots=listed), rate, style=Style(length_s=14))
    kinds = [join["planned"] for join in joins(film)]
    assert kinds[0] == "dry"
    assert kinds[1] == "match"
    assert kinds[4] == "dissolve"


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_a_shot_list_of_known_lengths_is_as_long_as_they_are(rate):
    listed = tuple(ShotNote(f"t{k}", length_s=0.5 + 0.4 * k) for k in range(6))
    clips = [*pool(), made.music(40)]
    film = made_with(Notes(shots=listed), rate, style=Style(), clips=clips)
    frames = [rates.frames_at(shot.length_s, rate) for shot in listed]
    assert [shot.frames for shot in shown(film)] == frames


def test_a_shot_list_of_open_lengths_keeps_to_what_its_shots_can_last():
    listed = (ShotNote("t1", length_s=1.0), ShotNote(""), ShotNote("t2"))
    film = made_with(
        Notes(shots=listed), style=Style(), clips=[*pool(), made.music(60)]
    )
    assert 1.0 < metadata.read(film, "film")["length_frames"] / 24 <= 11.0


def test_a_shot_list_that_does_not_fill_the_length_is_refused_with_one_it_fills():
    listed = tuple(ShotNote(f"t{k}", length_s=1.3) for k in range(3))
    error = refused(Notes(shots=listed), style=Style(length_s=20))
    assert "3.875" in error.remedy


def test_everything_that_cannot_be_found_is_named_at_once_with_what_clashes():
    notes = Notes(
        pins=(
            Pin("t1", slot=2, line=3),
            Pin("t2", slot=2, line=4),
            Pin("tt3", slot=1, line=5),
            Pin("t4", in_s=4.0, length_s=2.0, line=6),
        ),
        locks=(Lock("t5", "nobody", line=7),),
        joins=(JoinNote("dry", before="bed", line=8),),
    )
    error = refused(notes, clips=[*pool(), made.music()])
    told = "\n".join(error.items)
    for line in (3, 4, 5, 7, 8):
        assert f"line {line}:" in told
    assert "did you mean t3?" in told
    assert "t4: it lasts 5.00 s, not 6.00 s" in told
    assert "bed: it is no take" in told


def test_pins_of_one_take_that_contradict_each_other_are_named():
    listed = (ShotNote("t1", length_s=1.0), ShotNote("t2", in_s=0.5), ShotNote("t3"))
    notes = Notes(
        pins=(
            Pin("t5", in_s=0.0, length_s=2.0, line=2),
            Pin("t5", in_s=1.0, length_s=3.0, line=3),
            Pin("t5", in_s=1.0, at_s=2.0, line=4),
            Pin("t5", at_s=9.0, line=5),
            Pin("t1", length_s=2.0),
            Pin("t2", in_s=0.0),
        ),
        shots=listed,
    )
    told = "\n".join(refused(notes).items)
    assert told.count("line 3: t5 is pinned to two") == 2
    assert "line 4: t5 is pinned to two in-points" in told
    assert "line 5: t5 is pinned to two moments" in told
    assert "t1: its pin and shot 1 of the list ask for different lengths" in told
    assert "t2: its pin and shot 2 of the list ask for different in-points" in told


CLASHES = [
    (Notes(locks=(Lock("t0", "t1"), Lock("t0", "t2"), Lock("t3", "t4"))), 2),
    (Notes(locks=(Lock("t0", "t1"), Lock("t1", "t2"), Lock("t2", "t0"))), 3),
    (Notes(locks=(Lock("t0", "t0"),)), 1),
    (Notes(pins=(Pin("t0", slot=1), Pin("t0", slot=2), Pin("t5", slot=3))), 2),
    (Notes(pins=(Pin("t0", slot=1),), locks=(Lock("t4", "t0"),)), 2),
    (Notes(pins=(Pin("t0", slot=-1),), locks=(Lock("t0", "t3"),)), 2),
    (
        Notes(
            pins=(Pin("t0", slot=1), Pin("t3", slot=4), Pin("t7", slot=6)),
            locks=(Lock("t0", "t1"), Lock("t1", "t2"), Lock("t2", "t5")),
        ),
        5,
    ),
]


@pytest.mark.parametrize(("notes", "count"), CLASHES)
def test_the_smallest_set_that_contradicts_is_named(notes, count):
    error = refused(notes)
    assert len(error.items) == count


def test_a_film_of_two_takes_has_no_sixth_shot():
    error = refused(Notes(pins=(Pin("t0", slot=6),)), clips=pool(2), style=Style())
    assert error.items == ("t0 is shot 6",)
