"""Each fault alone is found, and a sound timeline has none."""

from fractions import Fraction

import opentimelineio as otio
import pytest

from otio_genai import metadata, rates
from otio_genai.check import check, handles
from otio_genai.maps import carry
from otio_genai.media import locate

R = Fraction(24)


@pytest.fixture
def clip(tmp_path):
    def make(name="a", start=10, length=24, frames=60):
        path = tmp_path / f"{name}.mp4"
        path.write_bytes(b"x")
        reference = otio.schema.ExternalReference(
            locate.url(path), rates.span(0, frames, R)
        )
        return otio.schema.Clip(name, reference, rates.span(start, length, R))

    return make


def timeline(*items):
    made = otio.schema.Timeline("t", global_start_time=rates.time(0, R))
    track = otio.schema.Track("Picture", kind="Video")
    track.extend(items)
    made.tracks.append(track)
    return made


def dissolve(into, out):
    return otio.schema.Transition(
        in_offset=rates.time(into, R), out_offset=rates.time(out, R)
    )


def texts(made):
    return [problem.text for problem in check(made)]


def test_a_sound_timeline_has_no_problems(clip):
    assert check(timeline(clip("a"), dissolve(10, 26), clip("b"))) == []


def test_missing_media_is_all_named(clip, tmp_path):
    made = timeline(clip("a"), clip("b"))
    for path in tmp_path.glob("*.mp4"):
        path.unlink()
    assert len(check(made)) == 2
    assert all("missing" in text for text in texts(made))


def test_beyond_the_media(clip):
    (problem,) = check(timeline(clip(start=40)))
    assert problem.severity == "error"
    assert "4 record frames" in problem.text


def test_short_handles_say_which_side_and_how_many(clip):
    made = timeline(clip("a"), dissolve(11, 27), clip("b"))
    assert len(check(made)) == 2
    assert "needs 27 frames after the cut" in texts(made)[0]
    assert "needs 11 frames before the cut" in texts(made)[1]
    assert check(made)[0].place.endswith("00:00:01:00")


def carried(into, out, half=6, **changed):
    made = dissolve(into, out)
    still = (0.0, 0.0, 0.0, 0.0)
    recipe = carry.recipe(still, still, aspect=9 / 16, half_frames=half, rate=R)
    metadata.put(made, "carry", recipe | changed)
    return made


def test_a_carry_needs_no_handles(clip):
    tight = {"start": 0, "length": 60}
    made = timeline(clip("a", **tight), carried(0, 0), clip("b", **tight))
    assert check(made) == []


def test_short_handles_under_a_carry_are_a_warning(clip):
    made = timeline(clip("a"), carried(11, 27), clip("b"))
    assert [p.severity for p in check(made)] == ["warning"] * 2
    assert "want 27 frames after the cut" in texts(made)[0]
    assert check(timeline(clip("a"), carried(10, 26), clip("b"))) == []


def test_a_dip_needs_handles_as_a_dissolve_does(clip):
    dip = dissolve(11, 26)
    metadata.put(dip, "carry", {"kind": "dip", "colour": [0, 0, 0]})
    (problem,) = check(timeline(clip("a"), dip, clip("b")))
    assert problem.severity == "error"


def test_a_carry_longer_than_its_clip_is_a_warning(clip):
    made = timeline(clip("a", length=5), carried(1, 1), clip("b"))
    (problem,) = check(made)
    assert problem.severity == "warning"
    assert "The outgoing clip lasts 0.21 s" in problem.text


def test_a_damaged_carry_is_an_error(clip):
    made = timeline(clip("a"), carried(1, 1, shared="fast"), clip("b"))
    (problem,) = check(made)
    assert problem.severity == "error"
    assert "cannot be read" in problem.text


def test_half_frames(clip):
    made = clip()
    made.source_range = otio.opentime.TimeRange(
        rates.time(0, R), otio.opentime.RationalTime(24.5, 24)
    )
    (problem,) = check(timeline(made))
    assert problem.severity == "warning"


def test_no_media_and_no_stated_range(clip):
    lost, unstated = clip("a"), clip("b")
    lost.media_reference = otio.schema.MissingReference()
    unstated.media_reference.available_range = None
    assert [p.severity for p in check(timeline(lost, unstated))] == ["error", "warning"]


def test_empty_and_rateless_timelines():
    assert "empty" in texts(timeline())[0]
    assert "rate" in texts(otio.schema.Timeline("t"))[0]


def test_handles_count_the_last_frame_that_is_begun(clip):
    made = clip(start=0, length=10)
    made.media_reference.available_range = rates.span(0, 16, Fraction(16))
    assert handles(made, R) == (0, 14)
    made.media_reference.available_range = rates.span(0, 17, Fraction(16))
    assert handles(made, R) == (0, 16)


@pytest.mark.parametrize(
    ("factor", "expected"),
    [(2.0, (5, 1)), (0.5, (20, 76)), (-1.0, (26, 10)), (0.0, (10**9, 10**9))],
)
def test_handles_are_counted_in_record_frames_of_the_speed(clip, factor, expected):
    made = clip(start=10, length=24)
    if factor == -1.0:
        made.effects.append(otio.schema.LinearTimeWarp("back", -1.0))
    elif factor:
        made.effects.append(otio.schema.LinearTimeWarp("fast", factor))
    else:
        made.effects.append(otio.schema.FreezeFrame())
    assert handles(made, R) == expected


def test_what_is_wrong_within_a_nested_sequence_is_told(clip, tmp_path):
    inner = otio.schema.Stack("inner")
    inner.append(otio.schema.Track("V1", kind="Video", children=[clip("gone")]))
    (tmp_path / "gone.mp4").unlink()
    inner.source_range = rates.span(0, 24, R)
    (found,) = check(timeline(inner))
    assert found.code == "media-missing"
    assert found.place.startswith("inner: V1, gone")


def test_missing_pictures_of_a_sequence_are_told(tmp_path):
    made = otio.schema.ImageSequenceReference(
        locate.url(tmp_path) + "/", "a.", ".png", 1, 1, 24.0, 4,
        available_range=rates.span(0, 48, R),
    )  # fmt: skip
    (tmp_path / "a.0001.png").write_bytes(b"x")
    (found,) = check(timeline(otio.schema.Clip("a", made, rates.span(0, 48, R))))
    assert found.code == "media-missing"
    assert "a.0048.png" in found.text
