"""What stands out and what moves is found where it is, and measured once."""

from fractions import Fraction

import numpy as np
import pytest

from otio_genai.analyse import profiles as spread
from otio_genai.analyse.cache import Cache
from otio_genai.analyse.palette import hex_colour, lab
from otio_genai.analyse.picture import small
from otio_genai.analyse.saliency import COLUMNS, moving, saliency, standing_out
from otio_genai.errors import MediaError
from otio_genai.media.frames import FrameReader
from tests.support import blobs, synth

PLACES = (0.1, 0.35, 0.5, 0.8)


def middle(found):
    columns = found.sum(axis=0)
    return float(columns @ (np.arange(len(columns)) + 0.5) / len(columns))


def still(grey):
    return small(0, 0, grey, 8)


@pytest.mark.parametrize("x", PLACES)
def test_what_differs_from_its_surround_stands_out(x):
    found = standing_out(blobs.picture(x))
    assert found.shape == (36, COLUMNS)
    assert found.sum() == pytest.approx(1)
    assert abs(np.argmax(found.sum(axis=0)) + 0.5 - x * COLUMNS) <= 3


def test_a_colour_stands_out_from_greys_of_its_own_lightness():
    shown = np.full((90, 160, 3), 119, np.uint8)
    shown[30:60, 20:40] = (214, 47, 47)
    assert abs(lab(shown[30:60, 20:40])[0][0] - lab(shown[:20])[0][0]) < 3
    assert middle(standing_out(shown)) < 0.3


@pytest.mark.parametrize("shape", [(90, 160, 3), (160, 90, 3), (64, 64, 3), (1, 1, 3)])
def test_nothing_stands_out_in_a_plain_picture(shape):
    found = saliency(np.full(shape, 90, np.uint8), None, None)
    assert found == pytest.approx(1 / found.size)


@pytest.mark.parametrize("x", PLACES)
def test_what_moves_by_itself_is_found_over_a_panning_ground(x):
    ground = synth.texture(1, 180, 320).clip(20, 235).astype(np.uint8)
    pair = [
        blobs.picture(x + dx, ground=np.roll(ground, -4 * k, axis=1))[..., 0]
        for k, dx in enumerate((-0.015, 0.015))
    ]
    found = moving(still(pair[0]), still(pair[1])).sum(axis=0)
    near = np.abs((np.arange(len(found)) + 0.5) / len(found) - x) < 0.12
    assert found[near].sum() > 0.7


def test_nothing_moves_in_a_picture_that_stays_or_is_cut():
    one, other = (
        synth.texture(seed, 180, 320)[:180, :320].clip(0, 255).astype(np.uint8)
        for seed in (1, 2)
    )
    assert not moving(still(one), still(one)).any()
    assert not moving(still(one), still(other)).any()


@pytest.mark.parametrize("x", PLACES)
def test_movement_counts_more_than_texture(x):
    ground = synth.texture(5, 180, 320).clip(20, 235).astype(np.uint8)
    pair = [blobs.picture(x + dx, ground=ground, levels=120) for dx in (0, 0.02)]
    found = saliency(pair[0], *(still(p[..., 0]) for p in pair)).sum(axis=0)
    assert abs(np.argmax(found) + 0.5 - x * COLUMNS) <= 4


def test_a_mirrored_picture_has_the_mirrored_map():
    ground = synth.texture(5, 180, 320).clip(20, 235).astype(np.uint8)
    pair = [blobs.picture(0.3 + dx, ground=ground) for dx in (0, 0.02)]
    straight, turned = (
        saliency(way[0], *(still(np.ascontiguousarray(p[..., 0])) for p in way))
        for way in (pair, [p[:, ::-1] for p in pair])
    )
    columns = straight.sum(axis=0), turned[:, ::-1].sum(axis=0)
    assert np.abs(np.cumsum(columns[0] - columns[1])).max() < 0.02


@pytest.fixture(scope="module")
def take(tmp_path_factory):
    """The square is at the left for twelve seconds, then at the right."""
    shown = [
        blobs.picture((0.2 if k < 288 else 0.8) + 0.01 * (k % 4)) for k in range(300)
    ]
    return blobs.write(tmp_path_factory.mktemp("takes") / "take.mp4", shown)


def test_profiles_are_those_of_the_frames_asked_for(take, tmp_path):
    found = spread.profiles(take, blobs.RATE, "ab" * 32, Cache(tmp_path), [0, 5, 290])
    assert set(found) == {0, 5, 290}
    for number, x in ((0, 0.2), (290, 0.8)):
        columns = found[number].columns
        assert columns.shape == found[number].rows.shape == (spread.BINS,)
        assert columns.sum() == pytest.approx(1)
        assert abs(np.argmax(columns) + 0.5 - x * spread.BINS) <= 4
        assert abs(np.argmax(found[number].rows) + 0.5 - 0.5 * spread.BINS) <= 9
    assert (found[0].columns == found[5].columns).all()
    assert hex_colour(found[0].dark_lab) in ("#3b3b3b", "#3c3c3c", "#3d3d3d")


def test_only_what_is_used_is_measured_and_only_once(take, tmp_path, monkeypatch):
    opened = []

    class Counting(FrameReader):
        def frame(self, number):
            opened.append(number)
            return super().frame(number)

    monkeypatch.setattr(spread, "FrameReader", Counting)
    cache = Cache(tmp_path)
    first = spread.profiles(take, blobs.RATE, "cd" * 32, cache, [200, 210])
    assert opened and min(opened) >= 190
    opened.clear()
    again = spread.profiles(take, blobs.RATE, "cd" * 32, cache, [200, 210])
    assert not opened
    assert (first[200].columns == again[200].columns).all()
    take_of_another_hash = spread.profiles(take, blobs.RATE, "ef" * 32, cache, [200])
    assert opened and set(take_of_another_hash) == {200}


def test_frames_that_a_file_does_not_have_are_left_out(take, tmp_path):
    asked = [10, 299, 400, 4000]
    found = spread.profiles(take, blobs.RATE, "ab" * 32, Cache(tmp_path), asked)
    assert set(found) == {10, 299}


def test_a_still_has_one_profile(tmp_path):
    from PIL import Image

    path = tmp_path / "still.png"
    Image.fromarray(blobs.picture(0.7)).save(path)
    found = spread.profiles(path, None, "ab" * 32, Cache(tmp_path / "c"), [0])
    assert abs(np.argmax(found[0].columns) + 0.5 - 0.7 * spread.BINS) <= 3


def test_a_take_of_one_frame_and_one_of_a_low_rate_are_measured(tmp_path):
    for name, frames, rate in (("a", 1, Fraction(24)), ("b", 5, Fraction(1, 2))):
        shown = [blobs.picture(0.3)] * frames
        path = blobs.write(tmp_path / f"{name}.mp4", shown, rate=rate)
        found = spread.profiles(path, rate, "ab" * 32, Cache(tmp_path / name), [0])
        assert abs(np.argmax(found[0].columns) + 0.5 - 0.3 * spread.BINS) <= 3


def test_a_file_that_cannot_be_read_is_an_error_and_is_not_kept(tmp_path):
    path = tmp_path / "take.mp4"
    path.write_bytes(b"not a film")
    cache = Cache(tmp_path / "cache")
    with pytest.raises(MediaError):
        spread.profiles(path, blobs.RATE, "ab" * 32, cache, [0])
    assert not list((tmp_path / "cache").rglob("*.json"))
