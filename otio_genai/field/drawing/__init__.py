"""Films drawn from a field: exactly, cut by cut, by number, the best one."""

from otio_genai.field.drawing.best import best, reachable
from otio_genai.field.drawing.conditions import Conditions
from otio_genai.field.drawing.count import Counted, counted
from otio_genai.field.drawing.draw import Chance, Drawing
from otio_genai.field.drawing.many import draw_many
from otio_genai.field.drawing.permutation import KEY_BYTES, permuted, restored
from otio_genai.field.drawing.space import Space, space
from otio_genai.field.drawing.tables import join_score

__all__ = [
    "KEY_BYTES",
    "Chance",
    "Conditions",
    "Counted",
    "Drawing",
    "Space",
    "best",
    "counted",
    "draw_many",
    "join_score",
    "permuted",
    "reachable",
    "restored",
    "space",
]
