import os
import random
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.errors import MediaError
from otio_genai.ingest.files import companions, natural_key, scan
from otio_genai.ingest.names import unique_names

NAME = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]),
    min_size=1,
    max_size=8,
).filter(lambda name: name not in (".", ".."))
PATHS = st.lists(st.lists(NAME, min_size=1, max_size=3).map("/".join), unique=True)


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def test_numbers_sort_by_value():
    names = ["b.mp4", "take10.mp4", "take2.mp4", "Take1.mp4", "take 2/a.mp4", "9/a.mp4"]
    for seed in range(5):
        random.Random(seed).shuffle(names)
        assert sorted(names, key=natural_key) == [
            "9/a.mp4",
            "b.mp4",
            "Take1.mp4",
            "take2.mp4",
            "take10.mp4",
            "take 2/a.mp4",
        ]


@given(paths=PATHS)
def test_any_paths_have_one_order(paths):
    ordered = sorted(paths, key=natural_key)
    assert ordered == sorted(reversed(paths), key=natural_key)


def test_only_media_is_taken(tmp_path):
    touch(tmp_path, "b.MP4", "a.png", "sub/c.wav")
    touch(tmp_path, ".hidden.mp4", ".cache/x.mp4", "out/film.mp4", "sub/out/film.mp4")
    touch(tmp_path, "film.otio", "film.xml", "film.toml", "notes.txt", "prompts.csv")
    touch(tmp_path, "Thumbs.db", "desktop.ini", "x.srt", "README.md", "x.json")
    touch(tmp_path, "half.mp4.part", "half.mp4.crdownload", "thing.xyz", "LICENSE")
    found = scan(tmp_path)
    assert found.files == ("a.png", "b.MP4", "sub/c.wav")
    assert [name for name, _ in found.skipped] == [
        "half.mp4.crdownload",
        "half.mp4.part",
        "LICENSE",
        "thing.xyz",
    ]
    assert "has not finished" in found.skipped[0][1]
    assert found.faults == ()


def test_loops_of_links_end(tmp_path):
    touch(tmp_path, "film/a/x.mp4", "elsewhere/y.mp4")
    film = tmp_path / "film"
    (film / "a" / "up").symlink_to(film, target_is_directory=True)
    (film / "a" / "self").symlink_to(film / "a", target_is_directory=True)
    (film / "above").symlink_to(tmp_path, target_is_directory=True)
    (film / "linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (film / "once.mp4").symlink_to(film / "once.mp4")
    found = scan(film)
    assert found.files == ("a/x.mp4", "linked/y.mp4")
    assert [name for name, _ in found.skipped] == ["above"]
    assert [name for name, _ in found.faults] == ["once.mp4"]


def test_broken_links_and_pipes_are_named(tmp_path):
    (tmp_path / "gone.mp4").symlink_to(tmp_path / "nowhere.mp4")
    os.mkfifo(tmp_path / "pipe.mp4")
    found = scan(tmp_path)
    assert found.faults == (("gone.mp4", "It is a link to a file that is not there."),)
    assert found.skipped == (("pipe.mp4", "It is no ordinary file."),)


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_a_name_that_is_no_text_is_a_fault(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.mp4")).touch()
    found = scan(tmp_path)
    assert (found.files, found.faults[0][0]) == ((), "caf�.mp4")


def test_a_file_is_no_folder(tmp_path):
    touch(tmp_path, "a.mp4")
    with pytest.raises(MediaError, match="is a file") as raised:
        scan(tmp_path / "a.mp4")
    assert str(tmp_path) in raised.value.remedy
    with pytest.raises(MediaError, match="no such folder"):
        scan(tmp_path / "none")


def test_what_nodes_leave_beside_a_video_is_known():
    files = (
        "AD_00001-audio.mp4",
        "AD_00001.mp4",
        "AD_00001.png",
        "AD_00002.png",
        "AD_00003.mp4",
        "AD_00003.png",
        "b/AD_00003.png",
        "kite.mp4",
        "kite.png",
    )
    assert companions(files) == {
        "AD_00001.mp4": "It is AD_00001-audio.mp4 without its sound.",
        "AD_00001.png": "It is the first frame of AD_00001-audio.mp4.",
        "AD_00003.png": "It is the first frame of AD_00003.mp4.",
    }


@given(paths=PATHS)
def test_names_are_unique_and_readable(paths):
    names = unique_names(paths)
    assert len({name.casefold() for name in names}) == len(paths)
    assert all(name and "\n" not in name for name in names)
    assert names == unique_names(paths)


def test_names_are_as_short_as_they_can_be():
    assert unique_names(["x/a.mp4", "b.mp4"]) == ["a", "b"]
    assert unique_names(["x/a.mp4", "y/a.mp4"]) == ["x/a", "y/a"]
    assert unique_names(["x/1/a.mp4", "y/1/a.mp4"]) == ["x/1/a", "y/1/a"]
    assert unique_names(["a.mp4", "a.png"]) == ["a.mp4", "a.png"]
    assert unique_names(["a.mp4", "A.mp4"]) == ["a.mp4", "A.mp4 (2)"]
    assert unique_names(["a\x07b.mp4"]) == ["a b"]
