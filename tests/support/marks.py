"""Which cases of a law the quick suite runs."""

from collections.abc import Iterable

import pytest


def later(cases: Iterable[object], quick: int) -> list[object]:
    """The first ``quick`` cases as they are, and the others marked slow."""
    cases = list(cases)
    rest = [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.slow
        )
        for case in cases[quick:]
    ]
    return [*cases[:quick], *rest]
