"""A field for editors: what each gets, Resolve's script, and the sheet of takes."""

import csv
import io
import runpy

import opentimelineio as otio
import pytest

from otio_genai import maps, metadata, rates
from otio_genai.errors import FieldError, InterchangeError, OutputError
from otio_genai.export import TARGETS, export, read, resolve_script
from otio_genai.export.resolve_takes import script, system_path
from otio_genai.export.take_sheet import COLUMNS, take_sheet
from otio_genai.field.opening import open_field
from tests.support import fields
from tests.support.marks import later
from tests.support.resolve import Media, Resolve

EVERYTHING = {
    "voices": (1,),
    "bed": True,
    "stems": 1,
    "groups": [("g", (1, 2), "shuffle")],
    "branches": [("b", 0, 2, "night", 0.5)],
    "flags": {"night": False},
    "slot_facts": {1: {"requires": "night", "at_s": 1.0, "sets": {"night": True}}},
    "take_facts": {
        (1, 1): {"weight": 2.0, "review": "quarantine", "prompt": {"template": "x"}}
    },
    "facts": {
        "runtime": {"min_s": 1, "max_s": 9},
        "palette": {"most_de": 20.0},
    },
    "clock": {"grid": {"bpm": 120, "offset_s": 0}},
}
FEATURES = {
    "runtime", "grid", "group", "branch", "flags", "motion", "palette", "coverage",
    "stem", "voice", "policy", "points", "length", "weights", "condition", "pin",
    "prompt", "review",
}  # fmt: skip
KEPT = {"premiere", "resolve", "finalcut", "resolve-takes", "take-sheet"}
SHEETED = {
    "policy", "points", "length", "weights", "condition", "pin", "prompt", "review",
}  # fmt: skip
EDITORS = {"edl": "cmx3600", "aaf": "aaf", "kdenlive": "kdenlive", "mlt": "mlt"}


@pytest.fixture(scope="module")
def document():
    return fields.document(3, 3, **EVERYTHING)


@pytest.mark.parametrize("to", later([name for name in TARGETS if name != "otio"], 5))
def test_each_target_tells_what_of_the_field_it_does_not_hold(document, tmp_path, to):
    if to in EDITORS:
        pytest.importorskip(f"otio_{EDITORS[to]}_adapter")
    loss = export(document, tmp_path / f"f{TARGETS[to]}", to=to)
    told = {i.feature.partition("field: ")[2] for i in loss.items} - {""}
    assert told == (FEATURES - SHEETED if to == "take-sheet" else FEATURES)
    takes = [i for i in loss.items if i.feature == "other takes"]
    assert [i.outcome for i in takes] == ["exact" if to in KEPT else "dropped"] * 3
    assert len({(i.item, i.record_in) for i in takes}) == 3
    plan = export(document, tmp_path / f"g{TARGETS[to]}", to=to, plan=True)
    assert plan == loss


@pytest.mark.parametrize("to", sorted(KEPT | {"otio-premiere"}))
def test_of_a_plain_film_nothing_is_told(document, tmp_path, to):
    film = document.deepcopy()
    metadata.put(film, "field", None)
    loss = export(film, tmp_path / f"f{TARGETS[to]}", to=to)
    assert not [i for i in loss.items if i.feature.startswith("field")]


def test_a_field_that_says_nothing_is_told_as_it_is_meant(document, tmp_path):
    film = document.deepcopy()
    metadata.put(film, "field", {"version": 1})
    for clip in film.find_clips():
        for key in ("takes", "slot", "take"):
            metadata.put(clip, key, None)
    told = export(film, tmp_path / "g.xml", to="premiere").items
    rules = ["coverage", "motion", *["length"] * 3, *["points"] * 3]
    said = [i.feature for i in told if i.feature.startswith("field")]
    assert sorted(said) == sorted(f"field: {rule}" for rule in rules)


def test_a_field_that_is_broken_is_told_all_the_same(tmp_path):
    odd = {"at_s": "soon", "shortest_s": "x", "tags": ["a"], "sets": [1]}
    broken = fields.document(2, 2, slot_facts={0: odd})
    metadata.put(broken, "field", {"groups": ["?"], "motion": 3, "runtime": {}})
    loss = export(broken, tmp_path / "f.xml", to="premiere")
    told = {i.feature for i in loss.items}
    assert {"field: pin", "field: length", "field: tags"} <= told


BROKEN = (True, 3, "xy", ["x"], {"a": 1}, [None, [1]])


@pytest.mark.parametrize("to", ["premiere", "finalcut", "otio-resolve", "mlt",
                                "resolve-takes", "take-sheet"])  # fmt: skip
@pytest.mark.parametrize("value", BROKEN[:1] + BROKEN[-1:])
def test_other_takes_that_are_none_stop_no_export(tmp_path, to, value):
    broken = fields.document(2, 2)
    clip = broken.video_tracks()[0].find_clips()[0]
    metadata.put(clip, "takes", value)
    path = tmp_path / f"f{TARGETS[to]}"
    loss = export(broken, path, to=to)
    assert path.exists() and "field: motion" in {i.feature for i in loss.items}


@pytest.mark.parametrize("value", BROKEN)
@pytest.mark.parametrize("count", [1, 2])
def test_other_takes_that_are_none_open_no_field(value, count):
    films = [fields.document(2, 2) for _ in range(count)]
    for film in films:
        metadata.put(film, "field", None)
    clip = films[0].video_tracks()[0].find_clips()[0]
    metadata.put(clip, "takes", value)
    with pytest.raises(FieldError) as caught:
        open_field(films)
    name = f"{films[0].name}: other takes of {clip.name} are no list of clips"
    assert caught.value.items == (name,)


def test_the_field_itself_keeps_everything(document, tmp_path):
    assert not export(document, tmp_path / "f.otio", to="otio").items


def shots(count=2, takes=3, **more):
    return fields.document(count, takes, **more)


def run(text, resolve):
    """Run a script as Resolve's console does; return what it printed."""
    printed = io.StringIO()

    class Out:
        stdout = printed

    space = {"__name__": "console", "resolve": resolve}
    exec(compile(text, "takes.py", "exec"), space)  # the first run prints
    return space


def model(timeline, **more):
    """Resolve with the timeline of the active takes imported."""
    rate = maps.record_rate(timeline)
    track = timeline.video_tracks()[0]
    items, clock = [], 0
    for item in track:
        if isinstance(item, otio.schema.Clip):
            file = system_path(item.media_reference.target_url)
            length = int(item.source_range.duration.value)
            items.append((clock, clock + length, file))
            clock += length
    assert rate == 24
    return Resolve(timeline.name, items, **more)


def test_the_script_adds_each_take_once(capsys):
    document = shots()
    text, loss = script(document)
    resolve = model(document, start=86_400)
    run(text, resolve)
    assert "4 takes were added to 2 shots." in capsys.readouterr().out
    for item, clip in zip(resolve.items, document.find_clips(), strict=True):
        others = metadata.read(clip, "takes")
        assert [take.file for take in item.takes[1:]] == [
            system_path(take.media_reference.target_url) for take in others
        ]
        assert item.selected == 1
        for take, other in zip(item.takes[1:], others, strict=True):
            begin = int(other.source_range.start_time.value)
            assert (take.first, take.last) == (begin, begin + 23)
    before = [[(t.file, t.first, t.last) for t in i.takes] for i in resolve.items]
    run(text, resolve)
    assert "0 takes were added" in capsys.readouterr().out
    assert [[(t.file, t.first, t.last) for t in i.takes] for i in resolve.items] == (
        before
    )
    assert any("nothing of it was run in Resolve" in note for note in loss.notes)


def test_what_was_chosen_stays_chosen_when_takes_come_later(capsys):
    document = shots(1, 2)
    resolve = model(document)
    run(script(document)[0], resolve)
    resolve.items[0].SelectTakeByIndex(2)
    more = shots(1, 3)
    run(script(more)[0], resolve)
    assert len(resolve.items[0].takes) == 3
    assert resolve.items[0].selected == 2
    capsys.readouterr()


def test_the_script_says_what_it_cannot_find(capsys):
    document = shots(3)
    gone = system_path(
        metadata.read(next(iter(document.find_clips())), "takes")[
            0
        ].media_reference.target_url
    )
    resolve = model(document, missing={gone})
    # Somebody trimmed the start of one clip and threw another away.
    resolve.items[1].begin += 5
    del resolve.items[2]
    run(script(document)[0], resolve)
    told = capsys.readouterr().out
    assert f"slot-001: {gone} cannot be imported." in told
    assert "slot-003: no clip begins at frame 48 on video track 1." in told
    assert "3 takes were added to 3 shots." in told
    assert len(resolve.items[1].takes) == 3


def test_without_a_timeline_it_asks_for_one(capsys):
    text, _ = script(shots(1))
    run(text, Resolve(None, ()))
    assert "No timeline is open" in capsys.readouterr().out
    run(text, model(shots(1), called="another"))
    assert "The open timeline is 'another'" in capsys.readouterr().out


def test_run_by_itself_without_resolve_it_says_so(tmp_path, capsys):
    path = tmp_path / "takes.py"
    path.write_text(script(shots(1))[0], encoding="ascii")
    runpy.run_path(str(path), run_name="__main__")
    assert "No timeline is open" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///films/it's%20%22two%22.mp4", '/films/it\'s "two".mp4'),
        ("file:///films/%E5%A4%9C%20%C3%A9.mp4", "/films/夜 é.mp4"),
        ("file:///D:/films/a%20b%25.mp4", "D:\\films\\a b%.mp4"),
        ("file://server/share/x.mp4", "\\\\server\\share\\x.mp4"),
        ("file:///films/SLOTS:%20Any%20=%20[].mp4", "/films/SLOTS: Any = [].mp4"),
        ("file:///films/back%5Cslash%0A.mp4", "/films/back\\slash\n.mp4"),
    ],
)
def test_odd_names_reach_resolve_as_they_are(url, path, capsys):
    name = 'TIMELINE: Any = "" \'""" \\ {x} 夜'
    document = shots(1, 2)
    document.name = name
    clip = next(iter(document.find_clips()))
    take = metadata.read(clip, "takes")[0]
    take.media_reference.target_url = url
    metadata.put(clip, "takes", [take])
    text, _ = script(document)
    assert text.isascii()
    resolve = model(document)
    run(text, resolve)
    assert "The open" not in capsys.readouterr().out
    assert resolve.items[0].takes[1].file == path


def test_takes_of_another_rate_and_start_are_counted_in_their_own_frames():
    document = shots(1, 2)
    clip = next(iter(document.find_clips()))
    take = metadata.read(clip, "takes")[0]
    reference = take.media_reference
    metadata.put(reference, "media", {"rate": "12"})
    start = rates.time(3600 * 12, rates.rate(12))
    reference.available_range = otio.opentime.TimeRange(
        start, rates.time(48, rates.rate(12))
    )
    take.source_range = otio.opentime.TimeRange(
        rates.time(3600 * 24 + 12, rates.rate(24)), rates.time(24, rates.rate(24))
    )
    metadata.put(clip, "takes", [take])
    space = run(script(document)[0], None)
    assert [(t["first"], t["last"]) for t in space["SLOTS"][0]["takes"]] == [(6, 17)]


def test_takes_that_no_script_can_add_are_told():
    document = shots(1, 2)
    clip = next(iter(document.find_clips()))
    slow = metadata.read(clip, "takes")[0]
    slow.effects.append(otio.schema.LinearTimeWarp("slow", 0.5))
    nothing = otio.schema.Clip("nothing", otio.schema.MissingReference())
    nothing.source_range = slow.source_range
    metadata.put(clip, "takes", [slow, nothing])
    text, loss = script(document)
    assert [i.outcome for i in loss.items] == ["approximated", "dropped"]
    assert text.count("'first'") == 1


def test_an_empty_film_has_no_script():
    with pytest.raises(InterchangeError, match="no video track"):
        script(otio.schema.Timeline("nothing"))


def test_script_and_film_lie_side_by_side_and_replace_nothing(tmp_path):
    document, place = shots(2), tmp_path / "film.resolve-takes.xml"
    (tmp_path / "film.resolve-takes.py").write_text("mine")
    with pytest.raises(OutputError, match="exists"):
        export(document, place, to="resolve-takes")
    assert not place.exists()
    export(document, place, to="resolve-takes", force=True)
    assert "SLOTS" in (tmp_path / "film.resolve-takes.py").read_text("ascii")
    back, _ = read(place)
    assert len(back.video_tracks()) == 1
    assert not [c for c in back.find_clips() if metadata.read(c, "takes")]


def test_the_script_can_give_up_the_other_takes(capsys):
    document = shots(1, 3)
    text, _ = script(document)
    resolve = model(document)
    run(text.replace("FINALISE = False", "FINALISE = True"), resolve)
    assert resolve.items[0].GetTakesCount() == 0
    assert "2 takes" in capsys.readouterr().out


def test_the_script_without_its_shots_adds_nothing():
    media = Media("/x.mp4")
    resolve = Resolve("film", [(0, 24, media.file)])
    assert resolve_script.run(resolve) == ["0 takes were added to 0 shots."]


def rows(timeline):
    text, _ = take_sheet(timeline)
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_the_sheet_has_a_row_for_every_take(document):
    found = rows(document)
    assert tuple(found[0]) == COLUMNS
    assert [(row["slot"], row["take"], row["active"]) for row in found] == [
        (fields.slot_id(s), str(t + 1), "" if t else "yes")
        for s in range(3)
        for t in range(3)
    ]
    row = found[4]
    assert (row["weight"], row["review"], row["requires"]) == (
        "2", "quarantine", "night",
    )  # fmt: skip
    assert (row["record in"], row["record out"]) == ("00:00:01:00", "00:00:02:00")
    every = [
        take
        for clip in document.video_tracks()[0].find_clips()
        for take in (clip, *metadata.read(clip, "takes"))
    ]
    for take, row in zip(every, found, strict=True):
        begin = int(take.source_range.start_time.value)
        assert (int(row["in"]), int(row["out"])) == (begin, begin + 24)


def test_a_name_is_no_formula():
    document = shots(1, 2)
    next(iter(document.find_clips())).name = '=HYPERLINK("x")\n"'
    assert rows(document)[0]["name"] == '\'=HYPERLINK("x") "'
