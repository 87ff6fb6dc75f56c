"""The two adapters as OpenTimelineIO loads them."""

import opentimelineio as otio
import pytest

from benchmarks.pieces import clip, film
from otio_genai.interchange.census import lost


@pytest.mark.parametrize("name", ["premiere_xml", "resolve_xml"])
def test_an_adapter_writes_and_reads(name):
    timeline = film(clip("a"), clip("b"))
    text = otio.adapters.write_to_string(timeline, name)
    back = otio.adapters.read_from_string(text, name)
    assert lost(timeline, back) == []
    chosen = otio.adapters.read_from_string(text, name, sequence="film")
    assert chosen.to_json_string() == back.to_json_string()


@pytest.mark.parametrize("name", ["premiere_xml", "resolve_xml"])
def test_an_adapter_raises_an_error_of_opentimelineio(name):
    with pytest.raises(otio.exceptions.OTIOError, match="no sequence"):
        otio.adapters.read_from_string("<xmeml/>", name)
