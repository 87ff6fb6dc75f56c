"""Add the other takes of a film's shots to its timeline, within DaVinci Resolve.

How to run it
    Import the XML beside this file (File > Import > Timeline), open that timeline, and
    run this from Workspace > Console (Py3): exec(open(r"THIS FILE").read()), or from
    the Scripts menu. It may be run again: what is there is not added twice.

What it does
    For every shot it looks for the clip on video track 1 that begins at the shot's
    record frame, adds its other takes to that clip's take selector, and leaves the
    take selected that was. It prints what it added and what it could not find.

What is assumed
    Written by otio-genai after Resolve's own scripting notes; its writers have not run
    it in Resolve. Frames of a take count from its file's first, and the last frame
    that is given is part of the take.
"""

import importlib
import os
import sys
from typing import Any

#: True ends the choosing: takes that are not selected are given up.
FINALISE = False

#: The shots, in order: id, record frames [begin, end), file of the active take, and
#: the other takes with their name, file, first and last frame.
SLOTS: Any = []

#: Name of the timeline they belong to.
TIMELINE: Any = ""


def run(resolve: Any) -> Any:
    """Add the takes; return the sentences that tell what was done."""
    manager = resolve.GetProjectManager() if resolve else None
    project: Any = manager.GetCurrentProject() if manager else None
    timeline = project.GetCurrentTimeline() if project else None
    if not timeline:
        return ["No timeline is open: import the XML and open its timeline first."]
    told = []
    if TIMELINE and timeline.GetName() != TIMELINE:
        told.append(
            f"The open timeline is {timeline.GetName()!r}; "
            f"the takes are those of {TIMELINE!r}."
        )
    items = timeline.GetItemListInTrack("video", 1) or []
    pool = project.GetMediaPool()
    files = _files(pool.GetRootFolder(), {})
    added = 0
    for slot in SLOTS:
        item = _item(items, slot, int(timeline.GetStartFrame()))
        if item is None:
            told.append(
                f"{slot['id']}: no clip begins at frame {slot['begin']} "
                "on video track 1."
            )
            continue
        added += _add(item, slot, pool, files, told)
        if FINALISE and item.GetTakesCount():
            item.FinalizeTake()
    told.append(f"{added} takes were added to {len(SLOTS)} shots.")
    return told


def _add(item: Any, slot: Any, pool: Any, files: Any, told: Any) -> int:
    """Add the takes of one shot that its clip has not; return how many."""
    count = int(item.GetTakesCount() or 0)
    selected = int(item.GetSelectedTakeIndex() or 1) if count else 1
    there = set()
    for index in range(1, count + 1):
        take = item.GetTakeByIndex(index) or {}
        there.add((_path(take.get("mediaPoolItem")), take.get("startFrame")))
    added = 0
    for take in slot["takes"]:
        if (_normal(take["file"]), take["first"]) in there:
            continue
        media = _media(take["file"], pool, files)
        if media is None:
            told.append(f"{slot['id']}: {take['file']} cannot be imported.")
        elif item.AddTake(media, take["first"], take["last"]):
            added += 1
        else:
            told.append(f"{slot['id']}: Resolve refuses {take['file']}.")
    if added:
        item.SelectTakeByIndex(selected)
    return added


def _item(items: Any, slot: Any, start: int) -> Any:
    """Return the clip of a shot: one that begins with it, else one of its files."""
    begin, end = slot["begin"] + start, slot["end"] + start
    for item in items:
        if int(item.GetStart()) == begin:
            return item
    middle = (begin + end) // 2
    mine = {_normal(take["file"]) for take in slot["takes"]}
    mine.add(_normal(slot["file"]))
    for item in items:
        covers = int(item.GetStart()) <= middle < int(item.GetEnd())
        if covers and _path(item.GetMediaPoolItem()) in mine:
            return item
    return None


def _media(file: str, pool: Any, files: Any) -> Any:
    """Return the media pool's item of a file, imported if need be; None if not."""
    if _normal(file) not in files:
        for found in pool.ImportMedia([file]) or []:
            files[_normal(file)] = found
    return files.get(_normal(file))


def _files(folder: Any, found: Any) -> Any:
    """Return the media pool's items by file, those of its folders too."""
    if folder:
        for item in folder.GetClipList() or []:
            found.setdefault(_path(item), item)
        for inner in folder.GetSubFolderList() or []:
            _files(inner, found)
    return found


def _path(item: Any) -> str:
    found = item.GetClipProperty("File Path") if item else ""
    return _normal(found) if found else ""


def _normal(file: str) -> str:
    # A path of Windows is one whatever system looks at it.
    if "\\" in file or file[1:2] == ":":
        return file.replace("/", "\\").lower()
    return os.path.normpath(file)


def _resolve() -> Any:
    """Return Resolve: as its console names it, else through its module."""
    if "resolve" in globals():
        return globals()["resolve"]
    try:
        return importlib.import_module("DaVinciResolveScript").scriptapp("Resolve")
    except ImportError:
        return None


if __name__ in ("__main__", "__console__") or "resolve" in globals():
    sys.stdout.write("\n".join(run(_resolve())) + "\n")
