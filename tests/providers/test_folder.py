"""A file dropped into an inbox becomes a take once, when it is whole, and untouched."""

import asyncio
import hashlib
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from otio_genai.errors import ProviderError
from otio_genai.providers import watching
from otio_genai.providers.folder import FolderProvider
from otio_genai.providers.inspecting import Inspected, inspect
from otio_genai.providers.protocol import Job, Request
from otio_genai.providers.watching import Watch, slot_folder
from tests.support.coded import write_sound, write_take


@pytest.fixture(scope="module")
def takes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("takes")
    return [write_take(folder / f"t{n}.mp4", n, 12) for n in (1, 2)]


@pytest.fixture
def inbox(tmp_path):
    for slot in ("dune", "café"):
        (tmp_path / "inbox" / slot).mkdir(parents=True)
    return tmp_path / "inbox"


def provider(inbox, slots=("dune", "café"), **how):
    return FolderProvider(inbox, lambda: slots, **how)


def looks(given, *times_s):
    """Poll at each time and return everything that was told."""
    news = []
    for time_s in times_s:
        news.append(asyncio.run(given.poll(time_s)))
        given.keep()
    return (
        [taken for one in news for taken in one.taken],
        [refusal for one in news for refusal in one.refused],
        [name for one in news for name in one.gone],
    )


def tree(folder):
    return {
        path: (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".otio-genai")
    }


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=12))
def test_a_file_settles_once_it_was_the_same_for_so_long(tmp_path_factory, steps):
    """Oracle: told at the first look at least 2 s after the look that saw it change."""
    root = tmp_path_factory.mktemp("watch")
    (root / "s").mkdir()
    file = root / "s" / "a.mp4"
    file.write_bytes(b"x")
    watch = Watch(root, lambda: ("s",))
    now_s, size, since_s, told = 0, 1, None, None
    for wait_s, grows in steps:
        if grows:
            size += 1
            file.write_bytes(b"x" * size)
        now_s += wait_s
        found = watch.look(now_s)
        if since_s is None or since_s[0] != size:
            since_s = (size, now_s)
        due = now_s - since_s[1] >= 2 and told != size
        assert [item.size for item in found.settled] == ([size] if due else [])
        told = size if due else told


def test_a_dropped_file_is_a_take_once_and_stays_as_it_was(inbox, takes):
    shutil.copy(takes[0], inbox / "dune" / "a b'é.mp4")
    before = tree(inbox)
    taken, refused, gone = looks(provider(inbox), 0, 1, 2, 3, 4)
    assert [(t.file.slot, t.file.name) for t in taken] == [("dune", "dune/a b'é.mp4")]
    assert (refused, gone) == ([], [])
    assert tree(inbox) == before
    # Another run of the program knows it.
    assert looks(provider(inbox), 0, 5) == ([], [], [])


def test_a_file_being_written_is_no_take_until_it_is_whole(inbox, takes):
    given, whole = provider(inbox), takes[0].read_bytes()
    file = inbox / "dune" / "a.mp4"
    told = []
    for now_s, part in enumerate((0.2, 0.5, 0.9)):
        file.write_bytes(whole[: int(len(whole) * part)])
        told += looks(given, now_s)[0]
    assert told == []
    # It rests half-written: told why, and looked at again when it grows.
    file.write_bytes(whole[: len(whole) // 2])
    taken, refused, _ = looks(given, 10, 13, 16)
    assert taken == [] and len(refused) == 1 and refused[0].slot == "dune"
    file.write_bytes(whole)
    assert len(looks(given, 20, 23)[0]) == 1


def test_deleted_and_renamed_files_are_told(inbox, takes):
    given, file = provider(inbox), inbox / "dune" / "a.mp4"
    shutil.copy(takes[0], file)
    looks(given, 0, 3)
    file.rename(inbox / "dune" / "b.mp4")
    taken, refused, gone = looks(given, 4, 7)
    assert taken == [] and gone == ["dune/a.mp4"]
    assert "dune/a.mp4 under another name" in refused[0].why
    (inbox / "dune" / "b.mp4").rename(file)
    shutil.copy(takes[1], inbox / "dune" / "short-lived.mp4")
    looks(given, 8)
    (inbox / "dune" / "short-lived.mp4").unlink()
    # The film finds it again; it is no new take.
    assert looks(given, 11, 12) == ([], [], [])


def test_the_same_twice_in_a_slot_is_refused_and_in_two_slots_not(inbox, takes):
    for place in ("dune/a.mp4", "dune/b.mp4", "café/a.mp4"):
        shutil.copy(takes[0], inbox / place)
    taken, refused, _ = looks(provider(inbox), 0, 3)
    assert [t.file.name for t in taken] == ["café/a.mp4", "dune/a.mp4"]
    assert [(r.name, r.why) for r in refused] == [
        ("dune/b.mp4", "It is the same as dune/a.mp4.")
    ]


def test_a_take_that_is_replaced_is_no_new_take(inbox, takes):
    given, file = provider(inbox), inbox / "dune" / "a.mp4"
    shutil.copy(takes[0], file)
    looks(given, 0, 3)
    shutil.copy(takes[1], file)
    taken, refused, _ = looks(given, 4, 7)
    assert taken == [] and "another name" in refused[0].why


def test_what_is_no_take_is_named_with_the_reason(inbox, takes, tmp_path):
    dune = inbox / "dune"
    (dune / "link.mp4").symlink_to(takes[0])
    (inbox / "other").symlink_to(tmp_path)
    (inbox / "nowhere").mkdir()
    shutil.copy(takes[0], inbox / "stray.mp4")
    (dune / "folder").mkdir()
    (dune / "text.mp4").write_text("no film")
    (dune / "empty.mp4").write_bytes(b"")
    (dune / ".hidden.mp4").write_bytes(b"x")
    (dune / "a.mp4.crdownload").write_bytes(b"x")
    (dune / "large.mp4").write_bytes(bytes(3 << 20))
    Image.new("RGB", (64, 36)).save(dune / "still.png")
    taken, refused, _ = looks(provider(inbox, most_bytes=1 << 20), 0, 3, 6)
    assert [t.file.name for t in taken] == ["dune/still.png"]
    told = {item.name: item.why for item in refused}
    assert len(told) == len(refused)
    assert set(told) == {
        "dune/link.mp4", "other", "nowhere/", "stray.mp4", "dune/folder",
        "dune/text.mp4", "dune/empty.mp4", "dune/large.mp4",
    }  # fmt: skip
    assert "link" in told["dune/link.mp4"] and "larger" in told["dune/large.mp4"]
    assert "no slot 'nowhere'" in told["nowhere/"]


def test_names_of_folders_may_be_composed_either_way(inbox, takes):
    (inbox / "café").rmdir()
    (inbox / "cafe\u0301").mkdir()
    shutil.copy(takes[0], inbox / "cafe\u0301" / "a.mp4")
    taken, refused, _ = looks(provider(inbox), 0, 3)
    assert [t.file.slot for t in taken] == ["café"] and refused == []


def test_sound_alone_is_no_take(tmp_path):
    file = tmp_path / "a.wav"
    write_sound(file, np.zeros((4800, 2), np.float32), 48000, "pcm_s16le")
    assert inspect(file).why == "It has no picture."


@pytest.mark.parametrize("slot", ["..", ".", "a/b", "../a", "a\\b", ".a", "", "a\n"])
def test_slots_that_are_no_folders_are_refused(tmp_path, slot):
    with pytest.raises(ProviderError, match="cannot be the name of a folder"):
        slot_folder(tmp_path, slot)


def test_a_request_is_a_note_that_a_file_answers(inbox, takes, tmp_path):
    first = tmp_path / "first.png"
    Image.new("RGB", (64, 36)).save(first)
    given = provider(inbox)
    one = Request(
        "dune", "A red dune", 5, seed=7, negative="people", rate=Fraction(24),
        first_frame=first, size=(1280, 720),
    )  # fmt: skip
    jobs = [asyncio.run(given.submit(one)) for _ in range(2)]
    assert [asyncio.run(given.state(job)).phase for job in jobs] == ["queued"] * 2
    note = (inbox / "dune" / "wanted" / f"{jobs[0].id}.txt").read_text("utf-8")
    for part in ("\nA red dune\n", "people", "5 s", "1280x720", "24", "7"):
        assert part in note
    picture = inbox / "dune" / "wanted" / f"{jobs[0].id}-first.png"
    assert picture.read_bytes() == first.read_bytes() and picture.name in note
    # The second is named by its file, the first is answered by what comes next.
    shutil.copy(takes[0], inbox / "dune" / f"kling {jobs[1].id}.mp4")
    taken, _, _ = looks(given, 0, 3)
    assert [t.job for t in taken] == [jobs[1]]
    shutil.copy(takes[1], inbox / "dune" / "any.mp4")
    # Another run of the program still knows what was asked.
    given = provider(inbox)
    taken, refused, _ = looks(given, 0, 3)
    assert [t.job for t in taken] == [jobs[0]] and refused == []
    assert asyncio.run(given.state(jobs[0])).phase == "done"
    found = asyncio.run(given.fetch(jobs[0], tmp_path))
    assert found == inbox / "dune" / "any.mp4"
    assert list((inbox / "dune" / "wanted").iterdir()) == []
    found.unlink()
    with pytest.raises(ProviderError, match="not there"):
        asyncio.run(given.fetch(jobs[0], tmp_path))


def test_no_note_is_written_through_a_link(inbox, tmp_path):
    (tmp_path / "away").mkdir()
    (inbox / "dune" / "wanted").symlink_to(tmp_path / "away")
    with pytest.raises(ProviderError, match="out of the inbox"):
        asyncio.run(provider(inbox).submit(Request("dune", "A", 5)))
    assert list((tmp_path / "away").iterdir()) == []


def test_prompts_are_told_from_what_names_leave_of_them(inbox, takes):
    given = provider(
        inbox, which=lambda name, prompts: prompts.index("B") if "B" in prompts else 0
    )
    jobs = [asyncio.run(given.submit(Request("dune", p, 5))) for p in "AB"]
    shutil.copy(takes[0], inbox / "dune" / "x.mp4")
    assert [t.job for t in looks(given, 0, 3)[0]] == [jobs[1]]


def test_what_is_cancelled_is_no_longer_wanted(inbox, takes):
    given = provider(inbox)
    job = asyncio.run(given.submit(Request("dune", "A", 5)))
    asyncio.run(given.cancel(job))
    assert asyncio.run(given.state(job)).phase == "cancelled"
    assert list((inbox / "dune" / "wanted").iterdir()) == []
    shutil.copy(takes[0], inbox / "dune" / "x.mp4")
    assert [t.job for t in looks(given, 0, 3)[0]] == [None]
    unknown = Job("inbox", "dune-099", "dune")
    assert asyncio.run(given.state(unknown)).phase == "failed"


def test_a_journal_that_cannot_be_read_is_begun_anew(inbox, takes):
    shutil.copy(takes[0], inbox / "dune" / "a.mp4")
    looks(provider(inbox), 0, 3)
    journal = inbox / ".otio-genai-inbox.json"
    for text in ("{", "[]", '{"version": 99}', '{"version": 1, "files": {"a": 3}}'):
        journal.write_text(text)
        assert len(looks(provider(inbox), 0, 3)[0]) == 1


def test_a_file_that_goes_while_it_is_opened_is_no_matter(inbox, takes):
    async def inspector(path: Path) -> Inspected:
        path.unlink()
        raise FileNotFoundError

    shutil.copy(takes[0], inbox / "dune" / "a.mp4")
    given = provider(inbox)

    async def both():
        await given.poll(0, inspector)
        return await given.poll(3, inspector)

    news = asyncio.run(both())
    assert (news.taken, news.refused) == ((), ())


def test_an_inbox_that_cannot_be_made_or_listed_is_said(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(ProviderError, match="Nothing can be written"):
        provider(file / "inbox")
    given = provider(tmp_path / "new")
    (tmp_path / "new").rename(tmp_path / "away")
    refused = looks(given, 0, 1)[1]
    assert len(refused) == 1 and refused[0].why.startswith("It cannot be listed")


def test_a_drive_that_is_away_takes_nothing_with_it(inbox, takes, monkeypatch):
    given = provider(inbox)
    shutil.copy(takes[0], inbox / "dune" / "a.mp4")
    (inbox / "dune" / "text.mp4").write_text("no film")
    assert len(looks(given, 0, 3)[0]) == 1
    whole, away = watching.os.scandir, {inbox, inbox / "dune"}

    def scandir(folder):
        if folder in away:
            raise OSError(112, "Host is down")
        return whole(folder)

    monkeypatch.setattr(watching.os, "scandir", scandir)
    for place in (inbox, inbox / "dune"):
        away.clear()
        away.add(place)
        taken, refused, gone = looks(given, 4, 5, 6)
        assert (taken, gone, len(refused)) == ([], [], 1)
        assert "Host is down" in refused[0].why
    away.clear()
    assert looks(given, 7, 10) == ([], [], [])


def test_refused_files_go_without_a_word_and_takes_do_not(inbox, takes):
    given = provider(inbox)
    shutil.copy(takes[0], inbox / "dune" / "a.mp4")
    (inbox / "dune" / "text.mp4").write_text("no film")
    looks(given, 0, 3)
    for file in (inbox / "dune").glob("*.mp4"):
        file.unlink()
    assert looks(given, 4, 7) == ([], [], ["dune/a.mp4"])


def test_what_changes_while_it_is_opened_is_opened_again(inbox, takes):
    given, file = provider(inbox), inbox / "dune" / "a.mp4"
    shutil.copy(takes[0], file)
    seen = []

    async def slow(path):
        seen.append(path.read_bytes())
        if len(seen) == 1:
            shutil.copy(takes[1], file)
        return inspect(path)

    news = [asyncio.run(given.poll(at, slow)) for at in (0, 3, 4, 7)]
    assert [len(one.taken) for one in news] == [0, 0, 0, 1]
    assert [one.refused for one in news] == [(), (), (), ()]
    digest = hashlib.sha256(takes[1].read_bytes()).hexdigest()
    assert news[-1].taken[0].digest == digest and len(seen) == 2


def test_many_files_come_some_at_a_time_and_each_once(inbox):
    given = provider(inbox)
    for number in range(100):
        (inbox / "dune" / f"{number:04d}.MP4").write_bytes(b"%d" % number)

    async def opened(path):
        return Inspected(path.name)

    async def run():
        counts, names = [], []
        for at in (0, *range(3, 25)):
            news = await given.poll(at, opened)
            given.keep()
            counts.append(len(news.taken))
            names += [taken.file.name for taken in news.taken]
        return counts, names

    counts, names = asyncio.run(run())
    assert max(counts) == 8 and len(names) == len(set(names)) == 100
