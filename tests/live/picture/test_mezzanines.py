"""Prepared takes show what a render shows, and are made once."""

import contextlib
import shutil
from collections import namedtuple
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from otio_genai import metadata, rates
from otio_genai.errors import LiveError
from otio_genai.field.model import Chosen
from otio_genai.live.picture import Format, Mezzanines, prepare
from otio_genai.live.picture import mezzanines as room
from otio_genai.live.picture.packets import is_key
from otio_genai.media import locate
from otio_genai.render.compose import Composer
from otio_genai.render.plan import make_plan
from tests.live.picture.test_reel import as_cut, as_rendered
from tests.live.picture.watching import (
    laws,
    offline,
    pictures,
    planes,
    psnr,
    pushed,
    read,
    stream,
    watched,
)
from tests.render import building
from tests.support import bins, fields
from tests.support.coded import write_take

FORM = Format((192, 108), Fraction(24))


def field_of(clips, **kwargs):
    kinds = kwargs.pop("kinds", ["dry"] * (len(clips) - 1))
    return fields.plain(fields.document(clips=clips, kinds=kinds, **kwargs))


def analysed(path, number, *, rate=24, frames=36):
    clip = fields.moving(path.stem, number, rate=rate, frames=frames)
    clip.media_reference = building.reference(path)
    metadata.put(clip.media_reference, "motion", {"version": 1, "samples": []})
    return clip


@pytest.mark.parametrize(
    ("rate", "given"),
    [
        (30, {}),
        (Fraction(500, 31), {"rotation": 90, "size": (108, 192)}),
        (24, {"steps": [0, 1, 3, 4, 5, 8, 9, 12, *range(13, 41)]}),
        (25, {"size": (200, 100), "start_frames": 3}),
    ],
    ids=["faster", "turned", "uneven", "wider"],
)
def test_every_frame_is_that_of_a_render(tmp_path, rate, given):
    path = write_take(
        tmp_path / "take1.mp4", 1, 36, rate, options={"crf": "12"}, **given
    )
    field = field_of([[analysed(path, 1)]])
    with prepare(field, FORM, tmp_path / "prepared") as mezzanines:
        made = mezzanines.of(0, 0, field.slots[0].options[0].ins[0])
        facts = metadata.read(building.reference(path), "media")
        length = rates.covered_frames(
            facts["frames"], rates.rate(facts["rate"]), Fraction(24)
        )
        assert made.frames == length
        seen = pictures(stream(mezzanines, [(0, made.samples(0, length))]), FORM)
        wanted = make_plan(building.timeline([building.clip(path, 0, length)]))
        with Composer(FORM.size, FORM.rate) as composer:
            for k, frame in enumerate(f for span in wanted.spans for f in span.frames):
                picture = planes(composer.frame(frame))
                assert psnr(seen[k], picture) > 35
                assert read(seen[k]) == read(picture)


def test_what_is_prepared_is_found_again_and_always_the_same(shows, tmp_path):
    field, mezzanines = shows()
    told = []
    with prepare(
        field, FORM, mezzanines.folder, progress=lambda *x: told.append(x)
    ) as a:
        assert told == [("takes", 0, 0)]
        assert a.avcc == mezzanines.avcc
    few = field_of([[one.clip for one in field.slots[0].options]])
    with prepare(few, FORM, tmp_path) as again:
        for option in (0, 1):
            one, other = (
                again.of(0, option, 12),
                mezzanines.find(field, Chosen(0, option, 12, 1)),
            )
            assert one.frames == other.frames
            assert [bytes(one.sample(n)) for n in range(one.frames)] == [
                bytes(other.sample(n)) for n in range(other.frames)
            ]


def test_samples_hold_pictures_alone_and_keys_where_they_are_said(shows):
    field, mezzanines = shows()
    made = mezzanines.of(0, 0, field.slots[0].options[0].ins[0])
    for n in range(made.frames):
        sample, kinds, place = made.sample(n), [], 0
        while place < len(sample):
            kinds.append(sample[place + 4] & 31)
            place += 4 + int.from_bytes(sample[place : place + 4], "big")
        assert place == len(sample) and not {7, 8, 9} & set(kinds)
        assert is_key(sample) == (n in made.keys) == (5 in kinds)


def test_what_was_interrupted_goes_on(takes, tmp_path):
    field = field_of(takes()[:2])
    counts = []

    def stop(what, done, total):
        counts.append((done, total))
        if done == 3 and total == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(field, FORM, tmp_path, progress=stop)
    prepare(field, FORM, tmp_path, progress=stop).close()
    assert counts == [(0, 4), (1, 4), (2, 4), (3, 4), (0, 1), (1, 1)]


def test_a_damaged_file_is_made_again(takes, tmp_path):
    field = field_of(takes()[:1])
    prepare(field, FORM, tmp_path).close()
    files = sorted(tmp_path.glob("entries/*/*.mp4"))
    assert len(files) == 2
    before = files[0].read_bytes()
    files[0].write_bytes(before[:-50] + bytes(50))
    counts = []
    prepare(field, FORM, tmp_path, progress=lambda *x: counts.append(x[2])).close()
    assert counts == [1, 1]
    assert files[0].read_bytes() == before


def test_takes_that_cannot_be_read_are_all_named_and_the_others_prepared(
    takes, tmp_path
):
    good, bad = [[one.clone() for one in row] for row in takes()[:2]]
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no film at all" * 100)
    bad[0].media_reference.target_url = broken.as_uri()
    bad[1].media_reference.target_url = (tmp_path / "gone.mp4").as_uri()
    field = field_of([good, bad])
    with pytest.raises(LiveError) as told:
        prepare(field, FORM, tmp_path / "prepared")
    assert [item.split(":")[0] for item in told.value.items] == ["slot-002"] * 2
    assert "broken.mp4" in told.value.items[0] and "gone.mp4" in told.value.items[1]
    with Mezzanines(FORM, tmp_path / "prepared") as mezzanines:
        with pytest.raises(LiveError, match="2 of the takes"):
            mezzanines.add(field)
        assert mezzanines.of(0, 1, 12).frames == 60
        with pytest.raises(LiveError, match="not prepared"):
            mezzanines.of(1, 0, 12)


def test_what_is_prepared_plays_on_when_its_file_is_gone(tmp_path):
    path = write_take(tmp_path / "take.mp4", 3, 36)
    field = field_of([[analysed(path, 3)]])
    with contextlib.closing(prepare(field, FORM, tmp_path / "kept")) as mezzanines:
        before = bytes(mezzanines.of(0, 0, 0).sample(0))
        for spoil in (lambda: path.write_bytes(b"rubbish" * 99), path.unlink):
            spoil()
            mezzanines.add(field)
            assert bytes(mezzanines.of(0, 0, 0).sample(0)) == before


def test_no_room_is_said_before_anything_is_made(takes, tmp_path, monkeypatch):
    usage = namedtuple("usage", "free")(10_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(LiveError, match="cannot be prepared") as told:
        prepare(field_of(takes()[:1]), FORM, tmp_path)
    assert told.value.remedy.startswith("Make room")
    assert not list(tmp_path.glob("entries/*/*"))
    with pytest.raises(LiveError):
        prepare(field_of(takes()[:1]), FORM, Path(__file__))


def test_few_files_are_open_and_views_outlive_them(shows, monkeypatch):
    monkeypatch.setattr(room, "_OPEN_FILES", 1)
    _, mezzanines = shows()
    mezzanines._packets.clear()
    first = mezzanines.of(0, 0, 12).sample(12)
    kept = bytes(first)
    for slot in range(1, 4):
        mezzanines.of(slot, 1, 12).sample(12)
        assert len(mezzanines._packets) == 1
    assert bytes(first) == kept


def test_in_points_off_the_grid_are_keyframes_too(takes, tmp_path):
    clips = takes()[:2]
    field = field_of(clips, cuts={"in": [5, 12, 17], "out": "any"}, kinds=["carry"])
    with prepare(field, FORM, tmp_path) as mezzanines:
        for way in (5, 12, 17):
            assert way in mezzanines.of(1, 0, way).keys
        assert mezzanines.of(1, 0, 5).path == mezzanines.of(1, 0, 17).path
        film = [Chosen(0, 0, 5, 22), Chosen(1, 1, 17, 25)]
        assert as_rendered(field, mezzanines, film) == []
        assert as_cut(field, mezzanines, film) == []


def test_stills_move_as_they_do_in_a_render(takes, tmp_path):
    stills = []
    for number in (0, 1):
        rng = np.random.default_rng(number)
        coarse = rng.integers(0, 255, (9, 16, 3)).astype(np.uint8)
        path = tmp_path / f"still {number}.png"
        Image.fromarray(coarse).resize((400, 225), Image.Resampling.BICUBIC).save(path)
        clip = bins.still(path.stem, size=(400, 225))
        clip.media_reference.target_url = locate.url(path)
        stills.append([clip])
    moves = {"cuts": {"in": [1, 3], "out": "any"}}
    field = field_of(
        [takes()[0][:1], *stills],
        kinds=["dissolve", "carry"],
        take_facts={(1, 0): moves, (2, 0): moves},
    )
    film = [
        Chosen(0, 0, 12, 30),
        Chosen(1, 0, 1, 40),
        Chosen(2, 0, 3, 31),
    ]
    fine = replace(FORM, crf=12.0)
    with prepare(field, fine, tmp_path / "prepared") as mezzanines:
        parts = pushed(field, mezzanines, film)
        assert laws(parts, film) == []
        # What lies between the joins is prepared.
        assert sum(part.frames for part in parts if part.job is None) > 30
        seen = watched(mezzanines, parts)
        _, rendered = offline(field, film, FORM.size)
        assert min(map(psnr, seen, rendered)) > 35


@pytest.mark.slow
def test_several_processes_prepare_the_same(takes, tmp_path):
    field = field_of(takes()[:3])
    folders = tmp_path / "a", tmp_path / "b"
    with (
        prepare(field, FORM, folders[0], jobs=2) as several,
        prepare(field, FORM, folders[1]) as one,
    ):
        names = [[p.name for p in sorted(f.glob("entries/*/*"))] for f in folders]
        assert len(names[0]) == 6 and names[0] == names[1]
        assert several.avcc == one.avcc
