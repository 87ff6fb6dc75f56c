"""Processes of this computer make what one process would."""

import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from otio_genai.errors import MediaError, RenderError
from otio_genai.render import workers
from otio_genai.render.workers import Processes
from tests.render.cluster.making import (
    Taken,
    dies,
    dies_once,
    refuses,
    stumbles,
    with_number,
)

ROOT = Path(__file__).parents[3]


def kill_all():
    for child in multiprocessing.active_children():
        os.kill(child.pid, signal.SIGKILL)


def test_segments_are_the_same_bytes_and_nothing_is_left(jobs, wanted, tmp_path):
    taken, told = Taken(), []
    Processes(2, folder=tmp_path).run(jobs, taken, lambda *said: told.append(said))
    assert taken == wanted
    frames = sum(job.frames for job in jobs)
    assert told[-1] == ("render", frames, frames)
    assert [done for _, done, _ in told] == sorted({done for _, done, _ in told})
    assert not list(tmp_path.iterdir())
    assert not multiprocessing.active_children()


@pytest.mark.slow
def test_what_a_killed_process_had_is_made_again(jobs, wanted, tmp_path):
    taken = Taken(harm=kill_all)
    Processes(2, folder=tmp_path).run(jobs, taken)
    assert taken == wanted
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_process_that_dies_once_costs_no_answer(tmp_path):
    items = [{"number": n, "mark": str(tmp_path / str(n))} for n in range(3)]
    assert sorted(Processes(2).map(dies_once, items)) == [(n, n) for n in range(3)]


@pytest.mark.slow
def test_a_segment_that_kills_every_process_is_named(jobs, monkeypatch, tmp_path):
    monkeypatch.setattr(workers, "_encode", dies)
    with pytest.raises(RenderError, match="killed by SIGKILL, 3 times") as caught:
        Processes(1, folder=tmp_path).run(jobs, Taken())
    longest = max(jobs, key=lambda job: job.frames)
    assert longest.key[:12] in caught.value.place
    assert "take" in caught.value.place
    assert "fewer processes" in caught.value.remedy
    assert not list(tmp_path.iterdir())


def test_an_error_comes_back_whole():
    with pytest.raises(MediaError, match="It is broken") as caught:
        list(Processes(1).map(refuses, [{}]))
    assert (caught.value.place, caught.value.remedy) == ("a.mp4", "Mend it.")
    with pytest.raises(ZeroDivisionError, match="by nought"):
        list(Processes(1).map(stumbles, [{}]))
    assert not multiprocessing.active_children()


@pytest.mark.slow
def test_all_take_part(tmp_path):
    answers = list(Processes(2).map(with_number, [{"n": n} for n in range(40)]))
    assert sorted(answer["n"] for _, answer in answers) == list(range(40))
    assert all(answer["n"] == index for index, answer in answers)
    assert os.getpid() not in {answer["pid"] for _, answer in answers}


@pytest.mark.slow
def test_a_place_that_refuses_ends_every_process(jobs, tmp_path):
    def full(job, path):
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        Processes(2, folder=tmp_path).run(jobs, full)
    assert not multiprocessing.active_children()
    assert not list(tmp_path.iterdir())


def test_nothing_to_do_starts_nothing(tmp_path):
    Processes(4, folder=tmp_path).run([], Taken())
    assert list(Processes(4).map(dies, [])) == []


UNGUARDED = """
from otio_genai.render.workers import Processes
from tests.render.cluster.making import with_number
list(Processes(1).map(with_number, [{}]))
"""


@pytest.mark.slow
def test_a_script_without_a_guard_is_told_so(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED, "utf-8")
    done = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 1
    assert "ended before it ran: ended with exit code 1" in done.stderr


INTERRUPTED = """
import multiprocessing, os, signal, sys
from pathlib import Path
from otio_genai.render.workers import Processes
from tests.render.cluster.making import waits

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    try:
        for found in Processes(2, folder=folder).map(waits, [{}] * 2):
            raise SystemExit("it did not wait")
    except KeyboardInterrupt:
        print("left", len(multiprocessing.active_children()), flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_ctrl_c_ends_every_process(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(INTERRUPTED, "utf-8")
    with subprocess.Popen(
        [sys.executable, script, tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as run:
        # Both say their number once they are at work; Ctrl-C goes to the whole group.
        workers = [int(run.stdout.readline()) for _ in range(2)]
        os.killpg(run.pid, signal.SIGINT)
        said, complaints = run.communicate(timeout=60)
    assert said == "left 0\n"
    assert complaints == ""
    for pid in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
