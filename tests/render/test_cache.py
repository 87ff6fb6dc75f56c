"""The cache: what was put is found or nothing is, in its bound, by anyone at once."""

import hashlib
import os
import random
import shutil
import threading
from collections import namedtuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otio_genai.errors import OutputError
from otio_genai.render import cache as module
from otio_genai.render.cache import SegmentCache
from tests.support.scripts import started

Usage = namedtuple("Usage", "total used free")


def key(number):
    return hashlib.sha256(str(number).encode()).hexdigest()


def content(number, size=1000):
    return random.Random(number).randbytes(size)


def put(cache, number, size=1000, suffix=".mp4"):
    data = content(number, size)
    return cache.put(key(number), suffix, lambda path: path.write_bytes(data))


def entries(folder):
    return sorted(path for path in (folder / "entries").rglob("*") if path.is_file())


def used_at(folder, number, moment):
    """Set when an entry was last used."""
    (entry,) = (folder / "entries" / key(number)[:2]).glob(f"{key(number)}.*")
    os.utime(entry, (moment, moment))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "kept"


@pytest.fixture
def cache(folder):
    with SegmentCache(folder) as opened:
        yield opened


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".f32", ".json"])
def test_what_was_put_is_found(folder, suffix):
    with SegmentCache(folder) as cache:
        assert cache.find(key(1)) is None
        path = put(cache, 1, suffix=suffix)
        assert path.read_bytes() == content(1) and path.suffix == suffix
        assert cache.find(key(1)) == path
        assert cache.find(key(2)) is None
    with SegmentCache(folder) as cache:
        found = cache.find(key(1))
        assert found.read_bytes() == content(1) and found.suffix == suffix
        assert cache.damaged == 0


def test_what_is_there_is_not_made_again(cache):
    first = put(cache, 1)

    def never(path):
        raise AssertionError("made again")

    assert cache.put(key(1), ".mp4", never) == first


def test_added_by_a_block(cache):
    with cache.adding(key(1), ".mp4") as path:
        path.write_bytes(content(1))
        assert path.suffix == ".mp4" and cache.find(key(1)) is None
    assert not path.exists()
    assert cache.find(key(1)).read_bytes() == content(1)


def test_a_block_may_end_in_another_thread(cache):
    place = cache.adding(key(1), ".mp4")
    place.__enter__().write_bytes(content(1))
    thread = threading.Thread(target=place.__exit__, args=(None, None, None))
    thread.start()
    thread.join()
    assert cache.find(key(1)).read_bytes() == content(1)


def test_what_failed_is_not_kept(cache, folder):
    def broken(path):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.put(key(1), ".mp4", broken)
    assert cache.find(key(1)) is None
    assert entries(folder) == []
    assert put(cache, 1).read_bytes() == content(1)


def test_errors_of_the_maker_are_its_own(cache):
    def broken(path):
        raise FileNotFoundError(2, "no such take")

    with pytest.raises(FileNotFoundError, match="no such take"):
        cache.put(key(1), ".mp4", broken)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(place=st.integers(0, 999), mask=st.integers(1, 255))
def test_a_flipped_bit_anywhere_is_found_out(folder, place, mask):
    shutil.rmtree(folder, ignore_errors=True)
    with SegmentCache(folder) as cache:
        put(cache, 1)
        put(cache, 2)
    entry = next(path for path in entries(folder) if path.name.startswith(key(1)))
    data = bytearray(entry.read_bytes())
    data[place] ^= mask
    entry.write_bytes(data)
    with SegmentCache(folder) as cache:
        assert cache.find(key(1)) is None
        assert cache.damaged == 1
        assert cache.find(key(2)).read_bytes() == content(2)
        assert put(cache, 1).read_bytes() == content(1)
    with SegmentCache(folder) as cache:
        assert cache.find(key(1)).read_bytes() == content(1)
        assert cache.damaged == 0


@pytest.mark.parametrize("size", [0, 1, 999])
def test_a_cut_entry_is_found_out(folder, size):
    with SegmentCache(folder) as cache:
        put(cache, 1)
    os.truncate(entries(folder)[0], size)
    with SegmentCache(folder) as cache:
        assert cache.find(key(1)) is None and cache.damaged == 1
    assert entries(folder) == []


def test_an_entry_that_cannot_be_read_is_not_there(cache, folder, monkeypatch):
    with SegmentCache(folder) as other:
        put(other, 1)

    def failing(path):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(module, "_digest", failing)
    assert cache.find(key(1)) is None


def test_the_longest_unused_go_first(folder):
    with SegmentCache(folder) as cache:
        for number in range(10):
            put(cache, number)
    for number in range(10):
        used_at(folder, number, 1_000_000 + number)
    with SegmentCache(folder, bound_bytes=10_000) as cache:
        assert cache.find(key(0))  # now it is the last used
        put(cache, 10)
        assert cache.size_bytes() <= 10_000
    with SegmentCache(folder) as cache:
        there = [number for number in range(11) if cache.find(key(number))]
    assert there == [0, *range(3, 11)]


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sizes=st.lists(st.integers(1, 900), min_size=1, max_size=40))
def test_the_bound_is_kept(folder, sizes):
    shutil.rmtree(folder, ignore_errors=True)
    for number, size in enumerate(sizes):
        with SegmentCache(folder, bound_bytes=3000) as cache:
            assert put(cache, number, size).read_bytes() == content(number, size)
            assert cache.size_bytes() <= 3000


def test_what_is_in_use_is_kept_beyond_the_bound(folder):
    with SegmentCache(folder, bound_bytes=3000) as cache:
        paths = [put(cache, number) for number in range(20)]
        assert all(
            path.read_bytes() == content(number) for number, path in enumerate(paths)
        )
        assert cache.size_bytes() == 20_000
    with SegmentCache(folder, bound_bytes=3000) as cache:
        put(cache, 20)
        assert cache.size_bytes() <= 3000


def test_what_others_remove_stays_readable(folder):
    with SegmentCache(folder) as one, SegmentCache(folder, 2000) as other:
        path = put(one, 1)
        found = other.find(key(1))
        used_at(folder, 1, 1)
        one.clear()
        assert entries(folder) == []
        for number in range(2, 9):
            put(other, number)
        assert path.read_bytes() == found.read_bytes() == content(1)
        assert one.size_bytes() == other.size_bytes() > 0
    assert not path.exists() and not found.exists()


def test_closing_leaves_entries_alone(folder):
    with SegmentCache(folder) as cache:
        put(cache, 1)
    cache.close()
    assert [path.name.split(".")[0] for path in entries(folder)] == [key(1)]
    assert list((folder / "sessions").iterdir()) == []


def test_without_hard_links_entries_serve_themselves(folder, monkeypatch):
    def none(self, target):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(module.Path, "hardlink_to", none)
    with SegmentCache(folder) as cache:
        assert put(cache, 1).read_bytes() == content(1)
    with SegmentCache(folder) as cache:
        assert cache.find(key(1)).read_bytes() == content(1)
        data = bytearray(entries(folder)[0].read_bytes())
    entries(folder)[0].write_bytes(data[::-1])
    with SegmentCache(folder) as cache:
        assert cache.find(key(1)) is None and cache.damaged == 1


def test_what_others_left_among_the_entries_is_nobodys(folder):
    with SegmentCache(folder, bound_bytes=3000) as cache:
        put(cache, 0)
        strays = [
            folder / "entries" / ".DS_Store",
            folder / "entries" / "a folder" / f"{key(1)}.{'0' * 16}.mp4",
            folder / "entries" / key(0)[:2] / "Thumbs.db",
        ]
        for stray in strays:
            stray.parent.mkdir(exist_ok=True)
            stray.write_bytes(b"x" * 5000)
        assert cache.size_bytes() == 1000
    for number in range(1, 9):
        with SegmentCache(folder, bound_bytes=3000) as cache:
            assert put(cache, number).read_bytes() == content(number)
            assert cache.size_bytes() <= 3000
    with SegmentCache(folder) as cache:
        cache.clear()
    assert entries(folder) == sorted(strays)


def test_a_file_where_entries_should_lie_is_no_entry(cache, folder):
    (folder / "entries" / key(1)[:2]).write_bytes(b"x")
    assert cache.find(key(1)) is None
    assert cache.size_bytes() == 0


def test_room_is_made_or_asked_for(folder, monkeypatch):
    with SegmentCache(folder) as cache:
        for number in range(10):
            put(cache, number)

    def usage(path):
        return Usage(50_000, 0, 20_000 - sum(e.stat().st_size for e in entries(folder)))

    monkeypatch.setattr(module.shutil, "disk_usage", usage)
    with SegmentCache(folder, bound_bytes=10_000) as cache:
        kept = cache.find(key(9))
        cache.ensure_room(9_000)
        assert cache.size_bytes() == 10_000
        cache.ensure_room(15_000)
        assert 1000 <= cache.size_bytes() <= 5_000
        with pytest.raises(OutputError, match="are not free") as caught:
            cache.ensure_room(2_000_000)
        assert "OTIO_GENAI_CACHE" in caught.value.remedy
        assert kept.read_bytes() == content(9)


@pytest.mark.parametrize("where", ["", "kept/below"])
def test_a_folder_that_cannot_be_written_is_said(tmp_path, where):
    (tmp_path / "kept").write_text("a file")
    with pytest.raises(OutputError, match="cannot be written") as caught:
        SegmentCache(tmp_path / "kept" / where)
    assert "OTIO_GENAI_CACHE" in caught.value.remedy
    assert "--no-cache" in caught.value.remedy


def test_a_full_disk_is_said(cache, monkeypatch):
    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.Path, "replace", full)
    with pytest.raises(OutputError, match="No space left"):
        put(cache, 1)
    with pytest.raises(OutputError, match="No space left"):
        cache.put(key(2), ".mp4", lambda path: full(path, path))


def test_it_lies_in_the_common_folder_by_default(tmp_path, monkeypatch):
    monkeypatch.setenv("OTIO_GENAI_CACHE", str(tmp_path / "common"))
    with SegmentCache() as cache:
        assert cache.folder == tmp_path / "common" / "render"


BUSY = """
import hashlib, random, sys
from pathlib import Path
from otio_genai.render.cache import SegmentCache
folder, seed = Path(sys.argv[1]), int(sys.argv[2])
order = random.Random(seed)
made = 0
for turn in range(12):
    with SegmentCache(folder, bound_bytes=400_000) as cache:
        numbers = order.sample(range(60), 25)
        paths = {}
        for number in numbers:
            key = hashlib.sha256(str(number).encode()).hexdigest()
            data = random.Random(number).randbytes(20_000)
            def make(path):
                global made
                made += 1
                with path.open("wb") as file:
                    for start in range(0, len(data), 1000):
                        file.write(data[start : start + 1000])
                        file.flush()
            paths[number] = cache.put(key, ".mp4", make)
        for number, path in paths.items():
            assert path.read_bytes() == random.Random(number).randbytes(20_000)
        assert cache.damaged == 0
print(made)
"""


def test_several_at_once_never_read_half_a_file(folder):
    processes = [started(BUSY, folder, seed) for seed in range(3)]
    outputs = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], outputs
    made = sum(int(out) for out, _ in outputs)
    assert made < 3 * 12 * 25  # they served each other
    with SegmentCache(folder, bound_bytes=400_000) as cache:
        put(cache, 0)
        assert cache.size_bytes() <= 400_000
        assert cache.damaged == 0
    assert list((folder / "sessions").iterdir()) == []
