"""A path survives its URL, and every other tool's URLs are understood."""

import os
from pathlib import Path
from types import SimpleNamespace

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.errors import MediaError
from otio_genai.media import locate

names = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1
).filter(lambda name: name not in (".", ".."))


@given(st.lists(names, min_size=1, max_size=4))
def test_every_posix_path_comes_back(parts):
    path = Path("/", *parts)
    url = locate.url(path)
    assert url.isascii() and not set(url) & set(" \"#?&<>\\'")
    assert locate.path(url) == path


@given(names)
def test_decoding_happens_once(name):
    path = Path("/a") / f"{name}%20%25.mp4"
    assert locate.path(locate.url(path)) == path


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/a b/c.mp4", "file:///a%20b/c.mp4"),
        ("/a/100%.mp4", "file:///a/100%25.mp4"),
        ("/a/#1?x=2&y.mp4", "file:///a/%231%3Fx%3D2%26y.mp4"),
        ('/a/"q"\'.mp4', "file:///a/%22q%22%27.mp4"),
        ("/a/作品 🎬.mp4", "file:///a/%E4%BD%9C%E5%93%81%20%F0%9F%8E%AC.mp4"),
        ("C:\\films\\a b.mp4", "file:///C:/films/a%20b.mp4"),
        ("C:/films/a.mp4", "file:///C:/films/a.mp4"),
        ("\\\\nas\\share\\a b.mp4", "file://nas/share/a%20b.mp4"),
    ],
)
def test_urls_are_as_written_here(path, url):
    assert locate.url(path) == url


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///a%20b.mp4", "/a b.mp4"),
        ("file://localhost/a%20b.mp4", "/a b.mp4"),
        ("FILE:///a.mp4", "/a.mp4"),
        ("file:/a.mp4", "/a.mp4"),
        ("file:///C:/films/a.mp4", "C:/films/a.mp4"),
        ("file://localhost/C:/films/a.mp4", "C:/films/a.mp4"),
        ("file://C:/films/a.mp4", "C:/films/a.mp4"),
        ("file://localhost/C%3a/films/a.mp4", "C:/films/a.mp4"),
        ("file://nas/share/a.mp4", "//nas/share/a.mp4"),
        ("file:///a/b#1?.mp4", "/a/b#1?.mp4"),
        ("file:///a/100%.mp4", "/a/100%.mp4"),
        ("/plain/a%20b.mp4", "/plain/a%20b.mp4"),
        ("/plain/a:b.mp4", "/plain/a:b.mp4"),
        ("C:\\films\\a.mp4", "C:\\films\\a.mp4"),
    ],
)
def test_urls_of_others_are_read(url, path):
    assert str(locate.path(url)) == path


def test_references_and_bases(tmp_path):
    (tmp_path / "a b.mp4").touch()
    (tmp_path / "c%20d.mp4").touch()
    reference = otio.schema.ExternalReference(target_url="a%20b.mp4")
    assert locate.path(reference, tmp_path) == tmp_path / "a b.mp4"
    assert locate.path("c%20d.mp4", tmp_path) == tmp_path / "c%20d.mp4"
    assert locate.path("file:a%20b.mp4", tmp_path) == tmp_path / "a b.mp4"
    assert locate.path(Path("x%20.mp4"), tmp_path) == tmp_path / "x%20.mp4"
    assert locate.path("/abs.mp4", tmp_path) == Path("/abs.mp4")


def test_a_relative_path_becomes_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert locate.path(locate.url("b/../a.mp4")) == tmp_path / "a.mp4"


@pytest.mark.skipif(os.name == "nt", reason="POSIX names are bytes")
def test_names_that_are_no_text_survive():
    path = Path(os.fsdecode(b"/a/\xff\xfe.mp4"))
    assert locate.url(path) == "file:///a/%FF%FE.mp4"
    assert locate.path(locate.url(path)) == path


@pytest.mark.parametrize(
    "reference",
    [otio.schema.MissingReference(name="gone"), SimpleNamespace(target_url="")],
)
def test_nothing_named_is_said(reference):
    with pytest.raises(MediaError, match="names no file"):
        locate.path(reference)


def test_a_web_address_is_no_file():
    with pytest.raises(MediaError, match="https address"):
        locate.path("https://example.org/a.mp4")
