"""Pictures of a film in the making."""

from otio_genai.storyboard.joins import draw_joins

__all__ = ["draw_joins"]
