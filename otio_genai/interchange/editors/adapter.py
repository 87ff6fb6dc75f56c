"""Calls of an adapter: quiet, and refusing in sentences."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from typing import Any, TypeVar

import opentimelineio as otio

from otio_genai.errors import GenaiError, InterchangeError
from otio_genai.interchange.editors.table import Editor

__all__ = ["call", "module"]

_Result = TypeVar("_Result")
_SAID = 300


def module(editor: Editor) -> Any:
    """Return an adapter.

    Raises
    ------
    InterchangeError
        It is not installed.
    """
    if editor.adapter not in otio.adapters.available_adapter_names():
        raise InterchangeError(
            f"The adapter for {editor.name} is not installed.",
            remedy=f"pip install 'otio-genai[editors]', or {editor.package} alone.",
        )
    return otio.adapters.from_name(editor.adapter)


def call(editor: Editor, what: str, act: Callable[[], _Result]) -> _Result:
    """Return what ``act`` returns; whatever it prints is not shown.

    Raises
    ------
    InterchangeError
        It raised anything; ``what`` says what could not be done.
    """
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return act()
    except GenaiError:
        raise
    except Exception as error:
        # Adapters raise whatever happens to go wrong within them.
        said = " ".join(str(error).split())[:_SAID] or type(error).__name__
        raise InterchangeError(
            f"{editor.package} cannot {what}: {said}",
            remedy="Try another format, such as Premiere XML.",
        ) from error
