"""A project of a document as a timeline, with the account of what was not carried."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from xml.etree.ElementTree import Element

import opentimelineio as otio

from otio_genai import metadata, rates
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.fcpxml.document import (
    Document,
    Format,
    Project,
    chosen,
    parse,
    sample_rate,
    seconds,
)
from otio_genai.interchange.fcpxml.laying import Layer
from otio_genai.interchange.fcpxml.reports import Reports
from otio_genai.interchange.fcpxml.sources import whole_time
from otio_genai.interchange.fcpxml.story import Story
from otio_genai.interchange.loss import Loss

__all__ = ["read"]

_DEFAULT_RATE = Fraction(24)
# How the keys of our own metadata begin.
_OURS = "otio_genai."


def read(text: str, name: str | None = None) -> tuple[otio.schema.Timeline, Loss]:
    """Return a project as a timeline; see `otio_genai.interchange.fcpxml`.

    Raises
    ------
    InterchangeError
        The text is no FCPXML, of an unknown version, or has no such project.
    """
    document = parse(text)
    project = chosen(document, name)
    frame = _frame(document, project)
    rate = frame.rate or _DEFAULT_RATE
    sequence = None if project is None else project.sequence
    start = 0
    if sequence is not None:
        start = rates.frames_at(seconds(sequence, "tcStart") or Fraction(0), rate)
    drop = rates.is_drop_rate(rate) and sequence is not None
    drop = drop and sequence is not None and sequence.get("tcFormat") == "DF"
    account = Account(rate, max(0, start), drop)
    reports = Reports(account, rate)
    if frame.rate is None:
        account.note("The document states no frame rate; 24 frames per second is read.")
    story = Story(document, rate, reports)
    if sequence is not None:
        scene = story.sequence(sequence)
    else:
        scene = story.clips(document.clips)
    timeline = _timeline(document, project, frame, rate)
    layer = Layer(document, rate, frame, reports)
    timeline.tracks = layer.stack(scene, "tracks")
    for caption in reports.captions:
        timeline.tracks.markers.append(
            otio.schema.Marker(
                name=caption.text,
                marked_range=otio.opentime.TimeRange(
                    whole_time(caption.at_s, rate), whole_time(caption.length_s, rate)
                ),
                color="CYAN",
                comment="caption",
            )
        )
    _film(timeline, sequence, frame, rate, start, drop)
    _notes(document, project, account)
    _unkept(document, sequence, reports, layer.roles)
    return timeline, account.loss()


def _timeline(
    document: Document, project: Project | None, frame: Format, rate: Fraction
) -> otio.schema.Timeline:
    name = document.event if project is None else project.name
    return otio.schema.Timeline(clean(name))


def _film(
    timeline: otio.schema.Timeline,
    sequence: Element | None,
    frame: Format,
    rate: Fraction,
    start: int,
    drop: bool,
) -> None:
    """Write what is known of the whole film."""
    if sequence is not None and sequence.get("tcStart") is not None:
        timeline.global_start_time = rates.time(start, rate)
    film: dict[str, object] = {"title": timeline.name, "rate": rates.text(rate)}
    if frame.width_px and frame.height_px:
        film |= {"width": frame.width_px, "height": frame.height_px}
    heard = sample_rate(None if sequence is None else sequence.get("audioRate"))
    if heard:
        film["sample_rate"] = heard
    if drop:
        film["drop_frame"] = True
    metadata.put(timeline, "film", film)


def _frame(document: Document, project: Project | None) -> Format:
    """Return the format of what is read: of a row of clips, the first that has one."""
    if project is not None:
        given = document.formats.get(project.sequence.get("format", ""), Format())
        if given.rate is not None:
            return given
    for clip in document.clips:
        ref = clip.get("ref", "")
        asset = document.assets.get(ref)
        inner = document.media.get(ref)
        sequence = None if inner is None else next(iter(inner), None)
        for number in (
            clip.get("format", ""),
            "" if sequence is None else sequence.get("format", ""),
        ):
            given = document.formats.get(number, Format())
            if given.rate is not None:
                return given
        if asset is not None and asset.format.rate is not None:
            return asset.format
    every = [found for found in document.formats.values() if found.rate is not None]
    return every[0] if every else Format()


def _notes(document: Document, project: Project | None, account: Account) -> None:
    """Say what else the document holds."""
    others = [found.name for found in document.projects if found is not project]
    if others:
        listed = ", ".join(repr(clean(name)) for name in others)
        account.note(f"Projects that are not read: {listed}.")
    if project is None:
        account.note(
            f"The document has no project: its {len(document.clips)} clips follow one "
            "another."
        )
    elif document.clips:
        account.note(
            f"{len(document.clips)} clips of the library stand outside the project; "
            "they are not read."
        )
    for tag, count in sorted(Counter(document.others).items()):
        account.note(f"Not read: {count} of {clean(tag)}.")


def _unkept(
    document: Document, sequence: Element | None, reports: Reports, roles: set[str]
) -> None:
    """Say what is told of files, clips and the sequence and has no place."""
    account = reports.account
    assets = document.assets.values()
    found = set(reports.keys)
    for owner in [a.element for a in assets] + ([] if sequence is None else [sequence]):
        found |= {md.get("key", "") for md in owner.findall("metadata/md")}
    # Ours tell what the timeline tells itself.
    foreign = sorted(key for key in found if key and not key.startswith(_OURS))
    if foreign:
        listed = ", ".join(key.rpartition(".")[2] or key for key in foreign)
        account.note(f"Metadata that is not kept: {clean(listed)}.")
    if roles:
        listed = ", ".join(sorted(roles))
        account.note(f"Roles that no track is named after: {listed}.")
    proxies = sum(
        rep.get("kind") == "proxy-media" and asset.url != rep.get("src")
        for asset in assets
        for rep in asset.element.findall("media-rep")
    )
    if proxies:
        account.note(f"Proxies of files that are not kept: {proxies}.")
    if sequence is not None and sequence.find("note") is not None:
        text = clean(sequence.findtext("note") or "")
        account.note(f"The sequence has a note, which is not kept: {text}")
