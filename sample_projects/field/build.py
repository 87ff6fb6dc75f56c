"""Draw the takes of the field, and open the field.

    python sample_projects/field/build.py [--force] [--quick]

Files that are already there and were made by these very scripts are kept. What is made
is in ``out``: ``bin.otio`` and ``field.otio``.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The drawings are those of the neighbouring project, found from the folder of both.
sys.path.insert(0, str(HERE.parents[1]))

from sample_projects.field import making, opening  # noqa: E402


def main() -> None:
    """Read the command line, draw, open the field, and say what was made."""
    parser = argparse.ArgumentParser(description="Build the field of Brisés.")
    parser.add_argument("--force", action="store_true", help="draw everything anew")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="small pictures, into out/quick: to try things out",
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=os.cpu_count() or 2,
        metavar="N",
        help="how many files to draw at a time (default: one per core)",
    )
    options = parser.parse_args()
    began = time.monotonic()
    project = HERE / "out" / "quick" if options.quick else HERE
    project.mkdir(parents=True, exist_ok=True)
    everything = making.all_jobs(quick=options.quick)
    todo = making.stale(project, everything, force=options.force)
    print(f"The field: {len(everything)} files, {len(todo)} to make")
    finished = 0

    def done(job: making.Job) -> None:
        nonlocal finished
        finished += 1
        passed = time.monotonic() - began
        count = f"[{finished:2}/{len(todo)}]"
        print(f"  {count} {passed:5.1f} s  {job.folder}/{job.name}", flush=True)

    if todo:
        making.run(project, todo, max(1, options.workers), done)
    path = opening.open_project(project, HERE / "film.toml")
    passed = time.monotonic() - began
    print(f"ready in {passed:.1f} s: now  otio-genai field check {path}")


if __name__ == "__main__":
    main()
