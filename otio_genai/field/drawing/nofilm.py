"""The error of a field whose rules leave no film, each of them good by itself."""

from __future__ import annotations

from otio_genai.errors import FieldError

__all__ = ["NoFilmError"]


class NoFilmError(FieldError):
    """No film keeps all that is asked for at once."""
