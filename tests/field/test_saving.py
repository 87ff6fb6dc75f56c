"""A field written again costs what changed, and is what OTIO writes."""

from __future__ import annotations

import opentimelineio as otio
import pytest

from otio_genai import metadata
from otio_genai.field.document import read_field
from otio_genai.field.renewing import with_approved, with_take, without_take
from otio_genai.field.saving import Saver
from tests.support import fields


@pytest.fixture
def document():
    made = fields.document(3, 2, kinds=["match", "dissolve", "dry"], bed=True)
    clip = made.video_tracks()[0][0]
    clip.name = 'é "one"\n\u2028'
    # Whatever is written in a document, only our own holes are filled.
    clip.metadata["theirs"] = {"a": "otio-genai hole 0", "b": ["otio-genai hole 1"]}
    other = otio.schema.ExternalReference("file:///b.mp4")
    media = {**clip.media_references(), "other": other}
    clip.set_media_references(media, clip.active_media_reference_key)
    return made


def test_the_file_is_what_otio_writes_at_every_change(tmp_path, document):
    path, pauses = tmp_path / "f.otio", []
    saver = Saver(path, lambda: pauses.append(1))
    field = read_field(document)
    saver.write(field.timeline)
    assert path.read_text("utf-8") == field.timeline.to_json_string()
    # Six takes and a second medium of one.
    assert len(pauses) == 7
    more = with_take(field, "slot-002", fields.moving("new", 7))
    for made, written in (
        (more, 1),
        (with_approved(more, "slot-002", "new"), 1),
        (without_take(more, "slot-002", "new"), 0),
        (field, 0),
    ):
        pauses.clear()
        saver.write(made.timeline)
        assert path.read_text("utf-8") == made.timeline.to_json_string()
        assert len(pauses) == written


def test_nothing_is_copied_from_a_file_that_others_changed(tmp_path, document):
    path = tmp_path / "f.otio"
    saver = Saver(path)
    assert saver.untouched()
    saver.write(document)
    assert saver.untouched()
    path.write_bytes(b"x" * path.stat().st_size)
    assert not saver.untouched()
    saver.write(document)
    assert path.read_text("utf-8") == document.to_json_string()
    path.unlink()
    saver.write(document)
    assert path.read_text("utf-8") == document.to_json_string()


def test_what_fails_leaves_the_file_and_the_next_is_whole(tmp_path, document):
    path = tmp_path / "f.otio"
    saver = Saver(path)
    saver.write(document)
    before = path.read_bytes()
    other = read_field(document)
    changed = with_take(other, "slot-001", fields.moving("new", 7)).timeline
    take = metadata.read(changed.video_tracks()[0][0], "takes")[-1]

    class FullError(Exception):
        pass

    def full():
        raise FullError

    saver._pause = full
    with pytest.raises(FullError):
        saver.write(changed)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
    saver._pause = lambda: None
    saver.write(changed)
    assert path.read_text("utf-8") == changed.to_json_string()
    assert take.name == "new"
