"""A film drawn from a field is an ordinary timeline, and any part of it the same."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai import check, maps, metadata
from otio_genai.assemble.planning import costs
from otio_genai.errors import FieldError
from otio_genai.field.document import read_field
from otio_genai.field.model import Chosen
from otio_genai.field.realise import (
    clashes,
    reaches_of,
    span_of,
    starts,
    timeline_of,
    voices_of,
)
from otio_genai.media import locate
from tests.support import fields

KINDS = ["match", "carry", "dissolve", "dip", "dry", "carry"]
# What a part says of a join; where in the music it lies is the whole film's.
JOINED = ("kind", "planned", "score", "motion_out", "motion_in", "confidence")
STYLE = replace(
    fields.STYLE, fade_in_s=0.25, fade_out_s=0.5, bed_fade_in_s=0.2, carry_s=0.4
)


@pytest.fixture(scope="module")
def field():
    """Seven slots, one of stills, every kind of join, a bed, a voice and stems."""
    return fields.field(
        7,
        3,
        kinds=KINDS,
        style=STYLE,
        still_slots=(3,),
        voices=(1, 4),
        bed=True,
        stems=2,
    )


def films(field):
    """Any film of all slots in order, whether or not its joins are good."""

    @st.composite
    def drawn(draw):
        return [draw(_chosen(field, number)) for number in range(len(field.slots))]

    return drawn()


@st.composite
def _chosen(draw, field, number):
    slot = field.slots[number]
    option = draw(st.integers(0, len(slot.options) - 1))
    take = slot.options[option]
    way = draw(st.sampled_from(take.ins))
    room = slot.longest if take.material.still else take.material.last - way
    longest = max(1, min(slot.longest, room))
    low = min(slot.shortest, longest)
    return Chosen(number, option, way, draw(st.integers(low, longest)))


def shown(timeline):
    """What each frame shows, without which clip object shows it."""
    return [
        tuple((a.url, a.source_frame, a.weight, a.clip_frame, a.sweep) for a in layers)
        for layers in maps.picture_map(timeline)
    ]


def pictures(timeline):
    return [c for c in timeline.video_tracks()[0] if isinstance(c, otio.schema.Clip)]


@settings(max_examples=8)
@given(data=st.data())
def test_nothing_is_wrong_with_a_film(field, data):
    film = data.draw(films(field))
    before = field.timeline.to_json_string()
    made = timeline_of(field, film)
    assert field.timeline.to_json_string() == before
    assert maps.length_frames(made) == sum(one.frames for one in film)
    wrong = [p for p in check(made) if p.code != "media-missing"]
    assert [p for p in wrong if p.severity == "error"] == []
    for clip, one in zip(pictures(made), film, strict=True):
        slot = field.slots[one.slot]
        assert metadata.read(clip, "slot") == {"id": slot.id}
        assert metadata.read(clip, "takes") is None
        assert clip.name == slot.options[one.option].clip.name
        assert clip.duration().value == one.frames
    facts = metadata.read(made, "film")
    assert "seed" not in facts
    assert "number" not in facts
    assert metadata.read(made, "field") is None


@settings(max_examples=8)
@given(data=st.data())
def test_the_record_of_joins_is_the_draw(field, data):
    film = data.draw(films(field))
    clips = pictures(timeline_of(field, film))
    for clip, a, b in zip(clips[1:], film, film[1:], strict=False):
        join = metadata.read(clip, "join")
        before = field.slots[a.slot].options[a.option].material
        after = field.slots[b.slot].options[b.option].material
        assert join["planned"] == field.slots[b.slot].kind
        if not before.still:
            (out,), _ = before.moves_at(np.array([a.way + a.frames]))
            np.testing.assert_allclose(join["motion_out"], out, atol=1e-5)
        if not after.still:
            _, (into,) = after.moves_at(np.array([b.way]))
            np.testing.assert_allclose(join["motion_in"], into, atol=1e-5)
        cost = costs.joins(
            "dissolve",
            np.array([join["motion_out"]]),
            np.array([join["motion_in"]]),
            field.style,
        )
        weight = field.style.weight_motion
        assert cost[0, 0] == pytest.approx(weight * (1 - join["score"]) / 4, abs=1e-3)


@settings(max_examples=8)
@given(data=st.data())
def test_a_part_shows_what_the_whole_shows(field, data):
    film = data.draw(films(field))
    first = data.draw(st.integers(0, len(film) - 1))
    last = data.draw(st.integers(first + 1, len(film)))
    # A part is the same whatever comes after it.
    known = data.draw(st.integers(last, len(film)))
    whole, at = timeline_of(field, film), starts(film)
    part = span_of(field, film[:known], first, last, ended=known == len(film))
    reach = [(0, 0), *reaches_of(field, film), (0, 0)]
    head = reach[first][1]
    tail = at[last] - at[first] - reach[last][0]
    frames = shown(whole)[at[first] : at[last]]
    # A prefix is not faded out: only its own end may tell the two apart.
    assert shown(part)[head:tail] == frames[head:tail]
    assert len(shown(part)) == len(frames)
    for mine, theirs in zip(pictures(part), pictures(whole)[first:last], strict=True):
        for key in ("framing", "slot"):
            assert metadata.read(mine, key) == metadata.read(theirs, key)
        joined = (metadata.read(one, "join", {}) for one in (mine, theirs))
        assert len({tuple(map(str, map(one.get, JOINED))) for one in joined}) == 1
        assert mine.source_range == theirs.source_range


def test_a_join_reaches_as_far_as_its_pictures_change(field):
    film = [Chosen(k, 0, field.slots[k].options[0].ins[-1], 20) for k in range(7)]
    whole = shown(timeline_of(field, film))
    dry = replace(field, slots=tuple(replace(s, kind="match") for s in field.slots))
    cut = shown(timeline_of(dry, film))
    changed = {k for k, (a, b) in enumerate(zip(whole, cut, strict=True)) if a != b}
    reached = set()
    for at, (before, after) in zip(
        starts(film)[1:], reaches_of(field, film), strict=False
    ):
        reached |= set(range(at - before, at + after))
    assert changed <= reached
    # The outermost frames of a dissolve and a carry may be as if there were none.
    assert len(reached) - len(changed) <= 2 * len(KINDS)
    assert changed


@pytest.mark.parametrize("frames", [12, 20, 30, 48])
def test_a_still_does_not_know_when_it_ends(field, frames):
    rest = [Chosen(k, 0, field.slots[k].options[0].ins[0], 16) for k in range(7)]
    film = [*rest[:3], Chosen(3, 1, 2, frames), *rest[4:]]
    longest = [*rest[:3], Chosen(3, 1, 2, field.slots[3].longest), *rest[4:]]
    keys = [
        metadata.read(pictures(timeline_of(field, one))[3], "framing")
        for one in (film, longest)
    ]
    assert keys[0] == keys[1]
    assert keys[0]["keys"][-1][0] >= field.slots[3].longest


def levels(timeline):
    return [
        (s.track, s.url, s.record_in_samples, s.record_out_samples, s.levels)
        for s in maps.sound_map(timeline)
    ]


def test_levels_are_the_fields_own(field):
    film = [Chosen(k, 0, field.slots[k].options[0].ins[0], 24) for k in range(7)]
    gains = replace(field.audio.gains, bed_db=-3.0, voice_db=1.5, duck_db=-6.0)
    field = replace(field, audio=replace(field.audio, gains=gains))
    made = timeline_of(field, film, stems=(1,))
    names = [track.name for track in made.audio_tracks()]
    assert names == ["Voice", "Bed", "Stem 1"]
    found = {}
    for span in maps.sound_map(made):
        found.setdefault(span.track, []).append(span)
    first, second = found["Voice"]
    pad = field.audio.voices[0].pad
    sample = lambda frame: frame * 48_000 // 24  # noqa: E731
    assert first.record_in_samples == sample(24 + pad)
    assert second.record_in_samples == sample(4 * 24 + pad)
    spoken = [value for _, value in first.levels]
    assert spoken == pytest.approx([maps.gain(1.5)] * len(spoken), rel=1e-3)
    for track, gain_db in (("Bed", -3.0), ("Stem 1", -6.0)):
        loud = max(value for _, value in found[track][0].levels)
        assert loud == pytest.approx(maps.gain(gain_db), rel=1e-3)
        at, values = zip(*found[track][0].levels, strict=True)
        low = np.interp(sample(24 + pad + 8), at, values)
        assert low == pytest.approx(maps.gain(gain_db - 6.0), rel=1e-2)


def test_sound_does_not_know_when_the_film_ends(field):
    film = [Chosen(k, 0, field.slots[k].options[0].ins[0], 24) for k in range(7)]
    whole = timeline_of(field, film, stems=(0,))
    part = timeline_of(field, film[:4], stems=(0,), ended=False)
    # Up to a second before the prefix ends; the second voice comes later.
    until = 3 * 48_000
    for track in ("Voice", "Bed", "Stem 1"):
        mine, theirs = (
            next(s for s in maps.sound_map(one) if s.track == track)
            for one in (part, whole)
        )
        assert mine.record_in_samples == theirs.record_in_samples
        assert mine.source_in_s == theirs.source_in_s
        for sample in range(0, until, 2400):
            at = sample - mine.record_in_samples
            a, b = (np.interp(at, *zip(*s.levels, strict=True)) for s in (mine, theirs))
            assert a == pytest.approx(b, abs=1e-6), (track, sample)


def test_voices_of_slots_left_out_are_not_heard(field):
    film = [Chosen(k, 0, field.slots[k].options[0].ins[0], 24) for k in (0, 2, 4)]
    assert [v.clip.name for v in voices_of(field, film)] == ["voice 4"]
    assert voices_of(field, film)[0].record_in == 48 + field.audio.voices[1].pad


def test_voices_that_meet_are_named(field):
    film = [Chosen(k, 0, field.slots[k].options[0].ins[0], 12) for k in (1, 4)]
    assert len(clashes(field, film)) == 1
    with pytest.raises(FieldError, match=r"voice 4 begins .* before voice 1 ends"):
        timeline_of(field, film)


def test_every_fault_of_a_film_is_named(field):
    film = [Chosen(9, 0, 0, 24), Chosen(1, 7, 0, 24), Chosen(2, 0, 0, 9999)]
    with pytest.raises(FieldError, match="does not hold") as caught:
        timeline_of(field, [*film, Chosen(3, 0, 99, 24)])
    assert len(caught.value.items) == 4
    for bad in ((0, 0), (2, 1), (0, 8), (-1, 2)):
        with pytest.raises(FieldError, match="no shots"):
            span_of(field, [Chosen(0, 0, 0, 24)] * 7, *bad)
    with pytest.raises(FieldError, match="at least one shot"):
        timeline_of(field, [])
    with pytest.raises(FieldError, match="no stem 4"):
        timeline_of(field, [Chosen(0, 0, 0, 24)], stems=(4,))


def test_a_film_says_how_to_draw_it_again_only_if_told(field):
    film = [Chosen(0, 0, 0, 24)]
    assert (
        metadata.read(timeline_of(field, film, told={"seed": 3}), "film")["seed"] == 3
    )
    assert Fraction(metadata.read(timeline_of(field, film), "film")["rate"]) == 24


def test_media_of_coded_takes_are_all_there(tmp_path):
    timeline = fields.coded(tmp_path / "takes", 3, 2, kinds=["dissolve", "carry"])
    field = read_field(timeline)
    film = [Chosen(k, 1, 12, 24) for k in range(3)]
    made = timeline_of(field, film)
    assert check(made) == []
    assert all(locate.path(c.media_reference).is_file() for c in pictures(made))
