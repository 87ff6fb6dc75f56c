"""Films, frames and images at the command line, and where they are delivered to."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from otio_genai.cli import console
from otio_genai.cli.workers import executor as executor_of
from otio_genai.cli.workers import others
from otio_genai.deliver import presets as delivery
from otio_genai.deliver import table
from otio_genai.deliver.encoders import encoder_names
from otio_genai.errors import RenderError

__all__ = ["deliver_option", "presets", "render"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW = click.Path(path_type=Path)

#: x264's own, from quick to thorough.
_SPEEDS = (
    "ultrafast",
    "superfast",
    "veryfast",
    "faster",
    "fast",
    "medium",
    "slow",
    "slower",
    "veryslow",
)
_LOUD = ("web", "broadcast", "podcast", "none")


def deliver_option(help_text: str) -> Callable[..., Any]:
    """Return the option ``--for``, a delivery preset's name."""
    return click.option(
        "--for", "deliver", metavar="NAME", callback=_delivered, help=help_text
    )


def _delivered(
    context: click.Context, option: click.Parameter, value: str | None
) -> str | None:
    return _known(delivery.preset, context, option, value)


def _colour(
    context: click.Context, option: click.Parameter, value: str | None
) -> str | None:
    if value is None:
        return None
    from otio_genai.deliver.colours import padding

    return _known(padding, context, option, value)


def _known(
    check: Callable[[str], object],
    context: click.Context,
    option: click.Parameter,
    value: str | None,
) -> str | None:
    """Return a value that ``check`` takes; one that it refuses is wrong use."""
    if value is not None:
        try:
            check(value)
        except RenderError as error:
            said = f"{error.sentence} {error.remedy or ''}"
            raise click.BadParameter(said, context, option) from None
    return value


def _raster(
    context: click.Context, option: click.Parameter, value: str | None
) -> tuple[int, int] | None:
    if value is None:
        return None
    wide, _, high = value.lower().partition("x")
    if not (wide.isdecimal() and high.isdecimal()):
        raise click.BadParameter(f"{value!r} is not like 640x360.", context, option)
    sides = int(wide), int(high)
    if any(side % 2 or not 16 <= side <= 16_384 for side in sides):
        said = f"{value!r}: both sides must be even, from 16 to 16384."
        raise click.BadParameter(said, context, option)
    return sides


def _loudness(
    context: click.Context, option: click.Parameter, value: str | None
) -> str | None:
    try:
        good = value is None or value in _LOUD or -70 <= float(value) <= 0
    except ValueError:
        good = False
    if not good:
        said = f"{value!r} is none of {', '.join(_LOUD)}, and not -70 to 0 LUFS."
        raise click.BadParameter(said, context, option)
    return value


def _delivery(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options that settle what the film is like."""
    for option in (
        click.option(
            "--pad",
            metavar="COLOUR",
            callback=_colour,
            help="Show clips whole where the film has another shape, on black, #rrggbb "
            "or the film's own colour (own).",
        ),
        click.option(
            "--reframe/--no-reframe",
            default=None,
            help="Find what matters of each clip where the film has another shape, or "
            "keep its middle; the first by default with --for.",
        ),
        click.option(
            "--stems",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="FOLDER",
            help="Write the sound of each track as a WAV as well: voice, bed, takes.",
        ),
        click.option(
            "--captions",
            type=click.Choice(("burn", "beside", "vtt")),
            help="Burn captions in, or put them beside the film: SubRip, or WebVTT.",
        ),
        click.option(
            "--loudness",
            metavar=f"{'|'.join(_LOUD)}|LUFS",
            callback=_loudness,
            help="How loud the film is made, measured when encoded; by default the "
            "preset's, else as it is.",
        ),
        click.option(
            "--encoder",
            type=click.Choice(encoder_names()),
            metavar="NAME",
            help=f"Another encoder than x264: {', '.join(encoder_names())}.",
        ),
        click.option(
            "--preset",
            type=click.Choice(_SPEEDS),
            metavar="NAME",
            help="x264's speed, ultrafast to veryslow; by default veryfast, or what "
            "--for says.",
        ),
        click.option(
            "--crf",
            type=click.FloatRange(0, 51),
            help="x264 quality, less is better; by default 18, or what --for says.",
        ),
        click.option(
            "--size",
            metavar="WxH",
            callback=_raster,
            help="Another raster, such as 640x360.",
        ),
        deliver_option("What it is for: a name that `otio-genai presets` lists."),
    ):
        command = option(command)
    return command


def _work(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options that settle how the film is made."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print what was made."),
        click.option(
            "--progress",
            "style",
            type=click.Choice(("bar", "json")),
            default="bar",
            help="How progress is shown: a bar, or a line of JSON each.",
        ),
        click.option(
            "--no-cache", is_flag=True, help="Make everything anew, keep nothing."
        ),
        click.option(
            "--shared",
            type=click.Path(exists=True, file_okay=False),
            help="A folder that the cluster's computers see too: what they make comes "
            "back through it.",
        ),
        others,
        click.option(
            "--openjd",
            is_flag=True,
            help="Write a job for a render farm (Open Job Description): -o is its "
            "folder.",
        ),
        click.option(
            "--strict",
            is_flag=True,
            help="Stop where media changed or are too short, in place of noting it.",
        ),
        click.option(
            "--frame",
            metavar="N|TIMECODE",
            help="Write this one frame as an image.",
        ),
        click.option("--force", is_flag=True, help="Replace what is there."),
        click.option(
            "-o",
            "--output",
            type=_NEW,
            required=True,
            help="The film to make; or images, as frames/%06d.png.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("timeline_file", metavar="TIMELINE", type=_FILE)
@_delivery
@_work
def render(
    timeline_file: Path,
    output: Path,
    force: bool,
    frame: str | None,
    style: console.Style,
    as_json: bool,
    **asked: Any,
) -> None:
    r"""Render a TIMELINE to a film, exact to the frame and the sample.

    What was rendered before is kept and not made again. A name like frames/%06d.png
    makes an image of every frame, --frame of one.

    \b
    Example:
      otio-genai render film.otio -o film.mp4
      otio-genai render film.otio -o reel.mp4 --for reels --pad own
      otio-genai render film.otio -o poster.png --frame 00:00:12:08
    """
    from otio_genai.export import read_timeline
    from otio_genai.render import images

    timeline = read_timeline(timeline_file)
    shape = {key: asked[key] for key in ("deliver", "size", "reframe", "pad")}
    if frame is not None or images.is_pattern(output):
        _refuse_film_options(asked, {*shape, "no_cache"})
        shape["captions"] = asked["captions"] == "burn"
    if frame is not None:
        number = images.frame_number(frame, timeline)
        made = images.render_still(timeline, output, number, **shape, force=force)
        said: dict[str, Any] = {"path": made, "frame": number}
        text = f"{made}: frame {number}"
    elif images.is_pattern(output):
        with console.progress(style) as bar:
            row = images.render_images(
                timeline, output, **shape, progress=bar, force=force
            )
        said = dataclasses.asdict(row)
        text = f"{output}: {row.frames} images, {row.size[0]}x{row.size[1]}"
    else:
        with console.progress(style) as bar:
            said, text = _film(timeline, output, asked, force, bar)
    if as_json:
        console.echo_json(_plain(said))
    else:
        click.echo(text)


def _refuse_film_options(asked: dict[str, Any], taken: set[str]) -> None:
    given = [key for key, value in asked.items() if value and key not in taken]
    if asked["captions"] == "burn":
        given.remove("captions")
    if given:
        names = ", ".join(f"--{key.replace('_', '-')}" for key in given)
        raise click.UsageError(f"Images know nothing of {names}.")


def _film(
    timeline: Any, output: Path, asked: dict[str, Any], force: bool, bar: Any
) -> tuple[dict[str, Any], str]:
    """Render the film; return its record, and what is said of it."""
    from otio_genai.media import files
    from otio_genai.render import render_film

    wishes = {key: value for key, value in asked.items() if value is not None}
    by = [wishes.pop(name, None) for name in ("jobs", "cluster", "media", "shared")]
    farm, captions = wishes.pop("openjd"), wishes.pop("captions", None)
    if farm and any(by):
        raise click.UsageError("--openjd leaves it to the farm who does the work.")
    if farm and captions in ("beside", "vtt"):
        raise click.UsageError("--openjd makes a film alone: captions may be burnt in.")
    if farm and asked["stems"]:
        raise click.UsageError("--openjd makes a film alone: no stems.")
    executor = executor_of(*by)
    cache = not wishes.pop("no_cache")
    if captions == "burn":
        wishes["captions"] = True
    if farm:
        return _farm_job(timeline, output, wishes, bar)
    beside = None
    if captions in ("beside", "vtt"):
        beside = output.with_suffix(".vtt" if captions == "vtt" else ".srt")
        files.ensure_writable(beside, force=force)
    made = render_film(
        timeline,
        output,
        **wishes,
        executor=executor,
        cache=cache,
        progress=bar,
        force=force,
    )
    said = dataclasses.asdict(made)
    lines = [_summary(made), *(f"  {note}" for note in made.notes)]
    if beside is not None:
        count = _write_captions(timeline, beside, force)
        said["captions"] = beside if count else None
        lines.append(f"{beside}: {count} captions" if count else "  No captions.")
    return said, "\n".join(lines)


def _farm_job(
    timeline: Any, folder: Path, wishes: dict[str, Any], bar: Any
) -> tuple[dict[str, Any], str]:
    """Write the film as a job for a render farm."""
    from otio_genai.render.cluster.farm import openjd

    template = openjd(timeline, folder, progress=bar, **wishes)
    return {"template": template}, f"{template}: a job for a render farm"


def _write_captions(timeline: Any, path: Path, force: bool) -> int:
    from otio_genai.export.captions import captions
    from otio_genai.media import files

    text, count = captions(timeline)
    if count:
        if path.suffix == ".vtt":
            lines = (
                line.replace(",", ".") if "-->" in line else line
                for line in text.split("\n")
            )
            text = "WEBVTT\n\n" + "\n".join(lines)
        with files.write_beside(path, force=force) as fresh:
            fresh.write_text(text, encoding="utf-8", newline="\n")
    return count


def _summary(made: Any) -> str:
    rate = f"{float(made.rate):.3f}".rstrip("0").rstrip(".")
    said = (
        f"{made.path}: {made.frames} frames, {made.size[0]}x{made.size[1]}, {rate} fps"
    )
    said += f"; {made.made} of {made.segments} segments made now"
    if made.sound is not None and math.isfinite(made.sound.lufs):
        said += f"; {made.sound.lufs:.1f} LUFS, {made.sound.peak_dbtp:.1f} dBTP"
    return said


def _plain(value: Any) -> Any:
    """Return a record as JSON holds it; what is without end is null."""
    if isinstance(value, dict):
        return {key: _plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def presets(name: str | None, as_json: bool) -> None:
    r"""List the delivery presets, or tell all of one.

    \b
    Example:
      otio-genai presets
      otio-genai presets reels
    """
    found = delivery.PRESETS if name is None else (delivery.preset(name),)
    if as_json:
        console.echo_json([table.to_json(preset) for preset in found])
        return
    for preset in found:
        click.echo(table.line(preset))
        if name is not None:
            click.echo(f"  {preset.purpose} Captions: {preset.captions}.")
            click.echo(f"  {preset.source}; {preset.read}; {preset.sure}.")
            for sentence in preset.own:
                click.echo(f"  - {sentence}")
