"""A caller's function is told from any other, and known again in another run."""

import functools
import subprocess
import sys
import threading

import numpy as np
import pytest

from otio_genai.render.functions import told

LEVEL = 1.0
TABLE = np.arange(4)


def at_level(clip):
    return clip * LEVEL


def by_table(clip):
    return TABLE[clip]


def through_another(clip):
    return at_level(clip)


def closing_over(level):
    return lambda clip: clip * level


def with_default(level):
    def effect(clip, level=level):
        return clip * level

    return effect


def with_keyword(level):
    def effect(clip, *, level=level):
        return clip * level

    return effect


def scaled(clip, level=1):
    return clip * level


class Scaling:
    """A function that is an object."""

    def __init__(self, level):
        self.level = level

    def __call__(self, clip):
        return clip * self.level

    def method(self, clip):
        return clip * self.level


def cached(level):
    return functools.lru_cache(closing_over(level))


@pytest.mark.parametrize(
    "made",
    [
        closing_over,
        with_default,
        with_keyword,
        Scaling,
        cached,
        lambda level: functools.partial(scaled, level=level),
        lambda level: functools.partial(scaled, 1, level),
        lambda level: functools.partial(closing_over(level)),
        lambda level: Scaling(level).method,
        lambda level: closing_over({"levels": [level]}),
        lambda level: closing_over({level, "a", "b"}),
        lambda level: closing_over(np.full(3, level)),
        lambda level: closing_over(Scaling(level)),
        lambda level: closing_over(closing_over(level)),
    ],
)
def test_what_it_is_bound_to_tells_it(made):
    assert told(made(0.5)) == told(made(0.5)) != told(made(1.5))


@pytest.mark.parametrize(
    ("function", "name", "value"),
    [
        (at_level, "LEVEL", 2.0),
        (by_table, "TABLE", np.zeros(4, int)),
        (through_another, "LEVEL", 2.0),
        (through_another, "at_level", scaled),
    ],
)
def test_globals_that_it_names_tell_it(monkeypatch, function, name, value):
    before = told(function)
    assert told(function) == before
    monkeypatch.setattr(sys.modules[__name__], name, value)
    assert told(function) != before


def test_the_class_of_an_object_tells_it(monkeypatch):
    before = told(Scaling(1).method), told(Scaling(1))
    monkeypatch.setattr(Scaling, "__call__", lambda self, clip: clip + self.level)
    assert told(Scaling(1)) != before[1]


def test_what_cannot_be_told_is_never_the_same():
    lock = threading.Lock()
    one = closing_over(lock)
    assert told(one) != told(one)


def test_one_that_calls_itself_is_told():
    def one(clip):
        return one(clip - 1) if clip else 0

    assert told(one) == told(one) != told(scaled)


SCRIPT = """
import functools
import numpy as np
import cv2
from otio_genai.render.functions import told
names = {"a", "b", "c", "d"}
class Painting:
    kind = frozenset("abcdef")
    def __call__(self, clip, how=cv2.GaussianBlur):
        return np.clip(clip, 0, 1) if clip in names else how(clip)
print(told(Painting()), told(functools.partial(lambda clip, n: n, n=3)))
"""


@pytest.mark.slow
def test_another_run_knows_it_again():
    runs = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in "12"
    }
    assert len(runs) == 1
