"""The rendered film equals the picture map, frame for frame."""

import itertools

import numpy as np
import pytest

from otio_genai import maps
from otio_genai.media.probe import probe
from otio_genai.render import (
    frame_source,
    moviepy_clip,
    pictures,
    render,
    render_film,
    render_frame,
)
from tests.render.building import (
    FILM_RATES,
    TAKE_RATES,
    clip,
    dissolve,
    mixed_film,
    timeline,
    wrong_frames,
)
from tests.support.coded import decoded, read_film, write_take
from tests.support.marks import later


@pytest.mark.parametrize("rate", later(FILM_RATES, 5), ids=lambda r: f"{float(r):.3f}")
def test_every_frame_of_the_film_is_the_one_of_the_map(takes, tmp_path, rate):
    made = mixed_film(takes, rate)
    before = made.to_json_string()
    film = render(made, tmp_path / "film.mp4")
    assert wrong_frames(decoded(film), made) == []
    facts = probe(film)
    assert (facts.rate, facts.frames) == (rate, len(maps.picture_map(made)))
    assert facts.color == ("tv", "bt709", "bt709", "bt709")
    assert made.to_json_string() == before


@pytest.mark.parametrize("rate", later(FILM_RATES, 4), ids=lambda r: f"{float(r):.3f}")
def test_moviepy_counts_the_same_frames(takes, rate):
    made = mixed_film(takes, rate)
    film = moviepy_clip(made)
    length = len(maps.picture_map(made))
    assert film.fps == float(rate)
    assert film.n_frames == length
    assert film.duration == pytest.approx(length / rate, abs=1e-12)
    assert wrong_frames(film.iter_frames(fps=film.fps), made) == []
    film.close()


def test_moviepy_and_render_show_the_same(takes, tmp_path):
    made = mixed_film(takes, FILM_RATES[0])
    film = moviepy_clip(made)
    path = render(made, tmp_path / "film.mp4", crf=4)
    pairs = itertools.zip_longest(film.iter_frames(fps=film.fps), decoded(path))
    far = [np.abs(a.astype(int) - b.astype(int)).mean() for a, b in pairs]
    film.close()
    assert max(far) < 2


def test_moviepy_goes_on_with_it(takes):
    made = timeline([clip(takes[2], 5, 20)])
    with moviepy_clip(made) as film:
        part = film.subclipped(0.25, 0.5).resized((96, 54))
        assert part.get_frame(0).shape == (54, 96, 3)
        codes = [(3, 5 + k) for k in range(6, 12)]
        seen = [render_frame(made, k) for k in range(6, 12)]
        for picture, got, code in zip(
            seen, film.subclipped(0.25, 0.5).iter_frames(fps=24), codes, strict=True
        ):
            assert (picture == got).all(), code


def test_single_frames_in_any_order(takes):
    made = mixed_film(takes, FILM_RATES[3])
    wanted = maps.picture_map(made)
    with frame_source(made) as picture:
        shown = {k: picture(k) for k in (40, 3, 41, 12, 0, len(wanted) - 1, 26)}
    ordered = [shown.get(k) for k in range(len(wanted))]
    for k, found in enumerate(ordered):
        if found is not None:
            assert (render_frame(made, k) == found).all()


def test_a_take_dissolves_into_itself(takes, tmp_path):
    made = timeline(
        [clip(takes[2], 2, 10), dissolve(2, 2), clip(takes[2], 30, 10, name="again")]
    )
    assert wrong_frames(decoded(render(made, tmp_path / "film.mp4")), made) == []


def test_few_files_are_open(takes, tmp_path, monkeypatch):
    opened: list[int] = []

    class Counting(pictures.FrameReader):
        def __init__(self, path):
            opened.append(1)
            super().__init__(path)

        def close(self):
            opened.append(-1)
            super().close()

    monkeypatch.setattr(pictures, "FrameReader", Counting)
    render_film(mixed_film(takes, FILM_RATES[1]), tmp_path / "film.mp4", cache=False)
    assert opened and sum(opened) == 0
    assert max(itertools.accumulate(opened)) <= pictures.OPEN_READERS + 1


def test_plain_spans_stay_out_of_rgb(takes, tmp_path):
    made = mixed_film(takes, FILM_RATES[1])
    layers = maps.picture_map(made)
    whole = sum(len(a) == 1 and a[0].weight == 1 for a in layers)
    assert render_film(made, tmp_path / "film.mp4").plain_frames == whole


def test_the_same_timeline_gives_the_same_bytes(takes, tmp_path):
    made = mixed_film(takes, FILM_RATES[1])
    first = render(made, tmp_path / "a.mp4", cache=False).read_bytes()
    assert render(made, tmp_path / "b.mp4", cache=False).read_bytes() == first


def test_a_file_shorter_than_promised_holds_its_last_frame(takes, tmp_path):
    made = timeline([clip(takes[2], 40, 20)])
    reference = made.tracks[0][0].media_reference
    del reference.metadata["otio_genai"]
    reference.available_range = made.tracks[0][0].source_range.extended_by(
        reference.available_range
    )
    done = render_film(made, tmp_path / "film.mp4")
    assert read_film(done.path)[-9:] == [(3, 51)] * 9
    assert "held 8 frames" in done.notes[0]


@pytest.mark.slow
@pytest.mark.parametrize("take_rate", TAKE_RATES, ids=lambda r: f"{float(r):.3f}")
@pytest.mark.parametrize("rate", FILM_RATES, ids=lambda r: f"{float(r):.3f}")
@pytest.mark.parametrize("size", [(640, 360), (320, 320)], ids=str)
def test_every_pair_of_rates(tmp_path, rate, take_rate, size):
    path = write_take(
        tmp_path / "take9.mp4", 9, int(12 * take_rate), take_rate, size=size
    )
    other = write_take(
        tmp_path / "take8.mkv", 8, int(12 * take_rate), take_rate, size=size
    )
    length = int(4 * rate)
    made = timeline(
        [clip(path, n * 7, length // 2, rate) for n in range(3)]
        + [dissolve(7, 9, rate), clip(other, 20, length, rate)],
        rate=rate,
        size=size,
    )
    film = render(made, tmp_path / "film.mp4")
    assert wrong_frames(decoded(film), made) == []
