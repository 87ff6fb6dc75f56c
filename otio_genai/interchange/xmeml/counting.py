"""The frames a clip counts: in and out, its source's length, Premiere's ticks."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from otio_genai import rates
from otio_genai.interchange.spot import Spot
from otio_genai.interchange.xmeml.dialects import Table
from otio_genai.interchange.xmeml.model import Filter, MediaType, Rate
from otio_genai.interchange.xmeml.parameters import Report, When
from otio_genai.interchange.xmeml.speed import retimed

__all__ = ["Counts", "counted"]


@dataclass(frozen=True, slots=True)
class Counts:
    """In, out and duration at ``rate``, beneath the transitions beside the clip.

    ``when`` gives the frame, counted as in and out are, of a record frame counted
    from the item's own first; ``remap`` is the speed, where there is one to state.
    """

    rate: Rate
    first: int
    last: int
    duration: int
    when: When
    ticks: tuple[int, int] | None = None
    remap: Filter | None = None


def counted(
    spot: Spot,
    own: Rate,
    record: Rate,
    rules: Table,
    mediatype: MediaType,
    report: Report,
) -> Counts:
    """Return what a clip counts.

    Parameters
    ----------
    spot
        The item where it stands.
    own, record
        Rate of its source as the format states it, and of the sequence.
    rules
        The dialect: it says at which of the two rates a clip counts.
    mediatype
        The kind of its track.
    report
        Told when in and out fall between two frames.
    """
    rate = own if rules.media_rate else record
    if not spot.plain and spot.medium is None and spot.timeless:
        report("speed", "the same picture at its own speed", "", "dropped")
    elif not spot.plain:
        made = retimed(spot, _length(spot, record), mediatype, report)
        return Counts(
            record,
            made.in_frames,
            made.out_frames,
            made.duration_frames,
            lambda frame: made.first + frame,
            made.ticks if rules.extensions else None,
            made.filter,
        )
    lead = spot.start - spot.origin - spot.head
    length = spot.end - spot.start + spot.head + spot.tail
    first_s = spot.at_s(-spot.head)
    if rules.media_rate:
        first, last = _in_media_frames(spot, (first_s, length), rate, record, report)
    else:
        first = max(0, rates.frames_at(first_s, rate.exact))
        last = first + length
    ratio = rate.exact / record.exact
    ticks = None
    if rules.extensions:
        last_s = first_s + length / record.exact
        ticks = rates.ticks(max(Fraction(0), first_s)), rates.ticks(last_s)
    return Counts(
        rate,
        first,
        last,
        max(_length(spot, rate), last),
        lambda frame: first + rates.frames_at((frame - lead) * ratio, Fraction(1)),
        ticks,
    )


def _length(spot: Spot, rate: Rate) -> int:
    if spot.medium is not None:
        return spot.medium.duration_frames(rate.exact)
    if spot.length_s is not None:
        return max(1, rates.frames_at(spot.length_s, rate.exact))
    available = getattr(spot.item.media_reference, "available_range", None)
    length_s = Fraction(0) if available is None else rates.seconds(available.duration)
    return max(0, rates.frames_at(length_s, rate.exact))


def _in_media_frames(
    spot: Spot,
    span: tuple[Fraction, int],
    rate: Rate,
    record: Rate,
    report: Report,
) -> tuple[int, int]:
    first_s, length = span
    first = max(0, rates.frame_at(first_s, rate.exact))
    length_s = length / record.exact
    count = max(1, rates.frames_at(length_s, rate.exact))
    early = first_s * rate.exact - first
    over = abs(length_s * rate.exact - count)
    if early or over:
        report(
            "source frames",
            f"in and out in whole media frames: in {float(early):.3f} and length "
            f"{float(over):.3f} media frames off",
            "Conform the take to the film's rate.",
        )
    last = first + count
    if spot.medium is not None:
        last = min(last, spot.medium.duration_frames(rate.exact))
    return first, max(first + 1, last)
