"""What editors do to a film, and how it is told."""

from __future__ import annotations

import copy
import json
from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai import maps, metadata, rates
from otio_genai.errors import TimelineError
from otio_genai.interchange.diff import diff
from tests.support.marks import examples

RATE = Fraction(24)


def clip(name, start, length, **kept):
    reference = otio.schema.ExternalReference(
        f"file:///takes/{name}.mp4", rates.span(100, 200, RATE)
    )
    made = otio.schema.Clip(name, reference, rates.span(100 + start, length, RATE))
    for key, value in kept.items():
        metadata.put(made, key, value)
    return made


def gap(length):
    return otio.schema.Gap(source_range=rates.span(0, length, RATE))


def fade(before, after):
    offsets = (rates.time(before, RATE), rates.time(after, RATE))
    return otio.schema.Transition("", "SMPTE_Dissolve", *offsets)


def film(items, sounds=()):
    made = otio.schema.Timeline("film", global_start_time=rates.time(0, RATE))
    for kind, children in (("Video", items), ("Audio", sounds)):
        track = otio.schema.Track(kind=kind)
        track.extend(copy.deepcopy(child) for child in children)
        made.tracks.append(track)
    return made


A, B, C, D, E = (
    clip("a", 10, 48),
    clip("b", 20, 48),
    clip("c", 0, 24),
    clip("d", 5, 36),
    clip("e", 7, 24),
)
BEFORE = [A, B, C, D, E]


def told(after, before=BEFORE, sounds=((), ())):
    found = diff(film(before, sounds[0]), film(after, sounds[1]))
    return [(change.what, change.item, change.text) for change in found.changes]


@pytest.mark.parametrize(
    ("after", "wanted"),
    [
        (BEFORE, []),
        (
            [A, clip("b", 20, 36), C, D, E],
            [
                ("trimmed", "b", "trimmed: 12 frames off its end"),
                ("shifted", "c", "shifted 12 frames earlier, with 2 after it"),
            ],
        ),
        (
            [A, gap(10), clip("b", 30, 38), C, D, E],
            [("trimmed", "b", "trimmed: 10 frames off its start")],
        ),
        (
            [A, clip("b", 30, 38), C, D, E],
            [
                ("trimmed", "b", "trimmed: 10 frames off its start"),
                ("shifted", "c", "shifted 10 frames earlier, with 2 after it"),
            ],
        ),
        (
            [clip("a", 10, 50), clip("b", 22, 46), C, D, E],
            [
                ("trimmed", "a", "trimmed: 2 frames more at its end"),
                ("trimmed", "b", "trimmed: 2 frames off its start"),
            ],
        ),
        (
            [A, clip("b", 23, 48), C, D, E],
            [("slipped", "b", "slipped: shows its medium 3 frames later")],
        ),
        (
            [clip("a", 10, 44), gap(0), B, clip("c", 0, 28), D, E],
            [
                ("trimmed", "a", "trimmed: 4 frames off its end"),
                ("shifted", "b", "shifted 4 frames earlier, with 1 after it"),
                ("trimmed", "c", "trimmed: 4 frames more at its end"),
            ],
        ),
        (
            [A, clip("x", 0, 12), B, C, D, E],
            [
                ("added", "x", "added"),
                ("shifted", "b", "shifted 12 frames later, with 3 after it"),
            ],
        ),
        (
            [A, C, D, E],
            [
                ("removed", "b", "removed"),
                ("shifted", "c", "shifted 48 frames earlier, with 2 after it"),
            ],
        ),
        ([A, gap(48), C, D, E], [("removed", "b", "removed")]),
        ([A, clip("x", 3, 48), C, D, E], [("replaced", "b", "replaced by x")]),
        (
            [A, clip("b", 20, 20), clip("b", 40, 28), C, D, E],
            [("cut", "b", "cut in 2")],
        ),
        (
            [B, C, D, E, A],
            [
                ("shifted", "b", "shifted 48 frames earlier, with 3 after it"),
                ("moved", "a", "moved 132 frames later, past other clips"),
            ],
        ),
        (
            [A, fade(6, 6), B, C, D, E],
            [("join", "b", "join at its entry: a cut became a dissolve of 12 frames")],
        ),
        (
            [A, B, C, D, E, fade(12, 0)],
            [
                (
                    "join",
                    "e",
                    "join at its end: a cut became a fade of 12 frames, "
                    "12 before the cut",
                )
            ],
        ),
        (
            [A, clip("b", 20, 48, levels=[[0, -6.0]]), C, D, E],
            [("level", "b", "level: +0 dB became -6 dB")],
        ),
        (
            [A, clip("b", 20, 48, opacity=[[0, 0.0], [9, 1.0]]), C, D, E],
            [("opacity", "b", "opacity: 100 % became 2 keyframes")],
        ),
        (
            [A, clip("b", 20, 48, framing={"keys": [[0, 1.5, 0, 0, 0]]}), C, D, E],
            [("framing", "b", "framing: as it is became 150 %")],
        ),
    ],
)
def test_edits_are_told_as_they_were_made(after, wanted):
    assert told(after) == wanted


def test_cut_parts_are_made_one_again():
    parts = [A, clip("b", 20, 20), clip("b", 40, 28), C, D, E]
    assert told(BEFORE, parts) == [("rejoined", "b", "2 parts made one again")]


def test_keyframes_stay_on_their_pictures_when_the_start_is_trimmed():
    keyed = clip("b", 20, 48, opacity=[[10, 0.0], [20, 1.0]])
    trimmed = clip("b", 26, 42, opacity=[[4, 0.0], [14, 1.0]])
    assert told([trimmed, C], [keyed, C])[0][0] == "trimmed"
    assert "opacity" not in {what for what, *_ in told([trimmed, C], [keyed, C])}


def test_sound_that_goes_with_its_picture_is_told_with_it():
    after = [A, clip("b", 20, 36), C]
    found = diff(film([A, B, C], [A, B, C]), film(after, after))
    assert [(c.what, c.also) for c in found.changes] == [
        ("trimmed", ("Audio 1",)),
        ("shifted", ("Audio 1",)),
    ]
    assert "(and on Audio 1)" in found.readable()


def test_sound_changed_alone_is_told_alone():
    found = diff(film([A, B], [A, B]), film([A, B], [A, clip("b", 20, 40)]))
    assert [(c.what, c.after.kind) for c in found.changes] == [("trimmed", "Audio")]


def test_speed_is_told_without_a_slip():
    fast = clip("b", 20, 48)
    fast.effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
    assert told([A, fast, C], [A, B, C]) == [
        ("speed", "b", "speed: 100 % became 200 %")
    ]


def test_another_take_of_one_shot_is_called_so():
    shot = clip("b", 20, 48)
    metadata.put(shot, "takes", [clip("x", 0, 48)])
    assert told([A, clip("x", 0, 48), C], [A, shot, C]) == [
        ("replaced", "b", "replaced by x (another take of the same shot)")
    ]


def test_a_track_of_its_own_below_does_not_make_all_others_move():
    before, after = film([A, B]), film([A, B])
    under = otio.schema.Track("under", kind="Video")
    under.append(clip("x", 0, 30))
    after.tracks.insert(0, under)
    found = diff(before, after)
    assert {change.what for change in found.changes} == {"track", "added"}


def test_a_clip_on_another_track_has_moved():
    before, after = film([A, B, C]), film([A, gap(48), C])
    over = otio.schema.Track("V2", kind="Video")
    over.extend([gap(48), copy.deepcopy(B)])
    after.tracks.insert(1, over)
    (change,) = [c for c in diff(before, after).changes if c.what != "track"]
    assert change.text == "moved from Video 1 to Video 2"


def test_media_that_lie_elsewhere_are_known_by_name_and_by_content():
    moved = copy.deepcopy(B)
    moved.media_reference.target_url = "file:///D:/other/B.mp4"
    assert told([A, moved, C], [A, B, C]) == []
    renamed = copy.deepcopy(moved)
    renamed.media_reference.target_url = "file:///other/001.mp4"
    assert told([A, renamed, C], [A, B, C])[0][0] == "replaced"
    known = copy.deepcopy(B)
    for one in (known, renamed):
        metadata.put(one.media_reference, "hash", {"bytes": "abc"})
    assert told([A, renamed, C], [A, known, C]) == []


def test_the_film_and_its_tracks_are_told_first():
    before, after = film([A]), film([A])
    metadata.put(before, "film", {"rate": "24/1", "width": 640, "height": 360})
    metadata.put(after, "film", {"rate": "24/1", "width": 1920, "height": 1080})
    after.tracks[0].enabled = False
    metadata.put(after.tracks[0], "locked", True)
    after.tracks.markers.append(
        otio.schema.Marker("here", rates.span(12, 0, RATE), "RED")
    )
    assert [c.text for c in diff(before, after).changes] == [
        "picture size: 640x360 became 1920x1080",
        "marker added: here at 00:00:00:12",
        "track switched off",
        "track locked",
    ]


def test_it_is_json_and_text():
    found = diff(film(BEFORE), film([A, C, D, E]))
    data = json.loads(json.dumps(found.to_json()))
    assert not data["same"]
    assert data["counts"] == {"removed": 1, "shifted": 1}
    assert data["changes"][0]["before"]["record_in"] == "00:00:02:00"
    assert data["changes"][0]["after"] is None
    assert found.readable().splitlines()[0] == "Video 1 · b · 00:00:02:00: removed"
    assert diff(film(BEFORE), film(BEFORE)).readable() == "Nothing changed."


def test_a_timeline_without_a_rate_is_refused():
    with pytest.raises(TimelineError):
        diff(otio.schema.Timeline(), film(BEFORE))


_CLIPS = st.lists(
    st.builds(clip, st.sampled_from("abcd"), st.integers(0, 90), st.integers(1, 80)),
    max_size=9,
)


@given(_CLIPS)
@settings(deadline=None, max_examples=40)
def test_a_timeline_is_like_itself(items):
    found = diff(film(items, items), film(items, items))
    assert found.same
    assert found.kept == 2 * len(items)


@given(_CLIPS, _CLIPS)
@examples(80, 25)
def test_every_clip_is_accounted_for(before, after):
    one, other = film(before), film(after)
    kept = [one.to_json_string(), other.to_json_string()]
    found = diff(one, other)
    assert [one.to_json_string(), other.to_json_string()] == kept
    counts = found.counts()
    split = counts.get("cut", 0) or counts.get("rejoined", 0)
    if not split:
        grown = counts.get("added", 0) - counts.get("removed", 0)
        assert len(before) + grown == len(after)
    shown = [[(c.name, c.source_range) for c in items] for items in (before, after)]
    assert found.same == (shown[0] == shown[1])


def nested(*items):
    stack = otio.schema.Stack("scene 2", source_range=rates.span(0, 60, RATE))
    track = otio.schema.Track("V1", kind="Video")
    track.extend(copy.deepcopy(item) for item in items)
    stack.append(track)
    return stack


def test_what_changed_within_a_nested_sequence_is_one_change():
    assert told([nested(A, B), C], [nested(A, B), C]) == []
    assert told([nested(A, clip("b", 20, 40)), C], [nested(A, B), C]) == [
        ("nested", "scene 2", "changed inside: 1 clip trimmed")
    ]


def test_the_curve_of_a_crossfade_is_told():
    power = fade(5, 5)
    metadata.put(power, "curve", "power")
    sounds = ([A, fade(5, 5), B], [A, power, B])
    ((what, _, text),) = told([A, B], [A, B], sounds)
    assert what == "join"
    assert text.endswith("became a constant-power dissolve of 10 frames")


@given(_CLIPS, _CLIPS, _CLIPS)
@examples(60, 25)
def test_what_is_untouched_shows_the_same_frames(head, kept, tail):
    before, after = film([*head, *kept]), film([*kept, *tail])
    found = diff(before, after)
    shown = [_frames(timeline) for timeline in (before, after)]
    for one, other in found.untouched:
        assert (
            shown[0][one.record_in : one.record_out]
            == shown[1][other.record_in : other.record_out]
        )
    told = {change.after for change in found.changes}
    alone = {place for _, place in found.untouched}
    parts = sum(change.what == "cut" for change in found.changes)
    clips = len(kept) + len(tail)
    assert len(alone) + len((told - alone) - {None}) >= clips - 9 * parts


def _frames(timeline):
    return [
        tuple((layer.url, layer.source_frame) for layer in layers)
        for layers in maps.picture_map(timeline)
    ]


def test_clips_without_any_media_are_known_by_their_names():
    empty = otio.schema.Clip("x", None, rates.span(0, 20, RATE))
    assert told([A, empty, C], [A, empty, C]) == []
    assert told([A, empty], [A, clip("y", 0, 20)]) == [
        ("replaced", "y", "replaced by x")
    ]


def test_the_changes_are_summed_up_in_words():
    after = [copy.deepcopy(child) for child in (A, B, fade(4, 4), C, fade(3, 3), D)]
    after[0].enabled = False
    metadata.put(after[1], "opacity", [[0, 0.5]])
    found = diff(film(BEFORE[:4]), film(after))
    last = found.readable().splitlines()[-1]
    assert last.startswith("2 joins changed, 1 clip disabled, 1 opacity changed; ")
    other = film(BEFORE[:4])
    other.name = "another"
    metadata.put(other, "film", {"width": 640, "height": 360})
    one = film(BEFORE[:4])
    metadata.put(one, "film", {"width": 1280, "height": 720})
    last = diff(one, other).readable().splitlines()[-1]
    assert last == "2 settings of the film changed; 4 clips as they were"
