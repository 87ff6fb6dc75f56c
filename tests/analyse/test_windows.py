"""Motion before and after every frame, against the definition read word by word."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai.analyse import motion
from otio_genai.analyse.motion import Sample, entry_motion, exit_motion, windows
from tests.support.marks import examples


def shot(row_frames, cuts, frame):
    """Numbers of the samples between the scene changes around picture ``frame``."""
    start = max([c for c in cuts if c <= frame], default=-1)
    stop = min([c for c in cuts if c > frame], default=10**9)
    return [k for k, f in enumerate(row_frames) if start < f < stop]


def plainly(rows, cuts, frame):
    """Leaving before and entering at one frame, said as the definition says it."""
    at = rows[:, 0]
    left, entered = shot(at, cuts, frame - 1), shot(at, cuts, frame)
    leaving = [k for k in left if at[k] < frame][-5:]
    leaving = leaving or [k for k in left if at[k] > frame][:5]
    entering = [k for k in entered if at[k] > frame][:5]
    entering = entering or [k for k in entered if at[k] <= frame][-5:]
    return [
        np.median(rows[picked, 1:], axis=0) if picked else np.zeros(rows.shape[1] - 1)
        for picked in (leaving, entering)
    ]


@st.composite
def takes(draw):
    events = draw(st.lists(st.integers(1, 60), unique=True, max_size=30).map(sorted))
    cut = [draw(st.integers(0, 5)) == 0 for _ in events]
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    cuts = [f for f, is_cut in zip(events, cut, strict=True) if is_cut]
    at = [f for f, is_cut in zip(events, cut, strict=True) if not is_cut]
    rows = np.column_stack([at, rng.normal(size=(len(at), 6))]) if at else None
    return np.zeros((0, 7)) if rows is None else rows, cuts


@examples(150, 40)
@given(takes())
def test_every_frame_is_what_the_definition_says(take):
    rows, cuts = take
    frames = np.arange(-2, 64)
    leaving, entering = windows(rows, cuts, frames)
    assert leaving.shape == entering.shape == (66, 4)
    want = [plainly(rows, cuts, f) for f in frames]
    assert np.array_equal(leaving, [w[0][:4] for w in want])
    assert np.array_equal(entering, [w[1][:4] for w in want])


@settings(max_examples=40, deadline=None)
@given(takes(), st.integers(-1, 62))
def test_one_frame_of_samples_is_the_same_as_all_of_the_table(take, frame):
    rows, cuts = take
    samples = [Sample(int(r[0]), *r[1:]) for r in rows]
    samples += [Sample(c, cut=True) for c in cuts]
    samples.sort(key=lambda s: s.frame)
    leaving, entering = windows(rows, cuts, [frame], values=6)
    for found, want in (
        (exit_motion(samples, frame), leaving[0]),
        (entry_motion(samples, frame), entering[0]),
    ):
        assert found.frame == frame
        assert [*found.vector, found.residual, found.confidence] == want.tolist()


def test_nothing_reaches_across_a_scene_change():
    rows = [[f, 1.0 if f < 20 else -1.0, 0, 0, 0, 0, 1] for f in range(2, 40, 2)]
    leaving, entering = windows(rows, [20], range(41))
    # A sample arriving on the first frame of a shot would have come from the other.
    assert set(leaving[:21, 0]) == {1.0} and set(leaving[21:, 0]) == {-1.0}
    assert set(entering[:20, 0]) == {1.0} and set(entering[20:, 0]) == {-1.0}


def test_a_shot_without_samples_is_still():
    leaving, entering = windows([[4, 1, 0, 0, 0], [9, 1, 0, 0, 0]], [2, 3], [2, 3])
    assert leaving.tolist() == [[0] * 4] * 2
    assert entering.tolist() == [[0] * 4, [1, 0, 0, 0]]


def test_empty_tables():
    for rows in ([], np.zeros((0, 7))):
        leaving, entering = windows(rows, [], [0, 5])
        assert not leaving.any() and not entering.any()
        assert leaving.shape == (2, 4)
    assert windows([[1, 2, 3, 4, 5]], [], [])[0].shape == (0, 4)


# Reframing -----------------------------------------------------------------------


def flow(vector, aspect, x, y):
    """Flow at points given in widths of the frame, from its centre."""
    tx, ty, kz, kr = vector
    z, r = kz / motion.kappa(aspect), kr / motion.kappa(aspect)
    return np.stack([tx + z * x - r * y, ty + z * y + r * x])


VECTORS = st.tuples(*[st.floats(-2, 2)] * 4)
ASPECTS = st.floats(0.3, 3)


@settings(max_examples=80, deadline=None)
@given(VECTORS, ASPECTS, ASPECTS, st.sampled_from(["cover", "contain"]))
def test_a_point_of_the_film_flows_as_in_the_take(vector, take, film, fit):
    pick = max if fit == "cover" else min
    width = pick(1.0, film / take)
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, 5), np.linspace(-0.5, 0.5, 5) * film)
    want = flow(vector, take, x / width, y / width) * width
    seen = motion.reframed(vector, take_aspect=take, film_aspect=film, fit=fit)
    # Between bars the root mean square is taken over the picture alone.
    shape = film if fit == "cover" else take
    scale = 1 if fit == "cover" else width
    tx, ty, kz, kr = seen
    assert flow((tx, ty, kz / scale, kr / scale), shape, x, y) == pytest.approx(
        want, abs=1e-9
    )


@settings(max_examples=40, deadline=None)
@given(VECTORS, ASPECTS)
def test_the_same_shape_changes_nothing(vector, aspect):
    for fit in ("cover", "contain"):
        seen = motion.reframed(
            [vector], take_aspect=aspect, film_aspect=aspect, fit=fit
        )
        assert seen == pytest.approx(np.array([vector]))


def test_a_crop_measured_is_a_take_reframed():
    from tests.support import synth

    camera = (0.12, -0.08, 0.25, 0.2)
    whole = synth.take(5, camera, frames=12, height=160, width=160)
    wide = [frame[35:125] for frame in whole]
    tall = [frame[:, 35:125] for frame in whole]

    def seen(frames):
        found = motion.measure(enumerate(frames), motion.Fraction(24))
        return np.array(motion.entry_motion(found, 0).vector)

    for part, aspect in ((wide, 90 / 160), (tall, 160 / 90)):
        want = motion.reframed(seen(whole), take_aspect=1, film_aspect=aspect)
        assert np.linalg.norm(seen(part) - want) <= 0.012


@pytest.mark.parametrize("bad", [{"take_aspect": 0}, {"fit": "stretch"}])
def test_framings_that_do_not_exist(bad):
    with pytest.raises(ValueError, match="framing"):
        motion.reframed([0] * 4, **{"take_aspect": 1, "film_aspect": 1} | bad)
