"""What is heard of a live show, measured against the offline mix of the same films.

Films are drawn and sounded shot by shot as a show does it, without its clock. The AAC
is wrapped as a player gets it and decoded by FFmpeg; the film's timeline is mixed
offline. Of each film:

- where its sound lies against the mix, in samples (cross-correlation, every 4 s);
- how far its level is from the mix's, in windows of 100 ms above -50 dBFS;
- how far the rest is below the mix, and how far one encoder from end to end comes;
- clicks: the highest second difference at every splice of two encoders and at every cut
  of the takes' own sound, against the highest within half a second around;
- silences of 5 ms below -80 dBFS where the mix has none, after the first 21 ms, which
  a decoder windows;
- true peaks (decoded, and of the mix) and integrated loudness;
- where each voice is heard against the first frame of the shot that it belongs to;
- how far music steps back under words, how fast, and how soon it comes forward again,
  found from the sound alone, and what the document says;
- how it begins and ends;
- what it costs: processor time (of drawing, too) against the film's length, and bits.

Without ``--field`` a bin of made sounds is opened: music with hard attacks, voices of
syllables, and takes of very unequal loudness, kept under it.

Run ``python benchmarks/live_sound.py [--field FIELD] [--films 8] [--seed 1]
[--folder FOLDER] [--json]``.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.listening import (
    AUDIBLE,
    RATE,
    clicks,
    elsewhere,
    ends,
    error_db,
    lag,
    levels,
    lufs,
    offset,
    peak,
    silences,
)  # fmt: skip
from benchmarks.made_sounds import made
from otio_genai import maps, rates
from otio_genai.assemble.sound.mix import duck
from otio_genai.export import read_timeline
from otio_genai.field.document import read_field
from otio_genai.field.realise import starts, timeline_of, voices_of
from otio_genai.field.showing import seeded
from otio_genai.live.packing import Packer
from otio_genai.live.picture import fmp4
from otio_genai.live.picture.format import Format
from otio_genai.live.sound import Sounding, prepare
from otio_genai.media import locate
from otio_genai.media.aac import FRAME_SAMPLES, AacEncoder
from otio_genai.render.sound import Mixer, safe_gain
from otio_genai.render.sound.peaks import decibels
from tests.support import sounds

FOREVER = 1 << 60


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--field", type=Path, help="a field; a made one by default")
    parser.add_argument("--films", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1, help="of the first film")
    parser.add_argument("--folder", type=Path, help="keep what is made there")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = options.folder
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        told = read_timeline(options.field) if options.field else made(folder)
        report = listened(read_field(told), folder, options.films, options.seed)
    print(json.dumps(report, indent=2) if options.json else readable(report))


@dataclass
class Heard:
    """One film, heard live and offline."""

    film: tuple
    stems: tuple
    live: np.ndarray
    mix: np.ndarray
    best: np.ndarray
    "The mix through one encoder."
    splices: list
    length: int
    "Samples of its pictures."
    cpu_s: float
    "What drawing and sounding it took."
    size: int
    "Bytes of its frames."


def listened(field, folder: Path, films: int, seed: int) -> dict:
    """Give films and measure each."""
    prepared = prepare(field, folder / "sound")
    rows = []
    for number in range(seed, seed + films):
        heard = given(field, prepared, number)
        rows.append(measured(field, prepared, heard))
    return {"films": rows, "all": summed(rows), "stated": stated(field)}


def given(field, prepared, number: int) -> Heard:
    """Show one film as a programme does: what is settled goes out after each shot."""
    showing = seeded(field, number)
    sounding = Sounding(
        field, folder=prepared.folder, stems=showing.stems, prepared=prepared
    )
    packer = Packer(Format(field.size, field.rate))
    stream = io.BytesIO(fmp4.audio_init(sounding.init))
    stream.seek(0, io.SEEK_END)
    decided, frames, begun_s = 0, [], time.process_time()

    def send():
        found = sounding.ready(decided)
        frames.extend(found)
        for piece in packer.sound(found):
            stream.write(b"".join(piece.buffers))

    while (shot := showing.next()) is not None:
        sounding.push(shot)
        decided += shot.frames
        send()
    sounding.close()
    send()
    cpu_s = time.process_time() - begun_s
    film, stems = showing.decided, showing.stems
    live = player_hears(stream)
    length = rates.sample_at(decided, field.rate, RATE)
    mix = offline(field, film, stems, len(live))
    whole = AacEncoder()
    padded = np.concatenate([mix, np.zeros((3 * FRAME_SAMPLES, 2), np.float32)])
    padded = padded[: len(padded) // FRAME_SAMPLES * FRAME_SAMPLES]
    best = sounds.decoded(whole.push(padded), whole.config)[: len(mix)]
    ground = prepared.ground(field, stems)
    shared = [frame == ground.frame(k) for k, frame in enumerate(frames)]
    splices = np.flatnonzero(np.diff(shared)) + 1
    return Heard(
        film,
        stems,
        live,
        mix,
        best,
        splices.tolist(),
        length,
        cpu_s,
        sum(map(len, frames)),
    )


def player_hears(stream: io.BytesIO) -> np.ndarray:
    """Return the decoded samples at the times that the stream gives them."""
    stream.seek(0)
    parts, at = [], 0
    with av.open(stream) as container:
        for frame in container.decode(audio=0):
            begin = round(frame.pts * frame.time_base * RATE)
            if begin > at:
                parts.append(np.zeros((begin - at, 2), np.float32))
            part = frame.to_ndarray().T[max(0, at - begin) :]
            parts.append(part)
            at = max(at, begin) + len(part)
    return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)


def offline(field, film, stems, count: int) -> np.ndarray:
    """Return the mix of a film's timeline, silence after it."""
    timeline = timeline_of(field, film, stems=stems)
    total = rates.sample_at(sum(one.frames for one in film), field.rate, RATE)
    with Mixer(tuple(maps.sound_map(timeline, RATE)), total) as mixer:
        return mixer.block(0, count)


def measured(field, prepared, heard: Heard) -> dict:
    """Return the figures of one film."""
    live, mix, length = heard.live, heard.mix, heard.length
    cuts = [rates.sample_at(k, field.rate, RATE) for k in starts(heard.film)[1:-1]]
    splices = [edge * FRAME_SAMPLES for edge in heard.splices]
    found = {
        "length_s": round(length / RATE, 2),
        "cpu_percent": round(100 * heard.cpu_s * RATE / length, 2),
        "kbit_s": round(heard.size * 8 / 1000 * RATE / length),
        "too_long_ms": round(1000 * (len(live) - length) / RATE, 2),
        "offset_samples": offset(live, mix),
        **levels(live[FRAME_SAMPLES:], mix[FRAME_SAMPLES:]),
        "error_db": error_db(live, mix),
        "error_one_encoder_db": error_db(heard.best, mix),
        "splices": len(splices),
        "click_splices_db": clicks(live, mix, splices, FRAME_SAMPLES),
        "click_one_encoder_db": clicks(heard.best, mix, splices, FRAME_SAMPLES),
        "click_cuts_db": clicks(live, None, cuts, 240),
        "click_elsewhere_db": clicks(live, None, elsewhere(cuts, length), 240),
        "silences": silences(live[FRAME_SAMPLES:length], mix[FRAME_SAMPLES:length]),
        "peak_dbtp": peak(live),
        "peak_mix_dbtp": peak(mix),
        "render_turns_db": round(decibels(safe_gain(10 ** (peak(mix) / 20))), 2),
        "lufs": lufs(live[:length]),
        "lufs_mix": lufs(mix[:length]),
        **ends(live, length),
    }
    return found | apart(field, heard) | voices(field, heard)


def apart(field, heard: Heard) -> dict:
    """Return how far the loudness of takes is apart, each alone and as it is heard."""
    if field.style.takes_sound == "drop":
        return {}
    quiet = replace(field, audio=replace(field.audio, bed=None, voices=(), stems=()))
    alone = offline(quiet, heard.film, (), len(heard.live))
    edges = [rates.sample_at(k, field.rate, RATE) for k in starts(heard.film)]
    pairs = zip(edges, edges[1:], strict=False)
    heard_lufs = [lufs(alone[a:b]) for a, b in pairs]
    known = [x for x in heard_lufs if x > -60]
    return {"takes_apart_lu": round(max(known) - min(known), 1)} if known else {}


def voices(field, heard: Heard) -> dict:
    """Return where voices are heard, and how all else steps back under them."""
    audio = field.audio
    spoken = [v for v in voices_of(field, heard.film) if v.frames]
    if not spoken:
        return {"voices": 0}
    gains = replace(audio.gains, duck_db=0.0)
    count = len(heard.live)
    over = offline(
        replace(field, audio=replace(audio, gains=gains)),
        heard.film,
        heard.stems,
        count,
    )
    under = offline(
        replace(field, audio=replace(audio, voices=())), heard.film, heard.stems, count
    )
    alone, begins = over - under, starts(heard.film)
    shown = {one.slot: at for one, at in zip(heard.film, begins, strict=False)}
    late, loud = [], []
    for voice in audio.voices:
        if voice.slot not in shown:
            continue
        # The picture's clock: whole ticks of the stream.
        form = Format(field.size, field.rate)
        at_s = Fraction(shown[voice.slot] * form.ticks, form.timescale)
        at_s += Fraction(voice.pad) / field.rate
        first = round(at_s * RATE)
        frames = next(s.frames for s in spoken if s.clip is voice.clip)
        clip = alone[first : first + rates.sample_at(frames, field.rate, RATE), 0]
        part = heard.live[first : first + len(clip), 0]
        if len(clip) > RATE // 10:
            own = _voice_of(voice, field, len(clip))
            late.append(lag(part, own, RATE // 5, whitened=True))
            loud.append(lufs(alone[first : first + len(clip)]))
    worst = max(late, key=abs, default=0)
    found = {"voices": len(late), "voice_late_ms": round(1000 * worst / RATE, 2)}
    if loud:
        found["voices_apart_lu"] = round(max(loud) - min(loud), 1)
    return found | ducking(field, spoken, heard.live - alone, under)


def _voice_of(voice, field, count: int):
    """Return a voice as its file has it, from its first sample."""
    from otio_genai.media.sound import read

    path = locate.path(voice.clip.media_reference)
    return read(path, RATE, 2)[:count, 0]


def ducking(field, spoken, rest, under) -> dict:
    """Find the level of what lies under words, every 10 ms, and its corners."""
    words = [span for sound in spoken for span in sound.words_s]
    shapes = duck(words, field.audio.gains.duck_db, field.style)
    hop, wide = RATE // 100, RATE // 25
    centres = np.arange(wide, len(under) - wide, hop)
    ratio = np.full(len(centres), np.nan)
    for k, at in enumerate(centres):
        one, other = (
            x[at - wide // 2 : at + wide // 2].astype(float) for x in (rest, under)
        )
        power = (other**2).sum()
        if power > wide * AUDIBLE**2:
            ratio[k] = (one * other).sum() / power
    times = centres / RATE
    depths, downs, ups, arrived = [], [], [], []
    # Under the music's last fade the lower of both holds.
    fades_s = len(under) / RATE - field.style.bed_fade_out_s
    for (lead, _), (down, _), (hold, _), (up, _) in shapes:
        if hold > fades_s:
            continue
        inside = ratio[(times > down) & (times < hold) & ~np.isnan(ratio)]
        if not len(inside):
            continue
        low = float(np.median(inside))
        depths.append(20 * np.log10(max(low, 1e-6)))
        if lead > 0.1:
            first, last = _crossed(times, ratio, lead - 0.2, down + 0.2, low)
            downs.append(last - first)
            arrived.append(last - down - 0.02)
        if up < min(times[-1] - 0.2, fades_s):
            last, first = _crossed(times, ratio, hold - 0.2, up + 0.2, low, up=True)
            ups.append(first - last)
    if not depths:
        return {"ducks": 0}
    return {
        "ducks": len(depths),
        "duck_db": [round(min(depths), 2), round(max(depths), 2)],
        "attack_s": _middle(downs),
        "down_before_word_s": _middle([-a for a in arrived]),
        "release_s": _middle(ups),
    }


def _crossed(times, ratio, first_s, last_s, low, up=False):
    """Return when a straight ramp between 1 and a level begins and ends."""
    here = (times >= first_s) & (times <= last_s) & ~np.isnan(ratio)
    at, values = times[here], ratio[here]
    inner = (values > low + 0.15 * (1 - low)) & (values < 1 - 0.15 * (1 - low))
    if inner.sum() < 3:
        return np.nan, np.nan
    slope, offset_ = np.polyfit(at[inner], values[inner], 1)
    full, down = (1 - offset_) / slope, (low - offset_) / slope
    return (down, full) if up else (full, down)


def _middle(values):
    known = [v for v in values if not np.isnan(v)]
    return round(float(statistics.median(known)), 3) if known else None


def stated(field) -> dict:
    """Return what the document says of ducking and gains."""
    style, gains = field.style, field.audio.gains
    return {
        "duck_db": gains.duck_db,
        "attack_s": style.duck_attack_s,
        "down_before_word_s": 0.02,
        "release_s": style.duck_release_s,
        "bed_db": gains.bed_db,
        "voice_db": gains.voice_db,
        "takes_db": gains.takes_db,
        "takes": style.takes_sound,
        "levelled": gains.levelled,
    }


def summed(rows) -> dict:
    """Return the worst or the spread of each figure over all films."""
    found = {}
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row[name] for row in rows if row.get(name) is not None]
        if values and isinstance(values[0], list):
            values = [v for pair in values for v in pair]
        if values:
            found[name] = [min(values), max(values)]
    return found


def readable(report: dict) -> str:
    """Return the report as lines: least and most over all films."""
    lines = [f"{len(report['films'])} films"]
    for name, (least, most) in report["all"].items():
        said = report["stated"].get(name)
        stated_ = "" if said is None else f"   stated {said}"
        lines.append(f"{name:<22}{least:>9} … {most}{stated_}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
