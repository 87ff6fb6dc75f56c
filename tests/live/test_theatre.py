"""A show from its document: it opens when there is a film, and ends when it is told."""

import json
import os
import signal
import threading
from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace

import opentimelineio as otio
import pytest

from otio_genai.errors import FieldError
from otio_genai.field.document import read_field
from otio_genai.field.showing import Book, unseen
from otio_genai.field.showing.recipe import digest
from otio_genai.live import Settings, show, theatre
from otio_genai.live.ending import ending
from tests.live.web import real
from tests.support.showings import played

SIGNALS = [getattr(signal, name, None) for name in ("SIGTERM", "SIGINT")]

pytestmark = pytest.mark.skipif(
    os.name == "nt" or threading.current_thread() is not threading.main_thread(),
    reason="Signals are sent by POSIX, and come to the first thread.",
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("theatre")
    few = {"in": [0], "out": [36]}
    path = real.document(folder, slots=2, takes=2, frames=48, cuts=few)
    settings = Settings(port=0, size=(192, 108), workers=0, cache=folder / "cache")
    return path, settings


def given(path, settings, signals=(signal.SIGTERM,)):
    """Give a show that is told to end as soon as its doors are open; they, if any."""
    opened = []

    def open_(doors):
        opened.append(doors)
        for one in signals:
            os.kill(os.getpid(), one)

    show(path, settings, opened=open_)
    return opened


@pytest.mark.parametrize("last", SIGNALS)
@pytest.mark.parametrize("first", SIGNALS)
def test_it_ends_in_peace_however_often_it_is_told(prepared, tmp_path, first, last):
    path, settings = prepared
    settings = replace(settings, book=tmp_path / "book.json")
    before = [signal.getsignal(one) for one in SIGNALS]
    assert len(given(path, settings, (first, last, first, last))) == 1
    assert [signal.getsignal(one) for one in SIGNALS] == before
    with Book.open(settings.book) as book:
        # The film that was to be first may have been begun.
        assert book.count <= 1


def test_who_is_told_before_anything_is_open_stops_there():
    with pytest.raises(KeyboardInterrupt), ending():
        os.kill(os.getpid(), signal.SIGTERM)
        signal.sigtimedwait([], 0)


def test_no_door_is_opened_where_there_is_no_film(prepared, tmp_path):
    path, settings = prepared
    settings = replace(settings, book=tmp_path / "book.json")
    field = read_field(otio.adapters.read_from_file(str(path)))
    with Book.make(settings.book, "ledger", os.urandom) as book:
        with pytest.raises(FieldError, match="all of them were shown"):
            while True:
                played(unseen(field, book, os.urandom))
        count = book.count
    opened = []
    with pytest.raises(FieldError, match="all of them were shown") as refused:
        show(path, settings, opened=opened.append)
    assert not opened and "--book" in refused.value.remedy
    with Book.open(settings.book) as book:
        assert book.count == count


def test_a_show_makes_a_ledger_of_a_book_of_numbers(prepared, tmp_path):
    path, settings = prepared
    document = json.loads(path.read_text())
    document["metadata"]["otio_genai"]["field"]["policy"] = {"bag": False}
    path = tmp_path / "alike.otio"
    path.write_text(json.dumps(document))
    field = read_field(otio.adapters.read_from_file(str(path)))
    kept, mark = path.with_suffix(".book.json"), field.fingerprint
    with Book.make(kept, "numbers", os.urandom, fingerprint=mark) as book:
        film, key = played(unseen(field, book, os.urandom)), book.key
    assert given(path, settings)
    with closing(Book.open(kept)) as book:
        assert (book.mode, book.key) == ("ledger", key)
        assert book.knows(digest(key, field, film))
        shown = [film]
        with pytest.raises(FieldError, match="all of them were shown"):
            while True:
                shown.append(played(unseen(field, book, os.urandom)))
        assert len(set(shown)) == len(shown) > 1


@pytest.mark.parametrize("anywhere", [False, True])
def test_the_screen_has_an_address_for_other_computers(monkeypatch, anywhere):
    monkeypatch.setattr(theatre, "_seen_as", lambda: "10.1.2.3")
    runner = SimpleNamespace(addresses=[("0.0.0.0", 81)])
    settings = Settings(host="0.0.0.0", desk_from_anywhere=anywhere)
    doors = theatre._doors(runner, settings, "abc")
    desk = "10.1.2.3" if anywhere else "127.0.0.1"
    assert doors.screen == "http://10.1.2.3:81/"
    assert doors.desk == f"http://{desk}:81/desk?token=abc"
    doors = theatre._doors(runner, replace(settings, host="::1"), "abc")
    assert doors.screen == "http://[::1]:81/"
