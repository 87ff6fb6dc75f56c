"""The reader and writer of FCPXML on real documents."""

from fractions import Fraction

import pytest

from otio_genai import maps
from otio_genai.interchange.fcpxml import read_fcpxml, write_fcpxml
from otio_genai.interchange.xmeml import read_xmeml
from tests.interchange.fcpxml.test_fcpxml_laws import pictures, sounds


@pytest.mark.parametrize(
    "name",
    ["fcpx_clips", "fcpx_event", "fcpx_library", "fcpx_project"],
)
def test_real_documents_stay_when_written_and_read(shared, name):
    path = shared / "corpus" / "fcpxml" / f"{name}.fcpxml"
    timeline, _ = read_fcpxml(path.read_text(encoding="utf-8"))
    text, _ = write_fcpxml(timeline)
    back, _ = read_fcpxml(text)
    assert of_media(pictures(back)) == of_media(pictures(timeline))
    assert sounds(back) == sounds(timeline)
    assert write_fcpxml(back)[0] == text


def of_media(shown):
    """What is left without drawings: generators go as gaps, and are accounted for."""
    return [[one for one in frame if maps.drawing(one[0]) is None] for frame in shown]


def test_a_real_project_shows_what_final_cut_shows(shared):
    path = shared / "corpus" / "fcpxml" / "fcpx_project.fcpxml"
    timeline, loss = read_fcpxml(path.read_text(encoding="utf-8"))
    assert maps.length_frames(timeline) == 4500
    layers = maps.picture_map(timeline)
    assert [a.url[-8:-4] for a in layers[300]] == ["0715"]
    assert layers[300][0].weight == Fraction(1, 2)
    assert [a.url[-8:-4] for a in layers[1785]] == ["0268", "0740"]
    assert [a.url[-8:-4] for a in layers[3300]] == ["0233"]
    assert all(item.outcome == "approximated" for item in loss.items)


@pytest.mark.parametrize(
    "name",
    [
        "empty_name_tags",
        "hiero_xml_export",
        "kdenlive_example_from_fcp",
        "premiere_enable_property",
        "premiere_example",
        "premiere_generators",
    ],
)
def test_real_timelines_of_other_editors_stay(shared, name):
    path = shared / "corpus" / "xmeml" / f"{name}.xml"
    timeline = read_xmeml(path.read_text(encoding="utf-8"))[0]
    text, _ = write_fcpxml(timeline)
    back, _ = read_fcpxml(text)
    assert of_media(pictures(back)) == of_media(pictures(timeline))
    assert sounds(back) == sounds(timeline)
    assert write_fcpxml(back)[0] == text
