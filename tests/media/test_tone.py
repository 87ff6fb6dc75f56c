"""HDR and wide gamut come out as the standards say."""

from fractions import Fraction

import av
import numpy as np
import pytest

from otio_genai.media import colour, tone
from otio_genai.media.frames import FrameReader

PQ, HLG, BT2020 = 16, 18, 9


def greys(levels, transfer, primaries=BT2020, pix_fmt="yuv420p10le"):
    """A frame of grey fields, 16 px wide, of a 10-bit signal."""
    frame = av.VideoFrame(16 * len(levels), 32, pix_fmt)
    luma, *chroma = colour.planes(frame)
    luma[:] = np.repeat(np.rint(64 + 876 * np.asarray(levels)), 16)
    for plane in chroma:
        plane[:] = 512
    frame.colorspace, frame.color_range = 9, 1
    frame.color_trc, frame.color_primaries = transfer, primaries
    return frame


def signal(frame):
    """The luma signal in the middle of each field."""
    levels = colour.planes(frame)[0][16, 8::16].astype(float)
    return (levels / 4 - 16) / 219


def pq(nits):
    """The PQ signal of a luminance (SMPTE ST 2084, 5.1)."""
    part = (np.asarray(nits) / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * part) / (1 + 18.6875 * part)) ** 78.84375


def test_ordinary_frames_pass_untouched():
    frame = greys([0, 0.5, 1], 1, 1)
    frame.colorspace = 1
    assert tone.Mapper().mapped(frame) is frame
    frame.color_trc = frame.color_primaries = 2
    assert tone.Mapper().mapped(frame) is frame


def test_pq_is_mapped_as_the_report_has_it():
    # BT.2446-1, method A, worked by hand for greys of 100, 203 and 1000 cd/m2.
    mapped = tone.Mapper().mapped(greys(pq([0, 100, 203, 1000, 4000]), PQ))
    assert signal(mapped) == pytest.approx([0, 0.537, 0.687, 1, 1], abs=0.006)
    assert colour.colour_of(mapped) == ("tv", "bt709", "bt709", "bt709")
    assert all(abs(plane.astype(int) - 512).max() <= 1 for plane in
               colour.planes(mapped)[1:])  # fmt: skip


def test_hlg_is_the_light_of_its_display():
    # 75 % of HLG is 203 cd/m2 on a display of 1000 (BT.2408, table 1).
    mapped = tone.Mapper().mapped(greys([0, 0.75, 1], HLG))
    assert signal(mapped) == pytest.approx([0, 0.687, 1], abs=0.006)


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_brighter_stays_brighter_and_grey_stays_grey(transfer):
    mapped = tone.Mapper().mapped(greys(np.linspace(0, 1, 40), transfer))
    assert (np.diff(signal(mapped)) >= -0.002).all()
    assert all(abs(p.astype(int) - 512).max() <= 1 for p in colour.planes(mapped)[1:])


def test_wide_gamut_keeps_its_colours():
    # An orange within BT.709, told by BT.2020 primaries (BT.2087-0, matrix M1).
    wanted = np.array([0.8, 0.45, 0.2])
    turn = np.array(
        [
            [0.6274, 0.3293, 0.0433],
            [0.0691, 0.9195, 0.0114],
            [0.0164, 0.0880, 0.8956],
        ]
    )
    told = (turn @ wanted**2.4) ** (1 / 2.4)
    picture = np.full((32, 32, 3), np.rint(told * 255), np.uint8)
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
        format="yuv444p10le",
        dst_colorspace="bt2020",
        src_color_range=2,
        dst_color_range=1,
        interpolation=0x42004,
    )
    frame.colorspace, frame.color_range = 9, 1
    frame.color_trc, frame.color_primaries = 14, BT2020
    mapped = tone.Mapper().mapped(frame)
    assert colour.rgb(mapped)[16, 16] == pytest.approx(wanted * 255, abs=2.5)


@pytest.mark.parametrize(
    ("pix_fmt", "made"),
    [
        ("yuv420p10le", "yuv420p10le"),
        ("yuv422p10le", "yuv422p10le"),
        ("yuv444p12le", "yuv444p10le"),
        ("p010le", "yuv420p10le"),
    ],
)
def test_chroma_stays_as_fine_as_it_is(pix_fmt, made):
    frame = greys(pq([0, 100, 203]), PQ)
    if pix_fmt != "yuv420p10le":
        frame = frame.reformat(format=pix_fmt)
        frame.color_trc, frame.color_primaries, frame.colorspace = PQ, BT2020, 9
    mapped = tone.Mapper().mapped(frame)
    assert mapped.format.name == made
    assert signal(mapped) == pytest.approx([0, 0.537, 0.687], abs=0.006)


def test_a_file_of_hdr_is_read_as_sdr_in_any_order(tmp_path):
    path = tmp_path / "hdr.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = 96, 32, "yuv420p10le"
        context = stream.codec_context
        context.colorspace, context.color_range = 9, 1
        context.color_trc, context.color_primaries = PQ, BT2020
        for n in range(20):
            frame = greys(pq([0, 5 * n, 203, 1000, 40, 9]), PQ)
            frame.pts, frame.time_base = n, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with FrameReader(path) as reader:
        seen = {n: reader.rgb(n)[16, 8::16, 1].astype(int) for n in (12, 3, 19, 4, 0)}
    for n, fields in seen.items():
        (wanted,) = signal(tone.Mapper().mapped(greys(pq([5 * n]), PQ))) * 255
        assert abs(fields[1] - wanted) <= 3, n
        assert fields[2:4] == pytest.approx([0.687 * 255, 255], abs=2)
