"""A film of every kind of segment, and its segments made in this process."""

from fractions import Fraction

import pytest

from tests.render.building import mixed_film
from tests.render.cluster.making import jobs_of, made_here
from tests.support.coded import write_take


@pytest.fixture(scope="session")
def few(tmp_path_factory):
    """Four takes of two seconds at different rates."""
    folder = tmp_path_factory.mktemp("media of the film")
    quick = {"preset": "ultrafast", "crf": "15"}
    rates = (24, 25, 30, 16)
    return [
        write_take(folder / f"take{n}.mp4", n, 2 * rate, rate, options=quick)
        for n, rate in enumerate(rates, 1)
    ]


@pytest.fixture(scope="session")
def film(few):
    return mixed_film(few, Fraction(24))


@pytest.fixture(scope="session")
def jobs(film):
    return jobs_of(film)


@pytest.fixture(scope="session")
def wanted(jobs, tmp_path_factory):
    """Hash of each segment by its key, made one after the other."""
    return made_here(jobs, tmp_path_factory.mktemp("made here"))
