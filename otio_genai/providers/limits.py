"""Keys of providers, and how far they are trusted with time and room."""

from __future__ import annotations

import os
from dataclasses import dataclass

from otio_genai.errors import ProviderError

__all__ = ["LIMITS", "Key", "Limits"]


@dataclass(frozen=True, slots=True)
class Key:
    """Where a key is found, and how it is sent."""

    variable: str
    "Environment variable that holds it."
    header: str = "Authorization"
    text: str = "Bearer {key}"

    def read(self) -> str:
        """Return the key.

        Raises
        ------
        ProviderError
            It is not there.
        """
        found = os.environ.get(self.variable, "").strip()
        if not found or not found.isprintable():
            raise ProviderError(
                f"The environment variable {self.variable} holds no key.",
                remedy=f"Set it where the show is started: export {self.variable}=…",
            )
        return found


@dataclass(frozen=True, slots=True)
class Limits:
    """How long is waited, how often it is tried again, and how much is taken."""

    answer_s: float = 30.0
    "For an answer."
    download_s: float = 900.0
    "For a file."
    stall_s: float = 60.0
    "For the next bytes of one."
    attempts: int = 4
    wait_s: float = 0.5
    "Before the second attempt; doubled for each that follows."
    most_wait_s: float = 30.0
    answer_bytes: int = 16 << 20
    file_bytes: int = 2 << 30


LIMITS = Limits()
