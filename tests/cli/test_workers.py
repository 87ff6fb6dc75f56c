"""Others may do the work: the same comes of it."""

import pytest

from otio_genai.analyse import elsewhere
from otio_genai.cli import workers
from tests.render.building import gap, timeline
from tests.support import coded


@pytest.fixture
def bin_file(run, tmp_path):
    folder = tmp_path / "takes"
    folder.mkdir()
    coded.write_take(folder / "take1.mp4", 1, 24)
    run("ingest", folder, "-o", tmp_path / "bin.otio")
    return tmp_path / "bin.otio"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--media", "/a=/b"], "--media needs --cluster"),
        (["--jobs", "2", "--cluster", "local"], "does not go with"),
    ],
)
def test_options_that_do_not_go_together(run, bin_file, tmp_path, given, said):
    out = tmp_path / "out.otio"
    code, _, told = run("analyse", bin_file, "-o", out, *given)
    assert code == 2
    assert said in told
    assert not out.exists()


@pytest.mark.parametrize(
    "given", [["--jobs", "2"], ["--captions", "beside"], ["--cluster", "local"]]
)
def test_a_farm_s_job_is_for_the_farm(run, tmp_path, given):
    out, film = tmp_path / "job", tmp_path / "film.otio"
    film.write_text(timeline([gap(4)]).to_json_string())
    assert run("render", film, "-o", out, "--openjd", *given)[0] == 2
    assert not out.exists()


def test_a_bin_analysed_by_others(run, bin_file, tmp_path, monkeypatch):
    asked = []

    class Others:
        def map(self, function, items):
            asked.extend(items)
            return ((place, function(item)) for place, item in enumerate(items))

    assert run("analyse", bin_file, "-o", tmp_path / "a.otio")[0] == 0
    monkeypatch.setenv("OTIO_GENAI_CACHE", str(tmp_path / "empty"))
    monkeypatch.setattr(workers, "executor", lambda *given: Others())
    given = ("-o", tmp_path / "b.otio", "--jobs", 2)
    assert run("analyse", bin_file, *given)[0] == 0
    assert (tmp_path / "a.otio").read_text() == (tmp_path / "b.otio").read_text()
    assert [item["sources"][0]["name"] for item in asked] == ["take1.mp4"]
    assert elsewhere.answer(asked[0]).keys() == {"picture"}
