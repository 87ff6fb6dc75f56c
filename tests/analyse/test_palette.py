import numpy as np
import pytest

from otio_genai.analyse import palette

# sRGB primaries and their Lab under D65.
KNOWN = [
    ((255, 255, 255), (100, 0, 0)),
    ((0, 0, 0), (0, 0, 0)),
    ((255, 0, 0), (53.24, 80.09, 67.20)),
    ((0, 255, 0), (87.73, -86.18, 83.18)),
    ((0, 0, 255), (32.30, 79.19, -107.86)),
    ((119, 119, 119), (50.03, 0, 0)),
]


def plain(rgb, size=(20, 30)):
    return np.full((*size, 3), rgb, np.uint8)


@pytest.mark.parametrize(("rgb", "lab"), KNOWN)
def test_lab_of_known_colours(rgb, lab):
    assert palette.lab(plain(rgb))[0] == pytest.approx(lab, abs=0.05)


def test_luma_weighs_green_most():
    assert palette.lab(plain((0, 255, 0)))[1] == pytest.approx(182.4, abs=0.1)


def test_ends_are_kept_apart():
    kept = palette.to_metadata([plain((0, 0, 0))], [plain((255, 255, 255))] * 2)
    assert kept["entry_lab"] == [0, 0, 0]
    assert kept["exit_lab"][0] == 100
    assert kept["lab"][0] == 50
    assert (kept["entry_luma"], kept["exit_luma"]) == (0, 255)


@pytest.mark.parametrize("size", [(1, 1), (2000, 3), (64, 64)])
def test_any_size(size):
    assert palette.lab(plain((255, 255, 255), size))[1] == pytest.approx(255)
