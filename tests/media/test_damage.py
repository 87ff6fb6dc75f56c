"""What was destroyed inside a file is known, keeps its place, and spoils no more."""

import random

import pytest

from otio_genai.media import damage
from otio_genai.media.frames import FrameReader
from otio_genai.media.identity import known
from otio_genai.media.index import video_index
from otio_genai.media.probe import probe
from otio_genai.render import render_film
from tests.render.building import clip, timeline
from tests.support.coded import decoded, read_code, write_take
from tests.support.marks import later

FRAMES, GOP = 60, 12


def destroyed(path, first, share=0.08, seed=1):
    """Overwrite a share of the pictures' data, from another share of it on."""
    content = bytearray(path.read_bytes())
    start, stop = content.index(b"mdat") + 4, content.index(b"moov") - 4
    place, count = (int((stop - start) * part) for part in (first, share))
    place += start
    content[place : place + count] = random.Random(seed).randbytes(count)
    path.write_bytes(content)


def take(path, codec="libx264", **given):
    return write_take(path, 1, FRAMES, gop=GOP, codec=codec, **given)


@pytest.mark.parametrize("first", later([0.3, 0.55, 0.8], 2))
@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_every_frame_is_its_own_or_the_last_good_one(tmp_path, codec, first):
    quiet = {"x265-params": "log-level=error"} if codec == "libx265" else None
    path = take(tmp_path / "take1.mp4", codec, options=quiet)
    destroyed(path, first)
    index = video_index(path)
    assert index.frames == FRAMES
    assert 0 < len(index.unreadable) < FRAMES / 2
    with FrameReader(path) as reader:
        seen = [read_code(reader.rgb(number)) for number in range(FRAMES)]
    wanted = [(1, index.readable(number)) for number in range(FRAMES)]
    assert seen == wanted
    good = FRAMES - len(index.unreadable)
    assert probe(path).damage == (
        f"The file is damaged: only {good} frames of it can be read."
    )
    assert known(path).unreadable == tuple(sorted(index.unreadable))


def test_a_whole_file_has_no_damage(tmp_path):
    for n, suffix in enumerate((".mp4", ".mov", ".mkv")):
        index = video_index(take(tmp_path / f"take{n}{suffix}"))
        assert (index.unreadable, index.damage) == (frozenset(), "")


def test_a_film_of_it_says_so(tmp_path):
    path = take(tmp_path / "take1.mp4")
    made = timeline([clip(path, 0, FRAMES)])
    destroyed(path, 0.5)
    index = video_index(path)
    done = render_film(made, tmp_path / "film.mp4")
    (note,) = done.notes
    assert f"in {len(index.unreadable)} of the film's frames" in note
    seen = [read_code(picture) for picture in decoded(done.path)]
    assert seen == [(1, index.readable(number)) for number in range(FRAMES)]


def test_rows_of_units():
    whole = bytes([0, 2, 0x41, 1, 0, 1, 0x06])
    assert damage.is_row(whole, 2)
    assert damage.is_row(b"", 2)
    for at, value in ((1, 3), (1, 0), (2, 0x80), (5, 2)):
        broken = bytearray(whole)
        broken[at] = value
        assert not damage.is_row(bytes(broken), 2), (at, value)
