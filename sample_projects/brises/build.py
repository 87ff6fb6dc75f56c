"""Draw the takes and stills of *Brisés* and play its violin.

    python sample_projects/brises/build.py [--force]

Files that are already there and were made by these very scripts are kept.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

from drawing import jobs

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Read the command line, draw, and say what was drawn."""
    parser = argparse.ArgumentParser(description="Draw the media of the film Brisés.")
    parser.add_argument("--force", action="store_true", help="draw everything anew")
    parser.add_argument(
        "--workers",
        type=int,
        default=os.cpu_count() or 2,
        metavar="N",
        help="how many files to draw at a time (default: one per core)",
    )
    options = parser.parse_args()
    began = time.monotonic()
    everything = jobs.all_jobs()
    todo = jobs.stale(HERE, everything, force=options.force)
    print(f"Brisés: {len(everything)} files, {len(todo)} to draw")
    finished = 0

    def done(job: jobs.Job) -> None:
        nonlocal finished
        finished += 1
        passed = time.monotonic() - began
        count = f"[{finished:2}/{len(todo)}]"
        print(f"  {count} {passed:5.1f} s  {job.folder}/{job.name}", flush=True)

    if todo:
        jobs.run(HERE, todo, max(1, options.workers), done)
    passed = time.monotonic() - began
    print(f"ready in {passed:.1f} s: now  otio-genai make sample_projects/brises")


if __name__ == "__main__":
    main()
