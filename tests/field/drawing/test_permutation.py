"""Numbers in an order that only a key knows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_genai.field.drawing import KEY_BYTES, permuted, restored

keys = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)


@given(st.integers(1, 300), keys)
def test_every_number_comes_once(size, key):
    assert sorted(permuted(n, size, key) for n in range(size)) == list(range(size))


@given(st.integers(1, 10**450), st.integers(0, 10**450), keys)
def test_it_goes_back(size, number, key):
    number %= size
    assert restored(permuted(number, size, key), size, key) == number


@given(st.integers(1000, 10**40), keys, keys)
def test_another_key_gives_another_order(size, key, other):
    same = [permuted(n, size, key) == permuted(n, size, other) for n in range(12)]
    assert all(same) == (key == other)


@pytest.mark.parametrize(("number", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_a_number_that_is_not_among_them_is_refused(number, size):
    with pytest.raises(ValueError, match="not among"):
        permuted(number, size, bytes(KEY_BYTES))


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="bytes"):
        permuted(0, 5, b"short")
