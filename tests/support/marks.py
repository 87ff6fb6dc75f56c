"""Which cases of a law the quick suite runs."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import settings


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


def examples(whole: int, quick: int, **others: Any) -> settings:
    """Settings of a law that the quick suite tries with fewer examples."""
    profile = settings.get_current_profile_name()
    return settings(max_examples=quick if profile == "quick" else whole, **others)
