"""Facts of every kind of file, and a sentence for every broken one."""

import csv
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from otio_genai.errors import MediaError
from otio_genai.media.frames import FrameReader
from otio_genai.media.probe import probe
from tests.support import coded

F = Fraction
SMALL = (96, 64)
RNG = np.random.default_rng(7)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """One healthy file of every kind, as bytes."""
    folder = tmp_path_factory.mktemp("whole")
    burst = coded.bursts([0], 48000)
    paths = [
        coded.write_take(folder / "a.mp4", 1, 60, gop=12),
        coded.write_take(folder / "a.mkv", 1, 60, gop=12),
        coded.write_take(folder / "a.webm", 1, 60, codec="libvpx-vp9", gop=12),
        coded.write_take(folder / "a.gif", 1, 30, 25, codec="gif", pix_fmt="gray"),
        coded.write_take(folder / "a.webp", 1, 20, 25),
        coded.write_sound(folder / "a.wav", burst, 48000, "pcm_s16le"),
        coded.write_sound(folder / "a.mp3", burst, 48000, "libmp3lame"),
    ]
    fast = coded.write_take(
        folder / "fast.mp4", 1, 60, gop=12, container_options={"movflags": "faststart"}
    )
    for suffix in ("png", "jpg"):
        picture = RNG.integers(0, 255, (80, 80, 3), np.uint8)
        Image.fromarray(picture).save(folder / f"a.{suffix}")
        paths.append(folder / f"a.{suffix}")
    found = {path.suffix[1:]: path.read_bytes() for path in paths}
    return found | {"fast": fast.read_bytes()}


BROKEN = [
    ("empty.mp4", lambda w: b"", "is empty"),
    ("empty.png", lambda w: b"", "is empty"),
    ("zeros.mp4", lambda w: bytes(5000), "nothing but zeros"),
    ("text.mp4", lambda w: "a film, é\n".encode() * 300, "is text"),
    (
        "subtitles.mp4",
        lambda w: b"1\n00:00:00,000 --> 00:00:01,000\nhi\n",
        "no picture",
    ),
    ("noise.mp4", lambda w: RNG.bytes(5000), "no media"),
    ("zip.mp4", lambda w: b"PK\3\4" + bytes(300), "no media"),
    ("pdf.mp4", lambda w: b"%PDF-1.4\n\xe2\xe3" + bytes(99), "no media"),
    ("cut.mp4", lambda w: w["mp4"][:-1500], "moov"),
    ("head.mp4", lambda w: w["mp4"][:40], "moov"),
    ("head.mkv", lambda w: w["mkv"][:200], "cut short"),
    ("head.gif", lambda w: w["gif"][:40], "No picture"),
    ("head.wav", lambda w: w["wav"][:20], "cut short"),
    ("no-sound.wav", lambda w: w["wav"][:44], "cut short"),
    ("head.mp3", lambda w: w["mp3"][:100], "no media"),
    (
        "cut.webp",
        lambda w: w["webp"][: len(w["webp"]) // 2],
        "cut short|cannot be read",
    ),
    ("cut.png", lambda w: w["png"][: len(w["png"]) // 2], "corrupt"),
    ("head.png", lambda w: w["png"][:30], "cannot be read"),
    ("cut.jpg", lambda w: w["jpg"][: len(w["jpg"]) // 2], "corrupt"),
]


@pytest.mark.parametrize(
    ("name", "content", "reason"), BROKEN, ids=lambda v: str(v)[:14]
)
def test_broken_files_say_why(tmp_path, whole, name, content, reason):
    path = tmp_path / name
    path.write_bytes(content(whole))
    with pytest.raises(MediaError, match=reason) as caught:
        probe(path)
    assert caught.value.remedy and str(path) in str(caught.value)
    assert caught.value.sentence.endswith(".")
    with pytest.raises(MediaError):
        FrameReader(path)


@pytest.mark.parametrize(
    ("kind", "share"), [("fast", 2 / 3), ("mkv", 0.7), ("webm", 0.5), ("gif", 0.6)]
)
def test_half_a_film_says_how_much_can_be_read(tmp_path, whole, kind, share):
    path = tmp_path / f"cut.{'mp4' if kind == 'fast' else kind}"
    path.write_bytes(whole[kind][: int(len(whole[kind]) * share)])
    facts = probe(path)
    assert 0 < facts.frames < 60
    assert f"only {facts.frames} frames" in facts.damage
    with FrameReader(path) as reader:
        codes = [coded.read_code(reader.rgb(n)) for n in range(reader.frames)]
    assert codes == [(1, n) for n in range(facts.frames)]


def test_half_a_sound_says_so(tmp_path, whole):
    path = tmp_path / "cut.wav"
    path.write_bytes(whole["wav"][:20000])
    assert "end of its sound" in probe(path).damage


def test_a_hole_costs_its_group_of_pictures_only(tmp_path, whole):
    path = tmp_path / "hole.mp4"
    content = bytearray(whole["fast"])
    content[5000:6500] = bytes(1500)
    path.write_bytes(content)
    seen = {}
    with FrameReader(path) as reader:
        for n in range(reader.frames):
            try:
                seen[n] = coded.read_code(reader.rgb(n))
            except MediaError as error:
                assert f"Frame {n} cannot be decoded" in str(error)
    wrong = [n for n in range(60) if seen.get(n) != (1, n)]
    # The decoder fills holes from the pictures around; it never looks ahead.
    assert all(seen[n] is None or seen[n][1] < n for n in wrong if n in seen)
    assert wrong and wrong[-1] - wrong[0] < 36


def test_missing_and_folder(tmp_path):
    with pytest.raises(MediaError, match="not there"):
        probe(tmp_path / "none.mp4")
    with pytest.raises(MediaError, match="a folder"):
        probe(tmp_path)


def test_a_wrong_suffix_does_not_matter(tmp_path, whole):
    (tmp_path / "a.png").write_bytes(whole["mp4"])
    (tmp_path / "a.mp4").write_bytes(whole["png"])
    (tmp_path / "a:b%03d c.mp4").write_bytes(whole["mp4"])
    assert probe(tmp_path / "a.png").frames == 60
    assert probe(tmp_path / "a.mp4").kind_hint == "still"
    assert probe(tmp_path / "a:b%03d c.mp4").frames == 60


def test_a_tag_in_another_encoding_does_not_matter(tmp_path):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "caf_"
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height = SMALL
        frame = av.VideoFrame(*SMALL, "yuv420p")
        frame.pts, frame.time_base = 0, F(1, 24)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    path.write_bytes(path.read_bytes().replace(b"caf_", b"caf\xe9"))
    assert probe(path).frames == 1


def test_video_facts(tmp_path):
    path = coded.write_take(
        tmp_path / "a.mov", 1, 48, F(24000, 1001), sound=coded.bursts([5], 96096),
        tags={"colorspace": 1, "color_range": 1, "color_primaries": 1, "color_trc": 1},
    )  # fmt: skip
    facts = probe(path)
    assert facts.kind_hint == "video" and facts.duration_s == F(48 * 1001, 24000)
    assert (facts.video_codec, facts.pix_fmt) == ("h264", "yuv420p")
    assert tuple(facts.color) == ("tv", "bt709", "bt709", "bt709")
    assert (facts.has_audio, facts.audio_codec) == (True, "aac")
    assert (facts.sample_rate, facts.channels, facts.samples) == (48000, 2, 96096)
    assert facts.start_timecode_frames is None


@pytest.mark.parametrize(
    ("written", "rate", "frames"),
    [
        ("01:00:00:00", F(24), 86400),
        ("01:00:00:00", F(24000, 1001), 86400),
        ("00:01:00;02", F(30000, 1001), 1800),
        ("01:00:00;00", F(30000, 1001), 107892),
        ("00:00:10:12", F(25), 262),
    ],
)
def test_start_timecode(tmp_path, written, rate, frames):
    path = tmp_path / "a.mov"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.metadata["timecode"] = written
        stream.width, stream.height = SMALL
        stream.codec_context.time_base = 1 / rate
        for n in range(5):
            frame = av.VideoFrame.from_ndarray(
                coded.coded_frame(1, n, *SMALL), format="rgb24"
            )
            frame.pts, frame.time_base = n, 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert probe(path).start_timecode_frames == frames


def test_a_cover_picture_is_no_video(tmp_path):
    # ID3v2.3 with an attached PNG, then an MP3: what music generators deliver.
    coded.write_sound(tmp_path / "a.mp3", coded.bursts([0], 48000), 48000, "libmp3lame")
    Image.fromarray(coded.coded_frame(1, 1)).save(tmp_path / "c.png")
    png = (tmp_path / "c.png").read_bytes()
    body = b"\0image/png\0\3\0" + png
    frame = b"APIC" + len(body).to_bytes(4, "big") + b"\0\0" + body
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    path = tmp_path / "song.mp3"
    _, sync, sound = (tmp_path / "a.mp3").read_bytes().partition(b"\xff\xfb")
    path.write_bytes(b"ID3\3\0\0" + size + frame + sync + sound)
    facts = probe(path)
    assert (facts.kind_hint, facts.frames, facts.samples) == ("audio", 0, 48000)


def test_a_gif_of_one_picture_is_a_still(tmp_path):
    Image.fromarray(coded.coded_frame(2, 2)).save(tmp_path / "a.gif")
    facts = probe(tmp_path / "a.gif")
    assert (facts.kind_hint, facts.frames, facts.rate) == ("still", 1, None)


def test_real_material_matches_its_manifest(shared):
    """Sizes, rates, frames and lengths of real generated files."""
    with (shared / "media" / "MANIFEST.tsv").open() as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    assert rows
    for row in rows:
        facts = probe(shared / "media" / row["file"])
        assert not facts.damage and not facts.variable
        if row["frames"]:
            size = (facts.width, facts.height)
            assert size == (int(row["width"]), int(row["height"])), row["file"]
            assert facts.frames == int(row["frames"]), row["file"]
            # A GIF's rate is written there as frames by total length.
            tolerance = F(1, 100) if facts.video_codec == "gif" else 0
            written = F(row["fps"])
            assert abs(facts.rate - written) <= written * tolerance, row["file"]
            with FrameReader(shared / "media" / row["file"]) as reader:
                last = reader.rgb(reader.frames - 1)
            assert last.shape == (facts.height, facts.width, 3)
        else:
            assert abs(facts.duration_s - F(row["duration"])) < F(1, 500), row["file"]


def test_real_material_counts_as_it_decodes(shared):
    for path in sorted((shared / "media").glob("[vg]i*/*")):
        with av.open(str(path)) as container:
            decoded = sum(1 for _ in container.decode(video=0))
        assert probe(path).frames == decoded, path.name
