"""The encoders, and that what is encoded twice is the same twice."""

from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from otio_genai.media.codecs import can_decode, can_encode, x264_steady
from otio_genai.media.write import FilmWriter


def test_what_a_film_needs_is_there_and_nonsense_is_not():
    assert can_encode("libx264")
    assert can_encode("aac")
    assert can_decode("h264")
    assert not can_encode("no such codec")
    assert not can_decode("no such codec")


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_pictures_are_the_same_bytes(tmp_path, threads):
    """Six times, for without care two of six differ on some processors."""
    rng = np.random.default_rng(0)
    base = rng.integers(0, 255, (60, 80, 3), dtype=np.uint8)
    wide = Image.fromarray(base).resize((400, 300), Image.Resampling.BILINEAR)
    pictures = [
        np.asarray(wide.crop((k, k // 2, k + 192, k // 2 + 108)))
        + rng.integers(0, 9, (108, 192, 3), dtype=np.uint8)
        for k in range(60)
    ]
    made = set()
    for number in range(6):
        path = tmp_path / f"{number}.mp4"
        with FilmWriter(path, 192, 108, Fraction(24), None, threads=threads) as film:
            for picture in pictures:
                film.video(picture)
        made.add(path.read_bytes())
    assert len(made) == 1
    assert set(x264_steady()) <= {"x264-params"}
