"""A folder of generated files becomes a bin."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path, PurePosixPath

import opentimelineio as otio

from otio_genai import rates
from otio_genai.errors import MediaError
from otio_genai.ingest import bin as bins
from otio_genai.ingest import kinds as kinds_of
from otio_genai.ingest.cues import Cues
from otio_genai.ingest.facts import Known, Memory
from otio_genai.ingest.files import Folder, companions, natural_key, scan
from otio_genai.ingest.generators import slate_of
from otio_genai.ingest.names import unique_names
from otio_genai.ingest.told import bed_file, put_words

__all__ = ["Progress", "ingest"]

Progress = Callable[[str, int, int], None]


def ingest(
    folder: str | os.PathLike[str],
    *,
    rate: int | float | str | Fraction | None = None,
    kinds: Mapping[str, str] | None = None,
    cues: Cues | None = None,
    cache: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> bins.Bin:
    """Return the bin of a folder: its takes, stills, music and voice.

    Files that cannot be read do not stop the others; they are listed on the bin
    (`otio_genai.ingest.bin.faults`). Nothing in the folder is altered.

    Parameters
    ----------
    folder
        Where the files lie, in it or in folders of it.
    rate
        Rate of the film to be made, in frames per second; left to the takes if None.
    kinds
        What files are for, where names and content mislead: relative path, folder or
        glob to ``"take" "still" "music" "voice"`` or ``"skip"``.
    cues
        What the director says of music and voice, before whatever lies beside them.
    cache
        Folder in which facts are remembered; the user's own if None.
    progress
        Called as ``progress("ingest", done, total)``.

    Raises
    ------
    MediaError
        There is no such folder, nothing in it can be shown, or ``kinds`` or ``cues``
        speak of files that are not there or say what cannot be.
    TimelineError
        ``rate`` is no frame rate.

    Examples
    --------
    >>> b = ingest("brises/takes")                              # doctest: +SKIP
    >>> [clip.name for clip in b]                               # doctest: +SKIP
    ['dune_1', 'dune_2', 'violin']
    """
    film_rate = None if rate is None else rates.rate(rate)
    found = scan(folder)
    told = dict(kinds or {})
    _refuse_misspelt(told, found)
    said = cues or Cues()
    bed = bed_file(said, found.files)
    if bed is not None and kinds_of.declared(bed, told) is None:
        told[bed] = "music"
    sorting = _Sorting(Memory(Path(cache) if cache else None), told)
    aside = companions(found.files)
    for done, name in enumerate(found.files):
        if progress:
            progress("ingest", done, len(found.files))
        sorting.take_in(found.root, name, aside.get(name))
    if progress:
        progress("ingest", len(found.files), len(found.files))
    faults = _in_order([*found.faults, *sorting.faults])
    skipped = _in_order([*found.skipped, *sorting.skipped])
    if not sorting.has_picture:
        raise _nothing_to_show(found, faults, skipped)
    made = bins.make(sorting.clips(), skipped=skipped, rate=film_rate)
    useless = put_words(made, said, found.root)
    bins.put_faults(made, _in_order([*faults, *useless]))
    return made


@dataclass(slots=True)
class _Sorting:
    """What became of the files so far."""

    memory: Memory
    told: dict[str, str]
    taken: list[tuple[str, otio.schema.ExternalReference]] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    has_picture: bool = False

    def take_in(self, root: Path, name: str, aside: str | None) -> None:
        key = kinds_of.declared(name, self.told)
        kind = self.told[key] if key else None
        if kind == kinds_of.SKIP:
            self.skipped.append((name, f"It is set aside by {key!r}."))
            return
        if kind is None and aside:
            self.skipped.append((name, aside))
            return
        try:
            known = self.memory.look(root / name)
            slate = slate_of(PurePosixPath(name).name)
            kind, why = (
                (kind, "declared")
                if kind
                else self._judge(name, known, slate.get("generator"))
            )
        except MediaError as error:
            self.faults.append((name, error.sentence))
            return
        self._put(name, known, kind, why, slate)

    def _put(
        self,
        name: str,
        known: Known,
        kind: str,
        why: str,
        slate: dict[str, object],
    ) -> None:
        unfit = _unfit(kind, known)
        if kind == kinds_of.SKIP:
            self.skipped.append((name, _NO_EFFECTS))
        elif unfit:
            self.faults.append((name, unfit))
        else:
            if known.facts["damage"]:
                self.faults.append((name, f"{known.facts['damage']} It is kept."))
            self.has_picture |= kind in ("take", "still")
            self.taken.append((name, bins.reference(known, kind, slate, why)))

    def _judge(self, name: str, known: Known, generator: str | None) -> tuple[str, str]:
        seen = kinds_of.by_picture(known.facts["kind_hint"])
        if seen:
            return seen, "content"
        said = kinds_of.by_name(name, generator)
        return said or (self.memory.listen(known).kind, "sound")

    def clips(self) -> list[otio.schema.Clip]:
        names = unique_names([name for name, _ in self.taken])
        return [
            otio.schema.Clip(name=name, media_reference=reference)
            for name, (_, reference) in zip(names, self.taken, strict=True)
        ]


_NO_EFFECTS = (
    "It lies among sound effects, which are not placed: "
    'call it "music" or "voice" under [media] to use it.'
)


def _unfit(kind: str, known: Known) -> str | None:
    """Return why a file cannot be of a kind, or None."""
    facts = known.facts
    if kind == "take" and not (facts["kind_hint"] == "video" and facts["frames"]):
        return "It is declared a take, but nothing in it moves."
    if kind == "still" and facts["kind_hint"] != "still":
        return "It is declared a still, but is none."
    if kind in ("music", "voice") and not facts["samples"]:
        return f"It is declared {kind}, but has no sound."
    return None


def _refuse_misspelt(told: Mapping[str, str], found: Folder) -> None:
    known = (*kinds_of.KINDS, kinds_of.SKIP)
    items = [
        f"{key!r} is said to be {kind!r}, which is none of {', '.join(known)}"
        for key, kind in told.items()
        if kind not in known
    ]
    files = [*found.files, *(name for name, _ in (*found.faults, *found.skipped))]
    for key in told:
        if not any(kinds_of.declared(name, {key: ""}) for name in files):
            near = difflib.get_close_matches(key, files, n=1)
            items.append(
                f"no file is called {key!r}"
                + (f"; did you mean {near[0]!r}?" if near else "")
            )
    if items:
        raise MediaError(
            "What is said of these files does not fit the folder.",
            place=str(found.root),
            items=items,
            remedy="Correct the paths and kinds under [media] in the film file.",
        )


def _nothing_to_show(
    found: Folder,
    faults: list[tuple[str, str]],
    skipped: list[tuple[str, str]],
) -> MediaError:
    items = [f"{name}: {reason}" for name, reason in (*faults, *skipped)]
    return MediaError(
        "There is no take and no still here that can be shown.",
        place=str(found.root),
        items=items,
        remedy=(
            "Download the files named above again, or give the folder that holds "
            "your generated videos or pictures."
            if items
            else "Put your generated videos or pictures into the folder."
        ),
    )


def _in_order(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(pairs, key=lambda pair: natural_key(pair[0]))
