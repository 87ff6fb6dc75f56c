"""The report says what is so: figures by hand, reasons that can be checked."""

import itertools
import re
from fractions import Fraction

import numpy as np
import pytest

from otio_genai import metadata
from otio_genai.assemble import Style, assemble, baselines
from otio_genai.assemble.baselines import Slotted
from otio_genai.assemble.match import score
from otio_genai.assemble.notes import JoinNote, Notes
from otio_genai.assemble.planning import candidates
from otio_genai.assemble.report import report
from tests.support import bins as made
from tests.support.films import joins, names, shown

pytestmark = pytest.mark.usefixtures("brisk")

RIGHT, LEFT, FAST = (0.2, 0.0, 0.0, 0.0), (-0.2, 0.0, 0.0, 0.0), (0.3, 0.0, 0.0, 0.0)
MOVES = {"a": RIGHT, "b": LEFT, "c": FAST, "d": LEFT}


def tiny():
    return made.bin_of(*(made.take(name, move) for name, move in MOVES.items()))


def test_figures_of_a_tiny_film_are_those_counted_by_hand():
    given = tiny()
    notes = Notes(joins=(JoinNote("dry", number=2),))
    film = assemble(given, Style(length_s=8, dry_share=0), notes=notes)
    found = report(film, given)
    used = names(film)
    kinds = [join["planned"] for join in joins(film)]

    def by_hand(order, kind):
        values = [score(MOVES[a], MOVES[b]) for a, b in itertools.pairwise(order)]
        chosen = [v for v, k in zip(values, kinds, strict=True) if k == kind]
        return pytest.approx(np.mean(chosen), abs=6e-4)

    for key, kind in (("planned_match", "match"), ("planned_dry", "dry")):
        figures = found["film"]["figures"][key]
        assert figures["mean_score"] == by_hand(used, kind)
        assert figures["file_order"] == by_hand("abcd"[: len(used)], kind)
        assert figures["beat_only"] == by_hand("abcd"[: len(used)], kind)
    told = [join["score"] for join in found["joins"]]
    assert told == [
        pytest.approx(score(MOVES[a], MOVES[b]), abs=1e-3)
        for a, b in itertools.pairwise(used)
    ]


def test_baselines_are_asked_of_the_very_takes_slots_and_joins():
    clips = made.pool(20, seed=4)
    given = made.bin_of(*clips)
    film = assemble(given, Style(length_s=20, carry_share=0.2))
    figures = report(film, given)["film"]["figures"]
    pool = candidates.takes(given, Fraction(24), 9 / 16)
    kinds = [join["planned"] for join in joins(film)]
    slotted = Slotted(pool, [shot.frames for shot in shown(film)], kinds)
    for name, found in (
        ("file_order", baselines.file_order(slotted)),
        ("shuffled", baselines.shuffled(slotted, 20)),
        ("beat_only", baselines.beat_only(slotted)),
    ):
        assert figures["planned_match"][name] == found.flow
        assert figures["planned_dry"][name] == found.dry
    flowing = [join["score"] for join in joins(film) if join["planned"] == "match"]
    assert figures["planned_match"]["mean_score"] == pytest.approx(
        np.mean(flowing), abs=1e-3
    )
    assert figures["planned_match"]["mean_score"] > figures["planned_match"]["shuffled"]


def test_every_join_says_what_it_is_and_why():
    given = made.bin_of(*made.pool(16, seed=1), made.music(40))
    style = Style(length_s=30, carry_share=0.2, dissolve_share=0.1)
    film = assemble(given, style)
    found = report(film, given)
    kinds = found["film"]["kinds"]
    assert sum(kinds.values()) == len(found["joins"]) == found["film"]["clips"] - 1
    for number, join in enumerate(found["joins"], start=1):
        assert join["number"] == number
        assert join["why"]
        assert 0 <= join["score"] <= 1
        assert join["score"] == pytest.approx(
            score(join["motion_out"], join["motion_in"]), abs=2e-3
        )
        if join["kind"] == "match":
            assert join["score"] >= style.match_floor
        if join["kind"] == "dry":
            assert join["score"] < style.contrast_ceiling
        if join["kind"] == "rest":
            speeds = map(np.linalg.norm, (join["motion_out"], join["motion_in"]))
            assert max(speeds) < 0.02


def test_cuts_said_to_be_on_the_beat_are_and_the_share_is_theirs():
    bed = made.music(40)
    given = made.bin_of(*made.pool(16, seed=1), bed)
    film = assemble(given, Style(length_s=30))
    found = report(film, given)
    beats = metadata.read(bed.media_reference, "beats")
    frames = {int(time * 24 + 1e-6) for time in beats["beats_s"]}
    on = [shot.begin in frames for shot in shown(film)[1:]]
    music = found["film"]["figures"]["music"]
    assert music["on_beat"] == sum(on)
    assert music["confidence"] == 0.9
    assert f"{sum(on)} of {len(on)} cuts on the beat" in found["film"]["music_line"]
    assert "confidence 0.90" in found["film"]["music_line"]


def test_an_unsure_beat_is_never_called_one():
    given = made.bin_of(*made.pool(16, seed=1), made.music(40, confidence=0.3))
    film = assemble(given, Style(length_s=30))
    found = report(film, given)
    assert "no reliable beat" in found["film"]["music_line"]
    places = {join["place"] for join in found["joins"]}
    assert places <= {"onset", "phrase", None}
    assert not any("beat" in join["why"] for join in found["joins"])
    assert found["film"]["figures"]["music"]["on_beat"] <= sum(
        join["place"] == "phrase" for join in found["joins"]
    )


@pytest.mark.parametrize("dissonance", [0.0, 0.5, 1.0])
def test_the_summary_says_what_joins_aim_at(dissonance):
    given = made.bin_of(*made.pool(16, seed=1))
    film = assemble(given, Style(length_s=20, dissonance=dissonance))
    line = report(film, given)["film"]["match_line"]
    if dissonance:
        assert f"joins meant to aim at {1 - dissonance:.2f}" in line
    else:
        assert "joins meant to flow" in line
    told = float(re.search(r"score (\d\.\d+) \(", line)[1])
    flowing = [join["score"] for join in joins(film) if join["planned"] == "match"]
    assert told == pytest.approx(np.mean(flowing), abs=0.006)


def test_other_seeds_are_other_films_hardly_worse_and_the_same_seed_the_same_bytes():
    given = made.bin_of(*made.pool(43, seed=9))
    style = Style(
        length_s=40, mean_shot_s=2.5, min_shot_s=2.5, max_shot_s=2.5, hold_end_s=0
    )
    films = [assemble(given, style, seed=seed) for seed in range(4)]
    again = assemble(given, style, seed=2)
    assert again.to_json_string() == films[2].to_json_string()
    assert {len(names(film)) for film in films} == {16}
    pairs = [set(itertools.pairwise(names(film))) for film in films]
    shared = [len(a & b) / 15 for a, b in itertools.combinations(pairs, 2)]
    assert max(shared) <= 0.6
    costs = [sum(metadata.read(film, "film")["costs"].values()) for film in films]
    # The length law aside nothing of a cost is constant: compare by join.
    assert np.mean(costs) - min(costs) < 0.05 * 15


def test_films_without_a_seed_are_reported_without():
    given = tiny()
    film = assemble(given, Style(length_s=8))
    facts = metadata.read(film, "film")
    del facts["seed"]
    metadata.put(film, "film", facts)
    assert report(film, given)["film"]["seed"] is None
