"""Processes that render: they answer, fail and die without taking the show along."""

import os
import threading
import time

import pytest

from otio_genai.live.schedule import Scheduler
from otio_genai.live.workers import Process


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
