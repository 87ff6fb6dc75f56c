"""Reading without the account, where a test asks for the timeline alone."""

from otio_genai.interchange import read_xmeml

__all__ = ["timeline_of"]


def timeline_of(text, *args, **options):
    return read_xmeml(text, *args, **options)[0]
