"""Another reader of the format on what we write.

OpenTimelineIO's own ``fcp_xml`` adapter (1.0.0) is independent of us but has bounds of
its own, kept out of here: it takes the middle of every transition for the cut, so only
centred ones come back; it moves clips of other rates; it shifts media with a start
timecode's markers; it reads one-sided fades as cuts.
"""

from fractions import Fraction

import opentimelineio as otio
import pytest

from otio_genai import maps, rates
from otio_genai.interchange import write_xmeml
from otio_genai.interchange.urls import from_pathurl
from tests.support.strategies import Take, place


def film(rate):
    timeline = otio.schema.Timeline("f", global_start_time=rates.time(0, rate))
    track = otio.schema.Track("P", kind="Video")
    over = otio.schema.Track("Q", kind="Video")
    takes = [Take(f"t{i}", rate, 120, 0, 0, (1920, 1080)) for i in range(3)]
    clips = [place(t.reference(), t.name, t.start_s, 20, 40, rate) for t in takes]
    dissolve = otio.schema.Transition(
        "d", "SMPTE_Dissolve", rates.time(6, rate), rates.time(6, rate)
    )
    gap = otio.schema.Gap(source_range=rates.span(0, 24, rate))
    track.extend([clips[0], dissolve, clips[1], gap, clips[2]])
    again = place(takes[0].reference(), "again", Fraction(0), 5, 30, rate)
    over.extend([otio.schema.Gap(source_range=rates.span(0, 90, rate)), again])
    timeline.tracks.extend([track, over])
    return timeline


def pictures(timeline):
    return [
        [(from_pathurl(a.url), a.source_frame, a.weight) for a in layers]
        for layers in maps.picture_map(timeline)
    ]


@pytest.mark.parametrize("dialect", ["premiere", "resolve"])
@pytest.mark.parametrize("rate", [24, 25, 30])
def test_it_sees_the_same_pictures(dialect, rate):
    timeline = film(Fraction(rate))
    text, _ = write_xmeml(timeline, dialect)
    back = otio.adapters.read_from_string(text, "fcp_xml")
    assert pictures(back) == pictures(timeline)
