"""Every reader over broken files: nothing but our own errors may come out.

Each file of a corpus is broken at random, read, and written again to Premiere's XML and
FCPXML. What escapes is printed with its seed; with ``--keep FOLDER`` the file is kept.

Run ``python benchmarks/fuzz_readers.py SHARED [--count N] [--seed S] [--kind K]``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from otio_genai.errors import GenaiError
from otio_genai.interchange.fcpxml import write_fcpxml
from otio_genai.interchange.xmeml import write_xmeml
from tests.support.mutations import corpus, mutated, reader_of

LONGEST_S = 20.0


def attempt(read: object, text: str, *, write: bool) -> str:
    """Return ``read``, ``refused`` or the traceback of what escaped."""
    try:
        timeline, _ = read(text)  # type: ignore[operator]
        if write:
            write_xmeml(timeline, "premiere")
            write_fcpxml(timeline)
    except GenaiError:
        return "refused"
    except Exception:
        return traceback.format_exc(limit=-3)
    return "read"


def main() -> None:
    """Break, read and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", help="one reader alone")
    parser.add_argument("--largest", type=int, default=60_000, help="bytes of a file")
    parser.add_argument("--write", action="store_true", help="write what was read")
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    files = corpus(given.shared, largest=given.largest)
    files = [file for file in files if given.kind in (None, file[0])]
    counts: Counter[tuple[str, str]] = Counter()
    escaped: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        readers = {kind: reader_of(kind, Path(folder)) for kind, _, _ in files}
        for seed in range(given.seed, given.seed + given.count):
            kind, name, text = files[seed % len(files)]
            broken = mutated(text, seed)
            begin = time.perf_counter()
            fate = attempt(readers[kind], broken, write=given.write)
            if time.perf_counter() - begin > LONGEST_S:
                fate = f"longer than {LONGEST_S} s"
            if fate not in ("read", "refused"):
                escaped[f"{kind}: {fate.strip()}"] += 1
                print(f"seed {seed} {name}: {fate.strip().splitlines()[-1]}")
                if given.keep:
                    given.keep.mkdir(parents=True, exist_ok=True)
                    kept = given.keep / f"{seed}-{name}"
                    kept.write_text(broken, encoding="utf-8", errors="replace")
                fate = "escaped"
            counts[kind, fate] += 1
    for (kind, fate), count in sorted(counts.items()):
        print(f"{kind:8}{fate:10}{count}")
    for fate, count in escaped.most_common():
        print(f"--- {count} times\n{fate}")
    sys.exit(bool(escaped))


if __name__ == "__main__":
    main()
