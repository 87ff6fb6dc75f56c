"""A provider as its file describes it: ``provider.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from otio_genai.errors import ProviderError
from otio_genai.providers.comfyui import ComfyUI
from otio_genai.providers.folder import FolderProvider
from otio_genai.providers.limits import Key, Limits
from otio_genai.providers.protocol import Caps, ClipProvider
from otio_genai.providers.queue import FAL_STATES, HttpQueue, Words
from otio_genai.providers.workflows import read_workflow

__all__ = ["open_provider"]

_COMMON = ("kind", "name", "model", "caps", "limits")
_OWN = {
    "folder": ("inbox", "settle_s"),
    "comfyui": ("base", "workflow", "key"),
    "queue": ("base", "key", *(f.name for f in fields(Words))),
}
_NEEDED = {
    "folder": ("inbox",),
    "comfyui": ("workflow",),
    "queue": ("base", "submit", "status", "body"),
}
_WHOLE = ("attempts", "answer_bytes", "file_bytes")
_NUMBERS = ("seconds", "latency_s")


def open_provider(
    path: Path,
    slots: Callable[[], Collection[str]],
    *,
    which: Callable[[str, Sequence[str]], int | None] = lambda name, prompts: None,
    held: Callable[[str], Collection[str]] | None = None,
) -> ClipProvider:
    """Return the provider that a file describes.

    Parameters
    ----------
    path
        A TOML file; what it names is relative to it. ``kind`` is ``"folder"``,
        ``"comfyui"`` or ``"queue"``.
    slots
        Gives the ids of the film's slots.
    which, held
        As `FolderProvider`.

    Raises
    ------
    ProviderError
        It cannot be read, or does not say what it means; every fault is named.
    """
    told = _read(path)
    wrong = _faults(told)
    if wrong:
        raise _refused(path, wrong)
    kind = told["kind"]
    if kind == "folder":
        return FolderProvider(
            path.parent / told["inbox"],
            slots,
            name=told.get("name", "inbox"),
            settle_s=told.get("settle_s", 2.0),
            which=which,
            held=held,
        )
    common: dict[str, Any] = {
        "name": told.get("name", kind),
        "model": told.get("model", ""),
        "caps": _caps(told.get("caps", {})),
        "limits": Limits(**told.get("limits", {})),
        "key": Key(**told["key"]) if "key" in told else None,
    }
    if kind == "comfyui":
        workflow = read_workflow(path.parent / told["workflow"])
        return ComfyUI(workflow, told.get("base", "http://127.0.0.1:8188"), **common)
    words = {f.name: told[f.name] for f in fields(Words) if f.name in told}
    if "states" in words:
        given = {phase: tuple(known) for phase, known in words["states"].items()}
        words["states"] = {**FAL_STATES, **given}
    return HttpQueue(Words(**words), told["base"], **common)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ProviderError(
            f"The provider's file cannot be read ({error}).",
            place=str(path),
            remedy="Write it as TOML; docs/new-takes.md shows one of each kind.",
        ) from error


def _faults(told: Mapping[str, Any]) -> list[str]:
    kind = told.get("kind")
    if kind not in _OWN:
        return [f"kind is {kind!r}, which is none of {', '.join(_OWN)}"]
    wrong = [
        f"{key} is not known"
        for key in told
        if key not in _COMMON and key not in _OWN[kind]
    ]
    wrong += [f"{key} is missing" for key in _NEEDED[kind] if key not in told]
    tables = {"caps": Caps, "limits": Limits, "key": Key}
    for table, made in tables.items():
        if table in told:
            wrong += _of_table(table, told[table], made)
    for key in ("body", "states"):
        if key in told and not isinstance(told[key], dict):
            wrong.append(f"{key} is no table")
    states = told.get("states", {})
    wrong += [
        f"states.{phase} is no list of words for one of {', '.join(FAL_STATES)}"
        for phase, known in (states.items() if isinstance(states, dict) else ())
        if phase not in FAL_STATES or not _is_list(known, str)
    ]
    plain = set(_OWN[kind]) | {"name", "model"}
    for key in plain - {"body", "states", "key", "settle_s"}:
        if not isinstance(told.get(key, ""), str):
            wrong.append(f"{key} is no text")
    if not _is_number(told.get("settle_s", 1.0)):
        wrong.append("settle_s is no number over 0")
    return wrong


def _of_table(table: str, told: Any, made: type) -> list[str]:
    if not isinstance(told, dict):
        return [f"{table} is no table"]
    known = {f.name for f in fields(made)}
    wrong = [f"{table}.{key} is not known" for key in told if key not in known]
    if table == "key":
        if "variable" not in told:
            wrong.append("key.variable is missing: the environment variable")
        elif "{key}" not in str(told.get("text", "{key}")):
            wrong.append("key.text has no {key} in it")
        wrong += [f"key.{k} is no text" for k, v in told.items() if type(v) is not str]
    elif table == "limits":
        wrong += [
            f"limits.{k} is no {'whole ' if k in _WHOLE else ''}number over 0"
            for k, v in told.items()
            if not _is_number(v) or (k in _WHOLE and not isinstance(v, int))
        ]
    else:
        wrong += _of_caps(told)
    return wrong


def _of_caps(told: Mapping[str, Any]) -> list[str]:
    wrong = [
        f"caps.{key} is no pair of numbers"
        for key in _NUMBERS
        if key in told
        and not (_is_list(told[key], int | float) and len(told[key]) == 2)
    ]
    sizes = told.get("sizes", [])
    if not isinstance(sizes, list) or not all(
        _is_list(size, int) and len(size) == 2 for size in sizes
    ):
        wrong.append("caps.sizes is no list of pairs of whole numbers")
    wrong += [
        f"caps.{key} is neither true nor false"
        for key in ("text", "first_frame", "last_frame")
        if not isinstance(told.get(key, True), bool)
    ]
    if not isinstance(told.get("cost", ""), str):
        wrong.append("caps.cost is no text")
    return wrong


def _caps(told: Mapping[str, Any]) -> Caps:
    made = dict(told)
    for key in _NUMBERS:
        if key in made:
            made[key] = tuple(float(value) for value in made[key])
    made["sizes"] = tuple(tuple(size) for size in told.get("sizes", ()))
    return Caps(**made)


def _is_list(value: Any, kind: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(v, kind) and not isinstance(v, bool) for v in value
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _refused(path: Path, items: list[str]) -> ProviderError:
    return ProviderError(
        "The provider's file does not say what it means.",
        place=str(path),
        items=sorted(items),
        remedy="Correct it; docs/new-takes.md shows one of each kind.",
    )
