"""What a worker does with what it is given."""

import dataclasses
import functools
import pickle
import re

from otio_genai.errors import MediaError
from otio_genai.render.cluster import task
from otio_genai.render.cluster.places import Places
from tests.render.building import clip, timeline
from tests.render.cluster.making import jobs_of, refuses, sha256, stumbles
from tests.support.coded import write_take

TERMS = task.Terms(Places(), task.here())


def item(**more):
    return {"sources": [], **more}


def length(given):
    return len(given["text"])


def test_versions_name_whatever_decides_bytes():
    assert re.fullmatch(
        r"release \S+, otio-genai \d+, av [\d.]+, libavcodec [\d.]+, .*x264 core \d+.*",
        task.here(),
    )


def test_one_fault_costs_one_item():
    items = [item(text="abc"), item(), item(text="")]
    first, second, third = task.answer(length, items, TERMS)
    assert (first.value, third.value) == (3, 0)
    assert second.error.sentence == "KeyError: 'text'"
    assert second.worker


def test_other_versions_make_nothing(jobs):
    terms = dataclasses.replace(TERMS, versions="release 0.0.9")
    (failed,) = task.answer(task.segment, [jobs[0].recipe], terms)
    assert task.here() in failed.error.sentence
    assert "release 0.0.9" in failed.error.sentence


def test_errors_survive_the_way_home():
    (failed,) = pickle.loads(pickle.dumps(task.answer(refuses, [item()], TERMS)))
    assert type(failed.error) is MediaError
    assert (failed.error.place, failed.error.remedy) == ("a.mp4", "Mend it.")
    (failed,) = pickle.loads(pickle.dumps(task.answer(stumbles, [item()], TERMS)))
    assert failed.error.sentence == "ZeroDivisionError: by nought"


def test_a_segment_comes_back_or_is_left_in_a_shared_folder(jobs, wanted, tmp_path):
    job = jobs[0]
    with task.at_work():
        digest, content = task.segment(job.recipe)
        assert digest == wanted[job.key]
        assert task.segment(job.recipe, str(tmp_path)) == (digest, None)
    (left,) = tmp_path.iterdir()
    assert (left.stem, sha256(left)) == (job.key, digest)
    assert left.read_bytes() == content


def test_what_was_made_of_a_file_while_it_changed_does_not_count(tmp_path):
    path = write_take(tmp_path / "take1.mp4", 1, 8, 24)
    (job,) = jobs_of(timeline([clip(path, 0, 8)]))

    def swaps(recipe):
        write_take(path, 2, 8, 24)
        return task.segment(recipe)

    (failed,) = task.answer(swaps, [job.recipe], TERMS)
    assert type(failed.error) is MediaError
    assert "its content differs" in failed.error.sentence


def test_a_place_that_cannot_be_written_is_a_failure(jobs, tmp_path):
    lost = functools.partial(task.segment, shared=str(tmp_path / "not there"))
    (failed,) = task.answer(lost, [jobs[0].recipe], TERMS)
    assert "does not exist" in failed.error.sentence
