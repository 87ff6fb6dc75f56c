"""One small timeline per feature through each wrapped adapter."""

import opentimelineio as otio
import pytest

from benchmarks.features import FEATURES
from otio_genai import maps
from otio_genai.errors import InterchangeError
from otio_genai.interchange.editors import read_with, write_with
from otio_genai.interchange.editors.table import EDITORS
from otio_genai.interchange.proof import unspoken

INSTALLED = [
    name
    for name, editor in EDITORS.items()
    if editor.adapter in otio.adapters.available_adapter_names()
]
# What an EDL, which holds pictures alone, is left without.
PICTURELESS = {"sound alone"}

pytestmark = pytest.mark.filterwarnings("default")


@pytest.mark.parametrize(
    "name",
    # An AAF takes a third of a second to make.
    [pytest.param("aaf", marks=pytest.mark.slow), "edl", "kdenlive", "mlt"],
)
@pytest.mark.parametrize("feature", FEATURES)
def test_nothing_is_lost_in_silence(feature, name, tmp_path):
    if name not in INSTALLED:
        pytest.skip(f"the adapter for {name} is not installed")
    timeline = FEATURES[feature]()
    before = timeline.to_json_string()
    path = tmp_path / f"film.{name}"
    if name == "edl" and feature in PICTURELESS:
        with pytest.raises(InterchangeError, match="there are none"):
            write_with(timeline, name, path)
        return
    loss = write_with(timeline, name, path)
    assert timeline.to_json_string() == before
    assert path.stat().st_size
    if EDITORS[name].reads:
        rate = float(maps.record_rate(timeline))
        back, told = read_with(name, path, rate=rate)
        assert not unspoken(timeline, back, loss + told)
