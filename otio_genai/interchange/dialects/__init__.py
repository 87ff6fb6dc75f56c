"""``.otio`` as Premiere and Resolve read and write it.

Both keep what OpenTimelineIO has no form for in metadata of their own: ``write`` puts
our common forms into it, ``read`` brings either back. ``document`` reads the text,
``resolve_values`` and ``premiere_values`` say how each editor spells its effects.
"""

from __future__ import annotations

from otio_genai.interchange.dialects.names import Dialect
from otio_genai.interchange.dialects.read import read_otio
from otio_genai.interchange.dialects.write import write_dialect

__all__ = ["Dialect", "read_otio", "write_dialect"]
