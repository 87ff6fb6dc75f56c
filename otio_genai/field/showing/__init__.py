"""Showings: films drawn one after the other, none of them twice."""

from otio_genai.field.showing.book import Book
from otio_genai.field.showing.makers import listed, mode_for, numbered, seeded, unseen
from otio_genai.field.showing.showing import Showing

__all__ = ["Book", "Showing", "listed", "mode_for", "numbered", "seeded", "unseen"]
