"""What every source of new takes can be asked: five methods, whatever lies behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Literal, Protocol

from otio_genai.errors import ProviderError

__all__ = [
    "Caps",
    "ClipProvider",
    "Job",
    "Phase",
    "Request",
    "State",
    "require",
    "sound_id",
    "unfit",
]

_LONGEST_ID = 500

#: How far a job is.
Phase = Literal["queued", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Caps:
    """What a provider can make, how fast, and for how much."""

    text: bool = True
    "Whether it makes a take from a prompt alone."
    first_frame: bool = False
    "Whether a take can begin with a given picture."
    last_frame: bool = False
    "Whether it can end with one."
    seconds: tuple[float, float] = (0.0, 3600.0)
    "Shortest and longest take, in seconds."
    sizes: tuple[tuple[int, int], ...] = ()
    "Width and height of what it makes; any if empty."
    latency_s: tuple[float, float] | None = None
    "Time in which half and nine tenths of its jobs are done; unknown if None."
    cost: str = ""
    "What a take costs, in the provider's own words."


@dataclass(frozen=True, slots=True)
class Request:
    """A take that is wanted."""

    slot: str
    "Id of the slot it is for."
    prompt: str
    seconds: float
    seed: int = 0
    size: tuple[int, int] | None = None
    "Width and height; the provider's own if None."
    rate: Fraction | None = None
    "Frames per second; the provider's own if None."
    negative: str = ""
    "What is not wanted."
    variables: Mapping[str, str] = field(default_factory=dict)
    "What the prompt's variables stand for."
    first_frame: Path | None = None
    "Picture with which it should begin."
    last_frame: Path | None = None
    "Picture with which it should end."
    refs: tuple[Path, ...] = ()
    "Other pictures it should be like."
    deadline_s: float | None = None
    "When it is too late, on the clock of whoever asks."
    token: str = ""
    """What the request itself is known by, a UUID.

    A provider that can be given a name for a job gives it this one: where its answer
    was lost, the job is found under it. It is the same whenever the request is sent.
    """


@dataclass(frozen=True, slots=True)
class Job:
    """A request that a provider has taken."""

    provider: str
    id: str
    "As the provider names it."
    slot: str
    told: Mapping[str, str] = field(default_factory=dict)
    "What the provider needs beside to find it again, in another run of the program."


@dataclass(frozen=True, slots=True)
class State:
    """How far a job is."""

    phase: Phase
    progress: float | None = None
    "Share done, 0 to 1; unknown if None."
    eta_s: float | None = None
    "Seconds it will still take; unknown if None."
    why: str = ""
    "Why it failed."

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it but what is there."""
        return self.phase in ("done", "failed", "cancelled")


class ClipProvider(Protocol):
    """A source of new takes; docs/new-takes.md has one in twenty lines.

    Its methods are called in the loop that serves the show: they do not block. A job is
    asked after, fetched and cancelled in any order and more than once, by another
    object than the one it was submitted to if the program was started again between.
    """

    @property
    def name(self) -> str:
        """What it is called, in slates and to the artist."""

    def caps(self) -> Caps:
        """Return what it can make."""

    async def submit(self, request: Request) -> Job:
        """Ask for a take.

        Raises
        ------
        ProviderError
            It does not answer, or refuses.
        """

    async def state(self, job: Job) -> State:
        """Return how far a job is.

        Raises
        ------
        ProviderError
            It does not answer. The job may still be done.
        """

    async def fetch(self, job: Job, dest: Path) -> Path:
        """Return the file that was made; where it has to be brought, in ``dest``.

        Parameters
        ----------
        dest
            A folder. The file's name is the provider's own, made harmless.

        Raises
        ------
        ProviderError
            It is not done, or what came is no take.
        """

    async def cancel(self, job: Job) -> None:
        """Say that a job is no longer wanted; one that is over stays as it is.

        Raises
        ------
        ProviderError
            It does not answer.
        """


def unfit(request: Request, caps: Caps) -> list[str]:
    """Return everything in a request that a provider cannot do.

    Examples
    --------
    >>> unfit(Request("s", "a dune", seconds=20), Caps(seconds=(2, 10)))
    ['it makes takes of 2 to 10 s, not of 20 s']
    """
    found = []
    low, high = caps.seconds
    if not low <= request.seconds <= high:
        found.append(
            f"it makes takes of {low:g} to {high:g} s, not of {request.seconds:g} s"
        )
    if caps.sizes and request.size and request.size not in caps.sizes:
        known = ", ".join(f"{wide}x{high}" for wide, high in caps.sizes)
        found.append("it makes {}, not {}x{}".format(known, *request.size))
    if not caps.text and request.first_frame is None:
        found.append("it needs a first frame")
    pictures = [request.first_frame, request.last_frame, *request.refs]
    found += [
        f"{p} is not there" for p in pictures if p is not None and not p.is_file()
    ]
    return found


def sound_id(told: object, name: str) -> str:
    """Return the id that a provider gave a job.

    Raises
    ------
    ProviderError
        It gave none, or one that no address and no file could hold.
    """
    number = isinstance(told, int) and not isinstance(told, bool)
    found = str(told) if number or isinstance(told, str) else ""
    if not 0 < len(found) <= _LONGEST_ID or not found.isprintable():
        raise ProviderError(
            f"{name} took a request and gives it no id that can be used.",
            remedy="See there whether it is made; nothing can be asked after it.",
        )
    return found


def require(request: Request, caps: Caps, name: str) -> None:
    """Refuse a request that a provider cannot do.

    Raises
    ------
    ProviderError
        Everything it cannot do is named.
    """
    wrong = unfit(request, caps)
    if wrong:
        raise ProviderError(
            f"{name} cannot make this take.",
            place=f"slot {request.slot!r}",
            items=wrong,
            remedy="Ask for what it can make, or ask another provider.",
        )
