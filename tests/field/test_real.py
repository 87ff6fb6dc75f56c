"""Fields of real files: coded takes sent to editors, and generated media opened."""

from __future__ import annotations

import pytest

import otio_genai
from otio_genai import maps, metadata
from otio_genai.assemble.style import Style
from otio_genai.check import check
from otio_genai.export import export
from otio_genai.field.document import read_field
from otio_genai.field.opening import open_field
from otio_genai.field.promote import promote
from otio_genai.render import render
from tests.support import fields
from tests.support.coded import read_film


@pytest.mark.slow
@pytest.mark.parametrize("to", ["premiere", "resolve", "finalcut", "otio-premiere"])
def test_the_document_is_exported_as_any_film(tmp_path, to):
    made = fields.coded(tmp_path / "takes", 3, 2, kinds=["match", "carry"])
    ends = {"finalcut": "fcpxml", "otio-premiere": "otio"}
    path = tmp_path / f"film.{ends.get(to, 'xml')}"
    export(made, path, to=to)
    assert path.stat().st_size > 1000


@pytest.mark.slow
def test_a_render_of_the_document_shows_its_active_takes(tmp_path):
    made = fields.coded(tmp_path / "takes", 3, 2, style=fields.STYLE)
    made = promote(made, "slot-002", 2)
    path = render(made, tmp_path / "film.mp4")
    expected = [
        (int(layer.clip.name.split()[1].replace("-", "")), layer.source_frame)
        for (layer,) in maps.picture_map(made)
    ]
    assert read_film(path) == expected
    assert {take for take, _ in expected} == {0, 11, 20}


@pytest.mark.slow
def test_generated_media_become_a_field(shared, tmp_path):
    folder = tmp_path / "media"
    folder.mkdir()
    for path in sorted((shared / "media" / "video").glob("*.mp4"))[:8]:
        (folder / path.name).symlink_to(path)
    found = otio_genai.analyse(otio_genai.ingest(folder))
    made = open_field(found, Style(mean_shot_s=1.5, max_shot_s=4.0), size=(384, 216))
    field = read_field(made)
    sizes = [len(slot.options) for slot in field.slots]
    assert sum(sizes) == 8 and max(sizes) - min(sizes) <= 1
    assert check(made) == []
    for slot in field.slots:
        again = promote(made, slot.id, len(slot.options))
        assert check(again) == [] and read_field(again)
    assert metadata.read(made, "film")["length_frames"] == len(maps.picture_map(made))
