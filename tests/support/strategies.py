"""Timelines drawn by hypothesis, tame (nothing to lose) and wild (anything)."""

from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio
from hypothesis import strategies as st

from otio_genai import metadata, rates

RATES = [rates.rate(x) for x in (23.976, 24, 25, 29.97, 30, 50, 59.94, 60)]
ODD_RATES = [Fraction(500, 31), Fraction(29120, 961), Fraction(25, 2)]
LARGEST_OFFSET = 12

NAMES = st.sampled_from(
    [
        "a",
        "shot 3",
        "Prête-moi",
        "夜の街",
        "a & b",
        "50%",
        "x<y>",
        'the "end"',
        "(v2), it's",
    ]
)
CONTROL_NAMES = st.one_of(
    NAMES, st.text(max_size=12), st.sampled_from(["", "\x00", "\n"])
)


@dataclass(frozen=True)
class Take:
    """A made-up medium."""

    name: str
    rate: Fraction
    frames: int
    start_frames: int
    channels: int
    size: tuple[int, int]
    still: bool = False

    def reference(self) -> otio.schema.ExternalReference:
        suffix = "png" if self.still else "mp4"
        url = f"file:///media/{self.name}.{suffix}"
        made = otio.schema.ExternalReference(url)
        facts = {"kind": "still" if self.still else "take"}
        facts |= {"width": self.size[0], "height": self.size[1]}
        if self.still:
            made.available_range = rates.span(0, 86_400, Fraction(24))
        else:
            made.available_range = rates.span(self.start_frames, self.frames, self.rate)
            facts |= {"rate": rates.text(self.rate), "frames": self.frames}
        if self.channels:
            facts |= {
                "has_audio": True,
                "channels": self.channels,
                "sample_rate": 48000,
            }
        metadata.put(made, "media", facts)
        metadata.put(made, "slate", {"prompt": "a <wet> road & fog", "seed": 7})
        return made

    @property
    def start_s(self) -> Fraction:
        return Fraction(0) if self.still else self.start_frames / self.rate


def place(reference, name, start_s, in_frames, length, rate):
    """A clip whose range lies on the record grid."""
    value = start_s * rate + in_frames
    start = otio.opentime.RationalTime(float(value), float(rate))
    span = otio.opentime.TimeRange(start, rates.time(length, rate))
    return otio.schema.Clip(name, reference, span)


@st.composite
def takes(draw, rate, *, same_rate=False, wild=False):
    """A few takes that all have handles for any clip drawn from them."""
    made = []
    for index in range(draw(st.integers(1, 3))):
        choices = [rate] if same_rate else RATES + (ODD_RATES if wild else [])
        own = draw(st.sampled_from(choices))
        name = draw(
            st.sampled_from(["a%20b", "c%26d", "%C3%A9t%C3%A9", "take", "p%25q"])
        )
        made.append(
            Take(
                f"{name}{index}",
                own,
                draw(st.integers(1, 60))
                if wild
                else rates.shown_frames(90, rate, own) + 2,
                draw(st.sampled_from([0, 0, rates.ntsc(own)[0] * 3600])),
                draw(st.sampled_from([0, 1, 2])),
                draw(st.sampled_from([(1920, 1080), (1280, 720), (720, 1280)])),
                still=draw(st.integers(0, 9)) == 0,
            )
        )
    return made


@st.composite
def picture_tracks(draw, rate, bin_, *, wild=False):
    """A picture track: clips, gaps, transitions with any offsets."""
    track = otio.schema.Track("Picture", kind="Video")
    for _ in range(draw(st.integers(0, 5))):
        last = track[-1] if len(track) else None
        if wild or isinstance(last, otio.schema.Clip):
            offsets = st.integers(0, LARGEST_OFFSET)
            into, out = draw(offsets), draw(offsets)
            fits = not isinstance(last, otio.schema.Transition)
            if fits and draw(st.booleans()):
                track.append(
                    otio.schema.Transition(
                        transition_type=otio.schema.TransitionTypes.SMPTE_Dissolve,
                        in_offset=rates.time(into, rate),
                        out_offset=rates.time(out, rate),
                    )
                )
        if isinstance(last, otio.schema.Clip) and draw(st.integers(0, 4)) == 0:
            length = draw(st.integers(24, 40))
            track.append(otio.schema.Gap(source_range=rates.span(0, length, rate)))
            continue
        take = draw(st.sampled_from(bin_))
        low, high = (0, 70) if wild else (LARGEST_OFFSET, 30)
        in_frames = draw(st.integers(low, high))
        length = draw(st.integers(1 if wild else 24, 40))
        name = draw(CONTROL_NAMES if wild else NAMES)
        clip = place(take.reference(), name, take.start_s, in_frames, length, rate)
        clip.enabled = draw(st.integers(0, 9)) > 0
        if draw(st.booleans()):
            metadata.put(clip, "framing", {"fit": "cover", "keys": draw(framings())})
        if draw(st.booleans()):
            join = {"kind": "match", "score": 0.5, "why": "same pan"}
            metadata.put(clip, "join", join)
        track.append(clip)
    if not wild and len(track) and isinstance(track[-1], otio.schema.Transition):
        del track[-1]
    return track


@st.composite
def framings(draw):
    frames = sorted(draw(st.sets(st.integers(0, 30), min_size=1, max_size=3)))
    scales, shifts = st.floats(0.5, 2), st.floats(-0.5, 0.5)
    turns = st.floats(-30, 30)
    return [[k, draw(scales), draw(shifts), draw(shifts), draw(turns)] for k in frames]


@st.composite
def levels(draw):
    frames = sorted(draw(st.sets(st.integers(0, 60), min_size=1, max_size=4)))
    return [[k, draw(st.sampled_from([-96.0, -30.0, -12.5, 0.0, 6.0]))] for k in frames]


@st.composite
def sound_tracks(draw, rate, bin_, picture):
    """A sound track: music with levels, and takes in step with the picture."""
    track = otio.schema.Track("Bed", kind="Audio")
    heard = [take for take in bin_ if take.channels and not take.still]
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.integers(0, 3)) == 0:
            length = draw(st.integers(1, 20))
            track.append(otio.schema.Gap(source_range=rates.span(0, length, rate)))
        length, in_frames = draw(st.integers(24, 40)), draw(st.integers(12, 30))
        if heard and draw(st.booleans()):
            take = draw(st.sampled_from(heard))
            clip = place(take.reference(), "s", take.start_s, in_frames, length, rate)
        else:
            channels = draw(st.sampled_from([1, 2]))
            clip = place(music(channels), "m", Fraction(0), in_frames, length, rate)
        if draw(st.booleans()):
            metadata.put(clip, "levels", draw(levels()))
        track.append(clip)
    return track


def music(channels):
    made = otio.schema.ExternalReference(f"file:///media/bed{channels}.wav")
    made.available_range = rates.span(0, 48_000 * 20 + 77, Fraction(48_000))
    metadata.put(
        made, "media", {"kind": "music", "channels": channels, "sample_rate": 48000}
    )
    return made


@st.composite
def timelines(draw, *, same_rate=False, wild=False):
    """A timeline of one or two picture tracks and up to two sound tracks."""
    rate = draw(st.sampled_from(RATES))
    made = otio.schema.Timeline(draw(CONTROL_NAMES if wild else NAMES))
    hour = rates.ntsc(rate)[0] * 3600
    made.global_start_time = rates.time(draw(st.sampled_from([0, hour])), rate)
    film = {"rate": rates.text(rate), "width": 1920, "height": 1080}
    if rates.is_drop_rate(rate) and draw(st.booleans()):
        film["drop_frame"] = True
    metadata.put(made, "film", film)
    bin_ = draw(takes(rate, same_rate=same_rate, wild=wild))
    for _ in range(draw(st.integers(1, 2))):
        made.tracks.append(draw(picture_tracks(rate, bin_, wild=wild)))
    for _ in range(draw(st.integers(0, 2))):
        made.tracks.append(draw(sound_tracks(rate, bin_, made.tracks[0])))
    return made
