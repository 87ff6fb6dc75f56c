"""Sound of a live show: one continuous stream with the voice in its place."""

from otio_genai.live.sound.prepared import Prepared, prepare
from otio_genai.live.sound.sounding import Sounding

__all__ = ["Prepared", "Sounding", "prepare"]
