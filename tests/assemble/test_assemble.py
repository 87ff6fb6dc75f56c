"""The laws of every assembled film."""

import re
from fractions import Fraction

import opentimelineio as otio
import pytest

from otio_genai import maps, metadata
from otio_genai.assemble import Style, assemble
from otio_genai.assemble.planning import candidates
from otio_genai.assemble.report import report
from otio_genai.check import check
from otio_genai.errors import AssembleError
from tests.support import bins as made
from tests.support.marks import later

pytestmark = pytest.mark.usefixtures("hurried")

RATES = [Fraction(24000, 1001), 24, 25, Fraction(30000, 1001), 30, 60]
OTHERS = [8, 16, 24, 25, 30, Fraction(500, 31), Fraction(29120, 961)]


def mixed_pool(count=10):
    return [
        made.take(
            f"t{k}",
            ((-1) ** k * 0.1, 0.0, 0.02 * (k % 3), 0.0),
            rate=Fraction(OTHERS[k % len(OTHERS)]),
            frames=int(5 * OTHERS[k % len(OTHERS)]),
        )
        for k in range(count)
    ]


def clips(film):
    track = film.video_tracks()[0]
    return [item for item in track if isinstance(item, otio.schema.Clip)]


def length_in(remedy):
    return float(re.search(r"length_s\D*([0-9.]*[0-9])", remedy)[1])


def errors(film):
    return [p for p in check(film) if "missing" not in p.text]


@pytest.mark.parametrize("rate", later(RATES, 2), ids=str)
@pytest.mark.parametrize("style", [Style(length_s=30), Style(carry_share=0.5)])
def test_every_frame_is_there_and_inside_its_take(rate, style):
    rate = Fraction(rate)
    voice = made.voice([(0.2, 3.0), (3.6, 6.0)], 6.5)
    given = made.bin_of(*mixed_pool(), made.still("s"), made.music(), voice)
    film = assemble(given, style, rate=rate, seed=3)
    if style.length_s:
        assert maps.length_frames(film) == round(30 * rate)
    shown = maps.picture_map(film)
    assert len(shown) == metadata.read(film, "film")["length_frames"]
    for layers in shown:
        assert sum(layer.weight for layer in layers) == 1
        for layer in layers:
            facts = metadata.read(layer.clip.media_reference, "media")
            last = 0 if facts["kind"] == "still" else facts["frames"] - 1
            assert 0 <= layer.source_frame <= last
    assert errors(film) == []
    for clip in clips(film):
        assert clip.source_range.start_time.value == int(
            clip.source_range.start_time.value
        )
        assert clip.source_range.duration.value == int(clip.source_range.duration.value)


@pytest.mark.slow
def test_the_same_seed_is_the_same_bytes_and_the_bin_is_not_touched():
    given = made.bin_of(*made.pool(12), made.music())
    before = given.to_json_string()
    one = assemble(given, seed=5).to_json_string()
    assert one == assemble(given, seed=5).to_json_string()
    assert given.to_json_string() == before
    others = {assemble(given, seed=s).to_json_string() for s in range(4)}
    assert len(others) > 2


def test_cuts_lie_on_the_beat():
    given = made.bin_of(*made.pool(20), made.music(40))
    joins = report(assemble(given, Style(length_s=38)), given)["joins"]
    on = [j for j in joins if j["distance_frames"] == 0]
    assert len(on) >= 0.9 * len(joins)


def test_carries_have_real_handles_and_say_so():
    given = made.bin_of(*mixed_pool(), made.music())
    film = assemble(given, Style(carry_share=0.6, dry_share=0.2, length_s=25))
    track = film.video_tracks()[0]
    carries = [item for item in track if isinstance(item, otio.schema.Transition)]
    assert carries
    assert errors(film) == []
    kinds = [metadata.read(c, "join", {}).get("kind") for c in clips(film)]
    assert kinds.count("carry") == len(carries)


def test_given_order_and_pins():
    given = made.bin_of(*made.pool(8), made.music(15))
    names = [clip.name for clip in given]
    film = assemble(given, Style(order="given"))
    used = [clip.name for clip in clips(film)]
    assert used == sorted(used)
    film = assemble(given, Style(first=(names[5],), last=(names[2],)), seed=9)
    assert clips(film)[0].name == names[5]
    assert clips(film)[-1].name == names[2]


def test_no_take_comes_twice_unless_it_may():
    given = made.bin_of(*made.pool(6), made.music(60))
    used = [c.name for c in clips(assemble(given, Style(length_s=24)))]
    assert len(set(used)) == len(used)
    film = assemble(given, Style(length_s=55, repeats=True))
    assert maps.length_frames(film) == 55 * 24
    used = [c.name for c in clips(film)]
    assert all(a != b for a, b in zip(used, used[1:], strict=False))


def test_stills_fill_a_film_that_takes_do_not():
    given = made.bin_of(*made.pool(2), *(made.still(f"s{k}") for k in range(6)))
    film = assemble(given, Style(length_s=20))
    assert maps.length_frames(film) == 480
    framed = [c for c in clips(film) if metadata.read(c, "framing")]
    assert framed
    for clip in framed:
        keys = metadata.read(clip, "framing")["keys"]
        # The picture covers the frame all along: no edge comes into sight.
        assert all(scale >= 1 + 2 * abs(x) for _, scale, x, _, _ in keys)
        assert keys[0][0] == 0
        assert keys[-1][0] == clip.source_range.duration.value


def test_stills_alone_make_a_film():
    given = made.bin_of(*(made.still(f"s{k}") for k in range(5)))
    assert maps.length_frames(assemble(given, Style(length_s=15))) == 360


def test_a_longer_voice_lengthens_a_film_whose_length_is_open():
    voice = made.voice([(0, 9)], 10)
    given = made.bin_of(*made.pool(8), made.music(6), voice)
    film = assemble(given)
    (heard,) = [c for c in maps.clips(film) if c.name == "voice"]
    end = heard.range_in_parent().end_time_exclusive().value
    assert maps.length_frames(film) == end + 1.5 * 24
    assert "lengthened" in metadata.read(film, "film")["warnings"][0]


def test_a_length_that_cannot_hold_the_voice_is_refused_with_one_that_can():
    voice = made.voice([(0, 9)], 10)
    given = made.bin_of(*made.pool(8), voice)
    with pytest.raises(AssembleError) as caught:
        assemble(given, Style(length_s=8))
    assert "voice-over" in caught.value.sentence
    nearest = length_in(caught.value.remedy)
    film = assemble(given, Style(length_s=nearest))
    assert maps.length_frames(film) == round(nearest * 24)


def test_a_voice_longer_than_all_takes_is_refused():
    given = made.bin_of(*made.pool(2), made.voice([(0, 60)], 61))
    with pytest.raises(AssembleError) as caught:
        assemble(given)
    assert "voice" in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("frames", [1, 2, 5, 40])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_and_short_takes(count, frames):
    takes = [made.take(f"t{k}", frames=frames) for k in range(count)]
    film = assemble(made.bin_of(*takes, made.music(20)))
    assert 0 < maps.length_frames(film) <= count * frames
    assert errors(film) == []


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_a_length_that_cannot_be_reached_is_refused_with_the_nearest_that_can(rate):
    given = made.bin_of(*mixed_pool(5))
    with pytest.raises(AssembleError) as caught:
        assemble(given, Style(length_s=100), rate=rate)
    nearest = length_in(caught.value.remedy)
    film = assemble(given, Style(length_s=nearest), rate=rate)
    assert maps.length_frames(film) == round(Fraction(nearest) * rate)
    assert errors(film) == []
    with pytest.raises(AssembleError):
        assemble(given, Style(length_s=nearest + 0.1), rate=rate)


def test_nothing_to_show_and_unknown_names():
    with pytest.raises(AssembleError):
        assemble(made.bin_of(made.music()))
    with pytest.raises(AssembleError) as caught:
        assemble(made.bin_of(*made.pool(3)), Style(first=("a", "b")))
    assert [item[:2] for item in caught.value.items] == ["a:", "b:"]


def test_fades_at_the_ends_are_transitions_against_nothing():
    given = made.bin_of(*made.pool(6))
    film = assemble(given, Style(length_s=12, fade_in_s=0.5, fade_out_s=1.0))
    shown = maps.picture_map(film)
    assert len(shown) == 288
    assert sum(layer.weight for layer in shown[6]) == Fraction(1, 2)
    assert sum(layer.weight for layer in shown[-12]) == Fraction(1, 2)


def test_given_order_holds_whatever_the_takes_lengths():
    takes = [made.take(f"t{k}", frames=n) for k, n in enumerate((120, 40, 90, 30, 110))]
    for length_s in (None, 8, 12):
        film = assemble(made.bin_of(*takes), Style(order="given", length_s=length_s))
        used = [clip.name for clip in clips(film)]
        assert used == sorted(used)


def test_pins_that_contradict_are_all_named():
    given = made.bin_of(*made.pool(4), made.music())
    names = [clip.name for clip in given]
    with pytest.raises(AssembleError) as caught:
        assemble(given, Style(first=(names[0], "bed"), last=(names[0], "nope")))
    bed, nope, opens, ends = caught.value.items
    assert bed.startswith("bed: it is no take")
    assert nope.startswith("nope: no file")
    assert opens == "take 000 opens the film"
    assert ends.startswith("take 000 is shot -2")


def test_more_pins_than_the_style_has_shots_make_shorter_shots_and_are_said():
    given = made.bin_of(*made.pool(6))
    names = tuple(clip.name for clip in given)
    film = assemble(given, Style(length_s=3, first=names[:3], last=names[3:]))
    assert [clip.name for clip in clips(film)] == list(names)
    (said,) = metadata.read(film, "film")["warnings"]
    assert "shorter than the style asks" in said


def test_more_pins_than_frames_are_refused_and_all_named():
    given = made.bin_of(*made.pool(6))
    names = tuple(clip.name for clip in given)
    style = Style(length_s=0.15, min_shot_s=0.05, first=names[:3], last=names[3:])
    with pytest.raises(AssembleError) as caught:
        assemble(given, style)
    assert caught.value.items
    assert caught.value.remedy


def test_a_second_bed_is_said_to_be_left():
    given = made.bin_of(*made.pool(4), made.music(name="a"), made.music(name="b"))
    assert "b" in metadata.read(assemble(given), "film")["warnings"][0]


def test_unknown_motion_is_not_called_rest():
    takes = [made.take(f"t{k}") for k in range(4)]
    for clip in takes:
        metadata.put(clip.media_reference, "motion", None)
    film = assemble(made.bin_of(*takes))
    joins = [metadata.read(c, "join") for c in clips(film)[1:]]
    assert {join["kind"] for join in joins} == {"open"}
    assert all("not known" in join["why"] for join in joins)


def test_motion_is_not_averaged_over_a_scene_change():
    clip = made.take("t", (0.2, 0.0, 0.0, 0.0))
    motion = metadata.read(clip.media_reference, "motion")
    for sample in motion["samples"]:
        if sample[0] >= 60:
            sample[1] = -0.2
    metadata.put(clip.media_reference, "motion", motion | {"cuts_frames": [60]})
    (take,) = candidates.takes(made.bin_of(clip), Fraction(24), 9 / 16)
    assert take.leaving[58][0] == pytest.approx(0.2)
    assert take.leaving[64][0] == pytest.approx(-0.2)
    assert take.entering[57][0] == pytest.approx(0.2)
    assert take.entering[62][0] == pytest.approx(-0.2)
