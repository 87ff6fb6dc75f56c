"""A small reader of FCPXML of its own, to hold the writer to; it knows no OTIO.

It says of every record frame which file's which time each storyline shows, and of
every sound where it lies.
"""

import itertools
import math
from fractions import Fraction
from xml.etree import ElementTree

ITEMS = ("asset-clip", "video", "title", "ref-clip", "gap", "audition")


def seconds(text):
    """Return the exact seconds of a time."""
    return Fraction((text or "0s")[:-1])


class Document:
    """The parsed document: its resources and its sequence."""

    def __init__(self, text):
        self.root = ElementTree.fromstring(text)
        self.resources = {r.get("id"): r for r in self.root.find("resources")}
        self.sequence = self.root.find(".//project/sequence")
        form = self.resources[self.sequence.get("format")]
        self.rate = 1 / seconds(form.get("frameDuration"))
        self.start_s = seconds(self.sequence.get("tcStart"))

    def frames(self, time_s):
        """Return a time as a whole number of record frames."""
        exact = time_s * self.rate
        assert exact.denominator == 1, f"{time_s} lies between two frames"
        return int(exact)

    def placed(self):
        """Give (lane, element, first frame, frames) of every story element."""
        spine = self.sequence.find("spine")
        yield from self._row(spine, 0, -self.start_s, Fraction(0))

    def _row(self, spine, lane, shift_s, origin_s):
        clock = None
        for child in spine:
            offset_s = seconds(child.get("offset")) + shift_s
            first = self.frames(offset_s + origin_s)
            length = self.frames(seconds(child.get("duration") or _pick(child)))
            if child.tag != "transition":
                assert clock is None or first == clock, "a storyline has no holes"
                clock = first + length
            yield from self._item(child, lane, first, length)

    def _item(self, element, lane, first, length):
        if element.tag == "audition":
            element = element[0]
        yield lane, element, first, length
        start_s = seconds(element.get("start"))
        for child in element:
            if child.tag not in (*ITEMS, "spine"):
                continue
            inner = int(child.get("lane"))
            assert inner != 0
            at_s = seconds(child.get("offset")) - start_s + first / self.rate
            if child.tag == "spine":
                yield from self._row(child, inner, Fraction(0), at_s)
                continue
            begin = self.frames(at_s)
            assert first <= begin < first + length, "anchored outside its parent"
            count = self.frames(seconds(child.get("duration") or _pick(child)))
            yield from self._item(child, inner, begin, count)

    def media_s(self, element, frame):
        """Return media seconds from the file's first frame, and the slope."""
        asset = self.resources[element.get("ref")]
        local_s = seconds(element.get("start")) + frame / self.rate
        begin_s = seconds(asset.get("start"))
        points = [
            (seconds(p.get("time")), seconds(p.get("value")))
            for p in element.iterfind("timeMap/timept")
        ]
        if not points:
            return local_s - begin_s, 1
        for (first, low), (last, high) in itertools.pairwise(points):
            if local_s < last or last == points[-1][0]:
                slope = (high - low) / (last - first)
                return low + (local_s - first) * slope - begin_s, slope
        raise AssertionError("a map of one point")

    def shown(self, end):
        """Return (url, media frame) of every picture in every record frame."""
        found = [[] for _ in range(end)]
        for lane, element, first, length in sorted(
            self.placed(), key=lambda each: each[0]
        ):
            if lane < 0 or element.tag not in ("asset-clip", "video"):
                continue
            asset = self.resources[element.get("ref")]
            if asset.tag != "asset" or element.get("enabled") == "0":
                continue
            url = asset.find("media-rep").get("src")
            form = self.resources[asset.get("format")]
            still = form.get("frameDuration") is None
            rate = 1 if still else 1 / seconds(form.get("frameDuration"))
            for frame in range(length):
                time_s, slope = self.media_s(element, frame)
                number = math.floor(time_s * rate)
                if slope < 0:
                    number = math.ceil(time_s * rate) - 1
                found[first + frame].append((url, 0 if still else number))
        return found

    def dissolves(self):
        """Give (lane, first frame, frames) of every transition."""
        for lane, element, first, length in self.placed():
            if element.tag == "transition":
                yield lane, first, length


def _pick(audition):
    return audition[0].get("duration")
