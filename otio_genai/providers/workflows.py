"""What ComfyUI is given and what it says: workflows, complaints, and what was made."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from otio_genai.errors import ProviderError
from otio_genai.providers import placeholders
from otio_genai.providers.protocol import State

__all__ = ["best", "complaints", "outcome", "read_workflow"]

_MOVING = (".mp4", ".webm", ".mov", ".mkv", ".gif", ".webp", ".avi")


def read_workflow(path: Path) -> dict[str, Any]:
    """Return the workflow that a file holds.

    Raises
    ------
    ProviderError
        It cannot be read, or is no workflow in API format; every fault is named.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ProviderError(
            f"The workflow cannot be read ({error}).",
            place=str(path),
            remedy="Save it in ComfyUI with Workflow → Export (API).",
        ) from error
    wrong = _wrong(found)
    if wrong:
        raise ProviderError(
            "This is no workflow that can be queued.",
            place=str(path),
            items=wrong,
            remedy="Save it in ComfyUI with Workflow → Export (API), and write "
            "{prompt} where the prompt belongs.",
        )
    return dict(found)


def outcome(entry: Mapping[str, Any]) -> State:
    """Return how a job ended, as its history tells."""
    said = entry.get("status")
    status = said if isinstance(said, dict) else {}
    told = status.get("messages")
    messages = (
        [m for m in told if isinstance(m, list) and m] if isinstance(told, list) else []
    )
    if any(message[:1] == ["execution_interrupted"] for message in messages):
        return State("cancelled")
    if status.get("status_str") == "error":
        return State("failed", why=_why(messages))
    if best(entry) is not None:
        return State("done", 1.0)
    if status.get("completed") is False:
        return State("running")
    return State("failed", why="The workflow ended without a video or a picture.")


def _why(messages: list[list[Any]]) -> str:
    for message in messages:
        if message[0] == "execution_error" and isinstance(message[-1], dict):
            said = message[-1]
            where = said.get("node_type") or said.get("node_id") or "a node"
            why = str(said.get("exception_message", "")).strip() or "no reason given"
            return f"{where}: {why}"
    return "The server gives no reason."


def best(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the file to take: saved before previewed, moving before still."""
    outputs = entry.get("outputs")
    found = [
        item
        for node in (outputs.values() if isinstance(outputs, dict) else ())
        for files in (node.values() if isinstance(node, dict) else ())
        for item in (files if isinstance(files, list) else ())
        if isinstance(item, dict) and isinstance(item.get("filename"), str)
    ]
    found = [item for item in found if item["filename"]]

    def order(item: Mapping[str, Any]) -> tuple[bool, bool]:
        moves = item["filename"].lower().endswith(_MOVING)
        return item.get("type") == "temp", not moves

    return min(found, key=order, default=None)


def complaints(said: Mapping[str, Any]) -> Iterator[str]:
    """Give everything that a server has against a workflow."""
    error = said.get("error")
    if isinstance(error, dict):
        yield _sentence(error)
    elif error:
        yield str(error)
    nodes = said.get("node_errors")
    for node_id, node in nodes.items() if isinstance(nodes, dict) else ():
        kind = node.get("class_type", "?") if isinstance(node, dict) else "?"
        listed = node.get("errors") if isinstance(node, dict) else None
        for fault in listed if isinstance(listed, list) else []:
            if isinstance(fault, dict):
                yield f"node {node_id} ({kind}): {_sentence(fault)}"


def _sentence(error: Mapping[str, Any]) -> str:
    parts = (str(error.get(key) or "").strip() for key in ("message", "details"))
    return ": ".join(part for part in parts if part) or "no reason given"


def _wrong(found: Any) -> list[str]:
    if not isinstance(found, dict) or not found:
        return ["it holds no nodes"]
    if "nodes" in found and "links" in found:
        return ["it is the editor's own format, not the one for the queue"]
    wrong = [
        f"node {node_id} has no class_type"
        for node_id, node in found.items()
        if not isinstance(node, dict) or not isinstance(node.get("class_type"), str)
    ]
    if "prompt" not in set(placeholders.named(found)):
        wrong.append("nowhere in it stands {prompt}")
    wrong += [f"{{{name}}} is not known" for name in placeholders.unknown(found)]
    return wrong
