"""Options that let others do the work: processes of this computer, or a cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

__all__ = ["executor", "others"]


def others(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options that say who does the work."""
    for option in (
        click.option(
            "--media",
            multiple=True,
            metavar="HERE=THERE",
            help="Where the cluster's computers find a folder of media: a path, or a "
            "store's URL.",
        ),
        click.option(
            "--cluster",
            metavar="ADDRESS",
            help="Let a Dask cluster work: tcp://host:8786, or local.",
        ),
        click.option(
            "--jobs",
            type=click.IntRange(1, 256),
            help="Let so many processes work.",
        ),
    ):
        command = option(command)
    return command


def executor(
    jobs: int | None,
    cluster: str | None,
    media: tuple[str, ...] | None,
    shared: str | None = None,
) -> Any:
    """Return who does the work; None for this process.

    Raises
    ------
    click.UsageError
        The options do not go together.
    """
    if media and not cluster:
        raise click.UsageError("--media needs --cluster: it is for its computers.")
    if shared and not cluster:
        raise click.UsageError("--shared needs --cluster: it is for its computers.")
    if jobs and cluster:
        raise click.UsageError("--jobs does not go with --cluster: it has its own.")
    if cluster:
        from otio_genai.render.cluster import Dask

        return Dask(cluster, media=media or (), shared=shared)
    if jobs and jobs > 1:
        from otio_genai.render.workers import Processes

        return Processes(jobs)
    return None
