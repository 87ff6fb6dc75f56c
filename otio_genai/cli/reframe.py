"""A film in another shape, at the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from otio_genai.cli import console

__all__ = ["reframe"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW = click.Path(path_type=Path)
_FITS = {"whole": "contain", "cut": "cover"}


def _wishes(
    context: click.Context, option: click.Parameter, values: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return what clips are to say of themselves, by name."""
    found: dict[str, dict[str, Any]] = {}
    for value in values:
        name, _, word = value.rpartition("=")
        said = _wish(word.strip().lower())
        if not name or said is None:
            raise click.BadParameter(
                f"{value!r} is not like NAME=0.3 (from the left, 0 to 1), "
                "NAME=0.3,0.6, NAME=whole or NAME=cut.",
                context,
                option,
            )
        found.setdefault(name, {}).update(said)
    return found


def _wish(word: str) -> dict[str, Any] | None:
    if word in _FITS:
        return {"fit": _FITS[word]}
    try:
        places = [float(part) for part in word.split(",")]
    except ValueError:
        return None
    if len(places) > 2 or not all(0 <= v <= 1 for v in places):
        return None
    return dict(zip("xy", places, strict=False))


@click.command()
@click.argument("timeline_file", metavar="TIMELINE", type=_FILE)
@click.option(
    "--to",
    required=True,
    metavar="SHAPE",
    help="A ratio such as 9:16, 1:1 or 4:5, or a size such as 1080x1920.",
)
@click.option(
    "--at",
    multiple=True,
    metavar="NAME=X[,Y]|whole|cut",
    callback=_wishes,
    help="What should be in the middle of a clip's frame: parts of its picture from "
    "the left and the top; or show it whole, or cut it in a padded film.",
)
@click.option(
    "--pad",
    metavar="COLOUR",
    help="Show pictures whole, on black, #rrggbb or the film's own colour (own).",
)
@click.option("--sheet", type=_NEW, help="Draw what is kept of each clip into a PNG.")
@click.option("-o", "--output", type=_NEW, required=True, help="The file to make.")
@click.option("--force", is_flag=True, help="Replace the output if it is there.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def reframe(
    timeline_file: Path,
    to: str,
    at: dict[str, dict[str, Any]],
    pad: str | None,
    sheet: Path | None,
    output: Path,
    force: bool,
    as_json: bool,
) -> None:
    r"""Give a TIMELINE another shape: of every clip the part that matters.

    Each clip gets one window, the one that holds most of what stands out and moves
    while it is shown; camera moves keep their way. Printed are, for each clip, the
    window's middle and what share of the salience it holds, beside what a cut about
    the picture's middle would.

    \b
    Example:
      otio-genai reframe film.otio -o upright.otio --to 9:16 --sheet upright.png
      otio-genai reframe film.otio -o square.otio --to 1:1 --at "two men=0.3"
    """
    from otio_genai.deliver.reframe import reframed
    from otio_genai.export import read_timeline
    from otio_genai.media import files, locate

    timeline = read_timeline(timeline_file)
    new = [output] if sheet is None else [output, sheet]
    files.spare_originals(new, locate.originals(timeline))
    with console.progress() as bar:
        made = reframed(timeline, to, pad=pad, at=at, progress=bar)
        if sheet is not None:
            from otio_genai.storyboard.reframing import draw_reframing

            draw_reframing(made, sheet, force=force, progress=bar)
    with files.write_beside(output, force=force) as beside:
        beside.write_text(made.timeline.to_json_string(), encoding="utf-8")
    rows = [_row(crop) for crop in made.crops]
    if as_json:
        size = list(made.size)
        console.echo_json({"size": size, "background": made.background, "clips": rows})
        return
    click.echo(f"{output}: {made.size[0]}x{made.size[1]}, {len(rows)} clips")
    if pad is not None:
        click.echo(f"  on {made.background}")
    for row in rows:
        click.echo(_line(row))
    _summary(rows)


def _row(crop: Any) -> dict[str, Any]:
    from otio_genai.deliver.crops import CUT

    row = {"clip": crop.clip.name or "clip", "way": crop.way}
    if crop.way in CUT:
        middle, _ = crop.camera.window(crop.clip_frame)
        row |= {"x": round(float(middle[0]), 3), "y": round(float(middle[1]), 3)}
    if crop.kept is not None:
        row |= {"kept": round(crop.kept, 3), "kept_centre": round(crop.kept_centre, 3)}
    return row


def _line(row: dict[str, Any]) -> str:
    place = shares = ""
    if "x" in row:
        place = f"at {row['x']:.2f}, {row['y']:.2f}"
    if "kept" in row:
        shares = f"holds {row['kept']:4.0%}, middle {row['kept_centre']:4.0%}"
    return f"  {row['way']:<8} {place:<13}  {shares:<24}  {row['clip']}"


def _summary(rows: list[dict[str, Any]]) -> None:
    known = [row for row in rows if "kept" in row]
    if known:
        kept, centre = (
            sum(row[key] for row in known) / len(known)
            for key in ("kept", "kept_centre")
        )
        click.echo(
            f"  mean: {kept:.0%} of the salience; cut in the middle {centre:.0%}"
        )
