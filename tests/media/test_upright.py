"""What the container or the decoder says of showing a picture is done, exactly."""

import struct
from fractions import Fraction

import av
import numpy as np
import pytest
from av.filter import Graph

from otio_genai.media.frames import FrameReader
from otio_genai.media.identity import identity
from otio_genai.render import render_film
from tests.render.building import clip, timeline
from tests.support import coded

SIZE = (192, 108)


def write(path, pictures, codec, pix_fmt="yuv420p", interlaced=False):
    high, wide = pictures[0].shape[:2]
    with av.open(str(path), "w") as container:
        options = {"flags": "+ilme+ildct"} if interlaced else {}
        stream = container.add_stream(codec, rate=24, options=options)
        stream.width, stream.height, stream.pix_fmt = wide, high, pix_fmt
        for n, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture))
            frame = frame.reformat(format=pix_fmt)
            frame = flagged(frame) if interlaced else frame
            frame.pts, frame.time_base = n, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def flagged(frame):
    """Return a frame of which is said that its upper field comes first."""
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format.name,
        time_base=Fraction(1, 24),
    )
    said, sink = graph.add("setparams", "field_mode=tff"), graph.add("buffersink")
    source.link_to(said)
    said.link_to(sink)
    graph.configure()
    source.push(frame)
    return sink.pull()


# Display matrices that mirror (ISO/IEC 14496-12, 8.3.2), and what they do.
MIRRORED = {
    "left and right": ((-1, 0, 0, 1), np.fliplr),
    "upside down": ((1, 0, 0, -1), np.flipud),
    "one diagonal": ((0, 1, 1, 0), lambda p: p.swapaxes(0, 1)),
    "the other": ((0, -1, -1, 0), lambda p: np.rot90(p.swapaxes(0, 1), 2)),
}


@pytest.mark.parametrize("how", MIRRORED)
@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv420p10le"])
def test_mirroring_is_undone(tmp_path, how, pix_fmt):
    (a, b, c, d), seen = MIRRORED[how]
    path = tmp_path / "take.mp4"
    write(path, [seen(coded.coded_frame(5, 0))], "libx264", pix_fmt)
    before, held = identity(path), path.read_bytes()
    one = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    assert held.count(one) == 2  # Of the film and of its track.
    at = held.rindex(one)
    other = struct.pack(">5i", a << 16, b << 16, 0, c << 16, d << 16)
    path.write_bytes(held[:at] + other + held[at + len(other) :])
    assert identity(path) != before
    with FrameReader(path) as reader:
        assert (reader.width, reader.height) == SIZE
        assert coded.read_code(reader.rgb(0)) == (5, 0)
        assert coded.read_code(reader.luma(0)) == (5, 0)


def test_both_fields_are_scaled_as_one_picture(tmp_path):
    path = tmp_path / "take.ts"
    takes = [coded.coded_frame(5, n) for n in range(3)]
    write(path, takes, "mpeg2video", interlaced=True)
    with av.open(str(path)) as container:
        decoded = next(container.decode(video=0))
    assert decoded.interlaced_frame
    film = render_film(timeline([clip(path, 0, 3)]), tmp_path / "film.mp4", strict=True)
    assert len([note for note in film.notes if "interlaced" in note]) == 1
    with FrameReader(path) as reader:
        frame = reader.frame(0)
        assert coded.read_code(reader.rgb(2)) == (5, 2)
    assert not frame.interlaced_frame
    assert (frame.pts, frame.time_base) == (decoded.pts, decoded.time_base)
    assert np.array_equal(frame.to_ndarray(), decoded.to_ndarray())
    anew = av.VideoFrame.from_ndarray(decoded.to_ndarray(), format="yuv420p")
    larger = [
        f.reformat(288, 162).to_ndarray()[:162].astype(int)
        for f in (frame, anew, decoded)
    ]
    assert np.array_equal(larger[0], larger[1])
    assert not np.array_equal(larger[0], larger[2])
