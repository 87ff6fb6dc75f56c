"""The checklist: one HTML page that a person follows beside an editor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from html import escape

from otio_genai import rates
from otio_genai.kit.expected import Part

__all__ = ["checklist"]

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{text-align:left;"
    "border-bottom:1px solid #ccc;padding:.3rem .6rem;vertical-align:top}"
    "code{background:#eee;padding:0 .2rem}"
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
        "its media lie in <code>media</code>. If media are missing, relink one file: "
        "the editor finds the others.</li>",
        "<li>Look through the table: every picture says its take and frame.</li>",
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
            "<th>from</th>"
            "<th>feature</th><th>first and last picture</th><th>said to be lost</th>"
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
    ends = " … ".join(_said(part, at) for at in (0, -1))
    return (
        '<tr><td><input type="checkbox"></td>'
        f"<td>{rates.timecode(part.start, rate)}</td>"
        f"<td><b>{escape(part.name)}</b>: {escape(part.about)}</td>"
        f"<td>{escape(ends)}</td><td>{'<br>'.join(lost)}</td></tr>"
    )


def _said(part: Part, at: int) -> str:
    layers = part.frames[at]
    if not layers:
        return "black"
    return " + ".join(f"take {take} frame {number}" for take, number, _ in layers)
