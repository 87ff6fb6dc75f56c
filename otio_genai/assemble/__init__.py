"""From a bin to a timeline: the cutting room."""

from otio_genai.assemble.film import assemble
from otio_genai.assemble.style import Style

__all__ = ["Style", "assemble"]
