"""The checklist: one HTML page that a person follows beside an editor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from html import escape
from itertools import pairwise

import numpy as np

from otio_genai import rates
from otio_genai.kit.expected import Layers, Part

__all__ = ["checklist"]

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{text-align:left;"
    "border-bottom:1px solid #ccc;padding:.3rem .6rem;vertical-align:top}"
    "code{background:#eee;padding:0 .2rem}.seen{white-space:nowrap}"
)

_HOW = {
    "premiere": "File › Import, choose the file, open the sequence “kit”.",
    "resolve": "File › Import › Timeline, choose the file, keep what is offered.",
    "finalcut": "File › Import › XML, choose the file, open the project “kit”.",
    "otio-premiere": "File › Import (25.6 or later), choose the file.",
    "otio-resolve": "File › Import › Timeline (18.5 or later), choose the file.",
}


def checklist(
    parts: Sequence[Part],
    rate: Fraction,
    declared: Mapping[str, Mapping[str, Sequence[str]]],
    targets: Mapping[str, str],
) -> str:
    """Return the page of a kit.

    Parameters
    ----------
    parts
        Sections in record order.
    rate
        The film's frames per second.
    declared
        What each target's format is said to lose, by section.
    targets
        Suffix of each target's files.
    """
    steps = [
        f"<li>Import one of the films below at {float(rate):.3f} frames per second; "
        "its media lie in <code>media</code>; point an editor that misses them "
        "there.</li>",
        "<li>Go through the table: each line has the first and the last picture from "
        "its moment on, and every picture says its take and frame.</li>",
        "<li>Export the whole sequence as H.264 at its own size and rate, with sound."
        "</li>",
        "<li>Run <code>otio-genai verify render.mp4 KIT --to TARGET</code>; it names "
        "the frames that are wrong and what that suggests.</li>",
    ]
    films = [
        f"<tr><td>{escape(to)}</td><td><code>{to}/kit{suffix}</code></td>"
        f"<td>{escape(_HOW.get(to, ''))}</td></tr>"
        for to, suffix in targets.items()
    ]
    rows = [_row(part, rate, declared) for part in parts]
    return "\n".join(
        [
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
            f"<title>Tester kit</title><style>{_STYLE}</style></head><body>",
            "<h1>Does this editor read our files right?</h1>",
            "<ol>",
            *steps,
            "</ol><h2>Films</h2><table><tr><th>target</th><th>file</th>"
            "<th>how</th></tr>",
            *films,
            "</table><p>If a whole film does not open, its folder has one film for "
            "each feature.</p><h2>What you should see</h2><table><tr><th></th>"
            "<th>feature</th><th>pictures</th><th>said to be lost</th>"
            "</tr>",
            *rows,
            "</table></body></html>",
        ]
    )


def _row(
    part: Part, rate: Fraction, declared: Mapping[str, Mapping[str, Sequence[str]]]
) -> str:
    lost = [
        f"{escape(to)}: {escape(told[part.name][0])}"
        for to, told in declared.items()
        if told.get(part.name)
    ]
    seen = "<br>".join(escape(line) for line in _seen(part, rate))
    return (
        '<tr><td><input type="checkbox"></td>'
        f"<td><b>{escape(part.name)}</b>: {escape(part.about)}</td>"
        f'<td class="seen">{seen}</td><td>{"<br>".join(lost)}</td></tr>'
    )


def _seen(part: Part, rate: Fraction) -> Iterator[str]:
    """Yield a line for each stretch in which the same takes run on."""
    begin = 0
    for end in range(1, len(part.frames) + 1):
        if end < len(part.frames) and _runs_on(part.frames[begin : end + 1]):
            continue
        layers = zip(part.frames[begin], part.frames[end - 1], strict=True)
        said = " + ".join(_span(*ends) for ends in layers) or "black"
        yield f"{rates.timecode(part.start + begin, rate)} {said}"
        begin = end


def _runs_on(frames: Sequence[Layers]) -> bool:
    """Tell whether the last frame shows the takes of those before, a step further.

    At another rate or speed steps differ by one frame; by more where it was cut.
    """
    takes = [[take for take, *_ in layers] for layers in frames[-2:]]
    if takes[0] != takes[1]:
        return False
    shown = [[number for _, number, _ in layers] for layers in frames[-3:]]
    steps = [np.subtract(b, a) for a, b in pairwise(shown) if len(a) == len(b)]
    return len(frames) < 3 or bool((abs(steps[-1] - steps[0]) <= 1).all())


def _span(first: tuple[int, int, float], last: tuple[int, int, float]) -> str:
    end = f" … {last[1]}" if last[1] != first[1] else ""
    return f"take {first[0]} frame {first[1]}{end}"
