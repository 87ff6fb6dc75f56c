"""Timelines written as XMEML and read again, and documents with sequences."""

from fractions import Fraction

import pytest

from otio_genai.interchange import read_xmeml, write_xmeml
from otio_genai.interchange.census import lost
from otio_genai.interchange.xmeml.lint import lint_xmeml

__all__ = [
    "BOTH",
    "R24",
    "bin_of",
    "exact",
    "sequence",
    "there_and_back",
    "timeline_of",
]

BOTH = pytest.mark.parametrize("dialect", ["premiere", "resolve"])
R24 = Fraction(24)


def timeline_of(text, *args, **options):
    """Read without the account, where a test asks for the timeline alone."""
    return read_xmeml(text, *args, **options)[0]


def there_and_back(timeline, dialect="premiere"):
    """Write, read, and write again the same; return what was read, told and written."""
    text, loss = write_xmeml(timeline, dialect)
    back, read = read_xmeml(text)
    assert write_xmeml(back, dialect)[0] == text
    return back, loss + read, text


def exact(timeline, but=()):
    """Return a timeline as it comes back, which is whole, by the rules but some."""
    back, loss, text = there_and_back(timeline)
    assert lost(timeline, back) == [] == lost(back, timeline)
    assert not loss.lossy, loss.readable()
    assert {finding.rule for finding in lint_xmeml(text)} <= set(but)
    return back


def sequence(number, name, *shown):
    """Return a sequence that shows others, given by their numbers, one by one."""
    items = "".join(
        f"<clipitem id='c{number}{k}'><start>{10 * k}</start><end>{10 * k + 10}</end>"
        f"<in>0</in><out>10</out><sequence id='s{inner}'/></clipitem>"
        for k, inner in enumerate(shown)
    )
    return (
        f"<sequence id='s{number}'><name>{name}</name><duration>20</duration>"
        "<rate><timebase>24</timebase></rate><media><video><track>"
        f"{items}</track></video></media></sequence>"
    )


def bin_of(*sequences):
    """Return a document of sequences."""
    return f"<xmeml version='4'>{''.join(sequences)}</xmeml>"
