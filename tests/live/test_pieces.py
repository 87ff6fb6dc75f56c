"""The shelf: in turn, bounded, and nothing on air is ever destroyed."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from otio_genai.live.pieces import Piece, Shelf


def row(lengths):
    start = Fraction(0)
    for number, length in enumerate(lengths):
        duration = Fraction(length, 24)
        yield Piece("video", number, start, duration, (b"ab", memoryview(b"c")))
        start += duration


lengths = st.lists(st.integers(1, 96), min_size=1, max_size=80)


@given(lengths, st.fractions(0, 8))
def test_a_shelf_is_a_bounded_end_of_the_row(lengths, lead):
    shelf = Shelf()
    pieces = list(row(lengths))
    for piece in pieces:
        on_air = max(Fraction(0), piece.end_s - lead)
        shelf.add(piece, on_air)
        held = [p for p in pieces[: piece.number + 1] if shelf.get(p.number) is p]
        assert held == pieces[piece.number + 1 - len(held) : piece.number + 1]
        assert len(held) == len(shelf) == min(piece.number + 1, max(18, len(held)))
        if len(held) > 18:
            assert held[0].end_s > on_air
        for p in pieces:
            gone = p.number <= piece.number and p not in held
            assert shelf.gone(p.number) == gone
        listed = list(shelf.listed())
        assert listed == held[len(held) - len(listed) :]
        assert len(listed) >= min(6, len(held))
        span = sum(p.duration_s for p in listed)
        assert len(listed) == len(held) or (span >= 12 and len(listed) >= 6)
        assert shelf.since(on_air) == [p for p in held if p.end_s > on_air]
    shelf.clear()
    assert len(shelf) == 0


def test_a_piece_says_its_size_and_its_kind():
    piece = next(row([24]))
    assert piece.size == 3
    assert piece.joined() == b"abc"
    assert piece.message() == b"vabc"
    assert piece.end_s == 1
