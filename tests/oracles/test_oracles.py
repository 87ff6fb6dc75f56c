"""Our files, rendered by other people's programs, show the pictures they should.

Slow, and skipped where a program is not installed (``make oracles`` does that).
"""

from fractions import Fraction

import pytest

from otio_genai.export import export
from tests.oracles.features import Media
from tests.oracles.programs import PROGRAMS
from tests.oracles.trial import ROADS, attempt, cases, trial

pytestmark = pytest.mark.slow

RATES = [Fraction(24_000, 1001), Fraction(24), Fraction(30_000, 1001), Fraction(30)]


@pytest.fixture(scope="session")
def media(tmp_path_factory):
    made = {}

    def at(rate):
        if rate not in made:
            made[rate] = Media(tmp_path_factory.mktemp("media"), rate)
        return made[rate]

    return at


def _installed(name):
    reason = PROGRAMS[name].absent()
    if reason:
        pytest.skip(reason)


@pytest.mark.parametrize(("name", "road", "feature"), cases())
def test_every_feature(name, road, feature, media, tmp_path):
    _installed(name)
    result = trial(name, road, feature, media(Fraction(25)), tmp_path)
    assert result.wrong == ()
    assert result.sound_wrong == ()
    assert result.frames > 25


@pytest.mark.parametrize("rate", RATES, ids=lambda r: f"{float(r):.3f}")
@pytest.mark.parametrize(("name", "road", "feature"), cases())
def test_cuts_at_every_rate(name, road, feature, rate, media, tmp_path):
    if feature not in ("cuts", "gaps"):
        pytest.skip("at one rate only")
    _installed(name)
    result = trial(name, road, feature, media(rate), tmp_path)
    assert result.wrong == ()


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_a_wrong_file_is_seen(name, media, tmp_path):
    """Two frames off in one clip: the comparison must say so."""
    _installed(name)
    road = next(iter(PROGRAMS[name].shows))
    made = media(Fraction(25))
    right = made.film([made.clip(made.a, 12, 20), made.clip(made.b, 30, 20)])
    wrong = made.film([made.clip(made.a, 12, 20), made.clip(made.b, 32, 20)])
    document = tmp_path / f"wrong{ROADS[road]}"
    export(wrong, document, to=road)
    result = attempt(PROGRAMS[name], road, "cuts", right, document)
    assert len(result.wrong) == 20
