"""A film that came back from an editor: what she did stays, and the rest is planned.

Method
    Her picture becomes a shot list of its whole length (`read_edit`). What stays has
    its take, its in-point and its length; room that is free has a length alone. What
    no plan could hold (retimed clips, foreign media, nested sequences, black that
    something fades to) holds its room as a still does, which lasts as long as wished.
    When the film is planned, her own clips and transitions take the places of their
    likenesses (`grafted`), so that every frame and every setting of them is hers.
    Where the film before the edit is known, shots that she left alone are taken from
    it (`settled`, ``alone``), and so is whatever no film file says (`as_before`).
"""

from otio_genai.assemble.edited.alone import settled
from otio_genai.assemble.edited.grafting import grafted
from otio_genai.assemble.edited.reading import picture_track, read_edit
from otio_genai.assemble.edited.slots import Edit
from otio_genai.assemble.edited.wishes import as_before, as_sent

__all__ = [
    "Edit",
    "as_before",
    "as_sent",
    "grafted",
    "picture_track",
    "read_edit",
    "settled",
]
