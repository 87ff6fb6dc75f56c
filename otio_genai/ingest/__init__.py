"""From a folder of generated files to a bin of takes, stills, music and voice.

Which generator made a file is read off its name (`generators`), what it is for off its
content, folders and names (`kinds`, `hearing`); its facts are measured once and
remembered (`facts`). `bin` is the collection that comes out.
"""

from otio_genai.ingest.bin import Bin
from otio_genai.ingest.folder import ingest
from otio_genai.ingest.generators import slate_of

__all__ = ["Bin", "ingest", "slate_of"]
