"""What a file is, whatever it is called: alike for the same pictures, else not."""

import os
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from otio_genai.errors import MediaError
from otio_genai.media import identity as module
from otio_genai.media.identity import identity, known, sound_identity, stamp
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


def written(path, codec, pix_fmt, frame, options=None):
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=24, options=options or {})
        stream.width, stream.height, stream.pix_fmt = 64, 48, pix_fmt
        for number in range(4):
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return known(path)


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9"])
def test_alpha_beside_the_pictures_counts(tmp_path, codec):
    # The encoders do the same again only in one thread.
    options = {"auto-alt-ref": "0", "cpu-used": "8", "threads": "1"}
    found = []
    for side in ("left", "right"):
        picture = np.full((48, 64, 4), 255, np.uint8)
        picture[:, :32] = 255 if side == "left" else (255, 255, 255, 0)
        picture[:, 32:, 3] = 0 if side == "left" else 255
        frame = av.VideoFrame.from_ndarray(picture, format="rgba")
        frame = frame.reformat(format="yuva420p")
        path = tmp_path / f"{side}.webm"
        found.append(written(path, codec, "yuva420p", frame, options))
    left, right = found
    assert left.packets == right.packets and left.alpha
    assert left.pictures != right.pictures


def test_a_palette_beside_the_pictures_counts(tmp_path):
    found = []
    for name, blue in (("a.mov", 0), ("b.mov", 255)):
        palette = np.full((256, 4), (255, 9, 9, blue), np.uint8)
        drawn = np.ones((48, 64), np.uint8)
        frame = av.VideoFrame.from_ndarray((drawn, palette), format="pal8")
        found.append(written(tmp_path / name, "rawvideo", "pal8", frame))
    assert found[0].packets == found[1].packets
    assert found[0].pictures != found[1].pictures


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


def test_a_file_that_is_being_written_is_not_known(take, kept, monkeypatch):
    def measured(file, truly=module._measured):
        found = truly(file)
        with file.open("ab") as stream:
            stream.write(b"more")
        return found

    monkeypatch.setattr(module, "_measured", measured)
    with pytest.raises(MediaError, match="changed while it was read"):
        identity(take)
    assert not list(kept.rglob("*.json"))


def test_a_stamp_tells_a_file_from_another_in_its_place(take, tmp_path):
    first = stamp(take)
    assert stamp(take) == first
    other = tmp_path / "other.mp4"
    other.write_bytes(take.read_bytes())
    os.utime(other, ns=(take.stat().st_atime_ns, take.stat().st_mtime_ns))
    other.replace(take)
    assert stamp(take) != first
    take.unlink()
    assert stamp(take) == (0, 0, 0)


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
