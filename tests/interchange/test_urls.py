"""Media addresses, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.interchange.urls import base_name, from_pathurl, is_absolute, to_pathurl


@pytest.mark.parametrize(
    ("address", "premiere", "resolve"),
    [
        (
            "file:///Volumes/x.mp4",
            "file://localhost/Volumes/x.mp4",
            "file:///Volumes/x.mp4",
        ),
        ("/a b/c.mp4", "file://localhost/a%20b/c.mp4", "file:///a%20b/c.mp4"),
        ("file:///a%26b%2C.mp4", "file://localhost/a&b,.mp4", "file:///a&b,.mp4"),
        ("file:///a%25b.mp4", "file://localhost/a%25b.mp4", "file:///a%25b.mp4"),
        ("/a%b.mp4", "file://localhost/a%25b.mp4", "file:///a%25b.mp4"),
        ("/(v2)'s!.mp4", "file://localhost/(v2)'s!.mp4", "file:///(v2)'s!.mp4"),
        ("/é#?.mp4", "file://localhost/%C3%A9%23%3F.mp4", "file:///%C3%A9%23%3F.mp4"),
        (
            "C:\\a b\\c.mp4",
            "file://localhost/C%3a/a%20b/c.mp4",
            "file://localhost/C:/a%20b/c.mp4",
        ),
        (
            "file:///C:/c.mp4",
            "file://localhost/C%3a/c.mp4",
            "file://localhost/C:/c.mp4",
        ),
        ("file://C:/c.mp4", "file://localhost/C%3a/c.mp4", "file://localhost/C:/c.mp4"),
        ("\\\\nas\\s\\c.mp4", "file://nas/s/c.mp4", "file://nas/s/c.mp4"),
        ("file://nas/s/c.mp4", "file://nas/s/c.mp4", "file://nas/s/c.mp4"),
        ("https://x.org/a.mp4", "https://x.org/a.mp4", "https://x.org/a.mp4"),
    ],
)
def test_each_editor_spells_it_its_own_way(address, premiere, resolve):
    assert to_pathurl(address, "premiere") == premiere
    assert to_pathurl(address, "resolve") == resolve
    assert from_pathurl(premiere) == from_pathurl(resolve)


@pytest.mark.parametrize(
    ("pathurl", "ours"),
    [
        ("file://localhost/D%3a/m/a.mov", "file:///D:/m/a.mov"),
        ("file://localhost//nas/s/a.mov", "file://nas/s/a.mov"),
        ("file:///D:/m/a%20(1).mov", "file:///D:/m/a%20%281%29.mov"),
        ("file://localhost/m/100%.mov", "file:///m/100%25.mov"),
    ],
)
def test_addresses_of_real_files_are_read(pathurl, ours):
    assert from_pathurl(pathurl) == ours


PATHS = st.lists(
    st.text(st.characters(exclude_characters="/\x00"), min_size=1, max_size=8),
    min_size=1,
    max_size=4,
).map(lambda parts: "/" + "/".join(parts))


@given(PATHS, st.sampled_from(["premiere", "resolve"]))
def test_every_path_survives(path, dialect):
    ours = from_pathurl(path)
    there = to_pathurl(ours, dialect)
    assert there.isascii() and " " not in there
    assert from_pathurl(there) == ours
    assert to_pathurl(from_pathurl(there), dialect) == there


def test_names_and_absoluteness():
    assert base_name("file:///a/b%20c.mp4") == "b c.mp4"
    assert base_name("C:\\a\\b.mp4") == "b.mp4"
    assert is_absolute("/a") and is_absolute("file:///a") and is_absolute("C:\\a")
    assert not is_absolute("media/a.mp4")
