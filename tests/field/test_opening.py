"""A field opened from a bin or a film is an ordinary film that leaves much open."""

from __future__ import annotations

import copy
import functools
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai import maps, metadata
from otio_genai.assemble import assemble
from otio_genai.assemble.sound import mix
from otio_genai.assemble.sound.programme import CEILING_DBTP
from otio_genai.assemble.style import Style
from otio_genai.check import check
from otio_genai.errors import FieldError
from otio_genai.field import drawing
from otio_genai.field.document import is_field, read_field
from otio_genai.field.opening import open_field
from otio_genai.field.opening_film import STEPS
from otio_genai.field.opening_sound import _words, beat_offered
from otio_genai.field.realise import realise
from otio_genai.field.shots import shots_of, slots_wanted
from otio_genai.field.suiting import spread
from otio_genai.ingest import bin as bin_room
from tests.support import bins, fields

STYLE = Style(min_shot_s=0.5, mean_shot_s=1.5, max_shot_s=3.0, carry_share=0.3)


def bin_of(count, *, families=0, voice=False, music=False, seed=0, folders=False):
    clips = []
    for k in range(count):
        family = f"picture {k % families}" if families else ""
        made = fields.moving(f"take {k:02d}", 50 * seed + k, family=family)
        if folders:
            name = f"{k % folders + 1:02d} place"
            made.media_reference.target_url = f"file:///film/{name}/take{k}.mp4"
        clips.append(made)
    clips += [bins.music(40.0)] if music else []
    clips += [bins.voice([(0.1, 2.0)], 2.2, "words")] if voice else []
    return bin_room.make(clips)


@functools.cache
def sounding():
    """A field with music and a voice; never changed."""
    return open_field(bin_of(6, music=True, voice=True), STYLE, title="Brisés")


def contents(timeline):
    return [[o.content for o in slot.options] for slot in read_field(timeline).slots]


@settings(max_examples=3)
@given(st.integers(3, 9), st.integers(0, 99))
def test_every_take_of_a_bin_is_in_one_slot(count, seed):
    made = open_field(bin_of(count, seed=seed), STYLE, seed=seed)
    found = [one for slot in contents(made) for one in slot]
    assert sorted(found) == sorted(set(found)) and len(found) == count
    sizes = [len(slot) for slot in contents(made)]
    assert max(sizes) - min(sizes) <= 1


def test_a_bin_gets_the_slots_it_is_asked_for():
    found = bin_of(6)
    for slots in (1, 4):
        assert len(contents(open_field(found, STYLE, slots=slots))) == slots
    assert len(contents(open_field(found, STYLE))) == 2
    with pytest.raises(FieldError, match="cannot be 7 slots with 6 takes"):
        open_field(found, STYLE, slots=7)


def test_takes_of_one_picture_are_takes_of_one_slot():
    found = bin_of(9, families=3)
    made = read_field(open_field(found, STYLE))
    assert len(made.slots) == 3
    for slot in made.slots:
        assert len({option.material.family for option in slot.options}) == 1


def test_folders_with_numbers_are_shots():
    found = bin_of(10, families=2, folders=3)
    made = read_field(open_field(found, STYLE))
    folders = [
        {str(o.clip.media_reference.target_url).split("/")[-2] for o in slot.options}
        for slot in made.slots
    ]
    assert sorted(map(tuple, folders)) == [("01 place",), ("02 place",), ("03 place",)]


def test_shared_takes_are_offered_in_every_slot():
    made = contents(open_field(bin_of(6), STYLE, slots=3, share=True))
    assert [sorted(slot) for slot in made] == [sorted(made[0])] * 3
    assert len(made[0]) == 6 and len({slot[0] for slot in made}) == 3


def test_the_field_is_the_film_of_its_active_takes():
    made = sounding()
    assert is_field(made) and metadata.read(made, "film")["title"] == "Brisés"
    assert [p.text for p in check(made) if "missing" not in p.text] == []
    shown = maps.picture_map(made)
    assert len(shown) == metadata.read(made, "film")["length_frames"]
    names = {
        option.clip.name
        for slot in read_field(made).slots
        for option in slot.options[:1]
    }
    assert {layer.clip.name for frame in shown for layer in frame} == names


def test_sound_keeps_its_place_and_its_level():
    made = sounding()
    field = read_field(made)
    (voice,) = field.audio.voices
    track = next(t for t in made.audio_tracks() if t.name == "Voice")
    begin = (
        int(track[0].duration().value) if isinstance(track[0], otio.schema.Gap) else 0
    )
    lengths = [int(c.source_range.duration.value) for c in made.find_clips()][
        : len(field.slots)
    ]
    starts = np.cumsum([0, *lengths])
    assert starts[voice.slot] + voice.pad == begin
    assert begin < starts[voice.slot + 1]
    (spoken,) = track.find_clips()
    assert field.audio.gains.voice_db <= max(
        db for _, db in metadata.read(spoken, "levels")
    )
    assert -18 <= field.audio.gains.duck_db < 0
    assert field.audio.bed.source_range is None


def test_no_film_is_too_loud_to_be_shown_while_it_is_drawn():
    field = read_field(sounding())
    peaks_db = []
    for seed in range(20):
        film = metadata.read(realise(field, seed=seed), "film")
        peaks_db.append(film["programme"]["true_peak_dbtp"])
    # The programme's bound allows 2 dB for the ringing of a sound that is cut off.
    assert max(peaks_db) <= CEILING_DBTP + 2
    # And none is softer than it need be: the loudest comes near the ceiling.
    assert max(peaks_db) > CEILING_DBTP - 6


def of_loudness(clip, lufs, peak_dbtp, **media):
    told = {"integrated_lufs": lufs, "true_peak_dbtp": peak_dbtp, "lra_lu": 3.0}
    metadata.put(clip.media_reference, "loudness", told)
    facts = metadata.read(clip.media_reference, "media") | media
    metadata.put(clip.media_reference, "media", facts)
    return clip


def test_headroom_is_left_for_every_take_that_may_come():
    def opened(loud):
        clips = [
            of_loudness(
                fields.moving(name, k), -20.0, -2.0 if name == loud else -14.0,
                has_audio=True,
            )
            for k, name in enumerate(f"take {k}" for k in range(9))
        ]  # fmt: skip
        return open_field(bin_room.make(clips), style, slots=2)

    style = replace(STYLE, takes_sound="keep")
    quiet = opened("")
    active = {clip.name for clip in quiet.video_tracks()[0].find_clips()}
    film = next(
        film
        for film in (realise(quiet, seed=seed) for seed in range(40))
        if active.isdisjoint(c.name for c in film.video_tracks()[0].find_clips())
    )
    loud = film.video_tracks()[0][0].name
    peaks_db = {}
    field = read_field(opened(loud))
    for seed in range(40):
        film = realise(field, seed=seed)
        shown = {clip.name for clip in film.video_tracks()[0].find_clips()}
        peaks_db[loud in shown] = metadata.read(film, "film")["programme"]
    # Two takes may meet, of which one reaches the ceiling by itself.
    reached = {there: told["true_peak_dbtp"] for there, told in peaks_db.items()}
    assert CEILING_DBTP - 4 < reached[True] <= CEILING_DBTP
    assert reached[False] < reached[True]


def test_voices_and_takes_are_heard_at_one_loudness():
    clips = [
        of_loudness(fields.moving(f"take {k}", k), -16.0 - k, -9.0 - k, has_audio=True)
        for k in range(6)
    ]
    voices = [
        of_loudness(bins.voice([(0.1, 0.9)], 1.0, f"words {k}"), -15.0 - 6 * k, -4.0)
        for k in range(2)
    ]
    style = replace(STYLE, takes_sound="mix", max_shot_s=4.0, voice_at_s=0.5)
    made = open_field(bin_room.make([*clips, *voices]), style, slots=3)
    field = read_field(made)
    assert field.audio.gains.levelled
    film = realise(field, seed=1)
    for name in ("Voice", "Takes"):
        track = next(t for t in film.audio_tracks() if t.name == name)
        levels = [
            max(db for _, db in metadata.read(clip, "levels"))
            + metadata.read(clip.media_reference, "loudness")["integrated_lufs"]
            for clip in track.find_clips()
        ]
        assert len(levels) > 1 and np.ptp(levels) < 0.05
    # What somebody else laid is not levelled.
    for track in film.audio_tracks():
        for clip in track.find_clips():
            metadata.put(clip, "levels", None)
    assert not read_field(open_field(film)).audio.gains.levelled


@given(st.floats(-30, 0), st.lists(st.floats(0, 3), min_size=2, max_size=2))
def test_a_voice_before_its_words_is_reckoned_with_the_music_as_it_lies(depth, span):
    """Wherever music stands while a tenth of a second sounds, it is no higher."""
    begin, end = sorted(span)
    clip = bins.voice([(begin, end)], 3.5)
    told = metadata.read(clip.media_reference, "loudness")
    curve = {"hop_s": 0.1, "peaks_dbtp": [-6.0] * 35}
    metadata.put(clip.media_reference, "loudness", told | curve)
    _, lows = _words(clip, depth, STYLE)
    for at in (0, 7, 31):
        shapes = mix.duck([(begin + 1, end + 1)], depth, STYLE)
        keys = mix.levels(240, 0.0, Fraction(24), ducked=shapes) if shapes else []
        if keys:
            frames = np.linspace(24 + 2.4 * at, 24 + 2.4 * (at + 1), 40)
            law = np.interp(
                frames, *zip(*[(k, maps.gain(v)) for k, v in keys], strict=True)
            )
            assert law.max() <= lows[at] + 0.011
        else:
            assert lows[at] == 1


def test_joins_are_held_as_tightly_as_every_take_allows():
    made = open_field(bin_of(6, seed=3), STYLE)
    field = read_field(made)
    limit = field.motion.hard_max

    def all_reachable(at):
        told = copy.deepcopy(made)
        said = metadata.read(told, "field")
        said["motion"]["hard_max"] = at
        metadata.put(told, "field", said)
        try:
            found = drawing.reachable(drawing.space(read_field(told)))
        except FieldError:
            return False
        return all(all(slot) for slot in found)

    assert all_reachable(limit)
    assert not any(
        all_reachable(step) for step in STEPS if limit is None or step < limit
    )


def test_opening_changes_nothing_and_depends_on_nothing_else():
    found = bin_of(6, music=True)
    before = found.to_json_string()
    one, two = (open_field(found, STYLE, seed=2) for _ in range(2))
    assert found.to_json_string() == before
    assert one.to_json_string() == two.to_json_string()


def test_a_film_and_its_other_takes_become_a_field():
    film = assemble(bin_of(4), STYLE)
    clips = [c for c in film.video_tracks()[0] if isinstance(c, otio.schema.Clip)]
    other = fields.moving("another", 999)
    other.source_range = clips[0].source_range
    metadata.put(clips[0], "takes", [other])
    before = film.to_json_string()
    made = open_field(film)
    assert film.to_json_string() == before
    field = read_field(made)
    assert len(field.slots[0].options) == 2
    assert [s.kind for s in field.slots][1:] == [
        metadata.read(clip, "join")["planned"] for clip in clips[1:]
    ]
    assert field.style == STYLE and maps.picture_map(made)
    with pytest.raises(FieldError, match="a field already"):
        open_field(made)


def test_a_film_of_another_editor_says_what_it_lacks():
    bare = otio.schema.Timeline(
        "cut", global_start_time=otio.opentime.RationalTime(0, 24)
    )
    track = otio.schema.Track("V1", kind="Video")
    span = otio.opentime.TimeRange(
        otio.opentime.RationalTime(0, 24), otio.opentime.RationalTime(24, 24)
    )
    track.append(
        otio.schema.Clip("a", otio.schema.ExternalReference("file:///a.mp4"), span)
    )
    bare.tracks.append(track)
    with pytest.raises(FieldError) as caught:
        open_field(bare)
    assert any(
        "slot-001, take 1 (a): nothing is known" in i for i in caught.value.items
    )


@pytest.mark.parametrize("other", [3, "film.otio", None, bin_room.make([])])
def test_what_holds_no_film_is_refused(other):
    with pytest.raises(FieldError):
        open_field(other)


def test_what_belongs_to_a_bin_is_refused_with_films():
    with pytest.raises(FieldError) as caught:
        open_field(assemble(bin_of(3), STYLE), slots=2, share=True)
    assert caught.value.items == ("slots", "share")


@settings(max_examples=40)
@given(st.integers(1, 14), st.integers(1, 5), st.integers(0, 999))
def test_takes_are_spread_evenly_and_each_once(takes, slots, seed):
    rng = np.random.default_rng(seed)
    found = spread(rng.random((takes, slots)), [""] * takes, [""] * slots)
    counts = Counter(found)
    assert None not in counts and sum(counts.values()) == takes
    every = [counts.get(s, 0) for s in range(slots)]
    assert max(every) - min(every) <= 1


def test_takes_that_fit_nowhere_are_told_and_others_go_where_they_fit():
    table = np.array([[0.1, 1e6], [0.2, 1e6], [1e6, 1e6], [0.3, 1e6]])
    assert spread(table, [""] * 4, ["", ""]) == [0, 0, None, 0]


def test_one_round_of_takes_is_the_cheapest_there_is():
    table = np.array([[0.1, 0.2], [0.0, 0.9]])
    assert spread(table, ["", ""], ["", ""]) == [1, 0]


def test_how_many_slots_takes_want():
    assert slots_wanted(["a"] * 3 + ["b"] * 4 + ["c"]) == 3
    assert slots_wanted([""] * 9) == 3 and slots_wanted(["a"] * 9) == 3
    assert slots_wanted(["folder:1", "folder:2", "folder:2"]) == 2
    plain = [fields.moving(f"t{k}", k) for k in range(2)]
    assert shots_of(plain) == ["shot:t0", "shot:t1"]


def test_rates_that_are_no_whole_numbers_open_too():
    found = bin_of(6)
    made = open_field(found, STYLE, rate=Fraction(24000, 1001))
    assert read_field(made).rate == Fraction(24000, 1001)


@pytest.mark.parametrize("cut_on", ["beats", "auto"])
@pytest.mark.parametrize("shaken_s", [0.0, 0.1])
def test_an_even_beat_is_offered_where_the_style_cuts_on_beats(cut_on, shaken_s):
    """The grid that is offered lies on the beats."""
    beats = [0.3 + 0.6 * k + shaken_s * (k % 2) for k in range(40)]
    bed = bins.music(30.0)
    heard = {"beats_s": beats, "confidence": 0.9}
    metadata.put(bed.media_reference, "beats", heard)
    told = beat_offered(bed, Style(cut_on=cut_on))
    if cut_on == "auto" or shaken_s:
        assert told is None
    else:
        assert '"bpm": 100.000, "offset_s": 0.300' in told
    assert beat_offered(None, Style(cut_on=cut_on)) is None
