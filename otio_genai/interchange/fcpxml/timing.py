"""Retiming and rate conforming: from an element's own time to its media's.

Conventions
    A ``timeMap`` gives original times by adjusted ones; ``start``, keyframes and
    connected items count in adjusted time. Between two points of ``smooth2`` Final Cut
    eases near the points; here lines are straight, and that is told.

    Where Final Cut conforms the rate of media to the sequence's, media frames become
    record frames one to one (Apple's chart of conforming, by timeline rate): speed is
    the conformed rate over the media's.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from xml.etree.ElementTree import Element

from otio_genai import rates
from otio_genai.errors import TimelineError
from otio_genai.interchange.fcpxml.document import seconds
from otio_genai.interchange.fcpxml.values import time_s
from otio_genai.interchange.fcpxml.warp import Warp, affine

__all__ = ["conformed", "time_map"]

#: Told (feature, what the timeline gets).
Report = Callable[[str, str], None]

# Samplings that show frames as they are.
_WHOLE = ("floor", "nearest-neighbor")
_NTSC = Fraction(1000, 1001)
# Media rate, timeline rates, what the media is played at, in steps of 24, 25 and 30.
_CHART: dict[Fraction, dict[Fraction, Fraction]] = {
    24 * _NTSC: {Fraction(24): Fraction(24), Fraction(25): Fraction(25)},
    Fraction(24): {24 * _NTSC: 24 * _NTSC, Fraction(25): Fraction(25)},
    Fraction(25): {24 * _NTSC: 24 * _NTSC, Fraction(24): Fraction(24)},
    30 * _NTSC: {Fraction(30): Fraction(30), Fraction(60): Fraction(30)},
    Fraction(30): {30 * _NTSC: 30 * _NTSC, 60 * _NTSC: 30 * _NTSC},
    Fraction(50): {24 * _NTSC: 48 * _NTSC, Fraction(24): Fraction(48)},
    60 * _NTSC: {Fraction(30): Fraction(60), Fraction(60): Fraction(60)},
    Fraction(60): {30 * _NTSC: 60 * _NTSC, 60 * _NTSC: 60 * _NTSC},
}


def time_map(element: Element, report: Report) -> Warp | None:
    """Return the original time by adjusted time of an element; None when equal."""
    given = element.find("timeMap")
    if given is None:
        return None
    _tell_sampling(given, report)
    points: list[tuple[Fraction, Fraction]] = []
    eased = False
    for point in given.findall("timept"):
        at_s, value_s = seconds(point, "time"), time_s(point.get("value"))
        if at_s is None or value_s is None or abs(value_s) > 10**7:
            report("retiming", "a speed without one of its points, which is no time")
            continue
        points.append((at_s, value_s))
        eased |= point.get("interp", "smooth2") != "linear"
    points.sort(key=lambda point: point[0])
    points = [p for p, q in itertools.pairwise(points) if p[0] < q[0]] + points[-1:]
    if len(points) < 2:
        report("retiming", "the speed of the media: its map has fewer than two points")
        return None
    warp = Warp(tuple(points))
    if eased and warp.slope is None:
        report("retiming", "speeds that change at once instead of easing")
    return warp


def _tell_sampling(given: Element, report: Report) -> None:
    sampling = given.get("frameSampling", "floor")
    if sampling not in _WHOLE:
        report("frame sampling", f"whole frames instead of {sampling[:40]!r}")
    if given.get("preservesPitch", "1") == "0":
        report("pitch", "sound whose pitch the player decides on")


def conformed(
    element: Element, media: Fraction | None, record: Fraction, report: Report
) -> Warp | None:
    """Return media time by the time of a clip whose rate is conformed."""
    given = element.find("conform-rate")
    if given is not None:
        _tell_sampling(given, report)
    if given is None or given.get("scaleEnabled", "1") != "1":
        return None
    named = given.get("srcFrameRate")
    if named:
        try:
            media = rates.rate(named)
        except TimelineError:
            report("rate conforming", "media at its own speed")
            return None
    shown = _CHART.get(media or Fraction(0), {}).get(record)
    if shown is None or media is None or shown == media:
        return None
    report(
        "rate conforming", f"a speed of {float(shown / media):.6f}, as Final Cut plays"
    )
    return affine(Fraction(0), Fraction(0), shown / media)
