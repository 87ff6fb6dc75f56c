"""Whole files or none; caches where they belong; hashes that survive a remux."""

import hashlib
import os

import av
import numpy as np
import pytest
from PIL import Image

from otio_genai.errors import MediaError, OutputError
from otio_genai.media import codecs, files, store
from tests.support import coded


def test_written_whole(tmp_path):
    with files.write_beside(tmp_path / "a b.txt") as beside:
        assert beside.parent == tmp_path and beside.suffix == ".txt"
        beside.write_text("x")
        assert not (tmp_path / "a b.txt").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["a b.txt"]


def test_an_error_leaves_nothing_and_keeps_the_old(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with (
        pytest.raises(RuntimeError),
        files.write_beside(tmp_path / "a.txt", force=True) as beside,
    ):
        beside.write_text("half")
        raise RuntimeError
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]


def test_never_overwritten_without_force(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(OutputError, match="exists already") as caught:
        files.ensure_writable(target)
    assert "--force" in caught.value.remedy
    with files.write_beside(target, force=True) as beside:
        beside.write_text("new")
    assert target.read_text() == "new"


def test_a_link_stays_and_its_file_is_replaced(tmp_path):
    home = tmp_path / "elsewhere"
    home.mkdir()
    (home / "film.txt").write_text("old")
    link = tmp_path / "film.txt"
    link.symlink_to(home / "film.txt")
    with pytest.raises(OutputError), files.write_beside(link):
        pass
    with files.write_beside(link, force=True) as beside:
        beside.write_text("new")
    assert link.is_symlink()
    assert (home / "film.txt").read_text() == "new"
    assert [each.name for each in home.iterdir()] == ["film.txt"]


def test_a_file_that_came_meanwhile_is_kept(tmp_path):
    target = tmp_path / "a.txt"
    with pytest.raises(OutputError), files.write_beside(target) as beside:
        beside.write_text("ours")
        target.write_text("theirs")
    assert target.read_text() == "theirs"
    assert len(list(tmp_path.iterdir())) == 1


def test_no_folder_and_a_folder(tmp_path):
    with pytest.raises(OutputError, match="does not exist"):
        files.ensure_writable(tmp_path / "no" / "a.txt")
    with pytest.raises(OutputError, match="a folder, not a file"):
        files.ensure_writable(tmp_path)


def test_a_read_only_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="Nothing can be written"):
        files.ensure_writable(tmp_path / "a.txt")


def test_cache_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("OTIO_GENAI_CACHE", str(tmp_path / "here" / "c"))
    assert store.cache_folder() == tmp_path / "here" / "c"
    assert store.cache_folder().is_dir()
    monkeypatch.delenv("OTIO_GENAI_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr("sys.platform", "linux")
    assert store.cache_folder() == tmp_path / "xdg" / "otio-genai"
    (tmp_path / "file").touch()
    monkeypatch.setenv("OTIO_GENAI_CACHE", str(tmp_path / "file" / "c"))
    with pytest.raises(OutputError, match="cannot be made"):
        store.cache_folder()


def remux(source, target, **metadata):
    with av.open(str(source)) as read, av.open(str(target), "w") as write:
        write.metadata.update(metadata)
        stream = read.streams.video[0]
        copy = write.add_stream_from_template(stream)
        for packet in read.demux(stream):
            if packet.dts is not None:
                packet.stream = copy
                write.mux(packet)


def test_packets_outlive_the_container(tmp_path):
    one = coded.write_take(tmp_path / "a.mp4", 1, 10)
    remux(one, tmp_path / "b.mov", comment="other")
    remux(one, tmp_path / "c.mkv")
    hashes = [store.file_hashes(tmp_path / n) for n in ("a.mp4", "b.mov", "c.mkv")]
    assert len({h["packets"] for h in hashes}) == 1
    assert len({h["bytes"] for h in hashes}) == 3
    assert hashes[0]["bytes"] == hashlib.sha256(one.read_bytes()).hexdigest()
    other = coded.write_take(tmp_path / "d.mp4", 1, 10, first_number=1)
    assert store.file_hashes(other)["packets"] != hashes[0]["packets"]


def test_hashes_of_sound_and_stills(tmp_path):
    sound = coded.bursts([100], 4800)
    coded.write_sound(tmp_path / "a.wav", sound, 48000, "pcm_s16le")
    coded.write_sound(tmp_path / "b.mka", sound, 48000, "pcm_s16le")
    assert (
        store.file_hashes(tmp_path / "a.wav")["packets"]
        == store.file_hashes(tmp_path / "b.mka")["packets"]
    )
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(tmp_path / "a.png")
    hashes = store.file_hashes(tmp_path / "a.png")
    assert hashes["packets"] == hashes["bytes"]


def test_no_hash_of_what_is_no_media(tmp_path):
    (tmp_path / "a.mp4").write_text("text")
    with pytest.raises(MediaError, match="text"):
        store.file_hashes(tmp_path / "a.mp4")


def test_codecs():
    assert codecs.can_encode("libx264") and codecs.can_decode("h264")
    assert not codecs.can_encode("no such codec")
