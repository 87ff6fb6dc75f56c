"""Processes that render: they answer, fail and die without taking the show along."""

import os
import threading
import time

import pytest

from otio_genai.live import workers
from otio_genai.live.schedule import Scheduler
from otio_genai.live.workers import Process, pause_after_s


def render(request):
    if request == "die":
        os._exit(3)
    if request == "fail":
        raise ValueError(request)
    return [request.encode(), memoryview(b"more")]


@pytest.fixture
def worker():
    made = Process(render)
    yield made
    made.close()


def ask(worker, request):
    """Give it something once it is ready; its answer."""
    for _ in range(3000):
        if worker.ready:
            break
        time.sleep(0.01)
    answers, came = [], threading.Event()
    worker.run(request, lambda samples: (answers.append(samples), came.set()))
    assert came.wait(30)
    return answers[0]


@pytest.mark.slow
def test_it_answers_fails_and_is_replaced_when_it_dies(worker):
    assert ask(worker, "join") == [b"join", b"more"]
    assert ask(worker, "fail") is None
    assert ask(worker, "die") is None
    assert ask(worker, "again") == [b"again", b"more"]


@pytest.mark.slow
def test_a_scheduler_goes_on_after_a_death():
    made = Process(render)
    schedule = Scheduler([made], time.monotonic)
    try:
        states = []
        for request in ("die", "join"):
            ended = threading.Event()
            ticket = schedule.submit(
                request, request, time.monotonic() + 60, lambda _, e=ended: e.set()
            )
            while not ended.wait(0.05):
                schedule.pump()
            states.append(ticket.state)
    finally:
        schedule.close()
    assert states == ["failed", "made"]


def test_who_dies_again_and_again_is_waited_for_longer_and_longer_but_not_for_ever():
    pauses = [pause_after_s(deaths) for deaths in range(1, 5000)]
    assert pauses[:3] == [0, 0, 0]
    assert pauses[3:9] == [1, 2, 4, 8, 16, 32]
    assert set(pauses[9:]) == {60}


@pytest.mark.slow
def test_after_many_deaths_another_is_tried_and_the_artist_told(monkeypatch):
    monkeypatch.setattr(workers, "_PAUSE_S", 0.01)
    said = []
    made = Process(render, said.append)
    try:
        for _ in range(6):
            assert ask(made, "die") is None
        assert ask(made, "join") == [b"join", b"more"]
    finally:
        made.close()
    assert len(said) == 6
    assert ["is replaced" in one for one in said] == [True] * 3 + [False] * 3
    assert all("again and again" in one for one in said[3:])


@pytest.mark.slow
def test_it_may_be_closed_while_none_is_to_be_started(monkeypatch):
    monkeypatch.setattr(workers, "_DEATHS", 0)
    monkeypatch.setattr(workers, "_PAUSE_S", 3600.0)
    monkeypatch.setattr(workers, "_LONGEST_S", 3600.0)
    made = Process(render)
    assert ask(made, "die") is None
    made.close()
    assert not made._listener.is_alive()
