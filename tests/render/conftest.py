"""Coded takes at every rate, made once."""

import pytest

from tests.render.building import TAKE_RATES
from tests.support.coded import write_take


@pytest.fixture(scope="session")
def takes(tmp_path_factory):
    """takeN.mp4 of two seconds, one for each rate."""
    folder = tmp_path_factory.mktemp("takes of every rate")
    return [
        write_take(
            folder / f"take{number}.mp4",
            number,
            int(2.2 * rate),
            rate,
            options={"preset": "ultrafast", "crf": "15"},
        )
        for number, rate in enumerate(TAKE_RATES, 1)
    ]
