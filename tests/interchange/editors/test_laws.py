"""What an adapter is given shows what the film shows, and comes back."""

import gc
import warnings
from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from otio_genai import maps, metadata, rates
from otio_genai.errors import GenaiError, InterchangeError
from otio_genai.interchange.editors import read_with, write_with
from otio_genai.interchange.editors.plain import plain_timeline
from otio_genai.interchange.editors.table import EDITORS
from tests.support import strategies
from tests.support.marks import examples, later

pytestmark = pytest.mark.filterwarnings("default")
FEW = examples(20, 8, suppress_health_check=[HealthCheck.function_scoped_fixture])


def shown(timeline):
    """The uppermost picture of each record frame, where it stands alone."""
    found = []
    for layers in maps.picture_map(timeline):
        top = [layer for layer in layers if layer.weight == 1]
        found.append((top[-1].url, top[-1].source_frame) if top else None)
    while found and found[-1] is None:
        found.pop()
    return found


def opaque(timeline):
    """Leave a timeline nothing that lets a lower track through."""
    for track in timeline.video_tracks():
        children = [c for c in track if not isinstance(c, otio.schema.Transition)]
        del track[:]
        track.extend(children)
    return timeline


@FEW
@given(strategies.timelines(same_rate=True), st.sampled_from(sorted(EDITORS)))
def test_flattened_it_shows_the_same(timeline, name):
    timeline = opaque(timeline)
    plain = plain_timeline(timeline, EDITORS[name])
    assert shown(_with_facts(plain.timeline, timeline)) == shown(timeline)


def _with_facts(plain, timeline):
    """Tell a plain timeline which media are stills: adapters go by the file."""
    facts = {
        clip.media_reference.target_url: metadata.read(clip.media_reference, "media")
        for clip in timeline.find_clips()
    }
    for clip in plain.find_clips():
        known = facts[clip.media_reference.target_url]
        metadata.put(clip.media_reference, "media", known)
    metadata.put(plain, "film", metadata.read(timeline, "film"))
    return plain


@FEW
@given(timeline=strategies.timelines(same_rate=True))
def test_an_edl_brings_the_picture_back(timeline, tmp_path):
    timeline = opaque(timeline)
    rate = maps.record_rate(timeline)
    path = tmp_path / "film.edl"
    try:
        write_with(timeline, "edl", path)
    except InterchangeError:
        assert not any(shown(timeline))
        return
    back, _ = read_with("edl", path, rate=float(rate))
    begins = {
        clip.media_reference.target_url: clip.media_reference.available_range
        for clip in timeline.find_clips()
    }
    for clip in back.find_clips():
        # An EDL does not say where media begin.
        url = clip.media_reference.target_url
        if url.endswith(".mp4"):
            clip.media_reference.available_range = begins[url]
    # One that begins between hours may be given black up to the last.
    assert _led(shown(_with_facts(back, timeline))) == _led(shown(timeline))


def _led(frames):
    first = next((k for k, frame in enumerate(frames) if frame), len(frames))
    return frames[first:]


def two(rate, warp=None, fade=None, start=0):
    track = otio.schema.Track("V1", kind="Video")
    for name in "ab":
        reference = otio.schema.ExternalReference(f"file:///media/{name}.mp4")
        reference.available_range = rates.span(0, 200, rate)
        span = rates.span(24, 48, rate)
        track.append(otio.schema.Clip(name, reference, span))
    if warp is not None:
        track[0].effects.append(warp)
    if fade is not None:
        offsets = (rates.time(part, rate) for part in fade)
        track.insert(1, otio.schema.Transition("x", "SMPTE_Dissolve", *offsets))
    timeline = otio.schema.Timeline("film", global_start_time=rates.time(start, rate))
    timeline.tracks.append(track)
    return timeline


def pictures(timeline):
    return [
        [(a.url, a.source_frame, a.weight) for a in layers]
        for layers in maps.picture_map(timeline)
    ]


def test_every_dissolve_shows_the_same_in_an_edl(tmp_path):
    path = tmp_path / "a.edl"
    for into in range(0, 13, 3):
        for out in range(0, 13, 3):
            if into + out:
                timeline = two(Fraction(24), fade=(into, out))
                write_with(timeline, "edl", path)
                back, _ = read_with("edl", path, rate=24)
                assert pictures(back) == pictures(timeline), (into, out)


@pytest.mark.parametrize("scalar", [2.0, 0.5, 1.5])
def test_a_retimed_event_states_what_it_uses(scalar, tmp_path):
    timeline = two(Fraction(25), otio.schema.LinearTimeWarp(time_scalar=scalar))
    path = tmp_path / "a.edl"
    write_with(timeline, "edl", path)
    line = next(s for s in path.read_text().splitlines() if s.startswith("001"))
    source_in, source_out = (
        rates.frame_of_timecode(code, Fraction(25)) for code in line.split()[-4:-2]
    )
    assert source_out - source_in == 48 * scalar
    back, _ = read_with("edl", path, rate=25)
    assert pictures(back) == pictures(timeline)


@pytest.mark.parametrize("start", [0, 24 * 3600, 24 * 3600 * 10])
def test_record_timecode_is_the_films(start, tmp_path):
    timeline = two(Fraction(24), start=start)
    gap = otio.schema.Gap(source_range=rates.span(0, 30, Fraction(24)))
    timeline.tracks[0].insert(0, gap)
    path = tmp_path / "a.edl"
    write_with(timeline, "edl", path)
    back, _ = read_with("edl", path, rate=24)
    assert back.global_start_time.value == start
    assert pictures(back) == pictures(timeline)


@pytest.mark.slow
@pytest.mark.parametrize("fade", [None, (6, 6), (0, 12), (12, 0), (4, 9)])
def test_an_aaf_brings_the_picture_back(fade, tmp_path):
    timeline = two(Fraction(24), fade=fade, start=86400)
    path = tmp_path / "a.aaf"
    write_with(timeline, "aaf", path)
    back, _ = read_with("aaf", path)
    assert pictures(back) == pictures(timeline)
    assert back.global_start_time.value == 86400


def test_an_mlt_names_every_file_once(tmp_path):
    timeline = two(Fraction(30000, 1001), fade=(6, 6))
    for clip in timeline.find_clips():
        clip.name = "same"
    path = tmp_path / "a.mlt"
    write_with(timeline, "mlt", path)
    text = path.read_text()
    assert 'frame_rate_num="30000"' in text
    assert text.count(">/media/a.mp4<") == text.count(">/media/b.mp4<") == 1


def test_melt_is_told_what_to_see_and_what_to_hear(tmp_path):
    timeline = two(Fraction(24))
    for name in ("A1", "A2"):
        reference = otio.schema.ExternalReference(f"file:///media/{name}.wav")
        reference.available_range = rates.span(0, 480_000, Fraction(48_000))
        clip = otio.schema.Clip("s", reference, rates.span(0, 48, Fraction(24)))
        timeline.tracks.append(otio.schema.Track(name, [clip], kind="Audio"))
    path = tmp_path / "a.mlt"
    write_with(timeline, "mlt", path)
    text = path.read_text()
    assert '<track hide="audio" producer="playlist0"/>' in text
    assert '<track hide="video" producer="playlist1"/>' in text
    assert '<track hide="video" producer="playlist2"/>' in text
    assert text.count(">mix<") == 2


def test_a_project_has_the_films_size(tmp_path):
    timeline = two(Fraction(25))
    metadata.put(timeline, "film", {"rate": "25/1", "width": 1280, "height": 720})
    path = tmp_path / "a.kdenlive"
    write_with(timeline, "kdenlive", path)
    back, _ = read_with("kdenlive", path)
    film = metadata.read(back, "film")
    assert (film["width"], film["height"]) == (1280, 720)
    assert pictures(back) == pictures(timeline)


def test_adapters_do_not_print(tmp_path, capsys):
    path = tmp_path / "a.kdenlive"
    write_with(two(Fraction(25)), "kdenlive", path)
    read_with("kdenlive", path)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("edl", ""),
        ("edl", "TITLE: x\n001 AX V C 00:00:00:99 00:00:01:00 00:00:00:00 00:00:01:00"),
        ("edl", "TITLE: x\n001 AX V Q 00:00:00:00 00:00:01:00 00:00:00:00 00:00:01:00"),
        ("edl", "\x00\xff"),
        ("kdenlive", ""),
        ("kdenlive", "<mlt/>"),
        ("kdenlive", '<mlt><profile frame_rate_num="25" frame_rate_den="0"/></mlt>'),
        ("kdenlive", '<mlt><profile frame_rate_num="25"/></mlt>'),
        ("kdenlive", '<!DOCTYPE a [<!ENTITY b "c">]><mlt>&b;</mlt>'),
        ("aaf", ""),
        ("aaf", "no compound file"),
        ("mlt", "<mlt/>"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(name, text, tmp_path):
    path = tmp_path / f"a.{name}"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(GenaiError):
        read_with(name, path)


@pytest.mark.parametrize("length", later([0, 5000, 9, 600, 40_000], 1))
def test_an_aaf_that_breaks_off_is_closed(length, tmp_path):
    path = tmp_path / "a.aaf"
    write_with(two(Fraction(24)), "aaf", path)
    path.write_bytes(path.read_bytes()[:length])
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        with pytest.raises(GenaiError):
            read_with("aaf", path)
        gc.collect()
    assert [w for w in said if w.category is ResourceWarning] == []


def test_unknown_names_and_missing_files_are_told(tmp_path):
    with pytest.raises(InterchangeError, match="no adapter"):
        write_with(two(Fraction(24)), "avid", tmp_path / "a")
    with pytest.raises(InterchangeError, match="no such file"):
        read_with("edl", tmp_path / "a.edl")
    with pytest.raises(InterchangeError, match="not a timeline"):
        write_with(otio.schema.Clip(), "edl", tmp_path / "a.edl")
    with pytest.raises(InterchangeError, match="frames per second"):
        write_with(two(Fraction(25, 2)), "edl", tmp_path / "a.edl")


def test_an_adapter_that_is_not_installed_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(otio.adapters, "available_adapter_names", lambda: [])
    with pytest.raises(InterchangeError) as caught:
        write_with(two(Fraction(24)), "aaf", tmp_path / "a.aaf")
    assert "otio-genai[editors]" in caught.value.remedy
