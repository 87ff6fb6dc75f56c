"""Turn generated takes, music and voice-over into edited timelines.

One straight line, each stage reading what the last one wrote::

    folder → ingest → bin → analyse → assemble → timeline → check → export | render
                                 └ open_field → field → realise ┘

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
    from otio_genai.field.document import read_field as read_field
    from otio_genai.field.judge import judge as judge
    from otio_genai.field.merging import merge as merge_fields
    from otio_genai.field.opening import open_field as open_field
    from otio_genai.field.realise import realise as realise
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
    "judge": "field.judge",
    "make": "line",
    "merge_fields": "field.merging:merge",
    "moviepy_clip": "render",
    "open_field": "field.opening",
    "picture_map": "maps",
    "read": "export",
    "read_field": "field.document",
    "realise": "field.realise",
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
    "open_field",
    "merge_fields",
    "read_field",
    "judge",
    "realise",
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
        place, _, called = _HOMES[name].partition(":")
        home = importlib.import_module(f"otio_genai.{place}")
        value = getattr(home, called or name)
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
