"""What each conversion keeps, feature by feature, ours beside the stock adapters.

Every timeline of ``features.py`` is written and read back by the same adapter, and
what it says before and after is compared (`otio_genai.interchange.census`). A cell is

``=``   everything is there again, and nothing was reported;
``~``   something is not there, or not as it was, and the writer said so at its place;
``+``   everything is there again, though the writer warned of it;
``x``   something is gone that nobody spoke of: a silent loss;
``W!``  the writer raised; ``R!`` the adapter could not read its own file.

Ours are Premiere's and Resolve's XML, FCPXML, and the ``.otio`` of Premiere and Resolve
(``o-``); they are judged on everything a timeline says. The stock ones, which know
nothing of our metadata, are judged on the rest and on what the feature is about.

Run ``python benchmarks/losses.py [--quick] [--json] [--why ADAPTER]``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import opentimelineio as otio

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.features import FEATURES
from otio_genai.interchange.census import Trait, lost
from otio_genai.interchange.dialects import read_otio, write_dialect
from otio_genai.interchange.fcpxml import read_fcpxml, write_fcpxml
from otio_genai.interchange.loss import Loss
from otio_genai.interchange.proof import unspoken
from otio_genai.interchange.xmeml import read_xmeml, write_xmeml

Timeline = otio.schema.Timeline
SIGNS = ("=", "+", "~", "x", "W!", "R!")
STOCK = ("fcp_xml", "fcpx_xml")
# Of these every stock adapter would be blamed in every row.
OURS_ALONE = frozenset(("prompt", "track name", "link", "raster"))
ABOUT = {
    "track name": "track name",
    "linked picture and sound": "link",
    "linked mono": "link",
    "prompt": "prompt",
}


@dataclass(frozen=True)
class Cell:
    """How one feature fared."""

    sign: str
    why: str = ""


def ours(write: Callable[[Timeline], tuple[str, Loss]], read: Callable) -> Callable:
    """Return a trial of one of our writers with its reader."""

    def tried(make: Callable[[], Timeline], about: str) -> Cell:
        try:
            text, loss = write(make())
        except Exception as error:
            return Cell("W!", f"{type(error).__name__}: {error}")
        try:
            back, _ = read(text)
        except Exception as error:
            return Cell("R!", f"{type(error).__name__}: {error}")
        silent = unspoken(make(), back, loss)
        said = loss.readable() if loss.lossy else ""
        if silent:
            return Cell("x", "\n".join(item.readable() for item in silent))
        if lost(make(), back):
            return Cell("~", said)
        return Cell("+" if said else "=", said)

    return tried


def stock(name: str) -> Callable:
    """Return a trial of an adapter of OpenTimelineIO's."""

    def tried(make: Callable[[], Timeline], about: str) -> Cell:
        try:
            text = otio.adapters.write_to_string(make(), name)
        except Exception as error:
            return Cell("W!", f"{type(error).__name__}: {error}")
        try:
            back = otio.adapters.read_from_string(text, name)
        except Exception as error:
            return Cell("R!", f"{type(error).__name__}: {error}")
        back = first_timeline(back)
        if back is None:
            return Cell("R!", "it reads back no timeline")
        try:
            missing = [t for t in lost(make(), back) if counts(t, about)]
        except Exception as error:
            return Cell("x", f"{type(error).__name__}: {error}")
        return Cell("x", told(missing)) if missing else Cell("=")

    return tried


def counts(trait: Trait, about: str) -> bool:
    """Tell whether a stock adapter is blamed for a lost trait."""
    return trait.feature not in OURS_ALONE or trait.feature == ABOUT.get(about)


def first_timeline(found: object) -> Timeline | None:
    """Return the first timeline of what an adapter read."""
    if isinstance(found, Timeline):
        return found
    if isinstance(found, otio.schema.SerializableCollection):
        return next((each for each in found if isinstance(each, Timeline)), None)
    return None


def told(missing: list[Trait]) -> str:
    """Return lost traits as a line."""
    kinds = Counter(trait.feature for trait in missing)
    return ", ".join(f"{feature} x{n}" for feature, n in kinds.items())


def trials() -> dict[str, Callable]:
    """Return every conversion that can be tried here."""
    found: dict[str, Callable] = {
        "premiere": ours(lambda t: write_xmeml(t, "premiere"), read_xmeml),
        "resolve": ours(lambda t: write_xmeml(t, "resolve"), read_xmeml),
        "fcpxml": ours(write_fcpxml, read_fcpxml),
        "o-premiere": ours(lambda t: write_dialect(t, "premiere"), read_otio),
        "o-resolve": ours(lambda t: write_dialect(t, "resolve"), read_otio),
    }
    known = otio.adapters.available_adapter_names()
    return found | {name: stock(name) for name in STOCK if name in known}


def main() -> int:
    """Run what the command line asks for; 1 when one of ours fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="ours alone")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--why", default="", help="print what this one lost")
    options = parser.parse_args()
    tried = trials()
    if options.quick:
        tried = {name: each for name, each in tried.items() if name not in STOCK}
    table = {
        feature: {name: each(make, feature) for name, each in tried.items()}
        for feature, make in FEATURES.items()
    }
    if options.json:
        print(json.dumps({f: {n: vars(c) for n, c in r.items()}
                          for f, r in table.items()}, indent=2))  # fmt: skip
    else:
        print(readable(table, list(tried)))
    for feature, row in table.items():
        if options.why and row[options.why].why:
            cell = row[options.why]
            print(f"\n{feature}: {cell.sign}\n{cell.why}")
    bad = ("x", "W!", "R!")
    return int(any(row[name].sign in bad for row in table.values()
                   for name in tried if name not in STOCK))  # fmt: skip


def readable(table: dict[str, dict[str, Cell]], names: list[str]) -> str:
    """Return the table as text, with sums."""
    wide = max(map(len, table)) + 2
    lines = [" " * wide + "".join(f"{name:>12}" for name in names)]
    for feature, row in table.items():
        signs = "".join(f"{row[name].sign:>12}" for name in names)
        lines.append(f"{feature:<{wide}}{signs}")
    lines.append("")
    for sign in SIGNS:
        sums = "".join(
            f"{sum(row[name].sign == sign for row in table.values()):>12}"
            for name in names
        )
        lines.append(f"{sign:<{wide}}{sums}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
