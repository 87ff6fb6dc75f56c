"""A show without media: shots drawn by chance, pictures that are their own names."""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import SimpleNamespace

from otio_genai.errors import FieldError
from otio_genai.field.model import Chosen
from otio_genai.live.cast import Cast
from otio_genai.live.picture.format import Format
from otio_genai.live.programme import Programme
from otio_genai.live.schedule import Scheduler

RATE = Fraction(24)
FORM = Format((192, 108), RATE)
HALF = 6


def sample(name: str, key: bool) -> memoryview:
    """One unit of a picture that says its name."""
    body = bytes([0x65 if key else 0x41]) + name.encode()
    return memoryview(struct.pack(">I", len(body)) + body)


def names(samples) -> list[str]:
    return [bytes(s[5:]).decode() for s in samples]


def named(pieces) -> list[str]:
    """Names of all the pictures in pieces."""
    return [n for p in pieces if p.kind == "video" for n in names(p.buffers[1:])]


@dataclass
class Part:
    record_in: int
    frames: int
    samples: tuple | None
    job: object = None


@dataclass
class FakeField:
    title: str
    rate: Fraction
    slots: tuple


def fake_field(slots: int, contents=range(3)):
    clip = SimpleNamespace(name="take")
    material = SimpleNamespace(still=False, end=10_000)

    def option(content):
        return SimpleNamespace(
            clip=clip, material=material, ins=(0,), content=str(content)
        )

    return FakeField(
        "Fake",
        RATE,
        tuple(
            SimpleNamespace(id=f"slot-{n + 1:03d}", options=list(map(option, contents)))
            for n in range(slots)
        ),
    )


class FakeShowing:
    def __init__(self, slots=6, options=3, seed=0, lengths=(24, 100)):
        self.rng = random.Random(seed)
        self.slots, self.options, self.lengths = slots, options, lengths
        self.drawn, self.steered, self.closed, self.fields = [], [], False, []
        self.banned, self.stubborn = frozenset(), False
        self.put, self.remarks = {}, ()

    @property
    def decided(self):
        return tuple(self.drawn)

    @property
    def field(self):
        return self.fields[-1]

    def instead(self, one):
        if self.stubborn:
            raise FieldError("No film goes on like that.")
        assert self.drawn[-1].slot == one.slot
        self.drawn[-1] = one

    def aired(self, one):
        self.put[len(self.drawn) - 1] = one

    @property
    def remembered(self):
        """What the book would know of the film."""
        found = [self.put.get(n, one) for n, one in enumerate(self.drawn)]
        return [one for one in found if one is not None]

    def next(self):
        if len(self.drawn) == self.slots:
            return None
        slot = len(self.drawn)
        free = [n for n in range(self.options) if (slot, n) not in self.banned]
        shot = Chosen(slot, self.rng.choice(free), 0, self.rng.randint(*self.lengths))
        self.drawn.append(shot)
        return shot

    def chances(self):
        if len(self.drawn) == self.slots:
            return []
        slot = len(self.drawn)
        free = [n for n in range(self.options) if (slot, n) not in self.banned]
        share = 1 / len(free)
        return [SimpleNamespace(slot=slot, option=n, probability=share) for n in free]

    def steer(self, **changes):
        banned = changes.get("banned", self.banned)
        for slot in range(self.slots):
            if all((slot, n) in banned for n in range(self.options)):
                raise FieldError(f"Nothing is left in slot {slot}.")
        self.banned = banned
        self.steered.append((len(self.drawn), changes))

    def renew(self, given):
        """Another take lies before those that were there."""
        self.fields.append(given)
        self.drawn = [replace(one, option=one.option + 1) for one in self.drawn]

    def close(self):
        self.closed = True


@dataclass
class FakeReel:
    """Parts as a real one has them: body, join about the cut, body; each from a key."""

    joins: bool = True
    broken: set = field(default_factory=set)
    before: Chosen | None = None
    at: int = 0

    def renew(self, given, decided):
        self.renewed = given, decided

    def push(self, shot):
        if (shot.slot, shot.option) in self.broken:
            raise OSError("It cannot be read.")
        parts = []
        joined = self.joins and self.before is not None
        if self.before is not None:
            parts.append(self.body(self.before, HALF if joined else 0))
        if joined:
            parts.append(self.join(self.before, shot))
        self.begun = HALF if joined else 0
        self.before, self.start = shot, self.at
        self.at += shot.frames
        return parts

    def close(self):
        return [] if self.before is None else [self.body(self.before, 0)]

    def body(self, shot, tail):
        first, last = self.begun, shot.frames - tail
        pictures = [
            sample(f"{shot.slot}.{shot.option}.{n}", (n - first) % 12 == 0)
            for n in range(first, last)
        ]
        return Part(self.start + first, last - first, tuple(pictures))

    def join(self, a, b):
        cut, key = self.at, f"{a.slot}.{a.option}-{b.slot}.{b.option}"
        dry = [sample(f"dry {key} {n}", n in (0, HALF)) for n in range(2 * HALF)]
        job = SimpleNamespace(key=key, request=key, dry=tuple(dry), estimate_hint=1.0)
        return Part(cut - HALF, 2 * HALF, None, job)


class FakeSounding:
    """AAC frames that are their number; the last half second is not yet settled."""

    def __init__(self):
        self.pushed = self.given = 0
        self.closed = False

    def renew(self, given):
        self.renewed = given

    def push(self, shot):
        self.pushed += shot.frames

    def close(self):
        self.closed = True

    def ready(self, limit):
        settled = self.pushed if self.closed else max(0, self.pushed - 12)
        most = -(-min(limit, settled) * 2000 // 1024)
        if not self.closed:
            most = min(limit, settled) * 2000 // 1024
        frames = [struct.pack(">I", n) for n in range(self.given, most)]
        self.given = max(self.given, most)
        return frames


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Hand:
    """A worker that answers when its time has passed."""

    def __init__(self, clock, took):
        self.clock, self.took = clock, took
        self.held = None

    @property
    def ready(self):
        return self.held is None

    def run(self, request, reply):
        self.held = (self.clock() + self.took(request), request, reply)

    def answer(self):
        if self.held is not None and self.held[0] <= self.clock():
            (_, request, reply), self.held = self.held, None
            reply(made(request))

    def replace(self):
        self.held = None

    def close(self):
        self.held = None


def made(key):
    return [bytes(sample(f"made {key} {n}", n == 0)) for n in range(2 * HALF)]


class Stage:
    """A programme of fakes and a clock that goes from one event to the next."""

    def __init__(self, took=lambda _: 0.2, *, workers=2, showing=None, **reel):
        self.clock = Clock()
        self.hands = [Hand(self.clock, took) for _ in range(workers)]
        self.scheduler = Scheduler(self.hands, self.clock)
        self.showing = showing or FakeShowing()
        self.reel = FakeReel(**reel)
        self.sounding = FakeSounding()
        self.said = []
        slots = getattr(self.showing, "slots", 6)
        self.cast = Cast(
            fake_field(slots), self.showing, self.reel, self.sounding, FORM
        )
        self.programme = Programme(
            self.cast, self.scheduler, self.clock, tell=self.said.append
        )
        self.log = []

    def play(self, until=10_000):
        """Play until it has ended; (time, piece) of all that went out."""
        while not self.programme.ended and self.clock.now < until:
            for hand in self.hands:
                hand.answer()
            if self.log and not self.programme.started:
                self.programme.start()
            self.programme.awaited()
            for piece in self.programme.step():
                self.log.append((self.clock.now, piece))
            due = self.programme.due_s()
            times = [h.held[0] - self.clock.now for h in self.hands if h.held]
            self.clock.now += max(min([due, *times]), 1e-6)
        return self.log
