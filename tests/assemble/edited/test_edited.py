"""A film comes back from an editor: what she did is there again, frame by frame."""

import dataclasses
import random
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from otio_genai import maps, metadata, rates
from otio_genai.assemble import Style, assemble
from otio_genai.assemble.edited import read_edit
from otio_genai.assemble.filmtoml.filmfile import default_film_file
from otio_genai.assemble.project import assemble_edited
from otio_genai.errors import AssembleError
from tests.support import bins as made
from tests.support.films import clips, joins, names, shown

pytestmark = pytest.mark.usefixtures("hurried")

RATE = Fraction(24)


@pytest.fixture(scope="module")
def pool(hurried):
    return made.bin_of(*made.pool(14, seed=3), made.music(20))


@pytest.fixture(scope="module")
def film(pool):
    return assemble(pool, Style(length_s=16, mean_shot_s=2.0), seed=1)


@pytest.fixture
def film_file(tmp_path):
    return default_film_file(tmp_path)


def sent(film):
    """Return the film as an editor without our metadata has it."""
    edited = otio.schema.Timeline("cut 7", global_start_time=rates.time(0, RATE))
    for track in film.tracks:
        plain = otio.schema.Track(track.name, kind=track.kind)
        for item in track:
            item = item.deepcopy()
            item.metadata.pop("otio_genai", None)
            if isinstance(item, otio.schema.Clip):
                item.media_reference.metadata.clear()
            plain.append(item)
        edited.tracks.append(plain)
    return edited


def gap(frames):
    return otio.schema.Gap(source_range=rates.span(0, frames, RATE))


def pictures(film, first=0, last=None):
    found = [
        tuple((a.url, a.source_frame, a.weight) for a in layers)
        for layers in maps.picture_map(film)
    ]
    # Sound may go on in black.
    while not found[-1]:
        found.pop()
    return found[first:last]


def sounds(film):
    return [dataclasses.replace(span, clip=None) for span in maps.sound_map(film)]


def test_every_cut_of_hers_is_kept_to_the_frame(pool, film, film_file):
    for seed in range(4):
        rng = random.Random(seed)
        edited = sent(film)
        track = edited.video_tracks()[0]
        shots = [track.pop(0).deepcopy() for _ in range(len(track))]
        shots = [shot for shot in shots if isinstance(shot, otio.schema.Clip)]
        rng.shuffle(shots)
        for number, shot in enumerate(shots[: rng.randrange(3, len(shots))]):
            length = rng.randrange(6, 100)
            shot.source_range = rates.span(rng.randrange(0, 121 - length), length, RATE)
            if number and rng.random() < 0.3:
                fade = otio.schema.Transition(
                    "",
                    "SMPTE_Dissolve",
                    rates.time(rng.randrange(1, 3), RATE),
                    rates.time(rng.randrange(0, 3), RATE),
                )
                track.append(fade)
            track.append(shot)
        again = assemble_edited(pool, film_file, edited, seed=seed)
        assert pictures(again) == pictures(edited)
        assert [type(item) for item in again.video_tracks()[0]] == list(
            map(type, edited.video_tracks()[0])
        )
        assert all(join["locked"] for join in joins(again))


def test_what_is_set_on_her_clips_stays(pool, film, film_file):
    edited = sent(film)
    clip = clips(edited)[2]
    metadata.put(clip, "opacity", [[0, 0.0], [12, 1.0]])
    clip.markers.append(otio.schema.Marker("here", clip.source_range, "RED"))
    edited.tracks.markers.append(
        otio.schema.Marker("scene 2", rates.span(9, 0, RATE), "CYAN")
    )
    kept = clips(assemble_edited(pool, film_file, edited))[2]
    assert metadata.read(kept, "opacity") == [[0, 0.0], [12, 1.0]]
    assert [marker.name for marker in kept.markers] == ["here"]
    # What the bin knows of the file is known again.
    assert metadata.read(kept.media_reference, "motion")


def test_retimed_and_foreign_clips_and_black_between_fades_stay(pool, film, film_file):
    edited = sent(film)
    track = edited.video_tracks()[0]
    clips(edited)[1].effects.append(otio.schema.LinearTimeWarp(time_scalar=0.5))
    clips(edited)[3].media_reference.target_url = "file:///stock/sea.mov"
    title = otio.schema.GeneratorReference(
        "Title", "Title", rates.span(0, 500, RATE), {"text": "The End"}
    )
    fade = otio.schema.Transition(
        "", "SMPTE_Dissolve", rates.time(6, RATE), rates.time(0, RATE)
    )
    track.extend([fade, gap(40)])
    track.append(otio.schema.Clip("The End", title, rates.span(0, 300, RATE)))
    again = assemble_edited(pool, film_file, edited)
    assert pictures(again) == pictures(edited)
    assert clips(again)[-1].media_reference.parameters["text"] == "The End"
    assert not any("held" in str(clip.name) for clip in clips(again))


def test_black_she_left_becomes_new_shots_and_nothing_slides(pool, film, film_file):
    edited = sent(film)
    track = edited.video_tracks()[0]
    spot = next(k for k, item in enumerate(track) if item is clips(edited)[3])
    frames = int(track[spot].source_range.duration.value)
    at = shown(film)[3].begin
    for near in (spot + 1, spot - 1):
        if isinstance(track[near], otio.schema.Transition):
            pytest.skip("a transition stands there")
    track[spot] = gap(frames)
    again = assemble_edited(pool, film_file, edited)
    assert maps.length_frames(again) == maps.length_frames(edited)
    assert all(pictures(again, at, at + frames))
    for first, last in ((0, at - 24), (at + frames + 24, None)):
        assert pictures(again, first, last) == pictures(edited, first, last)


def test_tracks_above_stay_where_they_are(pool, film, film_file):
    edited = sent(film)
    over = otio.schema.Track("Titles", kind="Video")
    over.extend([gap(30), clips(edited)[0].deepcopy()])
    edited.tracks.insert(1, over)
    again = assemble_edited(pool, film_file, edited)
    assert pictures(again) == pictures(edited)
    assert [track.name for track in again.video_tracks()] == ["Picture", "Titles"]


def test_her_sound_stays_when_asked(pool, film, film_file):
    edited = sent(film)
    again = assemble_edited(pool, film_file, edited, keep_sound=True)
    assert sounds(again) == sounds(edited)
    bed = again.audio_tracks()[0][0]
    assert metadata.read(bed.media_reference, "loudness")
    anew = assemble_edited(pool, film_file, edited)
    told = metadata.read(anew, "film")["warnings"]
    assert any("laid anew" in sentence for sentence in told)


def test_what_she_left_alone_stays_unless_its_file_is_gone(pool, film, film_file):
    edited = sent(film)
    before = clips(film)
    touched = {0, 4}
    untouched = {
        k: before[n]
        for n, k in enumerate(
            k
            for k, item in enumerate(edited.video_tracks()[0])
            if isinstance(item, otio.schema.Clip)
        )
        if n not in touched
    }
    again = assemble_edited(pool, film_file, edited, untouched=untouched)
    assert [s.frames for s in shown(again)] == [s.frames for s in shown(film)]
    assert shown(again) == shown(film)
    gone = made.bin_of(*(c.deepcopy() for c in pool if c.name != names(film)[2]))
    again = assemble_edited(gone, film_file, edited, untouched=untouched)
    kept = [a == b for a, b in zip(shown(again), shown(film), strict=True)]
    assert [number for number, same in enumerate(kept) if not same] == [2]
    assert names(again)[2] != names(film)[2]


def test_locks_outlast_the_next_plan(pool, film, film_file):
    edited = sent(film)
    again = assemble_edited(pool, film_file, edited)
    third = assemble(pool, Style(length_s=16), previous=again, seed=5)
    assert names(third) == names(edited)


def test_media_elsewhere_are_known_by_their_names(pool, film, film_file):
    edited = sent(film)
    for clip in clips(edited):
        name = Path(clip.media_reference.target_url).name
        clip.media_reference.target_url = f"file:///D:/Film/{name}"
    again = assemble_edited(pool, film_file, edited)
    assert names(again) == names(film)
    assert all(c.media_reference.target_url.count("/") == 3 for c in clips(again))


def test_media_that_count_from_another_timecode_show_the_same(pool, film, film_file):
    edited = sent(film)
    for clip in clips(edited):
        start = rates.time(86_400, RATE)
        available = clip.media_reference.available_range
        clip.media_reference.available_range = otio.opentime.TimeRange(
            start, available.duration
        )
        clip.source_range = otio.opentime.TimeRange(
            clip.source_range.start_time + start, clip.source_range.duration
        )
    again = assemble_edited(pool, film_file, edited)
    assert pictures(again) == pictures(film)


def test_nothing_given_is_changed(pool, film, film_file):
    edited = sent(film)
    kept = edited.to_json_string(), pool.to_json_string()
    one = assemble_edited(pool, film_file, edited)
    assert (edited.to_json_string(), pool.to_json_string()) == kept
    assert assemble_edited(pool, film_file, edited).to_json_string() == (
        one.to_json_string()
    )


def test_a_film_without_pictures_is_refused(pool):
    empty = otio.schema.Timeline("x", global_start_time=rates.time(0, RATE))
    empty.tracks.append(otio.schema.Track(kind="Video"))
    with pytest.raises(AssembleError, match="no picture"):
        read_edit(pool, empty, Style())


def with_baked(edited, at, name="carry_0123456789.mp4"):
    reference = otio.schema.ExternalReference(
        f"file:///out/carries/{name}", rates.span(0, 24, RATE)
    )
    baked = otio.schema.Clip("Carry 1", reference, rates.span(6, 12, RATE))
    over = otio.schema.Track("Carries", kind="Video")
    over.extend([gap(at - 6), baked])
    edited.tracks.insert(1, over)
    return edited


def plain_cut(film):
    """Return the number of a shot that enters by a cut, and its record frame."""
    track = film.video_tracks()[0]
    for number, shot in enumerate(clips(film)[1:], 1):
        spot = next(k for k, item in enumerate(track) if item is shot)
        if isinstance(track[spot - 1], otio.schema.Clip):
            return number, shown(film)[number].begin
    raise AssertionError


def test_a_baked_carry_stays_over_her_own_cut(pool, film, film_file):
    _, at = plain_cut(film)
    edited = with_baked(sent(film), at)
    again = assemble_edited(pool, film_file, edited)
    assert pictures(again) == pictures(edited)


def test_a_baked_carry_of_shots_sought_anew_is_a_carry_again(pool, film, film_file):
    number, at = plain_cut(film)
    edited = with_baked(sent(film), at)
    children = list(edited.video_tracks()[0])
    spot = next(
        k for k, item in enumerate(children) if item is clips(edited)[number - 1]
    )
    untouched = {spot: clips(film)[number - 1]}
    lost = clips(film)[number - 1].name
    gone = made.bin_of(*(c.deepcopy() for c in pool if c.name != lost))
    again = assemble_edited(gone, film_file, edited, untouched=untouched)
    assert joins(again)[number - 1]["planned"] == "carry"
    assert [track.name for track in again.video_tracks()] == ["Picture"]
