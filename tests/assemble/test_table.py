"""The joins of any timeline, numbered and told."""

from fractions import Fraction

import opentimelineio as otio
from hypothesis import given
from hypothesis import strategies as st

from otio_genai import metadata, rates
from otio_genai.assemble.table import joins, joins_text

RATE = Fraction(24)
KNOWN = {
    "kind": "match",
    "planned": "match",
    "score": 0.914,
    "confidence": 0.8,
    "motion_out": [-0.12, 0.0, 0.0, 0.0],
    "motion_in": [0.0, 0.0, 0.0, 0.0],
    "place": "phrase",
    "distance_frames": 0,
    "why": "the motion continues: left at 0.12, then still; on a phrase at 00:00:02:00",
}


def clip(name, frames, **join):
    span = rates.span(0, 240, RATE)
    made = otio.schema.Clip(
        name,
        otio.schema.ExternalReference(f"file:///{name}.mp4", span),
        rates.span(24, frames, RATE),
    )
    if join:
        metadata.put(made, "join", join)
    return made


def transition(kind="", name="Cross Dissolve"):
    made = otio.schema.Transition(
        name, "SMPTE_Dissolve", rates.time(4, RATE), rates.time(4, RATE)
    )
    if kind:
        metadata.put(made, "carry", {"kind": kind})
    return made


def film(*items):
    timeline = otio.schema.Timeline("film")
    timeline.tracks.append(otio.schema.Track("V", kind="Video"))
    timeline.tracks[0].extend(items)
    return timeline


def test_joins_of_ours():
    found = joins(film(clip("a", 48), clip("b", 24, **KNOWN), clip("c", 24)))
    here = {"number": 1, "record_frame": 48, "timecode": "00:00:02:00"}
    assert found[0] == {**here, "from": "a", "to": "b", **KNOWN}
    assert (found[1]["number"], found[1]["record_frame"]) == (2, 72)
    assert joins_text(found).split("\n") == [
        "#  timecode     kind   score  from → to  motion out → in       place",
        "1  00:00:02:00  match   0.91  a → b      left at 0.12 → still  phrase",
        f"   {KNOWN['why']}",
        "2  00:00:03:00  cut           b → c",
    ]


def test_joins_of_others():
    items = [
        clip("a", 24),
        transition(),
        clip("b", 24),
        transition("dip"),
        clip("c", 9),
    ]
    assert [join["kind"] for join in joins(film(*items))] == ["Cross Dissolve", "dip"]
    gap = otio.schema.Gap(source_range=rates.span(0, 12, RATE))
    found = joins(film(clip("a", 24), gap, clip("b", 24), clip("c", 24)))
    assert [(join["from"], join["record_frame"]) for join in found] == [("b", 60)]
    assert joins(film(clip("a", 24))) == []


def test_distances_and_long_names():
    near = {**KNOWN, "place": "beat", "distance_frames": -1, "why": ""}
    text = joins_text(joins(film(clip("a", 24), clip("b" * 60, 24, **near))))
    assert text.endswith("beat -1 frame")
    assert "b" * 11 + "…" + "b" * 12 in text
    late = {**near, "distance_frames": 2}
    assert joins_text(joins(film(clip("a", 24), clip("b", 9, **late)))).endswith(
        "+2 frames"
    )


@given(lengths=st.lists(st.integers(1, 100), min_size=1, max_size=6))
def test_joins_fall_where_the_clips_before_them_end(lengths):
    timeline = film(*(clip(str(k), frames) for k, frames in enumerate(lengths)))
    before = timeline.to_json_string()
    found = joins(timeline)
    assert [join["number"] for join in found] == list(range(1, len(lengths)))
    ends = [sum(lengths[: k + 1]) for k in range(len(lengths) - 1)]
    assert [join["record_frame"] for join in found] == ends
    assert timeline.to_json_string() == before
