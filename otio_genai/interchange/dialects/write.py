"""From any timeline to the ``.otio`` that Premiere or Resolve reads."""

from __future__ import annotations

from typing import Any, get_args

import opentimelineio as otio

from otio_genai import maps, metadata, rates
from otio_genai.errors import InterchangeError
from otio_genai.interchange import garbage
from otio_genai.interchange.account import Account, clean
from otio_genai.interchange.dialects import premiere_out
from otio_genai.interchange.dialects.dress import Dresser
from otio_genai.interchange.dialects.names import PREMIERE, RESOLVE, Dialect, others
from otio_genai.interchange.dialects.sizes import Size, film_size
from otio_genai.interchange.layout import Spot
from otio_genai.interchange.loss import Loss
from otio_genai.interchange.pool import Pool
from otio_genai.interchange.rebuild import Laid

__all__ = ["write_dialect"]

_DEFAULT_SIZE = (1920, 1080)
_DEFAULT_SAMPLE_RATE = 48_000


@garbage.kept()
def write_dialect(timeline: otio.schema.Timeline, dialect: Dialect) -> tuple[str, Loss]:
    """Return a timeline as an ``.otio`` document for one editor, and what was lost.

    Parameters
    ----------
    timeline
        Any OpenTimelineIO timeline; it is not altered.
    dialect
        ``"premiere"`` (from 25.6) or ``"resolve"`` (from 18.5).

    Returns
    -------
    str, Loss
        The document: stock schemas, and the editor's own metadata for what these
        have no form for. What describes the film and its media stays in ours.

    Raises
    ------
    InterchangeError
        The dialect is unknown, or the object no timeline.
    TimelineError
        The timeline states no rate.
    """
    if dialect not in get_args(Dialect):
        raise InterchangeError(
            f"There is no dialect {dialect!r} of .otio.",
            remedy=f"Use one of: {', '.join(get_args(Dialect))}.",
        )
    if not isinstance(timeline, otio.schema.Timeline):
        raise InterchangeError(
            f"A {type(timeline).__name__} is not a timeline.",
            remedy="Put it on a track of a timeline.",
        )
    source = timeline.deepcopy()
    rate = maps.record_rate(source)
    film = metadata.read(source, "film", {})
    begin = source.global_start_time
    start = 0 if begin is None else rates.frames_at(rates.seconds(begin), rate)
    drop = bool(film.get("drop_frame")) and rates.is_drop_rate(rate)
    account = Account(rate, start, drop)
    size = film_size(source)
    dresser = Dresser(dialect, rate, account, Pool(rate, account), size)
    laid = dresser.lay_out(source.tracks)
    _report_rest(source, laid, dialect, account)
    made = otio.schema.Timeline(account.text(source.name or "", ""))
    made.global_start_time = rates.time(start, rate)
    film |= {"title": made.name, "rate": rates.text(rate)}
    if dialect == "premiere":
        film |= _settings(film, size, account)
    made.metadata.update(others(source))
    made.tracks.metadata.update(others(source.tracks))
    metadata.put(made, "film", film)
    made.tracks.extend(dresser.tracks(laid))
    made.tracks.markers.extend(dresser.marker(m) for m in source.tracks.markers)
    _put_space(made, dresser, film)
    return made.to_json_string(indent=4), account.loss()


def _settings(
    film: dict[str, Any], size: Size | None, account: Account
) -> dict[str, int]:
    """Return what Premiere's sequence states and the film may not."""
    if size is None:
        size = _DEFAULT_SIZE
        account.note(f"The film states no size; {size[0]} x {size[1]} is written.")
    sample_rate = int(film.get("sample_rate") or _DEFAULT_SAMPLE_RATE)
    return {"width": size[0], "height": size[1], "sample_rate": sample_rate}


def _put_space(
    made: otio.schema.Timeline, dresser: Dresser, film: dict[str, Any]
) -> None:
    if dresser.dialect == "resolve":
        made.metadata[RESOLVE] = {"Resolve OTIO Meta Version": "1.0"}
        return
    made.metadata[PREMIERE] = {"MetadataVersion": "1.0"}
    made.tracks.name = made.name
    size = film["width"], film["height"]
    made.tracks.metadata[PREMIERE] = premiere_out.stack_space(
        dresser.rate, film["sample_rate"], size
    )


def _report_takes(track: Laid, account: Account) -> None:
    for spot in track.items:
        if isinstance(spot, Spot) and metadata.read(spot.item, "takes"):
            account.add(
                "other takes",
                "dropped",
                "the active take",
                "Keep the .otio of the film beside it.",
                track=track.name,
                item=clean(spot.item.name),
                span=(spot.start, spot.end),
            )


def _report_rest(
    source: otio.schema.Timeline, laid: list[Laid], dialect: Dialect, account: Account
) -> None:
    """Account for what the editor cannot be told, or may not hear."""
    editor = dialect.capitalize()
    spots = [item for track in laid for item in track.items if isinstance(item, Spot)]
    if source.tracks.source_range is not None:
        account.add("trim of the whole timeline", "dropped", "all of it")
    for track in laid:
        _report_takes(track, account)
    if any(spot.medium and spot.medium.slate.get("prompt") for spot in spots):
        account.note(
            f"Prompts stay in the file's metadata, which {editor} does not show."
        )
    coloured = any(getattr(spot.item, "color", None) is not None for spot in spots)
    nested = any(isinstance(spot.item, otio.core.Composition) for spot in spots)
    for there, what in ((coloured, "the colour of a clip"), (nested, "nesting")):
        if there:
            account.note(
                f"Whether {editor} reads {what} from .otio is not established."
            )
    if dialect == "resolve" and source.tracks.markers:
        account.note(
            "Resolve is reported to drop markers that lie after the first picture clip."
        )
