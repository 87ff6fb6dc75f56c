"""Why a take is not in the film: a reason that is true."""

import re
from fractions import Fraction

import numpy as np
import pytest

from otio_genai.assemble import Style, assemble
from otio_genai.assemble.match import score
from otio_genai.assemble.planning import candidates
from otio_genai.assemble.report import report
from otio_genai.assemble.unused import InFilm, why_unused
from tests.support import bins as made
from tests.support.films import joins, names

pytestmark = pytest.mark.usefixtures("brisk")

RIGHT, LEFT = (0.2, 0.0, 0.0, 0.0), (-0.2, 0.0, 0.0, 0.0)


def material(move, frames=120, **of):
    clip = made.take("x", move, frames=frames, **of)
    (take,) = candidates.takes(made.bin_of(clip), Fraction(24), 9 / 16)
    return take


def film_of(moves, kinds, frames=48):
    return [
        InFilm(f"t{k}", frames, move, move, kind)
        for k, (move, kind) in enumerate(zip(moves, ("", *kinds), strict=True))
    ]


def test_it_is_too_short_or_not_known_or_has_no_place():
    film = film_of([RIGHT, RIGHT], ["match"])
    assert "shorter than every shot" in why_unused(material(RIGHT, 30), film)
    assert "not known" in why_unused(material(RIGHT, rows=[]), film)
    assert "no other shot" in why_unused(material(RIGHT), film[:1])


def test_its_best_place_is_named_with_what_joins_would_be_there():
    film = film_of([RIGHT, RIGHT, LEFT], ["match", "dry"])
    said = why_unused(material((0.4, 0.0, 0.0, 0.0)), film)
    then, now = (float(n) for n in re.findall(r"\d\.\d+", said))
    fast = (0.4, 0.0, 0.0, 0.0)
    # By hand: in the middle the dry join gains what the match loses in part.
    assert "shot 2, where t1 is" in said
    after = (score(RIGHT, fast) + 1 - score(fast, LEFT)) / 2
    before = (score(RIGHT, RIGHT) + 1 - score(RIGHT, LEFT)) / 2
    assert (then, now) == (
        pytest.approx(after, abs=0.006),
        pytest.approx(before, abs=0.006),
    )


def test_a_dissonant_film_wants_what_misses():
    film = film_of([RIGHT, LEFT, RIGHT], ["match", "match"])
    said = why_unused(material(RIGHT), film, aim=0.0)
    assert "as well" in said
    said = why_unused(material(LEFT), film_of([RIGHT] * 3, ["match"] * 2), aim=0.0)
    assert "as well" in said
    said = why_unused(material(LEFT), film_of([RIGHT] * 3, ["match"] * 2))
    assert "best place" in said


@pytest.mark.parametrize("dissonance", [0.0, 1.0])
def test_what_the_report_says_of_unused_takes_is_so(dissonance):
    clips = made.pool(16, seed=2)
    given = made.bin_of(*clips, made.music(30), made.music(9, name="other"))
    film = assemble(given, Style(length_s=16, dissonance=dissonance))
    found = report(film, given)
    used = set(names(film))
    unused = dict(map(tuple, found["unused"]))
    assert used.isdisjoint(unused)
    assert {clip.name for clip in given} == used | set(unused) | {"bed"}
    assert "another piece of music" in unused.pop("other")
    takes = {
        take.name: take
        for take in candidates.takes(made.bin_of(*clips), Fraction(24), 9 / 16)
    }
    aim = 1 - dissonance
    for name, why in unused.items():
        slot = int(re.search(r"shot (\d+)", why)[1]) - 1
        then, now = (float(n) for n in re.findall(r"\d\.\d+", why)[:2])
        sides = [joins(film)[k] for k in (slot - 1, slot) if 0 <= k < len(joins(film))]
        served = [aimed(j["score"], j["planned"], aim) for j in sides]
        assert now == pytest.approx(np.mean(served), abs=0.006)
        assert (then <= now) or "as well" in why
        # These takes move the same way throughout, so one motion tells all.
        move = takes[name].entering[60]
        again = [
            aimed(
                score(j["motion_out"], move)
                if k < slot
                else score(move, j["motion_in"]),
                j["planned"],
                aim,
            )
            for k, j in enumerate(joins(film))
            if k in (slot - 1, slot)
        ]
        assert then == pytest.approx(np.mean(again), abs=0.006)


def aimed(value, kind, aim):
    return 1 - value if kind == "dry" else 1 - abs(value - aim)
