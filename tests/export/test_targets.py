"""Every target takes a film with carries; nothing is overwritten or half-written."""

import copy

import pytest

from benchmarks.features import FEATURES
from otio_genai import metadata, rates
from otio_genai.errors import InterchangeError, OutputError
from otio_genai.export import CARRIES, TARGETS, export, read, target_of, writers
from otio_genai.interchange import xmeml
from otio_genai.interchange.loss import Loss
from otio_genai.media import locate
from otio_genai.render import frame_source
from tests.export.building import SIZE, carried, psnr
from tests.export.test_captions import voice
from tests.support.marks import later

OURS = ["otio", "premiere", "resolve", "finalcut", "otio-premiere", "otio-resolve"]


def speaking(takes):
    film = carried(takes)
    track = copy.deepcopy(film.audio_tracks()[0])
    track.clear()
    track.append(voice(0, 60))
    film.tracks.append(track)
    return film


def files_in(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*"))


@pytest.mark.parametrize("to", later(OURS[1:], 2))
def test_an_editor_sees_the_carries_of_the_film(takes, tmp_path, to):
    film = carried(takes)
    path = tmp_path / f"film{TARGETS[to]}"
    loss = export(film, path, to=to)
    assert [i.outcome for i in loss.items if i.feature == "carry"] == ["baked"] * 2
    found, _ = read(path)
    with frame_source(film) as old, frame_source(found, size=SIZE) as new:
        assert min(psnr(old(k), new(k)) for k in range(90)) > 38


@pytest.mark.parametrize("to", ["edl", "aaf", "kdenlive", "mlt"])
def test_other_editors_take_the_film(takes, tmp_path, to):
    pytest.importorskip(f"otio_{'cmx3600' if to == 'edl' else to}_adapter")
    loss = export(carried(takes), tmp_path / f"film{TARGETS[to]}", to=to)
    assert (tmp_path / f"film{TARGETS[to]}").stat().st_size
    assert [i.outcome for i in loss.items if i.feature == "carry"] == ["baked"] * 2


def test_our_own_file_keeps_everything(takes, tmp_path):
    film = speaking(takes)
    loss = export(film, tmp_path / "film.otio", to="otio")
    assert not loss.items
    assert files_in(tmp_path) == ["film.otio"]
    assert (tmp_path / "film.otio").read_text("utf-8") == film.to_json_string()


def test_two_exports_share_carries_and_captions(takes, tmp_path):
    film = speaking(takes)
    before = film.to_json_string()
    export(film, tmp_path / "film.premiere.xml", to="premiere")
    first = files_in(tmp_path)
    export(film, tmp_path / "film.fcpxml", to="finalcut")
    assert files_in(tmp_path) == sorted([*first, "film.fcpxml"])
    assert len(list((tmp_path / CARRIES).iterdir())) == 2
    assert "film.srt" in first
    assert film.to_json_string() == before


@pytest.mark.parametrize("to", later(OURS, 2))
def test_the_same_film_gives_the_same_bytes(takes, tmp_path, to):
    film = speaking(takes)
    told = []
    for _ in range(2):
        loss = export(film, tmp_path / "film", to=to, force=True)
        told.append(((tmp_path / "film").read_bytes(), loss))
    assert told[0] == told[1]


@pytest.mark.parametrize("to", later(OURS, 2))
def test_a_plan_says_what_the_export_does(takes, tmp_path, to):
    film = speaking(takes)
    planned = export(film, tmp_path / "film", to=to, plan=True)
    assert not files_in(tmp_path)
    assert export(film, tmp_path / "film", to=to) == planned


def test_nothing_is_overwritten_unasked(takes, tmp_path):
    film = speaking(takes)
    for name in ("film.srt", "film.xml"):
        (tmp_path / name).write_text("mine")
        with pytest.raises(OutputError, match=name):
            export(film, tmp_path / "film.xml", to="premiere")
        assert files_in(tmp_path) == [name]
        assert (tmp_path / name).read_text() == "mine"
        (tmp_path / name).unlink()
    export(film, tmp_path / "film.xml", to="premiere")
    export(film, tmp_path / "film.xml", to="premiere", force=True)


def test_media_of_the_film_are_never_replaced(takes, tmp_path):
    copied = tmp_path / "a.mp4"
    copied.write_bytes(takes[0].read_bytes())
    with pytest.raises(OutputError, match="never replaced"):
        export(carried([copied, *takes[1:]]), copied, to="premiere", force=True)


def test_what_fails_leaves_nothing(takes, tmp_path, monkeypatch):
    def fail(*_):
        raise InterchangeError("No.")

    broken = copy.copy(writers.target("premiere"))
    object.__setattr__(broken, "write", fail)
    monkeypatch.setitem(writers._TARGETS, "premiere", broken)
    with pytest.raises(InterchangeError, match="No"):
        export(speaking(takes), tmp_path / "film.xml", to="premiere")
    assert not files_in(tmp_path)


def test_a_folder_that_cannot_be_made_is_told(takes, tmp_path):
    (tmp_path / CARRIES).write_text("a file")
    with pytest.raises(OutputError, match="carries"):
        export(carried(takes), tmp_path / "film.xml", to="premiere")
    assert files_in(tmp_path) == [CARRIES]


def test_a_film_that_moves_afterwards_names_its_carries_there(takes, tmp_path):
    (tmp_path / "work").mkdir()
    path = tmp_path / "work/film.otio"
    home = tmp_path / "out"
    export(carried(takes), path, to="otio", fractures="bake", home=home)
    (tmp_path / "work").rename(home)
    found, _ = read(home / "film.otio")
    carries = found.video_tracks()[1].find_clips()
    assert all(locate.path(c.media_reference).is_file() for c in carries)


def test_missing_media_are_noted(takes, tmp_path):
    film = carried(takes)
    gone = film.video_tracks()[0][0].media_reference
    gone.target_url = (tmp_path / "gone.mp4").as_uri()
    loss = export(film, tmp_path / "film.xml", to="premiere")
    assert any("gone.mp4" in note for note in loss.notes)
    assert [i.outcome for i in loss.items if i.feature == "carry"] == [
        "baked",
        "approximated",
    ]


def test_start_and_drop_frame_are_in_the_places(takes, tmp_path):
    rate = rates.rate("30000/1001")
    film = carried(takes)
    film.global_start_time = rates.time(107892, rate)
    metadata.put(film, "film", {"rate": "30000/1001", "drop_frame": True})
    for track in film.tracks:
        for item in track:
            if hasattr(item, "source_range"):
                item.source_range = rates.span(8, 30, rate)
    loss = export(film, tmp_path / "f", to="premiere", fractures="cut", plan=True)
    first = next(item for item in loss.items if item.feature == "carry")
    assert (first.record_in, first.record_out) == ("01:00:00;23", "01:00:01;07")


def test_unknown_wishes_are_refused(takes, tmp_path):
    with pytest.raises(InterchangeError, match="no target 'avid'"):
        export(carried(takes), tmp_path / "f", to="avid")
    with pytest.raises(InterchangeError, match="no road"):
        export(carried(takes), tmp_path / "f", to="edl", fractures="jump")
    assert not files_in(tmp_path)


@pytest.mark.parametrize("to", TARGETS)
def test_a_target_is_known_by_its_file(to):
    assert target_of(f"some.film{TARGETS[to].upper()}") == to


def test_what_a_writer_forgets_is_told_by_reading_back(tmp_path, monkeypatch):
    film = FEATURES["track name"]()
    assert not export(film, tmp_path / "a.xml", to="premiere").lossy
    real = xmeml.write_xmeml

    def forgetful(timeline, dialect):
        text, loss = real(timeline, dialect)
        return text.replace('"Overlays"', '"V9"').replace("<in>24<", "<in>25<"), loss

    monkeypatch.setattr(xmeml, "write_xmeml", forgetful)
    loss = export(film, tmp_path / "b.xml", to="premiere")
    told = {(item.feature, item.track, item.record_in) for item in loss.items}
    assert ("track name", "V2", "") in told
    assert all("when the file is read back" in item.target_gets for item in loss.items)
    monkeypatch.setattr(xmeml, "write_xmeml", lambda *_: ("<xmeml/>", Loss()))
    (item,) = export(film, tmp_path / "c.xml", to="premiere").items
    assert "our own reader refuses" in item.target_gets


def test_an_export_that_is_stopped_leaves_no_folder(takes, tmp_path):
    def stop(what, done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(carried(takes), tmp_path / "a.xml", to="premiere", progress=stop)
    assert files_in(tmp_path) == []
