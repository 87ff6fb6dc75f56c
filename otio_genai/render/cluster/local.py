"""A Dask cluster of processes on this computer, for trying; it preloads this module."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from otio_genai.errors import RenderError

__all__ = ["dask_setup", "installed", "local"]


@contextmanager
def local(workers: int | None) -> Iterator[Any]:
    """Yield a cluster of so many processes; by default one for each processor."""
    distributed = installed()
    import dask

    settings = {
        # A lost worker is started again; until then Dask must not take it for gone.
        "distributed.deploy.lost-worker-timeout": "5 minutes",
        # Nobody looks at its profile, which is taken a hundred times a second.
        "distributed.worker.profile.enabled": False,
    }
    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=workers or os.cpu_count(),
            threads_per_worker=1,
            processes=True,
            # Any port: two of them at once must not quarrel.
            dashboard_address=":0",
            silence_logs=logging.CRITICAL,
            preload=[__name__],
        ) as cluster,
    ):
        yield cluster


def dask_setup(worker: object) -> None:
    """Prepare a worker's process: Ctrl-C is for whoever started it, and ends it too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def installed() -> Any:
    """Return Dask's package.

    Raises
    ------
    RenderError
        It is not installed.
    """
    try:
        import distributed
    except ImportError as error:
        raise RenderError(
            "Rendering on a cluster needs Dask, which is not installed.",
            remedy="Install it: pip install 'otio-genai[cluster]'.",
        ) from error
    return distributed
