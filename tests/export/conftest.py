"""Takes of drifting textures, made once."""

from fractions import Fraction

import pytest

from tests.support.project import drifting


@pytest.fixture(scope="session")
def takes(tmp_path_factory):
    """Four takes of three seconds at 24 frames a second."""
    folder = tmp_path_factory.mktemp("takes")
    speeds = [(-1.5, 0.5), (-3.0, 1.0), (2.0, 0.0), (0.0, 1.0)]
    return [
        drifting(folder / f"take {k}.mp4", 72, Fraction(24), speed_px=speed, seed=k)
        for k, speed in enumerate(speeds)
    ]
