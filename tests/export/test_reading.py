"""A file is known by what it holds, and nothing but our own errors leaves a reader."""

import contextlib
import gzip
import shutil
import sys
import zipfile
from pathlib import Path

import opentimelineio as otio
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from otio_genai import maps, metadata
from otio_genai.errors import GenaiError, InterchangeError
from otio_genai.export import export, read, read_timeline
from otio_genai.export.sniff import kind_of, text_of
from otio_genai.interchange.tree import LARGEST_SIZE
from otio_genai.media import locate
from tests.export.building import SIZE
from tests.render.building import clip, gap, timeline

TARGETS = ["otio", "premiere", "resolve", "finalcut", "otio-premiere", "otio-resolve"]
KINDS = {
    "premiere": "xmeml",
    "resolve": "xmeml",
    "finalcut": "fcpxml",
}


@pytest.fixture(scope="module")
def cut_film(takes):
    """Cuts and a gap, which every format holds."""
    items = [clip(takes[0], 4, 20), gap(6), clip(takes[1], 8, 30)]
    return timeline(items, audio=[[clip(takes[0], 0, 12)]], size=SIZE)


def shown(film):
    return [
        [(locate.path(a.url).name, a.source_frame) for a in layers]
        for layers in maps.picture_map(film)
    ]


@pytest.mark.parametrize("to", TARGETS)
def test_what_was_written_is_read_under_any_name(cut_film, tmp_path, to):
    export(cut_film, tmp_path / "film.bin", to=to)
    assert kind_of(tmp_path / "film.bin") == KINDS.get(to, "otio")
    for name in ("film.xml", "film.otio", "film.edl", "film"):
        shutil.copy(tmp_path / "film.bin", tmp_path / name)
        found, _ = read(tmp_path / name)
        assert shown(found) == shown(cut_film)


def test_an_edl_is_known_and_given_its_rate(cut_film, tmp_path):
    pytest.importorskip("otio_cmx3600_adapter")
    export(cut_film, tmp_path / "film.txt", to="edl")
    assert kind_of(tmp_path / "film.txt") == "edl"
    found, _ = read(tmp_path / "film.txt", rate=24)
    assert len(shown(found)) == len(shown(cut_film))
    assert maps.record_rate(read(tmp_path / "film.txt", rate="25")[0]) == 25


def test_bundles_are_read(cut_film, tmp_path, takes):
    text = cut_film.to_json_string()
    with zipfile.ZipFile(tmp_path / "a.otioz", "w") as archive:
        archive.writestr("content.otio", text)
    (tmp_path / "b.otiod").mkdir()
    (tmp_path / "b.otiod/content.otio").write_text(text, "utf-8")
    export(cut_film, tmp_path / "film.fcpxml", to="finalcut")
    (tmp_path / "c.fcpxmld").mkdir()
    shutil.copy(tmp_path / "film.fcpxml", tmp_path / "c.fcpxmld/Info.fcpxml")
    for name in ("a.otioz", "b.otiod", "c.fcpxmld"):
        assert shown(read_timeline(tmp_path / name)) == shown(cut_film)
    assert "archive" in read(tmp_path / "a.otioz")[1].notes[-1]


def test_relative_media_are_those_beside_the_file(takes, tmp_path):
    film = timeline([clip(takes[0], 0, 10)], size=SIZE)
    held = film.video_tracks()[0][0]
    other = clip(takes[1], 0, 10)
    held.media_reference.target_url = "takes/a%20b.mp4"
    other.media_reference.target_url = "./takes/c.mp4"
    metadata.put(held, "takes", [other])
    (tmp_path / "film.otio").write_text(film.to_json_string(), "utf-8")
    (tmp_path / "takes").mkdir()
    (tmp_path / "takes/a b.mp4").write_bytes(b"")
    found = read_timeline(tmp_path / "film.otio").video_tracks()[0][0]
    assert locate.path(found.media_reference) == tmp_path / "takes/a b.mp4"
    (take,) = metadata.read(found, "takes")
    assert locate.path(take.media_reference) == tmp_path / "takes/c.mp4"


@pytest.mark.parametrize(
    "url", ["\\\\nas\\films\\a.mp4", "C:\\films\\a.mp4", "https://a.b/c.mp4"]
)
def test_addresses_of_other_computers_stay(takes, tmp_path, url):
    film = timeline([clip(takes[0], 0, 10)], size=SIZE)
    film.video_tracks()[0][0].media_reference.target_url = url
    (tmp_path / "film.otio").write_text(film.to_json_string(), "utf-8")
    found = read_timeline(tmp_path / "film.otio").video_tracks()[0][0]
    assert found.media_reference.target_url == url


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings_are_followed(takes, tmp_path, encoding):
    film = timeline([clip(takes[0], 0, 10, name="Écran")], size=SIZE)
    export(film, tmp_path / "film.xml", to="premiere")
    text = (tmp_path / "film.xml").read_text("utf-8")
    told = text.replace('"UTF-8"', f'"{encoding.removesuffix("-sig").upper()}"', 1)
    (tmp_path / "other.xml").write_bytes(told.encode(encoding))
    found = read_timeline(tmp_path / "other.xml")
    assert found.video_tracks()[0][0].name == "Écran"


REFUSED = {
    "empty.xml": (b"", "empty"),
    "blank.otio": (b"\xef\xbb\xbf \n\0", "empty"),
    "film.prproj": (gzip.compress(b"<PremiereData/>"), "Premiere"),
    "open.prproj": (b'<?xml version="1.0"?><PremiereData/>', "project of Premiere"),
    "film.drp": (b"PK\x03\x04", "archive"),
    "page.xml": (b"<!-- <xmeml> --><html></html>", "<html>"),
    "none.xml": (b"<?xml", "no element"),
    "notes.txt": (b"Buy milk.", "files of this kind"),
    "take.mp4": (b"\0\0\0\x18ftypmp42", "files of this kind"),
    "bin.otio": (
        otio.schema.SerializableCollection("bin").to_json_string().encode(),
        "timeline",
    ),
    "list.otio": (b"[1, 2]", ""),
    "cut.otio": (b'{"OTIO_SCHEMA": "Timeline.1", "name"', ""),
    "latin.xml": (b'<?xml version="1.0" encoding="UTF-8"?><xmeml>\xe9', "encoding"),
    "odd.xml": (b'<?xml version="1.0" encoding="klingon"?><xmeml>', ""),
    "edit.mlt": (b"<mlt><tractor/></mlt>", "MLT"),
    "text.aaf": (b"hello", "no timeline"),
    "page.aaf": (b"<html>", "<html>"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_timeline_is_refused_with_a_sentence(tmp_path, name):
    data, why = REFUSED[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InterchangeError) as told:
        read(tmp_path / name)
    assert why in told.value.sentence
    assert str(tmp_path / name) in told.value.place
    assert told.value.remedy


def test_a_project_of_resolve_is_named_as_one(tmp_path):
    with zipfile.ZipFile(tmp_path / "film.drp", "w") as archive:
        archive.writestr("project.xml", "<Project/>")
    with pytest.raises(InterchangeError, match="Resolve's projects"):
        read(tmp_path / "film.drp")


def test_folders_and_what_is_not_there(tmp_path):
    for path, why in ((tmp_path, "no timeline"), (tmp_path / "no.xml", "no such file")):
        with pytest.raises(InterchangeError, match=why):
            read(path)


def test_what_is_too_large_is_not_read(tmp_path):
    with (tmp_path / "film.xml").open("wb") as file:
        file.write(b'<?xml version="1.0"?><xmeml>')
        file.truncate(500_000_000)
    with pytest.raises(InterchangeError, match="477 MB"):
        text_of(tmp_path / "film.xml")


@given(
    st.binary(max_size=400), st.sampled_from(["xml", "otio", "edl", "aaf", "fcpxml"])
)
def test_nothing_but_our_errors_leaves_a_reader(tmp_path_factory, data, suffix):
    # The AAF adapter leaves a broken compound file open; its own tests have it.
    assume(not data.startswith(b"\xd0\xcf\x11\xe0"))
    path = tmp_path_factory.mktemp("odd") / f"film.{suffix}"
    for head in (b"", b"<xmeml>", b"{", b"PK\x03\x04", b"TITLE: a\n"):
        path.write_bytes(head + data)
        with contextlib.suppress(GenaiError):
            read(path)


def test_every_real_file_is_known(shared):
    kinds = {"xmeml": "xmeml", "fcpxml": "fcpxml", "otio": "otio", "edl": "edl"}
    for file in sorted((shared / "corpus").glob("*/*")):
        # One is a part of a document, as its readers' tests have it.
        if file.name != "premiere_example_filter.xml":
            assert kind_of(Path(file)) == kinds[file.parent.name], file.name


def test_a_field_alone_may_be_larger_than_what_editors_write(tmp_path, monkeypatch):
    reading = sys.modules["otio_genai.export.reading"]
    assert reading._LARGEST_FIELD > LARGEST_SIZE
    film, field = tmp_path / "film.otio", tmp_path / "field.otio"
    made = timeline([gap(4)])
    film.write_text(made.to_json_string())
    metadata.put(made, "field", {"version": 1})
    field.write_text(made.to_json_string())
    # The word is found wherever the parts in which the file is read end.
    monkeypatch.setattr(reading, "LARGEST_SIZE", 100)
    for part in range(1, 12):
        monkeypatch.setattr(reading, "_PART", part)
        assert read_timeline(field)
        with pytest.raises(InterchangeError, match="at most 0 are read"):
            read_timeline(film)
    monkeypatch.setattr(reading, "_LARGEST_FIELD", 100)
    with pytest.raises(InterchangeError, match="at most 0 are read"):
        read_timeline(field)
