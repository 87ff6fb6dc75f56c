"""OpenTimelineIO finds our adapters, and loads them lightly."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from otio_genai import rates
from otio_genai.errors import GenaiError
from otio_genai.interchange import write_xmeml
from tests.support.strategies import Take, place

FOLDER = Path(__file__).parents[2] / "adapters"
NAMES = ("genai", "premiere_xml", "resolve_xml", "fcpxml_genai")


def film():
    rate = Fraction(24)
    timeline = otio.schema.Timeline("f", global_start_time=rates.time(0, rate))
    track = otio.schema.Track("P", kind="Video")
    take = Take("t", rate, 100, 0, 0, (1920, 1080))
    track.append(place(take.reference(), "t", take.start_s, 0, 30, rate))
    timeline.tracks.append(track)
    return timeline


def test_they_are_available_and_claim_no_xml():
    assert set(NAMES) <= set(otio.adapters.available_adapter_names())
    manifest = json.loads((FOLDER / "plugin_manifest.json").read_text("utf-8"))
    suffixes = {a["name"]: a["suffixes"] for a in manifest["adapters"]}
    assert suffixes == {
        "genai": ["genai", "toml"],
        "premiere_xml": [],
        "resolve_xml": [],
        "fcpxml_genai": [],
    }


@pytest.mark.parametrize("dialect", ["premiere", "resolve"])
def test_they_write_what_we_write(dialect, tmp_path):
    timeline = film()
    text = otio.adapters.write_to_string(timeline, f"{dialect}_xml")
    assert text == write_xmeml(timeline, dialect)[0]
    path = tmp_path / "film.xml"
    otio.adapters.write_to_file(timeline, str(path), f"{dialect}_xml")
    assert path.read_text("utf-8") == text


def test_what_is_no_timeline_is_refused():
    with pytest.raises(GenaiError, match="not a timeline"):
        otio.adapters.write_to_string(otio.schema.Clip("c"), "premiere_xml")


@pytest.mark.parametrize("name", NAMES)
def test_each_file_is_thin_and_documented(name):
    source = (FOLDER / f"{name}.py").read_text("utf-8")
    assert len(source.splitlines()) <= 60
    assert source.startswith('"""') and "class " not in source
    assert otio.adapters.from_name(name).module().__doc__


def test_loading_them_is_light():
    code = (
        "import sys, opentimelineio as otio\n"
        f"for name in {NAMES}: otio.adapters.from_name(name).module()\n"
        "heavy = {'moviepy', 'scipy', 'click', 'av', 'PIL', 'numpy'}\n"
        "heavy &= set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("given", "seed"), [({}, None), ({"seed": "7"}, 7)])
def test_genai_reads_a_project_with_its_seed(monkeypatch, tmp_path, given, seed):
    from otio_genai.assemble import project

    seen = []

    def from_project(path, *, seed=None):
        seen.append((str(path), seed))
        return film()

    monkeypatch.setattr(project, "from_project", from_project)
    path = tmp_path / "film.toml"
    path.write_text("", "utf-8")
    made = otio.adapters.read_from_file(str(path), **given)
    assert isinstance(made, otio.schema.Timeline)
    assert seen == [(str(path), seed)]
