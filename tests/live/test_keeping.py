"""The field's document is on the disk before it is relied on; edits of it count."""

import asyncio
import shutil

import opentimelineio as otio
import pytest

from otio_genai import metadata
from otio_genai.errors import OutputError
from otio_genai.field.adding import approve, remove
from otio_genai.field.document import read_field
from otio_genai.live.keeping import reviews_of
from otio_genai.live.newtakes import NewTakes
from tests.live.test_newcomers import Clock, House, opened
from tests.support import fields
from tests.support.coded import write_take


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    folder = tmp_path_factory.mktemp("media")
    document = fields.coded(folder, slots=2, takes=1)
    new = [write_take(folder / f"new {n}.mp4", 100 + n, 60) for n in range(3)]
    return document, new


class Show:
    """A show with an inbox; what happens between two looks is done by hand."""

    def __init__(self, folder, document):
        self.folder, self.house, self.clock = folder, House(document), Clock()
        self.path = folder / "kept.otio"
        self.how = NewTakes(folder / "n", inbox=folder / "inbox", document=self.path)
        (folder / "inbox" / "slot-001").mkdir(parents=True, exist_ok=True)

    def drop(self, file, name):
        shutil.copy(file, self.folder / "inbox" / "slot-001" / name)

    async def looks(self, made, count=2):
        for _ in range(count):
            await made.look()
            self.clock.now_s += 3

    def open(self):
        return opened(self.house, self.how, self.clock)

    def kept(self):
        return otio.adapters.read_from_file(str(self.path))


def test_what_others_approve_and_remove_in_the_file_counts(tmp_path, media):
    document, new = media
    show = Show(tmp_path, document)

    async def run():
        made = show.open()
        for number, name in enumerate(("a", "b", "c")):
            show.drop(new[number], f"{name}.mp4")
        await show.looks(made)
        assert [name for _, name in made.waiting()] == ["a", "b", "c"]
        theirs = remove(approve(show.kept(), "slot-001", "b"), "slot-001", "c")
        theirs.name = "mine"
        otio.adapters.write_to_file(theirs, str(show.path))
        await show.looks(made)
        assert made.waiting() == [("slot-001", "a")]
        await made.look()

    asyncio.run(run())
    names = [option.clip.name for option in show.house.field.slots[0].options]
    assert names == ["take 0-0", "b"] and show.house.renewed == [False]
    # What else they changed is not in the show, and not lost.
    aside = tmp_path / "kept edited.otio"
    assert otio.adapters.read_from_file(str(aside)).name == "mine"
    assert any("kept edited.otio" in note for note in show.house.notes)
    # What they removed is not offered again.
    again = Show(tmp_path, show.kept())

    async def once_more():
        await again.looks(again.open())

    asyncio.run(once_more())
    assert again.house.notes == []


def test_a_file_that_others_spoil_costs_nothing(tmp_path, media):
    document, new = media
    show = Show(tmp_path, document)

    async def run():
        made = show.open()
        show.drop(new[0], "a.mp4")
        await show.looks(made)
        show.path.write_text("{")
        await show.looks(made)
        show.path.unlink()
        await made.look()

    asyncio.run(run())
    assert any("cannot be read" in note for note in show.house.notes)
    found = show.kept()
    assert len(metadata.read(found.video_tracks()[0][0], "takes")) == 1
    assert str(reviews_of(str(tmp_path / "none.otio"))).startswith("FileNotFound")


@pytest.mark.parametrize("shown", ["old", "new"])
def test_a_show_that_is_killed_before_it_wrote_loses_no_file(
    tmp_path, media, shown, monkeypatch
):
    """Killed once the take is in the document, but not in the inbox's journal."""
    document, new = media
    show = Show(tmp_path, document)

    async def run():
        made = show.open()
        show.drop(new[0], "a.mp4")
        monkeypatch.setattr(made._folders[0], "keep", lambda: None)
        await show.looks(made)

    asyncio.run(run())
    assert not (tmp_path / "inbox" / ".otio-genai-inbox.json").exists()
    again = Show(tmp_path, document if shown == "old" else show.kept())

    async def once_more():
        made = again.open()
        await again.looks(made, 3)
        return made.waiting()

    # The file is there either way, once; who shows the new document hears nothing.
    assert asyncio.run(once_more()) == [("slot-001", "a")]
    assert len(again.house.notes) == (1 if shown == "old" else 0)


def test_a_journal_that_knows_more_than_the_field_is_not_believed(tmp_path, media):
    document, new = media
    show = Show(tmp_path, document)

    async def run(show):
        made = show.open()
        await show.looks(made)
        return made

    show.drop(new[0], "a.mp4")
    show.drop(new[1], "b.mp4")

    async def refused():
        made = await run(show)
        await asyncio.to_thread(made.refuse, "slot-001", "b")
        await made.look()

    asyncio.run(refused())
    # The old field again: the take is offered anew, the one refused is not.
    again = Show(tmp_path, document)
    assert asyncio.run(run(again)).waiting() == [("slot-001", "a")]


def test_an_inbox_that_cannot_be_written_still_brings_takes(
    tmp_path, media, monkeypatch
):
    document, new = media
    show = Show(tmp_path, document)

    def full(self):
        raise OutputError("The folder is read-only.")

    monkeypatch.setattr("otio_genai.providers.journal.Journal.write", full)

    async def run():
        made = show.open()
        show.drop(new[0], "a.mp4")
        await show.looks(made, 4)
        return made.waiting()

    assert asyncio.run(run()) == [("slot-001", "a")]
    assert sum("read-only" in note for note in show.house.notes) == 1


def test_a_touched_file_is_no_news(tmp_path, media):
    document, new = media
    show = Show(tmp_path, document)

    async def run():
        made = show.open()
        show.drop(new[0], "a.mp4")
        await show.looks(made)
        before = list(show.house.notes)
        file = tmp_path / "inbox" / "slot-001" / "a.mp4"
        for _ in range(3):
            file.touch()
            await show.looks(made)
        assert show.house.notes == before
        assert read_field(show.kept()).fingerprint == show.house.field.fingerprint

    asyncio.run(run())
