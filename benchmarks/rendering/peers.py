"""One film made by everyone: the limits, us, moviepy, ffmpeg and melt.

Each way is a command, run from the film's own folder: a program with its arguments, or
this file with the name of a function. All encode with x264 at the same preset and
crf 18 and with AAC at 192 kbit/s, and leave the distance of keyframes and the threads
as they have them; the limits use our own settings.
"""

from __future__ import annotations

import inspect
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

import opentimelineio as otio

from benchmarks.rendering import graphs
from benchmarks.rendering.material import (
    DUCK_DB,
    RAMP,
    RATE,
    Film,
    Shot,
    phrases,
    sound_path,
    take_path,
)

__all__ = ["CRF", "PEERS", "absent", "command", "made_by", "rendered"]

CRF = 18
_PER_S = float(RATE)

#: Every way, in the order of the table, and what it is.
PEERS = {
    "encode": "encoding alone: the finished pictures, raw, to x264",
    "decode": "decoding alone: exactly the frames that are needed",
    "ours": "otio_genai.render from an empty cache",
    "again": "otio_genai.render with nothing changed",
    "ffmpeg": "one filter graph, Debian's program",
    "ffmpeg-new": "one filter graph, the program that moviepy brings",
    "melt": "MLT's command line, from MLT XML",
    "moviepy": "CompositeVideoClip with CrossFadeIn, as its documentation has it",
    "moviepy-black": "the same with bg_color=(0, 0, 0)",
    "moviepy-chain": "concatenate_videoclips(chain) of subclips and small composites",
}


def absent(name: str) -> str:
    """Return why a way cannot be tried here; empty if it can."""
    if name == "ffmpeg" and not shutil.which("ffmpeg"):
        return "there is no ffmpeg program"
    if name == "melt" and not shutil.which("melt"):
        return "there is no melt program"
    try:
        if name == "ffmpeg-new":
            _newer_ffmpeg()
    except (ImportError, RuntimeError) as error:
        return f"imageio-ffmpeg has none ({error})"
    return ""


def _newer_ffmpeg() -> str:
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def command(name: str, film: Film, folder: Path, preset: str) -> list[str]:
    """Return the command that makes a film, and write the files it wants."""
    out = folder / f"{name}.mp4"
    out.unlink(missing_ok=True)
    if name == "melt":
        return graphs.melt(film, folder, out, preset, CRF)
    if name.startswith("ffmpeg"):
        program = "ffmpeg" if name == "ffmpeg" else _newer_ffmpeg()
        return graphs.ffmpeg(program, film, folder, out, preset, CRF)
    return [sys.executable, __file__, name, str(folder), preset]


def made_by(name: str, folder: Path) -> Path | None:
    """Return the film that a way made; None for one that makes none."""
    return None if name == "decode" else folder / f"{name}.mp4"


# What runs in a process of its own -------------------------------------------------


def rendered(timeline: otio.schema.Timeline, path: Path, **wanted: object) -> object:
    """Render, with those of the options that the renderer has."""
    from otio_genai.render import render_film

    known = inspect.signature(render_film).parameters
    given = {name: value for name, value in wanted.items() if name in known}
    return render_film(timeline, path, force=True, **given)


def ours(folder: Path, preset: str) -> None:
    """Render the timeline; the cache is where the environment says."""
    film = otio.schema.Timeline.from_json_file(str(folder / "film.otio"))
    rendered(film, folder / "ours.mp4", crf=CRF, preset=preset)


def again(folder: Path, preset: str) -> None:
    """Render it once more, to another place."""
    film = otio.schema.Timeline.from_json_file(str(folder / "film.otio"))
    rendered(film, folder / "again.mp4", crf=CRF, preset=preset)


def encode(folder: Path, preset: str) -> None:
    """Encode the finished pictures and nothing else, as we encode."""
    import av
    import numpy as np

    from otio_genai.media.codecs import x264_steady
    from otio_genai.media.encoding import Encoding

    wide, high = _film(folder).size
    chosen = {**x264_steady(), "crf": str(CRF), "preset": preset}
    ours = Encoding()
    with (
        (folder / "reference.yuv").open("rb") as raw,
        av.open(str(folder / "encode.mp4"), "w") as container,
    ):
        stream = container.add_stream("libx264", rate=RATE, options=chosen)
        stream.width, stream.height, stream.pix_fmt = wide, high, "yuv420p"
        context = stream.codec_context
        context.gop_size, context.thread_count = ours.gop_frames, ours.threads
        context.thread_type = "FRAME"
        context.colorspace = context.color_primaries = context.color_trc = 1
        context.color_range = 1
        number = 0
        while block := raw.read(wide * high * 3 // 2):
            planes = np.frombuffer(block, np.uint8).reshape(high * 3 // 2, wide)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = number, 1 / RATE
            container.mux(stream.encode(frame))
            number += 1
        container.mux(stream.encode(None))


def decode(folder: Path, preset: str) -> None:
    """Decode the frames that are needed, clip after clip, from each one's keyframe."""
    import av

    for path, numbers in json.loads((folder / "needed.json").read_text()):
        with av.open(path) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            last = max(numbers)
            for number, _ in enumerate(container.decode(stream)):
                if number == last:
                    break


def moviepy(folder: Path, preset: str) -> None:
    """Lay the clips over one another, the later fading in."""
    from moviepy import CompositeVideoClip

    film = _film(folder)
    _write_moviepy(film, folder, "moviepy", preset, CompositeVideoClip(_laid(film)))


def moviepy_black(folder: Path, preset: str) -> None:
    """Lay them on black: opaque, so that no mask is composed."""
    from moviepy import CompositeVideoClip

    film = _film(folder)
    whole = CompositeVideoClip(_laid(film), size=film.size, bg_color=(0, 0, 0))
    _write_moviepy(film, folder, "moviepy-black", preset, whole)


def moviepy_chain(folder: Path, preset: str) -> None:
    """Compose the cross-fades alone and chain them with the rest."""
    from moviepy import CompositeVideoClip, concatenate_videoclips, vfx

    film, parts, before = _film(folder), [], None
    for shot in film.shots:
        clip = _opened(film, shot)
        if shot.head:
            head = clip.subclipped(0, shot.head / _PER_S)
            fading = head.with_effects([vfx.CrossFadeIn(shot.head / _PER_S)])
            both = [before, fading]
            parts.append(CompositeVideoClip(both, size=film.size, bg_color=(0, 0, 0)))
        inner_end = shot.head // 2 + shot.length - shot.tail // 2
        parts.append(clip.subclipped(shot.head / _PER_S, inner_end / _PER_S))
        before = clip.subclipped(inner_end / _PER_S) if shot.tail else None
    whole = concatenate_videoclips(parts, method="chain")
    _write_moviepy(film, folder, "moviepy-chain", preset, whole)


def _film(folder: Path) -> Film:
    facts = json.loads((folder / "facts.json").read_text())
    shots = tuple(Shot(*shot) for shot in facts["shots"])
    return Film(Path(facts["material"]), tuple(facts["size"]), shots)


def _opened(film: Film, shot: Shot) -> object:
    from moviepy import VideoFileClip

    start = shot.start - shot.head // 2
    stop = shot.start + shot.length + shot.tail // 2
    clip = VideoFileClip(str(take_path(film, shot.take)), audio=False)
    return clip.subclipped(start / _PER_S, stop / _PER_S)


def _laid(film: Film) -> list[object]:
    from moviepy import vfx

    clips, clock = [], 0
    for shot in film.shots:
        clip = _opened(film, shot)
        if shot.head:
            clip = clip.with_effects([vfx.CrossFadeIn(shot.head / _PER_S)])
        clips.append(clip.with_start((clock - shot.head // 2) / _PER_S))
        clock += shot.length
    return clips


def _write_moviepy(
    film: Film, folder: Path, name: str, preset: str, whole: object
) -> None:
    from moviepy import AudioFileClip, CompositeAudioClip

    length_s = film.frames / _PER_S
    music = AudioFileClip(str(sound_path(film, "music"))).transform(_ducked(film))
    voice = AudioFileClip(str(sound_path(film, "voice")))
    sound = CompositeAudioClip([music, voice]).with_duration(length_s)
    whole = whole.with_duration(length_s).with_audio(sound)
    whole.write_videofile(
        str(folder / f"{name}.mp4"),
        fps=_PER_S,
        codec="libx264",
        preset=preset,
        ffmpeg_params=["-crf", str(CRF)],
        audio_codec="aac",
        audio_bitrate="192k",
        temp_audiofile_path=str(folder),
        logger=None,
    )


def _ducked(film: Film) -> Callable[..., object]:
    import numpy as np

    keys, gains = [0.0], [1.0]
    for start, stop in phrases(film):
        keys += [(start - RAMP) / _PER_S, start / _PER_S]
        keys += [stop / _PER_S, (stop + RAMP) / _PER_S]
        gains += [1.0, 10 ** (DUCK_DB / 20), 10 ** (DUCK_DB / 20), 1.0]

    def at(get_frame: Callable[..., object], time_s: object) -> object:
        gain = np.interp(np.asarray(time_s), keys, gains)
        return get_frame(time_s) * (gain[:, None] if gain.ndim else gain)

    return at


if __name__ == "__main__":
    globals()[sys.argv[1].replace("-", "_")](Path(sys.argv[2]), sys.argv[3])
