"""A picture that stays lies within a pixel of where its pose says, at even edges."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.render.geometry import fit_scale
from otio_genai.render.placing import place
from otio_genai.render.shown import NO_CROP, Look, Pose

lengths = st.integers(2, 4000)
films = st.sampled_from([(1920, 1080), (1080, 1920), (1080, 1080), (192, 108)])
parts = st.floats(0, 0.4)
crops = st.one_of(st.just(NO_CROP), st.tuples(parts, parts, parts, parts))
poses = st.builds(
    Pose,
    st.one_of(st.just(1.0), st.floats(0.2, 3)),
    st.floats(-0.6, 0.6),
    st.floats(-0.6, 0.6),
)
fits = st.sampled_from(["cover", "contain", "native"])


@settings(max_examples=150, deadline=None)
@given(lengths, lengths, films, fits, poses, crops)
def test_every_point_is_within_a_pixel(wide, high, film, fit, pose, crop):
    source, look = (wide, high), Look(fit)
    lies = place(source, film, look, pose, crop)
    scale = fit_scale(source, film, fit) * pose.scale
    shifts = (pose.x_fw * film[0], pose.y_fw * film[0])
    seen = []
    for k in (0, 1):
        corner = film[k] / 2 + shifts[k] - source[k] * scale / 2
        near = corner + source[k] * crop[k] * scale
        far = corner + source[k] * (1 - crop[k + 2]) * scale
        seen.append((corner, max(near, 0), min(far, film[k])))
    if lies is None:
        # What is not shown is at most a few pixels thin.
        assert min(far - near for _, near, far in seen) < 4
        return
    for axis, length, total, (corner, near, far) in zip(
        (lies.x, lies.y), source, film, seen, strict=True
    ):
        assert 0 <= axis.first < axis.last <= total
        assert 0 <= axis.start < axis.stop <= length
        assert 0 <= axis.skipped <= axis.length - axis.shown
        even = (axis.first, axis.last, axis.start, axis.skipped, axis.length)
        assert all(edge % 2 == 0 for edge in even) or scale == 1
        assert axis.stop % 2 == 0 or axis.stop == length
        per = axis.length / (axis.stop - axis.start)
        for at in (axis.first, axis.last):
            taken = axis.start + (axis.skipped + at - axis.first) / per
            assert corner + taken * scale == pytest.approx(at, abs=1.1)
        assert axis.first - near <= 2.1
        assert far - axis.last <= 2.1


@pytest.mark.parametrize("source", [(1920, 1080), (1280, 720), (640, 360)])
def test_what_fills_the_frame_is_taken_whole(source):
    lies = place(source, (1920, 1080), Look(), Pose(), NO_CROP)
    for axis, length, total in zip((lies.x, lies.y), source, (1920, 1080), strict=True):
        assert (axis.start, axis.stop) == (0, length)
        assert (axis.length, axis.skipped, axis.first) == (total, 0, 0)


def test_one_to_one_is_never_scaled():
    for x in (0, 0.0003, 0.013, 0.2):
        lies = place((801, 603), (1920, 1080), Look("native"), Pose(1, x), NO_CROP)
        for axis in (lies.x, lies.y):
            assert axis.length == axis.stop - axis.start


def test_what_lies_outside_is_not_seen():
    assert place((64, 64), (192, 108), Look(), Pose(1, 2), NO_CROP) is None
    assert place((64, 64), (192, 108), Look(), Pose(), (1, 0, 0, 0)) is None
