import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.errors import MediaError
from otio_genai.ingest.timelist import read_beats, read_markers

LENGTH_S, RATE = 200.0, 44_100
BEATS = [0.35, 0.85, 1.35, 1.85, 2.35]


def beats(path, text, length_s=LENGTH_S):
    path = path / "bed.beats.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_beats(path, length_s, RATE)


def refused(path, text, length_s=LENGTH_S):
    with pytest.raises(MediaError) as error:
        beats(path, text, length_s)
    assert error.value.remedy and error.value.place
    return error.value


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0.35\n0.85\n1.35\n1.85\n2.35\n", ()),
        ("# tapped by hand\n\n0.35\n0.85\r\n1.35\n 1.85 \n2.35", ()),
        ("\ufeff0.35\n0.85\n1.35\n1.85\n2.35", ()),
        ("0.35 1\n0.85 2\n1.35 3\n1.85 4\n2.35 1", (1, 2, 3, 4, 1)),
        ("0.35\t1\n0.85\t2\n1.35\t3\n1.85\t1\n2.35\t2", (1, 2, 3, 1, 2)),
        ("time,beat\n0.35,1\n0.85,2\n1.35,3\n1.85,4\n2.35,1", (1, 2, 3, 4, 1)),
        ("beat;time_s\n1;0.35\n2;0.85\n3;1.35\n4;1.85\n1;2.35", (1, 2, 3, 4, 1)),
        ("0.35\t0.35\t1\n0.85\t0.85\t2\n1.35\t1.35\t1\n1.85\t1.85\t2\n2.35\t2.35\t1",
         (1, 2, 1, 2, 1)),
        ("0.35\t0.35\ta\n0.85\t0.9\tb\n1.35\t1.4\tc\n1.85\t1.9\t\n2.35\t2.4\t", ()),
        ("TIME,LABEL\n0.35,New Point\n0.85,\n1.35,x\n1.85,x\n2.35,x", ()),
    ],
)  # fmt: skip
def test_lists_as_people_and_programs_write_them(tmp_path, text, numbers):
    found = beats(tmp_path, text)
    assert found.times_s == pytest.approx(BEATS)
    assert found.numbers == numbers


@given(st.floats(30, 300), st.integers(2, 60), st.floats(0, 3))
def test_what_is_written_is_read(tmp_path_factory, bpm, count, first):
    times = [round(first + n * 60 / bpm, 6) for n in range(count)]
    text = "\n".join(f"{time:.6f}" for time in times)
    assert beats(tmp_path_factory.mktemp("list"), text, 999.0).times_s == tuple(times)


def test_every_faulty_line_is_named_at_once(tmp_path):
    error = refused(tmp_path, "0.5\nx\n1.0\n1.0\n-2\n0.7\nnan\n1.5\n")
    assert [item.split(":")[0] for item in error.items] == [
        f"line {n}" for n in (2, 4, 5, 6, 7)
    ]
    assert "'x' is no number" in error.items[0]
    assert "twice" in error.items[1]
    assert "before the music" in error.items[2]
    assert "after 1" in error.items[3]


@pytest.mark.parametrize(
    ("scale", "looks"),
    [
        (1000, "milliseconds"),
        (RATE, "samples at 44100"),
        (25, "frames"),
        (24, "frames"),
    ],
)
def test_another_unit_is_asked_about(tmp_path, scale, looks):
    times = np.arange(2, 350, 1) * 0.56
    text = "\n".join(str(round(time * scale)) for time in times)
    error = refused(tmp_path, text)
    assert "seconds?" in error.sentence
    assert looks in error.sentence


def test_numbers_of_beats_are_no_seconds(tmp_path):
    error = refused(tmp_path, "\n".join(str(n) for n in range(1, 401)))
    assert "seconds?" in error.sentence
    error = refused(tmp_path, "bar,beat\n1,1\n1,2")
    assert "bar numbers" in error.sentence and "seconds?" in error.sentence
    assert "milliseconds" in refused(tmp_path, "ms\n100\n600").sentence


def test_beats_of_another_version_lie_beyond(tmp_path):
    error = refused(tmp_path, "\n".join(str(n * 0.5) for n in range(800)))
    assert "399 of its 800" in error.sentence and "seconds?" in error.sentence
    kept = beats(tmp_path, "\n".join(str(n * 0.5) for n in range(402)))
    assert kept.times_s[-1] == 199.5


def test_a_decimal_comma_is_refused(tmp_path):
    for text in ("0,35\n0,85\n1,35", "0,35\t1\n0,85\t2", "0,35;1\n0,85;2"):
        error = refused(tmp_path, text)
        assert "comma" in error.sentence
        assert "1.5 instead of 1,5" in error.remedy
        assert "line 1" in error.items[0]


@pytest.mark.parametrize("text", ["", "# nothing\n", "1.5\n", b"\x00\xff\xfe", "a b c"])
def test_nothing_to_read_is_refused(tmp_path, text):
    refused(tmp_path, text)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings(tmp_path, encoding):
    assert beats(tmp_path, "0.5\n1.0\n".encode(encoding)).times_s == (0.5, 1.0)


def test_markers_are_far_apart_and_labelled(tmp_path):
    path = tmp_path / "bed.markers.txt"
    path.write_text(
        "12.5\t12.5\tdrop\n\\\t100.0\t200.0\n70.25\t80.0\tthe end, nearly\n"
    )
    assert read_markers(path, LENGTH_S).times_s == (12.5, 70.25)
    path.write_text("12500\n70250\n")
    with pytest.raises(MediaError, match="seconds\\?"):
        read_markers(path, LENGTH_S)
    path.write_text("\n")
    with pytest.raises(MediaError, match="no times"):
        read_markers(path, LENGTH_S)
