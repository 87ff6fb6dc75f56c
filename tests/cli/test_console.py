"""Progress: when it ends, in a bar and in lines of JSON."""

import json
from datetime import datetime

import pytest

from otio_genai.cli.console import Progress


class Clock:
    """A clock that is turned by hand."""

    def __init__(self):
        self.now_s = 100.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lines(capsys, clock):
    """Report steps of (seconds passed, what, done, total); return what was said."""

    def say(steps):
        bar = Progress("json", now_s=clock, clock_s=clock)
        for passed_s, *step in steps:
            clock.now_s += passed_s
            bar(*step)
        bar.finish()
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    return say


def test_a_line_says_what_shot_how_quickly_and_until_when(lines, clock):
    said = lines([(0, "render · sh010", 0, 100), (2, "render · sh020", 50, 100)])
    assert said[0] == {"what": "render", "done": 0, "total": 100, "shot": "sh010"}
    assert said[1]["shot"] == "sh020"
    assert said[1]["frames_per_s"] == 25
    ends = datetime.fromisoformat(said[1]["ends_at"])
    assert ends.tzinfo is not None
    assert ends.timestamp() == clock.now_s + 2


def test_the_last_step_is_always_told_and_those_between_not_too_often(lines):
    said = lines([(0.001, "render", n, 500) for n in range(1, 501)])
    assert said[-1]["done"] == 500
    assert len(said) < 20


def test_what_was_kept_does_not_make_the_rest_look_quick(lines):
    steps = [(0.001, "render", 1000, 2000)]
    steps += [(1, "render", 1000 + n, 2000) for n in range(1, 40)]
    said = lines(steps)
    assert said[-1]["frames_per_s"] == pytest.approx(1)


def test_another_thing_begins_anew(lines):
    said = lines([(0, "listen", 0, 9), (5, "listen", 9, 9), (1, "render", 1, 9)])
    assert [line["what"] for line in said] == ["listen", "listen", "render"]
    assert "frames_per_s" not in said[2]


def test_a_bar_shows_speed_end_and_shot(capsys, clock, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    bar = Progress(now_s=clock, clock_s=clock)
    bar("render · sh010", 0, 100)
    clock.now_s += 4
    bar("render · sh020", 20, 100)
    clock.now_s += 1
    bar("render · sh020", 100, 100)
    bar.finish()
    said = capsys.readouterr().err
    first, second, last = said.strip("\r").split("\r")
    assert "0/100  sh010" in first
    assert "20/100  5.0/s, done at " in second and "sh020" in second
    assert last.endswith("\n") and "100/100" in last
    assert "█" * 24 in last


def test_a_bar_never_passes_the_window(capsys, clock, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "50")
    Progress(now_s=clock)("render · " + "very long name " * 9, 1, 100)
    line = capsys.readouterr().err
    assert len(line.removeprefix("\r").removesuffix("\033[K")) <= 50


def test_a_bar_is_silent_in_a_file(capsys):
    Progress()("render", 1, 2)
    assert capsys.readouterr().err == ""
