"""Dask's workers make what one process would, whatever befalls them."""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.errors import RenderError
from otio_genai.render import render_film
from otio_genai.render.cluster import dask, task
from otio_genai.render.cluster.dask import Dask
from otio_genai.render.workers import Processes
from tests.render.building import clip, dissolve, timeline
from tests.render.cluster.making import (
    Taken,
    dies,
    dies_once,
    refuses,
    sha256,
    with_number,
)

distributed = pytest.importorskip("distributed")


@pytest.fixture
def cluster():
    """Two workers in this process, quick to start."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0"
    ) as made:
        yield made


@pytest.fixture
def address(cluster):
    return cluster.scheduler_address


def items(count, **more):
    return [{"sources": [], "number": n, **more} for n in range(count)]


def kill_one():
    victim = multiprocessing.active_children()[0]
    os.kill(victim.pid, signal.SIGKILL)


def test_segments_are_the_same_bytes(jobs, wanted, address, tmp_path):
    taken, told = Taken(), []
    Dask(address, folder=tmp_path).run(jobs, taken, lambda *said: told.append(said))
    assert taken == wanted
    frames = sum(job.frames for job in jobs)
    assert told[-1] == ("render", frames, frames)
    assert not list(tmp_path.iterdir())


def test_segments_come_back_through_a_shared_folder(jobs, wanted, address, tmp_path):
    taken = Taken()
    Dask(address, shared=tmp_path).run(jobs, taken)
    assert taken == wanted
    assert not list(tmp_path.iterdir())


def test_a_shared_folder_that_is_another_one_there_is_told(jobs, address, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    executor = Dask(address, shared=tmp_path, media=[f"{tmp_path}={elsewhere}"])
    with pytest.raises(RenderError, match="it is not there"):
        executor.run(jobs[:1], Taken())


def test_media_that_lie_elsewhere_are_found(jobs, wanted, few, address, tmp_path):
    for path in few:
        shutil.copy(path, tmp_path)
    for place in (tmp_path, f"file://{tmp_path}"):
        taken = Taken()
        Dask(address, media=[f"{few[0].parent}={place}"]).run(jobs, taken)
        assert taken == wanted


def test_another_file_of_that_name_is_refused(jobs, few, address, tmp_path):
    for path in few:
        shutil.copy(few[0], tmp_path / path.name)
    taken = Taken()
    executor = Dask(address, media=[f"{few[0].parent}={tmp_path}"])
    with pytest.raises(RenderError, match="could not be done") as caught:
        executor.run(jobs, taken)
    lines = [line for line in caught.value.items if "content differs" in line]
    assert len(lines) == len(caught.value.items) == len(jobs) - len(taken)
    assert all("take" in line for line in lines)
    # What shows the first take alone, or nothing, is none the worse for it.
    unhurt = {
        job.key
        for job in jobs
        if {source["name"] for source in job.recipe["sources"]} <= {"take1"}
    }
    assert set(taken) == unhurt


def test_a_worker_of_other_versions_is_refused(jobs, address, monkeypatch):
    # The workers are in this process: the client alone is to be another.
    other = SimpleNamespace(**vars(task))
    other.here = lambda: "release 9"
    monkeypatch.setattr(dask, "task", other)
    with pytest.raises(RenderError, match="release 9") as caught:
        Dask(address).run(jobs, Taken())
    assert len(caught.value.items) == 2
    assert all(task.here() in line for line in caught.value.items)


def test_no_scheduler_and_no_worker_are_told(jobs):
    with pytest.raises(RenderError, match="No Dask scheduler"):
        Dask("tcp://127.0.0.1:9", patience_s=0.5).run(jobs, Taken())
    with (
        distributed.LocalCluster(
            n_workers=0, processes=False, dashboard_address=":0"
        ) as empty,
        pytest.raises(RenderError, match="no worker"),
    ):
        Dask(empty.scheduler_address, patience_s=0.5).run(jobs, Taken())


def test_questions_are_answered_in_any_order(address):
    answers = dict(Dask(address).map(with_number, items(50)))
    assert {index: answer["number"] for index, answer in answers.items()} == {
        n: n for n in range(50)
    }


def test_what_no_worker_can_do_is_named(address):
    with pytest.raises(RenderError, match="It is broken") as caught:
        list(Dask(address).map(refuses, items(1)))
    assert caught.value.place == "item 0"
    assert caught.value.remedy == "Mend it."
    with pytest.raises(RenderError, match="2 items") as caught:
        list(Dask(address).map(refuses, items(2)))
    assert len(caught.value.items) == 2


@pytest.mark.slow
def test_the_scheduler_is_never_flooded(address, monkeypatch):
    most = []
    submit = distributed.Client.submit

    def counted(self, *given, **named):
        most.append(len(self.futures))
        return submit(self, *given, **named)

    monkeypatch.setattr(distributed.Client, "submit", counted)
    assert len(list(Dask(address).map(with_number, items(300)))) == 300
    assert len(most) == 300
    assert max(most) <= 2 * 2


def test_nothing_to_do_starts_nothing():
    Dask("tcp://127.0.0.1:9").run([], Taken())


@given(
    st.lists(st.integers(1, 10**9), min_size=1, max_size=200),
    st.integers(1, 64),
)
def test_batches_hold_every_segment_once_and_are_worth_a_task(costs, threads):
    batches = dask._batches(costs, threads)
    assert sorted(index for batch in batches for index in batch) == [*range(len(costs))]
    sizes = [sum(costs[index] for index in batch) for batch in batches]
    assert sizes == sorted(sizes, reverse=True)
    for batch in batches:
        assert batch == [*range(batch[0], batch[0] + len(batch))]
        but_last = sum(costs[index] for index in batch[:-1])
        assert but_last < dask._TASK_PX or len(batch) == 1


@pytest.mark.slow
def test_a_killed_worker_costs_no_segment(jobs, wanted):
    taken = Taken(harm=kill_one)
    Dask("local", workers=2).run(jobs, taken)
    assert taken == wanted
    assert not multiprocessing.active_children()


@pytest.mark.slow
def test_an_item_that_kills_its_worker_once_is_answered(tmp_path):
    given_ = [
        {"sources": [], "number": n, "mark": str(tmp_path / str(n))} for n in range(3)
    ]
    answers = Dask("local", workers=2).map(dies_once, given_)
    assert sorted(answers) == [(n, n) for n in range(3)]


@pytest.mark.slow
def test_an_item_that_kills_every_worker_is_named():
    with pytest.raises(RenderError, match="was lost") as caught:
        list(Dask("local", workers=2).map(dies, items(1)))
    assert caught.value.place == "item 0"
    assert not multiprocessing.active_children()


def test_without_dask_it_is_told(jobs, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RenderError, match="not installed") as caught:
        Dask("local").run(jobs, Taken())
    assert "otio-genai[cluster]" in caught.value.remedy


class KillsOne:
    """Told of progress, it kills a worker as soon as the first segments are made."""

    def __init__(self):
        self.left = None

    def __call__(self, what, done, total):
        if what == "render" and self.left is None:
            self.left = total - done
            kill_one()


@pytest.mark.slow
def test_a_film_is_the_same_whoever_makes_it(few, tmp_path):
    items = [clip(few[n % 4], n % 5, 24) for n in range(40)]
    items[9:9] = [dissolve(4, 4)]
    long = timeline(items, size=(320, 180))

    def made(name, **how):
        path = tmp_path / f"{name}.mp4"
        return sha256(render_film(long, path, cache=False, **how).path)

    here = made("here")
    for name, executor in (
        ("processes", Processes(2)),
        ("dask", Dask("local", workers=2)),
    ):
        killing = KillsOne()
        assert made(name, executor=executor, progress=killing) == here
        # It was in the middle.
        assert killing.left > 480
    assert not multiprocessing.active_children()


INTERRUPTED = """
import sys
from otio_genai.render.cluster import Dask
from tests.render.cluster.making import waits

if __name__ == "__main__":
    try:
        for found in Dask("local", workers=1).map(waits, [{"sources": []}]):
            raise SystemExit("it did not wait")
    except KeyboardInterrupt:
        print("stopped", flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_ctrl_c_ends_every_worker(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(INTERRUPTED, "utf-8")
    with subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    ) as run:
        worker = int(run.stdout.readline())
        os.killpg(run.pid, signal.SIGINT)
        said, complaints = run.communicate(timeout=60)
    assert (said, complaints) == ("stopped\n", "")
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
