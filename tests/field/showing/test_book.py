"""A book holds what it should and nothing else, in one process at a time."""

import json
import stat
import subprocess
import sys
from dataclasses import replace

import pytest

from otio_genai.errors import FieldError, OutputError
from otio_genai.field.model import Coverage
from otio_genai.field.showing import Book
from otio_genai.field.showing.bag import Memory, remembered

BAG = Coverage(True, 0, 1.0, 1)


def digest(number):
    return bytes([number]) * 16


def keyed(count):
    return bytes(range(count))


def shown(book, number, takes=(), coverage=BAG):
    entry, _ = book.begin()
    marks = frozenset(takes)
    assert book.hold(entry, digest(number), marks, (marks,), coverage)
    book.end(entry, "shown")


def test_numbers_hold_a_key_a_counter_and_a_fingerprint(tmp_path):
    path = tmp_path / "a.book"
    with Book.make(path, "numbers", keyed, fingerprint="abc") as book:
        assert [book.number(3) for _ in range(3)] == [0, 1, 2]
        with pytest.raises(FieldError, match="3 films, and all of them were shown"):
            book.number(3)
    said = json.loads(path.read_text())
    expected = {"key": keyed(32).hex(), "counter": 3, "fingerprint": "abc"}
    assert said == expected | {"otio_genai_book": 1, "mode": "numbers"}
    with Book.open(path) as book:
        assert (book.count, book.key, book.fingerprint) == (3, keyed(32), "abc")


def test_a_ledger_does_not_tell_which_film_came_first(tmp_path):
    texts = []
    for name, order in (("a", (3, 1, 2)), ("b", (2, 3, 1))):
        path = tmp_path / f"{name}.book"
        with Book.make(path, "ledger", keyed) as book:
            for number in order:
                shown(book, number, coverage=Coverage(False, 0, 1.0, 1))
        texts.append(path.read_text())
    assert texts[0] == texts[1]
    said = json.loads(texts[0])
    assert said["films"] == [digest(k).hex() for k in (1, 2, 3)]
    assert said["rests"] == said["seen"] == said["covered"] == []
    with Book.open(tmp_path / "a.book") as book:
        assert [book.knows(digest(k)) for k in range(5)] == [0, 1, 1, 1, 0]


def test_what_is_remembered_comes_back(tmp_path):
    path = tmp_path / "a.book"
    with Book.make(path, "ledger", keyed) as book:
        entry, _ = book.begin()
        slots = (frozenset({digest(7), digest(8)}),)
        assert book.hold(entry, digest(1), frozenset({digest(7)}), slots, BAG)
        book.end(entry, "shown")
    with Book.open(path) as book:
        entry, memory = book.begin()
        one = frozenset({digest(7)})
        assert memory == Memory(one, one, (one,))
        assert entry.turn == 1


@pytest.mark.parametrize("outcome", ["broken off", "not begun"])
def test_a_film_that_was_not_shown_whole(tmp_path, outcome):
    with Book.make(tmp_path / "a.book", "ledger", keyed) as book:
        entry, _ = book.begin()
        takes = frozenset({digest(7)})
        assert book.hold(entry, digest(1), takes, (takes,), BAG)
        book.end(entry, outcome)
        assert book.knows(digest(1)) == (outcome == "broken off")
        assert book.begin()[1] == Memory()
        book.end(entry, "shown")
        assert book.knows(digest(1)) == (outcome == "broken off")


def test_no_two_open_showings_hold_one_film(tmp_path):
    with Book.make(tmp_path / "a.book", "ledger", keyed) as book:
        (first, _), (second, _) = book.begin(), book.begin()
        assert (first.turn, second.turn) == (0, 1)
        nothing = frozenset()
        assert book.hold(first, digest(1), nothing, (), BAG)
        assert not book.hold(second, digest(1), nothing, (), BAG)
        assert book.hold(first, digest(1), nothing, (), BAG)
        assert book.hold(first, digest(2), nothing, (), BAG)
        assert book.hold(second, digest(1), nothing, (), BAG)
        book.end(second, "shown")
        assert not book.hold(first, digest(1), nothing, (), BAG)


def test_takes_of_open_showings_count_as_shown(tmp_path):
    with Book.make(tmp_path / "a.book", "ledger", keyed) as book:
        slots = (frozenset({digest(7), digest(8)}),)
        first, _ = book.begin()
        takes = frozenset({digest(7)})
        assert book.hold(first, digest(1), takes, slots, BAG)
        _, memory = book.begin()
        assert memory == remembered(Memory(), takes, slots, BAG)
        book.end(first, "broken off")
        assert book.begin()[1] == Memory()


def test_a_book_is_open_once(tmp_path):
    path = tmp_path / "a.book"
    with Book.make(path, "ledger", keyed):
        with pytest.raises(FieldError, match="open in another process"):
            Book.open(path)
        with Book.open(path, reading=True) as reader:
            assert reader.key == keyed(32)
            with pytest.raises(FieldError, match="reading only"):
                reader.begin()
    assert [p.name for p in tmp_path.iterdir()] == ["a.book"]
    Book.open(path).close()


DYING = """
import os, sys
from otio_genai.field.showing import Book
book = Book.open(sys.argv[1])
book.begin()
os._exit(7)
"""


def test_a_dead_process_holds_no_lock(tmp_path):
    path = tmp_path / "a.book"
    Book.make(path, "ledger", keyed).close()
    died = subprocess.run([sys.executable, "-c", DYING, str(path)], check=False)
    assert died.returncode == 7
    with Book.open(path) as book:
        shown(book, 1)


BAD = {
    "empty": "",
    "no json": "{",
    "a list": "[1]",
    "another file": '{"OTIO_SCHEMA": "Timeline.1"}',
    "no key": '{"otio_genai_book": 1, "mode": "numbers"}',
    "short key": '{"otio_genai_book": 1, "mode": "numbers", "key": "00", '
    '"counter": 0, "fingerprint": ""}',
    "below nothing": json.dumps(
        {
            "otio_genai_book": 1,
            "mode": "numbers",
            "key": "00" * 32,
            "counter": -1,
            "fingerprint": "",
        }
    ),
    "no mode": json.dumps({"otio_genai_book": 1, "mode": "x", "key": "00" * 32}),
    "half a digest": json.dumps(
        {
            "otio_genai_book": 1,
            "mode": "ledger",
            "key": "00" * 32,
            "films": ["00"],
            "seen": [],
            "covered": [],
            "rests": [],
            "turn": 0,
        }
    ),
    "bytes": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_book_is_refused_and_left_alone(tmp_path, name):
    path = tmp_path / "a.book"
    text = BAD[name] if isinstance(BAD[name], bytes) else BAD[name].encode()
    path.write_bytes(text)
    with pytest.raises(FieldError, match="no book") as caught:
        Book.open(path)
    assert caught.value.remedy
    assert caught.value.place == str(path)
    with pytest.raises(OutputError, match="exists already"):
        Book.make(path, "ledger", keyed)
    assert path.read_bytes() == text
    assert [p.name for p in tmp_path.iterdir()] == ["a.book"]


def test_a_later_book_is_refused(tmp_path):
    path = tmp_path / "a.book"
    path.write_text('{"otio_genai_book": 2, "mode": "dreams"}')
    with pytest.raises(FieldError, match="version 2"):
        Book.open(path)
    with pytest.raises(FieldError, match="cannot be read"):
        Book.open(tmp_path / "none.book")
    with pytest.raises(OutputError):
        Book.make(tmp_path / "none" / "a.book", "ledger", keyed)


def test_numbers_that_cannot_be_written_as_a_ledger_stay(tmp_path, monkeypatch):
    path = tmp_path / "a.book"
    with Book.make(path, "numbers", keyed) as book:
        book.number(9)
        with monkeypatch.context() as broken:
            broken.setattr(book, "_save", _full)
            with pytest.raises(OutputError):
                book.become_ledger([digest(1)])
        assert (book.mode, book.number(9)) == ("numbers", 1)
        book.become_ledger([digest(1), digest(2)])
        with pytest.raises(FieldError, match="not numbers"):
            book.become_ledger([])
    with Book.open(path) as book:
        assert (book.mode, book.count, book.key) == ("ledger", 2, keyed(32))
        assert book.begin()[0].turn == 2


def test_a_number_that_cannot_be_written_is_not_taken(tmp_path, monkeypatch):
    path = tmp_path / "a.book"
    with Book.make(path, "numbers", keyed) as book:
        assert book.number(9) == 0
        monkeypatch.setattr(book, "_save", _full)
        with pytest.raises(OutputError):
            book.number(9)
        monkeypatch.undo()
        assert book.number(9) == 1


def test_a_film_that_could_not_be_written_down_is_not_forgotten(tmp_path, monkeypatch):
    path = tmp_path / "a.book"
    with Book.make(path, "ledger", keyed) as book:
        monkeypatch.setattr(book, "_save", _full)
        with pytest.raises(OutputError):
            shown(book, 1)
        assert book.knows(digest(1))
        monkeypatch.undo()
        shown(book, 2)
    with Book.open(path) as book:
        assert [book.knows(digest(k)) for k in (1, 2)] == [True, True]


def _full(**_):
    raise OutputError("The disk is full.")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights")
def test_the_key_is_for_its_owner(tmp_path):
    path = tmp_path / "a.book"
    with Book.make(path, "ledger", keyed) as book:
        shown(book, 1)
        with pytest.raises(FieldError, match="not numbers"):
            book.number(9)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_more_is_remembered_than_is_asked_for():
    slots = (frozenset({digest(1), digest(2)}),)
    nothing = replace(BAG, bag=False)
    rests = ((BAG, 1), (nothing, 0), (replace(nothing, cooldown=3), 3))
    rests += ((replace(nothing, max_overlap=0.5, over=2), 2), (replace(BAG, over=4), 1))
    for coverage, depth in rests:
        memory = Memory()
        for number in (1, 2, 1, 2, 1):
            memory = remembered(memory, frozenset({digest(number)}), slots, coverage)
        assert len(memory.rests) == depth
        assert bool(memory.seen) == coverage.bag
