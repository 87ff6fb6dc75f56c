"""OpenTimelineIO adapter `resolve_xml`: XML that Resolve imports (xmeml)."""

from typing import Any


def write_to_string(input_otio: Any) -> str:
    """Return the timeline as xmeml for Resolve.

    What could not be carried is not told here; `otio_genai.export` returns it.

    Raises
    ------
    InterchangeError
        The object is no timeline, or its rate cannot be written.
    """
    from otio_genai.interchange import write_xmeml

    text, _ = write_xmeml(input_otio, "resolve")
    return text
