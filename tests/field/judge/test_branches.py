"""A check tells how often branches are taken, and which stray from what is asked."""

import json

import pytest

from otio_genai import metadata
from otio_genai.cli import main
from otio_genai.field.judge import judge
from otio_genai.field.judge_branches import strays
from otio_genai.field.odds import Share
from tests.support import fields

FEW = {"in": [0, 24], "out": [36, 48, 60]}


def branching(weight):
    branches = [("past", 0, 2, None, weight)]
    return fields.document(4, 2, cuts=FEW, branches=branches)


@pytest.mark.parametrize(
    ("of_fork", "wished", "said"),
    [
        (0.2, 0.2, ""),
        (0.3, 0.2, ""),
        (0.5, 0.2, "far from what is asked for"),
        (0.01, 0.5, "hardly ever taken"),
        (0.01, 0.01, ""),
        (0.995, 0.5, "hardly ever left out"),
        (0.0, 0.5, "hardly ever taken"),
    ],
)
def test_what_strays_is_told(of_fork, wished, said):
    assert strays(Share("past", of_fork, of_fork, wished)) == said


def test_a_branch_that_no_film_comes_to_is_told():
    assert strays(Share("past", 0.0, None, 0.5)) == "no film comes to it"


def test_shares_are_in_the_check_and_what_is_far_off_names_its_cure():
    found = judge(branching(1.0), draws=2)
    (one,) = found.branches
    assert one.of_films == pytest.approx(one.of_fork)
    assert "field weigh" not in found.readable()
    document = branching(1e-5)
    rows = metadata.read(document, "field")
    rows["branches"][0]["share"] = 0.5
    metadata.put(document, "field", rows)
    found = judge(document, draws=2)
    assert "hardly ever taken" in found.readable()
    assert "field weigh" in found.readable()
    assert found.fine
    held = json.loads(json.dumps(found.to_dict()))["branches"]
    assert held[0]["note"] == "hardly ever taken" and held[0]["wished"] == 0.5


def run(capsys, *asked):
    try:
        code = main(list(map(str, asked)))
    except SystemExit as end:
        code = end.code
    return code, capsys.readouterr().out


def test_a_field_is_weighed_from_the_command_line(tmp_path, capsys):
    path, out = tmp_path / "field.otio", tmp_path / "weighed.otio"
    branching(1e-5).to_json_file(str(path))
    asked = ["field", "weigh", path, "-o", out, "--share"]
    code, said = run(capsys, *asked, "past=25%")
    assert not code
    assert "past     25%, asked for 25%; 25% of all films" in said
    for wrong, code in (("past", 2), ("past=x", 2), ("none=0.5", 1)):
        assert run(capsys, *asked, wrong, "--force")[0] == code
