"""Joined films: every frame right and on time, sound exact, no edit lists, one face."""

import functools
import random
import shutil
import subprocess
import sys
from collections import namedtuple
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from otio_genai.errors import MediaError, OutputError, RenderError
from otio_genai.media import join as module
from otio_genai.media.encoding import Encoding
from otio_genai.media.frames import FrameReader
from otio_genai.media.join import join
from otio_genai.media.probe import probe
from otio_genai.media.segment import SegmentWriter
from tests.support import coded
from tests.support.marks import examples, later

F = Fraction
Usage = namedtuple("Usage", "total used free")
SIZE = (96, 54)
H264 = Encoding(gop_frames=12, options=(("crf", "18"), ("preset", "veryfast")))
INTRA = Encoding(
    bframes=0, gop_frames=1, options=(("crf", "18"), ("preset", "ultrafast"))
)
RATES = [F(16), F(24000, 1001), F(24), F(25), F(30000, 1001), F(60000, 1001)]
LENGTHS = (1, 2, 13, 40, 3)
needs_ffmpeg = pytest.mark.skipif(
    not (shutil.which("ffmpeg") and shutil.which("ffprobe")), reason="needs ffmpeg"
)


def segment(path, frames, rate=24, encoding=H264, take=1, first=0, size=SIZE):
    with SegmentWriter(path, size, F(rate), encoding) as writer:
        for n in range(frames):
            writer.write(coded.coded_frame(take, first + n, *size))
    return path


def segments(folder, rate=24, encoding=H264, suffix=".mp4", lengths=LENGTHS):
    made, first = [], 0
    for n, frames in enumerate(lengths):
        path = folder / f"{n}{suffix}"
        made.append(segment(path, frames, rate, encoding, first=first))
        first += frames
    return made


def shown(path):
    """Times in seconds, decoding times and lengths, as a plain demux gives them."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        found = [packet for packet in container.demux(stream) if packet.size]
        base = stream.time_base
        return [(p.pts * base, p.dts, p.duration * base) for p in found]


def heard(path):
    """Samples of the first channel as decoded, and the time of the first."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    samples = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    return samples.astype(np.float64), frames[0].pts * frames[0].time_base


def boxes(path, start=0, stop=None, inside=()):
    """Names of an ISO file's boxes in order, containers gone into."""
    data, place, names = path.read_bytes(), start, []
    stop = len(data) if stop is None else stop
    while place < stop:
        length = int.from_bytes(data[place : place + 4], "big")
        name, head = data[place + 4 : place + 8].decode("latin-1"), 8
        if length == 1:
            length, head = int.from_bytes(data[place + 8 : place + 16], "big"), 16
        names.append(name)
        if name in ("moov", "trak", "mdia", "minf", "stbl", "edts"):
            names += boxes(path, place + head, place + length)
        place += length
    return names


def assert_exact(path, rate, frames):
    times = shown(path)
    assert sorted(pts for pts, _, _ in times) == [n / rate for n in range(frames)]
    assert {length for _, _, length in times} == {1 / rate}
    decoding = [dts for _, dts, _ in times]
    assert all(np.diff(decoding) > 0)


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
@pytest.mark.parametrize("rate", RATES)
def test_every_frame_in_its_place(tmp_path, rate, suffix):
    made = segments(tmp_path, rate)
    film = tmp_path / f"film{suffix}"
    joined = join(film, made, rate)
    count = sum(LENGTHS)
    assert (joined.path, joined.frames, joined.samples) == (film, count, 0)
    assert coded.read_film(film) == [(1, n) for n in range(count)]
    assert_exact(film, rate, count)
    names = boxes(film)
    assert "elst" not in names and "edts" not in names
    assert names.index("moov") < names.index("mdat")
    assert names.count("trak") == 1


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_any_frame_is_found_in_any_order(tmp_path, suffix):
    film = tmp_path / f"film{suffix}"
    join(film, segments(tmp_path, F(30000, 1001)), F(30000, 1001))
    numbers = list(range(sum(LENGTHS)))
    random.Random(1).shuffle(numbers)
    with FrameReader(film) as reader:
        for number in numbers:
            assert coded.read_code(reader.rgb(number)) == (1, number)


@pytest.mark.parametrize("rate", RATES)
def test_matroska_holds_them_to_the_millisecond(tmp_path, rate):
    film = tmp_path / "film.mkv"
    join(film, segments(tmp_path, rate), rate)
    with av.open(str(film)) as container:
        times = [frame.pts * frame.time_base for frame in container.decode(video=0)]
    assert len(times) == sum(LENGTHS)
    assert all(abs(t - n / rate) <= F(1, 1000) for n, t in enumerate(times))
    assert coded.read_film(film) == [(1, n) for n in range(sum(LENGTHS))]
    assert probe(film).rate == rate


@pytest.mark.parametrize(
    ("encoding", "suffix"),
    [
        (INTRA, ".mp4"),
        (H264, ".mkv"),
        (
            Encoding(
                "libx265",
                options=(("crf", "20"), ("preset", "ultrafast")),
                gop_frames=12,
                tag="hvc1",
            ),
            ".mp4",
        ),
        (Encoding("prores_ks", "yuv422p10le", (("profile", "0"),)), ".mov"),
    ],
    ids=["intra", "from matroska", "hevc", "prores"],
)
def test_other_encodings(tmp_path, encoding, suffix):
    rate = F(24000, 1001)
    made = segments(tmp_path, rate, encoding, suffix)
    film = tmp_path / "film.mov"
    join(film, made, rate)
    assert coded.read_film(film) == [(1, n) for n in range(sum(LENGTHS))]
    assert_exact(film, rate, sum(LENGTHS))
    with av.open(str(film)) as container, av.open(str(made[0])) as source:
        tags = [c.streams.video[0].codec_context.codec_tag for c in (container, source)]
        assert suffix == ".mkv" or tags[0] == tags[1]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Five seconds of a rising tone as PCM and AAC, and its first channel."""
    folder = tmp_path_factory.mktemp("sound")
    time_s = np.arange(240_000) / 48000
    tone = 0.5 * np.sin(2 * np.pi * (200 * time_s + 300 * time_s**2))
    both = np.stack([tone, -tone], 1).astype(np.float32)
    pcm = coded.write_sound(folder / "a.wav", both, 48000, "pcm_s24le")
    aac = coded.write_sound(folder / "a.m4a", both, 48000, "aac")
    return pcm, aac, tone


@pytest.mark.parametrize("suffix", [".mov", ".mkv"])
@pytest.mark.parametrize("rate", RATES)
def test_pcm_is_exact_to_the_sample(tmp_path, sound, rate, suffix):
    film = tmp_path / f"film{suffix}"
    joined = join(film, segments(tmp_path, rate), rate, sound=sound[0])
    assert joined.samples == 240_000
    with av.open(str(film)) as container:
        stream = container.streams.audio[0]
        found = [packet for packet in container.demux(stream) if packet.size]
    data = b"".join(bytes(packet) for packet in found)
    assert len(data) == 240_000 * 2 * 3 and sound[0].read_bytes().endswith(data)
    assert found[0].pts == 0


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize("rate", RATES)
def test_aac_is_on_time_to_the_sample(tmp_path, sound, rate, suffix):
    film = tmp_path / f"film{suffix}"
    joined = join(film, segments(tmp_path, rate), rate, sound=sound[1])
    samples, start = heard(film)
    assert start == 0
    assert 0 <= joined.samples - 240_000 < 1024
    # The first packet lacks the one that was left out before it; no other does.
    for place in (1024, 48_000, 200_000):
        part = samples[place : place + 4000]
        window = sound[2][place - 500 : place + 4500]
        found = np.correlate(window, part, "valid").argmax() - 500
        assert found == 0
        error = part - window[500:4500]
        assert (error**2).mean() < 0.001 * (part**2).mean()


def test_sound_that_misses_the_first_picture_is_refused(tmp_path, sound):
    late = tmp_path / "late.m4a"
    with av.open(str(sound[1])) as source, av.open(str(late), "w") as target:
        stream = source.streams.audio[0]
        out = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.size:
                packet.stream = out
                packet.pts += 480
                packet.dts += 480
                target.mux_one(packet)
    with pytest.raises(RenderError, match="begins with the first picture"):
        join(tmp_path / "a.mp4", segments(tmp_path), F(24), sound=late)
    assert not (tmp_path / "a.mp4").exists()


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_same_segments_same_film(tmp_path, sound, suffix):
    made = segments(tmp_path)
    films = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for film in films:
        join(film, made, F(24), sound=sound[1], metadata={"title": "Brisés"})
    assert films[0].read_bytes() == films[1].read_bytes()
    with av.open(str(films[0])) as container:
        assert container.metadata["title"] == "Brisés"


@functools.cache
def kept(folder, frames, bframes):
    encoding = Encoding(bframes=bframes, gop_frames=12, options=H264.options)
    return segment(folder / f"{frames}-{bframes}.mp4", frames, encoding=encoding)


@examples(8, 3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lengths=st.lists(st.integers(1, 60), min_size=1, max_size=8),
    bframes=st.sampled_from([None, 0, 1, 5]),
)
def test_any_lengths_in_any_order(tmp_path_factory, sound, lengths, bframes):
    folder = tmp_path_factory.getbasetemp() / "kept"
    folder.mkdir(exist_ok=True)
    made = [kept(folder, frames, bframes) for frames in lengths]
    film = folder / "film.mp4"
    join(film, made, F(24), sound=sound[1], force=True)
    assert_exact(film, F(24), sum(lengths))
    expected = [(1, n) for frames in lengths for n in range(frames)]
    assert coded.read_film(film) == expected


def run(*command):
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=True
    )


@needs_ffmpeg
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize("rate", later([F(24), F(30000, 1001)], 1))
def test_ffmpeg_reads_it_without_a_word(tmp_path, sound, rate, suffix):
    film = tmp_path / f"film{suffix}"
    join(film, segments(tmp_path, rate), rate, sound=sound[1])
    seen = run("ffmpeg", "-v", "warning", "-i", film, "-f", "framemd5", "-")
    assert not seen.stderr
    pictures = [line for line in seen.stdout.splitlines() if line.startswith("0,")]
    assert len(pictures) == sum(LENGTHS)
    facts = run(
        "ffprobe", "-v", "error", "-count_packets", "-select_streams", "v",
        "-show_entries", "stream=start_pts,nb_read_packets,r_frame_rate,color_space",
        "-of", "default=nw=1", film,
    )  # fmt: skip
    told = dict(line.split("=") for line in facts.stdout.split())
    assert int(told["start_pts"]) == 0
    assert int(told["nb_read_packets"]) == sum(LENGTHS)
    assert F(told["r_frame_rate"]) == rate
    assert told["color_space"] == "bt709"


def test_segments_that_differ_are_all_named(tmp_path):
    made = segments(tmp_path)
    wide = segment(tmp_path / "wide.mp4", 3, size=(128, 72))
    slow = segment(tmp_path / "slow.mp4", 3, rate=25)
    other = segment(tmp_path / "other.mp4", 3, encoding=INTRA)
    with pytest.raises(RenderError, match="differ from the first") as caught:
        join(tmp_path / "film.mp4", [*made, wide, made[0], slow, other], F(24))
    assert [item.split(": ")[0] for item in caught.value.items] == [
        str(path) for path in (wide, slow, other)
    ]
    told = [item.split(": ")[1] for item in caught.value.items]
    assert "size" in told[0] and "clock" in told[1] and told[2] == "parameter sets"
    assert not [path for path in tmp_path.iterdir() if "film" in path.name]


def test_a_segment_cut_short_is_named(tmp_path):
    made = segments(tmp_path)
    hole = tmp_path / "hole.mp4"
    hole.write_bytes(made[3].read_bytes()[:-200])
    with pytest.raises((RenderError, MediaError)) as caught:
        join(tmp_path / "film.mp4", [*made[:3], hole], F(24))
    assert str(hole) in str(caught.value)
    with pytest.raises(MediaError, match="not there"):
        join(tmp_path / "film.mp4", [*made[:2], tmp_path / "none.mp4"], F(24))
    assert not [path for path in tmp_path.iterdir() if "film" in path.name]


def test_a_segment_of_another_rate_in_the_same_clock_is_not_whole(tmp_path):
    with av.open(str(segment(tmp_path / "a.mp4", 6))) as source:
        stream = source.streams.video[0]
        with av.open(
            str(tmp_path / "b.mp4"),
            "w",
            container_options={"video_track_timescale": "12288"},
        ) as target:
            out = target.add_stream_from_template(stream)
            for packet in source.demux(stream):
                if packet.size:
                    packet.stream = out
                    packet.pts, packet.dts = packet.pts * 2, packet.dts * 2
                    target.mux_one(packet)
    with pytest.raises(RenderError, match="not whole"):
        join(tmp_path / "film.mp4", [tmp_path / "b.mp4"], F(24))


def test_places_that_cannot_be_written(tmp_path, sound):
    made = segments(tmp_path)
    with pytest.raises(RenderError, match="no segments"):
        join(tmp_path / "film.mp4", [], F(24))
    with pytest.raises(OutputError, match="does not exist"):
        join(tmp_path / "none" / "film.mp4", made, F(24))
    with pytest.raises(OutputError, match="cannot be opened"):
        join(tmp_path / "film.unknown", made, F(24))
    join(tmp_path / "film.mp4", made, F(24))
    with pytest.raises(OutputError, match="exists already"):
        join(tmp_path / "film.mp4", made, F(24))
    prores = Encoding("prores_ks", "yuv422p10le", (("profile", "0"),))
    with pytest.raises(OutputError, match="cannot be opened"):
        join(tmp_path / "pro.mp4", [segment(tmp_path / "p.mov", 2, 24, prores)], F(24))
    with pytest.raises(MediaError, match="no picture and no sound"):
        join(tmp_path / "b.mp4", made, F(24), sound=made[0])
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"film.mp4", "p.mov", *(path.name for path in made)}


def test_room_is_looked_for_before(tmp_path, monkeypatch):
    made = segments(tmp_path)
    needed = sum(path.stat().st_size for path in made)
    free = [needed - 1]
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: Usage(0, 0, free[0]))
    with pytest.raises(OutputError, match="1 MB more than are free"):
        join(tmp_path / "film.mp4", made, F(24))
    assert sorted(tmp_path.iterdir()) == sorted(made)
    free[0] = needed
    assert join(tmp_path / "film.mp4", made, F(24)).frames == sum(LENGTHS)


def test_progress_counts_segments(tmp_path):
    told = []
    join(
        tmp_path / "film.mp4",
        segments(tmp_path),
        F(24),
        progress=lambda *what: told.append(what),
    )
    assert told == [("join", n, len(LENGTHS)) for n in range(1, len(LENGTHS) + 1)]


def test_only_one_segment_is_open_at_a_time(tmp_path):
    made = segments(tmp_path)
    names = {str(path) for path in made}
    most = []

    def count(*what):
        links = [str(Path(f"/proc/self/fd/{n}").resolve()) for n in range(3, 200)]
        most.append(sum(link in names for link in links))

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("this system does not tell which files are open")
    with made[0].open("rb"):
        count()
        assert most.pop() == 1
    join(tmp_path / "film.mp4", made * 5, F(24), progress=count)
    assert max(most) <= 1


LIMITED = """
import resource, signal, sys
from fractions import Fraction
from pathlib import Path
from otio_genai.errors import OutputError
from otio_genai.media.frames import FrameReader
from otio_genai.media.join import join
folder = Path(sys.argv[1])
made = sorted(folder.glob("?.mp4")) * 40
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    join(folder / "film.mp4", made, Fraction(24))
except OutputError as error:
    print(error.sentence, error.remedy)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_a_full_disk_is_said_and_leaves_nothing(tmp_path):
    made = segments(tmp_path)
    said = run(sys.executable, "-c", LIMITED, tmp_path).stdout
    assert "cannot be written further" in said and "Make room" in said
    assert sorted(tmp_path.iterdir()) == sorted(made)


def test_longer_than_any_clock_of_32_bits(tmp_path):
    step = 41_666_667  # 52 frames pass 2**31 ticks
    rate = F(10**9, step)
    made = [segment(tmp_path / f"{n}.mp4", 60, rate, first=60 * n) for n in range(3)]
    film = tmp_path / "film.mp4"
    join(film, made, rate)
    assert_exact(film, rate, 180)
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        assert (stream.time_base, stream.duration) == (F(1, 10**9), 180 * step)
    assert coded.read_film(film) == [(1, n) for n in range(180)]
