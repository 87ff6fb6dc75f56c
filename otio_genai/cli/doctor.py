"""``doctor``: whether everything is here that a film needs."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from otio_genai.cli import console

__all__ = ["doctor"]

_PACKAGES = ("opentimelineio", "av", "moviepy", "numpy", "scipy", "pillow", "click")
_ADAPTERS = ("genai", "premiere_xml", "resolve_xml")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(as_json: bool) -> None:
    r"""Look whether this machine has what a film needs; exit 1 if not.

    \b
    Example:
      otio-genai doctor
    """
    found = list(_findings())
    if as_json:
        console.echo_json(
            [{"what": what, "ok": ok, "found": text} for what, ok, text in found]
        )
    else:
        for what, ok, text in found:
            click.echo(f"{'ok ' if ok else 'BAD'}  {what:<22} {text}")
    if not all(ok for _, ok, _ in found):
        raise click.exceptions.Exit(1)


def _findings() -> Iterator[tuple[str, bool, str]]:
    version = platform.python_version()
    yield "python", sys.version_info >= (3, 11), version
    for name in _PACKAGES:
        try:
            yield name, True, importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield name, False, "not installed: pip install otio-genai"
    yield from _codecs()
    yield _devices()
    yield from _adapters()
    yield _cache()


def _codecs() -> Iterator[tuple[str, bool, str]]:
    from otio_genai.media import codecs

    for name in ("libx264", "aac"):
        there = codecs.can_encode(name)
        yield f"encoder {name}", there, "there" if there else "missing in PyAV's build"


def _devices() -> tuple[str, bool, str]:
    from otio_genai.deliver.encoders import HARDWARE, encoders

    # None of them is needed: x264 makes the same picture.
    found = encoders()
    there = [name for name in HARDWARE if not found[name]]
    why: dict[str, list[str]] = {}
    for name in HARDWARE:
        if found[name]:
            why.setdefault(found[name], []).append(name)
    missing = [f"{', '.join(names)}: {reason}" for reason, names in why.items()]
    return (
        "encoders of devices",
        True,
        "; ".join([", ".join(there) or "none", *missing]),
    )


def _adapters() -> Iterator[tuple[str, bool, str]]:
    import opentimelineio as otio

    names = otio.adapters.available_adapter_names()
    for name in _ADAPTERS:
        there = name in names
        text = "registered" if there else "not found: reinstall otio-genai"
        yield f"adapter {name}", there, text


def _cache() -> tuple[str, bool, str]:
    from otio_genai.media import store

    folder: Path = store.cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return "cache", False, f"{folder}: {error.strerror}"
    return "cache", True, str(folder)
