"""The sample edit that goes to every editor."""

import sys
from pathlib import Path

import pytest

from otio_genai import check
from otio_genai.interchange.census import lost
from otio_genai.interchange.fcpxml import read_fcpxml, write_fcpxml
from otio_genai.interchange.xmeml import read_xmeml, write_xmeml

FOLDER = Path(__file__).parents[2] / "sample_projects" / "convert"


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    folder = tmp_path_factory.mktemp("media")
    sys.path.insert(0, str(FOLDER))
    try:
        from edit import edit
        from media import draw
    finally:
        sys.path.remove(str(FOLDER))
    draw(folder)
    return edit(folder)


def test_nothing_is_wrong_with_it(film):
    assert check(film) == []


def test_premiere_s_file_says_all_of_it(film):
    text, _ = write_xmeml(film, "premiere")
    assert lost(film, read_xmeml(text)[0]) == []


def test_final_cut_s_lacks_a_marker_s_colour_alone(film):
    text, loss = write_fcpxml(film)
    assert [t.feature for t in lost(film, read_fcpxml(text)[0])] == ["marker"]
    assert [item.feature for item in loss.items] == ["marker colour"]
