"""The oracle judged by itself: what it writes it reads, and it never misreads."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from otio_genai.kit import coded as blocks
from tests.support import coded

codes = st.tuples(st.integers(0, 255), st.integers(0, 65535))
sizes = st.tuples(st.integers(60, 400), st.integers(40, 300))


@given(codes, sizes)
def test_every_code_is_read_back_at_any_size(code, size):
    assert coded.read_code(coded.coded_frame(*code, *size)) == code


@given(codes, sizes)
@settings(max_examples=30)
def test_scaling_keeps_the_code(code, size):
    picture = Image.fromarray(coded.coded_frame(*code))
    assert coded.read_code(np.asarray(picture.resize(size))) == code


@given(codes, st.integers(0, 40), st.integers(0, 40), st.floats(0.25, 1))
@settings(max_examples=30)
def test_letterbox_and_fade_keep_the_code(code, above, beside, level):
    picture = coded.coded_frame(*code) * level
    boxed = np.pad(picture, ((above, above), (beside, beside), (0, 0)))
    assert coded.read_code(boxed) == code


@given(codes, codes)
def test_two_codes_differ_in_two_blocks_at_least(one, other):
    a, b = blocks._bits(*one), blocks._bits(*other)
    assert one == other or np.count_nonzero(a != b) >= 2


@pytest.mark.parametrize("level", [0, 16, 128, 255])
def test_a_flat_picture_is_no_code(level):
    assert coded.read_code(np.full((108, 192, 3), level, np.uint8)) is None


@given(codes, st.integers(0, 31))
def test_a_flipped_block_is_no_code(code, block):
    picture = coded.coded_frame(*code)
    xs, ys = blocks._edges(192, blocks.COLUMNS), blocks._edges(108, blocks.ROWS)
    row, column = divmod(block, blocks.COLUMNS)
    part = np.s_[ys[row] : ys[row + 1], xs[column] : xs[column + 1]]
    picture[part] = 255 - picture[part]
    assert coded.read_code(picture) is None


@given(codes, codes, st.fractions(0, 1))
@settings(max_examples=50)
def test_dissolve_weights_are_found(one, other, weight):
    if one == other:
        return
    a = coded.coded_frame(*one).astype(np.float64)
    b = coded.coded_frame(*other).astype(np.float64)
    mixed = np.rint(a * float(1 - weight) + b * float(weight)).astype(np.uint8)
    found = coded.read_blend(mixed, [one, other])
    assert found is not None
    assert found[other] == pytest.approx(float(weight), abs=0.01)
    assert found[one] == pytest.approx(float(1 - weight), abs=0.01)


def test_a_stranger_in_a_dissolve_is_noticed():
    a, b = coded.coded_frame(1, 10), coded.coded_frame(200, 900)
    mixed = (a // 2 + b // 2).astype(np.uint8)
    assert coded.read_blend(mixed, [(1, 10), (200, 901)]) is None
    assert coded.read_code(mixed) is None


@pytest.mark.parametrize("crf", ["23", "35"])
def test_a_compressed_take_reads_back(tmp_path, crf):
    file = coded.write_take(
        tmp_path / "a.mp4", 7, 30, Fraction(24), options={"crf": crf}, first_number=500
    )
    assert coded.read_film(file) == [(7, 500 + n) for n in range(30)]


def test_no_code_beyond_its_bits():
    with pytest.raises(ValueError, match="no code"):
        coded.coded_frame(256, 0)
