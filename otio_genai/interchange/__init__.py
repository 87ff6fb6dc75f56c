"""To and from other editors, with an exact account of what is lost on the way.

Rooms
    ``loss`` the account · ``urls`` media addresses as each editor spells them ·
    ``xmeml`` the XML of Premiere and Resolve · ``lint`` what is wrong with such a file.
"""

from otio_genai.interchange.loss import Loss, LossItem
from otio_genai.interchange.xmeml import read_xmeml, write_xmeml

__all__ = ["Loss", "LossItem", "read_xmeml", "write_xmeml"]
