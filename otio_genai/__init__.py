"""Turn generated takes, music and voice-over into edited timelines.

One straight line, each stage reading what the last one wrote::

    folder → ingest → bin → analyse → assemble → timeline → check → export | render

Every name below is loaded when it is first used, so that importing the package, or
OpenTimelineIO loading its adapters, costs nothing.

Examples
--------
>>> import otio_genai
>>> bin = otio_genai.ingest("my-film")               # doctest: +SKIP
>>> film = otio_genai.assemble(otio_genai.analyse(bin))  # doctest: +SKIP
>>> loss = otio_genai.export(film, "film.xml", to="premiere")  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from otio_genai.analyse import analyse as analyse
    from otio_genai.assemble import Style as Style
    from otio_genai.assemble import assemble as assemble
    from otio_genai.check import check as check
    from otio_genai.deliver.reframe import reframe as reframe
    from otio_genai.errors import GenaiError as GenaiError
    from otio_genai.export import export as export
    from otio_genai.export import read as read
    from otio_genai.export.collect import collect as collect
    from otio_genai.export.relink import relink as relink
    from otio_genai.ingest import ingest as ingest
    from otio_genai.interchange.diff import diff as diff
    from otio_genai.line import make as make
    from otio_genai.maps import picture_map as picture_map
    from otio_genai.maps import sound_map as sound_map
    from otio_genai.reassembly import reassemble as reassemble
    from otio_genai.render import moviepy_clip as moviepy_clip
    from otio_genai.render import render as render
    from otio_genai.render.effects import effect as effect

__version__ = "0.1.0"

_HOMES = {
    "GenaiError": "errors",
    "Style": "assemble",
    "analyse": "analyse",
    "assemble": "assemble",
    "check": "check",
    "collect": "export.collect",
    "diff": "interchange.diff",
    "effect": "render.effects",
    "export": "export",
    "ingest": "ingest",
    "make": "line",
    "moviepy_clip": "render",
    "picture_map": "maps",
    "read": "export",
    "reassemble": "reassembly",
    "reframe": "deliver.reframe",
    "relink": "export.relink",
    "render": "render",
    "sound_map": "maps",
}

__all__ = [  # noqa: RUF022  # in the order of the line
    "ingest",
    "analyse",
    "assemble",
    "Style",
    "check",
    "export",
    "read",
    "diff",
    "reassemble",
    "collect",
    "relink",
    "reframe",
    "render",
    "moviepy_clip",
    "effect",
    "make",
    "picture_map",
    "sound_map",
    "GenaiError",
]


class _Front(ModuleType):
    """The package as its users see it: its verbs, each loaded at first use."""

    def __getattr__(self, name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'otio_genai' has no attribute {name!r}")
        home = importlib.import_module(f"otio_genai.{_HOMES[name]}")
        value = getattr(home, name)
        self.__dict__[name] = value
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        # Importing a room binds it here under its verb's name; the verb stays.
        if name in _HOMES and isinstance(value, ModuleType):
            return
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*self.__dict__, *__all__})


sys.modules[__name__].__class__ = _Front
