"""Fixtures of assembly."""

import pytest

from otio_genai.assemble import anneal, order


@pytest.fixture(scope="module")
def hurried():
    """Seek two orders with few moves: for laws that hold however good the film is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anneal, "_MOVES", 400)
        patch.setattr(order, "_VARIED", (0.0, 0.03))
        patch.setattr(order, "_VARIED_MORE", ())
        yield
