import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.errors import MediaError
from otio_genai.ingest.subtitles import read_subtitles

SRT = """1
00:00:00,500 --> 00:00:02,100
Something broke here,
long before the sand.

2
00:00:02,600 --> 00:00:04,000
Every <i>door</i> opened.
"""
SAID = [
    (0.5, 2.1, "Something broke here, long before the sand."),
    (2.6, 4.0, "Every door opened."),
]
VTT = """WEBVTT - made by hand
Kind: captions

NOTE a remark --> no cue
of two lines

STYLE
::cue { color: red }

intro
00:00.500 --> 00:02.100 align:start position:10%
<v Ana>Something broke here,
long before the sand.</v>

00:00:02.600 --> 00:00:04.000
Every <00:00:03.000><c>door</c> opened.
"""


def read(folder, text, suffix=".srt"):
    path = folder / f"voice{suffix}"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_subtitles(path)


def refused(folder, text, suffix=".srt"):
    with pytest.raises(MediaError) as error:
        read(folder, text, suffix)
    return error.value


@pytest.mark.parametrize(
    "text",
    [
        SRT,
        SRT.replace("\n", "\r\n"),
        "\ufeff" + SRT,
        SRT.encode("utf-16"),
        SRT.replace("00:00:", "00:"),
        SRT.replace(",", ".", 1),
        SRT.replace("\n\n2\n", "\n2\n"),
        SRT.replace("\n\n", "\n\n\n\n"),
        SRT.replace("4,000", "4,000  X1:100 X2:200"),
        SRT.replace("Every", "{\\an8}Every"),
        SRT.replace("1\n00", "00", 1).replace("2\n00", "00", 1),
    ],
)
def test_subrip_in_all_its_clothes(tmp_path, text):
    assert read(tmp_path, text) == SAID


@pytest.mark.parametrize("text", [VTT, VTT.replace("\n", "\r\n"), "\ufeff" + VTT])
def test_webvtt(tmp_path, text):
    with pytest.raises(MediaError):
        read(tmp_path, text, ".vtt")
    plain = text.replace("a remark --> no cue", "a remark")
    assert read(tmp_path, plain, ".vtt") == SAID


def test_every_wrong_cue_is_named_with_its_line(tmp_path):
    text = "\n\n".join(
        f"{n}\n{times}\nText {n}."
        for n, times in enumerate(
            [
                "00:00:01,000 --> 00:00:03,000",
                "00:00:02,500 --> 00:00:04,000",
                "00:00:05,000 --> 00:00:04,500",
                "-00:00:06,000 --> 00:00:07,000",
                "00:00:08,000 -> 00:00:09,000 --> ?",
                "00:00:00,000 --> 00:00:00,500",
                "00:61:00,000 --> 00:62:00,000",
                "00:00:10,000 --> 00:00:11,000",
            ],
            start=1,
        )
    )
    error = refused(tmp_path, text)
    assert "6 cues" in error.sentence
    assert [item.split(":")[0] for item in error.items] == [
        f"cue {n}, line {4 * n - 2}" for n in (2, 3, 4, 5, 6, 7)
    ]
    for item, why in zip(
        error.items,
        ["still there", "ends before", "before the sound", "?", "before cue 1", "60"],
        strict=True,
    ):
        assert why in item


@pytest.mark.parametrize("text", ["", "WEBVTT\n", "hello\nworld", "1\n\n2\n"])
def test_no_cues_at_all(tmp_path, text):
    assert "no cues" in refused(tmp_path, text).sentence


def test_a_sentence_may_go_on_in_the_next_cue(tmp_path):
    text = SRT.replace("long before the sand.", "long").replace("Every", "before every")
    assert read(tmp_path, text) == [
        (0.5, 4.0, "Something broke here, long before every door opened.")
    ]
    # Captions without any full stop stay as they are.
    bare = text.replace(".", "")
    assert len(read(tmp_path, bare)) == 2


@given(
    st.lists(st.tuples(st.integers(1, 5000), st.integers(0, 3000)), min_size=1),
    st.sampled_from([",", "."]),
)
def test_what_is_written_is_read_exactly(tmp_path_factory, steps, point):
    at_ms, text, want = 0, "", []
    for n, (long_ms, gap_ms) in enumerate(steps, start=1):
        start, at_ms = at_ms, at_ms + long_ms
        text += f"{n}\n{_stamp(start, point)} --> {_stamp(at_ms, point)}\nLine {n}.\n\n"
        want.append((start / 1000, at_ms / 1000, f"Line {n}."))
        at_ms += gap_ms
    found = read(tmp_path_factory.mktemp("srt"), text)
    assert [(round(a, 3), round(b, 3), line) for a, b, line in found] == want


def _stamp(ms, point):
    minutes, ms = divmod(ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{ms // 1000:02}{point}{ms % 1000:03}"
