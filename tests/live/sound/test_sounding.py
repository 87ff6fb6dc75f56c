"""The live stream is the offline mix of any film, however it is asked for."""

import shutil
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai import maps, rates
from otio_genai.errors import LiveError
from otio_genai.field.model import Chosen, Gains
from otio_genai.field.realise import clashes, timeline_of
from otio_genai.live.sound import run as run_room
from otio_genai.live.sound.prepared import prepare
from otio_genai.live.sound.sounding import Sounding
from otio_genai.media.aac import FRAME_SAMPLES, AacEncoder
from otio_genai.render.sound.mixer import Mixer
from tests.support import fields, sounds
from tests.support.marks import examples

RATE = 48_000
SLOTS = 4
FILM_RATES = [Fraction(24), Fraction(25), Fraction(30_000, 1001)]
FOREVER = 1 << 40

#: Fields of one take a slot, by rate; their sound is replaced.
FIELDS = {rate: fields.field(SLOTS, 1, rate=rate, frames=200) for rate in FILM_RATES}

CASES = st.fixed_dictionaries(
    {
        "rate": st.sampled_from(FILM_RATES),
        "lengths": st.lists(st.integers(15, 45), min_size=SLOTS, max_size=SLOTS),
        "voices": st.dictionaries(
            st.integers(0, SLOTS - 1),
            st.tuples(st.integers(0, 2), st.integers(0, 20)),
            max_size=3,
        ),
        "bed": st.booleans(),
        "stems": st.sampled_from([(), (0,)]),
        "gains": st.sampled_from(
            [
                Gains(-3.0, 1.0, -9.0),
                Gains(0.0, 0.0, 0.0),
                Gains(-20.0, -2.0, -30.0),
                Gains(-3.0, -1.0, -9.0, levelled=True),
            ]
        ),
        "fades": st.sampled_from([(0.0, 0.0), (0.0, 2.0), (0.7, 0.4), (3.0, 9.0)]),
    }
)


def made(heard, case):
    """The field and film of a case."""
    into_s, out_s = case["fades"]
    field = FIELDS[case["rate"]]
    style = replace(field.style, bed_fade_in_s=into_s, bed_fade_out_s=out_s)
    field = sounds.with_audio(
        replace(field, style=style),
        bed=heard["bed"] if case["bed"] else None,
        stems=[(heard["stem"], -4.0)],
        voices=[
            (slot, heard["voices"][n].clone(), pad)
            for slot, (n, pad) in case["voices"].items()
        ],
        gains=case["gains"],
    )
    return field, [Chosen(k, 0, 0, n) for k, n in enumerate(case["lengths"])]


def offline(field, film, stems, count):
    """The mix of the film's timeline, in whole frames of the stream."""
    timeline = timeline_of(field, film, stems=stems)
    total = rates.sample_at(sum(one.frames for one in film), field.rate, RATE)
    with Mixer(tuple(maps.sound_map(timeline, RATE)), total) as mixer:
        return mixer.block(0, count * FRAME_SAMPLES)


def streamed(sounding, film, steps=(FOREVER,)):
    """All frames, asked for in steps of record frames after every shot."""
    found, at = [], 0
    for one in film:
        sounding.push(one)
        for step in steps:
            at = at + step if step < FOREVER else FOREVER
            found += sounding.ready(at)
    sounding.close()
    return found + sounding.ready(FOREVER)


@examples(15, 5)
@given(case=CASES)
def test_the_law_of_levels_is_that_of_the_timeline(heard, case):
    field, film = made(heard, case)
    if clashes(field, film):
        return
    sounding = Sounding(field, folder=heard["folder"], stems=case["stems"])
    for one in film:
        sounding.push(one)
    sounding.close()
    total = rates.sample_at(sum(case["lengths"]), field.rate, RATE)
    count = -(-total // FRAME_SAMPLES)
    mine = sounding._mixed(0, count * FRAME_SAMPLES)
    # Levels are rounded to hundredths of a decibel where a timeline states them.
    assert np.abs(mine - offline(field, film, case["stems"], count)).max() < 2e-3
    parts = [sounding._mixed(k, k + 500) for k in range(0, 5000, 500)]
    assert np.abs(np.concatenate(parts) - mine[:5000]).max() < 1e-6


@examples(4, 2)
@given(
    case=CASES,
    steps=st.lists(st.integers(0, 90), min_size=1, max_size=3),
)
def test_the_frames_do_not_depend_on_how_they_are_asked_for(heard, case, steps):
    field, film = made(heard, case)
    prepared = prepare(field, heard["folder"])

    def sounding():
        return Sounding(
            field, folder=heard["folder"], stems=case["stems"], prepared=prepared
        )

    at_once = sounding()
    for one in film:
        at_once.push(one)
    at_once.close()
    whole = at_once.ready(FOREVER)
    assert streamed(sounding(), film) == whole
    assert streamed(sounding(), film, steps) == whole
    total = rates.sample_at(sum(case["lengths"]), field.rate, RATE)
    assert len(whole) == -(-total // FRAME_SAMPLES)
    assert at_once.ready(FOREVER) == []


def windows(samples):
    """The rms of each frame of the stream."""
    whole = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES]
    return np.sqrt((whole.reshape(-1, 2 * FRAME_SAMPLES) ** 2).mean(axis=1))


@settings(max_examples=4)
@given(case=CASES)
def test_what_is_decoded_is_the_offline_mix_sample_for_sample(heard, case):
    field, film = made(heard, case)
    if clashes(field, film):
        return
    sounding = Sounding(field, folder=heard["folder"], stems=case["stems"])
    frames = streamed(sounding, film)
    mix = offline(field, film, case["stems"], len(frames))
    live = sounds.decoded(frames, sounding.init)
    assert len(live) == len(mix)
    # One encoder from end to end, at the same rate, is as good as it gets.
    whole = AacEncoder()
    padded = np.concatenate([mix, np.zeros((3 * FRAME_SAMPLES, 2), np.float32)])
    best = sounds.decoded(whole.push(padded), whole.config)[: len(mix)]
    # The first frame has nothing before it that its window could lie over.
    live, mix, best = (part[FRAME_SAMPLES:] for part in (live, mix, best))
    error, least = windows(live - mix), windows(best - mix)
    near = np.maximum(least, np.maximum(np.roll(least, 1), np.roll(least, -1)))
    # A film that ends in full sound is a click, which no encoder foresees.
    assert (error < 4 * near + 0.012)[:-2].all()
    assert (error[-2:] < 0.5 * windows(mix).max() + 0.006).all()
    loudness = np.sqrt(np.square(mix).mean())
    assert np.sqrt(np.square(error).mean()) <= 0.03 * loudness + 1e-3
    # No window dips, at a splice or elsewhere.
    before, after = windows(mix)[:-2], windows(live)[:-2]
    loud = before > 0.02
    assert (after[loud] > 0.9 * before[loud]).all()


def test_every_splice_is_as_good_as_one_encoder(heard):
    case = {
        "rate": Fraction(24),
        "lengths": [40, 30, 30, 30],
        "voices": {1: (0, 5)},
        "bed": True,
        "stems": (),
        "gains": Gains(-3.0, 1.0, -9.0),
        "fades": (0.0, 0.5),
    }
    field, film = made(heard, case)
    sounding = Sounding(field, folder=heard["folder"])
    frames = streamed(sounding, film)
    mix = offline(field, film, (), len(frames))
    live = sounds.decoded(frames, sounding.init)
    error = windows(live - mix) / np.maximum(windows(mix), 1e-2)
    edges = [edge for span in sounding._apart for edge in span if edge < len(frames)]
    assert len(edges) >= 4
    near = sorted({k + n for k in edges for n in (-1, 0, 1) if k + n > 1})
    assert error[near].max() < 0.1
    jumps = np.abs(np.diff(live, axis=0)).max(axis=1)
    usual = np.abs(np.diff(mix, axis=0)).max(axis=1)
    for edge in edges:
        here = slice(edge * FRAME_SAMPLES - 2, edge * FRAME_SAMPLES + 2)
        wide = slice(edge * FRAME_SAMPLES - 2000, edge * FRAME_SAMPLES + 2000)
        assert jumps[here].max() < 1.2 * usual[wide].max()


def test_where_nobody_speaks_no_encoder_is_at_work(heard, monkeypatch):
    case = {
        "rate": Fraction(24), "lengths": [40] * 3, "voices": {3: (0, 0)}, "bed": True,
        "stems": (0,), "gains": Gains(-3.0, 1.0, -9.0), "fades": (0.0, 1.0),
    }  # fmt: skip
    field, film = made(heard, case)
    prepare(field, heard["folder"]).ground(field, (0,))

    def refused(*_):
        raise AssertionError("an encoder")

    monkeypatch.setattr(run_room, "AacEncoder", refused)
    sounding = Sounding(field, folder=heard["folder"], stems=(0,))
    found = []
    for one in film:
        sounding.push(one)
        found += sounding.ready(FOREVER)
    ground = sounding._ground
    assert found == [ground.frame(k) for k in range(len(found))]
    # The last shot lasts half a second at least, and the music may fade for one.
    assert len(found) == (120 + 12 - 24) * 2000 // FRAME_SAMPLES - 3


def test_music_that_cannot_be_kept_is_the_same(heard, tmp_path):
    case = {
        "rate": Fraction(24), "lengths": [20], "voices": {}, "bed": True,
        "stems": (0,), "gains": Gains(-3.0, 1.0, -9.0), "fades": (0.0, 1.0),
    }  # fmt: skip
    field, _ = made(heard, case)
    folder = tmp_path / "sound"
    made_ready = prepare(field, folder)
    wanted = made_ready.ground(field, (0,))
    shutil.rmtree(folder)
    # Deleted, it is made again; where there can be no folder, it is not kept.
    for spoil in (lambda: None, lambda: shutil.rmtree(folder) or folder.touch()):
        spoil()
        found = made_ready.ground(field, (0,))
        assert found.config == wanted.config
        assert (found.data == wanted.data).all()
        assert (found.ends == wanted.ends).all()
    assert folder.is_file()


def test_after_the_music_there_is_silence(heard):
    case = {
        "rate": Fraction(24), "lengths": [45] * 4, "voices": {}, "bed": True,
        "stems": (), "gains": Gains(), "fades": (0.0, 0.5),
    }  # fmt: skip
    field, film = made(heard, case)
    sounding = Sounding(field, folder=heard["folder"])
    frames = streamed(sounding, film)
    live = sounds.decoded(frames, sounding.init)
    assert len(live) > 7 * RATE
    assert np.abs(live[6 * RATE + 3000 :]).max() < 1e-4
    nothing = Sounding(sounds.with_audio(field), folder=heard["folder"])
    silent = sounds.decoded(streamed(nothing, film), nothing.init)
    assert (len(silent), np.abs(silent).max()) == (len(live), 0)


def test_all_sounds_that_are_missing_are_named(heard, tmp_path):
    field = FIELDS[Fraction(24)]
    gone = [heard["bed"].clone(), heard["voices"][0].clone()]
    for n, clip in enumerate(gone):
        clip.name = f"gone {n}"
        clip.media_reference.target_url = (tmp_path / f"{n}.wav").as_uri()
    broken = heard["voices"][1].clone()
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    broken.name, broken.media_reference.target_url = (
        "broken",
        (tmp_path / "broken.wav").as_uri(),
    )
    field = sounds.with_audio(
        field, bed=gone[0], voices=[(0, gone[1], 0), (1, broken, 0)]
    )
    with pytest.raises(LiveError) as found:
        Sounding(field, folder=tmp_path / "prepared")
    assert [text.partition(":")[0] for text in found.value.items] == [
        "gone 0", "gone 1", "broken",
    ]  # fmt: skip
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(LiveError, match="cannot be made"):
        prepare(FIELDS[Fraction(24)], tmp_path / "file" / "folder")


def test_what_was_prepared_is_found_again(heard, tmp_path, monkeypatch):
    field = sounds.with_audio(FIELDS[Fraction(24)], bed=heard["bed"])
    steps = []
    prepare(field, tmp_path / "p", progress=lambda *step: steps.append(step))
    assert steps == [("sound", 1, 1)]
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "p").iterdir()}
    prepare(field, tmp_path / "p")
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "p").iterdir()} == before
    louder = sounds.with_audio(field, bed=heard["bed"], gains=Gains(bed_db=-6.0))
    prepare(louder, tmp_path / "p")
    assert len(list((tmp_path / "p").iterdir())) == len(before) + 3


def test_after_the_end_there_is_nothing_to_add(heard):
    field = sounds.with_audio(FIELDS[Fraction(24)])
    sounding = Sounding(field, folder=heard["folder"])
    sounding.close()
    sounding.close()
    assert sounding.ready(FOREVER) == []
    with pytest.raises(ValueError, match="ended"):
        sounding.push(Chosen(0, 0, 0, 24))
