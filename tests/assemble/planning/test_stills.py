"""Stills: moves that never show an edge, and films of nothing but them."""

import math
from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_genai import maps, metadata
from otio_genai.analyse.motion import kappa
from otio_genai.assemble import Style, assemble
from otio_genai.assemble.planning.stills import moves, stills
from otio_genai.render.geometry import framing
from tests.support import bins as made
from tests.support.films import clips, faults, is_still, joins, names, shown
from tests.support.marks import later

pytestmark = pytest.mark.usefixtures("hurried")

FILMS = {"landscape": (1920, 1080), "portrait": (1080, 1920), "square": (1080, 1080)}
RATE = Fraction(24)


def album(count=12, **of):
    return [made.still(f"s{k}", **of) for k in range(count)]


def uncovered(pose, aspect):
    """How far the picture's nearest edge has come into the frame, 0 or less if not."""
    wide, high = pose.scale / 2, pose.scale * aspect / 2
    return max(0.5 - wide + abs(pose.x_fw), aspect / 2 - high + abs(pose.y_fw))


zooms = st.floats(0, 0.3)
pans = st.floats(0, 0.15)


@pytest.mark.parametrize("size", FILMS.values(), ids=FILMS)
@settings(max_examples=40, deadline=None)
@given(zooms, pans, st.integers(1, 400), st.integers(0, 30), st.integers(0, 30))
def test_every_key_covers_the_frame(size, zoom, pan, length, head, tail):
    aspect = size[1] / size[0]
    style = Style(still_zoom_per_s=zoom, still_pan_fw_s=pan)
    for move in moves(style, aspect):
        keys = move.keys(length, RATE, aspect, (head, tail))
        assert keys[0][0] == -head
        assert keys[-1][0] == length + tail
        for _, scale, x, y, turn in keys:
            assert turn == 0
            assert 0.5 - scale / 2 + abs(x) < 1e-5
            assert (0.5 - scale / 2) * aspect + abs(y) < 1e-5


@pytest.mark.parametrize("size", FILMS.values(), ids=FILMS)
@settings(max_examples=40, deadline=None)
@given(zooms, pans, st.integers(24, 400), st.floats(0.02, 0.98))
def test_the_motion_is_the_one_the_keys_make(size, zoom, pan, length, part):
    aspect = size[1] / size[0]
    style = Style(still_zoom_per_s=zoom, still_pan_fw_s=pan)
    for move in moves(style, aspect):
        keys = np.array(move.keys(length, RATE, aspect))
        frame = part * length
        step = min(frame, length - frame, 1.0)
        around = [
            [np.interp(at, keys[:, 0], keys[:, k]) for k in (1, 2, 3)]
            for at in (frame - step, frame + step)
        ]
        (before, x, y), (after, to_x, to_y) = around
        span_s = 2 * step / float(RATE)
        seen = (
            (to_x - x) / span_s,
            (to_y - y) / span_s,
            kappa(aspect) * math.log(after / before) / span_s,
            0.0,
        )
        # Between keys a zoom is linear, so a little uneven.
        assert np.allclose(seen, move.vector(aspect), atol=0.004 + 0.06 * zoom)


def test_a_move_is_known_again_by_its_keys():
    style = Style()
    for size in FILMS.values():
        aspect = size[1] / size[0]
        (still,) = stills(made.bin_of(made.still("s")), RATE, aspect, style)
        for way, move in enumerate(still.moves):
            assert still.way_of(move.keys(60, RATE, aspect, (6, 12))) == way
        assert still.moves[still.way_of([])].name == "hold"


@pytest.mark.parametrize("size", FILMS.values(), ids=FILMS)
@pytest.mark.parametrize("kind", later(["dissolve", "match", "dip"], 1))
def test_a_film_of_stills_never_shows_an_edge_nor_stops_in_a_dissolve(size, kind):
    shares = {} if kind == "match" else {f"{kind}_share": 0.6}
    style = Style(length_s=25, dry_share=0, fade_in_s=1, fade_out_s=1, **shares)
    film = assemble(made.bin_of(*album()), style, rate=RATE, size=size, seed=2)
    assert faults(film, style, RATE) == []
    aspect, before = size[1] / size[0], {}
    for layers in maps.picture_map(film):
        now = {}
        for layer in layers:
            pose = framing(layer.clip).at(layer.clip_frame)
            assert uncovered(pose, aspect) < 1e-5
            now[layer.clip.name] = pose
            if layer.clip.name in before:
                assert pose != before[layer.clip.name]
        before = now


def test_a_film_of_stills_matches_and_is_as_long_as_asked():
    for seed in range(2):
        style = Style(length_s=30, dry_share=0.2)
        film = assemble(made.bin_of(*album(16)), style, seed=seed)
        assert faults(film, style, RATE) == []
        flowing = [j for j in joins(film) if j["planned"] == "match"]
        assert np.mean([join["kind"] == "match" for join in flowing]) >= 0.8
        # So slow moves cannot break far: opposed pans score 1/3, pushes 1/2.
        broken = [j["score"] for j in joins(film) if j["planned"] == "dry"]
        assert max(broken) < 0.6
        assert all(join["confidence"] == 1.0 for join in joins(film))


def test_a_film_of_stills_is_as_long_as_its_music_or_voice_asks():
    film = assemble(made.bin_of(*album(20), made.music(33)))
    assert metadata.read(film, "film")["length_frames"] == 33 * 24
    voice = made.voice([(0, 20)], 21)
    film = assemble(made.bin_of(*album(8), voice))
    assert metadata.read(film, "film")["length_frames"] >= 21 * 24


@pytest.mark.parametrize(
    ("still_moves", "names_of"),
    [("hold", {"hold"}), ("push", {"push in", "pull out"})],
)
def test_holds_hold_and_pushes_push(still_moves, names_of):
    style = Style(still_moves=still_moves)
    assert {move.name for move in moves(style, 9 / 16)} == names_of
    film = assemble(made.bin_of(*album()), Style(length_s=20, still_moves=still_moves))
    for clip in clips(film):
        keys = metadata.read(clip, "framing")["keys"]
        assert (keys[0][1] == keys[-1][1]) == (still_moves == "hold")
        assert {(x, y) for _, _, x, y, _ in keys} == {(0.0, 0.0)}


@pytest.mark.parametrize("kind", later(["dissolve", "dip"], 1))
def test_shares_of_light_make_transitions_with_real_handles(kind):
    style = Style(length_s=25, dry_share=0, **{f"{kind}_share": 0.5})
    for pool in (album(), [made.take(f"t{k}", ends=(30, 30)) for k in range(12)]):
        film = assemble(made.bin_of(*pool), style)
        assert faults(film, style, RATE) == []
        track = film.video_tracks()[0]
        found = [item for item in track if isinstance(item, otio.schema.Transition)]
        planned = [join["planned"] for join in joins(film)].count(kind)
        assert planned == round(0.5 * len(joins(film)))
        assert len(found) == planned
        assert {metadata.read(item, "carry")["kind"] for item in found} == {kind}
        for item in found:
            assert item.in_offset.value >= 1
            assert item.out_offset.value >= 1
        # Where there are handles the lights take their whole second.
        assert {item.in_offset.value + item.out_offset.value for item in found} == {24}


def test_stills_come_among_takes_only_where_they_are_wanted():
    takes = made.pool(10)
    given = made.bin_of(*takes, *album(3))
    assert not any(map(is_still, clips(assemble(given, Style(length_s=20)))))
    assert any(map(is_still, clips(assemble(given, Style(length_s=50)))))
    film = assemble(given, Style(length_s=20, use_stills=False))
    assert not any(map(is_still, clips(film)))
    assert len(shown(film)) == len(set(names(film)))
