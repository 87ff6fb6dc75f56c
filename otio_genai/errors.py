"""The errors of otio-genai: sentences with a place and a remedy.

::

    opentimelineio.exceptions.OTIOError
    └── GenaiError
        ├── MediaError       a file that cannot be read as what it should be
        ├── FilmFileError    a film.toml that does not say what it means
        ├── AssembleError    no film can be made of what is there
        ├── FieldError       a field of films that cannot be, or a film it does not hold
    ├── LiveError        a show that cannot be given
    ├── ProviderError    a source of new takes that does not answer as it should
    ├── TimelineError    a timeline that breaks a rule of ours
        ├── MetadataError    metadata of a version we do not know
        ├── InterchangeError a file of another editor that cannot be read or written
        ├── RenderError      a film that cannot be rendered
        └── OutputError      a place where nothing can be written
"""

from __future__ import annotations

from collections.abc import Sequence

from opentimelineio.exceptions import OTIOError

__all__ = [
    "AssembleError",
    "FieldError",
    "FilmFileError",
    "GenaiError",
    "InterchangeError",
    "LiveError",
    "MediaError",
    "MetadataError",
    "OutputError",
    "ProviderError",
    "RenderError",
    "TimelineError",
]


class GenaiError(OTIOError):  # type: ignore[misc]  # OTIO ships no types
    """Whatever otio-genai refuses to do, said in one sentence.

    Parameters
    ----------
    sentence
        What is wrong, as a full sentence.
    place
        Where: a file, a track, a clip, a record timecode, a line.
    remedy
        What to do next; the command line prints it as its ``help:`` line.
    items
        Every faulty item, one line each, when there is more than one.
    """

    def __init__(
        self,
        sentence: str,
        *,
        place: str | None = None,
        remedy: str | None = None,
        items: Sequence[str] = (),
    ) -> None:
        self.sentence = sentence
        self.place = place
        self.remedy = remedy
        self.items = tuple(items)
        super().__init__(str(self))

    def __str__(self) -> str:
        """Place, sentence and items; the remedy is kept apart for the reader."""
        head = f"{self.place}: {self.sentence}" if self.place else self.sentence
        return "\n".join([head, *(f"  - {item}" for item in self.items)])


class MediaError(GenaiError):
    """A media file that cannot be read as what it should be."""


class FilmFileError(GenaiError):
    """A film file (``film.toml``) that does not say what it means."""


class AssembleError(GenaiError):
    """No film can be assembled from what is there."""


class FieldError(GenaiError):
    """A field of films that cannot be, or a film that it does not hold."""


class LiveError(GenaiError):
    """A show that cannot be given."""


class ProviderError(GenaiError):
    """A source of new takes that does not answer as it should."""


class TimelineError(GenaiError):
    """A timeline that breaks one of the rules every stage relies on."""


class MetadataError(GenaiError):
    """Metadata written by a version of otio-genai that this one does not know."""


class InterchangeError(GenaiError):
    """A document of another editor that cannot be read or written."""


class RenderError(GenaiError):
    """A film that cannot be rendered."""


class OutputError(GenaiError):
    """A place where the product cannot be written."""
