"""What a viewer is sent is what a render of the same film shows."""

from fractions import Fraction

import pytest

from otio_genai.errors import LiveError
from otio_genai.field.model import Chosen
from otio_genai.live.picture import Reel
from otio_genai.media import locate
from tests.live.picture.watching import (
    code_of,
    laws,
    offline,
    psnr,
    pushed,
    random_film,
    read,
    watched,
)
from tests.support.marks import later

NTSC = Fraction(24_000, 1001)
ODD = (130, 74)


def as_rendered(field, mezzanines, film):
    """What is wrong with a film as it is watched, every join rendered."""
    parts = pushed(field, mezzanines, film)
    wrong = laws(parts, film)
    seen = watched(mezzanines, parts)
    wanted, rendered = offline(field, film, mezzanines.form.size)
    assert len(seen) == len(rendered)
    for k, layers in enumerate(wanted):
        alone = len(layers) == 1 and layers[0].weight == 1 and layers[0].sweep is None
        if alone and read(seen[k]) != code_of(layers[0]):
            wrong.append(f"{k}: {read(seen[k])}, not {code_of(layers[0])}")
        if psnr(seen[k], rendered[k]) < 35:
            wrong.append(f"{k}: {psnr(seen[k], rendered[k]):.1f} dB")
    return wrong


def as_cut(field, mezzanines, film):
    """What is wrong with it when no join is ready."""
    parts = pushed(field, mezzanines, film)
    seen = [read(picture) for picture in watched(mezzanines, parts, dry=True)]
    wanted = [
        (10 * one.slot + one.option, one.way + k)
        for one in film
        for k in range(one.frames)
    ]
    return [f"{a}, not {b}" for a, b in zip(seen, wanted, strict=True) if a != b]


@pytest.mark.parametrize("rate", later([Fraction(24), NTSC], 1), ids=["24", "23.976"])
def test_a_film_is_watched_as_it_is_rendered(shows, rate):
    field, mezzanines = shows(rate, slots=4 if rate == 24 else 2)
    for seed in range(2):
        film = random_film(field, seed)
        assert as_rendered(field, mezzanines, film) == []
        assert as_cut(field, mezzanines, film) == []


@pytest.mark.slow
@pytest.mark.parametrize("rate", [24, 25, 30, NTSC, Fraction(30_000, 1001)], ids=str)
@pytest.mark.parametrize("size", [(192, 108), ODD], ids=str)
def test_films_of_every_rate_and_size(shows, rate, size):
    field, mezzanines = shows(rate, size, slots=6)
    for seed in range(10, 18):
        film = random_film(field, seed)
        assert as_rendered(field, mezzanines, film) == []
        if size != ODD:
            assert as_cut(field, mezzanines, film) == []


def test_a_film_fades_in_and_out(shows):
    field, mezzanines = shows(kinds=("match", "carry"), slots=3, fades=1.0)
    film = [Chosen(0, 0, 12, 30), Chosen(1, 1, 0, 25), Chosen(2, 1, 24, 30)]
    assert as_rendered(field, mezzanines, film) == []
    parts = pushed(field, mezzanines, film)
    assert parts[0].job is not None and parts[-1].job is not None


def test_shots_shorter_than_their_joins(shows):
    field, mezzanines = shows(kinds=("dissolve",) * 3)
    film = [Chosen(k, k % 2, 12, 5) for k in range(4)]
    assert as_rendered(field, mezzanines, film) == []
    assert as_cut(field, mezzanines, film) == []


def test_a_dissolve_without_frames_before_its_cut(shows):
    field, mezzanines = shows(kinds=("dissolve", "dissolve"), slots=3, ins=(0, 12))
    film = [Chosen(0, 0, 12, 36), Chosen(1, 0, 0, 14), Chosen(2, 1, 12, 30)]
    assert as_rendered(field, mezzanines, film) == []
    assert 36 in [part.record_in for part in pushed(field, mezzanines, film)]


def test_what_is_sent_does_not_wait_for_the_next_shot(shows):
    field, mezzanines = shows()
    reel = Reel(field, mezzanines)
    first = reel.push(Chosen(0, 0, 12, 48))
    open_frames = max(slot.half for slot in field.slots)
    sent = sum(part.frames for part in first)
    gop = mezzanines.form.gop_frames
    assert 48 - open_frames - gop <= sent <= 48 - open_frames
    assert all(part.job is None for part in first)


def test_of_a_carry_between_keyframes_no_other_frame_is_rendered(shows):
    field, mezzanines = shows(slots=2, kinds=("carry",))
    film = [Chosen(0, 0, 12, 31), Chosen(1, 0, 12, 30)]
    jobs = [part.job for part in pushed(field, mezzanines, film) if part.job]
    frames = [len(job.request["recipe"]["frames"]) for job in jobs]
    assert frames == [2 * field.slots[1].half]


def test_plain_pictures_are_views_of_the_prepared_files(shows):
    field, mezzanines = shows()
    part = Reel(field, mezzanines).push(Chosen(0, 0, 12, 48))[0]
    made = mezzanines.of(0, 0, 12)
    assert [s.obj for s in part.samples] == [made.sample(12).obj] * part.frames


def test_a_take_that_is_gone_is_cut_dry(shows):
    field, mezzanines = shows(slots=3, kinds=("carry", "carry"))
    film = [Chosen(0, 0, 12, 30), Chosen(1, 0, 12, 30), Chosen(2, 0, 12, 30)]
    path = locate.path(field.slots[1].options[0].clip.media_reference)
    aside = path.with_suffix(".aside")
    path.rename(aside)
    try:
        parts = pushed(field, mezzanines, film)
    finally:
        aside.rename(path)
    assert laws(parts, film) == []
    assert all(part.job is None for part in parts)


def test_a_take_that_became_another_is_shown_as_it_was(shows):
    field, mezzanines = shows(slots=3, kinds=("carry", "carry"))
    film = [Chosen(0, 0, 12, 30), Chosen(1, 0, 12, 30), Chosen(2, 0, 12, 30)]
    before = watched(mezzanines, pushed(field, mezzanines, film))
    path = locate.path(field.slots[1].options[0].clip.media_reference)
    aside = path.with_suffix(".aside")
    path.rename(aside)
    try:
        other = locate.path(field.slots[0].options[1].clip.media_reference)
        path.write_bytes(other.read_bytes())
        parts = pushed(field, mezzanines, film)
        assert laws(parts, film) == []
        after = watched(mezzanines, parts)
    finally:
        aside.replace(path)
    for one, both in zip(before, after, strict=True):
        assert (one == both).all()


def test_a_join_of_frames_that_are_not_prepared_needs_the_take_as_it_was(shows):
    # Prepared from frame 5 on, the dissolve begins before it.
    field, mezzanines = shows(kinds=("dissolve", "dissolve"), slots=3, ins=(5, 12))
    film = [Chosen(0, 0, 12, 36), Chosen(1, 0, 5, 30)]
    assert as_rendered(field, mezzanines, film) == []
    path = locate.path(field.slots[1].options[0].clip.media_reference)
    before = path.read_bytes()
    try:
        path.write_bytes(before + b"more")
        parts = pushed(field, mezzanines, film)
    finally:
        path.write_bytes(before)
    assert laws(parts, film) == []
    assert all(part.job is None for part in parts)
    mezzanines.add(field)
    assert any(part.job is not None for part in pushed(field, mezzanines, film))


def test_a_join_of_another_length_is_not_taken(shows):
    class Wrong:
        def get(self, key):
            return (memoryview(b"short"),)

    field, mezzanines = shows()
    film = [Chosen(0, 0, 12, 33), Chosen(1, 1, 12, 30)]
    jobs = [part.job.key for part in pushed(field, mezzanines, film) if part.job]
    taken = pushed(field, mezzanines, film, Wrong())
    assert jobs and [part.job.key for part in taken if part.job] == jobs


def test_what_cannot_be_shown_is_refused(shows):
    field, mezzanines = shows()
    reel = Reel(field, mezzanines)
    with pytest.raises(LiveError):
        reel.push(Chosen(0, 0, 12, 61))
    with pytest.raises(LiveError, match="not prepared"):
        reel.push(Chosen(0, 0, 13, 20))
    reel.push(Chosen(0, 0, 12, 30))
    reel.close()
    with pytest.raises(LiveError, match="ended"):
        reel.push(Chosen(1, 0, 12, 30))
    assert reel.close() == []
    assert Reel(field, mezzanines).close() == []


def test_a_reel_goes_on_with_other_takes(shows):
    field, mezzanines = shows()
    film = random_film(field, 3, least=20)
    reel = Reel(field, mezzanines)
    parts = [part for one in film[:2] for part in reel.push(one)]
    with pytest.raises(LiveError):
        reel.renew(field, film[:1])
    reel.renew(field, film[:2])
    parts += [part for one in film[2:] for part in reel.push(one)]
    parts += reel.close()
    whole = pushed(field, mezzanines, film)
    told = [(p.record_in, p.frames, p.job and p.job.key) for p in parts]
    assert told == [(p.record_in, p.frames, p.job and p.job.key) for p in whole]


def told(parts):
    """Where parts lie, what they are rendered from, and which pictures they are."""
    return [
        (p.record_in, p.frames, p.job and p.job.key, [bytes(s) for s in row])
        for p in parts
        for row in [p.samples if p.job is None else p.job.dry]
    ]


@pytest.mark.parametrize(
    "rate", [24, pytest.param(NTSC, marks=pytest.mark.slow)], ids=str
)
@pytest.mark.parametrize("ins", ["grid", (5, 12)], ids=str)
def test_what_needs_no_plan_is_what_a_plan_would_say(shows, monkeypatch, rate, ins):
    kinds = ("match", "carry", "dry", "dissolve", "match")
    field, mezzanines = shows(rate, slots=4 if rate == 24 else 6, kinds=kinds, ins=ins)
    quick = [pushed(field, mezzanines, random_film(field, k)) for k in range(6)]
    monkeypatch.setattr(Reel, "_sure", lambda *_: False)
    for seed, parts in enumerate(quick):
        assert told(parts) == told(pushed(field, mezzanines, random_film(field, seed)))


def test_plain_cuts_are_not_planned(shows, monkeypatch):
    field, mezzanines = shows(kinds=("match", "dry", "match"))
    film = random_film(field, 1, least=20)
    pushed(field, mezzanines, film)
    reel = Reel(field, mezzanines)
    monkeypatch.setattr(Reel, "_shown", lambda *_: pytest.fail("It was planned."))
    for one in film:
        reel.push(one)
