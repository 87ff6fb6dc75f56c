"""Joins in time: the first due first, nothing late, never both versions."""

import heapq
import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.live.schedule import Scheduler

OPEN = ("waiting", "running")


class World:
    """A clock that goes from event to event, and workers that take as long as told."""

    def __init__(self, workers, takes):
        self.now = 0.0
        self.events, self.order = [], itertools.count()
        self.takes = takes
        self.begun, self.kept, self.replaced = [], [], 0
        self.workers = [Hand(self) for _ in range(workers)]
        self.schedule = Scheduler(
            self.workers, lambda: self.now, made=lambda key, s: self.kept.append(key)
        )

    def at(self, time, call):
        heapq.heappush(self.events, (time, next(self.order), call))

    def go(self, until=float("inf")):
        while self.events and self.events[0][0] <= until:
            self.now, _, call = heapq.heappop(self.events)
            call()
        if until != float("inf"):
            self.now = until


class Hand:
    def __init__(self, world):
        self.world, self.reply = world, None

    @property
    def ready(self):
        return self.reply is None

    def run(self, request, reply):
        world = self.world
        assert self.reply is None, "one at a time"
        world.begun.append((world.now, request))
        self.reply = reply
        took = world.takes(request)
        if took is not None:
            fails = request.startswith("bad")
            samples = None if fails else [request.encode()]
            world.at(world.now + took, lambda: self.answer(reply, samples))

    def answer(self, reply, samples):
        if self.reply is reply:
            self.reply = None
            reply(samples)

    def replace(self):
        self.reply = None
        self.world.replaced += 1

    def close(self):
        self.reply = None


jobs = st.lists(
    st.tuples(
        st.floats(0, 10),  # when it is asked for
        st.floats(0, 5),  # how long until it is due
        st.floats(0.01, 2),  # how long it takes
        st.booleans(),
    ),
    min_size=1,
    max_size=25,
)


@given(jobs, st.integers(1, 3))
@settings(max_examples=60)
def test_nothing_late_nothing_twice_nothing_left(jobs, workers):
    names = [f"{'bad' if bad else 'join'}{n}" for n, (*_, bad) in enumerate(jobs)]
    took = {name: job[2] for name, job in zip(names, jobs, strict=True)}
    world = World(workers, took.__getitem__)
    tickets, told = {}, []

    def ask(name, deadline):
        def tell(ticket):
            told.append((ticket.key, world.now, ticket.state))

        tickets[name] = world.schedule.submit(name, name, deadline, tell)

    for name, (asked, ahead, _, _) in zip(names, jobs, strict=True):
        world.at(asked, lambda n=name, d=asked + ahead: ask(n, d))
    world.go()
    world.now += 100
    world.schedule.pump()
    assert not world.schedule.waiting()
    assert sorted(key for key, _, _ in told) == sorted(names)
    for key, when, state in told:
        ticket = tickets[key]
        assert ticket.state == state
        assert (ticket.samples is not None) == (state == "made")
        if state == "made":
            assert when <= ticket.deadline_s
            assert ticket.samples == [key.encode()]
            assert not key.startswith("bad")
    counts = world.schedule.counts
    assert counts.made + counts.dropped + counts.late + counts.failed == len(names)
    assert sorted(world.kept) == sorted(
        name for _, name in world.begun if not name.startswith("bad")
    )


@given(st.permutations(range(8)))
def test_of_those_that_wait_the_first_due_is_begun_first(order):
    world = World(1, lambda _: 0.1)
    world.schedule.submit("first", "first", 50)
    for n in order:
        world.schedule.submit(f"{n}", f"{n}", 60 + n)
    world.go()
    assert [name for _, name in world.begun] == ["first", *map(str, range(8))]


def test_what_is_foreseen_to_be_late_is_not_begun():
    world = World(1, lambda _: 0.1)
    ticket = world.schedule.submit("a", "a", 0.29)
    assert ticket.state == "dropped"
    assert world.begun == []
    assert world.schedule.submit("b", "b", 0.31).state == "running"


def test_the_foreseen_length_follows_what_was_measured():
    world = World(1, lambda _: 1.3)
    world.schedule.submit("a", "a", 10)
    world.go()
    assert world.schedule.estimate_s == pytest.approx(0.9 * 0.3 + 0.1 * 1.3)


def test_what_was_told_to_take_longer_is_foreseen_so():
    world = World(1, lambda _: 0.6)
    schedule = world.schedule
    for n in range(40):
        schedule.submit(f"{n}", f"{n}", world.now + 10, work_s=0.3)
        world.go()
    assert schedule.estimate_s == pytest.approx(0.6, rel=0.05)
    until = world.now + 1
    assert schedule.submit("long", "long", until, work_s=0.6).state == "dropped"
    assert schedule.submit("short", "short", until, work_s=0.3).state == "running"


def posted(took, work, seconds=200, every=0.5, ahead=4.0):
    """Ask for more joins than one worker can make; return how they ended."""
    takes = dict(enumerate(took))
    world = World(1, lambda name: takes[int(name)])
    for n in range(int(seconds / every)):

        def ask(n=n):
            until = world.now + ahead
            world.schedule.submit(f"{n}", f"{n}", until, work_s=work(takes[n]))

        world.at(every * n, ask)
        world.at(every * (n + 0.5), world.schedule.pump)
    world.go()
    return world.schedule.counts


def test_asked_for_too_much_it_makes_what_it_can_and_wastes_little():
    rng = random.Random(1)
    took = [rng.lognormvariate(0, 0.5) for _ in range(400)]
    counts = posted(took, lambda _: 1.1)
    assert counts.late <= 10
    # 1.1 s each: no more than 182 could be made in 200 s.
    assert counts.made >= 165


def test_asked_for_too_much_the_longest_stand_back():
    rng = random.Random(2)
    took = [rng.choice((0.4, 0.4, 0.4, 2.0)) for _ in range(400)]
    counts = posted(took, lambda took: took)
    # In turn of their deadlines it were 200 s / 0.8 s; the short ones alone take 120 s.
    assert counts.made >= 300
    assert counts.late <= 4


def test_after_a_spell_in_which_all_took_long_joins_are_begun_again():
    slow = [True]
    world = World(1, lambda _: 8.0 if slow[0] else 0.2)
    world.schedule.submit("a", "a", 20)
    world.go()
    slow[0] = False
    states = []
    for n in range(60):
        ticket = world.schedule.submit(f"{n}", f"{n}", world.now + 2)
        world.go()
        states.append(ticket.state)
        world.now += 1
    assert states[0] == "dropped"
    assert states[-20:] == ["made"] * 20


def test_a_join_that_two_want_is_rendered_once_and_for_the_earlier():
    world = World(1, lambda _: 0.2)
    world.schedule.submit("busy", "busy", 10)
    far = world.schedule.submit("same", "same", 9)
    world.schedule.submit("other", "other", 5)
    near = world.schedule.submit("same", "same", 2)
    world.go()
    assert [name for _, name in world.begun] == ["busy", "same", "other"]
    assert far.samples == near.samples == [b"same"]


def test_one_of_two_who_want_it_may_be_too_late():
    world = World(1, lambda _: 3.0)
    near = world.schedule.submit("same", "same", 1)
    far = world.schedule.submit("same", "same", 9)
    world.go()
    assert (near.state, far.state) == ("late", "made")
    assert near.samples is None


def test_a_withdrawn_join_is_not_begun_and_a_running_one_is_kept():
    world = World(1, lambda _: 0.2)
    running = world.schedule.submit("a", "a", 10)
    waiting = world.schedule.submit("b", "b", 10)
    world.schedule.withdraw(running)
    world.schedule.withdraw(waiting)
    world.go()
    assert [name for _, name in world.begun] == ["a"]
    assert world.kept == ["a"]
    assert running.state == waiting.state == "withdrawn"
    assert running.samples is None


def test_a_worker_that_hangs_is_replaced_and_the_next_join_made():
    world = World(1, lambda name: None if name == "hangs" else 0.1)
    hung = world.schedule.submit("hangs", "hangs", 3)
    world.now = 20
    after = world.schedule.submit("after", "after", 30)
    world.go()
    assert (hung.state, after.state) == ("failed", "made")
    assert world.replaced == 1


def test_closing_drops_what_waits():
    world = World(1, lambda _: 1.0)
    tickets = [world.schedule.submit(f"{n}", f"{n}", 50) for n in range(3)]
    world.schedule.close()
    world.go()
    assert {t.state for t in tickets} == {"dropped"}
