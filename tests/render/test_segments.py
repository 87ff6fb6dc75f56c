"""Segments: a film cut on the grid of its sources, each with a key of its content."""

import json
from contextlib import nullcontext
from dataclasses import replace
from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.media.encoding import Encoding
from otio_genai.render import segments, work
from otio_genai.render.plan import make_plan
from tests.render.building import FILM_RATES, clip, dissolve, mixed_film, timeline
from tests.support.coded import read_film, write_take
from tests.support.marks import examples, later

ENCODING = Encoding(options=(("crf", "20"), ("preset", "ultrafast")))


@pytest.fixture(scope="module")
def long_take(tmp_path_factory):
    return write_take(tmp_path_factory.mktemp("long") / "take9.mp4", 9, 400)


@pytest.fixture(scope="module")
def endless_take(tmp_path_factory):
    path = tmp_path_factory.mktemp("endless") / "take8.mp4"
    return write_take(path, 8, 3000, size=(32, 18), gop=3000)


def keys(made, encoding=ENCODING, **identities):
    plan = make_plan(made)
    known = {one.url: one.url for s in plan.spans for f in s.frames for one in f}
    return [
        segments.key(segments.recipe(piece, plan, encoding, known | identities))
        for piece in segments.segments(plan)
    ]


@pytest.mark.parametrize("rate", FILM_RATES, ids=lambda r: f"{float(r):.3f}")
def test_segments_are_the_film_in_order(takes, rate):
    plan = make_plan(mixed_film(takes, rate))
    pieces = segments.segments(plan)
    whole = [frame for span in plan.spans for frame in span.frames]
    assert [frame for piece in pieces for frame in piece.frames] == whole
    starts = [piece.start_frames for piece in pieces]
    assert starts == sorted(set(starts)) and starts[0] == 0


@examples(50, 15)
@given(
    head=st.integers(0, 200),
    length=st.integers(1, 190),
)
def test_no_piece_is_longer_than_the_grid_allows_or_worth_no_encoder(
    long_take, head, length
):
    plan = make_plan(timeline([clip(long_take, head, length)]))
    sizes = [len(piece.frames) for piece in segments.segments(plan)]
    assert sum(sizes) == length
    assert max(sizes) <= 48 + 2 * 8
    assert min(sizes) >= min(8, length)


@examples(25, 8)
@given(head=st.integers(1, 60), later=st.integers(0, 40))
def test_a_trim_changes_the_first_or_last_segments_alone(long_take, head, later):
    before = keys(timeline([clip(long_take, head, 330 - head)]))
    after = keys(timeline([clip(long_take, head + later, 330 - head - later)]))
    assert before[-1] == after[-1]
    assert len(set(after) - set(before)) <= 1
    shorter = keys(timeline([clip(long_take, head, 330 - head - later)]))
    assert len(set(shorter) - set(before)) <= 1


@pytest.mark.parametrize("speed", later([0.5, 3, -1, 0.25, 2, 10, 16, -8], 2))
def test_a_trim_changes_few_segments_at_any_speed(endless_take, speed):
    length = int(2800 / abs(speed)) if abs(speed) > 1 else 400

    def retimed(head):
        start = 40 + (head * abs(speed) if speed > 0 else 0)
        made = clip(endless_take, int(start), length - head)
        made.effects.append(otio.schema.LinearTimeWarp("", speed))
        return timeline([made])

    sizes = [len(p.frames) for p in segments.segments(make_plan(retimed(0)))]
    assert max(sizes) <= 96 and sum(sizes) / len(sizes) >= min(20, length)
    before, after = keys(retimed(0)), keys(retimed(4))
    assert len(set(after) - set(before)) <= 2


def test_what_decides_the_pictures_is_in_the_key(takes):
    made = timeline([clip(takes[2], 0, 20), dissolve(3, 3), clip(takes[3], 8, 20)])
    known = keys(made)
    assert keys(made) == known and len(set(known)) == len(known)
    url = made.tracks[0][0].media_reference.target_url
    others = {
        "another file": keys(made, **{url: "other content"}),
        "another quality": keys(made, replace(ENCODING, options=(("crf", "30"),))),
        "other threads": keys(made, replace(ENCODING, threads=2)),
        "another size": keys(timeline(list(made.tracks[0].deepcopy()), size=(96, 54))),
    }
    for what, found in others.items():
        assert found[0] != known[0], what


def test_what_does_not_decide_them_is_not(takes):
    made = timeline([clip(takes[2], 0, 20), dissolve(3, 3), clip(takes[3], 8, 20)])
    again = timeline(
        [
            clip(takes[4], 3, 11),
            clip(takes[2], 0, 20, name="called otherwise"),
            dissolve(3, 3),
            clip(takes[3], 8, 20),
        ]
    )
    assert set(keys(made)) <= set(keys(again))


def test_a_recipe_survives_json(takes):
    plan = make_plan(mixed_film(takes, Fraction(25)))
    for piece in segments.segments(plan):
        told = segments.recipe(piece, plan, ENCODING, {})
        back = list(segments.shown(json.loads(json.dumps(told))))
        nameless = [[replace(one, name="") for one in frame] for frame in back]
        assert nameless == [[replace(o, name="") for o in f] for f in piece.frames]


def test_a_segment_is_the_same_wherever_and_after_whatever_it_is_made(takes, tmp_path):
    plan = make_plan(mixed_film(takes, Fraction(24)))
    told = [
        segments.recipe(piece, plan, ENCODING, {}) for piece in segments.segments(plan)
    ]
    with work.Maker() as maker:
        for number, one in enumerate(told):
            maker.make(one, nullcontext(tmp_path / f"row{number}.mp4"))
    for number, one in reversed(list(enumerate(told))):
        work.encode(one, tmp_path / "alone.mp4")
        row = (tmp_path / f"row{number}.mp4").read_bytes()
        assert (tmp_path / "alone.mp4").read_bytes() == row


def test_a_segment_for_other_versions_is_refused(takes, tmp_path):
    plan = make_plan(timeline([clip(takes[2], 0, 12)]))
    (piece,) = segments.segments(plan)
    told = segments.recipe(piece, plan, ENCODING, {})
    with pytest.raises(work.RenderError, match="This segment is for"):
        work.encode({**told, "engine": "otio-genai 0"}, tmp_path / "a.mp4")
    work.encode(told, tmp_path / "a.mp4")
    assert read_film(tmp_path / "a.mp4") == [(3, n) for n in range(12)]
