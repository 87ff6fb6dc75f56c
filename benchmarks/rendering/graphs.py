"""The film as one ffmpeg filter graph, and as a document of MLT's.

ffmpeg is frame-exact only by tricks. A frame rate is changed by the rule "the last
source frame not after the moment" when input begins one record frame before the
in-point, less a millisecond for what floats do to equal times, and ``fps`` rounds up.
``concat`` hands on durations of the sources, and version 5.1 doubles a frame after a
cross-fade, so frames are numbered anew after both; ``xfade`` counts its offset in
floats: it is asked for a little early.
"""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks.rendering.material import (
    DUCK_DB,
    RAMP,
    RATE,
    TAKE_S,
    Film,
    Shot,
    phrases,
    sound_path,
    take_path,
)

__all__ = ["ffmpeg", "melt"]

_PER_S = float(RATE)
_A_LITTLE_S, _EARLY_S = 0.001, 2e-5
_SIDE_S = 0.2
_ANEW = f"setpts=N/{RATE}/TB,fps={RATE}"
_DUCK = 10 ** (DUCK_DB / 20)


def ffmpeg(
    program: str, film: Film, folder: Path, out: Path, preset: str, crf: int
) -> list[str]:
    """Return the command, and write its filter graph beside the film."""
    graph = folder / f"{out.stem}.graph"
    graph.write_text(";\n".join([*_pictures(film), *_sound(film)]))
    inputs: list[str] = []
    for shot in film.shots:
        start_s = (shot.start - shot.head // 2 - 1) / _PER_S + _A_LITTLE_S
        long_s = _frames(shot) / _PER_S + _SIDE_S
        inputs += ["-ss", f"{start_s:.6f}", "-t", f"{long_s:.6f}"]
        inputs += ["-i", str(take_path(film, shot.take))]
    for name in ("music", "voice"):
        inputs += ["-i", str(sound_path(film, name))]
    given = [program, "-hide_banner", "-loglevel", "error", "-nostdin", "-y", *inputs]
    given += [_script_option(program), str(graph), "-map", "[v]", "-map", "[a]"]
    given += ["-c:v", "libx264", "-preset", preset, "-crf", str(crf)]
    for tag in ("colorspace", "color_primaries", "color_trc"):
        given += [f"-{tag}", "bt709"]
    given += ["-color_range", "tv", "-c:a", "aac", "-b:a", "192k"]
    return [*given, "-movflags", "+faststart", str(out)]


@functools.cache
def _script_option(program: str) -> str:
    """Return how this version is given a graph in a file: it changed with 7.0."""
    asked = [program, "-hide_banner", "-h", "long"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    old = "-filter_complex_script"
    return old if old in told else "-/filter_complex"


def _frames(shot: Shot) -> int:
    return shot.head // 2 + shot.length + shot.tail // 2


def _pictures(film: Film) -> list[str]:
    parts, blocks, block, length = [], [], [], 0
    for n, shot in enumerate(film.shots):
        up = f"fps={RATE}:round=up,setpts=N/{RATE}/TB"
        cut = f"trim=end_frame={_frames(shot)},setpts=N/{RATE}/TB"
        parts.append(f"[{n}:v]{up},{cut}[s{n}]")
        block.append(f"[s{n}]")
        length += _frames(shot)
        if shot.tail or n == len(film.shots) - 1:
            blocks.append((f"b{len(blocks)}", length, shot.tail))
            joined = f"concat=n={len(block)}:v=1:a=0," if len(block) > 1 else ""
            parts.append(f"{''.join(block)}{joined}{_ANEW}[{blocks[-1][0]}]")
            block, length = [], 0
    shown, clock, fade = blocks[0]
    for n, (name, length, tail) in enumerate(blocks[1:]):
        offset_s = (clock - fade) / _PER_S - _EARLY_S
        how = (
            f"xfade=transition=fade:duration={fade / _PER_S:.6f}:offset={offset_s:.6f}"
        )
        parts.append(f"[{shown}][{name}]{how}[x{n}]")
        shown, clock, fade = f"x{n}", clock - fade + length, tail
    return [*parts, f"[{shown}]setpts=N/{RATE}/TB,format=yuv420p[v]"]


def _sound(film: Film) -> list[str]:
    ramp = RAMP / _PER_S
    under = [
        f"min(clip((t-{a / _PER_S - ramp:.6f})/{ramp:.6f}\\,0\\,1)\\,"
        f"clip(({b / _PER_S + ramp:.6f}-t)/{ramp:.6f}\\,0\\,1))"
        for a, b in phrases(film)
    ]
    volume = f"1-{1 - _DUCK:.6f}*({'+'.join(under)})"
    music = len(film.shots)
    return [
        # Small blocks, for the level stays within one.
        f"[{music}:a]asetnsamples=256,volume=eval=frame:volume={volume}[m]",
        f"[m][{music + 1}:a]amix=inputs=2:normalize=0:duration=longest[a]",
    ]


def melt(film: Film, folder: Path, out: Path, preset: str, crf: int) -> list[str]:
    """Return the command, and write its document beside the film."""
    document = folder / f"{out.stem}.mlt"
    document.write_text(_document(film))
    given = ["melt", str(document), "-silent", "-consumer", f"avformat:{out}"]
    given += ["real_time=-1", "terminate_on_pause=1", "vcodec=libx264"]
    given += [f"preset={preset}", f"crf={crf}", "acodec=aac", "ab=192k"]
    return [*given, "frequency=48000", "channels=2", "pix_fmt=yuv420p"]


def _document(film: Film) -> str:
    wide, high = film.size
    profile = (
        f'<profile width="{wide}" height="{high}" progressive="1" '
        f'sample_aspect_num="1" sample_aspect_den="1" display_aspect_num="{wide}" '
        f'display_aspect_den="{high}" frame_rate_num="{RATE}" frame_rate_den="1" '
        'colorspace="709"/>'
    )
    parts, entries = [profile], []
    for n, shot in enumerate(film.shots):
        whole = int(TAKE_S * RATE)
        parts.append(_producer(f"p{n}", take_path(film, shot.take), whole))
    for n, shot in enumerate(film.shots):
        if shot.head:
            before, half = film.shots[n - 1], shot.head // 2
            end = before.start + before.length
            parts.append(
                f'<tractor id="t{n}" in="0" out="{shot.head - 1}">'
                f'<track producer="p{n - 1}" in="{end - half}" out="{end + half - 1}"/>'
                f'<track producer="p{n}" in="{shot.start - half}" '
                f'out="{shot.start + half - 1}"/>'
                + _transition("luma", shot.head)
                + "</tractor>"
            )
            entries.append(f'<entry producer="t{n}" in="0" out="{shot.head - 1}"/>')
        first = shot.start + shot.head // 2
        last = shot.start + shot.length - shot.tail // 2 - 1
        entries.append(f'<entry producer="p{n}" in="{first}" out="{last}"/>')
    parts.append(f'<playlist id="pictures">{"".join(entries)}</playlist>')
    parts += [
        _producer("music", sound_path(film, "music"), film.frames, _volume(film)),
        _producer("voice", sound_path(film, "voice"), film.frames),
    ]
    tracks = "".join(f'<track producer="{p}"/>' for p in ("pictures", "music", "voice"))
    mixes = "".join(
        f'<transition><property name="a_track">0</property><property name="b_track">'
        f'{n}</property><property name="mlt_service">mix</property>'
        '<property name="always_active">1</property><property name="sum">1</property>'
        "</transition>"
        for n in (1, 2)
    )
    length = f'in="0" out="{film.frames - 1}"'
    parts.append(f'<tractor id="film" {length}>{tracks}{mixes}</tractor>')
    return f'<mlt producer="film">{"".join(parts)}</mlt>'


def _producer(name: str, path: Path, frames: int, inner: str = "") -> str:
    return (
        f'<producer id="{name}" in="0" out="{frames - 1}">'
        f'<property name="resource">{escape(str(path))}</property>'
        f'<property name="mlt_service">avformat</property>{inner}</producer>'
    )


def _transition(service: str, frames: int) -> str:
    return (
        f'<transition in="0" out="{frames - 1}"><property name="a_track">0</property>'
        '<property name="b_track">1</property>'
        f'<property name="mlt_service">{service}</property></transition>'
    )


def _volume(film: Film) -> str:
    keys = ["0=0"]
    for start, stop in phrases(film):
        keys += [f"{start - RAMP}=0", f"{start}={DUCK_DB}"]
        keys += [f"{stop}={DUCK_DB}", f"{stop + RAMP}=0"]
    return (
        '<filter><property name="mlt_service">volume</property>'
        f'<property name="level">{";".join(keys)}</property></filter>'
    )
