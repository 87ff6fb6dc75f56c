"""A kit is there whole or not at all, and nothing of anybody else's is lost."""

import pytest

from otio_genai.errors import OutputError
from otio_genai.kit import kit, making
from otio_genai.kit.whole import whole

FOLDERS, NAMES = ("media", "premiere"), ("expected.json", "checklist.html")


def finished(place, text="old"):
    with whole(place, FOLDERS, NAMES, force=True):
        (place / "media" / "take.mp4").write_text(text)
        for name in NAMES:
            (place / name).write_text(text)
    return place


def held(place):
    files = sorted(p for p in place.rglob("*") if p.is_file())
    return {str(p.relative_to(place)): p.read_text() for p in files}


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
def test_whatever_stops_it_leaves_nothing(error, tmp_path):
    place = tmp_path / "kit"
    with pytest.raises(error), whole(place, FOLDERS, NAMES, force=False):
        (place / "media" / "take.mp4").write_text("half")
        raise error
    assert not list(tmp_path.iterdir())


def test_an_older_kit_comes_back(tmp_path):
    place = finished(tmp_path / "kit")
    (place / "premiere" / "mine.prproj").write_text("mine")
    before = held(place)
    with pytest.raises(KeyboardInterrupt), whole(place, FOLDERS, NAMES, force=True):
        assert not (place / "media" / "take.mp4").exists()
        (place / "media" / "take.mp4").write_text("half")
        raise KeyboardInterrupt
    assert held(place) == before


def test_a_kit_made_again_leaves_what_others_put_there(tmp_path):
    place = finished(tmp_path / "kit")
    (place / "premiere" / "mine.prproj").write_text("mine")
    finished(place, "new")
    found = held(place)
    assert found.pop("premiere/mine.prproj") == "mine"
    assert set(found.values()) == {"new"}
    assert not list(place.glob(".*"))


def test_a_folder_of_other_things_is_no_kit(tmp_path):
    place = tmp_path / "project"
    (place / "media").mkdir(parents=True)
    (place / "media" / "own.mp4").write_text("mine")
    with (
        pytest.raises(OutputError, match="no kit") as caught,
        whole(place, FOLDERS, NAMES, force=True),
    ):
        pass
    assert list(caught.value.items) == ["media"]
    assert held(place) == {"media/own.mp4": "mine"}


def test_a_kit_is_not_replaced_unasked(tmp_path):
    place = finished(tmp_path / "kit")
    with pytest.raises(OutputError, match="exists already"):
        kit(place)
    assert held(place)["media/take.mp4"] == "old"


def test_what_the_system_refuses_is_told(tmp_path):
    place = tmp_path / "kit"
    with (
        pytest.raises(OutputError, match="cannot be made"),
        whole(place, FOLDERS, NAMES, force=False),
    ):
        raise PermissionError(13, "Permission denied")
    assert not place.exists()


def test_a_kit_that_is_stopped_leaves_nothing(tmp_path, monkeypatch):
    told = []

    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    def media(folder, rate, *, finished):
        (folder / "take10.mp4").write_text("whole")
        finished()
        return {}

    monkeypatch.setattr(making, "make_media", media)
    monkeypatch.setattr(making, "whole_film", stop)
    with pytest.raises(KeyboardInterrupt):
        kit(tmp_path / "kit", progress=lambda *of: told.append(of))
    assert not list(tmp_path.iterdir())
    assert told[0][:2] == ("kit", 1)
    assert told[0][2] > 50
