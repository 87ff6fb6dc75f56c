"""Joins that are kept: whole or not there, the ones used last, and the right ones."""

import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists, tuples

from otio_genai.errors import LiveError
from otio_genai.field.model import Chosen
from otio_genai.live.picture import Atlas, build_atlas
from otio_genai.live.picture.beforehand import likeliest
from otio_genai.live.picture.joins import render_request
from tests.live.picture.watching import pushed, watched


def key(number):
    return f"{number:064x}"


def test_what_is_put_is_got(tmp_path):
    atlas = Atlas(tmp_path / "joins")
    samples = [b"", b"a", bytes(range(256))]
    assert atlas.get(key(1)) is None and key(1) not in atlas
    assert atlas.put(key(1), samples) and key(1) in atlas
    assert [bytes(one) for one in atlas.get(key(1))] == samples
    assert [bytes(one) for one in Atlas(tmp_path / "joins").get(key(1))] == samples


@pytest.mark.parametrize(
    "harm", [lambda b: b[:-1], lambda b: b"", lambda b: b[:30] + b"x" + b[31:]]
)
def test_a_damaged_join_is_not_there(tmp_path, harm):
    atlas = Atlas(tmp_path)
    atlas.put(key(1), [b"one", b"two", b"three, long enough"])
    (path,) = tmp_path.glob("*/*.join")
    path.write_bytes(harm(path.read_bytes()))
    assert atlas.get(key(1)) is None
    assert not path.exists()


def test_the_longest_unused_go_first(tmp_path):
    atlas = Atlas(tmp_path, limit_mb=0.1)
    for number in range(9):
        atlas.put(key(number), [bytes(10_000)])
        path = tmp_path / key(number)[:2] / f"{key(number)}.join"
        os.utime(path, ns=(number + 1, number + 1))
    assert atlas.get(key(0)) is not None
    for number in range(9, 12):
        atlas.put(key(number), [bytes(10_000)])
        assert atlas.size_bytes() <= 105_000
    held = [number for number in range(12) if key(number) in atlas]
    assert held[0] == 0 and held[1] > 2 and held[-1] == 11


@given(
    facts=lists(tuples(integers(1, 9), integers(0, 400)), unique_by=lambda one: one[0]),
    enough=integers(1, 1000),
)
def test_no_more_go_than_must(tmp_path_factory, facts, enough):
    folder = tmp_path_factory.mktemp("joins")
    for used_ns, size in facts:
        path = folder / key(used_ns)[:2] / f"{key(used_ns)}.join"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(size))
        os.utime(path, ns=(used_ns, used_ns))
    going, held = [], 0
    for used_ns, size in sorted(facts):
        if held < enough:
            going.append(f"{key(used_ns)}.join")
            held += size
    found = Atlas(folder)._oldest(enough)
    assert sorted(Path(path).name for _, path in found) == going
    assert sum(size for size, _ in found) == held


def test_looking_for_room_takes_none(tmp_path):
    (tmp_path / "00").mkdir()
    for number in range(1000):
        (tmp_path / "00" / f"{key(number)}.join").touch()
    atlas = Atlas(tmp_path)
    tracemalloc.start()
    atlas._trim()
    # It was 800 bytes and more a join.
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50_000


def test_an_atlas_that_cannot_be_written_costs_no_show(tmp_path):
    atlas = Atlas(tmp_path)
    (tmp_path / key(1)[:2]).write_text("in the way")
    assert atlas.put(key(1), [b"x"]) is False
    assert atlas.get(key(1)) is None
    with pytest.raises(LiveError):
        Atlas(tmp_path / key(1)[:2])
    with pytest.raises(LiveError):
        Atlas(tmp_path, limit_mb=0)


def test_joins_rendered_beforehand_are_found_by_films(shows, tmp_path):
    field, mezzanines = shows()
    film = [Chosen(0, 0, 12, 30), Chosen(1, 1, 12, 30), Chosen(2, 0, 12, 30)]
    often = [Chosen(0, 1, 12, 33), Chosen(1, 1, 12, 29)]
    wanted = likeliest(field, mezzanines, [film, often, often])
    assert [count for _, count in wanted] == [2, 1, 1]
    atlas = Atlas(tmp_path)
    built = build_atlas(field, mezzanines, atlas, [film, often, often], most=2)
    assert (built.joins, built.held, built.made, built.share) == (4, 3, 2, 0.75)
    built = build_atlas(field, mezzanines, atlas, [film, often, often])
    assert (built.held, built.made, built.faults) == (4, 1, ())
    # The very pictures, also for films that come to the join otherwise.
    other = [film[0], Chosen(1, 1, 12, 30), Chosen(2, 0, 12, 48)]
    found, made = (
        pushed(field, mezzanines, other, atlas),
        pushed(field, mezzanines, other),
    )
    assert [part.job is None for part in found] == [True] * len(found)
    assert sum(part.job is not None for part in made) == 2
    for one, both in zip(
        watched(mezzanines, found), watched(mezzanines, made), strict=True
    ):
        assert (one == both).all()


def test_a_join_that_does_not_fit_what_players_know_is_refused(shows):
    field, mezzanines = shows()
    parts = pushed(field, mezzanines, [Chosen(0, 0, 12, 33), Chosen(1, 1, 12, 30)])
    (job,) = (part.job for part in parts if part.job is not None)
    assert render_request(job.request) == render_request(job.request)
    assert job.estimate_hint > 0
    with pytest.raises(LiveError, match="another way"):
        render_request(job.request | {"avcc": "01640020"})
    gone = ["/nowhere/take.mp4", job.request["before"][1]]
    with pytest.raises(LiveError, match="cannot be read"):
        render_request(job.request | {"before": gone})


def test_joins_that_cannot_be_rendered_or_kept_are_told(shows, tmp_path, monkeypatch):
    field, mezzanines = shows()
    film = [Chosen(0, 0, 12, 33), Chosen(1, 1, 12, 30)]
    monkeypatch.setattr(Atlas, "put", lambda *_: False)
    built = build_atlas(field, mezzanines, Atlas(tmp_path), [film])
    assert (built.joins, built.held, built.made) == (1, 0, 0)
    assert built.faults == ("The folder of joins cannot be written.",)
    monkeypatch.setattr(mezzanines, "avcc", b"other")
    built = build_atlas(field, mezzanines, Atlas(tmp_path), [film])
    assert built.held == 0 and "another way" in built.faults[0]
    none = build_atlas(field, mezzanines, Atlas(tmp_path), [film[:1]])
    assert (none.joins, none.share) == (0, 1.0)
