import json

import pytest

from otio_genai.analyse.cache import Cache, Question
from otio_genai.errors import MediaError

DIGEST = "ab" * 32
ASKED = Question("motion", "1", (("step", 2),))


class Counting:
    def __init__(self, answer):
        self.answer, self.calls = answer, 0

    def __call__(self):
        self.calls += 1
        return self.answer


@pytest.fixture
def kept(tmp_path):
    return Cache(tmp_path / "not" / "yet there")


def test_the_second_answer_costs_nothing(kept):
    measure = Counting({"motion": {"samples": [[1, 0.25]], "none": None}})
    first = kept.answer(DIGEST, ASKED, measure)
    assert kept.answer(DIGEST, ASKED, measure) == first == measure.answer
    assert measure.calls == 1


@pytest.mark.parametrize(
    "other",
    [
        Question("motion", "2", (("step", 2),)),
        Question("motion", "1", (("step", 3),)),
        Question("palette", "1", (("step", 2),)),
    ],
)
def test_another_question_is_measured(kept, other):
    measure = Counting({"a": 1})
    kept.answer(DIGEST, ASKED, measure)
    kept.answer(DIGEST, other, measure)
    kept.answer("cd" * 32, ASKED, measure)
    assert measure.calls == 3


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[]",
        "null",
        '{"answer": 3}',
        '{"answer": {}}',
        "\x00\xff",
        "[" * 100_000,
    ],
)
def test_a_corrupt_entry_is_measured_again(kept, damage):
    measure = Counting({"a": 1})
    kept.answer(DIGEST, ASKED, measure)
    kept.place(DIGEST, ASKED).write_text(damage, encoding="latin-1")
    assert kept.answer(DIGEST, ASKED, measure) == {"a": 1}
    assert kept.answer(DIGEST, ASKED, measure) == {"a": 1}
    assert measure.calls == 2


def test_entries_are_written_beside_and_renamed(kept):
    kept.answer(DIGEST, ASKED, Counting({"a": 1}))
    place = kept.place(DIGEST, ASKED)
    assert list(place.parent.iterdir()) == [place]
    entry = json.loads(place.read_text(encoding="utf-8"))
    assert entry["digest"] == DIGEST
    assert entry["question"] == "motion"


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    measure = Counting({"a": 1})
    kept = Cache(blocked)
    assert kept.answer(DIGEST, ASKED, measure) == {"a": 1}
    assert kept.answer(DIGEST, ASKED, measure) == {"a": 1}
    assert measure.calls == 2


def test_a_failure_is_not_kept(kept):
    def torn():
        raise MediaError("torn")

    with pytest.raises(MediaError):
        kept.answer(DIGEST, ASKED, torn)
    assert kept.answer(DIGEST, ASKED, Counting({"a": 1})) == {"a": 1}
