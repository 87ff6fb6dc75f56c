"""The whole sound of a film as tracks, over rates and over what is missing."""

from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest

from otio_genai import maps, metadata, rates
from otio_genai.analyse.loudness import loudness
from otio_genai.assemble.sound import mix
from otio_genai.assemble.sound.programme import CEILING_DBTP
from otio_genai.assemble.sound.soundtrack import Constant, soundtrack
from otio_genai.assemble.sound.takes_sound import Heard
from otio_genai.assemble.style import Style
from otio_genai.media import locate
from otio_genai.media.write import write_wav
from otio_genai.render.sound import Mixer
from tests.support import bins as made
from tests.support import synth
from tests.support.marks import later

S = 48_000
RATES = [Fraction(24), Fraction(24_000, 1001), Fraction(25), Fraction(16)]
WORDS = ((0.5, 3.0), (3.4, 6.0), (9.0, 11.5))


def saved(folder, name, mono, rate, kind, **heard):
    """A bin's clip of a sound that is really there, as analysis knows it."""
    at = np.arange(round(len(mono) / rate * S)) / S
    wave = np.interp(at, np.arange(len(mono)) / rate, mono)
    sound = np.repeat(wave[:, None], 2, axis=1).astype(np.float32)
    path = folder / f"{name}.wav"
    write_wav(path, sound, S)
    clip = made.sound(kind, name, len(sound) / S, **heard)
    clip.media_reference.target_url = locate.url(path)
    metadata.put(clip.media_reference, "loudness", loudness(sound, S).to_metadata())
    return clip


@pytest.fixture(scope="module")
def heard(tmp_path_factory):
    """A voice, a bed and a take's sound of 12, 20 and 8 seconds."""
    folder = tmp_path_factory.mktemp("sounds of a film")
    speech = synth.speech(WORDS, 12.0, seed=1)
    spans = {"spans_s": [list(span) for span in WORDS]}
    voice = saved(folder, "voice", speech, 16_000, "voice", speech=spans)
    bed = saved(folder, "bed", synth.band(100, 20.0)[0], 22_050, "music")
    noise = 0.02 * np.random.default_rng(0).normal(size=22_050 * 8)
    take = saved(folder, "take", noise, 22_050, "take")
    return voice, bed, take


def shots_of(take, rate, count, frames):
    return [
        Heard(take, k * frames, frames, frames // 2, frames // 2, frames // 2, True)
        for k in range(count)
    ]


def mixed(done, total, rate):
    """The mix of the tracks as the renderer makes it, before it turns it down."""
    timeline = otio.schema.Timeline(global_start_time=rates.time(0, rate))
    timeline.tracks.extend(done.tracks)
    spans = tuple(maps.sound_map(timeline, S))
    timeline.tracks.clear()
    samples = rates.sample_at(total, rate, S)
    with Mixer(spans, samples) as mixer:
        return loudness(mixer.block(0, samples), S)


CASES = [
    *((RATES[0], profile, "mix") for profile in mix.PROFILES_LUFS),
    (RATES[0], "web", "drop"),
    *((rate, "web", "keep") for rate in RATES),
]


@pytest.mark.parametrize(("rate", "profile", "takes_sound"), later(CASES, 3))
def test_the_programme_is_what_is_heard(heard, rate, profile, takes_sound):
    voice, bed, take = heard
    style = Style(profile=profile, takes_sound=takes_sound, split_s=0.2)
    total = 8 * round(2 * rate)
    done = soundtrack(
        shots=shots_of(take, rate, 8, round(2 * rate)),
        voices=mix.place_voices([voice], rate, style, 2.0),
        bed=bed,
        total=total,
        rate=rate,
        style=style,
    )
    names = ["Voice", "Bed", "Takes"][: 2 if takes_sound == "drop" else 3]
    assert [track.name for track in done.tracks] == names
    assert all(track.kind == "Audio" for track in done.tracks)
    truth = mixed(done, total, rate)
    told = done.programme
    assert told["integrated_lufs"] == pytest.approx(truth.integrated_lufs, abs=0.3)
    assert told["true_peak_dbtp"] >= truth.true_peak_dbtp - 0.06
    if profile == "cinema":
        assert (told["aim_lufs"], told["gain_db"]) == (None, 0.0)
        return
    assert truth.true_peak_dbtp <= CEILING_DBTP
    assert told["aim_lufs"] == mix.PROFILES_LUFS[profile]
    reached = truth.integrated_lufs == pytest.approx(told["aim_lufs"], abs=0.6)
    assert reached or any("nothing is compressed" in line for line in done.warnings)


@pytest.mark.parametrize("bed_s", [20.0, 7.0])
def test_the_bed_fades_where_it_ends(heard, bed_s):
    rate = RATES[0]
    bed = made.music(bed_s)
    style = Style(bed_fade_in_s=1.0, bed_fade_out_s=1.5)
    done = soundtrack(shots=(), voices=(), bed=bed, total=240, rate=rate, style=style)
    clip = next(iter(done.tracks[0].find_clips()))
    keys = metadata.read(clip, "levels")
    end = min(240, round(bed_s * 24))
    assert [frame for frame, _ in keys] == [0, 24, end - 36, end]
    assert keys[0][1] == keys[-1][1] == maps.SILENCE_DB
    assert keys[1][1] == keys[2][1] == pytest.approx(done.programme["gain_db"] + 4)
    short = [line for line in done.warnings if "3.0 s before the film" in line]
    assert len(short) == (bed_s < 10)


def test_the_bed_begins_where_it_is_told_to():
    done = soundtrack(
        shots=(),
        voices=(),
        bed=made.music(30.0),
        total=240,
        rate=RATES[0],
        style=Style(),
        bed_in_s=25.0,
    )
    (clip,) = done.tracks[0].find_clips()
    assert clip.source_range == rates.span(600, 120, RATES[0])
    assert "5.0 s before the film" in done.warnings[0]
    beyond = soundtrack(
        shots=(),
        voices=(),
        bed=made.music(30.0),
        total=240,
        rate=RATES[0],
        style=Style(),
        bed_in_s=31.0,
    )
    assert beyond.tracks == []


@pytest.mark.parametrize("rate", RATES, ids=lambda r: f"{float(r):.3f}")
@pytest.mark.parametrize("start_s", [0.0, 5.0, 10.0])
def test_a_voice_never_outlasts_the_film(rate, start_s):
    voices = mix.place_voices(
        [made.voice([(0, 4)], 4.0), made.voice([(0, 2)], 2.0, "second")],
        rate,
        Style(),
        start_s,
    )
    total = round(9 * rate)
    done = soundtrack(
        shots=(), voices=voices, bed=made.music(), total=total, rate=rate, style=Style()
    )
    for track in done.tracks:
        assert maps.layout.layout(track, rate)[2] <= total
    inside = [sound for sound in voices if sound.record_in < total]
    names = ["Voice", "Bed"] if inside else ["Bed"]
    assert [track.name for track in done.tracks] == names
    lost = [sound for sound in voices if sound.record_in + sound.frames > total]
    assert len([w for w in done.warnings if "film ends" in w]) == len(lost)


def test_nothing_at_all():
    done = soundtrack(
        shots=(), voices=(), bed=None, total=100, rate=RATES[0], style=Style()
    )
    assert done.tracks == []
    assert done.warnings == []
    assert done.programme == {
        "integrated_lufs": None,
        "true_peak_dbtp": None,
        "aim_lufs": -14.0,
        "gain_db": 0.0,
        "ridden_db": 0.0,
        "rides": 0,
    }


def test_a_voice_alone_carries_the_programme():
    rate = RATES[0]
    voices = mix.place_voices([made.voice([(0, 4)], 4.0)], rate, Style(), 1.0)
    done = soundtrack(
        shots=(), voices=voices, bed=None, total=240, rate=rate, style=Style()
    )
    assert [track.name for track in done.tracks] == ["Voice"]
    assert done.programme["integrated_lufs"] == pytest.approx(-14, abs=0.1)


def test_sounds_that_were_never_measured_are_named():
    bed = made.music(name="unheard")
    metadata.put(bed.media_reference, "loudness", None)
    done = soundtrack(
        shots=(), voices=(), bed=bed, total=100, rate=RATES[0], style=Style()
    )
    assert "unheard" in done.warnings[0]
    assert done.programme["integrated_lufs"] is None


def test_the_bins_clips_stay_as_they_were(heard):
    voice, bed, take = heard
    before = [clip.to_json_string() for clip in heard]
    style = Style(takes_sound="mix")
    soundtrack(
        shots=shots_of(take, RATES[0], 4, 48),
        voices=mix.place_voices([voice], RATES[0], style, 0.0),
        bed=bed,
        total=192,
        rate=RATES[0],
        style=style,
    )
    assert [clip.to_json_string() for clip in heard] == before


def test_takes_step_back_under_the_voice(heard):
    voice, bed, take = heard
    rate, style = RATES[0], Style(takes_sound="keep", takes_fade_s=0.0)
    done = soundtrack(
        shots=shots_of(take, rate, 8, 48),
        voices=mix.place_voices([voice], rate, style, 2.0),
        bed=bed,
        total=384,
        rate=rate,
        style=style,
    )
    spoken, _, takes = done.tracks
    loud_db = next(iter(spoken.find_clips()))
    voice_db = metadata.read(loud_db, "levels")[0][1]
    own = metadata.read(voice.media_reference, "loudness")["integrated_lufs"]
    heard_lufs = own + voice_db
    lowest = min(
        level
        for clip in takes.find_clips()
        for _, level in metadata.read(clip, "levels")
    )
    noise = metadata.read(take.media_reference, "loudness")["integrated_lufs"]
    assert heard_lufs - (noise + lowest) == pytest.approx(12, abs=0.3)


def test_the_bed_is_as_loud_as_the_part_of_it_that_is_heard():
    bed = made.music(30.0)
    facts = metadata.read(bed.media_reference, "loudness")
    curve = [-32.0] * 100 + [-12.0] * 200
    facts |= {"hop_s": 0.1, "powers_db": curve, "peaks_dbtp": [-30.0] * 300}
    metadata.put(bed.media_reference, "loudness", facts)
    for bed_in_s, lufs in ((0.0, -32.0), (10.0, -12.0)):
        rate = RATES[0]
        voices = mix.place_voices([made.voice([(0, 4)], 4.0)], rate, Style(), 1.0)
        done = soundtrack(
            shots=(),
            voices=voices,
            bed=bed,
            total=240,
            rate=rate,
            style=Style(),
            bed_in_s=bed_in_s,
        )
        first, second = (next(iter(track.find_clips())) for track in done.tracks)
        voice_db = metadata.read(first, "levels")[0][1]
        bed_db = max(level for _, level in metadata.read(second, "levels"))
        assert -18 + voice_db - (lufs + bed_db) == pytest.approx(4, abs=0.05)


def test_constant_gains_are_what_is_heard_whatever_the_film(heard):
    voice, bed, take = heard
    rate, stem = RATES[0], made.music(20.0, name="stem")
    constant = Constant(-6.0, 2.0, -9.0, -12.0, ((stem, -3.0),))
    style = Style(takes_sound="mix", profile="broadcast", bed_fade_out_s=0.0)
    for count in (3, 8):
        shots = shots_of(take, rate, count, 24)
        done = soundtrack(
            shots=shots,
            voices=mix.place_voices([voice], rate, style, 0.5),
            bed=bed,
            total=24 * count,
            rate=rate,
            style=style,
            constant=constant,
        )
        names = [track.name for track in done.tracks]
        assert names == ["Voice", "Bed", "Stem 1", "Takes"]
        gains_db = dict(zip(names, (2.0, -6.0, -3.0, -12.0), strict=True))
        for track in done.tracks:
            for clip in track.find_clips():
                seen = {level for _, level in metadata.read(clip, "levels")}
                loud_db = gains_db[track.name]
                under = {loud_db} if track.name == "Voice" else {loud_db, loud_db - 9.0}
                assert seen & under
                assert all(
                    level in under or level <= maps.SILENCE_DB or level < loud_db
                    for level in seen
                )
        assert done.programme["gain_db"] == 0.0
        assert done.programme["aim_lufs"] is None
