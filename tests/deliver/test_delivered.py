"""A film rendered for each preset is what the preset promises, looked at from outside.

The picture is coded, so that cropping to another shape would hide its number: where a
preset has a shape of its own, the film is padded.
"""

import itertools
from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.frame import PictureType

from otio_genai.deliver.presets import PRESETS
from otio_genai.media.write import write_wav
from otio_genai.render import render_film
from tests.render.building import clip, timeline
from tests.support.coded import read_code, write_take

S = 48_000
FRAMES = 78
SIZES = {"reels": (540, 960), "tiktok": (360, 640), "shorts": (216, 384)}


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A little over three seconds, which the strictest preset takes, with sound."""
    folder = tmp_path_factory.mktemp("film")
    take = write_take(folder / "take3.mp4", 3, FRAMES, options={"preset": "ultrafast"})
    rng = np.random.default_rng(2)
    sound = 0.05 * rng.normal(size=(FRAMES * S // 24, 2)).astype(np.float32)
    write_wav(folder / "bed.wav", sound.clip(-0.3, 0.3), S)
    bed = clip(folder / "bed.wav", 0, FRAMES)
    return timeline([clip(take, 0, 31), clip(take, 31, FRAMES - 31)], audio=[[bed]])


@pytest.mark.parametrize(
    "kind",
    [
        # Of one size only, and that is large.
        pytest.param(kind, marks=[pytest.mark.slow] * (kind.name == "instagram-feed"))
        for kind in PRESETS
    ],
    ids=lambda kind: kind.name,
)
def test_a_delivered_film_is_as_promised(kind, film, tmp_path):
    path = tmp_path / f"a{kind.suffix}"
    size = SIZES.get(kind.name)
    made = render_film(
        film, path, deliver=kind.name, size=size, pad="#000000", preset="veryfast"
    )
    found = kind.encoding(made.size, Fraction(24), Fraction(FRAMES, 24))
    assert made.size == (size or kind.size_for((192, 108)))
    assert path.stat().st_size <= (kind.limits.largest_bytes or 10**12)
    boxes = whole_boxes(path)
    assert boxes.index(b"moov") < boxes.index(b"mdat")
    assert b"elst" not in path.read_bytes()[: 1 << 16]
    with av.open(str(path)) as opened:
        look_at_picture(opened.streams.video[0].codec_context, kind, found, made.size)
        look_at_sound(opened.streams.audio[0].codec_context, kind)
        groups(opened, found)
    with av.open(str(path)) as opened:
        runs = itertools.groupby(
            frame.pict_type == PictureType.B for frame in opened.decode(video=0)
        )
        assert max((len(list(run)) for is_b, run in runs if is_b), default=0) <= 2
    loud = kind.loudness
    if loud.true_peak_dbtp is not None:
        assert made.sound.peak_dbtp <= loud.true_peak_dbtp + 0.05
    if loud.integrated_lufs is not None:
        assert made.sound.lufs == pytest.approx(loud.integrated_lufs, abs=0.3)


def test_a_film_that_states_no_size_gets_the_presets_shape(film, tmp_path):
    bare = film.deepcopy()
    bare.metadata.clear()
    for one in bare.find_clips():
        one.media_reference.metadata.clear()
    made = render_film(
        bare, tmp_path / "a.mp4", deliver="tiktok", pad="#000000", preset="ultrafast"
    )
    assert made.size == (1080, 1920)
    with av.open(str(made.path)) as opened:
        picture = next(opened.decode(video=0)).to_ndarray(format="rgb24")
    assert read_code(picture[960 - 304 : 960 + 304]) == (3, 0)


def look_at_picture(context, kind, found, size):
    assert (context.width, context.height) == size
    assert context.pix_fmt == found.pix_fmt
    name = "prores" if found.codec == "prores_ks" else "h264"
    assert context.name == name
    # x264's quick decoding does without what makes a stream High.
    quick = "fastdecode" in dict(found.options).values()
    assert context.profile in ("HQ", "High", *(["Main"] if quick else []))


def look_at_sound(context, kind):
    assert context.name == kind.sound.codec
    assert context.sample_rate == S
    assert context.layout.name == "stereo"
    if kind.sound.codec == "aac":
        assert context.profile == "LC"
        assert context.bit_rate <= kind.sound.bit_rate * 1.1


def groups(opened, found):
    packets = [packet for packet in opened.demux(video=0) if packet.size]
    times = sorted(packet.pts for packet in packets)
    tick = times[1] - times[0]
    assert times == [number * tick for number in range(FRAMES)]
    for number, packet in enumerate(packets):
        if packet.is_keyframe:
            assert all(later.pts >= packet.pts for later in packets[number:])
    keys = [*(packet.pts for packet in packets if packet.is_keyframe), FRAMES * tick]
    gaps = [b - a for a, b in itertools.pairwise(keys)]
    assert max(gaps) <= found.gop_frames * tick <= 12 * tick


def whole_boxes(path):
    """The boxes of a file, in order."""
    data, place, found = path.read_bytes(), 0, []
    while place + 8 <= len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        found.append(data[place + 4 : place + 8])
        if length == 1:
            length = int.from_bytes(data[place + 8 : place + 16], "big")
        place += max(length, 8)
    return found
