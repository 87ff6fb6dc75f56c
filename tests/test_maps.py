"""The picture map and the sound map, against timelines small enough to read."""

from fractions import Fraction

import opentimelineio as otio
import pytest

from otio_genai import maps, metadata, rates
from otio_genai.errors import TimelineError

R = Fraction(24)


def clip(name, start, length, *, source=R, frames=100, rate=R):
    reference = otio.schema.ExternalReference(
        f"file:///{name}.mp4", rates.span(0, frames, source)
    )
    return otio.schema.Clip(name, reference, rates.span(start, length, rate))


def transition(into, out, rate=R):
    return otio.schema.Transition(
        in_offset=rates.time(into, rate), out_offset=rates.time(out, rate)
    )


def timeline(*tracks, rate=R):
    made = otio.schema.Timeline("t", global_start_time=rates.time(0, rate))
    for items in tracks:
        kind = "Video"
        if isinstance(items, tuple):
            kind, items = items
        track = otio.schema.Track(kind, kind=kind)
        track.extend(items)
        made.tracks.append(track)
    return made


def seen(made):
    return [
        [(a.clip.name, a.source_frame, a.weight) for a in layers]
        for layers in maps.picture_map(made)
    ]


def test_cuts_and_gaps():
    gap = otio.schema.Gap(source_range=rates.span(0, 2, R))
    found = seen(timeline([clip("a", 5, 2), gap, clip("b", 0, 1)]))
    assert found == [[("a", 5, 1)], [("a", 6, 1)], [], [], [("b", 0, 1)]]


def test_another_rate_follows_the_rule():
    found = seen(timeline([clip("a", 0, 6, source=Fraction(30))]))
    assert [layers[0][1] for layers in found] == [0, 1, 2, 3, 5, 6]


def test_an_in_point_in_source_frames_is_exact():
    made = clip("a", 0, 3, source=Fraction(30))
    made.source_range = otio.opentime.TimeRange(
        rates.time(7, Fraction(30)), rates.time(3, R)
    )
    assert [layers[0][1] for layers in seen(timeline([made]))] == [7, 8, 9]


def test_a_dissolve_shares_out_the_frame():
    found = seen(timeline([clip("a", 10, 5), transition(1, 3), clip("b", 20, 5)]))
    quarter = Fraction(1, 4)
    assert found[3] == [("a", 13, 1)]
    assert found[4] == [("a", 14, 1)]
    assert found[5] == [("a", 15, 3 * quarter), ("b", 20, quarter)]
    assert found[7] == [("a", 17, quarter), ("b", 22, 3 * quarter)]
    assert found[8] == [("b", 23, 1)]


def test_weights_never_sum_above_one():
    made = timeline(
        [clip("a", 10, 9), transition(4, 4), clip("b", 20, 9)],
        [
            clip("c", 10, 3),
            transition(1, 2),
            otio.schema.Gap(duration=rates.time(6, R)),
        ],
    )
    for layers in maps.picture_map(made):
        assert 0 < sum(layer.weight for layer in layers) <= 1


def test_an_upper_track_covers_and_a_disabled_one_does_not():
    lower, upper = [clip("a", 0, 4)], [clip("b", 0, 2)]
    made = timeline(lower, upper)
    assert [f[0][0] for f in seen(made)] == ["b", "b", "a", "a"]
    made.tracks[1].enabled = False
    assert [f[0][0] for f in seen(made)] == ["a"] * 4


def test_speed_reverse_and_freeze():
    def warped(scalar):
        made = clip("a", 10, 4)
        made.effects.append(otio.schema.LinearTimeWarp(time_scalar=scalar))
        return [f[0][1] for f in seen(timeline([made]))]

    assert warped(2) == [10, 12, 14, 16]
    assert warped(0.5) == [10, 10, 11, 11]
    assert warped(-1) == [13, 12, 11, 10]
    assert warped(0) == [10, 10, 10, 10]


def test_media_start_timecode_is_taken_off():
    made = clip("a", 86_410, 2)
    made.media_reference.available_range = rates.span(86_400, 100, R)
    assert [f[0][1] for f in seen(timeline([made]))] == [10, 11]


def test_beyond_the_media_its_edge_frame_holds():
    assert [f[0][1] for f in seen(timeline([clip("a", 98, 4)]))] == [98, 99, 99, 99]


def test_a_still_is_always_its_one_frame():
    made = clip("a", 50, 3)
    metadata.put(made.media_reference, "media", {"kind": "still"})
    assert [f[0][1] for f in seen(timeline([made]))] == [0, 0, 0]


def test_a_foreign_still_is_known_by_its_suffix():
    made = clip("a", 50, 3)
    made.media_reference.target_url = "file:///a.PNG"
    assert [f[0][1] for f in seen(timeline([made]))] == [0, 0, 0]


def test_nested_timelines_are_seen_through():
    inner = otio.schema.Stack("nest")
    track = otio.schema.Track("v", kind="Video")
    track.extend([clip("a", 0, 3), clip("b", 7, 3)])
    inner.append(track)
    inner.source_range = rates.span(2, 2, R)
    assert seen(timeline([inner])) == [[("a", 2, 1)], [("b", 7, 1)]]


@pytest.mark.parametrize("rate", ["24000/1001", "25", "30000/1001", "60"])
def test_sound_begins_and_ends_on_the_samples_of_its_frames(rate):
    exact = rates.rate(rate)
    gap = otio.schema.Gap(source_range=rates.span(0, 7, exact))
    made = clip("s", 3, 11, source=Fraction(48_000), frames=480_000, rate=exact)
    metadata.put(made, "levels", [[0, 0.0], [11, -96.0]])
    (span,) = maps.sound_map(timeline(("Audio", [gap, made]), rate=exact))
    assert span.record_in_samples == 7 * 48_000 // exact
    assert span.record_out_samples == 18 * 48_000 // exact
    assert span.source_in_s == 3 / exact
    assert span.levels[0] == (0, 1.0)
    assert span.levels[1][0] == span.record_out_samples - span.record_in_samples
    assert span.levels[1][1] == 0.0


def test_an_audio_crossfade_reaches_into_both_handles():
    a, b = clip("a", 10, 24), clip("b", 10, 24)
    spans = maps.sound_map(timeline(("Audio", [a, transition(6, 12), b])))
    assert spans[0].record_out_samples == 36 * 2000
    assert spans[1].record_in_samples == 18 * 2000
    assert spans[1].source_in_s == Fraction(4, 24)
    assert spans[0].fade_out_samples == spans[1].fade_in_samples == 18 * 2000


def test_no_rate_anywhere_is_an_error():
    with pytest.raises(TimelineError):
        maps.picture_map(otio.schema.Timeline("empty"))
