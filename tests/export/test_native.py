"""Keyframes of a carry are its key poses on top of the clip's own camera."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai import maps, metadata
from otio_genai.export.native import compose, keyed, most_push
from otio_genai.maps.carry import cover_scale
from otio_genai.render.geometry import framing
from tests.export.building import MOTIONS, SIZE
from tests.render.building import clip
from tests.support.marks import later

R = Fraction(24)
poses = st.tuples(
    st.floats(0.5, 2), st.floats(-1, 1), st.floats(-1, 1), st.floats(-180, 180)
)
points = st.tuples(st.floats(-1, 1), st.floats(-1, 1))


def moved(pose, point):
    scale, x, y, degrees = pose
    turn = complex(math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))
    return scale * turn * complex(*point) + complex(x, y)


@given(poses, poses, points)
def test_a_composed_pose_moves_a_point_as_both_do(inner, outer, point):
    there = moved(inner, point)
    both = moved(outer, (there.real, there.imag))
    assert abs(moved(compose(inner, outer), point) - both) < 1e-5


@given(poses)
def test_rest_changes_no_pose(pose):
    rest = (1.0, 0.0, 0.0, 0.0)
    kept = pytest.approx(pose, abs=1e-6)
    assert compose(pose, rest) == kept
    assert compose(rest, pose) == kept


def recipe(half=6):
    return maps.carry.recipe(
        *MOTIONS, aspect=SIZE[1] / SIZE[0], half_frames=half, rate=R
    )


def at(keys, frame):
    columns = np.array(keys, float).T
    return tuple(np.interp(frame, columns[0], column) for column in columns[1:])


OWN = [
    None,
    {"fit": "cover", "keys": [[0, 1.0, 0.0, 0.0, 0.0], [40, 1.3, 0.05, 0.0, 4.0]]},
    {"fit": "contain", "keys": [[-5, 1.2, 0.1, 0.02, 0.0]]},
]


@pytest.mark.parametrize("own", OWN, ids=["still", "moving", "set"])
@pytest.mark.parametrize("length", later([8, 13, 14, 40], 2))
def test_every_frame_has_the_pose_of_its_camera_and_of_every_carry(takes, own, length):
    made = recipe()
    kept = {} if own is None else {"framing": own}
    held = clip(takes[0], 0, length, **kept)
    before = framing(held)
    keyed(held, [(0, made["keys_in"]), (length, made["keys_out"])], length)
    after = framing(held)
    assert after.fit == before.fit
    for frame in range(length):
        pose = before.at(frame)
        wanted = (pose.scale, pose.x_fw, pose.y_fw, pose.rotation_deg)
        for cut, keys in ((0, made["keys_in"]), (length, made["keys_out"])):
            if 0 <= frame - cut <= 6 or -7 <= frame - cut < 0:
                wanted = compose(wanted, at(keys, frame - cut))
        got = after.at(frame)
        found = (got.scale, got.x_fw, got.y_fw, got.rotation_deg)
        assert found == pytest.approx(wanted, abs=2e-5), frame


def test_no_edge_shows_and_the_push_is_told(takes):
    made = recipe()
    held = clip(takes[0], 0, 30)
    keyed(held, [(0, made["keys_in"]), (30, made["keys_out"])], 30)
    keys = metadata.read(held, "framing")["keys"]
    for _, scale, x, y, degrees in keys:
        least = cover_scale(x, y, math.radians(degrees), SIZE[1] / SIZE[0])
        assert scale >= least - 1e-6
    assert max(key[1] for key in keys) == pytest.approx(most_push(made))
    assert [key[0] for key in keys] == sorted({key[0] for key in keys})
    assert all(isinstance(key[0], int) for key in keys)
