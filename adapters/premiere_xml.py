"""OpenTimelineIO adapter `premiere_xml`: XML that Premiere exchanges (xmeml)."""

from typing import Any


def read_from_string(input_str: str, sequence: str | None = None) -> Any:
    """Return a sequence of an xmeml document as a timeline.

    What could not be kept is not told here; `otio_genai.export.read` returns it.

    Parameters
    ----------
    input_str
        The document.
    sequence
        Name of the sequence; by default the first that is not nested in another.

    Raises
    ------
    InterchangeError
        The text is no xmeml, or holds no such sequence.
    """
    from otio_genai.interchange import read_xmeml

    timeline, _ = read_xmeml(input_str, "premiere", sequence=sequence)
    return timeline


def write_to_string(input_otio: Any) -> str:
    """Return the timeline as xmeml for Premiere.

    What could not be carried is not told here; `otio_genai.export` returns it.

    Raises
    ------
    InterchangeError
        The object is no timeline, or its rate cannot be written.
    """
    from otio_genai.interchange import write_xmeml

    text, _ = write_xmeml(input_otio, "premiere")
    return text
