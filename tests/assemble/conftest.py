"""Fixtures of assembly."""

import pytest

from otio_genai.assemble.planning import anneal, order


def _sought(moves):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anneal, "_MOVES", moves)
        patch.setattr(order, "_VARIED", (0.0, 0.03))
        patch.setattr(order, "_VARIED_MORE", ())
        yield


@pytest.fixture(scope="module")
def hurried():
    """Seek two orders with few moves: for laws that hold however good the film is."""
    yield from _sought(400)


@pytest.fixture(scope="module")
def brisk():
    """Seek two orders, not as good as they could be, but far better than chance."""
    yield from _sought(3000)
