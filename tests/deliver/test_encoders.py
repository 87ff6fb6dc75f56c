"""Which encoder is chosen, and that it is told the same in its own words."""

from fractions import Fraction

import av
import numpy as np
import pytest

from otio_genai.deliver.encoders import (
    ENCODERS,
    HARDWARE,
    encoder_names,
    encoders,
    encoding_by,
)
from otio_genai.deliver.presets import PRESETS, preset
from otio_genai.errors import RenderError
from otio_genai.media.encoding import Encoding
from otio_genai.media.segment import SegmentWriter

HD, R = (1920, 1080), Fraction(24)
YOUTUBE = preset("youtube").encoding(HD, R)


def only(*there):
    """A computer on which nothing but these works."""
    return lambda encoding: "" if encoding.codec in there else "no device"


def test_auto_takes_the_first_device_that_works_and_x264_without():
    found = encoding_by(YOUTUBE, "auto", why_not=only("libx264"))
    assert found == YOUTUBE
    for name in ("h264_videotoolbox", "h264_nvenc", "h264_qsv"):
        chosen = encoding_by(YOUTUBE, "auto", why_not=only("libx264", name))
        assert chosen.codec == name
    both = only("h264_nvenc", "h264_qsv")
    assert encoding_by(YOUTUBE, "auto", why_not=both).codec == "h264_nvenc"


def test_auto_never_turns_to_hevc_and_leaves_prores_alone():
    assert encoding_by(YOUTUBE, "auto", why_not=only("hevc_nvenc")) == YOUTUBE
    screening = preset("festival").encoding(HD, R)
    assert encoding_by(screening, "auto", why_not=only(*HARDWARE)) == screening


@pytest.mark.parametrize("name", ENCODERS)
def test_what_does_not_decide_the_words_stays(name):
    found = encoding_by(YOUTUBE, name, why_not=only(name))
    assert found.codec == name
    assert found.gop_frames == YOUTUBE.gop_frames
    assert found.bframes == YOUTUBE.bframes
    assert found.options == tuple(sorted(found.options))
    assert dict(found.options)["maxrate"] == dict(YOUTUBE.options)["maxrate"]
    hevc = name == "libx265" or name.startswith("hevc")
    assert found.tag == ("hvc1" if hevc else "")
    assert dict(found.options)["profile"] == ("main" if hevc else "high")


def test_each_says_quality_in_its_own_words():
    plain = Encoding(options=(("crf", "18"), ("preset", "slow")))

    def words(name):
        return dict(encoding_by(plain, name, why_not=only(name)).options)

    assert words("h264_nvenc")["cq"] == "18"
    assert words("hevc_nvenc")["cq"] == "23"
    assert words("h264_qsv")["global_quality"] == "18"
    assert words("h264_videotoolbox")["global_quality"] == str(64 * 118)
    assert words("libx265")["crf"] == "23"
    assert words("libx265")["preset"] == "slow"


def test_a_cap_is_never_lost():
    capped = encoding_by(
        YOUTUBE, "h264_videotoolbox", why_not=only("h264_videotoolbox")
    )
    said = dict(capped.options)
    assert int(said["b"]) < int(said["maxrate"])
    assert "global_quality" not in said


def test_an_encoder_that_does_not_work_is_refused_with_those_that_do():
    with pytest.raises(RenderError) as told:
        encoding_by(YOUTUBE, "h264_qsv", why_not=only("libx264", "h264_nvenc"))
    assert "does not work on this computer: no device" in told.value.sentence
    assert told.value.remedy == "Here are libx264, h264_nvenc."


def test_what_is_not_taken_or_not_there_is_refused():
    with pytest.raises(RenderError) as told:
        encoding_by(YOUTUBE, "libx265", taken=("h264",), why_not=only("libx265"))
    assert told.value.sentence == "This film is to be H.264; libx265 makes HEVC."
    screening = preset("festival").encoding(HD, R)
    with pytest.raises(RenderError) as told:
        encoding_by(screening, "h264_nvenc", why_not=only("h264_nvenc"))
    assert told.value.sentence == "This film is to be ProRes; h264_nvenc makes H.264."
    with pytest.raises(RenderError) as told:
        encoding_by(YOUTUBE, "nvenc", why_not=only())
    assert "h264_nvenc" in told.value.remedy or "hevc_nvenc" in told.value.remedy


def test_every_encoder_is_asked_once_each_with_its_own_encoding():
    asked = []

    def why_not(encoding):
        asked.append(encoding.codec)
        return "" if encoding.codec == "libx264" else "no"

    found = encoders(why_not)
    assert asked == list(ENCODERS) == list(found)
    assert [name for name, why in found.items() if not why] == ["libx264"]
    assert encoder_names() == ["auto", *ENCODERS]


@pytest.mark.slow
def test_x265_encodes_steadily(tmp_path):
    """Its own words are understood, and give the same bytes twice."""
    rng = np.random.default_rng(8)
    pictures = rng.integers(0, 255, (14, 128, 192, 3), dtype=np.uint8)
    kind = preset("reels")
    found = encoding_by(kind.encoding((192, 128), R), "libx265", taken=kind.codecs)
    made = []
    for number in range(2):
        path = tmp_path / f"{number}.mp4"
        with SegmentWriter(path, (192, 128), R, found) as writer:
            for picture in pictures:
                writer.write(picture)
        made.append(path.read_bytes())
    assert made[0] == made[1]
    with av.open(str(tmp_path / "0.mp4")) as film:
        stream = film.streams.video[0]
        assert stream.codec_context.name == "hevc"
        assert stream.codec_context.codec_tag == "hvc1"
        keys = [p.pts for p in film.demux(stream) if p.size and p.is_keyframe]
        assert len(keys) >= 2


def test_codecs_of_presets_have_encoders():
    for kind in PRESETS:
        codec = "prores" if kind.picture.codec == "prores_ks" else "h264"
        assert codec in kind.codecs
