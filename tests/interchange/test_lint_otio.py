"""Each rule of ``.otio`` with a document that breaks it and nothing else."""

import json
import math
from fractions import Fraction

import opentimelineio as otio
import pytest

from otio_genai import metadata, rates
from otio_genai.export import export
from otio_genai.export.linting import lint_file
from otio_genai.interchange.dialects.premiere_values import SPACE
from otio_genai.interchange.lint_otio import lint_otio
from otio_genai.media import locate
from tests.support import project

RATE = Fraction(24)


def clip(name="a", start=10, length=48, *, begin=0, frames=200, rate=RATE):
    reference = otio.schema.ExternalReference(
        f"file:///takes/{name}.mp4", rates.span(begin, frames, RATE)
    )
    return otio.schema.Clip(name, reference, rates.span(begin + start, length, rate))


def fade(before=6, after=6):
    offsets = (rates.time(before, RATE), rates.time(after, RATE))
    return otio.schema.Transition("", "SMPTE_Dissolve", *offsets)


def film(*items):
    made = otio.schema.Timeline("film", global_start_time=rates.time(0, RATE))
    track = otio.schema.Track("V1", kind="Video")
    track.extend(items)
    made.tracks.append(track)
    return made


def kept(key, value, item=None):
    found = item or clip()
    metadata.put(found, key, value)
    return found


def with_marker(frame):
    found = clip()
    found.markers.append(otio.schema.Marker("m", rates.span(frame, 0, RATE)))
    return found


def warped(scalar, **how):
    found = clip(**how)
    found.effects.append(otio.schema.LinearTimeWarp(time_scalar=scalar))
    return found


def linked(url, name="a"):
    found = clip(name)
    found.media_reference.target_url = url
    return found


def without_range():
    found = clip()
    found.media_reference.available_range = None
    return found


def two_tracks(name):
    made = film(clip())
    made.tracks.append(otio.schema.Track(name, kind="Video"))
    return made


def without_start():
    made = film(clip())
    made.global_start_time = None
    return made


def nested_stack():
    made = film(clip())
    made.tracks.append(otio.schema.Stack("nested"))
    return made


CLEAN = [
    film(clip(), fade(), clip("b")),
    film(clip(begin=86_400), warped(2.0, name="b", start=0, length=100)),
    film(fade(0, 12), clip(), otio.schema.Gap(source_range=rates.span(0, 5, RATE))),
    film(kept("levels", [[0, -200.0], [9, 12.0]]), with_marker(12)),
]

BROKEN = {
    "start": without_start(),
    "names": two_tracks(""),
    "names: twice": two_tracks("V1"),
    "names: control": film(clip("a\x07")),
    "tracks": nested_stack(),
    "lengths": film(clip(length=0), clip("b")),
    "whole frames": film(clip(length=10.5), clip("b", length=10.5)),
    "one rate": film(clip(rate=Fraction(48), length=96)),
    "media": film(clip(), otio.schema.Clip("x", None, rates.span(0, 9, RATE))),
    "available range": film(without_range()),
    "media timecode": film(clip(begin=86_400, start=-86_400)),
    "handles": film(clip(start=180)),
    "handles: retimed": film(warped(3.0, start=100)),
    "handles: transition": film(clip(start=152), fade(0, 6), clip("b")),
    "transitions: long": film(clip(length=4), fade(6, 6), clip("b")),
    "transitions: row": film(clip(), fade(), fade(), clip("b")),
    "transitions: overlap": film(
        clip(), fade(), clip("b", length=8), fade(), clip("c")
    ),
    "markers": film(with_marker(5)),
    "keyframes": film(kept("opacity", [[9, 1.0], [0, 0.0]])),
    "keyframes: form": film(kept("levels", [[0]])),
    "levels": film(kept("levels", [[0, 20.0]])),
    "opacity": film(kept("opacity", [[0, 1.5]])),
    "file names": film(clip(), linked("file:///other/A.mp4", "b")),
    "addresses": film(linked("takes/a.mp4")),
    "addresses: encoding": film(linked("file:///été.mp4")),
}


@pytest.mark.parametrize("timeline", CLEAN)
def test_what_breaks_no_rule(timeline):
    assert lint_otio(timeline.to_json_string()) == []


@pytest.mark.parametrize("case", BROKEN)
def test_each_rule_has_a_document_that_breaks_it(case):
    found = lint_otio(BROKEN[case].to_json_string())
    assert {finding.rule for finding in found} == {case.partition(":")[0]}
    assert all(finding.text.endswith(".") for finding in found)


def test_missing_files_are_named_only_when_asked(tmp_path):
    text = film(clip()).to_json_string()
    assert lint_otio(text) == []
    assert [f.rule for f in lint_otio(text, media=True)] == ["media"]


def test_files_that_are_not_as_stated_are_named(tmp_path):
    path = project.drifting(tmp_path / "take.mp4", 24, RATE)
    right = linked(locate.url(path))
    right.media_reference.available_range = rates.span(0, 24, RATE)
    right.source_range = rates.span(0, 24, RATE)
    assert lint_otio(film(right).to_json_string(), media=True) == []
    other = linked(locate.url(path))
    other.media_reference.available_range = rates.span(86_400, 48, RATE)
    other.source_range = rates.span(86_400, 24, RATE)
    found = lint_otio(film(other).to_json_string(), media=True)
    assert [f.rule for f in found] == ["media timecode", "file duration"]
    assert "begins at 00:00:00:00, the timeline says 01:00:00:00" in found[0].text
    path.write_text("no film")
    found = lint_otio(film(right).to_json_string(), media=True)
    assert [f.rule for f in found] == ["media"]


def test_relative_addresses_are_those_of_the_documents_folder(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    project.drifting(home / "a take.mp4", 24, RATE)
    taken = linked("a%20take.mp4")
    taken.media_reference.available_range = rates.span(0, 24, RATE)
    taken.source_range = rates.span(0, 24, RATE)
    place = home / "film.otio"
    place.write_text(film(taken).to_json_string(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for path in (place, "home/film.otio"):
        assert [f.rule for f in lint_file(path, media=True)] == ["addresses"]
    (home / "a take.mp4").unlink()
    assert [f.rule for f in lint_file(place, media=True)] == ["addresses", "media"]


def premieres(*items):
    made = film(*items)
    made.tracks.metadata[SPACE] = {"VideoFrameRate": 24.0}
    return made


def test_a_length_in_source_time_is_counted_as_premiere_counts():
    # 10 record frames at 2.5 and at 0.0025 of the speed.
    fast = premieres(warped(2.5, length=25), clip("b"))
    slow = premieres(warped(0.0025, length=0.025), clip("b"))
    assert lint_otio(fast.to_json_string()) == lint_otio(slow.to_json_string()) == []
    # 11 record frames at 2.4 last 26.4 of the source, which are stated as 26.
    near = premieres(warped(2.4, length=26), clip("b"))
    assert lint_otio(near.to_json_string()) == []
    torn = premieres(warped(2.5, length=26), clip("b"))
    found = lint_otio(torn.to_json_string())
    assert {f.rule for f in found} == {"whole frames"}
    assert "b, 00:00:00:10" in found[-1].place
    # Others state the record length.
    assert lint_otio(film(warped(2.5, length=10.4)).to_json_string())


def test_a_marker_of_a_retimed_clip_is_sought_in_source_time():
    fast = warped(2.0, length=40)
    fast.markers.append(otio.schema.Marker("m", rates.span(45, 0, RATE)))
    assert lint_otio(premieres(fast).to_json_string()) == []


@pytest.mark.parametrize("to", ["otio-premiere", "otio-resolve"])
def test_what_the_writer_calls_exact_breaks_no_rule(to, tmp_path):
    mixed = clip("b")
    mixed.media_reference.available_range = rates.span(0, 200, Fraction(30))
    mixed.source_range = rates.span(12, 30, Fraction(30))
    timeline = film(warped(5.00012, start=0, length=30), mixed, warped(0.3, name="c"))
    loss = export(timeline, tmp_path / "a.otio", to=to)
    assert not loss.lossy
    assert lint_file(tmp_path / "a.otio") == []


def test_places_are_timecodes_of_the_film():
    ntsc = Fraction(30000, 1001)
    made = film(clip(rate=ntsc, length=1800), without_range())
    start = rates.frame_of_timecode("01:00:00;00", ntsc)
    made.global_start_time = rates.time(start, ntsc)
    metadata.put(made, "film", {"rate": rates.text(ntsc), "drop_frame": True})
    found = lint_otio(made.to_json_string())
    assert "a, 01:01:00;02" in found[-1].place
    # A nested sequence counts from its own beginning.
    inner = otio.schema.Stack("inner", children=[made.tracks[0].deepcopy()])
    del made.tracks[0][:]
    made.tracks[0].append(inner)
    found = lint_otio(made.to_json_string())
    assert "inner, 01:00:00;00 · V1, a, 00:01:00:00" in found[-1].place


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "<xmeml/>",
        '{"OTIO_SCHEMA": "Bin.1"}',
        '{"OTIO_SCHEMA": "Timeline.9"}',
        '{"OTIO_SCHEMA": "Timeline.1", "name": "x"}',
        "[" * 100_000,
    ],
)
def test_what_is_no_timeline_is_one_finding(text):
    assert [finding.rule for finding in lint_otio(text)] == ["well-formed"]


def test_nothing_but_findings_comes_of_odd_numbers():
    document = json.loads(film(clip(), fade(), clip("b")).to_json_string())
    items = document["tracks"]["children"][0]["children"]
    for value in (-1, 1e18, 0.1, math.pi, -1e9):
        for part in ("start_time", "duration"):
            times = items[0]["source_range"][part]
            before, times["value"] = times["value"], value
            assert isinstance(lint_otio(json.dumps(document)), list)
            times["value"] = before


def test_the_corpus_is_read(shared):
    for path in sorted((shared / "corpus" / "otio").glob("*.otio")):
        assert isinstance(lint_otio(path.read_text("utf-8")), list)
