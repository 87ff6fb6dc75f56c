"""What went wrong is told, once, and again when it is over."""

import errno

import pytest

from otio_genai.live.notes import Kept, Notes
from otio_genai.live.picture.atlas import Atlas
from otio_genai.media import files


def test_the_last_is_first_and_each_is_there_once():
    notes = Notes()
    for number in (*range(20), 15):
        notes.tell(str(number))
    assert list(notes) == ["15", "19", "18", "17", "16", *map(str, range(14, 7, -1))]
    assert len(notes) == 12 and notes[0] == "15"


def test_a_disk_without_room_is_told_and_tried_again(tmp_path, monkeypatch):
    notes, atlas = Notes(), Atlas(tmp_path / "joins")
    kept = Kept(atlas, notes)
    kept.keep("aa", [b"one"])
    assert list(notes) == [] and "aa" in atlas

    def full(*given, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(files, "write_beside", full)
        for name in ("bb", "cc"):
            kept.keep(name, [b"two"])
            assert len(notes) == 1 and str(atlas.folder) in notes[0]
    for name in ("bb", "dd"):
        kept.keep(name, [b"two"])
        assert len(notes) == 2 and notes[0] == "Joins are kept again."
        assert name in atlas


@pytest.mark.parametrize("count", [0, 3])
def test_who_keeps_none_has_nothing_to_tell(count):
    notes = Notes()
    for number in range(count):
        Kept(None, notes).keep(str(number), [b""])
    assert not list(notes)
