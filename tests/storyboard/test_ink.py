"""Names on sheets are shown with the letters there are, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.storyboard import ink


@pytest.fixture
def bare(monkeypatch):
    """A computer with no typeface but Pillow's own."""
    caches = ink._file, ink.font, ink._has
    for one in caches:
        one.cache_clear()
    monkeypatch.setattr(ink.fonts, "_WIDE", ())
    yield
    for one in caches:
        one.cache_clear()


@given(st.text(max_size=80), st.integers(4, 60))
def test_what_is_shown_fits_and_can_be_drawn(name, most):
    found = ink.short(name, most)
    assert len(found) <= most
    assert all(sign.isspace() or ink._has(sign) for sign in found)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=52))
def test_plain_names_stay(name):
    assert ink.short(name) == name


def test_names_keep_their_accents_where_a_typeface_has_them():
    if not ink._file():
        pytest.skip("no typeface but Pillow's own")
    assert ink.short("Brisés, 3 × 10, Ωдя") == "Brisés, 3 × 10, Ωдя"


def test_without_such_a_typeface_letters_lose_what_is_lacking(bare):
    assert ink._file() == ""
    assert ink.short("Bris\u00e9s \u10ff") in ("Bris\u00e9s ?", "Brises ?")
    assert ink.font(15).getlength("abc") > 0
    assert len(ink.short("a" * 99)) <= 52


def test_accents_written_apart_are_letters():
    assert ink.short("Brise\u0301s") == ink.short("Bris\u00e9s")
