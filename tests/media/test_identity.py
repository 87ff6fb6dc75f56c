"""What a file is, whatever it is called: alike for the same pictures, else not."""

import os
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from otio_genai.errors import MediaError
from otio_genai.media import identity as module
from otio_genai.media.identity import identity, sound_identity
from tests.support import coded

F = Fraction


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("OTIO_GENAI_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture
def take(tmp_path):
    return coded.write_take(tmp_path / "take.mp4", 1, 8, 24)


def remuxed(old, new, tags=None, rotation=0, rate=24):
    with av.open(str(old)) as source, av.open(str(new), "w") as target:
        stream = source.streams.video[0]
        out = target.add_stream_from_template(stream)
        target.metadata.update(tags or {})
        if rotation:
            out.set_display_rotation(rotation)
        for packet in source.demux(stream):
            if packet.size:
                packet.stream = out
                packet.time_base *= F(24, rate)
                target.mux_one(packet)
    return new


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_another_container_or_tag_is_the_same_film(take, tmp_path, suffix):
    again = remuxed(take, tmp_path / f"again{suffix}", {"title": "Anders"})
    assert again.read_bytes() != take.read_bytes()
    assert identity(again) == identity(take)
    assert sound_identity(again) != sound_identity(take)


@pytest.mark.parametrize("change", [{"rotation": 90}, {"rate": 25}])
def test_what_the_container_says_of_its_pictures_counts(take, tmp_path, change):
    again = remuxed(take, tmp_path / "again.mp4", **change)
    assert identity(again) != identity(take)


def test_other_pictures_are_another_film(take, tmp_path):
    other = coded.write_take(tmp_path / "other.mp4", 2, 8, 24)
    fewer = coded.write_take(tmp_path / "fewer.mp4", 1, 7, 24)
    assert len({identity(file) for file in (take, other, fewer)}) == 3


def test_stills_and_sounds_are_their_bytes(tmp_path):
    Image.fromarray(coded.coded_frame(1, 1)).save(tmp_path / "a.png")
    coded.write_sound(
        tmp_path / "a.wav", np.zeros((99, 2), np.float32), 48000, "pcm_s16le"
    )
    for name in ("a.png", "a.wav"):
        assert identity(tmp_path / name) == sound_identity(tmp_path / name)


def test_a_known_file_is_not_read_again(take, monkeypatch):
    first = identity(take)

    def never(file):
        raise AssertionError("measured again")

    monkeypatch.setattr(module, "_measured", never)
    assert identity(take) == first


def test_a_file_changed_behind_its_date_is_measured_again(tmp_path):
    still = tmp_path / "a.bmp"
    seen = set()
    for number in range(3):
        before = still.stat().st_ctime_ns if number else 0
        Image.fromarray(coded.coded_frame(1, number)).save(still)
        os.utime(still, ns=(10**18, 10**18))
        while still.stat().st_ctime_ns == before:  # clocks of file systems are coarse
            os.utime(still, ns=(10**18, 10**18))
        seen.add(identity(still))
    assert len(seen) == 3


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"file": 1}', '{"file": [], "pictures": "x"}']
)
def test_what_cannot_be_read_is_measured_again(take, kept, text):
    first = identity(take)
    (place,) = kept.rglob("*.json")
    place.write_text(text)
    assert identity(take) == first
    assert first in place.read_text()


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(MediaError, match="not there"):
        identity(tmp_path / "none.mp4")
