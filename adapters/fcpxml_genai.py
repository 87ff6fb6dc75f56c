"""OpenTimelineIO adapter `fcpxml_genai`: FCPXML of Final Cut, read and written."""

from typing import Any


def write_to_string(input_otio: Any) -> str:
    """Return the timeline as FCPXML 1.10.

    What could not be carried is not told here; `otio_genai.export` returns it.

    Raises
    ------
    InterchangeError
        The object is no timeline.
    TimelineError
        The timeline states no rate.
    """
    from otio_genai.interchange.fcpxml import write_fcpxml

    text, _ = write_fcpxml(input_otio)
    return text


def read_from_string(input_str: str, project: str | None = None) -> Any:
    """Return a project of an FCPXML document, of version 1.5 to 1.14.

    Parameters
    ----------
    input_str
        The document.
    project
        Name of the project; by default the first.

    Raises
    ------
    InterchangeError
        The text is no FCPXML, or has no such project.
    """
    from otio_genai.interchange.fcpxml import read_fcpxml

    timeline, _ = read_fcpxml(input_str, project=project)
    return timeline
