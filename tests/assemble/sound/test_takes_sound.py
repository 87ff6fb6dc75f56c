"""The takes' own sound: laws of where it lies, and what is heard in a render."""

from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from otio_genai import maps, metadata, rates
from otio_genai.analyse.loudness import loudness
from otio_genai.assemble.sound import mix
from otio_genai.assemble.sound.takes_sound import (
    Heard,
    lay,
    loudest_lufs,
    sound_clip,
    takes_track,
)
from otio_genai.assemble.style import Style
from otio_genai.media import locate
from otio_genai.media import sound as media_sound
from otio_genai.media.write import FilmWriter
from otio_genai.render import render_film
from otio_genai.render.sound import Mixer
from tests.support import bins as made
from tests.support.marks import later

R = Fraction(24)
S = 48_000
RATES = [Fraction(24_000, 1001), Fraction(25), Fraction(16), R]


def take(name="take", lufs=-24.0, peak=-10.0, length_s=60.0, rate=R):
    """A take with sound that is as loud everywhere."""
    clip = made.take(name, rate=rate, frames=round(length_s * rate))
    hops = round(length_s * 10)
    facts = {"integrated_lufs": lufs, "true_peak_dbtp": peak, "hop_s": 0.1}
    curves = {"powers_db": [lufs] * hops, "peaks_dbtp": [peak] * hops}
    metadata.put(clip.media_reference, "loudness", facts | curves)
    return clip


def film(*lengths, split_s=None, handles=24, sounds=True, clip=None):
    """Shots one after the other, all of takes that sound alike."""
    shots, clock = [], 0
    for index, frames in enumerate(lengths):
        own = clip or take(f"take {index}")
        sounding = sounds if isinstance(sounds, bool) else sounds[index]
        shots.append(Heard(own, clock, frames, 48, handles, handles, sounding, split_s))
        clock += frames
    return shots


KEEP = Style(takes_sound="keep")
KEPT = take("kept")


@st.composite
def films(draw):
    lengths = draw(st.lists(st.integers(1, 80), min_size=1, max_size=7))
    shots, clock = [], 0
    for frames in lengths:
        head, tail = draw(st.integers(0, 60)), draw(st.integers(0, 60))
        split_s = draw(st.none() | st.floats(-3, 3))
        source_in = head + draw(st.integers(0, 30))
        sounds = draw(st.booleans())
        shots.append(Heard(KEPT, clock, frames, source_in, head, tail, sounds, split_s))
        clock += frames
    return shots


@given(films(), st.sampled_from(RATES), st.floats(-3, 3), st.floats(0, 2))
def test_sounds_lie_in_sync_inside_film_and_media(shots, rate, split_s, fade_s):
    style = Style(takes_sound="keep", split_s=split_s, takes_fade_s=fade_s)
    placed = lay(shots, rate, style)
    assert len(placed) == sum(shot.sounds for shot in shots)
    heard = [shot for shot in shots if shot.sounds]
    total = shots[-1].record_in + shots[-1].frames
    clock = 0
    for index, (shot, spot) in enumerate(zip(heard, placed, strict=True)):
        assert spot.frames >= 1
        assert clock <= spot.record_in
        clock = spot.record_in + spot.frames
        assert clock <= total
        # Sound and picture of a take never part.
        into, _ = spot.cross_frames
        after = placed[index + 1] if index + 1 < len(placed) else None
        out = after.cross_frames[1] if after else 0
        assert spot.source_in_frames - spot.record_in == (
            shot.source_in_frames - shot.record_in
        )
        assert spot.source_in_frames - into >= shot.source_in_frames - shot.head_frames
        end = spot.source_in_frames + spot.frames + out
        assert end <= shot.source_in_frames + shot.frames + shot.tail_frames
        if any(spot.cross_frames):
            assert placed[index - 1].record_in + placed[index - 1].frames == (
                spot.record_in
            )
            assert spot.fade_in_frames == 0 == placed[index - 1].fade_out_frames
        # Both cross-fades of a sound have room in it.
        inner = after.cross_frames[0] if after else 0
        assert spot.cross_frames[1] + inner <= spot.frames
    track = takes_track(placed, rate)
    timeline = otio.schema.Timeline(global_start_time=rates.time(0, rate))
    timeline.tracks.append(track)
    spans = maps.sound_map(timeline, S)
    assert len(spans) == len(placed)
    for spot, span in zip(placed, spans, strict=True):
        into = spot.cross_frames[0]
        assert span.record_in_samples == rates.sample_at(spot.record_in - into, rate, S)


def test_an_l_cut_goes_on_under_the_next_picture():
    first, second = lay(film(48, 48, split_s=0.5), R, KEEP)
    assert (first.record_in, first.frames) == (0, 60)
    assert (second.record_in, second.frames) == (60, 36)
    assert second.source_in_frames == 48 + 12


def test_a_j_cut_begins_before_its_picture():
    first, second = lay(film(48, 48, split_s=-0.5), R, KEEP)
    assert (first.record_in, first.frames) == (0, 36)
    assert (second.record_in, second.frames) == (36, 60)
    assert second.source_in_frames == 48 - 12


@pytest.mark.parametrize(
    ("split_s", "handles", "border"), [(2.0, 10, 58), (-2.0, 10, 38), (3, 99, 71)]
)
def test_splits_end_with_the_media_and_at_half_a_shot(split_s, handles, border):
    first, second = lay(film(48, 48, split_s=split_s, handles=handles), R, KEEP)
    assert first.frames == border == second.record_in


def test_takes_without_sound_leave_gaps_and_hear_their_neighbour():
    shots = film(48, 48, 48, split_s=0.5, sounds=(True, False, True))
    first, last = lay(shots, R, KEEP)
    assert (first.frames, last.record_in) == (60, 96)
    assert first.fade_out_frames == last.fade_in_frames == 2
    track = takes_track([first, last], R)
    kinds = [type(item).__name__ for item in track]
    assert kinds == ["Clip", "Gap", "Clip"]


@pytest.mark.parametrize(
    ("heads", "tails", "cross"),
    [(24, 24, (6, 6)), (2, 24, (2, 2)), (0, 24, (0, 12)), (5, 0, (5, 0))],
)
def test_cross_fades_need_handles(heads, tails, cross):
    shots = [Heard(KEPT, clock, 48, 48, heads, tails, True) for clock in (0, 48)]
    _, second = lay(shots, R, Style(takes_sound="keep", takes_fade_s=0.5))
    assert second.cross_frames == cross


def test_cross_fades_are_of_equal_power():
    placed = lay(film(48, 48), R, Style(takes_sound="keep", takes_fade_s=0.5))
    track = takes_track(placed, R)
    made_of = otio.schema.Timeline("film")
    made_of.tracks.append(track)
    before, after = maps.sound_map(made_of, S)
    assert before.fade_out_samples == after.fade_in_samples > 0
    assert (before.fade_out_curve, after.fade_in_curve) == ("power", "power")


def test_without_handles_sounds_fade_out_and_in():
    style = Style(takes_sound="keep", takes_fade_s=0.5)
    first, second = lay(film(48, 48, handles=0), R, style)
    assert second.cross_frames == (0, 0)
    assert first.fade_out_frames == second.fade_in_frames == 6


def test_sound_opens_and_closes_with_the_picture():
    style = Style(takes_sound="keep", fade_in_s=1.0, fade_out_s=1.5)
    first, last = lay(film(48, 96), R, style)
    assert (first.fade_in_frames, last.fade_out_frames) == (24, 36)


def test_dropped_sound_is_nowhere():
    assert lay(film(48, 48), R, Style(takes_sound="drop")) == []
    assert lay([], R, KEEP) == []
    assert len(takes_track([], R)) == 0


@pytest.mark.parametrize(
    ("style", "lufs", "peak", "gain_db"),
    [
        (KEEP, -24.0, -20.0, 10.0),
        (KEEP, -40.0, -30.0, 12.0),
        (KEEP, -24.0, -6.0, 5.0),
        (KEEP, -6.0, -1.0, -8.0),
        (Style(takes_sound="mix", takes_below_lu=12), -24.0, -6.0, -2.0),
        (Style(takes_sound="mix", profile="broadcast"), -24.0, -6.0, -11.0),
        (Style(takes_sound="keep", profile="cinema"), -24.0, -6.0, 0.0),
        (Style(takes_sound="mix", profile="cinema"), -24.0, -6.0, -12.0),
    ],
)
def test_takes_come_to_the_programme_or_below_it(style, lufs, peak, gain_db):
    (spot,) = lay(film(48, clip=take(lufs=lufs, peak=peak)), R, style)
    assert spot.gain_db == pytest.approx(gain_db, abs=0.02)
    assert loudest_lufs([spot], R) == pytest.approx(lufs + gain_db, abs=0.02)


def test_silence_with_its_noise_is_dropped():
    assert lay(film(48, clip=take(lufs=-55.0, peak=-44.0)), R, KEEP) == []


def test_only_the_part_that_is_heard_counts():
    loud = take()
    facts = metadata.read(loud.media_reference, "loudness")
    facts["powers_db"][:40] = [-34.0] * 40
    facts["peaks_dbtp"][60:] = [0.0] * len(facts["peaks_dbtp"][60:])
    metadata.put(loud.media_reference, "loudness", facts)
    (spot,) = lay([Heard(loud, 0, 24, 48, 0, 0, True)], R, KEEP)
    assert spot.gain_db == pytest.approx(9.0)


def test_ducks_go_through_the_cuts():
    style = Style(takes_sound="keep", takes_fade_s=0.0)
    ducks = mix.duck([(1.5, 3.0)], -10.0, style)
    placed = lay(film(48, 48, 48, clip=KEPT), R, style)
    track = takes_track(placed, R, ducked=ducks)
    whole = mix.levels(144, placed[0].gain_db, R, ducked=ducks)
    at = np.arange(48)
    for index, clip in enumerate(track.find_clips()):
        keys = metadata.read(clip, "levels")
        found = np.interp(at, [k for k, _ in keys], [maps.gain(v) for _, v in keys])
        wanted = np.interp(
            at + 48 * index, [k for k, _ in whole], [maps.gain(v) for _, v in whole]
        )
        assert found == pytest.approx(wanted, abs=0.005)


@pytest.fixture(scope="module")
def sounding(tmp_path_factory):
    """Takes of noise at three rates, 4 s each, as analysis knows them."""
    folder = tmp_path_factory.mktemp("sounding takes")
    found = []
    for seed, rate in enumerate((R, Fraction(25), Fraction(30_000, 1001))):
        path = folder / f"take {seed}.mp4"
        frames = round(4 * rate)
        noise = np.random.default_rng(seed).normal(size=(4 * S, 2))
        # Without the highs, which coding fills with noise of its own.
        noise = 0.03 * ndimage.uniform_filter1d(noise, 9, axis=0)
        with FilmWriter(path, 64, 64, rate, preset="ultrafast") as film_file:
            film_file.sound(noise.astype(np.float32))
            for _ in range(frames):
                film_file.video(np.full((64, 64, 3), 40 * seed, np.uint8))
        clip = made.take(f"take {seed}", rate=rate, frames=frames)
        clip.media_reference.target_url = locate.url(path)
        heard = loudness(media_sound.read(path), S).to_metadata()
        metadata.put(clip.media_reference, "loudness", heard)
        found.append((clip, media_sound.read(path), noise))
    return found


@pytest.mark.parametrize("rate", later(RATES, 2), ids=lambda r: f"{float(r):.3f}")
@pytest.mark.parametrize("split_s", [0.0, 0.4, -0.4])
def test_what_is_laid_is_heard_to_the_sample(sounding, tmp_path, rate, split_s):
    unit = int(rate)
    shots, clock = [], 0
    for clip, _, _ in sounding:
        shots.append(Heard(clip, clock, 2 * unit, unit // 2, unit // 2, unit, True))
        clock += 2 * unit
    style = Style(takes_sound="keep", split_s=split_s, takes_fade_s=0.2)
    placed = lay(shots, rate, style)
    timeline = otio.schema.Timeline(global_start_time=rates.time(0, rate))
    picture = otio.schema.Track("Picture", kind=otio.schema.TrackKind.Video)
    picture.extend(
        sound_clip(shot.clip, shot.source_in_frames, shot.frames, rate)
        for shot in shots
    )
    timeline.tracks.extend([picture, takes_track(placed, rate)])
    length = rates.sample_at(clock, rate, S)
    with Mixer(tuple(maps.sound_map(timeline, S)), length) as mixer:
        mixed = mixer.block(0, length)
    shift = rates.frames_at(split_s, rate)
    for index, (spot, (_, sound, noise)) in enumerate(
        zip(placed, sounding, strict=True)
    ):
        assert spot.record_in == (clock // 3 * index + shift if index else 0)
        fade = rates.frames_at(0.2, rate)
        begin = rates.sample_at(spot.record_in + fade, rate, S)
        end = rates.sample_at(spot.record_in + spot.frames - fade, rate, S)
        source = rates.sample_at(spot.source_in_frames + fade, rate, S)
        for lag in (0, 1):
            level = maps.gain(spot.gain_db)
            wanted = sound[source + lag : source + lag + end - begin] * level
            if np.allclose(mixed[begin:end], wanted, atol=2e-4):
                break
        else:
            pytest.fail(f"take {index} is not heard where it was laid")
        # The coded sound is where the noise was before it was coded.
        like = [
            np.corrcoef(mixed[begin:end, 0], noise[at : at + end - begin, 0])[0, 1]
            for at in range(source + lag - 3, source + lag + 4)
        ]
        assert int(np.argmax(like)) == 3
        assert like[3] > 0.95
    if rate == R and split_s == 0.4:
        done = render_film(timeline, tmp_path / "film.mp4")
        written = media_sound.read(done.path)[:length]
        turned = mixed * 10 ** (done.sound.gain_db / 20)
        assert np.corrcoef(written[:, 0], turned[:, 0])[0, 1] > 0.95
