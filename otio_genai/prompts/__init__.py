"""Prompts: a fixed text with variables, and which prompt made which file.

Conventions
    A variable is written ``{weather}``, braces that are meant are doubled. What a
    variable stands for is drawn by weight from a seed and its own name alone, so that
    another variable, or a shot more, changes none of the others.
"""

from otio_genai.prompts.book import which
from otio_genai.prompts.recipe import Modulation, Prompt, Recipe, read_recipe

__all__ = ["Modulation", "Prompt", "Recipe", "read_recipe", "which"]
